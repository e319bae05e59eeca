"""The joint meeting."""

from django.urls import URLPattern, path

from huiying.desk.views import meetings

urlpatterns: list[URLPattern] = [
    path("meetings/", meetings.meetings, name="meetings"),
    path("meetings/<int:pk>/", meetings.meeting, name="meeting"),
    path("meetings/<int:pk>/minutes/", meetings.minutes, name="minutes"),
    path("meetings/<int:pk>/do/<str:verb>/", meetings.do, name="meeting_do"),
]
