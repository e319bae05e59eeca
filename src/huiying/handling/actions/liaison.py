"""核实衔接: other bodies are asked, reminded at half the wait, and what they answered or did not is written down
（五）C5.15; 线索移交: a clue is handed to the body that the law names, on a leader's signature 61号 §6.3.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import clocks, slips
from huiying.handling.actions.base import locked, require_text
from huiying.handling.models import Case, ClueHandover, Liaison, LiaisonExemption
from huiying.handling.process import LIVE
from huiying.kernel import canonical, clock as time, tokens
from huiying.ledger.actions import Actor, record, together
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import able, on_duty, regulation_of, zone
from huiying.people.standing import actor_of
from huiying.people.versions import display_name, join_names
from huiying.work import notify
from huiying.work.rows import next_number
from huiying.work.schedule import poller

LINK = "link"
# Code → the word that the record keeps.
MEANS = {LINK: "一次性链接", "phone": "电话", "letter": "函件", "visit": "当面"}
FINDINGS = {"true": "属实", "partly": "部分属实", "false": "不属实", "unknown": "无法核实"}
CLOCK = "liaison"


def needs_liaison(case: Case) -> str:
    """Why this case asks for 核实衔接, in the reader's language; "" where it does not (C5.15, G7)."""
    regulation = regulation_of(case.regulation)
    needed = regulation.monitor.liaison.required_when
    concern = case.event.concern or case.concern  # a person may have judged it after the case was opened
    if concern in needed.concern_type:
        return _("性质是“%(concern)s”") % {"concern": display_name(regulation, "word", concern)}
    least = needed.or_level_at_least
    if least is not None and regulation.rank(case.level) >= regulation.rank(least):
        return _("级别是“%(level)s”") % {"level": display_name(regulation, "level", case.level)}
    return ""


def why_not_close_liaison(case: Case) -> list[str]:
    """C5.15: what asks for liaison does not end without a letter sent or a recorded exemption."""
    why = needs_liaison(case)
    if not why or case.liaisons.filter(sent_at__isnull=False).exists():
        return []
    if LiaisonExemption.objects.filter(case=case).exists():
        return []
    return [_("%(why)s，还没有核实衔接的记录：请发函核实，或说明为什么不需要（C5.15）。") % {"why": why}]


def yearly_number(series: str, name: str) -> str:
    """A paper's number, e.g. 「核实〔2026〕7号」, without a gap; the caller's rollback gives it back."""
    year = time.now().astimezone(zone()).year
    return f"{name}〔{year}〕{next_number(f'{series}:{year}')}号"


@transaction.atomic
@together()
def draft_liaison(case: Case, body: str, contact: str, points: str, letter: str, actor: User) -> Liaison:
    """拟核实函. Without a letter of one's own it is drafted from the case; nothing leaves before it is sent."""
    require(actor, "liaison.write", case)
    case = _open(case)
    body, points = require_text(body, 2, _("对方机关"))[:100], require_text(points, 4, _("需核实的事项"))
    contact = contact.strip()[:200]
    written = letter.strip() or slips.draft_letter(case, body, points, contact, actor)
    row = Liaison.objects.create(
        number=yearly_number("liaison", "核实"),
        case=case,
        body=body,
        contact=contact,
        points=points,
        letter=require_text(written, 20, _("函的正文")),
        drafted_by=actor.name,
        drafted_at=time.now(),
    )
    _record(row, "liaison.drafted", {"points": points}, actor_of(actor))
    return row


@transaction.atomic
@together()
def edit_letter(row: Liaison, letter: str, contact: str, actor: User) -> None:
    """Change the draft. What was sent stays as it was sent."""
    require(actor, "liaison.write", row)
    row = _locked(row)
    if row.sent_at is not None:
        raise Refused(_("这份函已经发出，不能再改。情况有变请另拟一份。"), code="already_sent")
    row.letter, row.contact = require_text(letter, 20, _("函的正文")), contact.strip()[:200]
    row.save(update_fields=["letter", "contact"])
    _record(row, "liaison.edited", {"letter": canonical.sha256(row.letter)}, actor_of(actor))


@transaction.atomic
@together()
def send_liaison(row: Liaison, means: str, actor: User) -> str | None:
    """发函. By link it gives the single-use token, to be shown once; by phone, letter or visit none.

    Sent again before the wait is over, the earlier link dies and the date stays. After a silence it is a new letter
    with a number of its own: what went unanswered stays written down.
    """
    require(actor, "liaison.write", row)
    row = _locked(row)
    case = _open(row.case)
    if means not in MEANS:
        raise Refused(_("请选择怎样发出：链接、电话、函件或当面。"), code="unknown_means")
    if row.answered_at is not None:
        raise Refused(_("对方已经答复。还要核实别的事，请另拟一份函。"), code="already_answered")
    now, again = time.now(), row.sent_at is not None
    if row.not_received_at is not None:
        row = _anew(row, actor)
        again = False
    token, row.token_hash = tokens.new_token() if means == LINK else (None, None)
    row.means = means
    if not again:
        regulation = regulation_of(case.regulation)
        row.sent_at, row.sent_by = now, actor.name
        row.submit_before = regulation.work_calendar.add(now, regulation.monitor.liaison.answer_within)
        row.next_action_at = now + (row.submit_before - now) / 2
    row.save()
    who = actor_of(actor)
    assert row.submit_before is not None
    sent = {
        "means": MEANS[means],
        "submit_before": row.submit_before.isoformat(),
        "letter": canonical.sha256(row.letter),
    }
    _record(row, "liaison.sent", sent | {"again": again}, who)
    clocks.stop(case, CLOCK, row.number, who)
    return token


