"""经常性培训 C9.6: planned, held, joined by one's own word, checked by a short quiz; 岗位技能名册 C9.4: who can do
what, and who stands in. What has nobody to stand in is listed, never hidden.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, record
from huiying.overseeing.models import SkillEntry, Training, TrainingSeat, TrainingSession
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import regulation_now, zone
from huiying.people.standing import actor_of, standing
from huiying.people.versions import display_name, join_names, require_text
from huiying.work import notify
from huiying.work.rows import next_number

EARLY, OPEN_FOR = dt.timedelta(minutes=30), dt.timedelta(hours=8)
TRIES = 5
QUESTIONS_MOST = 20


def chain_of(training: Training) -> str:
    return f"training:{training.number}"


def _note(session: TrainingSession, kind: str, payload: Mapping[str, object], who: Actor, *seats: TrainingSeat) -> None:
    told = {"training": session.training.number, "session": session.pk, **payload}
    record(chain_of(session.training), kind, told, who, rows=[session, *seats])


def _locked(session: TrainingSession) -> TrainingSession:
    rows = TrainingSession.objects.select_for_update(of=("self",)).select_related("training")
    return rows.get(pk=session.pk)


@transaction.atomic
def plan_training(*, title: str, goal: str, sessions_planned: int, actor: User, year: int | None = None) -> Training:
    """列培训计划."""
    require(actor, "training.plan")
    year = year or time.now().astimezone(zone()).year
    if not 1 <= sessions_planned <= 100:
        raise Refused(_("请写计划办几次，至少一次。"), code="sessions")
    row = Training.objects.create(
        number=f"{year}-{next_number(f'training:{year}')}",
        year=year,
        title=require_text(title, 4, _("培训名称"))[:200],
        goal=require_text(goal, 4, _("要练什么")),
        sessions_planned=sessions_planned,
        by=actor.name,
        at=time.now(),
    )
    told = {"training": row.number, "year": year, "title": row.title, "sessions": sessions_planned}
    record(chain_of(row), "training.planned", told, actor_of(actor), rows=[row])
    return row


@transaction.atomic
def schedule_session(
    training: Training,
    *,
    title: str,
    abilities: Sequence[str],
    starts_at: dt.datetime,
    place: str,
    trainer: str,
    material: str,
    questions: Sequence[Mapping[str, object]],
    people: Iterable[User],
    actor: User,
) -> TrainingSession:
    """排一次培训: which of the abilities it trains, who is called; they are told at once."""
    require(actor, "training.plan")
    training = Training.objects.select_for_update().get(pk=training.pk)
    regulation = regulation_now()
    known = regulation.training.abilities
    if not abilities or any(one not in known for one in abilities):
        names = join_names(display_name(regulation, "word", one) for one in known)
        raise Refused(_("请选这次练哪些能力：%(names)s。") % {"names": names}, code="abilities")
    if starts_at <= time.now():
        raise Refused(_("培训时间要在现在之后。"), code="in_the_past")
    called_in = [user for user in dict.fromkeys(people) if user.is_active and not user.administers]
    if not called_in:
        raise Refused(_("请选出参加的人。"), code="nobody")
    now = time.now()
    row = TrainingSession.objects.create(
        training=training,
        title=require_text(title, 4, _("题目"))[:200],
        abilities=[one for one in known if one in abilities],
        starts_at=starts_at,
        place=require_text(place, 2, _("地点"))[:200],
        trainer=require_text(trainer, 2, _("谁来讲"))[:100],
        material=material.strip(),
        questions=_quiz(questions),
        by=actor.name,
        at=now,
    )
    seats = TrainingSeat.objects.bulk_create(TrainingSeat(session=row, user=user, name=user.name) for user in called_in)
    told = {"title": row.title, "abilities": row.abilities, "starts_at": starts_at.isoformat()}
    _note(row, "training.scheduled", {**told, "invited": len(called_in)}, actor_of(actor), *seats)
    local = starts_at.astimezone(zone())
    notify.send(
        f"培训：{row.title}"[:120],
        f"{local.month}月{local.day}日 {local:%H:%M}，{row.place}，{row.trainer}主讲",
        [user.username for user in called_in],
        "info",
        key=f"training:{row.pk}:scheduled",
        url=f"/desk/training/sessions/{row.pk}/",
    )
    return row


def _quiz(given: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    found = []
    for one in given:
        options = [str(option).strip()[:200] for option in one["options"]]  # type: ignore[attr-defined]
        right = one.get("right")
        if len(options) < 2 or not isinstance(right, int) or right not in range(len(options)):
            raise Refused(_("每道测验题要有两个以上的选项，并标明哪一个对。"), code="quiz")
        found.append({"text": require_text(str(one["text"]), 4, _("测验题"))[:300], "options": options, "right": right})
    if len(found) > QUESTIONS_MOST:
        raise Refused(_("测验最多 %(most)d 道题。") % {"most": QUESTIONS_MOST}, code="quiz")
    return found


@transaction.atomic
def open_check_in(session: TrainingSession, actor: User) -> TrainingSession:
    """开始签到: a code for the room. It is shown to the organiser and read out; nobody signs for another."""
    require(actor, "training.plan")
    session = _locked(session)
    if session.state != TrainingSession.PLANNED:
        raise Refused(_("这次培训已经开始签到，或已经结束。"), code="not_planned")
    if time.now() < session.starts_at - EARLY:
        raise Refused(_("还没有到时间：开始前半小时才能签到。"), code="too_early")
    session.state, session.code, session.opened_at = TrainingSession.OPEN, f"{secrets.randbelow(10**6):06d}", time.now()
    session.save(update_fields=["state", "code", "opened_at"])
    _note(session, "training.opened", {}, actor_of(actor))
    return session


def check_in(session: TrainingSession, code: str, actor: User) -> TrainingSeat:
    """签到: oneself, with the code of the room. There is no parameter for anybody else (C9.6).

    A wrong code stays counted although it is refused: after some tries the organiser has to give a new one.
    """
    require(actor, "training.attend")
    if not _is_right(session, code, actor):
        raise Refused(
            _("签到码不对。请看现场的签到码；试错 %(most)d 次后，请组织者换一个码。") % {"most": TRIES},
            code="wrong_code",
        )
    return _sit_down(session, actor)


@transaction.atomic
def _is_right(session: TrainingSession, code: str, actor: User) -> bool:
    session = _locked(session)
    if session.state != TrainingSession.OPEN or session.opened_at is None:
        raise Refused(_("现在不能签到：还没有开始，或已经结束。"), code="not_open")
    if time.now() > session.opened_at + OPEN_FOR:
        raise Refused(_("签到时间已过。"), code="not_open")
    seat = TrainingSeat.objects.select_for_update().filter(session=session, user=actor).first()
    tries = seat.tries if seat is not None else 0
    if tries < TRIES and hmac.compare_digest(session.code.encode(), code.strip().encode()):
        return True
    if seat is None:  # the tries of whoever was not called are counted on a seat of their own
        seat = _seat(session, actor)
        _note(session, "training.tried", {"name": actor.name}, actor_of(actor), seat)
    if seat.checked_in_at is None:
        seat.tries += 1
        seat.save(update_fields=["tries"])
    return False


def _seat(session: TrainingSession, actor: User) -> TrainingSeat:
    """Whoever comes without being called is welcome."""
    found, _made = TrainingSeat.objects.select_for_update().get_or_create(
        session=session, user=actor, defaults={"name": actor.name}
    )
    return found


@transaction.atomic
def _sit_down(session: TrainingSession, actor: User) -> TrainingSeat:
    session = _locked(session)
    seat = _seat(session, actor)
    if seat.checked_in_at is not None:
        return seat
    seat.checked_in_at, seat.by_user = time.now(), actor.pk
    seat.save(update_fields=["checked_in_at", "by_user"])
    _note(session, "training.checked_in", {"name": actor.name}, actor_of(actor), seat)
    return seat


@transaction.atomic
def renew_code(session: TrainingSession, actor: User) -> TrainingSession:
    """换签到码: the old one no longer opens anything, and everybody may try again."""
    require(actor, "training.plan")
    session = _locked(session)
    if session.state != TrainingSession.OPEN:
        raise Refused(_("这次培训没有在签到。"), code="not_open")
    session.code = f"{secrets.randbelow(10**6):06d}"
    session.save(update_fields=["code"])
    session.seats.filter(checked_in_at__isnull=True).update(tries=0)
    _note(session, "training.code_renewed", {}, actor_of(actor))
    return session


@transaction.atomic
def answer_quiz(session: TrainingSession, answers: Sequence[int], actor: User) -> TrainingSeat:
    """测验: once, by whoever was there."""
    require(actor, "training.attend")
    session = _locked(session)
    seat = TrainingSeat.objects.select_for_update().filter(session=session, user=actor).first()
    if seat is None or seat.checked_in_at is None:
        raise Refused(_("先签到，再做测验。"), code="not_there")
    if seat.answered_at is not None:
        raise Refused(_("测验已经做过，只做一次。"), code="answered")
    if not session.questions or len(answers) != len(session.questions):
        raise Refused(_("每道题都要选一个答案。"), code="answers")
    seat.score = sum(given == one["right"] for given, one in zip(answers, session.questions, strict=True))
    seat.answered_at = time.now()
    seat.save(update_fields=["score", "answered_at"])
    told = {"name": actor.name, "score": seat.score, "of": len(session.questions)}
    _note(session, "training.answered", told, actor_of(actor), seat)
    return seat


@transaction.atomic
def close_session(session: TrainingSession, actor: User) -> TrainingSession:
    """结束: what is counted from now on is who came by then."""
    require(actor, "training.plan")
    session = _locked(session)
    if session.state != TrainingSession.OPEN:
        raise Refused(_("这次培训没有在签到。"), code="not_open")
    seats = list(session.seats.all())
    present = sum(seat.checked_in_at is not None for seat in seats)
    if present == 0:
        raise Refused(_("没有人签到，不算办过。要取消请写明原因。"), code="nobody_came")
    session.state, session.held_at = TrainingSession.HELD, time.now()
    session.save(update_fields=["state", "held_at"])
    told = {"abilities": session.abilities, "invited": len(seats), "present": present}
    _note(session, "training.held", told, actor_of(actor))
    return session


@transaction.atomic
def cancel_session(session: TrainingSession, reason: str, actor: User) -> TrainingSession:
    require(actor, "training.plan")
    session = _locked(session)
    if session.state not in (TrainingSession.PLANNED, TrainingSession.OPEN):
        raise Refused(_("这次培训已经结束或取消。"), code="is_over")
    session.state, session.cancelled_why = TrainingSession.CANCELLED, require_text(reason, 4, _("取消的理由"))[:300]
    session.save(update_fields=["state", "cancelled_why"])
    _note(session, "training.cancelled", {"reason": session.cancelled_why}, actor_of(actor))
    return session


SKILLS_CHAIN = "skills"


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
        SKILLS_CHAIN,
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
    record(SKILLS_CHAIN, "skill.ended", told, actor_of(actor), rows=[row])
    return row
