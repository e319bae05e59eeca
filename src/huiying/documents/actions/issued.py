"""Verbs of documents （六）: issue, sign, add, circulate, follow a 批示 to its end; 撤回 and 替代 of a special
report (C6.10).

A withdrawal is decided by another than who issued the report, with a reason.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from huiying.documents import names
from huiying.documents.composing import Basis, Composed
from huiying.documents.kinds import KINDS, compose, places_of
from huiying.documents.models import Addendum, Circulation, Instruction, IssuedDocument, Signature, Withdrawal
from huiying.handling.models import Case
from huiying.kernel import canonical, clock as time
from huiying.ledger.actions import Actor, lock, record
from huiying.people.errors import Altered, Refused
from huiying.people.models import User
from huiying.people.permissions import may, require
from huiying.people.queries import able, bureau, regulation_at, regulation_now, zone
from huiying.people.standing import actor_of, standing
from huiying.people.versions import require_text
from huiying.work import notify
from huiying.work.rows import next_number

CHAIN = "documents"
NAG = dt.timedelta(hours=24)  # how often an overdue 批示 speaks again


def chain_of(document: IssuedDocument) -> str:
    return f"case:{document.case.number}" if document.case is not None else CHAIN


def page_of(document: IssuedDocument) -> str:
    return f"/desk/documents/{document.pk}/"


def note(document: IssuedDocument, kind: str, payload: Mapping[str, object], who: Actor, rows: Iterable[Model]) -> None:
    told = {"document": document.pk, "number": document.number, **payload}
    record(chain_of(document), kind, told, who, rows=rows)


def tell(document: IssuedDocument, people: Iterable[User], when: str, title: str, words: str = "") -> None:
    names_of_people = [user.username for user in people]
    notify.send(title[:120], words, names_of_people, key=f"document:{document.pk}:{when}", url=page_of(document))


# Issuing --------------------------------------------------------------------------------------------------------------


def write(
    kind: str,
    subject: str,
    *,
    cut_off: dt.datetime,
    by: User | Actor,
    number: str = "",
    case: Case | None = None,
    heads: Mapping[str, int] | None = None,
    given: Mapping[str, Any] | None = None,
) -> IssuedDocument:
    """Compose and keep a document inside the caller's transaction. The number comes from its series without gaps."""
    now, who = time.now(), actor_of(by)
    version, regulation = regulation_at(cut_off)
    ours = bureau()
    basis = Basis(
        kind=kind,
        number=number or next_in(kind, cut_off),
        subject=subject,
        cut_off=cut_off,
        issuer=ours.name if ours and ours.name else regulation.meta.issuer,
        regulation=version.sha256,
        heads=dict(heads or {}),
        given=dict(given or {}),
    )
    made = compose(basis)
    row = IssuedDocument.objects.create(
        kind=kind, number=basis.number, subject=subject, case=case, title=made.document.title[:300], cut_off=cut_off,
        content=made.document.dumps(), sha256=made.document.sha256, prev_sha256=str(basis.given.get("prev", "")),
        figures=canonical.dumps(dict(made.figures)), basis=canonical.dumps(basis.to_json()),
        issued_by=who.name, issued_user=who.user_id, issued_at=now,
    )  # fmt: skip
    told = {
        "kind": kind,
        "name": names.of(regulation, kind),
        "subject": subject,
        "cut_off": cut_off,
        "sha256": row.sha256,
        "figures": dict(made.figures),
    }
    note(row, "document.issued", told, who, [row])
    return row


def next_in(kind: str, at: dt.datetime) -> str:
    """「〔2026〕第1期」: a series of its own for each kind, from 1 each year, without gaps."""
    year = at.astimezone(zone()).year
    return KINDS[kind].series.format(year=year, n=next_number(f"document:{kind}:{year}"))


def again(document: IssuedDocument) -> Composed:
    """The document composed once more from the record, as INV-9 asks: it must have the same hash."""
    return compose(Basis.of(json.loads(document.basis)))


def _still_counts(document: IssuedDocument) -> None:
    """A report that was withdrawn is not signed, sent round or written on any more (C6.10)."""
    if Withdrawal.objects.filter(document=document).exists():
        raise Refused(_("这份专报已经撤回。"), code="withdrawn")


@transaction.atomic
def sign(document: IssuedDocument, place: str, sha256: str, actor: User) -> Signature:
    """签字: on the content that was read, each place by somebody who may, no person twice (C6.9)."""
    require(actor, "document.sign", document)
    lock(chain_of(document))
    _still_counts(document)
    places = places_of(document.kind, document.rules)
    if place not in places:
        raise Refused(_("这份文书没有“%(place)s”这个签字栏。") % {"place": place}, code="no_place")
    if canonical.sha256(document.content) != document.sha256:
        raise Altered(document.number)
    if sha256 != document.sha256:
        raise Refused(_("您看到的不是这份文书。请刷新页面，看过再签。"), code="other_text")
    if not places[place].may_be(standing(actor)):
        raise Refused(_("“%(place)s”一栏不由您的岗位签。") % {"place": place}, code="not_permitted")
    taken = list(document.signatures.all())
    if any(row.place == place for row in taken):
        raise Refused(_("“%(place)s”一栏已经签过。") % {"place": place}, code="signed")
    if any(row.by_user == actor.pk for row in taken):
        raise Refused(_("同一个人不能签两栏，请另一人签。"), code="second_person")
    row = Signature.objects.create(
        document=document, place=place, sha256=sha256, by=actor.name, by_user=actor.pk, at=time.now()
    )
    note(document, "document.signed", {"place": place, "sha256": sha256}, actor_of(actor), [row])
    return row