def _anew(silent: Liaison, actor: User) -> Liaison:
    return Liaison.objects.create(
        number=yearly_number("liaison", "核实"),
        case=silent.case,
        body=silent.body,
        contact=silent.contact,
        points=silent.points,
        letter=silent.letter,
        drafted_by=actor.name,
        drafted_at=time.now(),
    )


def open_liaison(token: str) -> Liaison | None:
    """The letter behind a link, or None when it is unknown. A used or late one is returned, to be told so."""
    return Liaison.objects.select_related("case").filter(token_hash=tokens.hash_token(token)).first()


@transaction.atomic
@together()
def answer_liaison(token: str, finding: str, name: str, text: str) -> Liaison:
    """The other body's one answer, without an account."""
    found = open_liaison(token)
    if found is None:
        raise Refused(_("这个链接不对，请核对收到的地址。"), code="unknown_link")
    row = _locked(found)
    if row.token_hash != found.token_hash:  # sent again between the look and the lock
        raise Refused(_("这个链接不对，请核对收到的地址。"), code="unknown_link")
    if row.answered_at is not None:
        raise Refused(_("这个链接已经用过：只能答复一次。"), code="link_used")
    if row.not_received_at is not None or row.submit_before is None or row.submit_before <= time.now():
        raise Refused(_("答复时间已过。请联系发函单位重新发送。"), code="link_expired")
    _take_answer(row, finding, name, text, "", Actor(name=name.strip()[:100], department=row.body))
    return row


@transaction.atomic
@together()
def record_answer(row: Liaison, finding: str, name: str, text: str, actor: User) -> None:
    """An answer that came by phone, letter or in person; also one that came late: the silence stays written."""
    require(actor, "liaison.write", row)
    row = _locked(row)
    if row.sent_at is None:
        raise Refused(_("函还没有发出，不会有答复。请先发出。"), code="not_sent")
    if row.answered_at is not None:
        raise Refused(_("对方已经答复，不能再登记一次。"), code="already_answered")
    _take_answer(row, finding, name, text, actor.name, actor_of(actor))


def _take_answer(row: Liaison, finding: str, name: str, text: str, recorded_by: str, who: Actor) -> None:
    if finding not in FINDINGS:
        raise Refused(_("请选择属实、部分属实、不属实或无法核实。"), code="answer")
    row.answered_name = require_text(name, 2, _("答复人姓名和职务"))[:100]
    row.answer = require_text(text, 4, _("核实的情况"))
    row.answered_at, row.finding, row.answer_recorded_by = time.now(), finding, recorded_by
    row.next_action_at = None
    row.save()
    told = {"finding": FINDINGS[finding], "by": row.answered_name, "comment": row.answer, "recorded_by": recorded_by}
    late = row.not_received_at is not None
    _record(row, "liaison.answered", told | {"late": late}, who)
    notify.send(
        f"{row.number} 已答复",
        f"{row.case.number}｜{row.body}已答复，请看结果。",
        [user.username for user in on_duty()],
        "info",
        key=f"liaison:{row.pk}:answered",
        url=f"/desk/liaisons/{row.pk}/",
    )


@transaction.atomic
@together()
def exempt(case: Case, reason: str, actor: User) -> LiaisonExemption:
    """不需要核实衔接: the office head's or a leader's word, with its reason (C5.15)."""
    require(actor, "liaison.exempt", case)
    case = locked(case)
    if not needs_liaison(case):
        raise Refused(_("此件本来就不要求核实衔接。"), code="not_needed")
    if case.liaisons.filter(sent_at__isnull=False).exists():
        raise Refused(_("已经发函核实，不必再说明。"), code="already_sent")
    if LiaisonExemption.objects.filter(case=case).exists():
        raise Refused(_("已经说明过为什么不需要。"), code="already_decided")
    made = LiaisonExemption.objects.create(
        case=case, reason=require_text(reason, 10, _("不需要核实衔接的理由")), by=actor.name, at=time.now()
    )
    who = actor_of(actor)
    record(f"case:{case.number}", "liaison.exempted", {"reason": made.reason}, who, rows=[made])
    clocks.stop(case, CLOCK, "已说明不需要核实衔接", who)
    return made


