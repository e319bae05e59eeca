"""平台登记 (C11.2): an account of the bureau's own is entered, kept up and closed. It never disappears (INV-1)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import clock
from huiying.kernel.addresses import AddressRefused, check_public
from huiying.kernel.keepable import is_link
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import Department, Platform, User
from huiying.people.permissions import require
from huiying.people.registers import families
from huiying.people.standing import actor_of
from huiying.people.versions import regulation_now, zone
from huiying.people.words import join_names, require_text
from huiying.work.numbers import next_number

SITE = "portal"  # the channel of the public site that is built in
BY_HAND = "by_hand"


@transaction.atomic
def add_platform(
    *,
    name: str,
    family: str,
    owner: Department,
    administrator: User | None,
    backup: User | None,
    actor: User,
    name_en: str = "",
    account: str = "",
    url: str = "",
    opened_on: dt.date | None = None,
    dormant_days: int = 14,
) -> Platform:
    """登记: the office enters it; texts get there by hand until the administrator connects it."""
    require(actor, "register.edit")
    told = _told(name, name_en, family, owner, administrator, backup, account, url, opened_on, dormant_days)
    if Platform.objects.filter(name=told["name"], closed_at__isnull=True).exists():
        raise Refused(_("已经登记了“%(name)s”。") % {"name": told["name"]}, code="already_registered")
    made = Platform.objects.create(
        code=f"account{next_number('platform')}",
        channel=BY_HAND,
        added_by=actor.name,
        added_at=clock.now(),
        **told,
    )
    _record(made, "platform.added", {"family": made.family, "owner": owner.name, "account": made.account}, actor)
    return made


@transaction.atomic
def edit_platform(
    platform: Platform,
    *,
    name: str,
    family: str,
    owner: Department,
    administrator: User | None,
    backup: User | None,
    actor: User,
    name_en: str = "",
    account: str = "",
    url: str = "",
    opened_on: dt.date | None = None,
    dormant_days: int = 14,
) -> Platform:
    """Change what is registered; the ledger keeps which fields changed. The same values change nothing."""
    platform = _open(platform, actor)
    told = _told(name, name_en, family, owner, administrator, backup, account, url, opened_on, dormant_days)
    changed = [field for field, value in told.items() if getattr(platform, field) != value]
    if not changed:
        return platform
    others = Platform.objects.filter(name=told["name"], closed_at__isnull=True).exclude(pk=platform.pk)
    if others.exists():
        raise Refused(_("已经登记了“%(name)s”。") % {"name": told["name"]}, code="already_registered")
    for field in changed:
        setattr(platform, field, told[field])
    platform.save(update_fields=changed)
    _record(
        platform,
        "platform.changed",
        {
            "changed": changed,
            "family": platform.family,
            "owner": owner.name,
            "administrator": administrator.name if administrator else "",
            "backup": backup.name if backup else "",
        },
        actor,
    )
    return platform


def _told(
    name: str,
    name_en: str,
    family: str,
    owner: Department,
    administrator: User | None,
    backup: User | None,
    account: str,
    url: str,
    opened_on: dt.date | None,
    dormant_days: int,
) -> dict[str, object]:
    regulation = regulation_now()
    if family not in families(regulation):
        raise Refused(
            _("平台类别须是制度里的一类：%(names)s。") % {"names": join_names(families(regulation))},
            code="unknown_family",
        )
    if administrator is not None and administrator == backup:
        raise Refused(_("管理员和备用管理员须是两个人。"), code="one_person")
    for user in (administrator, backup):
        if user is not None and (not user.is_active or user.administers):
            raise Refused(_("%(name)s不能作平台管理员，请另选在岗的人。") % {"name": user.name}, code="not_in_post")
    if opened_on is not None and opened_on > _today():
        raise Refused(_("开通日期不能在今天之后。"), code="in_the_future")
    if not 1 <= dormant_days <= 365:
        raise Refused(_("多少天不发布算停更：请填 1 到 365。"), code="dormant_days")
    return {
        "name": require_text(name, 2, _("平台名称"))[:60],
        "name_en": name_en.strip()[:100],
        "family": family,
        "owner": owner,
        "administrator": administrator,
        "backup": backup,
        "account": account.strip()[:100],
        "url": web_address(url),
        "opened_on": opened_on,
        "dormant_days": dormant_days,
    }


def web_address(url: str, most: int = 490) -> str:
    """The address of something public, or "". Raises Refused for what the public cannot open (F10): another scheme, a
    number or a name inside a house. `HUIYING_ALLOWED_NETWORKS` says what of an intranet counts as open.
    """
    url = url.strip()
    if not url:
        return ""
    if len(url) > most or not is_link(url):
        raise Refused(_("请填写完整的网址，以 http:// 或 https:// 开头。"), code="url")
    try:
        check_public(url)
    except AddressRefused as refused:
        raise Refused(_("请填写公众打得开的网址。%(why)s。") % {"why": refused}, code="not_public_address") from refused
    return url


def _today() -> dt.date:
    return clock.now().astimezone(zone()).date()


def _open(platform: Platform, actor: User) -> Platform:
    rows = Platform.objects.select_for_update(of=("self",)).select_related("owner", "administrator", "backup")
    found = rows.get(pk=platform.pk)
    require(actor, "register.edit", found)
    if found.closed_at is not None:
        raise Refused(_("这个账号已经停用，登记不再改动。"), code="account_closed")
    return found


def _record(platform: Platform, kind: str, payload: dict[str, object], actor: User) -> None:
    record(
        "system", kind, {"platform": platform.code, "name": platform.name, **payload}, actor_of(actor), rows=[platform]
    )


@transaction.atomic
def close_platform(platform: Platform, reason: str, actor: User) -> Platform:
    """停用: nothing is ever published there again; what was published stays, and so does the entry (INV-1, INV-11)."""
    platform = _open(platform, actor)
    if platform.channel == SITE:
        raise Refused(_("门户网站是本系统自带的公开网站，不能停用。"), code="own_site")
    platform.closed_at, platform.closed_why = clock.now(), require_text(reason, 4, _("停用的理由"))[:300]
    platform.save(update_fields=["closed_at", "closed_why"])
    _record(platform, "platform.closed", {"reason": platform.closed_why}, actor)
    return platform


@transaction.atomic
def note_last_post(platform: Platform, at: dt.datetime, actor: User) -> Platform:
    """What the account posted otherwise than from here, by hand (自报时间); only later than what is known."""
    platform = _open(platform, actor)
    now = clock.now()
    if at > now:
        raise Refused(_("最近发布时间不能在现在之后。"), code="in_the_future")
    if platform.last_post_at is not None and at <= platform.last_post_at:
        raise Refused(_("已知的最近发布时间更晚，只能往后登记。"), code="not_later")
    platform.last_post_at = at
    platform.save(update_fields=["last_post_at"])
    _record(platform, "platform.posted", {"at": at.isoformat(), "noted_at": now.isoformat()}, actor)
    return platform


@transaction.atomic
def note_unanswered(platform: Platform, count: int, actor: User) -> Platform:
    """How many messages wait there unanswered, as of now; a number, never a message."""
    platform = _open(platform, actor)
    if platform.channel == SITE:
        raise Refused(_("门户网站的留言由系统自己数，不用登记。"), code="counted_here")
    if count < 0:
        raise Refused(_("未答复的留言数不能是负数。"), code="negative")
    platform.unanswered, platform.unanswered_at = count, clock.now()
    platform.save(update_fields=["unanswered", "unanswered_at"])
    _record(platform, "platform.counted", {"unanswered": count}, actor)
    return platform


@transaction.atomic
def note_security_check(platform: Platform, checked_on: dt.date, actor: User) -> Platform:
    """账号安全检查: passwords, who may post, the phone that is bound; by whom and on which day (C11.2, C12.2)."""
    platform = _open(platform, actor)
    if checked_on > _today():
        raise Refused(_("检查日期不能在今天之后。"), code="in_the_future")
    if platform.security_checked_on is not None and checked_on < platform.security_checked_on:
        raise Refused(_("已经登记了更晚的一次检查。"), code="not_later")
    platform.security_checked_on, platform.security_checked_by = checked_on, actor.name
    platform.save(update_fields=["security_checked_on", "security_checked_by"])
    _record(platform, "platform.checked", {"on": checked_on.isoformat()}, actor)
    return platform
