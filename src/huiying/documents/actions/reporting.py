"""Issuing a special report (C6.10): the texts are frozen, what a person judges is written down, then it is composed."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.documents.actions.issued import next_in, write
from huiying.documents.models import IssuedDocument
from huiying.documents.record import heads_of
from huiying.handling import actions as handling
from huiying.handling.models import Case, CaseAct
from huiying.handling.process import LIVE
from huiying.judging.models import EventPost, Screening
from huiying.judging.queries import members
from huiying.kernel import clock as time
from huiying.ledger.actions import lock, record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.standing import actor_of

MOST_POSTS = 5000
MOST_WORDS = 2000


@transaction.atomic
def issue_special_report(
    case: Case, actor: User, *, judgement: str = "", advice: str = "", to: str = ""
) -> IssuedDocument:
    """The report on a case as it stands now. 核心判断 and 建议 may be added to by hand, and become entries first."""
    require(actor, "document.issue", case)
    if case.event.sensitive:  # §6.2: never in a 专报; the matter goes to the integrity department by its own way
        raise Refused(_("标为敏感的事不出专报。"), code="sensitive")
    judgement, advice = judgement.strip(), advice.strip()
    for name, text in ((_("核心判断"), judgement), (_("处置建议"), advice)):
        if len(text) > MOST_WORDS:
            raise Refused(
                _("“%(name)s”最多 %(most)d 个字，请缩短。") % {"name": name, "most": MOST_WORDS}, code="too_long"
            )
    chains = [f"case:{case.number}", f"event:{case.event.number}"]
    lock(*chains)
    now, who = time.now(), actor_of(actor)
    number = next_in("report", now)
    freeze(case, number, actor)
    if judgement or advice:
        told = {"report": number, "judgement": judgement, "advice": advice}
        record(chains[0], "document.remarked", told, who)
    row = write(
        "report", case.number, cut_off=now, by=actor, number=number, case=case, heads=heads_of(chains),
        given={"to": to.strip()[:200]},
    )  # fmt: skip
    if case.state in LIVE:
        handling.note_act(case, CaseAct.SPECIAL_REPORT, f"已出{number}", actor)
    return row


def freeze(case: Case, number: str, actor: User) -> None:
    """Which texts a document speaks of, with the figures they had: in the record, so that nobody chooses afterwards."""
    rows = list(members(case.event).select_related("post__screening")[: MOST_POSTS + 1])
    if len(rows) > MOST_POSTS:
        raise Refused(
            _("这件事的来文超过 %(most)d 条，一份专报写不下。请先拆分办件。") % {"most": MOST_POSTS}, code="too_many"
        )
    told = {"report": number, "posts": [_text(row) for row in rows]}
    record(f"case:{case.number}", "document.material", told, actor_of(actor))


def _text(row: EventPost) -> dict[str, Any]:
    post = row.post
    screening: Screening | None = getattr(post, "screening", None)
    sure = post.time_confidence != "future"
    metrics = {
        name: int(value)
        for name in ("reads", "reposts", "comments")
        if isinstance(value := post.metrics.get(name), (int, float))
    }
    return {
        "id": post.pk,
        "sha256": post.text_sha256,
        "platform": post.platform,
        "outlet": post.outlet,
        "concern": screening.concern if screening else "",
        "published_at": post.published_at if sure else None,
        "received_at": post.received_at,
        **metrics,
    }
