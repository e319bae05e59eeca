"""Saving and submitting drafts （九）: another text is another revision, the same text changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import actions as handling
from huiying.handling import clocks
from huiying.handling.models import Case
from huiying.handling.queries import lead_of
from huiying.kernel import clock as time
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import regulation_of
from huiying.people.standing import actor_of
from huiying.responding import bodies as other_bodies
from huiying.responding.channels.registry import CHANNELS
from huiying.responding.manifest import manifest, normalised
from huiying.responding.models import Publication, ReviewRound, ReviewStep, Revision
from huiying.responding.queries import current_revision, open_round, why_not_submit

DRAFTING_STATES = ("handling", "reviewing", "approved", "answered")


@transaction.atomic
def save_revision(
    case: Case,
    *,
    title: str,
    question: str,
    facts: str,
    renditions: Mapping[str, str],
    basis: str,
    actor: User,
    bodies: Sequence[str] = (),
    corrects: Publication | None = None,
    correction_note: str = "",
) -> Revision:
    """Save the draft. The same manifest gives the current revision back and voids nothing; another one voids any
    review or approval in progress (habit 12, C9.3)."""
    case = handling.locked(case)
    require(actor, "case.draft" if corrects is None else "release.correct", case)
    if case.state not in DRAFTING_STATES:
        raise Refused(_("主办部门签收之后才起草回应。"), code="not_in_this_state")
    wanted = {kind: normalised(text) for kind, text in renditions.items() if text.strip()}
    unknown = sorted(set(wanted) - set(CHANNELS))
    if unknown:
        raise Refused(_("没有这样的发布渠道：%(names)s。") % {"names": "、".join(unknown)}, code="unknown_channel")
    if corrects is not None and (corrects.case_id != case.pk or not correction_note.strip()):
        raise Refused(_("更正须写明更正说明，公众会看到（C11.1）。"), code="correction_note")
    everything = "\n".join([title, question, facts, *wanted.values()])
    named = sorted(set(other_bodies.named_in(everything)) | {body.strip() for body in bodies if body.strip()})
    sha = manifest(
        title=title,
        question=question,
        facts=facts,
        renditions=wanted,
        basis=basis,
        openness="open",
        bodies=named,
        corrects=corrects.pk if corrects else None,
        correction_note=correction_note,
    )
    latest = current_revision(case)
    if latest is not None and latest.manifest_sha256 == sha:
        return latest
    lead = lead_of(case)
    assert lead is not None
    _void(case, actor, "文稿有改动，须重新送审")
    revision = Revision.objects.create(
        case=case,
        number=latest.number + 1 if latest else 1,
        title=title.strip(),
        question=normalised(question),
        facts=normalised(facts),
        renditions=wanted,
        basis=basis.strip(),
        bodies=named,
        manifest_sha256=sha,
        drafter=actor.name,
        drafter_user=actor.pk,
        department=lead.name,
        corrects=corrects,
        correction_note=correction_note.strip(),
        at=time.now(),
    )
    record(
        f"case:{case.number}",
        "draft.saved",
        {"revision": revision.number, "manifest": sha, "title": revision.title, "bodies": named},
        actor_of(actor),
    )
    return revision


def _void(case: Case, actor: User, why: str) -> None:
    """End the open or approved round: its decisions were about another text."""
    rounds = ReviewRound.objects.filter(case=case, state__in=(ReviewRound.OPEN, ReviewRound.APPROVED))
    if case.state in ("reviewing", "approved"):
        handling.move(case, "change_again" if case.answered_at else "change", actor_of(actor), why)
        clocks.stop_from(case, "submitted_at", why, actor_of(actor))
        _call_back(case)
        # What is already public was approved when it was posted, and stays so.
        posted = Publication.objects.filter(case=case, state__in=(Publication.TO_VERIFY, Publication.LIVE))
        for round_ in rounds.filter(revision=current_revision(case)).exclude(
            manifest_sha256__in=posted.values("manifest_sha256")
        ):
            _end(round_, ReviewRound.VOIDED, why)
            record(
                f"case:{case.number}",
                "review.voided",
                {"round": round_.pk, "manifest": round_.manifest_sha256, "why": why},
                actor_of(actor),
            )


def _call_back(case: Case) -> None:
    """What was released and is not out yet never goes out: its approval is void."""
    waiting = Publication.objects.filter(
        case=case, state__in=(Publication.QUEUED, Publication.TO_DO, Publication.REJECTED)
    )
    waiting.update(state=Publication.FAILED, error="文稿有改动，原审定作废，这一条不再发布。")


def _end(round_: ReviewRound, state: str, why: str) -> None:
    round_.state, round_.closed_at, round_.closed_why = state, time.now(), why[:300]
    round_.save(update_fields=["state", "closed_at", "closed_why"])


@transaction.atomic
def submit(case: Case, actor: User) -> ReviewRound:
    """送审: open a round with the steps of the case's level; brackets in the file run side by side (C9.3)."""
    case = handling.locked(case)
    require(actor, "case.submit", case)
    revision = current_revision(case)
    why = why_not_submit(case, revision)
    if why or revision is None:
        raise Refused(" ".join(why), code="not_ready")
    who = actor_of(actor)
    regulation = regulation_of(case.regulation)
    now = time.now()
    round_ = ReviewRound.objects.create(
        revision=revision,
        case=case,
        manifest_sha256=revision.manifest_sha256,
        level=case.level,
        opened_at=now,
        opened_by=actor.name,
    )
    first_due = clocks.due_from(regulation, "submitted_at", case.level, now)
    steps = regulation.review_steps(case.level)
    for position, roles in enumerate(steps):
        for role in roles:
            due = None if position else first_due
            ReviewStep.objects.create(round=round_, position=position, role=role, due_at=due)
    record(
        f"case:{case.number}",
        "review.opened",
        {
            "round": round_.pk,
            "revision": revision.number,
            "manifest": revision.manifest_sha256,
            "steps": steps,
        },
        who,
    )
    handling.move(case, "submit", who)
    clocks.start_from(case, "submitted_at")
    return round_


@transaction.atomic
def withdraw(case: Case, actor: User) -> None:
    """Take a submission back within ten minutes, before anybody decided."""
    case = handling.locked(case)
    require(actor, "case.submit", case)
    round_ = open_round(case)
    if (
        round_ is None
        or round_.steps.exclude(decision="").exists()
        or time.now() - round_.opened_at > handling.UNDO_FOR
    ):
        raise Refused(_("已有人审核，或已超过十分钟，不能撤回。"), code="too_late_to_undo")
    _end(round_, ReviewRound.VOIDED, "送审人撤回")
    record(f"case:{case.number}", "review.withdrawn", {"round": round_.pk}, actor_of(actor))
    handling.move(case, "reject_again" if case.answered_at else "reject", actor_of(actor), "送审人撤回")
    clocks.stop_from(case, "submitted_at", "送审人撤回", actor_of(actor))
