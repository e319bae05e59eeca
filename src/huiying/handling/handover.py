"""交接班 （五）C5.1, §7.2: the sheet composes itself from the record, who goes and who comes confirm it by name, and
the loop makes the hand-overs of the roster, says who has not confirmed and writes the night's two summaries.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from huiying.handling.models import Case, CaseDepartment, FactSheet, Handover, Liaison
from huiying.handling.process import LIVE
from huiying.handling.queries import with_next_due
from huiying.judging import queries as judging
from huiying.judging.models import Event
from huiying.kernel import canonical, clock
from huiying.ledger.actions import record, together, vouch
from huiying.listening import coverage, patrol
from huiying.people.contacts import cards
from huiying.people.errors import Altered, Refused
from huiying.people.models import User
from huiying.people.permissions import may, require
from huiying.people.queries import able, actor_of, is_set_up, on_duty, regulation_now, regulation_of
from huiying.people.roster import shifts_between
from huiying.people.versions import zone
from huiying.work import notify
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import every, poller

MOST = 40
DANGER = "涉及生命安全，当面交接"
Lines = list[str]
Section = Callable[[dt.datetime, dt.datetime], tuple[str, Lines]]


@dataclass(frozen=True)
class Sheet:
    """`sections`: (title, lines); an empty one says so, it is not left out."""

    since: dt.datetime
    at: dt.datetime
    sections: tuple[tuple[str, tuple[str, ...]], ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "since": self.since.isoformat(),
            "at": self.at.isoformat(),
            "sections": [{"title": title, "lines": list(lines)} for title, lines in self.sections],
        }


def shown_to(user: User, sheet: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The sections of a stored sheet that this reader may see (Life first)."""
    sections: list[dict[str, Any]] = sheet.get("sections", [])
    return sections if may(user, "urgent.view") else [one for one in sections if one["title"] != DANGER]


def compose(since: dt.datetime, now: dt.datetime | None = None) -> Sheet:
    """The sheet as it stands at `now`, about the shift since `since`."""
    at = now or clock.now()
    parts: list[Section] = [_open_cases, _to_confirm, _sources, _attention, _facts, _dangers]
    found = [part(since, at) for part in parts]
    return Sheet(since, at, tuple((title, tuple(_short(lines))) for title, lines in found))


def _short(lines: Lines) -> Lines:
    return lines if len(lines) <= MOST else [*lines[:MOST], f"……还有 {len(lines) - MOST} 条，见各页"]


def _local(at: dt.datetime) -> str:
    return f"{at.astimezone(zone()):%m-%d %H:%M}"


# A reporter of wrongdoing is not the desk's to know of (§6.2); of a minor or a victim it reads the number only.
OF_THE_DESK = ("", Event.MINOR, Event.VICTIM)


def _live(**which: Any) -> list[Case]:
    """Live cases, the next deadline first, those without one last."""
    rows = with_next_due(Case.objects.filter(state__in=LIVE, **which).select_related("event", "regulation"))
    return list(rows.order_by(F("next_due").asc(nulls_last=True), "opened_at"))


def _open_cases(_since: dt.datetime, now: dt.datetime) -> tuple[str, Lines]:
    """未结清单: number, level, time left, state, who has it and whom to call."""
    return "未结清单", _lines_of(_live(event__life_safety=False, event__sensitive__in=OF_THE_DESK), now)


def _dangers(_since: dt.datetime, now: dt.datetime) -> tuple[str, Lines]:
    """What is about a danger to life: that it is there and whom to call; what it says is told face to face."""
    lines = _lines_of(_live(event__life_safety=True, event__sensitive__in=OF_THE_DESK), now)
    lines += [f"定级：{event.number}{_until(event)}" for event in _events_to_do(danger=True)]
    calls = judging.urgent_calls().count()
    return DANGER, lines + ([f"叫人：{calls} 件还没有人应"] if calls else [])


