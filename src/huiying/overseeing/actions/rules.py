"""内部制度 (C9.2): written, signed by a leader who did not write it, read by everybody, renewed before it runs out."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import canonical, clock as time
from huiying.ledger.actions import record
from huiying.overseeing.models import HouseRule, ReadReceipt, RuleVersion
from huiying.people.errors import Altered, Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import able, zone
from huiying.people.standing import actor_of
from huiying.people.versions import require_text
from huiying.work import notify
from huiying.work.rows import next_number

REMIND_BEFORE = dt.timedelta(days=30)


def chain_of(rule: HouseRule) -> str:
    return f"rule:{rule.number}"


def _tell(rule: HouseRule, names: list[str], when: str, words: str) -> None:
    notify.send(words[:120], words, names, "info", key=f"rule:{rule.pk}:{when}", url=f"/desk/rules/{rule.pk}/")


@transaction.atomic
def draft_rule(
    rule: HouseRule | None, *, title: str, text: str, effective_from: dt.date, expires_on: dt.date, actor: User
) -> RuleVersion:
    """A new rule or a new version of one. Until it is signed the older version goes on to hold."""
    require(actor, "rule.draft")
    title, text = require_text(title, 4, _("制度名称"))[:200], require_text(text, 10, _("制度正文"))
    if expires_on <= effective_from:
        raise Refused(_("失效日期要晚于生效日期。"), code="expires")
    if expires_on <= time.now().astimezone(zone()).date():
        raise Refused(_("失效日期要在今天之后。"), code="expires")
    now = time.now()
    if rule is None:
        year = now.astimezone(zone()).year
        rule = HouseRule.objects.create(number=f"{year}-{next_number(f'rule:{year}')}", title=title, made_at=now)
    else:
        rule = HouseRule.objects.select_for_update().get(pk=rule.pk)
        if rule.ended_on is not None:
            raise Refused(_("这项制度已经废止。"), code="ended")
        rule.title = title
        rule.save(update_fields=["title"])
    version = rule.versions.filter(signed_at__isnull=True).first() or RuleVersion(
        rule=rule, n=rule.versions.count() + 1
    )
    version.text, version.sha256 = text, canonical.sha256(text)
    version.effective_from, version.expires_on = effective_from, expires_on
    version.by, version.by_user, version.at = actor.name, actor.pk, now
    version.save()
    told = {"rule": rule.number, "title": title, "version": version.n, "sha256": version.sha256}
    record(chain_of(rule), "rule.drafted", told, actor_of(actor), rows=[rule, version])
    names = [user.username for user in able("lead_bureau") if user.pk != actor.pk]
    _tell(rule, names, f"sign:{version.pk}:{version.sha256[:12]}", f"内部制度“{title}”待您签发")
    return version


@transaction.atomic
def sign_rule(version: RuleVersion, sha256: str, actor: User) -> RuleVersion:
    """签发, on exactly the text that was read; everybody is asked to read it."""
    require(actor, "rule.sign")
    rule = HouseRule.objects.select_for_update().get(pk=version.rule_id)
    version = RuleVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if version.signed_at is not None or rule.ended_on is not None:
        raise Refused(_("没有等待签发的制度。"), code="nothing_to_sign")
    if version.by_user == actor.pk:
        raise Refused(_("起草人不能自己签发，请另一人签发。"), code="second_person")
    if canonical.sha256(version.text) != version.sha256:
        raise Altered(f"{chain_of(rule)} {version.n}")
    if sha256 != version.sha256:
        raise Refused(_("您看到的不是现在的文稿。请刷新页面，看过新的文稿再签。"), code="other_text")
    if version.expires_on <= time.now().astimezone(zone()).date():
        raise Refused(_("这份文稿写的失效日期已过，请改日期再签。"), code="expires")
    version.signed_by, version.signed_user, version.signed_at = actor.name, actor.pk, time.now()
    version.save(update_fields=["signed_by", "signed_user", "signed_at"])
    told = {
        "rule": rule.number,
        "title": rule.title,
        "version": version.n,
        "sha256": sha256,
        "effective_from": version.effective_from.isoformat(),
        "expires_on": version.expires_on.isoformat(),
    }
    record(chain_of(rule), "rule.signed", told, actor_of(actor), rows=[version])
    staff = User.objects.filter(is_active=True, is_administrator=False, oversees=None)
    names = list(staff.values_list("username", flat=True))
    _tell(rule, names, f"read:{version.pk}", f"内部制度“{rule.title}”第 {version.n} 版已签发，请阅读并确认")
    return version


@transaction.atomic
def read_rule(version: RuleVersion, actor: User) -> ReadReceipt:
    """已阅: by oneself, of a signed version; once."""
    require(actor, "rule.view")
    version = RuleVersion.objects.select_related("rule").get(pk=version.pk)
    if version.signed_at is None:
        raise Refused(_("还没有签发，不用确认。"), code="not_signed")
    receipt, made = ReadReceipt.objects.get_or_create(
        version=version, user=actor, defaults={"name": actor.name, "at": time.now()}
    )
    if made:
        told = {"rule": version.rule.number, "version": version.n, "name": actor.name}
        record(chain_of(version.rule), "rule.read", told, actor_of(actor), rows=[receipt])
    return receipt


@transaction.atomic
def end_rule(rule: HouseRule, reason: str, actor: User) -> HouseRule:
    """废止."""
    require(actor, "rule.sign")
    rule = HouseRule.objects.select_for_update().get(pk=rule.pk)
    if rule.ended_on is not None:
        raise Refused(_("这项制度已经废止。"), code="ended")
    rule.ended_why, rule.ended_on = require_text(reason, 4, _("废止的理由"))[:300], time.now().astimezone(zone()).date()
    rule.save(update_fields=["ended_why", "ended_on"])
    told = {"rule": rule.number, "reason": rule.ended_why}
    record(chain_of(rule), "rule.ended", told, actor_of(actor), rows=[rule])
    return rule


def remind_expiring(now: dt.datetime) -> int:
    """A month before a version runs out, once: the office writes the next one in time."""
    today = now.astimezone(zone()).date()
    rows = RuleVersion.objects.select_for_update(of=("self",)).select_related("rule").filter(
        signed_at__isnull=False, reminded_at__isnull=True, expires_on__lte=today + REMIND_BEFORE,
        rule__ended_on__isnull=True,
    )  # fmt: skip
    found = list(rows)
    for row in found:
        newer = row.rule.versions.filter(n__gt=row.n, signed_at__isnull=False).exists()
        if not newer:
            words = f"内部制度“{row.rule.title}”{row.expires_on.month}月{row.expires_on.day}日失效，请准备新的一版"
            _tell(row.rule, [user.username for user in able("office")], f"expires:{row.pk}", words)
        row.reminded_at = now
        row.save(update_fields=["reminded_at"])
    return len(found)
