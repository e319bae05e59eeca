"""What the bureau says unasked: its press releases, with everything that was ever said in them （十一）C11.5."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from huiying.portal import reading_news
from huiying.portal.caching import until_the_ledger_moves


@require_safe
@until_the_ledger_moves
def news(request: HttpRequest) -> HttpResponse:
    """Newest first."""
    page = reading_news.page_of_news(request.GET.get("page", "1"))
    return render(request, "portal/news.html", {"page": page, "found": reading_news.rows(page.object_list)})


@require_safe
@until_the_ledger_moves
def item(request: HttpRequest, address: str) -> HttpResponse:
    """One press release: who said it, when, on what basis, and what was corrected (C11.1)."""
    found = reading_news.item(address)
    if found is None:
        raise Http404
    return render(request, "portal/news_item.html", {"item": found, "corrections": reading_news.corrections(found)})