def _lines_of(cases: list[Case], now: dt.datetime) -> Lines:
    leads = {
        row.case_id: row.department
        for row in CaseDepartment.objects.filter(
            case__in=cases, role=CaseDepartment.LEAD, until__isnull=True
        ).select_related("department")
    }
    contacts = {card.department.pk: card for card in cards(list({row.pk: row for row in leads.values()}.values()))}
    lines = []
    for case in cases:
        regulation, lead = regulation_of(case.regulation), leads.get(case.pk)
        title = [] if case.event.reserved else [case.title]
        parts = [case.number, regulation.name_of("level", case.level), *title, regulation.name_of("state", case.state)]
        due = case.next_due  # type: ignore[attr-defined]  # annotated by with_next_due
        if due is not None:
            hours = (due - now).total_seconds() / 3600
            parts.append(f"{_local(due)} 止，{'剩' if hours >= 0 else '已超'} {abs(hours):.1f} 小时")
        if lead is not None:
            called = [one.user for one in contacts[lead.pk].liaisons] if lead.pk in contacts else []
            who = f"（{called[0].name} {called[0].phone}）".replace(" ）", "）") if called else ""
            parts.append(f"主办{lead.name}{who}")
        lines.append("｜".join(parts))
    return lines


def _events_to_do(*, danger: bool) -> list[Event]:
    rows = judging.events_to_do().filter(life_safety=danger, sensitive="")
    return list(rows.only("number", "title", "life_safety", "confirm_by")[: MOST + 1])


def _until(event: Event) -> str:
    return f"，请在 {_local(event.confirm_by)} 前" if event.confirm_by else ""


def _to_confirm(_since: dt.datetime, now: dt.datetime) -> tuple[str, Lines]:
    """待确认: grading, liaison."""
    lines = [f"定级：{event.number} {event.title[:40]}{_until(event)}" for event in _events_to_do(danger=False)]
    letters = Liaison.objects.filter(case__event__life_safety=False, case__event__sensitive="")
    waiting = letters.filter(sent_at__isnull=False, answered_at__isnull=True, not_received_at__isnull=True)
    for row in waiting.select_related("case").order_by("submit_before"):
        until = f"，{_local(row.submit_before)} 前答复" if row.submit_before else ""
        lines.append(f"核实衔接：{row.case.number} 等{row.body}答复{until}")
    return "待确认", lines


def _sources(since: dt.datetime, now: dt.datetime) -> tuple[str, Lines]:
    """监测源状态: what was not looked at, what could not be, which class nobody watches."""
    lines = [f"漏巡：{card.point.name}（{_local(card.opens_at)} 起的时段）" for card in patrol.missed(since, now)]
    for row in coverage.matrix(1).rows:
        if row.required and row.uncovered:
            lines.append(f"渠道类“{row.name}”没有监测来源" + (f"：{row.note.reason}" if row.note else ""))
        for source in row.sources:
            bad = [look for look in source.looks if look.state == coverage.UNREACHABLE]
            if bad:
                lines.append(f"打不开：{source.name}")
    return "监测源状态", lines


def _attention(_since: dt.datetime, _now: dt.datetime) -> tuple[str, Lines]:
    """特别关注: the emergency watch."""
    watch = patrol.emergency()
    if watch is None:
        return "特别关注", []
    words = f"，扩大词：{'、'.join(watch.words)}" if watch.words else ""
    return "特别关注", [f"突发事件监测进行中：{watch.what}，每 {watch.every_minutes} 分钟一遍{words}"]


def _facts(since: dt.datetime, now: dt.datetime) -> tuple[str, Lines]:
    """口径库变化 since the last hand-over."""
    rows = FactSheet.objects.filter(
        at__gt=since, at__lte=now, case__event__life_safety=False, case__event__sensitive=""
    )
    return "口径变化", [
        f"{row.case.number} 第 {row.version} 版：{row.text[:60]}"
        for row in rows.select_related("case").order_by("at", "id")
    ]


def night_words(now: dt.datetime, since: dt.datetime) -> str:
    """The summary at 22:00 and 06:30 (§7.1): what may need somebody tonight, or what the night brought."""
    regulation = regulation_now()
    live = _live(event__sensitive__in=OF_THE_DESK)
    due = [(row, row.next_due) for row in live if row.next_due]  # type: ignore[attr-defined]  # annotated
    soon = [(row, at) for row, at in due if now < at <= now + dt.timedelta(hours=12)]
    late = sum(at <= now for _row, at in due)
    new = Event.objects.filter(opened_at__gt=since, opened_at__lte=now, life_safety=False, sensitive="").exclude(
        state=Event.MERGED
    )
    parts = [
        f"在办 {len(live)} 件" + (f"，已超时 {late} 件" if late else ""),
        f"新事件 {new.count()} 件，待定级 {judging.events_to_do().count()} 件",
    ]
    words = [f"{row.number}（{regulation.name_of('level', row.level)}，{_local(at)} 止）" for row, at in soon[:5]]
    if words:
        parts.append("12 小时内到期：" + "、".join(words))
    missed = patrol.missed(since, now).count()
    if missed:
        parts.append(f"漏巡 {missed} 处")
    watch = patrol.emergency()
    if watch is not None:
        parts.append(f"突发事件监测进行中：{watch.what}")
    calls = judging.urgent_calls().count()
    if calls:
        parts.append(f"生命安全叫人 {calls} 件没有人应")
    return "；".join(parts) + "。"


