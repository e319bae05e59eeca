"""Reads of drafts, reviews and answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from huiying.handling.models import Case, CaseDepartment
from huiying.handling.queries import cases_for
from huiying.kernel import clock as time
from huiying.kernel.masking import mask_personal
from huiying.people.models import User
from huiying.people.queries import regulation_of
from huiying.people.standing import Held, capabilities, standing
from huiying.responding.models import BodyConfirmation, Publication, ReviewRound, ReviewStep, Revision


def current_revision(case: Case) -> Revision | None:
    return Revision.objects.filter(case=case).order_by("-number").first()


def open_round(case: Case) -> ReviewRound | None:
    return ReviewRound.objects.select_related("revision").filter(case=case, state=ReviewRound.OPEN).first()


def approved_round(case: Case, revision: Revision) -> ReviewRound | None:
    """The round that approved the revision's exact manifest, or None."""
    return (
        ReviewRound.objects.select_related("revision")
        .filter(case=case, state=ReviewRound.APPROVED, manifest_sha256=revision.manifest_sha256)
        .order_by("-id")
        .first()
    )


def reviewed_before(revision: Revision) -> Revision | None:
    """The last revision that was submitted before this one: what a reviewer compares with."""
    round_ = (
        ReviewRound.objects.select_related("revision")
        .filter(case=revision.case, revision__number__lt=revision.number)
        .order_by("-revision__number")
        .first()
    )
    return round_.revision if round_ else None


# --- review -----------------------------------------------------------------------------------------------------------


def open_steps(round_: ReviewRound) -> list[ReviewStep]:
    """The undecided steps whose turn it is: all of the earliest position that still has one."""
    waiting = list(round_.steps.filter(decision=""))
    first = min((step.position for step in waiting), default=None)
    return [step for step in waiting if step.position == first]


def eligibility(user: User, step: ReviewStep, case: Case) -> Held | None:
    """The appointment in which `user` may decide the step, or None.

    Never the drafter, never somebody who decided another step of the round (C9.3, minimum people); a department
    head only for the lead department; a deputy where the file lets deputies act.
    """
    round_ = step.round
    if user.pk == round_.revision.drafter_user:
        return None
    if round_.steps.filter(decided_user=user.pk).exclude(pk=step.pk).exists():
        return None
    regulation = regulation_of(case.regulation)
    rule = regulation.workflow.review_steps
    roles = [step.role]
    if rule.deputies_may_act:
        roles += regulation.role(step.role).deputies
    lead = None
    if "handle" in capabilities(regulation.role(step.role)):
        row = CaseDepartment.objects.filter(case=case, role=CaseDepartment.LEAD, until__isnull=True).first()
        lead = row.department.code if row else ""
    who = standing(user)
    found = [held for role in roles if (held := who.holds(role, lead))]
    if not rule.deputies_may_act:
        found = [held for held in found if not held.is_deputy]
    return found[0] if found else None


def my_steps(user: User) -> list[ReviewStep]:
    """What waits for this person's review, soonest first."""
    rounds = ReviewRound.objects.filter(state=ReviewRound.OPEN).select_related("revision", "case__regulation")
    mine = []
    for round_ in rounds.prefetch_related("steps"):
        for step in open_steps(round_):
            step.round = round_
            if eligibility(user, step, round_.case):
                mine.append(step)
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    return sorted(mine, key=lambda step: (step.due_at or far, step.pk))


def personal_data_in(revision: Revision) -> list[str]:
    """Kinds of personal data that the machine sees in the text: a hint for 个人信息审查, not a verdict."""
    text = "\n".join([revision.title, revision.question, revision.facts, *revision.renditions.values()])
    return sorted(mask_personal(text).kinds)


# --- what stands in the way -------------------------------------------------------------------------------------------


def why_not_submit(case: Case, revision: Revision | None) -> list[str]:
    """What the current revision lacks before it can be reviewed, as sentences that say what to do."""
    if revision is None:
        return [_("还没有文稿，请先起草。")]
    why = []
    if case.state not in ("handling", "answered"):
        why.append(_("此件当前不能送审。"))
    if not case.findings.exists():
        why.append(_("主办部门还没有报核实情况：先有事实，再有回应（C7.2）。"))
    if not revision.facts:
        why.append(_("缺少事实部分。"))
    if not revision.question:
        why.append(_("缺少“群众关心什么”的概述。"))
    if not revision.renditions.get("portal"):
        why.append(_("缺少门户网站的文稿。"))
    if not revision.basis:
        why.append(_("缺少依据：请写明法律法规或公告文号（C3.1）。"))
    return why


