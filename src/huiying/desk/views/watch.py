"""监测规则: what the desk listens for, how often each rule was right, and which have long been silent (C5.11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _t

from huiying.desk.dispatch import perform
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.judging import watch_queries, watchbook
from huiying.judging.actions import watch_feedback
from huiying.judging.models import Event, WatchChange, WatchHit
from huiying.judging.watch_queries import Line
from huiying.kernel.wording import Piece, difference
from huiying.listening.models import Post
from huiying.listening.queries import as_engine_post
from huiying.listening.reserved import without_sensitive
from huiying.people.permissions import may

SHOWN = ("silent", "own")
VERDICTS = {"relevant": True, "irrelevant": False}
#: What of a rule a person reads, in this order.
FIELDS = ("name", "group", "expression", "sensitivity", "lead", "co_leads", "confirm_with", "priority", "note")


@dataclass(frozen=True)
class Field:
    """One field of a rule that changed, word by word."""

    name: str
    parts: list[Piece]


@dataclass(frozen=True)
class HitShown:
    """A post that a rule hit, its words marked: pieces are ("new" where the rule found a word, else "same", text)."""

    post: Post
    parts: list[Piece]
    version: str
    verdict: bool | None


@staff()
def rules(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "watch.view")
    lines = watch_queries.lines()
    shown = request.GET.get("show", "")
    context = {
        "lines": [line for line in lines if _is_shown(line, shown)],
        "shown": shown if shown in SHOWN else "",
        "count": len(lines),
        "silent": sum(line.to_review for line in lines),
        "own": sum(line.is_own for line in lines),
        "since": watch_queries.counted_since(),
        "proposals": list(watch_queries.open_proposals()),
        "may_propose": may(request.user, "watch.propose").allowed,
    }
    return render(request, "desk/watch.html", context)


def _is_shown(line: Line, shown: str) -> bool:
    return line.to_review if shown == "silent" else line.is_own if shown == "own" else True


@staff()
def rule(request: StaffRequest, code: str) -> HttpResponse:
    or_404(request.user, "watch.view")
    line = next((one for one in watch_queries.lines() if one.id == code), None)
    versions = watch_queries.versions(code)
    if line is None and not versions:
        raise Http404
    context = {
        "code": code,
        "line": line,
        "versions": [(one, changed(one)) for one in versions],
        "waits": next((one.proposal for one in versions if one.proposal.state == "open"), None),
        "hits": [_shown(hit) for hit in watch_queries.recent_hits(code)],
        "may_propose": may(request.user, "watch.propose").allowed,
        "may_judge": may(request.user, "watch.judge").allowed,
    }
    return render(request, "desk/watch_rule.html", context)


def changed(change: WatchChange) -> list[Field]:
    """The fields in which a change differs from what was, word by word."""
    return [
        Field(name, difference(before, after))
        for name in FIELDS
        if (before := _plain(change.was, name)) != (after := _plain(change.body, name))
    ]


def _plain(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name, "")
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _shown(hit: WatchHit) -> HitShown:
    verdict = getattr(hit.post, "watch_verdict", None)
    text = as_engine_post(hit.post).full_text
    spans = [(start, end) for _clause, start, end in hit.places]
    return HitShown(hit.post, pieces(text, spans), hit.version, None if verdict is None else verdict.relevant)


def pieces(text: str, spans: Iterable[tuple[int, int]]) -> list[Piece]:
    """`text` cut so that what the spans cover stands in pieces of its own ("new"); spans may overlap."""
    found: list[Piece] = []
    done = 0
    for start, end in sorted(spans):
        if end <= done:
            continue
        start = max(start, done)
        found += [("same", text[done:start]), ("new", text[start:end])]
        done = end
    return [piece for piece in [*found, ("same", text[done:])] if piece[1]]


@staff("POST")
def reviewed(request: StaffRequest, code: str) -> HttpResponse:
    or_404(request.user, "watch.view")
    note, page = request.POST.get("note", ""), reverse("desk:watch_rule", args=[code])
    done = _t("已记录复核，九十天后再提醒。")
    return perform(request, lambda: watch_feedback.review_silent(code, note, request.user), done=done, to=page)


@staff("POST")
def verdict(request: StaffRequest, pk: int, verdict: str) -> HttpResponse:
    """「相关」 or 「不相关」 of a post that rules hit; back to the rule or the event from which it was said."""
    or_404(request.user, "watch.judge")
    post = get_object_or_404(without_sensitive(Post.objects.filter(life_safety=False)), pk=pk)
    if verdict not in VERDICTS:
        raise Http404
    return perform(
        request,
        lambda: watch_feedback.judge_hit(post, VERDICTS[verdict], request.user),
        done=_t("已记下，会算进规则的准确程度；来文仍在原处。"),
        to=_whence(request, post),
    )


def _whence(request: StaffRequest, post: Post) -> str:
    if event := Event.objects.filter(number=request.POST.get("event", ""), members__post=post).first():
        return reverse("desk:event", args=[event.number])
    code = request.POST.get("rule", "")
    return reverse("desk:watch_rule", args=[code]) if code in watchbook.rows_now() else reverse("desk:watch")