CHAIN = "duty"
PAGE = "/desk/handover/"
GRACE = dt.timedelta(minutes=30)
FIRST_SHIFT = dt.timedelta(hours=24)


def since_of(row: Handover) -> dt.datetime:
    """When the shift that ends began: the hand-over before, at most a day back."""
    before = Handover.objects.filter(changes_at__lt=row.changes_at, took_at__isnull=False).first()
    earliest = row.changes_at - FIRST_SHIFT
    return max(before.changes_at, earliest) if before is not None else earliest


@transaction.atomic
@together()
def begin_handover(incoming: User, actor: User) -> Handover:
    """交班 outside the roster: whoever sits at the desk hands it to another person with a duty post, now."""
    require(actor, "handover.give")
    if incoming.pk == actor.pk:
        raise Refused(_("交班和接班要是两个人。"), code="same_person")
    if incoming not in able("duty"):
        raise Refused(_("%(name)s没有值班岗位，不能接班。") % {"name": incoming.name}, code="no_duty_post")
    row = _made(clock.now(), actor, incoming)
    record(CHAIN, "handover.begun", {"handover": row.pk, "to": incoming.name}, actor_of(actor), [row])
    return row


@transaction.atomic
@together()
def prepare_handover(changes_at: dt.datetime, outgoing: User, incoming: User) -> Handover:
    """The roster says that the desk changes hands; both are told, and the sheet is there."""
    return _made(changes_at, outgoing, incoming)


def _made(changes_at: dt.datetime, outgoing: User, incoming: User) -> Handover:
    row, created = Handover.objects.get_or_create(
        changes_at=changes_at,
        defaults={
            "outgoing": outgoing,
            "incoming": incoming,
            "made_at": clock.now(),
            "next_action_at": changes_at + GRACE,
        },
    )
    if created:
        vouch(CHAIN, [row], "handover.prepared")
        notify.send(
            "交接班",
            f"{outgoing.name} → {incoming.name}：交接表已生成，请双方确认。",
            [outgoing.username, incoming.username],
            key=f"handover:{row.pk}",
            url=PAGE,
        )
    return row


@transaction.atomic
@together()
def give(row: Handover, remarks: str, actor: User) -> Handover:
    """交班确认: the sheet is frozen as it stands now, with what only the person knows (equipment, accounts)."""
    require(actor, "handover.give")
    row = _locked(row)
    if actor.pk != row.outgoing_id:
        raise Refused(_("须由交班人%(name)s确认。") % {"name": row.outgoing.name}, code="not_yours")
    if row.gave_at is not None:
        raise Refused(_("已经确认交班。"), code="given")
    row.sheet = compose(since_of(row)).to_json()
    row.sheet_sha256 = canonical.sha256(canonical.dumps(row.sheet))
    row.remarks = remarks.strip()[:2000]
    row.gave_at = clock.now()
    row.save(update_fields=["sheet", "sheet_sha256", "remarks", "gave_at"])
    told = {"handover": row.pk, "to": row.incoming.name, "sheet": row.sheet_sha256, "remarks": bool(row.remarks)}
    record(CHAIN, "handover.given", told, actor_of(actor), rows=[row])
    notify.send(
        "待您接班确认", f"{actor.name}已确认交班。", [row.incoming.username], key=f"handover-take:{row.pk}", url=PAGE
    )
    return row


@transaction.atomic
@together()
def take(row: Handover, actor: User) -> Handover:
    """接班确认: after the other person's, never by the same person."""
    require(actor, "handover.give")
    row = _locked(row)
    if actor.pk != row.incoming_id:
        raise Refused(_("须由接班人%(name)s确认。") % {"name": row.incoming.name}, code="not_yours")
    if row.gave_at is None:
        raise Refused(_("%(name)s还没有确认交班。") % {"name": row.outgoing.name}, code="not_given")
    if row.took_at is not None:
        raise Refused(_("已经确认接班。"), code="taken")
    if canonical.sha256(canonical.dumps(row.sheet)) != row.sheet_sha256:
        raise Altered(f"{CHAIN} {row.pk}")
    row.took_at, row.next_action_at = clock.now(), None
    row.save(update_fields=["took_at", "next_action_at"])
    told = {"handover": row.pk, "from": row.outgoing.name, "sheet": row.sheet_sha256,
            "late": row.took_at > row.changes_at + GRACE}  # fmt: skip
    record(CHAIN, "handover.taken", told, actor_of(actor), rows=[row])
    return row


