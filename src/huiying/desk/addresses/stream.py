"""The stream of posts."""

from django.urls import URLPattern, path

from huiying.desk.views import stream

urlpatterns: list[URLPattern] = [path("posts/", stream.posts, name="posts")]
