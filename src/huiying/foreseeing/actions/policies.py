"""政策登记 and its gate (C6.1): screened with a reason, not issued without an approved assessment dated before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from huiying.foreseeing import policies
from huiying.foreseeing.models import Policy
from huiying.kernel import canonical, clock as time
from huiying.ledger.actions import Actor, record
from huiying.ledger.kept import Gone
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.permissions import require
from huiying.people.queries import able, takers, zone
from huiying.people.standing import actor_of
from huiying.people.versions import department_name, require_text
from huiying.work import notify
from huiying.work.rows import next_number

REMIND_BEFORE = dt.timedelta(days=7)


def locked(row: Policy) -> Policy:
    return Policy.objects.select_for_update(of=("self",)).select_related("department").get(pk=row.pk)


def note(row: Policy, kind: str, payload: Mapping[str, object], who: Actor, rows: Iterable[Model | Gone] = ()) -> None:
    record(policies.chain_of(row), kind, {"policy": row.number, **payload}, who, rows=rows)


def tell(row: Policy, people: list[User], when: str, words: str) -> None:
    names = [user.username for user in dict.fromkeys(people)]
    notify.send(words[:120], words, names, "warning", key=f"policy:{row.pk}:{when}", url=f"/desk/policies/{row.pk}/")


def still_open(row: Policy) -> None:
    if row.state != Policy.DRAFT:
        raise Refused(_("这项政策已经出台，或已决定不出台，不能再改。"), code="is_over")


@transaction.atomic
def save_policy(
    row: Policy | None,
    *,
    title: str,
    summary: str,
    department: Department,
    planned_on: dt.date | None,
    actor: User,
) -> Policy:
    """登记, or change what was registered. A change of the words asks the screening question anew."""
    require(actor, "policy.draft", department)
    if row is not None:
        require(actor, "policy.draft", row)
    row = locked(row) if row is not None else None
    if row is not None:
        still_open(row)
        if row.assessments.filter(state="approved").exists():
            raise Refused(
                _("风险评估是按这份内容批准的，不能再改内容。内容变了，请另行登记、重新评估。"), code="assessed"
            )
    if not department.is_active:
        raise Refused(
            _("“%(name)s”不在现行职责清单中。") % {"name": department_name(department.name)}, code="not_listed"
        )
    title, summary = require_text(title, 4, _("政策名称"))[:200], require_text(summary, 10, _("主要内容和影响到谁"))
    now = time.now()
    if row is None:
        year = now.astimezone(zone()).year
        row = Policy(number=f"{year}-{next_number(f'policy:{year}')}", made_at=now)
        row.drafter, row.drafter_user = actor.name, actor.pk
    elif (row.title, row.summary) != (title, summary):
        _forget_screening(row)
    row.title, row.summary, row.department, row.planned_on = title, summary, department, planned_on
    row.next_action_at = _remind_at(planned_on)
    row.save()
    told = {
        "title": title,
        "department": department.name,
        "planned_on": planned_on.isoformat() if planned_on else "",
        "summary_sha256": canonical.sha256(summary),
        "screened": row.major is not None,
    }
    note(row, "policy.saved", told, actor_of(actor), [row])
    return row


def _forget_screening(row: Policy) -> None:
    row.major, row.screen_reason, row.screened_by = None, "", ""
    row.screened_user = row.screened_at = row.excused_user = row.excused_at = None
    row.excused_by = ""


def _remind_at(planned_on: dt.date | None) -> dt.datetime | None:
    if planned_on is None:
        return None
    return dt.datetime.combine(planned_on, dt.time(9), tzinfo=zone()) - REMIND_BEFORE


@transaction.atomic
def screen_policy(row: Policy, *, major: bool, reason: str, actor: User) -> Policy:
    """是否涉及群众切身利益. "Yes" counts at once; "no" waits for a second person (as INV-7: towards less care)."""
    require(actor, "policy.draft", row)
    row = locked(row)
    still_open(row)
    if row.assessments.exists() and not major:
        raise Refused(_("已经开始风险评估，不能再判定为不涉及。"), code="assessment_begun")
    _forget_screening(row)
    row.major, row.screen_reason = major, require_text(reason, 4, _("判定的理由"))
    row.screened_by, row.screened_user, row.screened_at = actor.name, actor.pk, time.now()
    row.save()
    note(row, "policy.screened", {"major": major, "reason": row.screen_reason}, actor_of(actor), [row])
    if not major:
        people = [user for user in able("office") if user.pk != actor.pk]
        key = f"screened:{row.screened_at.isoformat()}"
        tell(row, people, key, f"政策“{row.title}”判定为不涉及群众切身利益，待您同意")
    return row


@transaction.atomic
def second_screening(row: Policy, *, agree: bool, reason: str, actor: User) -> Policy:
    """The second person on "no". Refused, the policy has to be assessed."""
    require(actor, "policy.second")
    row = locked(row)
    still_open(row)
    if row.major is not False or row.excused_user is not None:
        raise Refused(_("没有等待同意的“不涉及”判定。"), code="nothing_proposed")
    if row.screened_user == actor.pk:
        raise Refused(_("作出判定的人不能自己同意，请另一人来定。"), code="second_person")
    if agree:
        row.excused_by, row.excused_user, row.excused_at = actor.name, actor.pk, time.now()
    else:
        row.major, row.screen_reason = True, require_text(reason, 4, _("不同意的理由"))
        row.screened_by, row.screened_user, row.screened_at = actor.name, actor.pk, time.now()
    row.save()
    told = {"agreed": agree, "major": row.major, "reason": reason}
    note(row, "policy.screening_decided", told, actor_of(actor), [row])
    return row


@transaction.atomic
def issue_policy(row: Policy, *, issued_at: dt.datetime, issued_as: str, actor: User) -> Policy:
    """标记出台. The gate: an approved assessment dated before the issue, or "no" agreed to by two before it (C6.1)."""
    require(actor, "policy.issue", row)
    row = locked(row)
    if why := policies.why_not_issue(row):
        raise Refused(why, code="gate")
    now = time.now()
    if issued_at > now:
        raise Refused(_("出台时间不能晚于现在：出台以后再标记。"), code="in_the_future")
    if row.assessed_at is not None and row.major and row.assessed_at >= issued_at:
        raise Refused(
            _("风险评估是在出台之后才批准的，不能补：评估必须在出台之前（C6.1）。"), code="assessed_after_issue"
        )
    if not row.major and row.excused_at is not None and row.excused_at > issued_at:
        raise Refused(_("“不涉及”的判定是在出台之后才同意的，不能补（C6.1）。"), code="assessed_after_issue")
    row.state, row.issued_at, row.issued_as = Policy.ISSUED, issued_at, issued_as.strip()[:100]
    row.issued_by, row.marked_at, row.next_action_at = actor.name, now, None
    row.save()
    told = {
        "title": row.title,
        "major": row.major,
        "issued_at": issued_at.isoformat(),
        "issued_as": row.issued_as,
        "assessed_at": row.assessed_at.isoformat() if row.assessed_at and row.major else "",
    }
    note(row, "policy.issued", told, actor_of(actor), [row])
    return row


@transaction.atomic
def shelve_policy(row: Policy, *, reason: str, actor: User) -> Policy:
    """不出台了: with its reason; what was found stays, and its plan no longer watches."""
    require(actor, "policy.draft", row)
    row = locked(row)
    still_open(row)
    row.state, row.shelved_why = Policy.SHELVED, require_text(reason, 4, _("理由"))[:300]
    row.next_action_at = None
    row.save()
    ended = []
    for assessment in row.assessments.filter(plan__active=True).select_related("plan"):
        assert assessment.plan is not None
        assessment.plan.active, assessment.plan.ended_why = False, row.shelved_why
        assessment.plan.save(update_fields=["active", "ended_why"])
        ended.append(assessment.plan)
    note(row, "policy.shelved", {"reason": row.shelved_why}, actor_of(actor), [row, *ended])
    return row


def remind(now: dt.datetime, limit: int) -> int:
    """A week before the day, and on it: the department and the office, where the gate is still shut."""
    rows = Policy.objects.select_for_update(of=("self",), skip_locked=True).filter(next_action_at__lte=now)
    found = list(rows.select_related("department").order_by("next_action_at", "id")[:limit])
    for row in found:
        day = row.planned_on
        if day is not None and (why := policies.why_not_issue(row)):
            tell(
                row,
                [*takers(row.department), *able("office")],
                f"gate:{day}:{now.astimezone(zone()).date() >= day}",
                f"政策“{row.title}”计划 {day.month}月{day.day}日出台：{why}",
            )
        on_the_day = dt.datetime.combine(day, dt.time(9), tzinfo=zone()) if day is not None else None
        row.next_action_at = on_the_day if on_the_day and on_the_day > now else None
        row.save(update_fields=["next_action_at"])
    return len(found)
