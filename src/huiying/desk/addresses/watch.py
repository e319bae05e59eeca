"""Watch rules: the list, one rule, changes and their second person, trying out, importing."""

from django.urls import URLPattern, path

from huiying.desk.views import watch, watch_changes, watch_trying

urlpatterns: list[URLPattern] = [
    path("watch/", watch.rules, name="watch"),
    path("watch/try/", watch_trying.trying, name="watch_try"),
    path("watch/import/", watch_trying.importing, name="watch_import"),
    path("watch/rules/new/", watch_changes.new, name="watch_new"),
    path("watch/rules/<str:code>/", watch.rule, name="watch_rule"),
    path("watch/rules/<str:code>/change/", watch_changes.change, name="watch_change"),
    path("watch/rules/<str:code>/remove/", watch_changes.remove, name="watch_remove"),
    path("watch/rules/<str:code>/reviewed/", watch.reviewed, name="watch_reviewed"),
    path("watch/proposals/<int:pk>/", watch_changes.proposal, name="watch_proposal"),
    path("watch/proposals/<int:pk>/<str:verb>/", watch_changes.decide, name="watch_decide"),
    path("watch/posts/<int:pk>/<str:verdict>/", watch.verdict, name="watch_verdict"),
]
