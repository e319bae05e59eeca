"""沟通确认 with other bodies (C8.4): bound to one manifest, blocks publishing, silence is never consent.

Which bodies a text names is looked up in a dictionary from the regulation, not guessed from grammar.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from huiying.handling import actions as handling
from huiying.handling.models import Case, Liaison
from huiying.kernel import clock as time, tokens
from huiying.ledger.actions import Actor, record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import able, regulation_now, regulation_of
from huiying.people.standing import actor_of
from huiying.responding import evidence
from huiying.responding.models import BodyConfirmation, Revision
from huiying.responding.queries import current_revision
from huiying.work import notify

# 行政机关 and their like. Buyers, banks and companies that the file lists are added by hand where it matters.
ENDINGS = ("局", "委", "委员会", "办", "部", "厅", "组", "政府", "机关", "海关", "法院", "检察院")


def dictionary() -> list[str]:
    """Bodies of the state that the regulation names, longest first, without the bureau itself."""
    regulation = regulation_now()
    names = set(regulation.monitor.liaison.bodies)
    for category in regulation.routing.categories.values():
        names.update(category.confirm_with)
    own = regulation.meta.issuer
    others = (name for name in names if name.endswith(ENDINGS) and name not in own)
    return sorted(others, key=lambda name: (-len(name), name))


def named_in(text: str) -> list[str]:
    """Bodies named in the text, in order of first mention; the longer name hides the shorter one inside it."""
    found: dict[str, int] = {}
    rest = text
    for name in dictionary():
        at = rest.find(name)
        if at >= 0:
            found[name] = at
            rest = rest.replace(name, "\0" * len(name))
    return sorted(found, key=lambda name: found[name])


ANSWERS = ("agree", "amend", "object")
MEANS = ("phone", "letter", "visit")  # how an answer comes that came by no link


def _until(case: Case, now: dt.datetime) -> dt.datetime:
    """Until when the other body is heard: the regulation's word (C8.4, G8)."""
    regulation = regulation_of(case.regulation)
    return regulation.work_calendar.add(now, regulation.response.consult_other_agencies.answer_within)


def _about(case: Case, body: str, after: BodyConfirmation | None) -> tuple[Revision, str]:
    """The text that the body is asked about: the current one, or the one that a leader did not wait with (`after`)."""
    if after is not None:
        if after.case_id != case.pk or after.overridden_at is None:
            raise Refused(_("只有决定不待答复的，才要补听意见。"), code="not_overridden")
        return after.revision, after.body
    body = handling.require_text(body, 2, _("机关名称"))
    revision = current_revision(case)
    held = current_revision(case, Revision.HOLDING) if case.answered_at is None else None
    if held is not None and body in held.bodies and (revision is None or body not in revision.bodies):
        revision = held  # 「正在核实」 that names a body waits for it like any text
    if revision is None:
        raise Refused(_("还没有文稿，先起草再请对方确认。"), code="no_draft")
    return revision, body


@transaction.atomic
def ask_confirmation(
    case: Case, body: str, contact: str, actor: User, after: BodyConfirmation | None = None
) -> tuple[BodyConfirmation, str]:
    """Make the single-use link for one body and the current text. The token returned is shown once.

    `after`: a confirmation that a leader did not wait for; the body is then heard about that text, until its own time.
    """
    case = handling.locked(case)
    require(actor, "confirmation.ask", case)
    revision, body = _about(case, body, after)
    token, token_hash = tokens.new_token()
    now = time.now()
    made = BodyConfirmation.objects.create(
        case=case,
        revision=revision,
        manifest_sha256=revision.manifest_sha256,
        body=body,
        contact=contact.strip(),
        token_hash=token_hash,
        asked_by=actor.name,
        asked_at=now,
        submit_before=_until(case, now),
    )
    record(
        f"case:{case.number}",
        "confirmation.asked",
        {"body": body, "manifest": revision.manifest_sha256, "submit_before": made.submit_before.isoformat()},
        actor_of(actor),
        rows=[made],
    )
    return made, token


def open_confirmation(token: str) -> BodyConfirmation | None:
    """The question behind a link, or None when it is unknown. A used or expired one is returned, to be told so."""
    return (
        BodyConfirmation.objects.select_related("revision", "case").filter(token_hash=tokens.hash_token(token)).first()
    )


@transaction.atomic
def answer_confirmation(token: str, answer: str, name: str, comment: str) -> BodyConfirmation:
    """The other body's one answer, without an account."""
    found = open_confirmation(token)
    if found is None:
        raise Refused(_("这个链接不对，请核对收到的地址。"), code="unknown_link")
    row = BodyConfirmation.objects.select_for_update().get(pk=found.pk)
    if row.answered_at is not None:
        raise Refused(_("这个链接已经用过：只能答复一次。"), code="link_used")
    late = row.not_received_at is not None or row.submit_before <= time.now()
    if late and not _heard_after_all(row):
        raise Refused(_("答复时间已过。请联系发函单位重新发送。"), code="link_expired")
    _check_answer(answer, name, comment)
    _take(row, answer, name, comment)
    row.save()
    _record_answer(row, Actor(name=row.answered_name, department=row.body))
    return row


