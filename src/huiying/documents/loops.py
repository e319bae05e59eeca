"""What the loop does for documents: the log of each day, a nil day too (C6.9), 早报, 夜间小结 and 月报 at their
hours (§7.1), 批示 that came due; what the auditor asks, and what a leaver still holds of the papers (§6.1 S5, C6.10).
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _, gettext_lazy

from huiying.documents import actions
from huiying.documents.actions.issued import CHAIN, write
from huiying.documents.composing import signers
from huiying.documents.compositors import briefing
from huiying.documents.compositors.daily_log import FIRST_HASH, bounds
from huiying.documents.models import Instruction, IssuedDocument
from huiying.kernel import canonical, clock
from huiying.ledger.actions import Actor, lock
from huiying.overseeing.digest import last_month
from huiying.people.models import User
from huiying.people.offboarding import Kind, Thing, day, passes, register
from huiying.people.queries import able, bureau, holders_by_role, is_set_up, on_duty, zone
from huiying.work import notify
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import every, poller

SETTLE = dt.timedelta(minutes=5)  # what was begun before midnight has been written by then
AT_ONCE = 31  # days that a program which was off catches up in one turn
_DAY = dt.timedelta(days=1)


def first_day() -> dt.date | None:
    found = bureau()
    return found.set_up_at.astimezone(zone()).date() if found and found.set_up_at else None


def last_whole_day(now: dt.datetime) -> dt.date:
    return (now - SETTLE).astimezone(zone()).date() - _DAY


def missing_days(now: dt.datetime) -> list[dt.date]:
    """Days since the set-up, or since the last log, that have none: oldest first."""
    newest = IssuedDocument.objects.filter(kind="log").order_by("-subject").values_list("subject", flat=True).first()
    begin = dt.date.fromisoformat(newest) + _DAY if newest else first_day()
    if begin is None:
        return []
    return [begin + n * _DAY for n in range(max(0, (last_whole_day(now) - begin).days + 1))]


def issue_due_logs() -> list[IssuedDocument]:
    if not is_set_up():
        return []
    found = (issue_log(day) for day in missing_days(clock.now())[:AT_ONCE])
    return [row for row in found if row is not None]


@transaction.atomic
def issue_log(day: dt.date) -> IssuedDocument | None:
    """The log of one day, with the hash of the day before; None where it exists. A gap cannot be jumped over."""
    lock(CHAIN)
    logs = IssuedDocument.objects.filter(kind="log")
    if logs.filter(subject=day.isoformat()).exists():
        return None
    if logs.filter(subject__gt=day.isoformat()).exists():
        raise ValueError(f"{day} 之后的日志已经生成，不能再补在中间")
    previous = logs.filter(subject=(day - _DAY).isoformat()).first()
    if previous is None and logs.exists():
        raise ValueError(f"{day - _DAY} 的日志还没有生成")
    _start, end = bounds(day, zone())
    row = write(
        "log", day.isoformat(), cut_off=end.astimezone(dt.UTC), by=Actor.SYSTEM,
        number=f"{day.year}-{day.timetuple().tm_yday:03d}",
        given={"prev": previous.sha256 if previous else FIRST_HASH},
    )  # fmt: skip
    places = signers(row.rules)
    posts = [post for signer in places.values() for post in sorted(signer.posts)]
    people = dict.fromkeys(user.username for user in (*on_duty(), *holders_by_role(posts)))
    notify.send(
        f"{row.title}待签", f"{'、'.join(places)}各签一栏。", list(people), key=f"log:{day}",
        url=f"/desk/documents/{row.pk}/", digest=True,
    )  # fmt: skip
    return row


# 早报, 夜间小结, 月报 ---------------------------------------------------------------------------------------

BRIEFING = dt.time(8, 40)
NIGHTS = ((dt.time(22, 0), dt.timedelta(hours=15, minutes=30)), (dt.time(6, 30), dt.timedelta(hours=8, minutes=30)))
WITHIN = dt.timedelta(hours=6)  # a loop that was down makes it late, not never; after that the next one is due


def issue_due_pages() -> list[IssuedDocument]:
    """早报 at 08:40 about the day before; 夜间小结 at 22:00 and 06:30 about the time since the other one."""
    if not is_set_up():
        return []
    now, own, made = clock.now(), zone(), []
    today = now.astimezone(own).date()
    turns = [("briefing", BRIEFING, _DAY, f"早报{today}")]
    turns += [("night", at, back, f"夜报{today} {at:%H:%M}") for at, back in NIGHTS]
    for kind, at, back, number in turns:
        cut_off = dt.datetime.combine(today, at, own).astimezone(dt.UTC)
        if cut_off + dt.timedelta(minutes=1) <= now < cut_off + WITHIN:
            row = _page(kind, number, cut_off, cut_off - back)
            made += [row] if row else []
    return made


@transaction.atomic
def _page(kind: str, number: str, cut_off: dt.datetime, since: dt.datetime) -> IssuedDocument | None:
    lock(CHAIN)
    if IssuedDocument.objects.filter(kind=kind, subject=number).exists():
        return None
    given = {"since": canonical.timestamp(since)}
    row = write(kind, number, cut_off=cut_off, by=Actor.SYSTEM, number=number, given=given)
    if kind == "briefing":  # the night's summary is carried out by the desk's own loop already
        people = dict.fromkeys(user.username for user in (*able("lead_bureau"), *able("office")))
        notify.send(row.title, "", list(people), key=f"page:{number}", url=f"/desk/documents/{row.pk}/")
    return row


@transaction.atomic
def issue_digest_page(month: str) -> IssuedDocument | None:
    """The month's digest on paper, once its figures were issued to the leaders (C4.5)."""
    lock(CHAIN)
    if briefing.issued_digest(month) is None or IssuedDocument.objects.filter(kind="digest", subject=month).exists():
        return None
    year, number = month.split("-")
    cut_off = briefing.month_end(month, zone()).astimezone(dt.UTC)
    return write("digest", month, cut_off=cut_off, by=Actor.SYSTEM, number=f"月报〔{year}〕第{int(number)}期")