def _locked(row: Handover) -> Handover:
    rows = Handover.objects.select_for_update(of=("self",)).select_related("outgoing", "incoming")
    return rows.get(pk=row.pk)


AHEAD = dt.timedelta(minutes=30)
EVENING, MORNING = dt.time(22, 0), dt.time(6, 30)
SUMMARY_WITHIN = dt.timedelta(hours=2)  # a loop that was down says it late, not never; after that the morning's is next
NAG_EVERY = dt.timedelta(minutes=30)


@every("handling.handovers", 60)
def changes_of_the_roster() -> None:
    """Where one shift ends and another person's begins, the sheet is prepared half an hour before (C5.1)."""
    if not is_set_up():
        return
    now = clock.now()
    shifts = shifts_between(now - AHEAD, now + AHEAD + dt.timedelta(minutes=1))
    for ends in shifts:
        if not now - AHEAD < ends.ends_at <= now + AHEAD:
            continue
        begins = next((one for one in shifts if one.starts_at == ends.ends_at and one.user_id != ends.user_id), None)
        if begins is not None:
            prepare_handover(ends.ends_at, ends.user, begins.user)


@poller("handovers", due=lambda now: Handover.objects.filter(next_action_at__lte=now).exists())
def unconfirmed(now: dt.datetime, limit: int) -> int:
    """Half an hour after the change and not both have confirmed: the shift leader hears of it (§7.1)."""
    due = Handover.objects.filter(next_action_at__lte=now).order_by("next_action_at", "id")
    return sum(_alarm(pk, now) for pk in list(due.values_list("pk", flat=True)[:limit]))


@transaction.atomic
def _alarm(pk: int, now: dt.datetime) -> int:
    row = Handover.objects.select_for_update(of=("self",)).select_related("outgoing", "incoming").get(pk=pk)
    if row.next_action_at is None or row.next_action_at > now or row.took_at is not None:
        return 0
    who = row.incoming if row.gave_at is not None else row.outgoing
    notify.send(
        "交接班没有确认",
        f"{row.outgoing.name} → {row.incoming.name}，等{who.name}确认。",
        [who.username, *(user.username for user in able("escalation")[:1])],
        "warning",
        key=f"handover-late:{row.pk}:{int(now.timestamp())}",
        url=PAGE,
    )
    row.next_action_at = now + NAG_EVERY
    row.save(update_fields=["next_action_at"])
    return 1


@every("handling.night_summary", 60)
def night_summary() -> None:
    """At 22:00 and 06:30, in the bureau's own time: whoever sits at the desk and whoever leads (C5.12)."""
    if not is_set_up():
        return
    now, own = clock.now(), zone()
    today = now.astimezone(own).date()
    for at, title, back in ((EVENING, "夜间小结 22:00", 14), (MORNING, "夜间小结 06:30", 9)):
        moment = dt.datetime.combine(today, at, own)
        if not moment <= now < moment + SUMMARY_WITHIN:
            continue
        people = [user.username for user in (*on_duty(), *able("escalation"))]
        words = night_words(now, now - dt.timedelta(hours=back))
        notify.send(title, words, people, key=f"night:{today}T{at:%H:%M}", url="/desk/")


@auditor("handovers")
def every_change_is_confirmed() -> list[Finding]:
    """A change of the desk that nobody confirmed (C5.1)."""
    now = clock.now()
    rows = Handover.objects.filter(took_at__isnull=True, changes_at__lt=now - GRACE, changes_at__gt=now - 7 * _DAY)
    found = []
    for row in rows.select_related("outgoing", "incoming"):
        when = f"{row.changes_at.astimezone(zone()):%m-%d %H:%M}"
        found.append(
            Finding(
                "handover.unconfirmed",
                "warning",
                f"{when} {row.outgoing.name} → {row.incoming.name} 的交接没有双方确认",
                f"The hand-over of {when} was not confirmed by both.",
            )
        )
    return found


_DAY = dt.timedelta(days=1)
