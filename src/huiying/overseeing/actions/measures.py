"""The ladder C12.4–C12.6: what the ledger suggests for it, cases with what went wrong on them by department, and its
verbs, step by step as the regulation's own data has it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.kernel.masking import mask_personal
from huiying.ledger.actions import record
from huiying.ledger.models import ChainHead
from huiying.overseeing.commands import entries_of
from huiying.overseeing.history.case import DEADLINE_MISSED, SECOND_WAVE, STALE_FACTS
from huiying.overseeing.history.entries import Entry
from huiying.overseeing.history.reading import LEADS, read_cases
from huiying.overseeing.models import Measure
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.permissions import require
from huiying.people.queries import able, regulation_now, takers, zone
from huiying.people.standing import actor_of
from huiying.people.versions import join_names, require_text
from huiying.regulation.regulation import Regulation
from huiying.work import notify
from huiying.work.rows import next_number

WINDOW = dt.timedelta(days=92)
# Which paper a step is put on, by the words that a bureau may call it (§5.2-6 to 8, C12.6); a step of other words,
# such as a reminder, has none.
PAPERS = {"supervision": ("督办",), "criticism": ("通报",), "talk": ("约谈", "谈话"), "referral": ("移送",)}
KINDS = (*LEADS, "clock.breached", "release.live", "facts.agreed", "effect.judged")
OVERDUE = "duban_overdue"  # a supervision whose date is over
KNOWN = (DEADLINE_MISSED, SECOND_WAVE, STALE_FACTS, OVERDUE)
_CODE = re.compile(r"[a-z_]+")


@dataclass(frozen=True)
class Suggestion:
    department: str
    trigger: str  # the regulation's word
    code: str
    step: str
    cases: tuple[str, ...]


def paper_of(step: str) -> str:
    """The kind of document that a step is put on, "" where it has none."""
    return next((kind for kind, words in PAPERS.items() if any(word in step for word in words)), "")


def words_of(regulation: Regulation, code: str) -> str:
    """The regulation's word for a trigger; "" where it does not have it."""
    for word, codes in regulation.accountability.triggers.items():
        if any(match and match[0] == code for match in (_CODE.match(text) for text in codes)):
            return word
    return ""


def wrong(entries: Iterable[Entry], since: dt.datetime) -> dict[tuple[str, str], set[str]]:
    """(department, code) → cases: a deadline missed that counts, a second wave, a stale fact published."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for chain, case in read_cases(entries).items():
        for fault in case.faults:
            if fault.at >= since and fault.department:
                found[fault.department, fault.code].add(chain.removeprefix("case:"))
    return found


def suggestions() -> list[Suggestion]:
    """What stands in the ledger of the last quarter and no measure speaks of yet."""
    law, now = regulation_now(), clock.now()
    measures = list(Measure.objects.select_related("department").order_by("id"))
    told = {(row.department.name, row.trigger, number) for row in measures for number in row.cases}
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (department, code), cases in wrong(entries_of(KINDS), now - WINDOW).items():
        found[department, code] = {one for one in cases if (department, words_of(law, code), one) not in told}
    for row in measures:
        if row.state == Measure.ISSUED and row.rectify_by is not None and row.rectify_by < now:
            later = [other for other in measures if other.pk > row.pk and other.department_id == row.department_id]
            found[row.department.name, OVERDUE] |= set(row.cases) - {n for other in later for n in other.cases}
    made = []
    for (department, code), cases in sorted(found.items()):
        trigger, left = words_of(law, code), sorted(cases)
        if trigger and left:
            step = _next_step(law, [row for row in measures if row.department.name == department], now)
            made.append(Suggestion(department, trigger, code, step, tuple(left)))
    return made


def _next_step(law: Regulation, before: list[Measure], now: dt.datetime) -> str:
    """One above the highest that was decided within a year; the first where there was none."""
    ladder = law.accountability.ladder
    steps = [
        ladder.index(row.step)
        for row in before
        if row.step in ladder
        and row.state in (Measure.ISSUED, Measure.FOLLOWED)
        and row.decided_at is not None
        and row.decided_at > now - dt.timedelta(days=365)
    ]
    return ladder[min(max(steps) + 1, len(ladder) - 1)] if steps else ladder[0]


def by_hand(regulation: Regulation) -> list[str]:
    """Triggers that the ledger cannot see by itself: a person proposes them."""
    seen = {words_of(regulation, code) for code in KNOWN}
    return [word for word in regulation.accountability.triggers if word not in seen]


def chain_of(measure: Measure) -> str:
    return f"measure:{measure.number}"


def page_of(measure: Measure) -> str:
    return f"/desk/measures/{measure.pk}/"


def _told(measure: Measure) -> dict[str, object]:
    return {"measure": measure.number, "department": measure.department.name, "step": measure.step}


def _locked(measure: Measure) -> Measure:
    return Measure.objects.select_for_update(of=("self",)).select_related("department").get(pk=measure.pk)


def _no_citizen(text: str) -> str:
    """§6.3: blame letters cannot name citizens; whatever looks like somebody's data is sent back."""
    if mask_personal(text).changed:
        raise Refused(
            _("文中有姓名、电话、证件号或住址一类的个人信息。措施只对部门，不得写到群众，请删去。"),
            code="names_somebody",
        )
    return text


