"""One case, two matters: the second gets a case of its own, with no more time than the first had （五）C5.16."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import clocks
from huiying.handling.actions.base import locked, move, require_text
from huiying.handling.actions.grading import next_case_number
from huiying.handling.actions.routing import give_lead
from huiying.handling.actions.sensitive import TITLE, carry_label
from huiying.handling.models import Case, Knowledge, SplitPost
from huiying.handling.process import LIVE
from huiying.judging import merging, voice_tags
from huiying.judging.models import Event, EventPost
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, lock, record, together, vouch
from huiying.listening.models import Post
from huiying.listening.reserved import covered
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import office, zone
from huiying.people.standing import actor_of
from huiying.work.numbers import next_number

# The stream numbers its events from 1; what people split off is numbered far above, where the stream never comes.
SPLIT_NUMBERS = 2_000_000_000


@transaction.atomic
@together()
def split_case(case: Case, post_ids: Iterable[int], title: str, reason: str, actor: User) -> Case:
    """拆分: the chosen posts become a case of their own, led by the office, judged by the same regulation.

    It was first known when the parent was, and no deadline of it is later than the parent's (INV-2, INV-3).
    """
    require(actor, "case.split", case)
    case = locked(case)
    if case.state not in LIVE:
        raise Refused(_("此件已经办结，不能再拆分。"), code="case_is_closed")
    posts = _taken(case, post_ids)
    title = require_text(title, 4, _("新件的标题"))
    given, title = title, TITLE if case.event.sensitive else title
    reason = require_text(reason, 4, _("拆分理由"))
    now, who = time.now(), actor_of(actor)
    made = Case(
        number=next_case_number(now),
        event=_event(case, posts, title),
        title=title[:200],
        state="",
        level=case.level,
        is_provisional=case.is_provisional,
        emergency=case.emergency,
        concern=case.concern,
        first_known_at=case.first_known_at,
        regulation=case.regulation,
        split_from=case,
        opened_at=now,
    )
    lock(f"case:{case.number}", f"case:{made.number}", f"event:{made.event.number}")
    made.save()
    carry_label(case, made, given)
    taken = SplitPost.objects.bulk_create(SplitPost(case=made, post=post) for post in posts)
    _record(case, made, taken, reason, who)
    known = Knowledge.objects.create(
        case=made,
        known_at=case.first_known_at,
        how="自原件拆分",
        evidence=case.number,
        recorded_by=who.name,
        recorded_at=now,
    )
    vouch(f"case:{made.number}", [known], "case.opened")
    move(made, "open", who, reason)
    coordinator = office()
    give_lead(made, coordinator, f"自{case.number}拆分，由{coordinator.name}统筹转办", now)
    clocks.start_legal(made, cause=clocks.SPLIT, actor=who)
    for row in clocks.live(case).filter(is_legal=True):
        clocks.adopt(made, row, who)
    clocks.start_internal(made, "triage")
    if not made.is_provisional:
        clocks.start_from_level(made, actor)
    return made


def _record(case: Case, made: Case, posts: list[SplitPost], reason: str, who: Actor) -> None:
    opened = {
        "event": made.event.number,
        "title": made.title,
        "first_known_at": made.first_known_at.isoformat(),
        "regulation": made.regulation.sha256,
        "reason": reason,
    }
    record(f"case:{made.number}", "case.opened", opened, who, rows=[made, *posts])
    record(f"case:{made.number}", "case.split_from", {"from": case.number}, who)
    record(f"case:{case.number}", "case.split", {"into": made.number, "posts": len(posts), "reason": reason}, who)


def posts_to_split(case: Case) -> list[Post]:
    """What a part of could become a case of its own: the case's posts that no earlier split took along."""
    gone = SplitPost.objects.filter(case__split_from=case).values("post")
    if case.split_from_id is not None:
        found = Post.objects.filter(split_cases__case=case)
    else:
        members = EventPost.objects.filter(event__in=merging.family(case.event), withdrawn_at__isnull=True)
        found = Post.objects.filter(pk__in=members.values("post"))
    rows = list(found.exclude(pk__in=gone).order_by("pk"))
    return [covered(post) for post in rows] if case.event.masked else rows


def _taken(case: Case, post_ids: Iterable[int]) -> list[Post]:
    chosen, there = set(post_ids), posts_to_split(case)
    taken = [post for post in there if post.pk in chosen]
    if not taken or len(taken) < len(chosen):
        raise Refused(_("请选择本件里的来文，至少一条。"), code="no_such_post")
    if len(taken) == len(there):
        raise Refused(_("至少留一条来文在原件里；整件另办请重新转办。"), code="nothing_left")
    return taken


def _event(case: Case, posts: list[Post], title: str) -> Event:
    """An event of its own to hang the levels on; the posts stay where they were judged."""
    parent = case.event
    now = time.now()
    day = f"{now.astimezone(zone()):%Y%m%d}"
    event = Event.objects.create(
        number=f"E{day}-{next_number(f'event:{day}'):02d}",
        stream_no=SPLIT_NUMBERS + next_number("event:split"),
        title=title[:200],
        state=Event.CASED,
        opened_at=now,
        last_post_at=parent.last_post_at,
        first_known_at=case.first_known_at,
        first_published_at=min((post.published_at for post in posts if post.published_at), default=None),
        posts_count=len(posts),
        platforms_count=len({post.platform for post in posts}),
        sealed_key=voice_tags.new_sealed_key(),
        lead=parent.lead,
        co_leads=parent.co_leads,
        confirm_with=parent.confirm_with,
        concern=parent.concern,
        suggested_level=parent.suggested_level,
        grade=parent.grade,
        life_safety=parent.life_safety,
        sensitive=parent.sensitive,
        reasons=parent.reasons,
        reasons_en=parent.reasons_en,
    )
    payload = {"number": event.number, "first_known_at": event.first_known_at, "split_from": parent.number}
    record(f"event:{event.number}", "event.opened", payload, Actor.SYSTEM, rows=[event])
    return event
