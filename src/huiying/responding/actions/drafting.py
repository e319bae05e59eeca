"""Saving and submitting drafts （九）, and 「正在核实」 in one press （八） C8.6: the first public word, which waits
for no facts.

Another text is another revision, the same text changes nothing. A holding statement is no answer: it moves no case on,
and its review is the regulation's short one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huiying.handling import actions as handling, clocks
from huiying.handling.actions.work import agree_facts, check_not_stale, current_facts
from huiying.handling.models import Case, FactSheet
from huiying.handling.process import LIVE
from huiying.handling.queries import lead_of
from huiying.kernel import clock as time
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import may, require
from huiying.people.queries import regulation_of
from huiying.people.standing import actor_of
from huiying.responding import steps, templates
from huiying.responding.actions import confirming as other_bodies, reviewing
from huiying.responding.bound import normalised, of_revision
from huiying.responding.models import Authorisation, MachineDraft, Publication, ReviewRound, Revision
from huiying.responding.queries import approved_round, current_revision, open_round, why_stale
from huiying.responding.readiness import open_blanks, why_not_submit
from huiying.responding.targets import STILL_HERE, call_back, check_targets, targets as open_targets

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
    quotes: int | None = None,
    stage: str = "",
    openness: str = Revision.OPEN,
    openness_ground: str = "",
    openness_left_out: str = "",
    openness_review_on: dt.date | None = None,
    statutory: Sequence[str] = (),
    speaker: Authorisation | None = None,
    department: str = "",
    redacts: bool = False,
    template: str = "",
    machine: MachineDraft | None = None,
    track: str = Revision.ANSWER,
) -> Revision:
    """Save the draft. The same manifest gives the current revision back and voids nothing; another one voids any
    review or approval in progress (habit 12, C9.3).

    `quotes` is the version of the 口径 that the writer saw, None for the newest. What the draft says of the facts is
    that version's text, or becomes the next one where the writer may agree on facts (C7.4). `stage` left out: the first
    answer, or a follow-up where one is public. `department` left out: the lead speaks (C8.3).
    """
    case = handling.locked(case)
    _check_may_save(case, actor, corrects, track)
    wanted = {code: normalised(text) for code, text in renditions.items() if text.strip()}
    check_targets(wanted)
    stage = stage or _stage_of(case, corrects, track)
    _check_correction(case, corrects, correction_note, stage)
    everything = "\n".join([title, question, facts, *wanted.values()])
    named = sorted(set(other_bodies.named_in(everything)) | {body.strip() for body in bodies if body.strip()})
    sheet = 0 if track == Revision.HOLDING else _facts_for(case, normalised(facts), quotes, actor)
    lead = lead_of(case)
    assert lead is not None
    revision = Revision(
        case=case,
        track=track,
        title=title.strip(),
        question=normalised(question),
        facts=normalised(facts),
        renditions=wanted,
        basis=basis.strip(),
        bodies=named,
        correction_note=correction_note.strip(),
        stage=stage,
        openness=openness,
        openness_ground=openness_ground,
        openness_left_out=openness_left_out.strip(),
        openness_review_on=openness_review_on,
        statutory=sorted(set(statutory)),
        department=department or lead.name,
        redacts=redacts,
        corrects=corrects,
        speaker=speaker,
        fact_sheet=sheet,
        drafter=actor.name,
        drafter_user=actor.pk,
        template=template,
        machine=machine,
    )
    revision.manifest_sha256 = of_revision(revision)
    latest = current_revision(case, track)
    if latest is not None and (latest.manifest_sha256, latest.fact_sheet) == (revision.manifest_sha256, sheet):
        return latest
    _void(case, track, actor, "文稿有改动，须重新送审")
    newest = case.revisions.order_by("-number").first()
    revision.number = newest.number + 1 if newest else 1
    revision.at = time.now()
    revision.save()
    record(
        f"case:{case.number}",
        "draft.saved",
        {
            "revision": revision.number,
            "stage": stage,
            "manifest": revision.manifest_sha256,
            "title": revision.title,
            "bodies": named,
            "facts": sheet,
            "openness": openness,
            "department": revision.department,
            "basis": bool(revision.basis),
        },
        actor_of(actor),
        rows=[revision],
    )
    return revision


def _check_may_save(case: Case, actor: User, corrects: Publication | None, track: str) -> None:
    if track == Revision.HOLDING:
        require(actor, "case.hold_statement", case)
        return
    require(actor, "case.draft" if corrects is None else "release.correct", case)
    if case.state not in DRAFTING_STATES:
        raise Refused(_("主办部门签收之后才起草回应。"), code="not_in_this_state")


def _stage_of(case: Case, corrects: Publication | None, track: str) -> str:
    if track == Revision.HOLDING:
        return Revision.HOLDING
    if corrects is not None:
        return Revision.CORRECTION
    return Revision.FIRST if case.answered_at is None else Revision.FOLLOW_UP


def _check_correction(case: Case, corrects: Publication | None, note: str, stage: str) -> None:
    """A correction or a withdrawal names what it is about and says why, in words that the public sees (C11.1)."""
    if stage in (Revision.CORRECTION, Revision.WITHDRAWAL) and corrects is None:
        raise Refused(_("请选择更正或撤回的是哪一份已发布的答复。"), code="nothing_to_correct")
    if corrects is None:
        return
    if corrects.case_id != case.pk or corrects.state != Publication.LIVE:
        raise Refused(_("只能更正或撤回本件已经公开的答复。"), code="nothing_to_correct")
    if not note.strip():
        raise Refused(_("更正须写明更正说明，公众会看到（C11.1）。"), code="correction_note")


def _facts_for(case: Case, facts: str, quotes: int | None, actor: User) -> int:
    """The version of the 口径 that the draft quotes: the newest, or one that its words make (C7.4, scenario 7).

    Words of an older version are no change of the facts but a writer who has not heard of the newest.
    """
    newest = current_facts(case)
    version = newest.version if newest else 0
    if quotes is not None:
        check_not_stale(case, quotes, newest)
    if newest is not None and newest.text == facts:
        return version
    if not facts:
        return version  # an unfinished draft; it can not be submitted without facts
    older = FactSheet.objects.filter(case=case, text=facts).order_by("-version").first()
    if older is not None and newest is not None and quotes is None:
        check_not_stale(case, older.version, newest)
    if not may(actor, "case.facts", case):
        raise Refused(
            _("事实部分须与口径一字不差；改口径须由主办部门、统筹部门或采编人员办理（C7.4）。"), code="not_the_facts"
        )
    return agree_facts(case, facts, version, "起草时更新", actor).version


def _void(case: Case, track: str, actor: User, why: str) -> None:
    """End the open or approved round: its decisions were about another text."""
    if track == Revision.ANSWER and case.state not in ("reviewing", "approved"):
        return
    current = current_revision(case, track)
    rounds = ReviewRound.objects.filter(
        case=case, track=track, revision=current, state__in=(ReviewRound.OPEN, ReviewRound.APPROVED)
    )
    if track == Revision.ANSWER:
        handling.move(case, "change_again" if case.answered_at else "change", actor_of(actor), why)
        clocks.stop_from(case, "submitted_at", why, actor_of(actor))
    _call_back(case, track, actor)
    # What is already public was approved when it was posted, and stays so; what is still open never outlives it.
    posted = Publication.objects.filter(case=case, state__in=(Publication.TO_VERIFY, Publication.LIVE))
    public = Q(state=ReviewRound.APPROVED, manifest_sha256__in=posted.values("manifest_sha256"))
    for round_ in rounds.exclude(public):
        round_.end(ReviewRound.VOIDED, why)
        record(
            f"case:{case.number}",
            "review.voided",
            {"round": round_.pk, "manifest": round_.manifest_sha256, "why": why},
            actor_of(actor),
            rows=[round_],
        )


def _call_back(case: Case, track: str, actor: User) -> None:
    """What was released and is not out yet never goes out: its approval is void. What is on its way to another host
    (SENDING) cannot be called back; it was approved when it left.
    """
    waiting = Publication.objects.filter(case=case, revision__track=track, state__in=STILL_HERE)
    rows = waiting.select_related("case", "platform")
    call_back(rows, "文稿有改动，原审定作废，这一条不再发布。", actor_of(actor))


@transaction.atomic
def submit(case: Case, actor: User, track: str = Revision.ANSWER) -> ReviewRound:
    """送审: open a round with the steps of the case's level or of the stage; brackets in the file run side by side
    (C9.3). A holding statement is reviewed beside the case and moves it nowhere.
    """
    case = handling.locked(case)
    answer = track == Revision.ANSWER
    require(actor, "case.submit" if answer else "case.hold_statement", case)
    revision = current_revision(case, track)
    if stale := why_stale(case, revision):
        raise Refused(stale, code="stale_facts")
    why = why_not_submit(case, revision)
    if open_round(case, track) is not None:
        why = [_("这一稿已经在审核中。")]
    if why or revision is None:
        raise Refused(" ".join(why), code="not_ready")
    who = actor_of(actor)
    regulation = regulation_of(case.regulation)
    now = time.now()
    round_ = ReviewRound.objects.create(
        revision=revision,
        case=case,
        track=track,
        manifest_sha256=revision.manifest_sha256,
        level=case.level,
        opened_at=now,
        opened_by=actor.name,
    )
    planned = steps.plan(regulation, case.level, revision.stage)
    if missing := steps.nobody_for(planned, regulation, round_.lead_code(), revision.drafter_user, revision.at):
        raise Refused(
            _("没有人能做这几步审核：%(steps)s。请系统管理员任命，起草人不能审自己的稿。") % {"steps": missing},
            code="nobody_reviews",
        )
    made = round_.begin(planned, clocks.due_from(regulation, "submitted_at", case.level, now), now)
    reviewing.tell(case, round_)
    record(
        f"case:{case.number}",
        "review.opened",
        {
            "round": round_.pk,
            "revision": revision.number,
            "stage": revision.stage,
            "manifest": revision.manifest_sha256,
            "steps": [[step.role for step in group] for group in planned],
        },
        who,
        rows=[round_, *made],
    )
    if answer:
        handling.move(case, "submit", who)
        clocks.start_from(case, "submitted_at")
    return round_


@transaction.atomic
def withdraw(case: Case, actor: User, track: str = Revision.ANSWER) -> None:
    """Take a submission back within ten minutes, before anybody decided."""
    case = handling.locked(case)
    require(actor, "case.submit" if track == Revision.ANSWER else "case.hold_statement", case)
    round_ = open_round(case, track)
    if (
        round_ is None
        or round_.steps.exclude(decision="").exists()
        or time.now() - round_.opened_at > handling.UNDO_FOR
    ):
        raise Refused(_("已有人审核，或已超过十分钟，不能撤回。"), code="too_late_to_undo")
    who = actor_of(actor)
    round_.end(ReviewRound.VOIDED, "送审人撤回")
    record(f"case:{case.number}", "review.withdrawn", {"round": round_.pk}, who, rows=[round_])
    if track == Revision.ANSWER:
        handling.move(case, "reject_again" if case.answered_at else "reject", who, "送审人撤回")
        clocks.stop_from(case, "submitted_at", "送审人撤回", who)


HOLDING_CHARS = 2_000  # the most of one text, on every face


def usual_targets() -> list[str]:
    """Where a holding statement goes unless somebody chooses: every open account of ours."""
    return [code for code, place in open_targets().items() if place.platform is not None]


def holding_texts(case: Case, codes: Sequence[str]) -> dict[str, str]:
    """The statement for each place, from its template, with what the case knows. What has no value is left out of the
    sentence, so that a press is enough: a line with an open blank is dropped.
    """
    picker, known = templates.Picker(case), templates.CaseValues(case)
    return {code: _text(case, picker.pick(Revision.HOLDING, code), known) for code in codes}


def _text(case: Case, picked: Sequence[templates.Picked], known: templates.CaseValues) -> str:
    text = templates.fill(picked[0].template.text if picked else "", case, known)
    return "\n".join(line for line in (_said(line) for line in text.splitlines()) if line)


def _said(line: str) -> str:
    """The sentences of a line that are whole; a matter without a public name is 「有关情况」."""
    line = line.replace("【请填：事情】的情况", "有关情况")
    kept = [part for part in line.split("。") if part and not open_blanks(part)]
    return "".join(f"{part}。" for part in kept)


def title_of(case: Case) -> str:
    """No word of a citizen stands in it: the matter by its routing keys, or none."""
    subject = templates.subject_of(case)
    return f"关于{subject}有关情况正在核实的说明" if subject else "关于群众反映的情况正在核实的说明"


def question_of(case: Case) -> str:
    return f"群众反映{templates.subject_of(case) or '有关'}的情况，希望知道事实和处理办法。"


@transaction.atomic
def hold_statement(
    case: Case, actor: User, targets: Sequence[str] | None = None, texts: Mapping[str, str] | None = None
) -> ReviewRound:
    """Save the statement and send it to review, in one act. `texts` are what a person made of the template."""
    case = handling.locked(case)
    require(actor, "case.hold_statement", case)
    if case.state not in LIVE or case.answered_at is not None:
        raise Refused(_("此件已经公开回应或已结束，不再需要“正在核实”。"), code="not_in_this_state")
    codes = list(dict.fromkeys(targets if targets is not None else usual_targets()))
    if any(place.platform is None for place in check_targets(codes).values() if place.code in codes):
        raise Refused(_("“正在核实”只发在自有账号上。"), code="no_account")
    said = holding_texts(case, codes) | {code: text for code, text in (texts or {}).items() if code in codes}
    empty = [code for code in codes if not said[code].strip()]
    if empty or not codes:
        raise Refused(_("请选择发在哪里，每一处都要有文字。"), code="channel_without_text")
    regulation = regulation_of(case.regulation)
    revision = save_revision(
        case,
        title=title_of(case),
        question=question_of(case),
        facts=said.get("portal") or said[codes[0]],
        renditions=said,
        basis=templates.built_in(regulation).holding_basis,
        template="holding",
        track=Revision.HOLDING,
        actor=actor,
    )
    if approved_round(case, revision) is not None:
        raise Refused(_("这份“正在核实”已经审定，直接发布就行，不用再送审。"), code="already_approved")
    return submit(case, actor, Revision.HOLDING)


def holding_out(case: Case) -> list[Publication]:
    """Where the statement stands in public."""
    rows = Publication.objects.filter(case=case, stage=Revision.HOLDING, state=Publication.LIVE)
    return list(rows.select_related("platform").order_by("published_at", "id"))
