"""Addresses of the casework, part by part."""

from django.urls import URLPattern

from huiying.desk.addresses import (
    accounts,
    asking,
    calling,
    departments,
    dialogue,
    documents,
    drafting,
    following,
    forms,
    importing,
    liaison,
    meetings,
    organising,
    oversight,
    patrol,
    pictures,
    policies,
    releasing,
    routing,
    sampling,
    sources,
    stream,
    warnings,
    watch,
    work,
)

PARTS = (
    asking, calling, routing, work, liaison, meetings, departments, drafting, accounts, forms, following, releasing,
    patrol, pictures, watch, sampling, warnings, stream, sources, importing, dialogue, oversight, policies, organising,
    documents,
)  # fmt: skip
urlpatterns: list[URLPattern] = [found for part in PARTS for found in part.urlpatterns]
