"""All addresses: the public site at the root, the staff desk, the API."""

from django.urls import include, path

from huiying.api.urls import api

urlpatterns = [
    path("desk/", include("huiying.desk.urls")),
    path("api/", api.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("huiying.portal.urls")),
]
