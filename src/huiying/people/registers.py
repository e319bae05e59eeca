"""Reads of the registers of platforms, partners and speakers （十一）（十二）: what is missing, dormant, untested;
who may speak for the bureau now, and on how many days of the year somebody could C12.1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from huiying.kernel import clock
from huiying.people.models import Bureau, Partner, PartnerTest, Platform, Spokesperson
from huiying.people.versions import regulation_now, zone
from huiying.regulation import Regulation
from huiying.work.auditor import Finding, auditor

WECHAT = "微信"
# What is wrong with an account, in the order of gravity.
NO_OPENING, NO_ADMINISTRATOR, NO_BACKUP, NEVER_POSTED, DORMANT, NO_SECURITY_CHECK, OLD_SECURITY_CHECK = (
    "no_opening", "no_administrator", "no_backup", "never_posted", "dormant", "no_security_check", "old_security_check",
)  # fmt: skip
SECURITY_CHECK_LASTS = dt.timedelta(days=92)  # DOMAIN.md C12.2: looked at once a quarter


def platforms(closed: bool = False) -> QuerySet[Platform]:
    rows = Platform.objects.select_related("owner", "administrator", "backup")
    return rows if closed else rows.filter(closed_at__isnull=True)


def idle_days(platform: Platform, now: dt.datetime) -> int | None:
    """Whole days since the newest public act there; None where there was none."""
    return None if platform.last_post_at is None else max((now - platform.last_post_at).days, 0)


def problems(platform: Platform, now: dt.datetime) -> list[str]:
    """C11.2: an account is never dormant, headless or unlooked-at without being flagged. A closed one is history."""
    if platform.closed_at is not None:
        return []
    found = []
    if platform.opened_on is None:
        found.append(NO_OPENING)
    if not _serves(platform.administrator):
        found.append(NO_ADMINISTRATOR)
    if not _serves(platform.backup):
        found.append(NO_BACKUP)
    idle = idle_days(platform, now)
    if idle is None:
        found.append(NEVER_POSTED)
    elif now - platform.last_post_at > dt.timedelta(days=platform.dormant_days):  # type: ignore[operator]
        found.append(DORMANT)
    checked = platform.security_checked_on
    if checked is None:
        found.append(NO_SECURITY_CHECK)
    elif now.astimezone(zone()).date() - checked > SECURITY_CHECK_LASTS:
        found.append(OLD_SECURITY_CHECK)
    return found


def _serves(user: object) -> bool:
    return user is not None and bool(getattr(user, "is_active", False))


def owed_since(platform: Platform) -> dt.datetime:
    """From when on an account is expected to speak: since it was opened, else since it was entered."""
    if platform.opened_on is None:
        return platform.added_at
    return dt.datetime.combine(platform.opened_on, dt.time(), zone())


def families(regulation: Regulation) -> tuple[str, ...]:
    """The words that an account can count for (C8.9)."""
    return tuple(regulation.response.linked_channels.set)


def wechat_is_missing(regulation: Regulation | None = None) -> bool:
    """（十一） 尽快开通局政务微信平台: the file asks for one, and none in the register has been opened."""
    if not (regulation or regulation_now()).release_platforms.wechat.must_exist:
        return False
    named = {
        account.code
        for account in (regulation or regulation_now()).release_platforms.accounts.values()
        if account.code == "wechat" or account.channel == "wechat"
    }
    rows = platforms().filter(opened_on__isnull=False)
    return not any(row.code in named or row.channel == "wechat" or WECHAT in row.family for row in rows)


# --- partners ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tested:
    """A partner with the last try of its contact, and when the next is due."""

    partner: Partner
    last: PartnerTest | None
    due_at: dt.datetime

    @property
    def overdue(self) -> bool:
        return self.partner.until is None and clock.now() > self.due_at

    @property
    def failed(self) -> bool:
        return self.last is not None and not self.last.reached


def partners(ended: bool = False) -> QuerySet[Partner]:
    return Partner.objects.all() if ended else Partner.objects.filter(until__isnull=True)


def tested(rows: list[Partner]) -> list[Tested]:
    """Two queries for any number of partners. A contact that was not reached is due at once (C11.3)."""
    regulation = regulation_now()
    every, calendar = regulation.release_platforms.partner_tested_every, regulation.work_calendar
    last = {row.partner_id: row for row in PartnerTest.objects.filter(partner__in=rows).order_by("id")}
    found = []
    for partner in rows:
        test = last.get(partner.pk)
        reached = test is not None and test.reached
        since = test.at if test is not None else partner.since
        found.append(Tested(partner, test, calendar.add(since, every) if reached or test is None else since))
    return found


def unlinked(regulation: Regulation | None = None) -> list[str]:
    """Names of the accounts that the regulation wants to be linked with, and that are no partner yet (C11.3)."""
    wanted = (regulation or regulation_now()).release_platforms.wechat.link_with
    known = set(partners().values_list("name", flat=True))
    return [name for name in wanted if name not in known]


YEAR = 365


@dataclass(frozen=True)
class SpeakerRegister:
    """What the register lacks today, and how many of the last 365 days it named somebody."""

    live: list[Spokesperson]
    days: int

    @property
    def nobody(self) -> bool:
        return not any(not row.is_deputy for row in self.live)

    @property
    def no_deputy(self) -> bool:
        return not any(row.is_deputy for row in self.live)

    @property
    def untrained(self) -> list[Spokesperson]:
        return [row for row in self.live if row.trained_on is None]


def speakers_in_force(at: dt.datetime | None = None) -> QuerySet[Spokesperson]:
    """Entries that let somebody be authorised at the moment: not ended, of a person who still works here."""
    now = at or clock.now()
    running = Q(until__isnull=True) | Q(until__gt=now)
    rows = Spokesperson.objects.filter(running, since__lte=now, user__is_active=True)
    return rows.select_related("user__department")


def speaker_register() -> SpeakerRegister:
    """Two queries."""
    now = clock.now()
    return SpeakerRegister(
        list(speakers_in_force(now)), days_covered(Spokesperson.objects.values_list("since", "until"), now)
    )


def days_covered(spans: Iterable[tuple[dt.datetime, dt.datetime | None]], now: dt.datetime) -> int:
    """On how many of the last 365 local days, today included, an entry stood in force when the day ended."""
    own, known = zone(), list(spans)
    today = now.astimezone(own).date()
    count = 0
    for back in range(YEAR):
        midnight = dt.datetime.combine(today - dt.timedelta(days=back - 1), dt.time(), tzinfo=own)
        end = min(now, midnight - dt.timedelta(seconds=1))
        count += any(since <= end and (until is None or until > end) for since, until in known)
    return count


@auditor("speakers")
def somebody_may_speak() -> list[Finding]:
    """C12.1: a bureau at work has a spokesperson, a deputy, and both were trained."""
    if not Bureau.objects.filter(set_up_at__isnull=False).exists():
        return []
    found = speaker_register()
    gaps = []
    if found.nobody:
        gaps.append(("speaker.nobody", "没有在任的新闻发言人", "Nobody is the bureau's spokesperson"))
    if found.no_deputy:
        gaps.append(("speaker.no_deputy", "新闻发言人没有副手", "The spokesperson has no deputy"))
    if found.untrained:
        names = "、".join(row.user.name for row in found.untrained)
        gaps.append(("speaker.untrained", f"新闻发言人还没有培训：{names}", f"Not yet trained to speak: {names}"))
    return [Finding(code, "warning", f"{zh}（C12.1）", f"{en} (C12.1).") for code, zh, en in gaps]
