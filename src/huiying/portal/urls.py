"""Addresses of the public site."""

from django.urls import path

from huiying.portal.views import ask, confirm, pages, status

app_name = "portal"
urlpatterns = [
    path("", pages.home, name="home"),
    path("answers/", pages.answers, name="answers"),
    path("answers/<str:number>/", pages.answer, name="answer"),
    path("ask/", ask.ask, name="ask"),
    path("ask/received/", ask.receipt, name="receipt"),
    path("status/", status.status, name="status"),
    path("confirm/<str:token>/", confirm.confirm, name="confirm"),
    path("about/", pages.about, name="about"),
    path("language/<str:code>/", pages.language, name="language"),
    path("feed.xml", pages.feed, name="feed"),
    path("robots.txt", pages.robots, name="robots"),
    path("favicon.ico", pages.favicon, name="favicon"),
]
