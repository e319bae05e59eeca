"""敏感 (§6.1 S8, §6.2): a person says that a matter is, at once; it stops being so by another person's word (as INV-7).

A label is the whole matter's: what was merged or split is shown through one another, so it bears one label. While it
does, titles say nothing: they stand in lists, notices and papers. The machine suggests and never decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from huiying.handling.actions.base import locked, require_text
from huiying.handling.models import Case, Sensitivity
from huiying.judging import merging
from huiying.judging.batch import locked_event, locked_events
from huiying.judging.models import Event, EventPost
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, lock, record, together, vouch
from huiying.people.errors import Refused
from huiying.people.models import Appointment, User
from huiying.people.permissions import require
from huiying.people.predicates import integrity_departments
from huiying.people.queries import regulation_now
from huiying.people.standing import actor_of, capabilities
from huiying.work import notify
from huiying.work.models import Notice

KINDS: dict[str, str | Promise] = {
    Event.REPORTER: gettext_lazy("反映人：举报违纪违法"),
    Event.MINOR: gettext_lazy("未成年人"),
    Event.VICTIM: gettext_lazy("健康、受害人"),
}
TITLE = "敏感事项（限知悉）"
READ = 50  # posts that the machine looks at for its suggestion

_WRONGS = "受贿|索贿|行贿|收受|贪污|回扣|好处费|红包|以权谋私|利益输送|违纪|违法"
SIGNS: dict[str, re.Pattern[str]] = {
    Event.REPORTER: re.compile(f"(实名|署名)举报|(举报|检举|揭发|控告).{{0,30}}({_WRONGS})"),
    Event.MINOR: re.compile(
        "未成年|女童|男童|幼童|小学生|初中生|(?<![0-9])([1-9]|1[0-7])岁的?(孩子|女孩|男孩|女儿|儿子|学生)"
    ),
    Event.VICTIM: re.compile("受害人|受害者|被害人|性侵|猥亵|家暴|病历|确诊|患(有|了)|艾滋|抑郁症"),
}


def suggested(event: Event) -> str:
    """The kind that the words plainly speak of, the strictest first; "" for none. Never a label by itself."""
    if event.sensitive:
        return ""
    rows = EventPost.objects.filter(event=event, withdrawn_at__isnull=True).order_by("id")
    return spoken_of(rows.values_list("post__title", "post__text")[:READ])


def spoken_of(posts: Iterable[tuple[str, str]]) -> str:
    """The kind of which these titles and texts plainly speak; "" for none."""
    texts = [f"{title}\n{text}" for title, text in posts]
    return next((kind for kind, sign in SIGNS.items() if any(sign.search(text) for text in texts)), "")


@transaction.atomic
@together()
def label(case: Case, kind: str, reason: str, actor: User) -> None:
    """标为敏感: at once, by whoever handles the case, the desk, the office or a leader. Raises Refused."""
    case = locked(case)
    require(actor, "case.label", case)
    _check(case.event, kind)
    _say(*_matter(case), kind, reason, actor)
    if kind == Event.REPORTER:
        pass_on(case, actor)


@transaction.atomic
@together()
def label_event(event: Event, kind: str, reason: str, actor: User) -> None:
    """标为敏感 before there is a case: in the first hour most people look. Its case will bear it. Raises Refused."""
    event = locked_event(event.pk)
    require(actor, "event.label", event)
    if event.state not in (Event.OPEN, Event.NOTED):
        raise Refused(_("已立案的，请在办件里标；已并入或已了结的，不再标。"), code="not_here")
    _check(event, kind)
    _say(_voided(event), _family(event), kind, reason, actor)


def _check(event: Event, kind: str) -> None:
    if kind not in KINDS:
        raise Refused(_("请选择敏感事项的种类。"), code="unknown_kind")
    if event.sensitive:
        raise Refused(_("此件已标为敏感。"), code="labelled_already")


def _say(cases: list[Case], events: list[Event], kind: str, reason: str, actor: User) -> None:
    reason = require_text(reason, 4, _("理由"))[:300]
    now, who = time.now(), actor_of(actor)
    titles = {row.event_id: row.title for row in cases}
    for event in events:
        Sensitivity.objects.filter(event=event, lifted_at__isnull=True).update(kind=kind)
        Sensitivity.objects.get_or_create(
            event=event,
            lifted_at=None,
            defaults={
                "kind": kind, "reason": reason, "title": event.title, "case_title": titles.get(event.pk, ""),
                "by": who.name, "by_user": actor.pk, "at": now,
            },
        )  # fmt: skip
        Event.objects.filter(pk=event.pk).update(sensitive=kind, title=TITLE)
        labels = Sensitivity.objects.filter(event=event, lifted_at__isnull=True)
        record(f"event:{event.number}", "event.labelled", {"kind": kind}, who, rows=[event, *labels])
    Case.objects.filter(pk__in=[row.pk for row in cases]).update(title=TITLE)
    for row in cases:
        record(f"case:{row.number}", "case.labelled", {"kind": kind, "reason": reason}, who, rows=[row])
    _hush([row.number for row in cases] + [event.number for event in events])


def _hush(numbers: list[str]) -> None:
    """What people were told in the house before says no more than the number."""
    for number in numbers:
        about = Q(title__contains=number) | Q(body__contains=number) | Q(url__contains=f"/{number}/")
        Notice.objects.filter(about).update(title=f"{number} {TITLE}", body=TITLE)


def label_opened(case: Case, actor: User | Actor) -> None:
    """A case that is opened for a labelled event bears the label from its first entry on."""
    event = case.event
    if not event.sensitive:
        return
    Sensitivity.objects.filter(event=event, lifted_at__isnull=True, case_title="").update(case_title=F("title"))
    labels = Sensitivity.objects.filter(event=event, lifted_at__isnull=True)
    told = {"kind": event.sensitive, "reason": ""}
    record(f"case:{case.number}", "case.labelled", told, actor_of(actor), rows=labels)
    if event.sensitive == Event.REPORTER:
        pass_on(case, actor)


def pass_on(case: Case, actor: User | Actor) -> None:
    """The integrity department learns by number only that there is something; it reads it where reads are recorded."""
    regulation = regulation_now()
    roles = [role.code for role in regulation.roles.values() if "handle" in capabilities(role)]
    heads = Appointment.objects.current(time.now()).filter(
        role__in=roles, department__code__in=integrity_departments(regulation), user__is_active=True
    )
    notify.send(
        f"{case.number} 敏感事项",
        "有一件举报线索，请登录系统查看。限知悉，不转发。",
        sorted(set(heads.values_list("user__username", flat=True))),
        "warning",
        key=f"label:{case.pk}:{time.now().timestamp():.0f}",
        url=f"/desk/cases/{case.number}/",
    )


def carry_label(case: Case, made: Case, title: str) -> None:
    """What is split off a labelled case bears the same label; `title` is what it is called once that is over."""
    kept = Sensitivity.objects.filter(event=case.event_id, lifted_at__isnull=True).first()
    if kept is not None:
        kept.pk, kept.event, kept.title, kept.case_title = None, made.event, title[:200], title[:200]
        kept.save(force_insert=True)
        vouch(f"case:{made.number}", [kept], "case.labelled")


@transaction.atomic
@together()
def unlabel(case: Case, reason: str, actor: User) -> None:
    """取消敏感: never by whoever set it. Towards less care it takes two persons and a reason. Raises Refused."""
    case = locked(case)
    require(actor, "case.unlabel", case)
    if not case.event.sensitive:
        raise Refused(_("此件没有标为敏感。"), code="not_labelled")
    _lift(*_matter(case), reason, actor)


@transaction.atomic
@together()
def unlabel_event(event: Event, reason: str, actor: User) -> None:
    """取消敏感 where no case was opened; as `unlabel`. Raises Refused."""
    event = locked_event(event.pk)
    require(actor, "event.unlabel", event)
    if not event.sensitive:
        raise Refused(_("此件没有标为敏感。"), code="not_labelled")
    if Case.objects.filter(event=event).exclude(state="voided").exists():
        raise Refused(_("已立案的，请在办件里取消。"), code="not_here")
    _lift(_voided(event), _family(event), reason, actor)


def labelled_by(event: Event) -> int | None:
    """Who set the label that is in force; None where there is none."""
    rows = Sensitivity.objects.filter(event=event, lifted_at__isnull=True).values_list("by_user", flat=True)
    return rows.first() if event.sensitive else None


def _lift(cases: list[Case], events: list[Event], reason: str, actor: User) -> None:
    reason = require_text(reason, 4, _("理由"))[:300]
    rows = {row.event_id: row for row in Sensitivity.objects.filter(event__in=events, lifted_at__isnull=True)}
    if any(row.by_user == actor.pk for row in rows.values()):
        raise Refused(_("是您标的，须由另一个人取消。"), code="second_person")
    now, who = time.now(), actor_of(actor)
    for event in events:
        row = rows.get(event.pk)
        if row is not None:
            row.lift_reason, row.lifted_by, row.lifted_user, row.lifted_at = reason, who.name, actor.pk, now
            row.save()
        Event.objects.filter(pk=event.pk).update(sensitive="", title=row.title if row is not None else event.title)
        record(f"event:{event.number}", "event.unlabelled", {}, who, rows=[event, *([row] if row is not None else [])])
    for one in cases:
        kept = rows.get(one.event_id)
        if kept is not None and kept.case_title:
            Case.objects.filter(pk=one.pk).update(title=kept.case_title)
        record(f"case:{one.number}", "case.unlabelled", {"reason": reason}, who, rows=[one])


def _voided(event: Event) -> list[Case]:
    """A case that was opened by mistake stands under its number, and its title with it."""
    return list(Case.objects.filter(event=event, state="voided"))


def _family(event: Event) -> list[Event]:
    """An event without a case, with what was merged into it; their chains locked."""
    events = locked_events(Event.objects.filter(pk__in=[row.pk for row in merging.family(event)]))
    lock(*(f"event:{row.number}" for row in events))
    return events


def _matter(case: Case) -> tuple[list[Case], list[Event]]:
    """The case with all that it was merged with or split from, and their events with what was merged into those; every
    chain of theirs locked.
    """
    found, layer = {case.pk: case}, [case.pk]
    while layer:
        around = Q(split_from__in=layer) | Q(merged_into__in=layer)
        around |= Q(split_off__in=layer) | Q(merged__in=layer)
        more = Case.objects.filter(around).exclude(pk__in=list(found)).select_related("event").distinct()
        layer = [row.pk for row in more]
        found |= {row.pk: row for row in more}
    cases = list(found.values())
    events = locked_events(
        Event.objects.filter(pk__in=[event.pk for row in cases for event in merging.family(row.event)])
    )
    lock(*(f"case:{row.number}" for row in cases), *(f"event:{event.number}" for event in events))
    return cases, events
