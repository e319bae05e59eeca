"""Files handed in, and what people enter by hand (C5.7, C5.13, C5.16)."""

from django.urls import URLPattern, path

from huiying.desk.views import by_hand, imports, readings

urlpatterns: list[URLPattern] = [
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:pk>/", imports.one, name="import"),
    path("imports/<int:pk>/rejected.csv", imports.rejected, name="import_rejected"),
    path("imports/<int:pk>/sources/", imports.take_up, name="import_sources"),
    path("imports/<int:pk>/do/<str:verb>/", imports.do, name="import_do"),
    path("enter/", by_hand.enter, name="enter"),
    path("enter/reading/<int:pk>/", readings.reading, name="reading"),
    path("originals/<int:pk>/", by_hand.original, name="original"),
]
