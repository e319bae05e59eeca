"""处置预案 C6.8: written, drilled, set off by events that meet its trigger. The machine proposes; a person's word
opens the case with the plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, Model, Q
from django.utils.translation import gettext as _

from huiying.engine.normalise import normalise
from huiying.foreseeing.actions.assessing import to_change
from huiying.foreseeing.actions.policies import locked, note, tell
from huiying.foreseeing.models import Assessment, Plan, PlanHit, Trigger
from huiying.handling import actions as handling
from huiying.judging.models import Event, EventPost
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, lock, record
from huiying.ledger.kept import Gone
from huiying.people.errors import Refused
from huiying.people.models import Platform, Spokesperson, User
from huiying.people.permissions import require
from huiying.people.queries import able, on_duty, regulation_now, takers, zone
from huiying.people.registers import speakers_in_force
from huiying.people.standing import actor_of
from huiying.people.versions import join_names, require_text

READ = 300  # events a look; the rest is read the next time, nothing is skipped
POSTS = 50  # of an event, the latest
_OVER = (Event.MERGED, Event.DISMISSED)


def newest_move() -> dt.datetime | None:
    """When the stream last moved."""
    found: dt.datetime | None = Event.objects.filter(life_safety=False, sensitive="").aggregate(at=Max("last_post_at"))[
        "at"
    ]
    return found


def moved_since(since: dt.datetime | None) -> tuple[list[Event], dt.datetime | None]:
    """Events with a post since, oldest first, and until when they were read: never beyond what stood there, or a post
    that is judged in this very moment would be passed over.
    """
    rows = Event.objects.filter(life_safety=False, sensitive="").exclude(state__in=_OVER)
    if since is not None:
        rows = rows.filter(last_post_at__gt=since)
    found = list(rows.order_by("last_post_at", "id")[: READ + 1])
    if len(found) <= READ:
        return found, found[-1].last_post_at if found else since
    edge = found[READ - 1].last_post_at
    # All that moved in the same moment belong together: a cut through it would lose the rest.
    return list(rows.filter(last_post_at__lte=edge).order_by("last_post_at", "id")), edge


def met(plan: Plan, events: Sequence[Event]) -> Iterator[tuple[Event, list[str]]]:
    """Each event that a trigger of the plan is about, with the words found; none that was put to people already."""
    known = set(PlanHit.objects.filter(plan=plan, event__in=events).values_list("event_id", flat=True))
    triggers = list(plan.triggers.all())
    for event in events:
        if event.pk in known:
            continue
        text = _text(event)
        for trigger in triggers:
            if words := meets(trigger, event, text):
                yield event, words
                break


def meets(trigger: Trigger, event: Event, text: str) -> list[str]:
    """The words found where all of the trigger holds; [] where not."""
    if event.posts_count < trigger.posts or not _as_grave(trigger.level, event.suggested_level):
        return []
    return [word for word in trigger.words if normalise(word).text in text]


def _as_grave(least: str, level: str) -> bool:
    if not least:
        return True
    order = [one.code for one in regulation_now().levels]
    return level in order and least in order and order.index(level) >= order.index(least)


def _text(event: Event) -> str:
    rows = EventPost.objects.filter(event=event, withdrawn_at__isnull=True).order_by("-id")
    posts = rows.values_list("post__title", "post__text")[:POSTS]
    return normalise("\n".join([event.title, *(f"{title}\n{text}" for title, text in posts)])).text


TRIGGERS_MOST, WORDS_MOST, QUESTIONS_MOST = 8, 20, 40


@dataclass(frozen=True)
class Wanted:
    """One trigger as it is told: words, the least level (code or ""), the least number of posts."""

    words: Sequence[str]
    level: str = ""
    posts: int = 1


@transaction.atomic
def save_plan(
    row: Assessment,
    *,
    questions: Sequence[tuple[str, str]],
    steps: str,
    speaker: Spokesperson,
    channels: Sequence[str],
    contacts: Sequence[User],
    drill_on: dt.date,
    triggers: Sequence[Wanted],
    actor: User,
) -> Plan:
    """定预案: what is said, by an appointed spokesperson, on our own platforms, who is called, when it is drilled."""
    require(actor, "policy.assess", row)
    row = to_change(row)
    asked = [(q.strip(), a.strip()) for q, a in questions if q.strip() or a.strip()]
    if not asked or any(not q or not a for q, a in asked) or len(asked) > QUESTIONS_MOST:
        raise Refused(_("口径至少写一问一答；每个问题都要有回答。"), code="questions")
    if not speakers_in_force().filter(pk=speaker.pk).exists():
        raise Refused(_("发言人要在名册里、现在有效。"), code="speaker")
    known = set(Platform.objects.filter(code__in=list(channels), closed_at__isnull=True).values_list("code", flat=True))
    if not channels or (missing := [code for code in channels if code not in known]):
        names = join_names(missing) if channels else ""
        raise Refused(_("请选本局自己的、没有注销的平台。%(names)s") % {"names": names}, code="channels")
    people = [user for user in dict.fromkeys(contacts) if user.is_active and not user.administers]
    if not people:
        raise Refused(_("请选出预案启动时要联系的人。"), code="contacts")
    wanted = [_trigger(one) for one in triggers]
    if not wanted or len(wanted) > TRIGGERS_MOST:
        raise Refused(_("请写明什么情况下启动预案，1 到 %(most)d 条。") % {"most": TRIGGERS_MOST}, code="triggers")
    now = time.now()
    if drill_on < now.astimezone(zone()).date():
        raise Refused(_("演练日期要在今天或以后。"), code="drill")
    plan = row.plan or Plan()
    plan.questions, plan.steps = [{"q": q, "a": a} for q, a in asked], require_text(steps, 10, _("先做什么"))
    plan.speaker, plan.speaker_name, plan.channels = speaker, speaker.user.name, list(dict.fromkeys(channels))
    plan.drill_on, plan.by, plan.at = drill_on, actor.name, now
    plan.save()
    gone = [Gone(Trigger, trigger.pk) for trigger in plan.triggers.all()]
    plan.triggers.all().delete()
    made = Trigger.objects.bulk_create(
        Trigger(plan=plan, words=list(one.words), level=one.level, posts=one.posts) for one in wanted
    )
    row.plan = plan
    row.save(update_fields=["plan"])
    told = {"n": row.n, "questions": len(asked), "triggers": len(wanted), "drill_on": drill_on.isoformat()}
    told |= {"speaker": plan.speaker_name}
    rows = [row, plan, *made, *gone, *with_contacts(plan, people)]
    note(row.policy, "plan.saved", told, actor_of(actor), rows)
    return plan


def with_contacts(plan: Plan, people: Iterable[User]) -> list[Model | Gone]:
    """Make `people` whom the plan calls; returns what changed by it, for the ledger."""
    rows = Plan.contacts.through._base_manager.filter(plan=plan)
    before = {row.pk for row in rows}
    plan.contacts.set(people)
    now = list(rows.all())
    return [*now, *(Gone(Plan.contacts.through, pk) for pk in sorted(before - {row.pk for row in now}))]


def _trigger(one: Wanted) -> Wanted:
    words = list(dict.fromkeys(word.strip() for word in one.words if word.strip()))
    if not words or len(words) > WORDS_MOST or any(not 2 <= len(word) <= 30 for word in words):
        raise Refused(_("启动词要写 1 到 %(most)d 个，每个至少两个字。") % {"most": WORDS_MOST}, code="words")
    if one.level and one.level not in [level.code for level in regulation_now().levels]:
        raise Refused(_("没有这个级别，请从列表里选。"), code="level")
    if one.posts < 1:
        raise Refused(_("条数至少是 1。"), code="posts")
    return Wanted(words, one.level, one.posts)


@transaction.atomic
def drill_plan(plan: Plan, *, what: str, actor: User) -> Plan:
    """演练过了: what was tried and what came of it."""
    require(actor, "policy.assess", plan)
    policy = locked(plan.assessment.policy)
    plan = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    plan.drill_note, plan.drilled_at = require_text(what, 4, _("演练的情况")), time.now()
    plan.save(update_fields=["drill_note", "drilled_at"])
    on_time = plan.drilled_at.astimezone(zone()).date() <= plan.drill_on
    note(policy, "plan.drilled", {"note": plan.drill_note, "on_time": on_time}, actor_of(actor), [plan])
    return plan


def look(now: dt.datetime, limit: int) -> int:
    """The plans look at the events themselves (C6.8): what met a trigger since the last look is proposed to people.

    Nothing is opened here: a case is opened by a person's word.
    """
    found = 0
    newest = newest_move()
    plans = Plan.objects.select_for_update(of=("self",), skip_locked=True).filter(active=True)
    behind = plans.filter(Q(looked_at__isnull=True) | Q(looked_at__lt=newest)) if newest else plans.none()
    for plan in behind.select_related("assessment__policy__department").order_by("looked_at", "id")[:limit]:
        events, plan.looked_at = moved_since(plan.looked_at)
        for event, words in met(plan, events):
            _propose(plan, event, words, now)
            found += 1
        plan.save(update_fields=["looked_at"])
    return found


def _propose(plan: Plan, event: Event, words: Sequence[str], now: dt.datetime) -> None:
    made = PlanHit.objects.create(plan=plan, event=event, words=list(words), found_at=now)
    policy = plan.assessment.policy
    told = {"event": event.number, "words": list(words), "level": event.suggested_level, "posts": event.posts_count}
    note(policy, "plan.met", told, Actor.SYSTEM, [made])
    people = [*(on_duty() or able("duty")), *takers(policy.department), *plan.contacts.all()]
    words_of = f"事件 {event.number} 出现“{'、'.join(words)}”，符合“{policy.title}”处置预案的启动条件，请决定是否启动"
    tell(policy, people, f"hit:{made.pk}", words_of)


@transaction.atomic
def take_hit(hit: PlanHit, *, reason: str, actor: User) -> PlanHit:
    """启动: the case is opened, or taken where there is one, and the plan lies in it (C6.8)."""
    require(actor, "plan.set_off")
    policy = locked(hit.plan.assessment.policy)
    hit = PlanHit.objects.select_for_update(of=("self",)).select_related("plan", "event").get(pk=hit.pk)
    if hit.state == PlanHit.TAKEN:
        raise Refused(_("这份预案已经为这个事件启动过。"), code="answered")
    lock(f"policy:{policy.number}", f"event:{hit.event.number}")
    case = handling.open_case(hit.event, actor, reason=f"“{policy.title}”处置预案启动")
    hit.state, hit.case, hit.reason = PlanHit.TAKEN, case, reason.strip()[:500]
    hit.by, hit.by_user, hit.at = actor.name, actor.pk, time.now()
    hit.save()
    who = actor_of(actor)
    told = {"policy": policy.number, "title": policy.title, "speaker": hit.plan.speaker_name}
    record(f"case:{case.number}", "case.plan_loaded", {**told, "questions": len(hit.plan.questions)}, who)
    answered = {"event": hit.event.number, "case": case.number, "reason": hit.reason}
    note(policy, "plan.set_off", answered, who, [hit])
    people = [*hit.plan.contacts.all(), hit.plan.speaker.user, *takers(policy.department)]
    tell(policy, people, f"set_off:{hit.pk}", f"“{policy.title}”处置预案已启动，办件 {case.number}，请按预案办理")
    return hit


@transaction.atomic
def refuse_hit(hit: PlanHit, *, reason: str, actor: User) -> PlanHit:
    """不启动, and why. It may still be set off later."""
    require(actor, "plan.set_off")
    policy = locked(hit.plan.assessment.policy)
    hit = PlanHit.objects.select_for_update(of=("self",)).select_related("event").get(pk=hit.pk)
    if hit.state != PlanHit.WAITING:
        raise Refused(_("已经决定过了。"), code="answered")
    hit.state, hit.reason = PlanHit.REFUSED, require_text(reason, 4, _("不启动的理由"))[:500]
    hit.by, hit.by_user, hit.at = actor.name, actor.pk, time.now()
    hit.save()
    note(policy, "plan.not_set_off", {"event": hit.event.number, "reason": hit.reason}, actor_of(actor), [hit])
    return hit


@transaction.atomic
def set_off(plan: Plan, *, event: Event, reason: str, actor: User) -> PlanHit:
    """A person sees that it has come to this, before any trigger does."""
    require(actor, "plan.set_off")
    locked(plan.assessment.policy)
    plan = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if not plan.active:
        raise Refused(_("预案还没有随评估批准，或已经停用，不能启动。"), code="not_active")
    if event.reserved:
        raise Refused(_("涉及人身安全或标为敏感的事件走专门的通道，不按政策预案办。"), code="life_safety")
    hit, _made = PlanHit.objects.get_or_create(plan=plan, event=event, defaults={"found_at": time.now()})
    return take_hit(hit, reason=require_text(reason, 4, _("启动的理由")), actor=actor)


def remind_drills(now: dt.datetime) -> int:
    """A drill whose day has come and that nobody recorded: the department, once."""
    today = now.astimezone(zone()).date()
    plans = Plan.objects.select_for_update(of=("self",)).filter(active=True, drill_on__lte=today)
    found = list(plans.filter(drilled_at__isnull=True, drill_reminded_at__isnull=True))
    for plan in found:
        policy = plan.assessment.policy
        tell(policy, [*takers(policy.department), *plan.contacts.all()], f"drill:{plan.pk}",
             f"“{policy.title}”处置预案今天该演练")  # fmt: skip
        plan.drill_reminded_at = now
        plan.save(update_fields=["drill_reminded_at"])
    return len(found)