@transaction.atomic
def addend(document: IssuedDocument, text: str, actor: User) -> Addendum:
    """补记: the document stays as it is; what is to be said besides is a row with a name and a time (C6.9)."""
    require(actor, "document.add", document)
    lock(chain_of(document))
    text = require_text(text, 4, _("补记"))
    row = Addendum.objects.create(
        document=document, number=document.addenda.count() + 1, text=text, by=actor.name, by_user=actor.pk,
        at=time.now(),
    )  # fmt: skip
    told = {"addendum": row.number, "text": text, "sha256": canonical.sha256(text)}
    note(document, "document.addended", told, actor_of(actor), [row])
    return row


@transaction.atomic
def circulate(document: IssuedDocument, people: Iterable[User], actor: User) -> list[Circulation]:
    """传阅: each person once; who read it, and when, is seen on the document (C6.10)."""
    require(actor, "document.circulate", document)
    lock(chain_of(document))
    _still_counts(document)
    known = set(document.circulations.values_list("user_id", flat=True))
    fresh = [user for user in dict.fromkeys(people) if user.pk not in known]
    if not fresh:
        raise Refused(_("请选择还没有收到这份文书的人。"), code="nobody")
    return send(document, fresh, actor_of(actor))


def send(document: IssuedDocument, people: Iterable[User], who: Actor) -> list[Circulation]:
    """To people who do not have it yet, inside the caller's transaction: the row, the record, the message."""
    now, fresh = time.now(), list(people)
    rows = [
        Circulation.objects.create(document=document, user=user, name=user.name, by=who.name, at=now) for user in fresh
    ]
    note(document, "document.circulated", {"to": [user.name for user in fresh]}, who, rows)
    tell(document, fresh, "circulated", f"请阅：{document.title}")
    return rows


@transaction.atomic
def read(document: IssuedDocument, actor: User) -> Circulation:
    """已阅, by the person it was sent to and by nobody for them."""
    row = document.circulations.select_for_update().filter(user=actor).first()
    if row is None:
        raise Refused(_("这份文书没有发给您传阅。"), code="not_yours")
    if row.read_at is not None:
        raise Refused(_("您已经阅过。"), code="read")
    row.read_at = time.now()
    row.save(update_fields=["read_at"])
    note(document, "document.read", {"name": row.name}, actor_of(actor), [row])
    return row


# 批示 -----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def instruct(
    document: IssuedDocument, *, words: str, leader: User, owner: User, due_at: dt.datetime, actor: User
) -> Instruction:
    """记下批示: a leader's own, or taken down from paper by the office; with an owner and a date from the start."""
    require(actor, "document.instruct", document)
    _still_counts(document)
    if leader not in able("lead_bureau"):
        raise Refused(_("%(name)s不是局领导，请选择批示的领导。") % {"name": leader.name}, code="no_leader")
    if standing(actor).can("lead_bureau") and actor.pk != leader.pk:
        raise Refused(_("领导只写自己的批示。"), code="not_yours")
    if due_at <= time.now():
        raise Refused(_("办理期限要在现在之后。"), code="past")
    row = Instruction.objects.create(
        document=document, leader=leader.name, words=require_text(words, 2, _("批示")),
        taken_by=actor.name, at=time.now(),
        owner=owner, owner_name=owner.name, due_at=due_at, next_action_at=due_at,
    )  # fmt: skip
    told = {
        "instruction": row.pk, "leader": row.leader, "words": row.words, "owner": row.owner_name, "due_at": due_at,
    }  # fmt: skip
    note(document, "document.instructed", told, actor_of(actor), [row])
    tell(document, [owner], f"instructed:{row.pk}", f"批示待办：{document.number}", row.words)
    return row


def _locked(row: Instruction) -> Instruction:
    rows = Instruction.objects.select_for_update(of=("self",)).select_related("document__case", "owner")
    return rows.get(pk=row.pk)


@transaction.atomic
def report_instruction(row: Instruction, result: str, actor: User) -> Instruction:
    """报办理结果, by the owner or the office; it is done only when a second person has seen it."""
    row = _locked(row)
    require(actor, "instruction.report", row)
    if row.state == Instruction.CLOSED:
        raise Refused(_("这条批示已经办结。"), code="closed")
    row.result, row.reported_at, row.reported_user = require_text(result, 4, _("办理结果")), time.now(), actor.pk
    row.state = Instruction.REPORTED
    row.save()
    told = {"instruction": row.pk, "result": row.result, "on_time": row.reported_at <= row.due_at}
    note(row.document, "document.instruction_reported", told, actor_of(actor), [row])
    people = [user for user in able("office") if user.pk != actor.pk]
    tell(row.document, people, f"reported:{row.pk}:{row.reported_at:%s}", f"批示办理结果待核：{row.document.number}")
    return row


