"""What is done together about a case: 口径 C7.4, the case room C7.5, the departments' agenda C9.1, 同步报送 C10.7,
and what the level asks for and a person did （六）（十）§4.3.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from huiying.handling import clocks
from huiying.handling.access import get_case
from huiying.handling.actions.base import locked, require_text
from huiying.handling.models import AgendaItem, Attachment, Case, CaseAct, Escalation, FactSheet, NodeReport, Note
from huiying.handling.process import LIVE
from huiying.kernel import clock as time, home, store
from huiying.kernel.wording import difference, normalised
from huiying.ledger.actions import Actor, record, together
from huiying.listening.attachments import check_points
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.permissions import may, require
from huiying.people.queries import able, regulation_of
from huiying.people.standing import actor_of, standing
from huiying.people.versions import department_name, zone
from huiying.work import notify

PIECES, PIECE_CHARS = 4, 60


def current_facts(case: Case) -> FactSheet | None:
    """The newest version, the only one that may be quoted."""
    return FactSheet.objects.filter(case=case).order_by("-version").first()


@transaction.atomic
@together()
def agree_facts(case: Case, text: str, based_on: int, reason: str, actor: User) -> FactSheet:
    """定口径: a new version, by somebody who saw the newest. The same text again is no new version (habit 12)."""
    case = locked(case)
    require(actor, "case.facts", case)
    if case.state not in LIVE:
        raise Refused(_("此件已经结束，口径不能再改。需要时先重新办理。"), code="not_in_this_state")
    newest = current_facts(case)
    check_not_stale(case, based_on, newest)
    text = normalised(require_text(text, 4, _("口径")))
    if newest is not None and newest.text == text:
        return newest
    if newest is not None:
        reason = require_text(reason, 4, _("为什么改口径"))
    row = FactSheet.objects.create(
        case=case,
        version=newest.version + 1 if newest else 1,
        text=text,
        reason=reason.strip()[:300],
        by=actor.name,
        by_user=actor.pk,
        department=actor.department.name if actor.department else "",
        at=time.now(),
    )
    record(
        f"case:{case.number}",
        "facts.agreed",
        {"version": row.version, "text": row.text, "reason": row.reason},
        actor_of(actor),
        rows=[row],
    )
    return row


def check_not_stale(case: Case, version: int, newest: FactSheet | None) -> None:
    """Raise Refused where `version` is not the newest: the second of two departments is told, never overheard."""
    if newest is None or newest.version == version:
        return
    raise Refused(stale_words(case, version, newest), code="stale_facts")


def stale_words(case: Case, version: int, newest: FactSheet) -> str:
    """What changed since the version that somebody saw, as one sentence (scenario 7)."""
    seen = FactSheet.objects.filter(case=case, version=version).first()
    told = {
        "version": newest.version,
        "name": newest.by,
        "department": department_name(newest.department),
        "what": changed_words(seen.text if seen else "", newest.text),
    }
    return _("口径已是第 %(version)d 版（%(department)s %(name)s）：%(what)s。请按新口径再办（C7.4）。") % told


def changed_words(old: str, new: str) -> str:
    """「删去“一个标段”，新增“两个标段”」, the first few pieces."""
    said_ = []
    for op, text in difference(old, new):
        piece = " ".join(text.split())[:PIECE_CHARS]
        if piece and op == "gone":
            said_.append(_("删去“%(text)s”") % {"text": piece})
        elif piece and op == "new":
            said_.append(_("新增“%(text)s”") % {"text": piece})
    more = _("等") if len(said_) > PIECES else ""
    return _("，").join(said_[:PIECES]) + more


LONGEST = 2000
_MENTION = re.compile(r"@([\w.\-]{1,60})")


@transaction.atomic
@together()
def say(case: Case, text: str, actor: User) -> Note:
    """Say something to everybody on the case; `@名字` calls a person, who must be one of those who may see it."""
    case = locked(case)
    require(actor, "case.room", case)
    text = require_text(text, 1, _("要说的话"))
    if len(text) > LONGEST:
        raise Refused(_("最多 %(limit)d 字，请缩短，或作为附件上传。") % {"limit": LONGEST}, code="too_long")
    called = mentioned(text)
    for user in called:
        _check_sees(user, case)
    row = Note.objects.create(
        case=case,
        text=text,
        mentions=[user.username for user in called],
        by=actor.name,
        by_user=actor.pk,
        department=actor.department.name if actor.department else "",
        at=time.now(),
    )
    told = {"mentions": [user.name for user in called]}
    record(f"case:{case.number}", "note.made", told, actor_of(actor), rows=[row])
    notify.send(
        f"{case.number} {actor.name}提到了您",
        case.number if case.event.reserved else f"{case.title}：{text}"[:300],
        [user.username for user in called if user.pk != actor.pk],
        "warning",
        key=f"note:{row.pk}",
        url=f"/desk/cases/{case.number}/",
    )
    return row


def mentioned(text: str) -> list[User]:
    """The staff named after an @, by name or user name. Words follow a name without a space: the longest name wins."""
    runs = _MENTION.findall(text)
    if not runs:
        return []
    people = list(User.objects.filter(is_active=True).select_related("department"))
    found: list[User] = []
    for run in runs:
        by_name = [user for user in people if run.startswith(user.name) or run == user.username]
        longest = max((len(user.name) for user in by_name), default=0)
        same = [user for user in by_name if len(user.name) == longest or user.username == run]
        if not same:
            raise Refused(_("没有找到“%(name)s”这个人，请核对名字。") % {"name": run[:40]}, code="unknown_person")
        found.extend(same)
    return list(dict.fromkeys(found))


def _check_sees(user: User, case: Case) -> None:
    try:
        get_case(user, case.number)
    except Http404:
        raise Refused(
            _("%(name)s看不到此件，不能在这里叫到。需要协办请先转办给其部门，或另派任务。") % {"name": user.name},
            code="outsider",
        ) from None


@transaction.atomic
@together()
def attach(case: Case, upload: UploadedFile[Any], actor: User) -> Attachment:
    """Keep a file with the case: its bytes say what it is, up to 10 MiB."""
    case = locked(case)
    require(actor, "case.room", case)
    if (upload.size or 0) > store.LARGEST:
        raise Refused(_("附件超过 10 MB。请压缩或拆开后再上传。"), code="too_large")
    content = upload.read()
    media_type = store.media_type_of(content)
    if media_type is None:
        check_points(content)
        raise Refused(_("附件须为图片（PNG、JPEG、WebP）、PDF、纯文本、docx 或 xlsx，且不含宏。"), code="media_type")
    row = Attachment.objects.create(
        case=case,
        name=file_name(upload.name or "", media_type),
        sha256=store.keep(home.files(), content),
        media_type=media_type,
        size=len(content),
        by=actor.name,
        at=time.now(),
    )
    told = {"name": row.name, "sha256": row.sha256}
    record(f"case:{case.number}", "attachment.added", told, actor_of(actor), rows=[row])
    return row


def file_name(name: str, media_type: str) -> str:
    """The sender's name for it, without a path and without what hides an ending; the ending follows the bytes."""
    plain = "".join(char for char in name if unicodedata.category(char)[0] != "C")
    stem = re.sub(r'[\\/:*?"<>|]+', "_", plain.replace("\\", "/").rsplit("/", 1)[-1]).rsplit(".", 1)[0].strip(" .")
    return f"{stem[:120] or '附件'}.{store.ENDINGS[media_type]}"


