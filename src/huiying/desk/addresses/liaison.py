"""Letters to other bodies and clues."""

from django.urls import URLPattern, path

from huiying.desk.views import liaisons

urlpatterns: list[URLPattern] = [
    path("liaisons/", liaisons.liaisons, name="liaisons"),
    path("liaisons/<int:pk>/", liaisons.liaison, name="liaison"),
    path("liaisons/<int:pk>/do/<str:verb>/", liaisons.do, name="liaison_do"),
]
