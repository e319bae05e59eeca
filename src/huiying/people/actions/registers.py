"""The registers: 平台登记 C11.2, an account is entered, kept up and closed, and never disappears (INV-1); 合作账号
C11.3, whether the contact there still answers; 新闻发言人 C12.1, one entry at a time, trained.
"""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import clock
from huiying.kernel.addresses import AddressRefused, check_public
from huiying.kernel.keepable import is_link
from huiying.ledger.actions import Actor, record
from huiying.people.errors import Refused
from huiying.people.models import Department, Partner, PartnerTest, Platform, Spokesperson, User
from huiying.people.permissions import require
from huiying.people.registers import families
from huiying.people.standing import actor_of, standing
from huiying.people.versions import join_names, regulation_now, require_text, zone
from huiying.work.rows import next_number

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


REACHED = {True: "接通", False: "未接通"}


@transaction.atomic
def add_partner(
    *,
    name: str,
    operator: str,
    contact_name: str,
    contact_phone: str,
    contact_email: str,
    agreement: str,
    actor: User,
) -> Partner:
    """Enter a partner, or take one up again that had ended: its history goes on."""
    require(actor, "register.edit")
    told = _partner_told(name, operator, contact_name, contact_phone, contact_email, agreement)
    known = Partner.objects.select_for_update().filter(name=told["name"]).first()
    if known is not None and known.until is None:
        raise Refused(_("“%(name)s”已经是合作账号。") % {"name": known.name}, code="already_registered")
    if known is None:
        made = Partner.objects.create(since=clock.now(), added_by=actor.name, **told)
    else:
        made = known
        for field, value in told.items():
            setattr(made, field, value)
        made.since, made.until, made.added_by = clock.now(), None, actor.name
        made.save()
    _record_partner(made, "partner.added", {"operator": made.operator, "agreement": made.agreement}, actor)
    return made


@transaction.atomic
def edit_partner(
    partner: Partner,
    *,
    operator: str,
    contact_name: str,
    contact_phone: str,
    contact_email: str,
    agreement: str,
    actor: User,
) -> Partner:
    """Change the contact or the agreement; a partner's name stays, since its history hangs on it."""
    partner = _open_partner(partner, actor)
    told = _partner_told(partner.name, operator, contact_name, contact_phone, contact_email, agreement)
    changed = [field for field, value in told.items() if getattr(partner, field) != value]
    if not changed:
        return partner
    for field in changed:
        setattr(partner, field, told[field])
    partner.save(update_fields=changed)
    _record_partner(partner, "partner.changed", {"changed": changed}, actor)
    return partner


def _partner_told(
    name: str, operator: str, contact_name: str, phone: str, email: str, agreement: str
) -> dict[str, str]:
    phone, email = phone.strip()[:40], email.strip()[:200]
    if not phone and not email:
        raise Refused(_("请登记联系电话或电子邮箱，至少一样。"), code="no_contact")
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise Refused(_("电子邮箱写得不对，请核对。"), code="email") from error
    return {
        "name": require_text(name, 2, _("合作账号的名称"))[:60],
        "operator": operator.strip()[:100],
        "contact_name": require_text(contact_name, 2, _("联系人"))[:60],
        "contact_phone": phone,
        "contact_email": email,
        "agreement": agreement.strip()[:300],
    }


def _open_partner(partner: Partner, actor: User) -> Partner:
    require(actor, "register.edit")
    found = Partner.objects.select_for_update().get(pk=partner.pk)
    if found.until is not None:
        raise Refused(_("与“%(name)s”的合作已经结束。") % {"name": found.name}, code="ended")
    return found


def _record_partner(partner: Partner, kind: str, payload: dict[str, object], actor: User, *also: PartnerTest) -> None:
    told = {"partner": partner.pk, "name": partner.name, **payload}
    record("system", kind, told, actor_of(actor), rows=[partner, *also])


@transaction.atomic
def end_partner(partner: Partner, reason: str, actor: User) -> Partner:
    """The co-operation ends; what was pushed and carried stays to be read."""
    partner = _open_partner(partner, actor)
    why = require_text(reason, 4, _("理由"))
    partner.until = clock.now()
    partner.save(update_fields=["until"])
    _record_partner(partner, "partner.ended", {"reason": why[:300]}, actor)
    return partner