def path_of(row: Attachment) -> Path:
    return store.path_in(home.files(), row.sha256)


def content_of(row: Attachment) -> bytes:
    """The file, compared with its digest. Raises store.Unfit."""
    return store.read(path_of(row), row.sha256)


QUARTER = re.compile(r"20\d\dQ[1-4]")


def quarter_of(day: dt.date) -> str:
    """2026Q4."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def quarter_now() -> str:
    return quarter_of(time.now().astimezone(zone()).date())


def is_head_of(user: User, department: Department) -> bool:
    """Whether the person leads the department: its 负责人, a deputy included."""
    who = standing(user)
    roles = {role for duty in ("dept_head", "division_head") for role in who.regulation.roles_acting_as(duty)}
    return any(held.role in roles and held.department == department.code for held in who.held)


def may_plan_for(user: User, department: Department) -> bool:
    return may(user, "agenda.plan", department).allowed


@transaction.atomic
@together()
def plan_agenda(department: Department, quarter: str, title: str, due_on: dt.date, actor: User) -> AgendaItem:
    """What the department does about its public affairs in a quarter, with a day."""
    require(actor, "agenda.plan", department)
    title = require_text(title, 4, _("要做的事"))
    if not QUARTER.fullmatch(quarter):
        raise Refused(_("请按“2026Q4”的写法写明年份和季度。"), code="no_quarter")
    if quarter_of(due_on) != quarter:
        raise Refused(_("完成日期不在这个季度里，请改日期或改季度。"), code="other_quarter")
    if due_on < time.now().astimezone(zone()).date():
        raise Refused(_("完成日期已经过去。"), code="past")
    made = AgendaItem.objects.create(
        department=department, quarter=quarter, title=title[:300], due_on=due_on, by=actor.name, at=time.now()
    )
    record("system", "agenda.planned", _payload(made), actor_of(actor), rows=[made])
    return made


@transaction.atomic
@together()
def acknowledge_agenda(item: AgendaItem, actor: User) -> None:
    """The head has seen it: no department's plan without its 负责人 (C9.1)."""
    item = _locked(item)
    require(actor, "agenda.plan", item)
    if not is_head_of(actor, item.department):
        raise Refused(_("须由本部门负责人确认。"), code="not_permitted")
    if item.acknowledged_at is not None:
        raise Refused(_("这一项已由%(name)s确认。") % {"name": item.acknowledged_by}, code="already_done")
    item.acknowledged_by, item.acknowledged_at = actor.name, time.now()
    item.save(update_fields=["acknowledged_by", "acknowledged_at"])
    record("system", "agenda.acknowledged", _payload(item), actor_of(actor), rows=[item])


