"""合作账号 (C11.3): who carries the bureau's word on, and whether the contact there still answers.

Nothing here can order comments or likes, and nothing is paid: there is no field for it (C8.10).
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import clock
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import Partner, PartnerTest, User
from huiying.people.permissions import require
from huiying.people.standing import actor_of
from huiying.people.words import require_text

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
    told = _told(name, operator, contact_name, contact_phone, contact_email, agreement)
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
    _record(made, "partner.added", {"operator": made.operator, "agreement": made.agreement}, actor)
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
    partner = _open(partner, actor)
    told = _told(partner.name, operator, contact_name, contact_phone, contact_email, agreement)
    changed = [field for field, value in told.items() if getattr(partner, field) != value]
    if not changed:
        return partner
    for field in changed:
        setattr(partner, field, told[field])
    partner.save(update_fields=changed)
    _record(partner, "partner.changed", {"changed": changed}, actor)
    return partner


def _told(name: str, operator: str, contact_name: str, phone: str, email: str, agreement: str) -> dict[str, str]:
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


def _open(partner: Partner, actor: User) -> Partner:
    require(actor, "register.edit")
    found = Partner.objects.select_for_update().get(pk=partner.pk)
    if found.until is not None:
        raise Refused(_("与“%(name)s”的合作已经结束。") % {"name": found.name}, code="ended")
    return found


def _record(partner: Partner, kind: str, payload: dict[str, object], actor: User, *also: PartnerTest) -> None:
    told = {"partner": partner.pk, "name": partner.name, **payload}
    record("system", kind, told, actor_of(actor), rows=[partner, *also])


@transaction.atomic
def end_partner(partner: Partner, reason: str, actor: User) -> Partner:
    """The co-operation ends; what was pushed and carried stays to be read."""
    partner = _open(partner, actor)
    why = require_text(reason, 4, _("理由"))
    partner.until = clock.now()
    partner.save(update_fields=["until"])
    _record(partner, "partner.ended", {"reason": why[:300]}, actor)
    return partner


@transaction.atomic
def test_partner(partner: Partner, reached: bool, note: str, actor: User) -> PartnerTest:
    """联系人抽查, quarterly. Who was not reached needs a word on what was done then."""
    partner = _open(partner, actor)
    note = note.strip()[:200]
    if not reached and len(note) < 2:
        raise Refused(_("没有接通，请写明情况，例如：响铃无人接、已请对方更新联系人。"), code="too_short")
    made = PartnerTest.objects.create(partner=partner, reached=reached, note=note, by=actor.name, at=clock.now())
    _record(partner, "partner.tested", {"reached": reached, "result": REACHED[reached], "note": note}, actor, made)
    return made
