"""The overview, the month, the wall of the duty room （十）C10.2（十二）."""

from django.urls import URLPattern, path

from huiying.desk.views import pictures

urlpatterns: list[URLPattern] = [
    path("overview/", pictures.overview, name="overview"),
    path("overview/<str:words>/", pictures.month, name="overview_month"),
    path("wall/", pictures.wall, name="wall"),
]