@transaction.atomic
@together()
def finish_agenda(item: AgendaItem, note: str, actor: User) -> None:
    """Done, with what came of it. A plan that its head has not seen is not ticked off."""
    item = _locked(item)
    require(actor, "agenda.plan", item)
    if item.done_at is not None:
        raise Refused(_("这一项已经完成。"), code="already_done")
    if item.acknowledged_at is None:
        raise Refused(_("部门负责人还没有确认这一项，请先由负责人确认。"), code="not_acknowledged")
    item.done_note, item.done_at = require_text(note, 4, _("完成情况"))[:300], time.now()
    item.save(update_fields=["done_note", "done_at"])
    record("system", "agenda.done", _payload(item) | {"note": item.done_note}, actor_of(actor), rows=[item])


def _locked(item: AgendaItem) -> AgendaItem:
    return AgendaItem.objects.select_for_update(of=("self",)).select_related("department").get(pk=item.pk)


def _payload(item: AgendaItem) -> dict[str, str]:
    return {"department": item.department.name, "quarter": item.quarter, "title": item.title}


ACT = "report_office_sync"
# The moments as the regulation file names them; the last one runs from the end of a case.
ACCEPTED, FOUND, DISPOSED, PUBLISHED, CLOSED = "accepted", "facts_found", "disposed", "published", "closed"


NODES = (ACCEPTED, FOUND, DISPOSED, PUBLISHED, CLOSED)


@transaction.atomic
@together()
def report_node(case: Case, node: str, content: str, who: Actor) -> NodeReport | None:
    """A node was reached: the report writes itself, and its own nudge runs until the office has read it (C10.7).

    The caller holds the case's lock and has recorded its own deed. None where the file asks for no report of the node.
    """
    rule = regulation_of(case.regulation).clocks.internal.get(ACT)
    if rule is not None and rule.nodes and node not in rule.nodes:
        return None
    row = NodeReport.objects.create(
        case=case, node=node, department=who.department[:60], content=content[:2000], at=time.now()
    )
    record(f"case:{case.number}", "report.made", {"node": node, "department": row.department}, who, [row])
    layer = f"internal:{node}"
    if not clocks.live(case).filter(act=ACT, layer=layer).exists():  # an unread one keeps its earlier limit
        clocks.start_internal(case, ACT, layer)
    notify.send(
        f"{case.number} 同步报送",
        f"{row.department}：{case.number}" if case.event.reserved else f"{row.department}：{case.title}",
        [user.username for user in able("office")],
        key=f"report:{row.pk}",
        url=f"/desk/cases/{case.number}/",
        digest=True,
    )
    return row


