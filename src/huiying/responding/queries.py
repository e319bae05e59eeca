"""Reads of drafts, reviews and answers, and what changed between two texts for somebody who approves on a phone."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from huiying.handling.actions.work import current_facts, stale_words
from huiying.handling.models import Case
from huiying.handling.process import LIVE
from huiying.handling.queries import cases_for
from huiying.kernel import clock as time
from huiying.kernel.masking import mask_personal
from huiying.kernel.wording import Piece as Piece, difference as difference
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.responding.forms_of_answer import why_silenced
from huiying.responding.models import BodyConfirmation, Publication, ReviewRound, ReviewStep, Revision


def current_revision(case: Case, track: str = Revision.ANSWER) -> Revision | None:
    """The newest text of the answer, or of the holding statement."""
    return Revision.objects.filter(case=case, track=track).order_by("-number").first()


def open_round(case: Case, track: str = Revision.ANSWER) -> ReviewRound | None:
    rounds = ReviewRound.objects.select_related("revision").filter(case=case, state=ReviewRound.OPEN)
    return rounds.filter(track=track).first()


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
        .filter(case=revision.case, track=revision.track, revision__number__lt=revision.number)
        .order_by("-revision__number")
        .first()
    )
    return round_.revision if round_ else None


# --- review -----------------------------------------------------------------------------------------------------------


def my_steps(user: User) -> list[ReviewStep]:
    """What waits for this person's review, soonest first."""
    rounds = ReviewRound.objects.filter(state=ReviewRound.OPEN).select_related("revision", "case__regulation")
    mine = []
    for round_ in rounds.prefetch_related("steps"):
        for step in round_.open_steps():
            step.round = round_
            if step.appointment_of(user):
                mine.append(step)
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    return sorted(mine, key=lambda step: (step.due_at or far, step.pk))


def personal_data_in(revision: Revision) -> list[str]:
    """Kinds of personal data that the machine sees in the text: a hint for 个人信息审查, not a verdict."""
    text = "\n".join([revision.title, revision.question, revision.facts, *revision.renditions.values()])
    return sorted(mask_personal(text).kinds)


# --- what stands in the way -------------------------------------------------------------------------------------------


def why_stale(case: Case, revision: Revision | None) -> str:
    """What changed in the 口径 since the version that the draft quotes; "" where it quotes the newest (C7.4)."""
    if revision is None or revision.track == Revision.HOLDING:
        return ""  # 「正在核实」 quotes no facts
    newest = current_facts(case)
    if newest is None or newest.version == revision.fact_sheet:
        return ""
    return stale_words(case, revision.fact_sheet, newest)


def confirmations_of(revision: Revision) -> dict[str, BodyConfirmation | None]:
    """Each body that the text names, with the last question about this exact manifest."""
    rows = BodyConfirmation.objects.filter(case=revision.case, manifest_sha256=revision.manifest_sha256).order_by("id")
    asked: dict[str, BodyConfirmation] = {}
    for row in rows:
        before = asked.get(row.body)
        # Asking again takes back no agreement; what a leader decided stands, whatever is heard afterwards.
        if before is None or not is_confirmed(before) or (row.answer and before.overridden_at is None):
            asked[row.body] = row
    return {body: asked.get(body) for body in dict.fromkeys([*revision.bodies, *asked])}


def is_confirmed(row: BodyConfirmation | None) -> bool:
    return row is not None and (row.answer == "agree" or row.overridden_at is not None)


def why_not_release(case: Case, revision: Revision | None) -> list[str]:
    """What blocks publishing the current revision now (C8.4, C9.3, INV-4)."""
    if revision is None or approved_round(case, revision) is None:
        return [_("现在的文稿还没有审定。")]
    why = []
    if revision.track == Revision.HOLDING:
        if case.answered_at is not None or case.state not in LIVE:
            why.append(_("此件已经公开回应或已结束，不再需要“正在核实”。"))
    elif case.state not in ("approved", "answered"):
        why.append(_("此件当前不能发布。"))
    if stale := why_stale(case, revision):
        why.append(stale)
    if silenced := why_silenced(revision):
        why.append(silenced)
    open_ = [body for body, row in confirmations_of(revision).items() if not is_confirmed(row)]
    if open_:
        why.append(_("文稿涉及%(bodies)s，尚未沟通确认，不能发布（C8.4）。") % {"bodies": "、".join(open_)})
    return why


def overridden(case: Case) -> QuerySet[BodyConfirmation]:
    """Confirmations a leader went on without: red ever after."""
    return BodyConfirmation.objects.filter(case=case, overridden_at__isnull=False)


def by_hand_to_do(user: User) -> QuerySet[Publication]:
    """Posts that wait for a hand, or for a second person who is not the poster: of press releases, and of cases which
    the person may see.
    """
    waiting = Q(state=Publication.TO_DO) | (Q(state=Publication.TO_VERIFY) & ~Q(posted_user=user.pk))
    theirs = Q(case__in=cases_for(user).values("pk"))
    if may(user, "press.view"):
        theirs |= Q(press__isnull=False)
    seen = Publication.objects.filter(waiting, theirs)
    return seen.select_related("case", "revision", "press__release", "platform").order_by("released_at")


def answered_since(at: dt.datetime) -> int:
    return Case.objects.filter(answered_at__gte=at, answered_at__lte=time.now()).count()
