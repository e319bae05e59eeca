"""反馈 and what the asker says of it: the asker, whoever brought it in, the office and the leader are told how it
ended C6.13; the asker says how the answer was, and may take the matter up again, once （四）C4.2, C4.3.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huiying.engine.post import OWN_CLASSES, PostError, parse_post
from huiying.handling import clocks
from huiying.handling.actions import base
from huiying.handling.actions.base import locked, move, require_text
from huiying.handling.models import AskedAgain, Case, Feedback, Satisfaction, SplitPost
from huiying.handling.process import allows
from huiying.handling.queries import case_of_event, lead_of
from huiying.judging.merging import family
from huiying.judging.models import Event, EventPost
from huiying.judging.queries import event_of_post
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, lock, record, together, vouch
from huiying.listening.actions import CHAIN, MESSAGE_CHARS, OWN_PLATFORM, receive_one
from huiying.listening.models import Message, Post, StaffReport
from huiying.listening.queries import message_by_code
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import able, office, regulation_now, regulation_of, takers
from huiying.people.standing import actor_of
from huiying.work import notify

PORTAL, NOTICE, PHONE, COUNTER, LETTER = "portal", "notice", "phone", "counter", "letter"
BY_HAND = (PHONE, COUNTER, LETTER)
ASKED_BY = ("call", "letter", "message")  # kinds of post that somebody waits behind


@dataclass(frozen=True)
class Due:
    """Somebody who is to be told. `means` is how: `portal` and `notice` happen by themselves, "" needs a hand."""

    to: str
    name: str
    means: str
    usernames: tuple[str, ...] = ()
    done: bool = False

    @property
    def by_hand(self) -> bool:
        return not self.means


def feedback_due(case: Case) -> list[Due]:
    """Everybody who is to be told about this case, and whether it was done. A citizen is the number of a message."""
    return _told(case, [*_askers(case), *_staff(case)])


def askers_due(case: Case) -> list[Due]:
    """The askers alone: what the case page and the way to the end look at."""
    return _told(case, _askers(case))


def _told(case: Case, found: Iterable[Due]) -> list[Due]:
    waiting = list(found)
    done = set(Feedback.objects.filter(case=case).values_list("to", "name")) if waiting else set()
    return [replace(item, done=(item.to, item.name) in done) for item in waiting]


def _askers(case: Case) -> list[Due]:
    """Who wrote through the portal learns it by the query code; who left a way to be reached is also told by hand.

    A call, a letter, a message from another desk of ours has no query code: its asker is told by hand.
    """
    waited_for = Q(message__isnull=False) | Q(channel_class__in=OWN_CLASSES) | Q(kind__in=ASKED_BY)
    rows = Post.objects.filter(posts_of(case)).filter(waited_for).select_related("message").order_by("id")
    found = []
    for row in rows.only("native_id", "message__number", "message__sealed_contact"):
        message: Message | None = getattr(row, "message", None)
        if message is None:
            found.append(Due(Feedback.ASKER, row.native_id[:100], ""))
        else:
            found.append(Due(Feedback.ASKER, message.number, "" if message.sealed_contact else PORTAL))
    return list(dict.fromkeys(found))


def posts_of(case: Case) -> Q:
    """Posts that this case answers: of its event and of what was merged into it, less what another case took along."""
    merged = [case, *Case.objects.filter(merged_into=case).select_related("event")]
    events = {event.pk for one in merged for event in family(one.event)}
    members = EventPost.objects.filter(event_id__in=events, withdrawn_at__isnull=True).values("post_id")
    away = SplitPost.objects.filter(case__split_from__in=merged).exclude(case__in=merged).values("post_id")
    taken = SplitPost.objects.filter(case__in=merged).values("post_id")
    return Q(pk__in=members) & ~Q(pk__in=away) | Q(pk__in=taken)


def _staff(case: Case) -> Iterable[Due]:
    """Those who brought a post in, the office, and from the second level on the leaders."""
    reporters: dict[str, set[str]] = {}
    posts = Post.objects.filter(posts_of(case)).values("pk")
    rows = StaffReport.objects.filter(post_id__in=posts).select_related("user").order_by("id")
    for row in rows:
        reporters.setdefault(row.by, set()).add(row.user.username)
    for name, usernames in reporters.items():
        yield Due(Feedback.REPORTER, name, NOTICE, tuple(sorted(usernames)))
    heads = able("office")
    yield Due(Feedback.OFFICE, office().name, NOTICE, tuple(user.username for user in heads))
    if regulation_of(case.regulation).rank(case.level) > 0:
        for user in able("lead_bureau"):
            yield Due(Feedback.LEADER, user.name, NOTICE, (user.username,))


def tell_automatically(case: Case, *, ended: bool, who: Actor) -> int:
    """What needs no hand, each once: at the answer those who asked or brought it in, at the end everybody.

    The caller holds the case's lock. An asker reads the answer by the query code; staff get a notice.
    """
    told = 0
    for item in feedback_due(case):
        early = item.to in (Feedback.ASKER, Feedback.REPORTER)
        if item.done or item.by_hand or not (early or ended):
            continue
        text = "已公开回应" if not ended else "已办结"
        _give(case, item.to, item.name, item.means, text, who)
        if item.usernames:
            notify.send(
                f"{case.number} {text}",
                case.number if case.event.reserved else f"{case.number} {case.title}：{text}",
                list(item.usernames),
                key=f"feedback:{case.number}:{item.to}:{item.name}",
                url=f"/desk/cases/{case.number}/" if item.to != Feedback.REPORTER else "",
                digest=True,
            )
        told += 1
    return told


@transaction.atomic
@together()
def give_feedback(case: Case, to: str, name: str, means: str, text: str, actor: User) -> Feedback:
    """告知: somebody was told by hand, how, and in which words (C6.13). The same one twice is refused."""
    case = locked(case)
    require(actor, "feedback.give", case)
    if means not in BY_HAND:
        raise Refused(_("请选择告知的方式：电话、当面或书信。"), code="unknown_means")
    item = next((item for item in askers_due(case) if (item.to, item.name) == (to, name)), None)
    if item is None:
        raise Refused(_("此件没有这位等待反馈的人。"), code="unknown_asker")
    if item.done:
        raise Refused(_("已经反馈过，不必再登记。"), code="told_already")
    if case.answered_at is None and case.state != "declined":
        raise Refused(_("还没有结果，先有公开回应再反馈。"), code="not_in_this_state")
    return _give(case, to, name, means, require_text(text, 4, _("怎样告知的")), actor_of(actor))


def _give(case: Case, to: str, name: str, means: str, text: str, who: Actor) -> Feedback:
    row = Feedback.objects.create(case=case, to=to, name=name, means=means, text=text, by=who.name, at=time.now())
    record(f"case:{case.number}", "feedback.given", {"to": to, "name": name, "means": means}, who, rows=[row])
    return row


def untold(case: Case) -> list[str]:
    """Askers who wait for a hand: the numbers of their messages, never a name (INV-10)."""
    return [item.name for item in askers_due(case) if item.by_hand and not item.done]


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


def waiting_askers(case: Case) -> list[AskedAgain]:
    """Askers who took the matter up again and have heard nothing since."""
    of_case = Q(case=case) | Q(case__merged_into=case)
    return list(AskedAgain.objects.filter(of_case, outcome="").select_related("message"))


@transaction.atomic
@together()
def uphold(case: Case, reason: str, actor: User) -> int:
    """维持原答复: nothing new was brought, so the answer stands; the askers are told so (C4.3). Raises Refused."""
    require(actor, "asked_again.uphold", case)
    case = locked(case)
    rows = waiting_askers(case)
    if not rows:
        raise Refused(_("没有等待再次答复的提问人。"), code="nobody_waits")
    reason = require_text(reason, 10, _("维持原答复的理由"))
    _end(case, rows, AskedAgain.UPHELD, reason, actor_of(actor))
    return len(rows)


def answered_again(case: Case, who: Actor) -> None:
    """A further text became public: whoever had taken the matter up again is answered by it."""
    rows = waiting_askers(case)
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


@base.guard
def why_asker_waits(case: Case) -> list[str]:
    """A matter that was taken up again does not end in silence (C4.3)."""
    rows = waiting_askers(case)
    if not rows:
        return []
    numbers = "、".join(row.message.number for row in rows[:5])
    return [
        _("提问人再次提出，还没有答复：%(numbers)s。请发布新的答复，或写明理由维持原答复（C4.3）。")
        % {"numbers": numbers}
    ]
