"""沟通确认 with other bodies (C8.4): bound to one manifest, blocks publishing, silence is never consent."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import actions as handling
from huiying.handling.models import Case
from huiying.kernel import clock as time
from huiying.kernel import tokens
from huiying.ledger.actions import Actor, record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.standing import actor_of
from huiying.responding.models import BodyConfirmation
from huiying.responding.queries import current_revision

ANSWERS = ("agree", "amend", "object")
WAIT_FOR = dt.timedelta(hours=12)


@transaction.atomic
def ask_confirmation(case: Case, body: str, contact: str, actor: User) -> tuple[BodyConfirmation, str]:
    """Make the single-use link for one body and the current text. The token returned is shown once."""
    case = handling.locked(case)
    require(actor, "confirmation.ask", case)
    revision = current_revision(case)
    if revision is None:
        raise Refused(_("还没有文稿，先起草再请对方确认。"), code="no_draft")
    body = body.strip()
    if not body:
        raise Refused(_("请写明机关名称。"), code="too_short")
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
        submit_before=now + WAIT_FOR,
    )
    record(
        f"case:{case.number}",
        "confirmation.asked",
        {"body": body, "manifest": revision.manifest_sha256, "submit_before": made.submit_before.isoformat()},
        actor_of(actor),
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
    if row.not_received_at is not None or row.submit_before <= time.now():
        raise Refused(_("答复时间已过。请联系发函单位重新发送。"), code="link_expired")
    if answer not in ANSWERS:
        raise Refused(_("请选择同意、建议修改或不同意。"), code="answer")
    if not name.strip():
        raise Refused(_("请填写答复人姓名和职务。"), code="too_short")
    if answer != "agree" and len(comment.strip()) < 2:
        raise Refused(_("请写明修改意见或不同意的理由。"), code="too_short")
    row.answered_at, row.answer = time.now(), answer
    row.answered_name, row.comment = name.strip()[:100], comment.strip()
    row.save()
    record(
        f"case:{found.case.number}",
        "confirmation.answered",
        {
            "body": row.body,
            "answer": answer,
            "by": row.answered_name,
            "comment": row.comment,
            "manifest": row.manifest_sha256,
        },
        Actor(name=row.answered_name, department=row.body),
    )
    return row


@transaction.atomic
def override_confirmation(row: BodyConfirmation, reason: str, actor: User) -> None:
    """A leader goes on without the answer, with a reason; it stays red ever after (C8.4)."""
    require(actor, "confirmation.override")
    row = BodyConfirmation.objects.select_for_update(of=("self",)).select_related("case").get(pk=row.pk)
    if row.overridden_at is not None or row.answer == "agree":
        raise Refused(_("这一项已经确认，或已决定不待确认。"), code="already_decided")
    reason = handling.said(reason, 10, _("不待确认的理由"))
    row.overridden_at, row.overridden_by, row.override_reason = time.now(), actor.name, reason
    row.save(update_fields=["overridden_at", "overridden_by", "override_reason"])
    record(
        f"case:{row.case.number}",
        "confirmation.overridden",
        {"body": row.body, "reason": reason, "manifest": row.manifest_sha256},
        actor_of(actor),
    )


@transaction.atomic
def note_silence(now: dt.datetime, limit: int) -> int:
    """Questions whose time ran out: the silence is recorded as what it is."""
    rows = BodyConfirmation.objects.select_related("case").filter(
        submit_before__lte=now, answered_at__isnull=True, not_received_at__isnull=True
    )[:limit]
    for row in rows:
        row.not_received_at = now
        row.save(update_fields=["not_received_at"])
        record(f"case:{row.case.number}", "confirmation.silent", {"body": row.body}, Actor.SYSTEM)
    return len(rows)
