"""Calls and clocks."""

from django.urls import URLPattern, path

from huiying.desk.views import calls

urlpatterns: list[URLPattern] = [path("calls/<int:pk>/acknowledge/", calls.acknowledge, name="acknowledge_call")]
