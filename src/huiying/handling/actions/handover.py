"""交接班 （五）C5.1, §7.2: who goes confirms what is handed over, who comes that they have it; both by name."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import handover_sheet
from huiying.handling.models import Handover
from huiying.kernel import canonical, clock
from huiying.ledger.actions import record, together, vouch
from huiying.people.errors import Altered, Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import able, actor_of
from huiying.work import notify

CHAIN = "duty"
PAGE = "/desk/handover/"
GRACE = dt.timedelta(minutes=30)
FIRST_SHIFT = dt.timedelta(hours=24)


def since_of(row: Handover) -> dt.datetime:
    """When the shift that ends began: the hand-over before, at most a day back."""
    before = Handover.objects.filter(changes_at__lt=row.changes_at, took_at__isnull=False).first()
    earliest = row.changes_at - FIRST_SHIFT
    return max(before.changes_at, earliest) if before is not None else earliest


@transaction.atomic
@together()
def begin_handover(incoming: User, actor: User) -> Handover:
    """交班 outside the roster: whoever sits at the desk hands it to another person with a duty post, now."""
    require(actor, "handover.give")
    if incoming.pk == actor.pk:
        raise Refused(_("交班和接班要是两个人。"), code="same_person")
    if incoming not in able("duty"):
        raise Refused(_("%(name)s没有值班岗位，不能接班。") % {"name": incoming.name}, code="no_duty_post")
    row = _made(clock.now(), actor, incoming)
    record(CHAIN, "handover.begun", {"handover": row.pk, "to": incoming.name}, actor_of(actor), [row])
    return row


@transaction.atomic
@together()
def prepare_handover(changes_at: dt.datetime, outgoing: User, incoming: User) -> Handover:
    """The roster says that the desk changes hands; both are told, and the sheet is there."""
    return _made(changes_at, outgoing, incoming)


def _made(changes_at: dt.datetime, outgoing: User, incoming: User) -> Handover:
    row, created = Handover.objects.get_or_create(
        changes_at=changes_at,
        defaults={
            "outgoing": outgoing,
            "incoming": incoming,
            "made_at": clock.now(),
            "next_action_at": changes_at + GRACE,
        },
    )
    if created:
        vouch(CHAIN, [row], "handover.prepared")
        notify.send(
            "交接班",
            f"{outgoing.name} → {incoming.name}：交接表已生成，请双方确认。",
            [outgoing.username, incoming.username],
            key=f"handover:{row.pk}",
            url=PAGE,
        )
    return row


@transaction.atomic
@together()
def give(row: Handover, remarks: str, actor: User) -> Handover:
    """交班确认: the sheet is frozen as it stands now, with what only the person knows (equipment, accounts)."""
    require(actor, "handover.give")
    row = _locked(row)
    if actor.pk != row.outgoing_id:
        raise Refused(_("须由交班人%(name)s确认。") % {"name": row.outgoing.name}, code="not_yours")
    if row.gave_at is not None:
        raise Refused(_("已经确认交班。"), code="given")
    row.sheet = handover_sheet.compose(since_of(row)).to_json()
    row.sheet_sha256 = canonical.sha256(canonical.dumps(row.sheet))
    row.remarks = remarks.strip()[:2000]
    row.gave_at = clock.now()
    row.save(update_fields=["sheet", "sheet_sha256", "remarks", "gave_at"])
    told = {"handover": row.pk, "to": row.incoming.name, "sheet": row.sheet_sha256, "remarks": bool(row.remarks)}
    record(CHAIN, "handover.given", told, actor_of(actor), rows=[row])
    notify.send(
        "待您接班确认", f"{actor.name}已确认交班。", [row.incoming.username], key=f"handover-take:{row.pk}", url=PAGE
    )
    return row


@transaction.atomic
@together()
def take(row: Handover, actor: User) -> Handover:
    """接班确认: after the other person's, never by the same person."""
    require(actor, "handover.give")
    row = _locked(row)
    if actor.pk != row.incoming_id:
        raise Refused(_("须由接班人%(name)s确认。") % {"name": row.incoming.name}, code="not_yours")
    if row.gave_at is None:
        raise Refused(_("%(name)s还没有确认交班。") % {"name": row.outgoing.name}, code="not_given")
    if row.took_at is not None:
        raise Refused(_("已经确认接班。"), code="taken")
    if canonical.sha256(canonical.dumps(row.sheet)) != row.sheet_sha256:
        raise Altered(f"{CHAIN} {row.pk}")
    row.took_at, row.next_action_at = clock.now(), None
    row.save(update_fields=["took_at", "next_action_at"])
    told = {"handover": row.pk, "from": row.outgoing.name, "sheet": row.sheet_sha256,
            "late": row.took_at > row.changes_at + GRACE}  # fmt: skip
    record(CHAIN, "handover.taken", told, actor_of(actor), rows=[row])
    return row


def _locked(row: Handover) -> Handover:
    rows = Handover.objects.select_for_update(of=("self",)).select_related("outgoing", "incoming")
    return rows.get(pk=row.pk)
