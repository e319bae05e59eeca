"""岗位技能名册 (C9.4): who can do what, and who stands in. What has nobody to stand in is listed, never hidden."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import clock as time
from huiying.ledger.actions import record
from huiying.overseeing.models import SkillEntry
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import zone
from huiying.people.standing import actor_of, standing
from huiying.people.words import require_text

CHAIN = "skills"


@transaction.atomic
def record_skill(*, user: User, skill: str, note: str, backup: User | None, since: dt.date, actor: User) -> SkillEntry:
    """记一项技能. An entry that stands is replaced: the old one ends today, the ledger keeps both."""
    require(actor, "skill.edit")
    for person in (user, backup):
        if person is not None and (not person.is_active or person.administers or not standing(person).held):
            raise Refused(_("%(name)s不是在岗的工作人员。") % {"name": person.name}, code="not_staff")
    if backup is not None and backup.pk == user.pk:
        raise Refused(_("后备不能是本人。没有后备就空着，名册会标出来。"), code="own_backup")
    today = time.now().astimezone(zone()).date()
    if since > today:
        raise Refused(_("开始日期不能晚于今天。"), code="in_the_future")
    skill = require_text(skill, 2, _("技能"))[:60]
    old = SkillEntry.objects.select_for_update().filter(user=user, skill=skill, until__isnull=True).first()
    if old is not None:
        old.until = max(today, old.since)
        old.save(update_fields=["until"])
    row = SkillEntry.objects.create(
        user=user, skill=skill, note=note.strip()[:300], backup=backup, since=since, by=actor.name, at=time.now()
    )
    told = {"name": user.name, "skill": skill, "backup": backup.name if backup else "", "since": since.isoformat()}
    record(
        CHAIN,
        "skill.recorded",
        {"entry": row.pk, "replaces": old.pk if old else None, **told},
        actor_of(actor),
        rows=[row] if old is None else [old, row],
    )
    return row


@transaction.atomic
def end_skill(row: SkillEntry, reason: str, actor: User) -> SkillEntry:
    require(actor, "skill.edit")
    row = SkillEntry.objects.select_for_update(of=("self",)).select_related("user").get(pk=row.pk)
    if row.until is not None:
        raise Refused(_("这一条已经结束。"), code="is_over")
    reason = require_text(reason, 2, _("理由"))
    row.until = max(time.now().astimezone(zone()).date(), row.since)
    row.save(update_fields=["until"])
    told = {"entry": row.pk, "name": row.user.name, "skill": row.skill, "reason": reason}
    record(CHAIN, "skill.ended", told, actor_of(actor), rows=[row])
    return row
