"""The staff pages. Verbs are POST under the address of what they change."""

from django.urls import path

from huiying.desk.views import (
    cases,
    drafts,
    events,
    home,
    ledger,
    live,
    people,
    publications,
    regulation,
    reviews,
    search,
    sign_in,
    suspects,
)

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("live/", live.live, name="live"),
    path("take-in/", home.take_in, name="take_in"),
    path("warnings/<int:pk>/acknowledge/", home.acknowledge_warning, name="acknowledge_warning"),
    path("urgent/<int:pk>/acknowledge/", home.acknowledge_urgent, name="acknowledge_urgent"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/demo/", sign_in.demo_sign_in, name="demo_sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("set-up/<str:token>/", sign_in.set_up, name="set_up"),
    path("invitation/<str:token>/", sign_in.invitation, name="invitation"),
    path("events/", events.events, name="events"),
    path("events/<str:number>/", events.event, name="event"),
    path("events/<str:number>/do/<str:verb>/", events.do, name="event_do"),
    path("suspects/", suspects.suspects, name="suspects"),
    path("suspects/<int:pk>/<str:decision>/", suspects.decide, name="suspect_decide"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<str:number>/", cases.case, name="case"),
    path("cases/<str:number>/do/<str:verb>/", cases.do, name="case_do"),
    path("cases/<str:number>/draft/", drafts.draft, name="draft"),
    path("reviews/", reviews.reviews, name="reviews"),
    path("reviews/<int:pk>/", reviews.review, name="review"),
    path("publications/<int:pk>/", publications.publication, name="publication"),
    path("confirmations/<int:pk>/override/", publications.override, name="override"),
    path("evidence/<int:pk>/", publications.evidence, name="evidence"),
    path("search/", search.search, name="search"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("regulation/", regulation.regulation, name="regulation"),
    path("people/", people.people, name="people"),
    path("people/add/", people.add, name="person_add"),
    path("people/<int:pk>/<str:verb>/", people.change, name="person_change"),
]