@transaction.atomic
def close_instruction(row: Instruction, *, done: bool, comment: str, actor: User) -> Instruction:
    """办结认定, by another person than who reported; or back to the owner with what is missing."""
    row = _locked(row)
    require(actor, "instruction.close", row)
    if row.state != Instruction.REPORTED:
        raise Refused(_("还没有办理结果可以认定。"), code="nothing_reported")
    if row.reported_user == actor.pk:
        raise Refused(_("报结果的人不能自己认定办结，请另一人认定。"), code="second_person")
    who = actor_of(actor)
    if not done:
        why = require_text(comment, 4, _("退回的原因"))
        row.state, row.next_action_at = Instruction.OPEN, max(row.due_at, time.now())
        row.save()
        note(row.document, "document.instruction_returned", {"instruction": row.pk, "reason": why}, who, [row])
        tell(row.document, [row.owner], f"returned:{row.pk}:{time.now():%s}", "批示办理结果退回", why)
        return row
    row.state, row.next_action_at = Instruction.CLOSED, None
    row.closed_by, row.closed_user, row.closed_at = actor.name, actor.pk, time.now()
    row.save()
    told = {"instruction": row.pk, "result": row.result, "on_time": _reported_on_time(row)}
    note(row.document, "document.instruction_closed", told, who, [row])
    return row


def _reported_on_time(row: Instruction) -> bool:
    return row.reported_at is not None and row.reported_at <= row.due_at


def remind(now: dt.datetime, limit: int) -> int:
    """A 批示 past its date is spoken of every day, to its owner and to the office, until it is closed."""
    rows = Instruction.objects.select_for_update(of=("self",), skip_locked=True).filter(next_action_at__lte=now)
    found = list(rows.select_related("document__case", "owner").order_by("next_action_at", "id")[:limit])
    for row in found:
        people = [row.owner, *able("office")]
        words = f"{row.leader}：{row.words[:80]}，{row.owner_name}办，已到期。"
        tell(row.document, people, f"due:{row.pk}:{now:%Y-%m-%d}", f"批示到期未办结：{row.document.number}", words)
        row.next_action_at = now + NAG
        row.save(update_fields=["next_action_at"])
    return len(found)


def kind_name(kind: str) -> str:
    return names.of(regulation_now(), kind)


WITHDRAWABLE = "report"
SIGNED_OUT = "签发"  # the place by which a report went out


def later_ones(document: IssuedDocument) -> Sequence[IssuedDocument]:
    """Reports of the same case that may stand for this one."""
    rows = IssuedDocument.objects.filter(
        kind=WITHDRAWABLE, case=document.case, pk__gt=document.pk, withdrawal__isnull=True
    )
    return list(rows)


def why_not_withdraw(document: IssuedDocument, user: User) -> str:
    if document.kind != WITHDRAWABLE:
        return _("只有专报可以撤回；其他文书要更正，写补记。")
    if document.withdrawn is not None:
        return _("这份专报已经撤回。")
    if why := may(user, "document.withdraw", document).why:
        return why
    if document.issued_user == user.pk:
        return _("出这份专报的人不能自己撤回，请另一人决定。")
    if any(row.place == SIGNED_OUT for row in document.signatures.all()) and not standing(user).can("lead_bureau"):
        return _("这份专报已由局领导签发，要由局领导决定撤回。")
    return ""


@transaction.atomic
def withdraw(
    document: IssuedDocument, *, reason: str, replaced_by: IssuedDocument | None = None, actor: User
) -> Withdrawal:
    """The paper stays, is marked, and its number is not given again; whoever has it is told."""
    lock(chain_of(document))
    document = IssuedDocument.objects.select_related("case", "withdrawal").get(pk=document.pk)
    require(actor, "document.withdraw", document)
    if why := why_not_withdraw(document, actor):
        raise Refused(why, code="not_to_withdraw")
    if replaced_by is not None and replaced_by not in later_ones(document):
        raise Refused(_("替代它的须是同一件的、之后出的、没有撤回的专报。"), code="no_successor")
    row = Withdrawal.objects.create(
        document=document, replaced_by=replaced_by, reason=require_text(reason, 6, _("撤回的理由")), by=actor.name,
        by_user=actor.pk, at=time.now(),
    )  # fmt: skip
    told = {"reason": row.reason, "instead": replaced_by.number if replaced_by is not None else ""}
    kind = "document.superseded" if replaced_by is not None else "document.withdrawn"
    note(document, kind, told, actor_of(actor), [row])
    people = {one.user for one in document.circulations.select_related("user")}
    people |= {one.owner for one in document.instructions.select_related("owner")}
    words = f"{row.word}：{document.number}"
    tell(document, sorted(people, key=lambda user: user.pk), "withdrawn", words, row.reason)
    return row
