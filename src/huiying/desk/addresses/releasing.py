"""Releasing before being asked: press releases, the calendar, what is missing, partners （十一）."""

from django.urls import URLPattern, path

from huiying.desk.views import disclosure, gaps, partners, platforms, press

urlpatterns: list[URLPattern] = [
    path("press/", press.releases, name="press"),
    path("press/new/", press.new, name="press_new"),
    path("press/steps/<int:pk>/", press.step, name="press_step"),
    path("press/<int:pk>/", press.release, name="press_release"),
    path("press/<int:pk>/draft/", press.draft, name="press_draft"),
    path("press/<int:pk>/do/<str:verb>/", press.do, name="press_do"),
    path("calendar/", disclosure.month, name="calendar"),
    path("calendar/plan/", disclosure.plan, name="disclosure_plan"),
    path("calendar/<int:pk>/", disclosure.item, name="disclosure"),
    path("calendar/<int:pk>/do/<str:verb>/", disclosure.do, name="disclosure_do"),
    path("gaps/", gaps.gaps, name="gaps"),
    path("gaps/make/", gaps.make, name="gap_make"),
    path("gaps/<int:pk>/", gaps.gap, name="gap"),
    path("gaps/<int:pk>/do/<str:verb>/", gaps.do, name="gap_do"),
    path("platforms/", platforms.platforms, name="platforms"),
    path("platforms/add/", platforms.add, name="platform_add"),
    path("platforms/<str:code>/", platforms.platform, name="platform"),
    path("platforms/<str:code>/do/<str:verb>/", platforms.do, name="platform_do"),
    path("publications/<int:pk>/paste/", platforms.paste, name="paste"),
    path("partners/", partners.partners, name="partners"),
    path("partners/add/", partners.add, name="partner_add"),
    path("partners/<int:pk>/", partners.partner, name="partner"),
    path("partners/<int:pk>/do/<str:verb>/", partners.do, name="partner_do"),
    path("pushes/<int:pk>/", partners.push, name="push"),
    path("pushes/<int:pk>/do/<str:verb>/", partners.push_do, name="push_do"),
]