UNSIGNED_AFTER = dt.timedelta(days=2)


@every("documents.log", 300, transactional=False)
def logs() -> None:
    """Each log in a transaction of its own: what was made stays made."""
    issue_due_logs()


@every("documents.pages", 60, transactional=False)
def pages() -> None:
    """早报 and 夜间小结 at their hours; the digest's paper once its figures are out (§7.1, C4.5)."""
    issue_due_pages()
    if is_set_up():
        issue_digest_page(last_month(clock.now()).words)


def _due(now: dt.datetime) -> bool:
    return Instruction.objects.filter(next_action_at__lte=now).exists()


@poller("instructions", due=_due)
def remind(now: dt.datetime, limit: int) -> int:
    return actions.remind(now, limit)


@auditor("documents")
def logs_are_whole_and_signed() -> list[Finding]:
    """C6.9: a log for each day, signed by two. C6.10: no 批示 left behind."""
    if not is_set_up():
        return []
    now = clock.now()
    found = [
        Finding("log.missing", "error", f"{day} 的网络舆情日志没有生成。", f"There is no daily log of {day}.")
        for day in missing_days(now - dt.timedelta(hours=1))
    ]
    late = IssuedDocument.objects.filter(kind="log", issued_at__lt=now - UNSIGNED_AFTER)
    for row in late.prefetch_related("signatures").order_by("-subject")[:31]:
        if len(row.signatures.all()) < 2:
            found.append(
                Finding(
                    "log.unsigned", "warning", f"日志 {row.number} 还没有两人签字。",
                    f"The daily log {row.number} is not signed by two.",
                )
            )  # fmt: skip
    for one in Instruction.objects.exclude(state=Instruction.CLOSED).filter(due_at__lt=now).select_related("document"):
        number = one.document.number
        found.append(
            Finding(
                "instruction.overdue", "warning", f"{number} 上的批示由{one.owner_name}办，已过期没有办结。",
                f"An instruction on {number}, due from {one.owner_name}, is overdue.",
            )
        )  # fmt: skip
    return found


def _instructions(user: User) -> list[Thing]:
    rows = Instruction.objects.filter(owner=user).exclude(state=Instruction.CLOSED)
    return [Thing(row.pk, _("%(day)s到期") % {"day": day(row.due_at)}) for row in rows]


register(
    Kind("instruction", gettext_lazy("承办的批示"), _instructions, passes(Instruction, "owner", name="owner_name"))
)