@transaction.atomic
def record_confirmation(
    case: Case,
    body: str,
    answer: str,
    name: str,
    means: str,
    comment: str,
    proof: UploadedFile[Any] | None,
    actor: User,
    after: BodyConfirmation | None = None,
) -> BodyConfirmation:
    """The body answered by telephone, letter or in person (C8.4): who there said what, with the proof of it (凭证).

    `after`: a confirmation that a leader did not wait for, which is heard after all.
    """
    case = handling.locked(case)
    require(actor, "confirmation.ask", case)
    revision, body = _about(case, body, after)
    if means not in MEANS:
        raise Refused(_("请选择电话、来函或当面。"), code="means")
    _check_answer(answer, name, comment)
    if proof is None and len(comment.strip()) < 4:
        raise Refused(_("请上传凭证（来函、通话记录），或在意见里写明对方怎么说的。"), code="no_evidence")
    now = time.now()
    row = BodyConfirmation(
        case=case,
        revision=revision,
        manifest_sha256=revision.manifest_sha256,
        body=body,
        means=means,
        asked_by=actor.name,
        asked_at=now,
        submit_before=_until(case, now),
        recorded_by=actor.name,
        proof=evidence.keep_upload(case, proof, "", actor.name, "document") if proof is not None else None,
    )
    _take(row, answer, name, comment)
    row.save()
    _record_answer(row, actor_of(actor))
    return row


def open_until(row: BodyConfirmation) -> dt.datetime:
    """Until when its link takes an answer: the time it was given, or the post-hoc time where a leader did not wait."""
    return max(row.submit_before, row.post_hoc_due_at or row.submit_before)


def _heard_after_all(row: BodyConfirmation) -> bool:
    """A body that a leader did not wait for may still answer by its link until the post-hoc time is over (C8.4)."""
    return row.not_received_at is None and row.post_hoc_due_at is not None and time.now() < row.post_hoc_due_at


def _check_answer(answer: str, name: str, comment: str) -> None:
    if answer not in ANSWERS:
        raise Refused(_("请选择同意、建议修改或不同意。"), code="answer")
    if not name.strip():
        raise Refused(_("请填写答复人姓名和职务。"), code="too_short")
    if answer != "agree" and len(comment.strip()) < 2:
        raise Refused(_("请写明修改意见或不同意的理由。"), code="too_short")


def _take(row: BodyConfirmation, answer: str, name: str, comment: str) -> None:
    row.answered_at, row.answer = time.now(), answer
    row.answered_name, row.comment = name.strip()[:100], comment.strip()


def _which(row: BodyConfirmation) -> int:
    """Which question of its case it is, from 1: one body may be asked about one text more than once."""
    return BodyConfirmation.objects.filter(case=row.case_id, pk__lte=row.pk).count()


def _record_answer(row: BodyConfirmation, actor: Actor) -> None:
    payload = {
        "body": row.body,
        "asked": _which(row),
        "answer": row.answer,
        "by": row.answered_name,
        "means": row.means,
        "comment": row.comment,
        "manifest": row.manifest_sha256,
    }
    if row.recorded_by:
        payload |= {"recorded_by": row.recorded_by, "proof": row.proof.sha256 if row.proof else ""}
    rows = [row] if row.proof is None else [row, row.proof]
    record(f"case:{row.case.number}", "confirmation.answered", payload, actor, rows=rows)
    if row.answer != "agree":
        _tell_of_conflict(row)


def _tell_of_conflict(row: BodyConfirmation) -> None:
    """Two bodies must not say different things: whoever drafts and the office hear at once (C8.4)."""
    settles = regulation_of(row.case.regulation).response.consult_other_agencies.escalate_to
    words = {"amend": "建议修改", "object": "不同意"}[row.answer]
    more = f"协商不成，请报{settles}协调。" if row.answer == "object" and settles else ""
    people = [user.username for user in able("office")]
    drafter = User.objects.filter(pk=row.revision.drafter_user).first()
    notify.send(
        f"{row.body}对文稿{words}",
        f"{row.case.title}（{row.case.number}）：{row.comment}。{more}",
        dict.fromkeys([*people, *([drafter.username] if drafter else [])]),
        "warning",
        key=f"confirmation:{row.pk}:{row.answer}",
        url=f"/desk/cases/{row.case.number}/",
    )