@transaction.atomic
@together()
def remind_or_note_silence(row: Liaison, now: dt.datetime) -> bool:
    """One letter's turn: halfway the desk is told to ask again; at the end silence is written down as what it is."""
    row = _locked(row)
    if row.next_action_at is None or row.next_action_at > now or row.submit_before is None:
        return False
    over = row.submit_before <= now
    if over:
        row.not_received_at, row.next_action_at = now, None
    else:
        row.reminded_at, row.next_action_at = now, row.submit_before
    row.save(update_fields=["not_received_at", "reminded_at", "next_action_at"])
    _record(row, "liaison.silent" if over else "liaison.reminded", {}, Actor.SYSTEM)
    what = "到时没有答复，不视为同意，可再次发函" if over else "还没有答复，请催问"
    notify.send(
        f"{row.number} {'没有答复' if over else '等待答复'}",
        f"{row.case.number}｜{row.body}{what}。",
        [user.username for user in on_duty()],
        "warning",
        key=f"liaison:{row.pk}:{'silent' if over else 'reminded'}",
        url=f"/desk/liaisons/{row.pk}/",
    )
    return True


def _open(case: Case) -> Case:
    case = locked(case)
    if case.state not in LIVE:
        raise Refused(_("此件已经办结、并案或作废，不能再发函。"), code="not_in_this_state")
    return case


def _locked(row: Liaison) -> Liaison:
    """The case first, then the letter: every verb takes them in this order."""
    locked(row.case)
    found = Liaison.objects.select_for_update(of=("self",)).select_related("case__event", "case__regulation")
    return found.get(pk=row.pk)


def _record(row: Liaison, kind: str, payload: dict[str, object], who: Actor) -> None:
    record(f"case:{row.case.number}", kind, {"number": row.number, "body": row.body} | payload, who, rows=[row])


def clue_bodies(case: Case) -> tuple[str, ...]:
    """To whom the regulation lets a clue be handed; none where it names nobody."""
    return regulation_of(case.regulation).monitor.liaison.clue_bodies


def waiting_clue(case: Case) -> ClueHandover | None:
    """The clue that waits for a leader's signature, the earliest first."""
    return case.clues.filter(signed__isnull=True).first()


@transaction.atomic
@together()
def propose_clue(case: Case, body: str, facts: str, legal_ground: str, actor: User) -> ClueHandover:
    """提议移交: which facts, on what ground in law, to which lawful recipient."""
    case = locked(case)
    require(actor, "clue.propose", case)
    if case.state not in LIVE:
        raise Refused(_("此件已经办结、并案或作废，不能再移交线索。"), code="not_in_this_state")
    allowed = clue_bodies(case)
    if body not in allowed:
        regulation = regulation_of(case.regulation)
        names = join_names(display_name(regulation, "word", name) for name in allowed)
        raise Refused(
            _("线索只能依法移交：%(names)s。") % {"names": names} if allowed else _("制度没有规定线索移交给谁。"),
            code="unknown_body",
        )
    row = ClueHandover.objects.create(
        number=yearly_number("clue", "线索"),
        case=case,
        body=body,
        facts=require_text(facts, 10, _("线索事实")),
        legal_ground=require_text(legal_ground, 4, _("法律依据"))[:300],
        proposed_by=actor.name,
        proposed_user=actor.pk,
        proposed_at=time.now(),
    )
    payload = {"number": row.number, "body": body, "legal_ground": row.legal_ground}
    record(f"case:{case.number}", "clue.proposed", payload, actor_of(actor), rows=[row])
    notify.send(
        f"{row.number} 待签字",
        f"{case.number}｜拟向{body}移交线索，请局领导签字。",
        [user.username for user in able("lead_bureau")],
        "warning",
        key=f"clue:{row.pk}:proposed",
        url=f"/desk/cases/{case.number}/outside/",
    )
    return row


@transaction.atomic
@together()
def sign_clue(row: ClueHandover, sign: bool, why: str, actor: User) -> None:
    """The leader's word, never the proposer's own. Refusing needs a reason; signing ends the matter for this house."""
    require(actor, "clue.sign", row)
    case = locked(row.case)
    row = ClueHandover.objects.select_for_update().get(pk=row.pk)
    if row.signed is not None:
        raise Refused(_("这条线索已有结论。"), code="already_decided")
    if row.proposed_user == actor.pk:
        raise Refused(_("是您提议的，须由另一位局领导签字。"), code="second_person")
    row.refused_why = "" if sign else require_text(why, 4, _("不移交的理由"))
    row.signed, row.signed_by, row.signed_user, row.signed_at = sign, actor.name, actor.pk, time.now()
    row.save()
    payload = {"number": row.number, "body": row.body, "signed": sign, "reason": row.refused_why}
    record(f"case:{case.number}", "clue.signed", payload, actor_of(actor), rows=[row])


def _letter_is_due(now: dt.datetime) -> bool:
    return Liaison.objects.filter(next_action_at__lte=now).exists()


@poller("liaisons", due=_letter_is_due)
def run_letters(now: dt.datetime, limit: int) -> int:
    """Act on every letter whose moment has come. Safe to run twice."""
    rows = Liaison.objects.filter(next_action_at__lte=now).select_related("case").order_by("next_action_at", "id")
    return sum(remind_or_note_silence(row, now) for row in rows[:limit])
