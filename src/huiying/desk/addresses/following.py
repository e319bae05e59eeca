"""What comes after the answer: effect, going on, correcting, taking back (C3.2, C8.8, C11.1)."""

from django.urls import URLPattern, path

from huiying.desk.views import following

urlpatterns: list[URLPattern] = [path("cases/<str:number>/effect/", following.effect, name="case_effect")]
