"""值班表 and 领导小组 （五）C5.1: two weeks with every uncovered hour in red; who sits in the group and how it
stands.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from huiying.desk.bar import Bar, Verb, build, form_for, offered
from huiying.desk.context import of
from huiying.desk.dispatch import perform, perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang
from huiying.desk.subjects.roster import GROUP_VERBS, ROSTER_VERBS, SEAT_VERBS, SWAP_VERBS, ShiftForm, places
from huiying.kernel import clock
from huiying.kernel.keepable import day_of, moment_fault
from huiying.listening import patrol
from huiying.people import roster as kept
from huiying.people.actions.roster import cancel_shift, set_shift
from huiying.people.models import DutyShift, GroupSeat, ShiftSwap, User
from huiying.people.permissions import may
from huiying.people.queries import able

DAYS = 14
EDGE = dt.timedelta(hours=2)


@dataclass(frozen=True)
class Slot:
    """A day's or a night's turn: who has it, and which part nobody has."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    is_night: bool
    shifts: list[tuple[DutyShift, bool]]  # and whether it covers the whole turn
    gaps: list[kept.Gap]
    now: bool

    @property
    def holes(self) -> list[tuple[kept.Gap, bool]]:
        """Each gap, and whether it is the whole turn."""
        return [(gap, gap.starts_at == self.starts_at and gap.ends_at == self.ends_at) for gap in self.gaps]


@dataclass(frozen=True)
class Day:
    date: dt.date
    slots: list[Slot]


@staff()
def roster(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "contact.view")
    return _page(request)


def _page(
    request: StaffRequest, form: ShiftForm | None = None, bound: dict[str, VerbForm] | None = None
) -> HttpResponse:
    first = _first_day(request.GET.get("from", ""))
    start, end = _span(first)
    days = _days(first)
    may_edit = may(request.user, "roster.edit").allowed
    if may_edit and form is None:
        form = ShiftForm(people=able("duty"), initial=_initial(request, days))
    shown = [shift for day in days for slot in day.slots for shift, _whole in slot.shifts]
    mine = any(shift.user_id == request.user.pk and shift.starts_at > clock.now() for shift in shown)
    context: dict[str, Any] = {
        "days": days,
        "holes": sum(len(slot.gaps) for day in days for slot in day.slots),
        "seated": [
            shift.user for day in days for slot in day.slots if slot.now for shift, _w in slot.shifts if _on(shift)
        ],
        "form": form if may_edit else None,
        "before": first - dt.timedelta(days=DAYS),
        "after": first + dt.timedelta(days=DAYS),
        "is_now": first == timezone.localdate(clock.now()),
        "first": first,
        "signed": kept.signed(start, end),
        "swaps": kept.open_swaps(request.user),
        "bar": _bar(request.user, first, (start, end), mine, bound),
    }
    return render(request, "desk/roster.html", context)


def _bar(
    user: User, first: dt.date, days: tuple[dt.datetime, dt.datetime], mine: bool, bound: dict[str, VerbForm] | None
) -> Bar:
    """`mine`: whether a turn of this person's is shown that has not begun."""
    rows = []
    if mine:
        rows.append(("swap", _("请人替班或换班"), ""))
    if may(user, "roster.sign", kept.group()).allowed and days[1] > clock.now():
        rows.append(("sign", _("签发这两周的值班表"), ""))
    base = reverse("desk:roster_days", args=[f"{first:%Y-%m-%d}"])
    return build(offered(rows), ROSTER_VERBS, None, user, base=base, bound=bound)


def _span(first: dt.date) -> tuple[dt.datetime, dt.datetime]:
    zone = timezone.get_current_timezone()
    return (
        dt.datetime.combine(first, kept.MORNING, zone),
        dt.datetime.combine(first + dt.timedelta(days=DAYS), kept.MORNING, zone),
    )


def _on(shift: DutyShift) -> bool:
    return shift.starts_at <= clock.now() < shift.ends_at


def _first_day(text: str) -> dt.date:
    return day_of(text) or timezone.localdate(clock.now())


def _days(first: dt.date) -> list[Day]:
    zone = timezone.get_current_timezone()

    def at(day: dt.date, time: dt.time) -> dt.datetime:
        return dt.datetime.combine(day, time, zone)

    now = clock.now()
    end = first + dt.timedelta(days=DAYS)
    shifts = kept.shifts_between(at(first, kept.MORNING), at(end, kept.MORNING))
    found = []
    for number in range(DAYS):
        day = first + dt.timedelta(days=number)
        turns = (
            (at(day, kept.MORNING), at(day, kept.EVENING), False),
            (at(day, kept.EVENING), at(day + dt.timedelta(days=1), kept.MORNING), True),
        )
        found.append(Day(day, [_slot(start, stop, night, shifts, now) for start, stop, night in turns]))
    return found


def _slot(start: dt.datetime, stop: dt.datetime, night: bool, shifts: list[DutyShift], now: dt.datetime) -> Slot:
    here = [row for row in shifts if row.starts_at < stop and row.ends_at > start]
    # An hour that has passed cannot be manned any more: only what is still to come is a hole.
    holes = kept.gaps(here, max(start, now), stop) if stop > now else []
    shown = [row for row in here if _stands_in(row, start, stop)]
    whole = [(row, row.starts_at <= start and row.ends_at >= stop) for row in shown]
    return Slot(start, stop, night, whole, holes, start <= now < stop)


