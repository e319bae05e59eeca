"""Where people reach the bureau, and what they say in a month （四）."""

from django.urls import URLPattern, path

from huiying.desk.views import asking

urlpatterns: list[URLPattern] = [
    path("channels/", asking.channels, name="channels"),
    path("digest/", asking.latest, name="digest"),
    path("digest/<str:month>/", asking.digest_of, name="digest_of"),
]
