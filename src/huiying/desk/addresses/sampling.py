"""The weekly sample of what was put aside, and what clearances taught the screening."""

from django.urls import URLPattern, path

from huiying.desk.views import sampling

urlpatterns: list[URLPattern] = [
    path("suspects/sample/", sampling.sample, name="sample"),
    path("suspects/sample/<int:pk>/<str:decision>/", sampling.decide, name="sample_decide"),
    path("suspects/lessons/<int:pk>/withdraw/", sampling.withdraw, name="lesson_withdraw"),
]