def confirmations_of(revision: Revision) -> dict[str, BodyConfirmation | None]:
    """Each body that the text names, with the last question about this exact manifest."""
    rows = BodyConfirmation.objects.filter(case=revision.case, manifest_sha256=revision.manifest_sha256).order_by("id")
    asked = {row.body: row for row in rows}
    return {body: asked.get(body) for body in dict.fromkeys([*revision.bodies, *asked])}


def is_confirmed(row: BodyConfirmation | None) -> bool:
    return row is not None and (row.answer == "agree" or row.overridden_at is not None)


def why_not_release(case: Case, revision: Revision | None) -> list[str]:
    """What blocks publishing the current revision now (C8.4, C9.3, INV-4)."""
    if revision is None or approved_round(case, revision) is None:
        return [_("现在的文稿还没有审定。")]
    why = []
    if case.state not in ("approved", "answered"):
        why.append(_("此件当前不能发布。"))
    open_ = [body for body, row in confirmations_of(revision).items() if not is_confirmed(row)]
    if open_:
        why.append(_("文稿涉及%(bodies)s，尚未沟通确认，不能发布（C8.4）。") % {"bodies": "、".join(open_)})
    return why


def overridden(case: Case) -> QuerySet[BodyConfirmation]:
    """Confirmations a leader went on without: red ever after."""
    return BodyConfirmation.objects.filter(case=case, overridden_at__isnull=False)


# --- the public's answers ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """A case's public answer: the newest live text, and what was said before it."""

    number: str
    title: str
    question: str
    text: str
    basis: str
    department: str
    published_at: dt.datetime
    first_published_at: dt.datetime
    took: dt.timedelta  # from first knowledge to the first public answer
    corrections: list[Publication]  # newest first, each with its note; the first answer last


def _live(channel: str = "portal") -> QuerySet[Publication]:
    return Publication.objects.filter(channel=channel, state=Publication.LIVE).select_related("revision", "case")


def public_answers(query: str = "") -> QuerySet[Publication]:
    """Live portal answers, newest first, one a case: the newest text of each."""
    rows = _live().filter(case__event__life_safety=False).order_by("case", "-published_at", "-id")
    newest: dict[int, int] = {}
    for case, pk in rows.values_list("case", "pk"):
        newest.setdefault(case, pk)
    found = Publication.objects.filter(pk__in=newest.values()).select_related("revision", "case")
    for word in query.split():
        found = found.filter(
            Q(revision__title__icontains=word)
            | Q(revision__question__icontains=word)
            | Q(revision__facts__icontains=word)
            | Q(case__number=word)
        )
    return found.order_by("-published_at", "-id")


def public_answer(number: str) -> Answer | None:
    # An answer about a danger to life is on no list and in no search, but its asker's receipt leads to it (Life first).
    rows = list(_live().filter(case__number=number).order_by("published_at", "id"))
    if not rows:
        return None
    first, newest = rows[0], rows[-1]
    assert first.published_at is not None
    assert newest.published_at is not None
    return Answer(
        number=number,
        title=newest.revision.title,
        question=newest.revision.question,
        text=newest.revision.renditions["portal"],
        basis=newest.revision.basis,
        department=newest.revision.department,
        published_at=newest.published_at,
        first_published_at=first.published_at,
        took=first.published_at - first.case.first_known_at,
        corrections=list(reversed(rows)) if len(rows) > 1 else [],
    )


def by_hand_to_do(user: User) -> QuerySet[Publication]:
    """Posts that wait for a hand, or for a second person who is not the poster, in cases which the person may see."""
    waiting = Q(state=Publication.TO_DO) | (Q(state=Publication.TO_VERIFY) & ~Q(posted_user=user.pk))
    seen = Publication.objects.filter(waiting, case__in=cases_for(user).values("pk"))
    return seen.select_related("case", "revision").order_by("released_at")


def answered_since(at: dt.datetime) -> int:
    return Case.objects.filter(answered_at__gte=at, answered_at__lte=time.now()).count()