@transaction.atomic
def propose(
    department: Department, *, step: str, trigger: str, facts: str, cases: Sequence[str], actor: User
) -> Measure:
    """提出: a step of the ladder with its evidence. Nothing has been done to anybody yet."""
    require(actor, "measure.propose")
    law, now = regulation_now(), clock.now()
    if step not in law.accountability.ladder:
        raise Refused(
            _("措施须是制度里的一级：%(names)s。") % {"names": join_names(law.accountability.ladder)},
            code="unknown_step",
        )
    if trigger not in law.accountability.triggers:
        raise Refused(
            _("情形须是制度里的一种：%(names)s。") % {"names": join_names(law.accountability.triggers)},
            code="unknown_trigger",
        )
    numbers = sorted({number.strip() for number in cases if number.strip()})
    if not numbers:
        raise Refused(_("请写明作为依据的案件编号：没有依据不能提出。"), code="no_evidence")
    known = set(
        Case.objects.filter(number__in=numbers, departments__department=department).values_list("number", flat=True)
    )
    if missing := [number for number in numbers if number not in known]:
        raise Refused(
            _("%(names)s不是这个部门办过的件，请核对编号。") % {"names": join_names(missing)}, code="not_theirs"
        )
    heads = ChainHead.objects.filter(chain__in=[f"case:{number}" for number in numbers]).order_by("chain")
    year = now.astimezone(zone()).year
    made = Measure.objects.create(
        number=f"{year}-{next_number(f'measure:{year}')}",
        department=department,
        step=step,
        trigger=trigger,
        facts=_no_citizen(require_text(facts, 10, _("所依据的事实")))[:4000],
        cases=numbers,
        evidence=[{"chain": head.chain, "seq": head.seq, "hash": head.hash} for head in heads],
        by_leader=step in law.accountability.never_automatic,
        proposed_by=actor.name,
        proposed_user=actor.pk,
        proposed_at=now,
        statement_until=law.work_calendar.add(now, law.assessment.statement_within),
    )
    told = _told(made) | {
        "trigger": trigger,
        "facts": made.facts,
        "cases": numbers,
        "evidence": made.evidence,
        "statement_until": made.statement_until.isoformat(),
    }
    record(chain_of(made), "measure.proposed", told, actor_of(actor), rows=[made])
    words = f"拟对{department.name}作出“{step}”，请在截止前陈述意见"
    notify.send(words, words, [user.username for user in takers(department)], "warning", url=page_of(made))
    return made


@transaction.atomic
def state(measure: Measure, text: str, actor: User) -> Measure:
    """陈述: what the department says for itself goes with the measure wherever it goes."""
    row = _locked(measure)
    require(actor, "measure.state", row)
    if row.state != Measure.PROPOSED:
        raise Refused(_("已经决定，不能再陈述。"), code="is_decided")
    if row.statement:
        raise Refused(_("本部门已经陈述过。"), code="is_stated")
    row.statement = _no_citizen(require_text(text, 4, _("陈述")))[:4000]
    row.stated_by, row.stated_at = actor.name, clock.now()
    row.save(update_fields=["statement", "stated_by", "stated_at"])
    record(chain_of(row), "measure.stated", _told(row) | {"text": row.statement}, actor_of(actor), rows=[row])
    words = f"{row.department.name}已陈述，“{row.step}”待您决定"
    names = [user.username for user in able("lead_bureau" if row.by_leader else "office")]
    notify.send(words, words, names, "warning", key=f"measure:{row.number}:stated", url=page_of(row))
    return row


