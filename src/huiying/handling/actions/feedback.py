"""反馈 (C6.13): the asker, whoever brought it in, the office and the leader are told how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huiying.engine.channels import OWN_CLASSES
from huiying.handling.actions.base import locked, require_text
from huiying.handling.models import Case, Feedback, SplitPost
from huiying.judging.merging import family
from huiying.judging.models import EventPost
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, record, together
from huiying.listening.models import Message, Post, StaffReport
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import able, office, regulation_of
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