@transaction.atomic
def test_partner(partner: Partner, reached: bool, note: str, actor: User) -> PartnerTest:
    """联系人抽查, quarterly. Who was not reached needs a word on what was done then."""
    partner = _open_partner(partner, actor)
    note = note.strip()[:200]
    if not reached and len(note) < 2:
        raise Refused(_("没有接通，请写明情况，例如：响铃无人接、已请对方更新联系人。"), code="too_short")
    made = PartnerTest.objects.create(partner=partner, reached=reached, note=note, by=actor.name, at=clock.now())
    _record_partner(
        partner, "partner.tested", {"reached": reached, "result": REACHED[reached], "note": note}, actor, made
    )
    return made


@transaction.atomic
def appoint_spokesperson(
    user: User, scope: str, is_deputy: bool, trained_on: dt.date | None, actor: User
) -> Spokesperson:
    """任发言人 or its deputy, for a scope. Being in the register lets nobody speak: each statement is authorised."""
    require(actor, "speaker.register")
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active or user.administers or not standing(user).held:
        raise Refused(_("发言人须是本局在岗的工作人员，不能是系统管理员。"), code="not_staff")
    if Spokesperson.objects.filter(user=user, until__isnull=True).exists():
        raise Refused(_("%(name)s已在发言人名册里。要改范围，请先结束再任命。") % {"name": user.name}, code="already")
    scope = scope.strip()
    if len(scope) < 2:
        raise Refused(_("请写明可以就哪些事发言，例如：全局工作、招标投标交易。"), code="too_short")
    _check_training(trained_on)
    now = clock.now()
    made = Spokesperson.objects.create(
        user=user,
        scope=scope[:300],
        is_deputy=is_deputy,
        trained_on=trained_on,
        since=now,
        appointed_by=actor.name,
        appointed_at=now,
    )
    record(
        "system",
        "speaker.appointed",
        {"name": user.name, "scope": made.scope, "deputy": is_deputy, "trained_on": _day(trained_on)},
        actor_of(actor),
        rows=[made],
    )
    return made


@transaction.atomic
def end_spokesperson(row: Spokesperson, actor: User) -> None:
    """No longer speaks for the bureau: what was authorised and is not public yet does not go out any more."""
    require(actor, "speaker.register")
    row = _live(row)
    _end(row, actor_of(actor))


@transaction.atomic
def train_spokesperson(row: Spokesperson, trained_on: dt.date, actor: User) -> None:
    """培训 of somebody in the register, on a day that has been."""
    require(actor, "speaker.register")
    row = _live(row)
    _check_training(trained_on)
    row.trained_on = trained_on
    row.save(update_fields=["trained_on"])
    told = {"name": row.user.name, "trained_on": _day(trained_on)}
    record("system", "speaker.trained", told, actor_of(actor), rows=[row])


def end_speaker_of_a_leaver(user: User, who: Actor) -> None:
    """Whoever leaves the bureau leaves its register."""
    for row in Spokesperson.objects.select_for_update().filter(user=user, until__isnull=True):
        _end(row, who)


def _end(row: Spokesperson, who: Actor) -> None:
    row.until = max(clock.now(), row.since + dt.timedelta(microseconds=1))
    row.save(update_fields=["until"])
    record("system", "speaker.ended", {"name": row.user.name, "scope": row.scope}, who, rows=[row])


def _live(row: Spokesperson) -> Spokesperson:
    found = Spokesperson.objects.select_for_update(of=("self",)).select_related("user").get(pk=row.pk)
    if found.until is not None:
        raise Refused(_("%(name)s已不在发言人名册里。") % {"name": found.user.name}, code="already_ended")
    return found


def _check_training(day: dt.date | None) -> None:
    if day is not None and day > clock.now().astimezone(zone()).date():
        raise Refused(_("培训日期不能晚于今天。"), code="in_the_future")


def _day(day: dt.date | None) -> str:
    return day.isoformat() if day else ""