@transaction.atomic
def escalate_conflict(row: BodyConfirmation, actor: User) -> Liaison:
    """An objection that cannot be talked away goes to whoever the regulation names, as a letter that a person sends
    (C8.4: conflict → 政府办).
    """
    case = handling.locked(row.case)
    require(actor, "liaison.write", row)
    row = BodyConfirmation.objects.select_for_update(of=("self",)).select_related("revision").get(pk=row.pk)
    settles = regulation_of(case.regulation).response.consult_other_agencies.escalate_to
    if not settles:
        raise Refused(_("制度没有写意见不一致时报谁协调，请局办公室决定。"), code="nobody_settles")
    if row.answer != "object" or row.escalated_at is not None:
        raise Refused(_("只有对方不同意、且尚未报请协调的，才报请协调。"), code="nothing_to_settle")
    points = f"{row.body}不同意我局拟发布的说法：{row.comment}。请协调口径。"
    letter = handling.draft_liaison(case, settles, "", points, "", actor)
    row.escalated_at = time.now()
    row.save(update_fields=["escalated_at"])
    payload = {"body": row.body, "asked": _which(row), "to": settles, "letter": letter.number}
    record(f"case:{case.number}", "confirmation.escalated", payload, actor_of(actor), rows=[row])
    return letter


@transaction.atomic
def override_confirmation(row: BodyConfirmation, reason: str, actor: User) -> None:
    """A leader goes on without the answer, with a reason; it stays red ever after (C8.4)."""
    require(actor, "confirmation.override", row)
    row = BodyConfirmation.objects.select_for_update(of=("self",)).select_related("case").get(pk=row.pk)
    if row.overridden_at is not None or row.answer == "agree":
        raise Refused(_("这一项已经确认，或已决定不待确认。"), code="already_decided")
    reason = handling.require_text(reason, 10, _("不待确认的理由"))
    now = time.now()
    regulation = regulation_of(row.case.regulation)
    row.overridden_at, row.overridden_by, row.override_reason = now, actor.name, reason
    # It is heard after all, afterwards; until then the desk and `huiying check` say that it is open.
    row.post_hoc_due_at = regulation.work_calendar.add(now, regulation.response.consult_other_agencies.post_hoc_within)
    row.save(update_fields=["overridden_at", "overridden_by", "override_reason", "post_hoc_due_at"])
    record(
        f"case:{row.case.number}",
        "confirmation.overridden",
        {
            "body": row.body,
            "asked": _which(row),
            "reason": reason,
            "manifest": row.manifest_sha256,
            "post_hoc_due_at": row.post_hoc_due_at.isoformat(),
        },
        actor_of(actor),
        rows=[row],
    )


def fallen_silent(now: dt.datetime) -> QuerySet[BodyConfirmation]:
    """Questions whose time ran out, the post-hoc time of an override included."""
    over = Q(post_hoc_due_at__isnull=True) | Q(post_hoc_due_at__lte=now)
    return BodyConfirmation.objects.filter(
        over, submit_before__lte=now, answered_at__isnull=True, not_received_at__isnull=True
    )


@transaction.atomic
def note_silence(now: dt.datetime, limit: int) -> int:
    """The silence is recorded as what it is, never as consent."""
    rows = fallen_silent(now).select_related("case").order_by("id")[:limit]
    for row in rows:
        row.not_received_at = now
        row.save(update_fields=["not_received_at"])
        told = {"body": row.body, "asked": _which(row)}
        record(f"case:{row.case.number}", "confirmation.silent", told, Actor.SYSTEM, rows=[row])
    return len(rows)


def heard_after(row: BodyConfirmation) -> BodyConfirmation | None:
    """Where a body that a leader did not wait for was heard after all: its own answer, or a later one on that text."""
    if row.overridden_at is None:
        return None
    if row.answered_at is not None and row.answered_at >= row.overridden_at:
        return row
    later = BodyConfirmation.objects.filter(
        case=row.case_id, manifest_sha256=row.manifest_sha256, body=row.body, answered_at__gte=row.overridden_at
    )
    return later.order_by("answered_at", "id").first()


def is_post_hoc(row: BodyConfirmation) -> bool:
    """Whether it is about a text with which a leader did not wait: that text is heard of whatever was drafted since."""
    if row.overridden_at is not None:
        return True
    same = BodyConfirmation.objects.filter(case=row.case_id, manifest_sha256=row.manifest_sha256, body=row.body)
    return same.filter(overridden_at__isnull=False).exists()


def unheard(now: dt.datetime) -> list[BodyConfirmation]:
    """Overrides whose post-hoc time is over and whose body was never heard (C8.4)."""
    rows = BodyConfirmation.objects.filter(post_hoc_due_at__lte=now).select_related("case").order_by("post_hoc_due_at")
    return [row for row in rows if heard_after(row) is None]
