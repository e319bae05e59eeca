"""Which cases belong together （五）C5.16, C2.2: two cases of one matter are linked, one case of two matters is split
with no more time than the first had, a later case points at the earlier one of the same root.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huiying.handling import clocks
from huiying.handling.access import opens
from huiying.handling.actions.base import locked, move, require_text
from huiying.handling.actions.grading import next_case_number
from huiying.handling.actions.routing import give_lead
from huiying.handling.actions.sensitive import TITLE, carry_label
from huiying.handling.models import Case, Knowledge, Recurrence, SplitPost
from huiying.handling.process import LIVE
from huiying.judging import merging, opening
from huiying.judging.models import Event, EventPost
from huiying.kernel import clock as time
from huiying.kernel.wording import tokenise
from huiying.ledger.actions import Actor, lock, record, together, vouch
from huiying.listening.models import Post
from huiying.listening.reserved import covered
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import office, zone
from huiying.people.standing import actor_of
from huiying.work.rows import next_number


@transaction.atomic
@together()
def merge_cases(loser: Case, winner: Case, actor: User) -> None:
    """并案: both numbers stay valid; the winner takes the earliest knowledge and every earlier deadline (INV-3)."""
    require(actor, "case.merge", loser)
    require(actor, "case.merge", winner)
    first, second = sorted((loser.pk, winner.pk))
    if first == second:
        raise Refused(_("不能把一件并入它自己。"), code="same_case")
    list(Case.objects.select_for_update().filter(pk__in=(first, second)).order_by("pk"))
    loser, winner = locked(loser), locked(winner)
    if loser.event.sensitive != winner.event.sensitive:
        raise Refused(_("两件的敏感标记不一样：先标得一样，再并案。"), code="labels_differ")
    if winner.state not in LIVE:
        raise Refused(_("并入的案件已经办结。"), code="case_is_closed")
    lock(f"case:{loser.number}", f"case:{winner.number}")
    who = actor_of(actor)
    loser.state_before_merge = loser.state
    move(loser, "merge", who, winner.number)
    loser.merged_into = winner
    loser.save(update_fields=["merged_into", "state_before_merge"])
    for row in clocks.live(loser).filter(is_legal=True):
        clocks.adopt(winner, row, who)
    clocks.supersede_all(loser, _merged(winner))
    if loser.first_known_at < winner.first_known_at:
        known = Knowledge.objects.create(
            case=winner,
            known_at=loser.first_known_at,
            how="并案",
            evidence=loser.number,
            recorded_by=actor.name,
            recorded_at=time.now(),
        )
        winner.first_known_at = loser.first_known_at
        winner.save(update_fields=["first_known_at"])
        earlier = Event.objects.filter(pk=winner.event_id, first_known_at__gt=loser.first_known_at)
        earlier.update(first_known_at=loser.first_known_at)
        record(
            f"case:{winner.number}",
            "case.known_earlier",
            {"known_at": loser.first_known_at.isoformat(), "how": "并案", "evidence": loser.number},
            who,
            rows=[known, winner, winner.event],
        )
        clocks.start_legal(winner, cause=clocks.FOUND_EARLIER, actor=who)
    record(f"case:{winner.number}", "case.merged", {"from": loser.number}, who)


def _merged(winner: Case) -> str:
    return f"merged into {winner.number}"


@transaction.atomic
@together()
def unmerge_cases(loser: Case, reason: str, actor: User) -> None:
    """撤销并案: the case goes on where it stood, and its clocks run again with the same due dates (INV-1, INV-3).

    What the merge brought the other case, earlier knowledge and earlier deadlines, stays there: nothing moves later.
    """
    require(actor, "case.unmerge", loser)
    pks = sorted(pk for pk in (loser.pk, loser.merged_into_id) if pk is not None)
    list(Case.objects.select_for_update().filter(pk__in=pks).order_by("pk"))
    loser = locked(loser)
    winner = loser.merged_into
    if winner is None or loser.state != "merged" or winner.pk not in pks:
        raise Refused(_("此件没有并入别的案件，不必撤销。"), code="not_merged")
    reason = require_text(reason, 4, _("撤销并案的理由"))
    lock(f"case:{loser.number}", f"case:{winner.number}")
    who = actor_of(actor)
    move(loser, f"unmerge_to_{loser.state_before_merge}", who, reason)
    loser.merged_into, loser.state_before_merge = None, ""
    loser.save(update_fields=["merged_into", "state_before_merge"])
    clocks.resume(loser, _merged(winner))
    record(f"case:{loser.number}", "case.unmerged", {"from": winner.number, "reason": reason}, who, [loser])
    record(f"case:{winner.number}", "case.unmerged", {"into": loser.number, "reason": reason}, who)


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
        sealed_key=opening.new_sealed_key(),
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


LOOKED_AT, SHOWN = 300, 3
LIKE = 0.2  # share of common words below which two titles are about different things


def suggest_recurrence(case: Case) -> list[Case]:
    """Earlier cases of the same category or lead with a title like this one's, the likest first: 建议, never a link.

    Danger to life is on no such list (Life first).
    """
    lead = case.departments.filter(role="lead", until__isnull=True).values("department")
    same = Q(departments__department__in=lead, departments__role="lead")
    if case.category:
        same |= Q(category=case.category)
    earlier = (
        Case.objects.filter(same, opened_at__lt=case.opened_at, event__life_safety=False, event__sensitive="")
        .exclude(pk=case.pk)
        .exclude(state__in=("merged", "voided"))
        .exclude(pk__in=case.recurrences.values("earlier"))
        .distinct()
        .order_by("-opened_at")[:LOOKED_AT]
    )
    words = set(tokenise(case.title))
    scored = [(_likeness(words, set(tokenise(other.title))), other) for other in earlier]
    best = sorted((pair for pair in scored if pair[0] >= LIKE), key=lambda pair: -pair[0])
    return [other for _score, other in best[:SHOWN]]


def _likeness(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0


@transaction.atomic
@together()
def link_recurrence(case: Case, earlier: Case, reason: str, actor: User) -> Recurrence:
    """A person says that it is the same root (C2.2). From then on the case ends only with something put right."""
    case = locked(case)
    require(actor, "case.recurrence", case)
    if not opens(actor, earlier):
        raise Refused(_("没有编号为“%(number)s”的办件，请核对。") % {"number": earlier.number}, code="unknown_case")
    if earlier.pk == case.pk or earlier.opened_at > case.opened_at:
        raise Refused(_("请选择比本件更早的一件。"), code="not_earlier")
    if Recurrence.objects.filter(case=case, earlier=earlier).exists():
        raise Refused(_("这两件已经关联。"), code="linked_already")
    row = Recurrence.objects.create(
        case=case, earlier=earlier, reason=require_text(reason, 4, _("理由"))[:300], by=actor.name, at=time.now()
    )
    told = {"earlier": earlier.number, "reason": row.reason}
    record(f"case:{case.number}", "case.recurred", told, actor_of(actor), rows=[row])
    return row
