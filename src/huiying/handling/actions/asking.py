"""问题—答复—满意度—改进 （四）C4.2, C4.3: the asker says how the answer was, and may take the matter up again, once.

Number and query code are all that is asked for. A matter that ended goes back to its department by the process table;
one that is still open gets the word laid beside it. Either way the case does not end before the asker was answered.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huiying.engine.post import PostError, parse_post
from huiying.handling import clocks
from huiying.handling.actions import ending
from huiying.handling.actions.base import locked, move, require_text
from huiying.handling.models import AskedAgain, Case, Satisfaction
from huiying.handling.process import allows
from huiying.handling.queries import case_of_event, lead_of
from huiying.judging.models import Event
from huiying.judging.queries import event_of_post
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, lock, record, together, vouch
from huiying.listening.actions import CHAIN, MESSAGE_CHARS, OWN_PLATFORM, receive_one
from huiying.listening.models import Message, Post
from huiying.listening.queries import message_by_code
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import able, regulation_now, takers
from huiying.people.standing import actor_of
from huiying.work import notify

MOMENT = "asked_again_at"
LEAST = 4
ANSWERED = ("answered", "declined", "closed")


@dataclass(frozen=True)
class Voice:
    """What the asker of one message may still say of its answer, and what they said. `until` ends the second chance."""

    may_rate: bool = False
    may_ask_again: bool = False
    until: dt.datetime | None = None
    satisfaction: Satisfaction | None = None
    again: AskedAgain | None = None


def voice_of(message: Message, case: Case | None) -> Voice:
    """For the page that the asker sees."""
    satisfaction: Satisfaction | None = getattr(message, "satisfaction", None)
    again: AskedAgain | None = getattr(message, "asked_again", None)
    if case is None or not _was_told(case):
        return Voice(satisfaction=satisfaction, again=again)
    until = _until(case)
    return Voice(
        may_rate=satisfaction is None,
        may_ask_again=again is None and time.now() < until,
        until=until,
        satisfaction=satisfaction,
        again=again,
    )


def _was_told(case: Case) -> bool:
    return case.answered_at is not None or case.state in ANSWERED


def _until(case: Case) -> dt.datetime:
    """Counted from the last thing that the asker could see: the answer or the end, whichever came later."""
    told = max(filter(None, (case.answered_at, case.closed_at)), default=case.opened_at)
    regulation = regulation_now()
    end: dt.datetime = regulation.work_calendar.add(told, regulation.asking.ask_again_within)
    return end


def _found(number: str, code: str) -> tuple[Message, Case]:
    """The message and the case that answers it. Raises Refused alike for a wrong number and a wrong code."""
    message = message_by_code(number, code)
    if message is None:
        raise Refused(_("没有找到。请核对编号和查询码。"), code="unknown_message")
    event = event_of_post(message.post)
    case = case_of_event(event.pk) if event else None
    if case is None or not _was_told(case):
        raise Refused(_("这件事还没有答复。答复以后再来评价，或者再提一次。"), code="not_answered")
    return message, case


@transaction.atomic
@together()
def rate(number: str, code: str, grade: str) -> Satisfaction:
    """满意度: one question, answered once (C4.2). Raises Refused."""
    message, case = _found(number, code)
    grades = regulation_now().asking.grades
    if grade not in grades:
        raise Refused(_("请从列出的几项里选一项。"), code="unknown_grade")
    case = locked(case)
    if Satisfaction.objects.filter(message=message).exists():
        raise Refused(_("您已经评价过这次答复。"), code="said_already")
    chosen = grades[grade]
    row = Satisfaction.objects.create(
        message=message, case=case, grade=grade, name=chosen.name, good=chosen.good, at=time.now()
    )
    payload = {"message": message.number, "grade": grade, "name": chosen.name, "good": chosen.good}
    record(f"case:{case.number}", "case.rated", payload, Actor.PUBLIC, rows=[row])
    return row


@transaction.atomic
@together()
def ask_again(number: str, code: str, text: str) -> AskedAgain:
    """再次提出, once: an ended matter goes back to its department, an open one waits for a further answer (C4.3).

    Its deadlines stay as they ended (INV-3); the file's own nudge for a second answer begins. Raises Refused.
    """
    message, case = _found(number, code)
    text = text.strip()
    if len(text) < LEAST:
        raise Refused(_("请写明还有什么没有解决，至少 %(least)d 个字。") % {"least": LEAST}, code="too_short")
    if len(text) > MESSAGE_CHARS:
        raise Refused(_("内容最多 %(limit)s 字，请缩短。") % {"limit": MESSAGE_CHARS}, code="too_long")
    lock(CHAIN, f"case:{case.number}")
    case = locked(case)
    if AskedAgain.objects.filter(message=message).exists():
        raise Refused(_("这件事您已经再次提出过，请等答复；还有别的事，可以另外留言。"), code="said_already")
    if time.now() >= _until(case):
        raise Refused(_("再次提出的期限已经过了。还没有解决的，请重新留言。"), code="too_late")
    row = AskedAgain.objects.create(message=message, case=case, post=_heard(message, text), at=time.now())
    payload = {"message": message.number, "post": row.post_id, "sha256": row.post.text_sha256}
    record(f"case:{case.number}", "case.asked_again", payload, Actor.PUBLIC, rows=[row])
    if allows(case.state, "reopen"):
        move(case, "reopen", Actor.PUBLIC, f"留言 {message.number} 的提问人再次提出")
        case.closed_at = None
        case.save(update_fields=["closed_at"])
        Event.objects.filter(pk=case.event_id).update(state=Event.CASED)
        vouch(f"case:{case.number}", [case.event], "case.moved")
    clocks.start_from(case, MOMENT)
    _tell(case, row)
    return row


def _heard(message: Message, text: str) -> Post:
    """A post like any other at the door: danger to life is looked for, personal data masked, the original sealed. It
    belongs to its case from the first moment, so no rule and no stream has to find out where it goes.
    """
    try:
        post = parse_post(
            {
                "native_id": f"{message.number}-R",
                "parent_id": message.number,
                "platform": OWN_PLATFORM,
                "channel_class": "门户网站",
                "kind": "message",
                "own_channel": True,
                "text": text,
                "published_at": time.now().isoformat(),
            }
        )
    except PostError as error:
        raise Refused(_("这段内容里没有能读的文字。请写明还有什么没有解决。"), code="empty") from error
    received = receive_one(post, how="portal", actor=Actor.PUBLIC, batch=f"again-{message.number}")
    Post.objects.filter(pk=received.post_ids[0]).update(screened=True)
    return Post.objects.get(pk=received.post_ids[0])


def _tell(case: Case, row: AskedAgain) -> None:
    """Whoever has the case, and the office. Not a word of what was written goes through a gateway (§6.2)."""
    lead = lead_of(case)
    people = [*(takers(lead) if lead else ()), *able("office")]
    title = "人身安全事项（限知悉）" if case.event.life_safety or row.post.life_safety else case.title
    notify.send(
        f"提问人再次提出，请再次答复：{title}",
        "",
        list(dict.fromkeys(user.username for user in people)),
        "warning",
        key=f"asked_again:{row.pk}",
        url=f"/desk/cases/{case.number}/",
    )


def waiting(case: Case) -> list[AskedAgain]:
    """Askers who took the matter up again and have heard nothing since."""
    of_case = Q(case=case) | Q(case__merged_into=case)
    return list(AskedAgain.objects.filter(of_case, outcome="").select_related("message"))


@transaction.atomic
@together()
def uphold(case: Case, reason: str, actor: User) -> int:
    """维持原答复: nothing new was brought, so the answer stands; the askers are told so (C4.3). Raises Refused."""
    require(actor, "asked_again.uphold", case)
    case = locked(case)
    rows = waiting(case)
    if not rows:
        raise Refused(_("没有等待再次答复的提问人。"), code="nobody_waits")
    reason = require_text(reason, 10, _("维持原答复的理由"))
    _end(case, rows, AskedAgain.UPHELD, reason, actor_of(actor))
    return len(rows)


def answered_again(case: Case, who: Actor) -> None:
    """A further text became public: whoever had taken the matter up again is answered by it."""
    rows = waiting(case)
    if rows:
        _end(case, rows, AskedAgain.ANSWERED, "", who)


def _end(case: Case, rows: list[AskedAgain], outcome: str, reason: str, who: Actor) -> None:
    now = time.now()
    for row in rows:
        row.outcome, row.reason, row.ended_at, row.ended_by = outcome, reason, now, who.name
        row.save(update_fields=["outcome", "reason", "ended_at", "ended_by"])
        payload = {"message": row.message.number, "outcome": outcome, "reason": reason}
        record(f"case:{case.number}", "case.asker_answered", payload, who, rows=[row])
    clocks.stop_from(case, MOMENT, outcome, who)


@ending.guard
def why_asker_waits(case: Case) -> list[str]:
    """A matter that was taken up again does not end in silence (C4.3)."""
    rows = waiting(case)
    if not rows:
        return []
    numbers = "、".join(row.message.number for row in rows[:5])
    return [
        _("提问人再次提出，还没有答复：%(numbers)s。请发布新的答复，或写明理由维持原答复（C4.3）。")
        % {"numbers": numbers}
    ]
