"""Publishing on the bureau's accounts and asking partners to carry it (C8.9, C11.3)."""

from django.urls import URLPattern, path

from huiying.desk.views import accounts

urlpatterns: list[URLPattern] = [
    path("publications/<int:pk>/do/<str:verb>/", accounts.publication_do, name="publication_do"),
    path("platforms/<str:code>/connection/", accounts.connection, name="connection"),
    path("platforms/<str:code>/connection/<str:verb>/", accounts.connection_do, name="connection_do"),
]
