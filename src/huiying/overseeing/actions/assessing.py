"""Verbs of assessment （十二）C12.3: shown, commented, appealed, final. Nobody types a score; each verb computes it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.ledger.actions import record
from huiying.overseeing.commands import Own as Own, assess, chain_of, course, entries_of
from huiying.overseeing.history.norms import Period, period
from huiying.overseeing.models import Appeal, Assessment, AssessmentComment
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.permissions import require
from huiying.people.queries import able, regulation_now, takers, zone
from huiying.people.standing import actor_of
from huiying.people.versions import require_text
from huiying.regulation.errors import UsageError
from huiying.work import notify

# Figures stop a little before now: what another transaction is still writing then falls on one side for good.
SETTLED = dt.timedelta(minutes=1)
NOTHING: dict[str, Any] = {"weights": {}, "scores": {}, "basis": {}, "sha256": ""}  # before it is computed


def _wanted(words: str) -> Period:
    try:
        return period(words)
    except UsageError as error:
        raise Refused(_("时期写作 2026、2026Q3 或 2026-09。"), code="period") from error


def page_of(assessment: Assessment) -> str:
    return f"/desk/assessments/{assessment.period}/"


@transaction.atomic
def show(words: str, actor: User) -> Assessment:
    """出示: from now on the figures of the period stand at this cut-off, and every department reads its own row."""
    require(actor, "assessment.show")
    wanted, now = _wanted(words), clock.now()
    cut_off = now - SETTLED
    if cut_off.astimezone(zone()).date() < wanted.after:
        raise Refused(_("这个时期还没有结束，不能出示考核。"), code="not_over")
    if Assessment.objects.filter(period=wanted.words).exists():
        raise Refused(_("这个时期的考核已经出示过，指标停在当时，不能重来。"), code="already_shown")
    law = regulation_now()
    until = law.work_calendar.add(now, law.assessment.appeal_within)
    made = Assessment.objects.create(
        period=wanted.words,
        cut_off=cut_off,
        shown_by=actor.name,
        shown_user=actor.pk,
        shown_at=now,
        comment_until=until,
        **NOTHING,
    )
    record(
        chain_of(wanted.words),
        "assessment.shown",
        {"period": wanted.words, "cut_off": cut_off.isoformat(), "comment_until": until.isoformat()},
        actor_of(actor),
        rows=[made],
    )
    told = _compute_again(made)  # what the ledger gives, now that it says the cut-off
    for department in Department.objects.filter(is_active=True, name__in=told["scores"]):
        names = [user.username for user in takers(department)]
        text = f"{wanted.words} 考核已出示，请看本部门一行；有意见或申诉请在截止前提出。"
        notify.send(text, text, names, "info", key=f"assessment:{wanted.words}:{department.code}", url=page_of(made))
    return made


def _open(assessment: Assessment) -> Assessment:
    row = Assessment.objects.select_for_update().get(pk=assessment.pk)
    if row.state == Assessment.FINAL:
        raise Refused(_("考核已经定了，不能再提意见或申诉。"), code="is_final")
    return row


@transaction.atomic
def comment(assessment: Assessment, department: Department, text: str, actor: User) -> AssessmentComment:
    require(actor, "assessment.answer", department)
    row = _open(assessment)
    made = AssessmentComment.objects.create(
        assessment=row,
        department=department,
        text=require_text(text, 4, _("意见"))[:2000],
        by=actor.name,
        at=clock.now(),
    )
    told = {"department": department.name, "text": made.text}
    record(chain_of(row.period), "assessment.commented", told, actor_of(actor), rows=[made])
    return made


@transaction.atomic
def appeal(assessment: Assessment, department: Department, case: str, reason: str, actor: User) -> Appeal:
    """申诉: that one case of the period should not count in the department's row, and why."""
    require(actor, "assessment.answer", department)
    row = _open(assessment)
    if clock.now() > row.comment_until:
        raise Refused(_("申诉期已过。"), code="too_late")
    found = Case.objects.filter(number=case.strip(), departments__department=department).first()
    if found is None or not _wanted(row.period).holds(found.opened_at, zone()):
        raise Refused(_("这个编号不是本部门在这个时期办的件，请核对案件编号。"), code="not_theirs")
    if Appeal.objects.filter(assessment=row, department=department, case_number=found.number).exists():
        raise Refused(_("本部门已经就这一件申诉过。"), code="appealed")
    made = Appeal.objects.create(
        assessment=row,
        department=department,
        case_number=found.number,
        reason=require_text(reason, 8, _("申诉的理由"))[:2000],
        by=actor.name,
        by_user=actor.pk,
        at=clock.now(),
    )
    told = {"appeal": made.pk, "department": department.name, "case": found.number, "reason": made.reason}
    record(chain_of(row.period), "appeal.made", told, actor_of(actor), rows=[made])
    words = f"{row.period} 考核有申诉待您决定：{department.name}，{found.number}"
    names = [user.username for user in able("lead_bureau")]
    notify.send(words, words, names, "warning", key=f"appeal:{made.pk}", url=page_of(row))
    return made