@transaction.atomic
def decide(measure: Measure, *, issue: bool, reason: str, actor: User) -> Measure:
    """A person decides, not who proposed it; a step of the leaders' only after the department was heard or its time
    to speak is over.
    """
    row = _locked(measure)
    require(actor, "measure.decide", row)
    now = clock.now()
    if row.state != Measure.PROPOSED:
        raise Refused(_("已经决定。"), code="is_decided")
    if row.proposed_user == actor.pk:
        raise Refused(_("提出的人不能自己决定，请另一人决定。"), code="second_person")
    if issue and row.by_leader and not row.statement and now < row.statement_until:
        raise Refused(_("还没有听取部门陈述，陈述期也没有过，不能作出。"), code="not_heard")
    law = regulation_now()
    row.state = Measure.ISSUED if issue else Measure.DROPPED
    row.reason = _no_citizen(require_text(reason, 4, _("决定的理由")))[:2000]
    row.decided_by, row.decided_user, row.decided_at = actor.name, actor.pk, now
    row.rectify_by = law.work_calendar.add(now, law.assessment.rectify_within) if issue else None
    row.save(update_fields=["state", "reason", "decided_by", "decided_user", "decided_at", "rectify_by"])
    told = _told(row) | {
        "issued": issue,
        "reason": row.reason,
        "heard": bool(row.statement) or now >= row.statement_until,
        "rectify_by": row.rectify_by.isoformat() if row.rectify_by else "",
    }
    record(chain_of(row), "measure.decided", told, actor_of(actor), rows=[row])
    words = f"“{row.step}”{'已作出' if issue else '不予作出'}：{row.number}"
    names = [user.username for user in takers(row.department)]
    notify.send(words, words, names, "warning", key=f"measure:{row.number}:decided", url=page_of(row))
    return row


@transaction.atomic
def note_talk(
    measure: Measure, *, held_at: dt.datetime, place: str, leader: User, attended: User, words: str, promises: str,
    actor: User,
) -> Measure:  # fmt: skip
    """记录约谈 (C12.5): who talked with whom, when, what was said and promised. Once, by whoever took it down."""
    row = _locked(measure)
    require(actor, "measure.follow", row)
    if paper_of(row.step) != "talk" or row.state != Measure.ISSUED:
        raise Refused(_("决定了约谈、还没有回访的，才能记录约谈。"), code="no_talk")
    if row.talk:
        raise Refused(_("这次约谈已经记录过。"), code="is_talked")
    if row.decided_at is None or not row.decided_at <= held_at <= clock.now():
        raise Refused(_("约谈的时间要在决定之后、现在之前。"), code="time")
    if leader not in able("lead_bureau"):
        raise Refused(_("%(name)s不是局领导，请选择约谈的领导。") % {"name": leader.name}, code="no_leader")
    if attended not in takers(row.department):
        raise Refused(_("被约谈的须是该部门的负责人或联络人。"), code="not_theirs")
    row.talk = {
        "held_at": held_at.isoformat(),
        "place": require_text(place, 2, _("地点"))[:100],
        "leader": leader.name,
        "attended": attended.name,
        "words": _no_citizen(require_text(words, 8, _("谈话要点")))[:4000],
        "promises": _no_citizen(require_text(promises, 4, _("承诺事项")))[:2000],
    }
    row.save(update_fields=["talk"])
    record(chain_of(row), "measure.talked", _told(row) | row.talk, actor_of(actor), rows=[row])
    return row


@transaction.atomic
def follow_up(measure: Measure, note: str, actor: User) -> Measure:
    """回访: what the department put right, or how the commitments of a talk were kept."""
    row = _locked(measure)
    require(actor, "measure.follow", row)
    if row.state != Measure.ISSUED:
        raise Refused(_("没有作出、或已经回访过的措施，不用回访。"), code="not_issued")
    row.state, row.follow_note = Measure.FOLLOWED, _no_citizen(require_text(note, 8, _("落实情况")))[:2000]
    row.followed_by, row.followed_at = actor.name, clock.now()
    row.save(update_fields=["state", "follow_note", "followed_by", "followed_at"])
    told = _told(row) | {"note": row.follow_note}
    record(chain_of(row), "measure.followed", told, actor_of(actor), rows=[row])
    return row


@transaction.atomic
def note_outcome(measure: Measure, outcome: str, actor: User) -> Measure:
    """What the competent body decided, in its words: the system decides no guilt (C12.6)."""
    row = _locked(measure)
    require(actor, "measure.follow", row)
    if row.state not in (Measure.ISSUED, Measure.FOLLOWED) or row.outcome:
        raise Refused(_("没有作出的措施，或已经登记过结果的，不能登记。"), code="no_outcome")
    row.outcome = _no_citizen(require_text(outcome, 4, _("登记的结果")))[:2000]
    row.save(update_fields=["outcome"])
    told = _told(row) | {"note": row.outcome}
    record(chain_of(row), "measure.outcome_noted", told, actor_of(actor), rows=[row])
    return row
