"""Addresses of the public site."""

from django.urls import path

from huiying.portal.views import ask, confirm, feeds, liaison, news, pages, shared, status

app_name = "portal"
urlpatterns = [
    path("", pages.home, name="home"),
    path("answers/", pages.answers, name="answers"),
    path("answers/<str:number>/", pages.answer, name="answer"),
    path("corrections/", pages.corrections, name="corrections"),
    path("news/", news.news, name="news"),
    path("news/<str:address>/", news.item, name="news_item"),
    path("ask/", ask.ask, name="ask"),
    path("ask/received/", ask.receipt, name="receipt"),
    path("status/", status.status, name="status"),
    path("status/rate/", status.say, {"what": "rate"}, name="rate"),
    path("status/again/", status.say, {"what": "again"}, name="again"),
    path("confirm/<str:token>/", confirm.confirm, name="confirm"),
    path("liaison/<str:token>/", liaison.liaison, name="liaison"),
    path("shared/<str:token>/", shared.shared, name="shared"),
    path("shared/<str:token>/file.json", shared.file, name="shared_file"),
    path("about/", pages.about, name="about"),
    path("language/<str:code>/", pages.language, name="language"),
    path("feed.xml", pages.feed, name="feed"),
    path("feed.json", feeds.feed, name="feed_json"),
    path("feed.json.sig", feeds.signature, name="feed_signature"),
    path(".well-known/huiying-release-key.txt", feeds.key, name="release_key"),
    path("robots.txt", pages.robots, name="robots"),
    path("favicon.ico", pages.favicon, name="favicon"),
]