@transaction.atomic
def decide_appeal(row: Appeal, *, uphold: bool, answer: str, actor: User) -> Appeal:
    """Upheld, the case is left out of that department's row by name; nobody writes another score."""
    row = Appeal.objects.select_for_update(of=("self",)).select_related("department", "assessment").get(pk=row.pk)
    require(actor, "appeal.decide", row)
    _open(row.assessment)
    if row.upheld is not None:
        raise Refused(_("这项申诉已经答复。"), code="is_decided")
    row.upheld, row.answer = uphold, require_text(answer, 4, _("答复的理由"))[:2000]
    row.decided_by, row.decided_user, row.decided_at = actor.name, actor.pk, clock.now()
    row.save(update_fields=["upheld", "answer", "decided_by", "decided_user", "decided_at"])
    told = {
        "appeal": row.pk,
        "department": row.department.name,
        "case": row.case_number,
        "upheld": uphold,
        "reason": row.answer,
    }
    record(chain_of(row.assessment.period), "appeal.decided", told, actor_of(actor), rows=[row])
    _compute_again(row.assessment)
    words = f"{row.assessment.period} 考核申诉已答复：{row.case_number}"
    names = [user.username for user in takers(row.department)]
    notify.send(words, words, names, "info", key=f"appeal:{row.pk}:decided", url=page_of(row.assessment))
    return row


def _compute_again(assessment: Assessment) -> dict[str, Any]:
    """Writes the figures of its period as the ledger gives them now into the row, and returns them."""
    told: dict[str, Any] = assess(assessment.period)["assessment"]
    for name in NOTHING:
        setattr(assessment, name, told[name])
    assessment.save(update_fields=[*NOTHING])
    return told


@transaction.atomic
def finish(assessment: Assessment, actor: User) -> Assessment:
    """定: a leader, not who showed it, after the time to appeal, with no appeal left without an answer."""
    row = _open(assessment)
    require(actor, "assessment.finish", row)
    if clock.now() < row.comment_until:
        raise Refused(_("申诉期还没有过，不能定。"), code="too_early")
    if row.appeals.filter(upheld__isnull=True).exists():
        raise Refused(_("还有申诉没有答复，不能定。"), code="open_appeals")
    _compute_again(row)
    row.state, row.finished_by, row.finished_user, row.finished_at = (
        Assessment.FINAL, actor.name, actor.pk, clock.now(),
    )  # fmt: skip
    row.save(update_fields=["state", "finished_by", "finished_user", "finished_at"])
    told = {"period": row.period, "sha256": row.sha256, "scores": row.scores}
    record(chain_of(row.period), "assessment.finished", told, actor_of(actor), rows=[row])
    return row


def so_far(words: str) -> str:
    """none, shown or final, as the ledger says."""
    return course(entries_of(chain=chain_of(words)), words).state
