"""The dialogue with the public （四）: pages that gather answers, consultations, requests about personal data."""

from django.urls import URLPattern, path

from huiying.desk.views import consultations, personal_data, personal_requests, topic_pages

urlpatterns: list[URLPattern] = [
    path("pages/", topic_pages.pages, name="pages"),
    path("pages/new/", topic_pages.new, name="page_new"),
    path("pages/<int:pk>/", topic_pages.page, name="page"),
    path("pages/<int:pk>/edit/", topic_pages.edit, name="page_edit"),
    path("pages/<int:pk>/do/<str:verb>/", topic_pages.do, name="page_do"),
    path("consultations/", consultations.consultations, name="consultations"),
    path("consultations/new/", consultations.new, name="consultation_new"),
    path("consultations/<int:pk>/", consultations.consultation, name="consultation"),
    path("consultations/<int:pk>/edit/", consultations.edit, name="consultation_edit"),
    path("consultations/<int:pk>/sort/", consultations.sort, name="consultation_sort"),
    path("consultations/<int:pk>/do/<str:verb>/", consultations.do, name="consultation_do"),
    path("personal-data/", personal_data.whole, name="personal_data"),
    path("personal-data/personal-data.<str:kind>", personal_data.paper, name="personal_data_paper"),
    path("requests/", personal_requests.requests, name="requests"),
    path("requests/<int:pk>/", personal_requests.request_page, name="request"),
    path("requests/<int:pk>/do/<str:verb>/", personal_requests.do, name="request_do"),
]
