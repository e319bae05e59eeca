"""Templates of answers （八）（九）."""

from django.urls import URLPattern, path

from huiying.desk.views import templates

urlpatterns: list[URLPattern] = [
    path("templates/", templates.templates, name="templates"),
    path("templates/<str:code>/", templates.template, name="template"),
    path("templates/<str:code>/retire/", templates.retire, name="template_retire"),
]
