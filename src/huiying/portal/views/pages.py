"""Pages that are the same for every reader: no session, no user and no cookie is read, so they can be kept; with the
signed feed for sites that fetch the answers, and the key to check it with (C8.9).
"""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huiying.foreseeing.queries import is_open, public_consultations
from huiying.people import queries as people
from huiying.portal import progress, reading, reading_pages
from huiying.portal.caching import LARGE, TYPE_COOKIE, until_the_ledger_moves
from huiying.responding.models import TopicPage

ON_THE_FRONT_PAGE = 8
NEWS_ON_THE_FRONT_PAGE = 3
HOT_ON_THE_FRONT_PAGE = 3
IN_THE_FEED = 30


@require_safe
@until_the_ledger_moves
def home(request: HttpRequest) -> HttpResponse:
    """What was asked and answered, the open figures, and where to ask (C4.1, C4.4)."""
    context = {
        "latest": reading.latest(ON_THE_FRONT_PAGE),
        "news": reading_pages.latest(NEWS_ON_THE_FRONT_PAGE),
        "figures": reading.figures(),
        "hot": reading_pages.faces(TopicPage.HOT, count=HOT_ON_THE_FRONT_PAGE),
        "clarified": reading_pages.faces(TopicPage.CLARIFICATION, count=HOT_ON_THE_FRONT_PAGE),
        "consultations": [row for row in public_consultations() if is_open(row)],
    }
    return render(request, "portal/home.html", context)


@require_safe
@until_the_ledger_moves
def answers(request: HttpRequest) -> HttpResponse:
    """Every answer, newest first, by topic and date, with a search over what staff wrote (C4.4)."""
    asked = reading.asked_of(request.GET)
    page, found = reading.page_of_answers(asked, request.GET.get("page", "1"))
    kept = {name: request.GET[name] for name in ("q", "topic", "from", "to") if request.GET.get(name)}
    context = {
        "page": page,
        "found": found,
        "q": asked.query,
        "asked": asked,
        "topics": reading.topic_counts(),
        "rest": f"{urlencode(kept)}&" if kept else "",
    }
    return render(request, "portal/answers.html", context)


@require_safe
@until_the_ledger_moves
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """One answer: who gave it, when, how long it took, the basis, and every version of it (C1.1, C8.2, C11.1)."""
    found = reading.answer(number)
    if found is None:
        raise Http404
    return render(request, "portal/answer.html", {"answer": found})


@require_safe
@until_the_ledger_moves
def corrections(request: HttpRequest) -> HttpResponse:
    """更正记录: every correction and withdrawal, with its note (C11.1)."""
    page, changes = reading.page_of_changes(request.GET.get("page", "1"))
    return render(request, "portal/corrections.html", {"page": page, "changes": changes})


@require_safe
@until_the_ledger_moves
def about(request: HttpRequest) -> HttpResponse:
    """What is kept and for how long, and how an answer comes about (§6.2)."""
    regulation = people.regulation_now()
    context = {
        "contact_kept": regulation.retention.personal_fields,
        "case_kept": regulation.retention.cases,
        "wait": progress.longest_wait(),
        "figures": reading.figures(),
    }
    return render(request, "portal/about.html", context)


@require_safe
@until_the_ledger_moves
def feed(request: HttpRequest) -> HttpResponse:
    """The latest answers, pages and press releases as Atom (RFC 4287); `?topic=` the answers of one topic."""
    topic = reading.asked_of(request.GET).topic
    found = reading_pages.feed(reading.latest(IN_THE_FEED, topic), IN_THE_FEED, topic)
    context = {"found": found, "topic": topic, "root": request.build_absolute_uri("/").rstrip("/")}
    return render(request, "portal/feed.xml", context, content_type="application/atom+xml; charset=utf-8")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Answers may be indexed; staff pages, receipts, look-ups and the links of other bodies may not."""
    closed = (
        "/desk/", "/api/", "/ask/received/", "/status/", "/confirm/", "/liaison/", "/language/", "/type/", "/follow/",
        "/rights/",
    )  # fmt: skip
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers that ask for the old address are sent to the drawing."""
    return redirect(static("portal/favicon.svg"), permanent=True)


@require_safe
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Read on in another language. A link, not a form, so that pages stay the same for every reader."""
    if code not in dict(settings.LANGUAGES):
        raise Http404(_("没有这种语言。"))
    return _chosen(request, settings.LANGUAGE_COOKIE_NAME, code)


@require_safe
def type_size(request: HttpRequest, size: str) -> HttpResponse:
    """Read on in larger or in ordinary type. The cookie holds this choice and nothing else."""
    if size not in (LARGE, "normal"):
        raise Http404
    return _chosen(request, TYPE_COOKIE, size)


def _chosen(request: HttpRequest, cookie: str, value: str) -> HttpResponse:
    """Back to where the reader was, with the choice; never to another site."""
    target = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None) or not target.startswith("/"):
        target = reverse("portal:home")
    response = redirect(target)
    response.set_cookie(cookie, value, max_age=365 * 86400, samesite="Lax", httponly=True, secure=settings.HTTPS)
    return response


IN_THE_SIGNED_FEED = 30
PLAIN = "text/plain; charset=utf-8"


def _feed(request: HttpRequest) -> bytes:
    return reading.feed(request.build_absolute_uri("/").rstrip("/"), IN_THE_SIGNED_FEED)


@require_safe
@until_the_ledger_moves
def signed_feed(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_feed(request), content_type="application/feed+json; charset=utf-8")


@require_safe
@until_the_ledger_moves
def signature(request: HttpRequest) -> HttpResponse:
    """Of the feed as it stands now. Where an answer came between the two requests, both are fetched again."""
    return HttpResponse(reading.signature(_feed(request)) + "\n", content_type=PLAIN)


@require_safe
def key(request: HttpRequest) -> HttpResponse:
    return HttpResponse(reading.public_key(), content_type=PLAIN)
