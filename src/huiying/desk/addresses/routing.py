"""Routing table, slips, contacts."""

from django.urls import URLPattern, path

from huiying.desk.views import contacts, routing_table, slips

urlpatterns: list[URLPattern] = [
    path("cases/<str:number>/route/", slips.route_case, name="route_case"),
    path("slips/<int:pk>/", slips.slip, name="slip"),
    path("routing/", routing_table.table, name="routing_table"),
    path("routing/propose/", routing_table.propose, name="routing_propose"),
    path("routing/<int:pk>/<str:verb>/", routing_table.change, name="routing_change"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/<int:pk>/test/", contacts.test, name="contact_test"),
]