@transaction.atomic
@together()
def see_reports(case: Case, actor: User) -> int:
    """The office opened the case: its unread reports are read, and their nudges stop. How many there were."""
    require(actor, "report.see", case)
    if not NodeReport.objects.filter(case=case, seen_at__isnull=True).exists():
        return 0  # a page that is only looked at takes no lock
    case = locked(case)
    rows = list(NodeReport.objects.filter(case=case, seen_at__isnull=True))
    if not rows:
        return 0
    who = actor_of(actor)
    NodeReport.objects.filter(pk__in=[row.pk for row in rows]).update(seen_at=time.now(), seen_by=actor.name)
    record(f"case:{case.number}", "report.seen", {"nodes": [row.node for row in rows]}, who, rows)
    clocks.stop(case, ACT, "统筹部门已阅", who)
    return len(rows)


def unseen_reports(case: Case) -> bool:
    return NodeReport.objects.filter(case=case, seen_at__isnull=True).exists()


ACT_KINDS = (CaseAct.RESCAN, CaseAct.SPECIAL_REPORT, CaseAct.REVIEW)


@transaction.atomic
@together()
def note_act(case: Case, kind: str, note: str, actor: User) -> CaseAct:
    """复看传播, 专报, 复盘: done, and what came of it. A look at the spread starts the time until the next."""
    case = locked(case)
    require(actor, "case.note_act", case)
    if kind not in ACT_KINDS:
        raise Refused(_("请选择办了哪一件事。"), code="unknown_act")
    if kind == CaseAct.REVIEW and case.state != "closed":
        raise Refused(_("办结之后才复盘。"), code="not_in_this_state")
    if kind != CaseAct.REVIEW and case.state not in LIVE:
        raise Refused(_("此件已经办结。"), code="case_is_closed")
    row = CaseAct.objects.create(
        case=case, kind=kind, note=require_text(note, 4, _("看到什么、结果如何")), by=actor.name, at=time.now()
    )
    who = actor_of(actor)
    record(f"case:{case.number}", "case.act_noted", {"act": kind, "note": row.note}, who, rows=[row])
    clocks.stop(case, kind, row.note[:100], who)
    if kind == CaseAct.RESCAN:
        clocks.start_internal(case, "rescan", moment="looked_at")
    return row


@transaction.atomic
@together()
def acknowledge_call(call: Escalation, actor: User) -> Escalation:
    """知悉: whoever was called, the duty desk, the office or a leader has heard; the call rings no more (C10.6)."""
    require(actor, "call.acknowledge")
    case = locked(call.case)
    call = Escalation.objects.select_for_update(of=("self",)).select_related("clock").get(pk=call.pk)
    call.case = case
    if not may_acknowledge(call, actor):
        raise Refused(_("这次呼叫没有叫到您，须由被叫的人、值班、统筹部门或局领导知悉。"), code="not_permitted")
    if call.acknowledged_at is not None or call.closed_why:
        raise Refused(_("已经有人知悉，或时限已经停止。"), code="not_open")
    call.acknowledged_at, call.acknowledged_by, call.next_action_at = time.now(), actor.name, None
    call.save(update_fields=["acknowledged_at", "acknowledged_by", "next_action_at"])
    act = call.clock.act if call.clock is not None else call.kind
    who = actor_of(actor)
    payload = {"kind": call.kind, "act": act, "name": actor.name}
    record(f"case:{case.number}", "call.acknowledged", payload, who, rows=[call])
    if call.kind == Escalation.FIRST_NOTICE:
        clocks.stop(case, "first_notice", f"{actor.name}知悉", who)
    return call


def may_acknowledge(call: Escalation, user: User) -> bool:
    person = standing(user)
    return user.username in call.usernames or any(person.can(one) for one in ("duty", "office", "lead_bureau"))
