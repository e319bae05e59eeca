"""How an event stands: opened by its first post, described by its gravest, graded by all, warned of when it needs an
answer (C6.11, C6.12, DOMAIN §4.2).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Final

from huiying.engine.grading import Figures, grade
from huiying.judging import merging, standards, voices, warnings
from huiying.judging.models import ConcernDecision, Dismissal, Event, EventPost, LevelDecision, Screening
from huiying.ledger.actions import Actor, record
from huiying.listening.models import Post
from huiying.listening.watching import grading_model, level_code
from huiying.people.models import User
from huiying.work.numbers import next_number

#: Concerns that ask for no answer where nothing grave stands beside them.
TITLE_CHARS: Final = 60
LIFE_TITLE: Final = "人身安全事项（限知悉）"


def open_event(post: Post, stream_no: int, now: dt.datetime) -> Event:
    """A new event, first known now: that is when its first hit stood on the desk (INV-2)."""
    day = f"{now.astimezone(standards.regulation().zone):%Y%m%d}"
    event = Event.objects.create(
        number=f"E{day}-{next_number(f'event:{day}'):02d}",
        stream_no=stream_no,
        title=_title(post),
        opened_at=now,
        last_post_at=now,
        first_known_at=now,
        first_published_at=None,
        sealed_key=voices.new_sealed_key(),
        life_safety=post.life_safety,
    )
    payload = {"number": event.number, "first_known_at": now, "post": post.pk, "life_safety": post.life_safety}
    record(f"event:{event.number}", "event.opened", payload, Actor.SYSTEM)
    return event


def add_post(event: Event, post: Post, now: dt.datetime) -> None:
    """Count a post in. Nothing is saved here: `assess` saves the event once a batch."""
    event.last_post_at = max(event.last_post_at, now)
    event.posts_count += 1
    if post.published_at and post.time_confidence != "future":
        event.first_published_at = min(filter(None, (event.first_published_at, post.published_at)))
    if post.life_safety and not event.life_safety:
        event.life_safety, event.title = True, LIFE_TITLE


def assess(event: Event, now: dt.datetime, desk: list[User] | None = None) -> None:
    """Describe, grade, and warn; saves the event. The same members give the same result (INV-12).

    `desk` is whom a warning reaches first, where the caller has asked already.
    """
    members = live_members(event)
    screenings = [row.post.screening for row in members]
    if screenings:
        _describe(event, screenings)
        _grade(event, members)
        _stand(event, screenings, now, desk)
    event.save()


def live_members(event: Event) -> list[EventPost]:
    """Members of the event and of what was merged into it, with posts and screenings, in the order they stood."""
    rows = EventPost.objects.filter(event__in=merging.family(event), withdrawn_at__isnull=True)
    return list(rows.select_related("post__screening").defer("post__text", "post__sealed_text").order_by("id"))


def _describe(event: Event, screenings: Sequence[Screening]) -> None:
    """The gravest post speaks for the event; what a person decided is never written over (C5.14)."""
    rank = standards.regulation().rank
    gravest = max(
        screenings, key=lambda row: (rank(row.level) if row.level else -1, row.sensitivity, row.score, -row.pk)
    )
    event.lead, event.co_leads, event.confirm_with = gravest.lead, gravest.co_leads, gravest.confirm_with
    event.reasons, event.reasons_en = gravest.reasons, gravest.reasons_en
    if len(screenings) > 1 and event.state in (Event.OPEN, Event.NOTED) and not event.life_safety:
        # Praise that came first must not name a matter that a later complaint made grave.
        event.title = _title(Post.objects.get(pk=gravest.post_id))
    if not ConcernDecision.objects.filter(event=event, agreed=True).exists():
        event.concern = gravest.concern


def _grade(event: Event, members: Sequence[EventPost]) -> None:
    regulation = standards.regulation()
    figures = figures_of(event, members)
    result = grade(figures, grading_model(regulation), channel_class=members[0].post.channel_class)
    was, event.suggested_level = event.suggested_level, level_code(regulation, result.level)
    event.floor_fired = result.floor_fired
    event.grade = {**asdict(result), "figures": asdict(figures), "level_code": event.suggested_level}
    event.platforms_count = len({row.post.platform for row in members})
    if was != event.suggested_level:
        payload = {
            "was": was,
            "level": event.suggested_level,
            "score": result.score,
            "sentence": result.sentence,
            "sentence_en": result.sentence_en,
        }
        record(f"event:{event.number}", "event.graded", payload, Actor.SYSTEM)


def figures_of(event: Event, members: Sequence[EventPost]) -> Figures:
    """The grading's inputs for a whole event. What nobody knows stays unknown; a hand-read figure stands first."""
    latest = _latest_versions(members)
    said = [row.post.screening.figures for row in latest]
    hours = _known(one.get("hours") for one in said)
    if event.first_published_at is not None:
        elapsed = members[-1].post.received_at - event.first_published_at
        hours = [max(elapsed.total_seconds() / 3600, 0.0)]
    attitudes = _known(one.get("attitude") for one in said)
    attitude = event.attitude if event.attitude is not None else sum(attitudes) / len(attitudes) if attitudes else None
    return Figures(
        reads=_total(latest, "reads"),
        reposts=_total(latest, "reposts"),
        comments=_total(latest, "comments"),
        platforms=max([len({row.post.platform for row in latest}), *_known(one.get("platforms") for one in said)]),
        tier=max((int(tier) for tier in _known(one.get("tier") for one in said)), default=None),
        hours=max(hours, default=None),
        attitude=attitude,
        sensitivity=max(row.post.screening.sensitivity for row in latest),
        offline=max([event.offline_risk, *_known(one.get("offline") for one in said)]),
        **{name: any(one.get(name) for one in said) for name in ("casualty", "hot_list", "superior", "outage")},
    )