def _stands_in(shift: DutyShift, start: dt.datetime, stop: dt.datetime) -> bool:
    """A morning shift that begins at half past seven is no night's turn: its edge is counted, and not shown there."""
    inside = min(shift.ends_at, stop) - max(shift.starts_at, start)
    return inside >= min(EDGE, shift.ends_at - shift.starts_at)


def _initial(request: StaffRequest, days: list[Day]) -> dict[str, Any]:
    """The hole that was pressed, else the first one: filling it is a name and a press."""
    asked = [_moment(request.GET.get(name, "")) for name in ("start", "end")]
    if all(asked):
        return {"starts_at": asked[0], "ends_at": asked[1]}
    hole = next((gap for day in days for slot in day.slots for gap in slot.gaps), None)
    return {"starts_at": hole.starts_at, "ends_at": hole.ends_at} if hole else {}


def _moment(text: str) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment_fault(found):
        return None
    return timezone.make_aware(found) if timezone.is_naive(found) else found


@staff("POST")
def set_(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "roster.edit")
    form = ShiftForm(request.POST, people=able("duty"))
    return perform(
        request,
        lambda: _set(form.cleaned_data, request.user),
        done=lambda made: ngettext("已排 %(n)d 班。", "已排 %(n)d 班。", len(made)) % {"n": len(made)},
        to="desk:roster",
        form=form,
        again=partial(_again, request, form),
    )


def _set(data: dict[str, Any], user: User) -> list[DutyShift]:
    return set_shift(data["user"], data["starts_at"], data["ends_at"], user, days=data["days"])


def _again(request: StaffRequest, form: ShiftForm, status: int) -> HttpResponse:
    response = _page(request, form)
    response.status_code = status
    return response


@staff()
def days(request: StaffRequest, first: str) -> HttpResponse:
    """The two weeks from a day on, as an address that a verb can stand under."""
    or_404(request.user, "contact.view")
    return redirect(f"{reverse('desk:roster')}?from={_first_day(first):%Y-%m-%d}")


@staff("POST")
def do(request: StaffRequest, first: str, verb: str) -> HttpResponse:
    """Ask for a swap, or sign the two weeks that are shown."""
    or_404(request.user, "contact.view")
    day = _first_day(first)
    page = f"{reverse('desk:roster')}?from={day:%Y-%m-%d}"
    return perform_verb(
        request, ROSTER_VERBS, verb, _span(day), to=page, again=lambda bound: _page(request, bound=bound)
    )


@staff("POST")
def swap(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """Agree, refuse or withdraw. A swap is for the two whom it concerns."""
    or_404(request.user, "contact.view")
    mine = ShiftSwap.objects.filter(asker=request.user) | ShiftSwap.objects.filter(asked_of=request.user)
    row = get_object_or_404(mine, pk=pk)

    def again(bound: dict[str, VerbForm]) -> HttpResponse:
        for form in bound.values():
            for error in form.non_field_errors():
                messages.error(request, str(error))
        return _page(request)

    return perform_verb(request, SWAP_VERBS, verb, row, to=reverse("desk:roster"), again=again)


@staff("POST")
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    or_404(request.user, "roster.edit")
    shift = get_object_or_404(DutyShift, pk=pk)
    return perform(
        request, lambda: cancel_shift(shift, request.user), done=_("这一班已取消，空出来的钟点标红。"), to="desk:roster"
    )


@staff()
def leading_group(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "contact.view")
    return _group_page(request)


@staff("POST")
def group_do(request: StaffRequest, verb: str) -> HttpResponse:
    or_404(request.user, "contact.view")
    return _do(request, GROUP_VERBS, verb, None)


@staff("POST")
def seat(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    or_404(request.user, "contact.view")
    return _do(request, SEAT_VERBS, verb, get_object_or_404(GroupSeat.objects.select_related("user"), pk=pk))


def _do(request: StaffRequest, verbs: dict[str, Verb], verb: str, row: GroupSeat | None) -> HttpResponse:
    page = reverse("desk:leading_group")
    return perform_verb(request, verbs, verb, row, to=page, again=lambda bound: _group_page(request, bound, row))


def _group_page(
    request: StaffRequest, bound: dict[str, VerbForm] | None = None, about: GroupSeat | None = None
) -> HttpResponse:
    why, now, bound = may(request.user, "leading_group.edit").why, clock.now(), bound or {}
    words = dict(places())
    seats = []
    live, former = kept.group_then_and_now()
    for row in live:
        refused = bound.get("leave") if about is not None and about.pk == row.pk else None
        form = refused or (None if why else form_for(SEAT_VERBS["leave"], f"leave-{row.pk}", row, request.user))
        seats.append((row, words[row.place], form))
    regulation = of(request).regulation
    lacking = patrol.uncovered_classes(regulation, patrol.watched_classes())
    roles = regulation.roles_acting_as("leading_group")
    context = {
        "name": regulation.name_of("role", roles[0], lang()),
        "seats": seats,
        "no_head": not any(row.place == GroupSeat.HEAD for row, *_rest in seats),
        "former": [(row, words[row.place]) for row in former[:20]],
        "holes": kept.holes_ahead(now),
        "signed": kept.signed(now, now + kept.AHEAD),
        "required": len(regulation.monitor.channel_classes),
        "covered": len(regulation.monitor.channel_classes) - len(lacking),
        "completion": patrol.completion(now - 7 * patrol.DAY, now),
        "bar": build(
            offered([("seat", _("增加成员"), why)]), GROUP_VERBS, None, request.user,
            base=reverse("desk:leading_group") + "do/", bound=bound if about is None else None,
        ),
    }  # fmt: skip
    return render(request, "desk/leading_group.html", context)
