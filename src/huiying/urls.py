"""All addresses: the public site at the root, the staff desk, the API, and what watches over machines."""

from django.urls import include, path

from huiying.api.urls import api
from huiying.keeping import views

urlpatterns = [
    path("desk/", include("huiying.desk.urls")),
    path("api/", api.urls),
    path("healthz", views.healthz, name="healthz"),
    path("metrics", views.prometheus, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("huiying.portal.urls")),
]