def _latest_versions(members: Sequence[EventPost]) -> list[EventPost]:
    """One row for each post: an edited post must not count its readers twice."""
    return list({(row.post.platform, row.post.native_id): row for row in members}.values())


def _known(values: Iterable[Any]) -> list[float]:
    return [value for value in values if value is not None]


def _total(members: Sequence[EventPost], name: str) -> float | None:
    figures = _known(row.post.metrics.get(name) for row in members)
    return sum(figures) if figures else None


def _stand(event: Event, screenings: Sequence[Screening], now: dt.datetime, desk: list[User] | None) -> None:
    """Whether the event needs an answer, until when its level wants confirming, and whom to warn."""
    if event.state == Event.DISMISSED and warnings.is_graver(event):
        _reopen(event)
    if event.state == Event.ENDED:
        warnings.warn_again(event, now, desk)
    if event.state == Event.CASED:
        warnings.warn(event, now, desk)  # only where it has become graver than all that was warned of
    if event.state not in (Event.OPEN, Event.NOTED):
        return
    if not needs_answer(event, screenings):
        event.state, event.confirm_by = Event.NOTED, None
        return
    event.state = Event.OPEN
    if event.confirm_by is None and not _is_confirmed(event):
        # For an event that was only noted until now the hour begins now; its first_known_at stays what it is.
        event.confirm_by = now + standards.regulation().grading.confirm_within.elapsed
    warnings.warn(event, now, desk)


def _reopen(event: Event) -> None:
    """A decision not to answer was about a lesser matter: a graver one asks again. The ledger keeps the decision."""
    event.state = Event.OPEN
    Dismissal.objects.filter(event=event).delete()
    record(f"event:{event.number}", "event.reopened", {"level": event.suggested_level}, Actor.SYSTEM)


def needs_answer(event: Event, screenings: Sequence[Screening]) -> bool:
    """No answer is needed where all that was said is praise, good news or talk, at the lowest level."""
    if event.life_safety or event.suggested_level != standards.regulation().levels[0].code:
        return True
    decided = ConcernDecision.objects.filter(event=event, agreed=True).last()
    concerns = {decided.concern} if decided else {row.concern for row in screenings}
    return not concerns <= set(standards.regulation().monitor.quiet_kinds)


def _is_confirmed(event: Event) -> bool:
    return event.level_decisions.filter(
        kind__in=(LevelDecision.CONFIRMED, LevelDecision.RAISED, LevelDecision.LOWERED)
    ).exists()


def _title(post: Post) -> str:
    if post.life_safety:
        return LIFE_TITLE
    first = (post.title or post.text).strip().splitlines()[0]
    return first if len(first) <= TITLE_CHARS else f"{first[: TITLE_CHARS - 1]}…"
