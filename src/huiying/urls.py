"""All addresses: the public site at the root, the staff desk, the API, and what watches over machines."""

from django.urls import include, path

from huiying.keeping import views
from huiying.kernel.web import LoadedWhenAsked

urlpatterns = [
    path("desk/", include("huiying.desk.urls")),
    # A third of what the web part takes to load, and no page needs it.
    LoadedWhenAsked("api/", "huiying.api.urls", app_name="ninja", namespace="api"),
    path("healthz", views.healthz, name="healthz"),
    path("metrics", views.prometheus, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("huiying.portal.urls")),
]
