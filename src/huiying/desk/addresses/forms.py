"""Forms of answer, who may speak, media inquiries, statutory filings (C3.1, C8.3, C8.7)."""

from django.urls import URLPattern, path

from huiying.desk.views import conferences, speakers

urlpatterns: list[URLPattern] = [
    path("conferences/<int:pk>/", conferences.conference, name="conference"),
    path("conferences/<int:pk>/do/<str:verb>/", conferences.do, name="conference_do"),
    path("speakers/", speakers.speakers, name="speakers"),
    path("speakers/appoint/", speakers.appoint, name="speaker_appoint"),
    path("speakers/<int:pk>/<str:verb>/", speakers.do, name="speaker_do"),
]
