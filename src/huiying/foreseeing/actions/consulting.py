"""Verbs of consultations （四）C4.2: asked in public, answered in public, point by point, by two persons each time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import F, Model
from django.utils.translation import gettext as _

from huiying.foreseeing import queries
from huiying.foreseeing.models import Consultation, Opinion, OpinionGroup, Tally
from huiying.kernel import canonical, clock as time, sealing
from huiying.kernel.masking import mask_personal
from huiying.ledger import queries as ledger
from huiying.ledger.actions import Actor, record
from huiying.ledger.kept import Gone
from huiying.people import personal_data
from huiying.people.errors import Altered, Refused
from huiying.people.models import Department, User
from huiying.people.permissions import require
from huiying.people.queries import able, regulation_now, takers, zone
from huiying.people.standing import actor_of
from huiying.people.versions import department_name, require_text
from huiying.work import notify
from huiying.work.rows import next_number

PURPOSE = "opinion.original"
TEXT_MOST = 2000
QUESTIONS_MOST, OPTIONS_LEAST, OPTIONS_MOST = 6, 2, 8


def _locked(row: Consultation) -> Consultation:
    return Consultation.objects.select_for_update(of=("self",)).select_related("department").get(pk=row.pk)


def _record(row: Consultation, kind: str, payload: dict[str, object], who: Actor, *rows: Model | Gone) -> None:
    told = {"consultation": row.address, **payload}
    record(queries.chain_of(row), kind, told, who, rows=[row, *rows])


def _check_unaltered(row: Consultation, kind: str, sha256: str) -> None:
    """Raises Altered where the text is not the one that was proposed: the ledger has the hash of that day (F10)."""
    newest = ledger.entries(queries.chain_of(row)).filter(kind=kind).last()
    if newest is None or (newest.data is not None and newest.data["sha256"] != sha256):
        raise Altered(row.address)


def _tell(row: Consultation, people: Iterable[User], when: str, words: str) -> None:
    names = [user.username for user in people]
    notify.send(words[:120], words, names, "warning", key=f"consultation:{row.pk}:{when}", url=_page(row))


def _page(row: Consultation) -> str:
    return f"/desk/consultations/{row.pk}/"


@transaction.atomic
def save_consultation(
    row: Consultation | None,
    *,
    title: str,
    summary: str,
    text: str,
    department: Department,
    closes_at: dt.datetime,
    questions: Sequence[Mapping[str, object]],
    actor: User,
    topic: str = "",
) -> Consultation:
    """起草. What is open is not changed any more: people answered to what they read."""
    require(actor, "consultation.draft", department)
    if row is not None:
        require(actor, "consultation.draft", row)
    row = _locked(row) if row is not None else None
    if row is not None and row.state not in (Consultation.DRAFT, Consultation.PROPOSED):
        raise Refused(_("已经公开征集，不能再改：大家是看着这份文字提意见的。"), code="is_open")
    if not department.is_active:
        raise Refused(
            _("“%(name)s”不在现行职责清单中。") % {"name": department_name(department.name)}, code="not_listed"
        )
    if topic and topic not in regulation_now().routing.categories:
        raise Refused(_("制度里没有这个业务范畴。"), code="topic")
    told = {
        "title": require_text(title, 4, _("标题"))[:200],
        "summary": require_text(summary, 10, _("背景和要点")),
        "text": require_text(text, 10, _("征求意见稿")),
        "topic": topic,
        "department": department,
        "closes_at": closes_at,
        "questions": read_questions(questions),
    }
    if row is None:
        year = time.now().astimezone(zone()).year
        row = Consultation(address=f"{year}-{next_number(f'consultation:{year}')}", made_at=time.now())
    for name, value in told.items():
        setattr(row, name, value)
    row.state, row.drafter, row.drafter_user, row.returned_why = Consultation.DRAFT, actor.name, actor.pk, ""
    row.save()
    _record(row, "consultation.saved", {"title": row.title, "sha256": draft_sha256(row)}, actor_of(actor))
    return row


def read_questions(given: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """A survey: few questions, each with real choices. Raises Refused, saying which."""
    found: list[dict[str, object]] = []
    for question in given:
        options = [str(option).strip()[:100] for option in question["options"] if str(option).strip()]  # type: ignore[attr-defined]
        if not OPTIONS_LEAST <= len(set(options)) <= OPTIONS_MOST:
            raise Refused(
                _("每道题要有 %(least)d 到 %(most)d 个不同的选项。") % {"least": OPTIONS_LEAST, "most": OPTIONS_MOST},
                code="options",
            )
        found.append(
            {"text": require_text(str(question["text"]), 4, _("问题"))[:200], "options": list(dict.fromkeys(options))}
        )
    if len(found) > QUESTIONS_MOST:
        raise Refused(_("最多 %(most)d 道题：题多了没有人答完。") % {"most": QUESTIONS_MOST}, code="questions")
    return found


def draft_sha256(row: Consultation) -> str:
    told = {
        "title": row.title,
        "summary": row.summary,
        "text": row.text,
        "topic": row.topic,
        "department": row.department.code,
        "closes_at": row.closes_at.isoformat(),
        "questions": row.questions,
    }
    return canonical.sha256(canonical.dumps(told))


@transaction.atomic
def propose_consultation(row: Consultation, actor: User) -> Consultation:
    require(actor, "consultation.draft", row)
    row = _locked(row)
    if row.state != Consultation.DRAFT:
        raise Refused(_("没有要送审的草稿。"), code="nothing_to_propose")
    row.state = Consultation.PROPOSED
    row.save(update_fields=["state"])
    _record(row, "consultation.proposed", {"sha256": draft_sha256(row)}, actor_of(actor))
    people = [user for user in able("office") if user.pk != row.drafter_user]
    _tell(row, people, f"proposed:{draft_sha256(row)[:12]}", f"意见征集“{row.title}”待您同意公开")
    return row


@transaction.atomic
def decide_consultation(row: Consultation, *, approve: bool, sha256: str, comment: str, actor: User) -> Consultation:
    """The second person opens it, on exactly the text that was seen; from now on it ends with a published result."""
    row = _locked(row)
    require(actor, "consultation.decide")
    if row.state != Consultation.PROPOSED:
        raise Refused(_("没有等待同意的意见征集。"), code="nothing_proposed")
    _check_unaltered(row, "consultation.proposed", draft_sha256(row))
    if draft_sha256(row) != sha256:
        raise Refused(_("您看到的不是现在的文稿。请刷新页面，看过新的文稿再审。"), code="other_text")
    if row.drafter_user == actor.pk:
        raise Refused(_("起草人不能审自己的文稿，请另一人审核。"), code="second_person")
    if not approve:
        row.returned_why = require_text(comment, 4, _("退回的原因"))
        row.state = Consultation.DRAFT
        row.save(update_fields=["returned_why", "state"])
        _record(row, "consultation.returned", {"reason": row.returned_why}, actor_of(actor))
        return row
    now, regulation = time.now(), regulation_now()
    least = regulation.work_calendar.add(now, regulation.dialogue.consultation_least)
    if row.closes_at < least:
        words = regulation.dialogue.consultation_least
        raise Refused(
            _("征集至少要开放%(least)s，请把截止时间改到更晚。") % {"least": words.zh()}, code="too_short_open"
        )
    row.state, row.opened_at = Consultation.OPEN, now
    row.opened_by, row.opened_user = actor.name, actor.pk
    row.result_due_at = regulation.work_calendar.add(row.closes_at, regulation.dialogue.result_within)
    row.next_action_at = row.closes_at
    row.save()
    told: dict[str, object] = {
        "title": row.title,
        "sha256": sha256,
        "department": row.department.name,
        "closes_at": row.closes_at.isoformat(),
        "result_due_at": row.result_due_at.isoformat(),
    }
    _record(row, "consultation.opened", told, actor_of(actor))
    return row


@transaction.atomic
def drop_consultation(row: Consultation, reason: str, actor: User) -> Consultation:
    """不办了: only before it is open. What people were asked ends with an answer (C4.2)."""
    require(actor, "consultation.draft", row)
    row = _locked(row)
    if row.state not in (Consultation.DRAFT, Consultation.PROPOSED):
        raise Refused(_("已经公开征集过意见，只能公布结果，不能撤销（C4.2）。"), code="is_open")
    row.dropped_why, row.state = require_text(reason, 4, _("理由"))[:300], Consultation.DROPPED
    row.save(update_fields=["dropped_why", "state"])
    _record(row, "consultation.dropped", {"reason": row.dropped_why}, actor_of(actor))
    return row


@transaction.atomic
def send_opinion(row: Consultation, text: str, choices: Mapping[int, int]) -> Opinion | None:
    """Somebody says something, answers the survey, or both. No name; the answers are counted and not kept (INV-10)."""
    row = _locked(row)
    if not queries.is_open(row):
        raise Refused(_("这次征集已经截止，不再收意见。结果会公布在这一页。"), code="closed")
    text = text.strip()
    if len(text) > TEXT_MOST:
        raise Refused(_("最多 %(most)d 个字，请缩短。") % {"most": TEXT_MOST}, code="too_long")
    if not text and not choices:
        raise Refused(_("还没有写意见，也没有选。请写几句，或选一个选项。"), code="empty")
    for question, option in choices.items():
        if question not in range(len(row.questions)) or option not in range(len(row.questions[question]["options"])):
            raise Refused(_("没有这个选项，请刷新页面再选。"), code="option")
    counted: list[Model] = []
    for question, option in sorted(choices.items()):
        tally, _made = Tally.objects.get_or_create(consultation=row, question=question, option=option)
        Tally.objects.filter(pk=tally.pk).update(count=F("count") + 1)
        counted.append(tally)
    opinion = _kept(row, text) if text else None
    rows = counted if opinion is None else [opinion, *counted]
    told = {"opinion": opinion.pk if opinion else None, "sha256": opinion.text_sha256 if opinion else ""}
    _record(row, "opinion.received", {**told, "answered": len(choices)}, Actor.PUBLIC, *rows)
    return opinion


def _kept(row: Consultation, text: str) -> Opinion:
    masked = mask_personal(text)
    return Opinion.objects.create(
        consultation=row,
        text=masked.text,
        sealed_text=sealing.seal(text, PURPOSE) if masked.changed else None,
        text_sha256=canonical.sha256(text),
        received_at=time.now(),
    )


def _to_sort(row: Consultation) -> Consultation:
    row = _locked(row)
    if row.state not in queries.RUNNING:
        raise Refused(_("这次征集不在整理意见的阶段。"), code="not_running")
    if row.state == Consultation.RESULT:  # what was proposed was another set of groups
        row.state, row.result_sha256 = Consultation.OPEN, ""
        row.save(update_fields=["state", "result_sha256"])
    return row


@transaction.atomic
def save_group(
    row: Consultation,
    group: OpinionGroup | None,
    *,
    summary: str,
    decision: str,
    reason: str,
    opinions: Iterable[int],
    actor: User,
) -> OpinionGroup:
    """归类: what these opinions say, in our words; whether it is adopted and why. The reason is published (C4.2)."""
    require(actor, "consultation.sort", row)
    row = _to_sort(row)
    if decision not in (OpinionGroup.ADOPTED, OpinionGroup.PARTLY, OpinionGroup.NOT):
        raise Refused(_("请选择：采纳、部分采纳，或不采纳。"), code="decision")
    told = {
        "summary": require_text(summary, 4, _("这些意见说的是什么"))[:500],
        "decision": decision,
        "reason": require_text(reason, 4, _("采纳或不采纳的理由")),
        "by": actor.name,
        "at": time.now(),
    }
    if mask_personal(f"{told['summary']}\n{told['reason']}").changed:
        raise Refused(_("概括或理由里像有个人信息，请改写：不能照抄来信。"), code="personal_data")
    chosen = list(row.opinions.filter(pk__in=list(opinions)))
    if group is None:
        if not chosen:
            raise Refused(_("请选出这一类的意见。"), code="nothing_chosen")
        group = OpinionGroup.objects.create(consultation=row, **told)
    else:
        OpinionGroup.objects.filter(pk=group.pk, consultation=row).update(**told)
        group.refresh_from_db()
    Opinion.objects.filter(pk__in=[opinion.pk for opinion in chosen]).update(group=group)
    gone = _drop_empty(row, keep=group)
    payload = {
        "group": group.pk,
        "summary": group.summary,
        "decision": decision,
        "reason": group.reason,
        "opinions": [opinion.pk for opinion in chosen],
    }
    _record(row, "consultation.sorted", payload, actor_of(actor), group, *chosen, *gone)
    return group


def _drop_empty(row: Consultation, keep: OpinionGroup) -> list[Gone]:
    """A group out of which every opinion went to another says nothing any more."""
    empty = OpinionGroup.objects.filter(consultation=row, opinions__isnull=True).exclude(pk=keep.pk)
    gone = [Gone(OpinionGroup, pk) for pk in empty.values_list("pk", flat=True)]
    empty.delete()
    return gone


@transaction.atomic
def propose_result(row: Consultation, words: str, actor: User) -> Consultation:
    """送审结果: after the end, with every opinion in a group and every group with its reason."""
    require(actor, "consultation.sort", row)
    row = _to_sort(row)
    if row.closes_at > time.now():
        raise Refused(_("征集还没有截止，不能公布结果。"), code="still_open")
    left = queries.unsorted(row).count()
    if left:
        raise Refused(_("还有 %(n)d 条意见没有归类：每一条都要有采纳或不采纳的理由。") % {"n": left}, code="unsorted")
    row.result = require_text(words, 10, _("结果说明"))
    if mask_personal(row.result).changed:
        raise Refused(_("结果说明里像有个人信息，请改写。"), code="personal_data")
    row.result_by, row.result_user = actor.name, actor.pk
    row.result_sha256, row.state = queries.result_sha256(row, row.result), Consultation.RESULT
    row.save()
    _record(row, "consultation.result_proposed", {"sha256": row.result_sha256}, actor_of(actor))
    people = [user for user in able("office") if user.pk != actor.pk]
    _tell(row, people, f"result:{row.result_sha256[:12]}", f"“{row.title}”的征集结果待您同意公布")
    return row


@transaction.atomic
def decide_result(row: Consultation, *, approve: bool, sha256: str, comment: str, actor: User) -> Consultation:
    """The second person publishes the result, or sends it back with a reason."""
    row = _locked(row)
    require(actor, "consultation.decide")
    if row.state != Consultation.RESULT:
        raise Refused(_("没有等待同意的结果。"), code="nothing_proposed")
    _check_unaltered(row, "consultation.result_proposed", queries.result_sha256(row, row.result))
    if sha256 != row.result_sha256 or queries.result_sha256(row, row.result) != sha256:
        raise Refused(_("您看到的不是现在的文稿。请刷新页面，看过新的文稿再审。"), code="other_text")
    if row.result_user == actor.pk:
        raise Refused(_("整理结果的人不能自己同意公布，请另一人审核。"), code="second_person")
    if not approve:
        row.returned_why = require_text(comment, 4, _("退回的原因"))
        row.state, row.result_sha256 = Consultation.OPEN, ""
        row.save(update_fields=["returned_why", "state", "result_sha256"])
        _record(row, "consultation.result_returned", {"reason": row.returned_why}, actor_of(actor))
        return row
    row.state, row.published_at, row.next_action_at = Consultation.DONE, time.now(), None
    row.approved_by, row.approved_user = actor.name, actor.pk
    row.save()
    found = list(queries.groups(row))
    assert row.result_due_at is not None
    told = {
        "title": row.title,
        "sha256": sha256,
        "opinions": row.opinions.count(),
        "groups": [
            {"decision": group.decision, "opinions": group.n, "has_reason": bool(group.reason)}  # type: ignore[attr-defined]
            for group in found
        ],
        "on_time": row.published_at <= row.result_due_at,
    }
    _record(row, "consultation.published", told, actor_of(actor))
    return row


def remind(now: dt.datetime, limit: int) -> int:
    """When it ends, and when its result is due: the department and the office."""
    rows = Consultation.objects.select_for_update(of=("self",), skip_locked=True).filter(next_action_at__lte=now)
    found = list(rows.select_related("department").order_by("next_action_at", "id")[:limit])
    for row in found:
        assert row.result_due_at is not None
        people = list(dict.fromkeys([*takers(row.department), *able("office")]))
        if now < row.result_due_at:
            day = f"{row.result_due_at.astimezone(zone()):%m月%d日}"
            _tell(row, people, "ended", f"“{row.title}”征集已截止，请整理意见，{day}前公布结果")
            row.next_action_at = row.result_due_at
        else:
            _tell(row, people, "late", f"“{row.title}”征集结果超期未公布")
            _record(row, "consultation.late", {"result_due_at": row.result_due_at.isoformat()}, Actor.SYSTEM)
            row.next_action_at = None
        row.save(update_fields=["next_action_at"])
    return len(found)


@transaction.atomic
def purge_opinions(now: dt.datetime) -> int:
    """The words of opinions are destroyed when their time is over; the groups and the counts stay (§6.2)."""
    regulation = regulation_now()
    kept = personal_data.kept("opinion", regulation)
    gone = 0
    for row in Consultation.objects.filter(state=Consultation.DONE, opinions__purged_at__isnull=True).distinct():
        if row.published_at is None or regulation.work_calendar.add(row.published_at, kept) > now:
            continue
        rows = Opinion.objects.filter(consultation=row, purged_at__isnull=True)
        over = [Opinion(pk=pk) for pk in rows.values_list("pk", flat=True)]
        count = rows.update(text="", sealed_text=None, purged_at=now)
        _record(row, "opinion.purged", {"opinions": count}, Actor.SYSTEM, *over)
        gone += count
    return gone
