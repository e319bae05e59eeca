"""How each verb of the script is done: the house's own verbs, by the person whom the script names.

Nothing here goes round a rule. What a visitor made impossible is refused like any other mistake, and the demonstration
goes on without it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from huiying.demo import casework, organising, patrolling
from huiying.demo.script import Act
from huiying.demo.words import NothingThere, case_of, event_of, events_of, posts_of, words_of
from huiying.handling import actions as handling
from huiying.handling.process import LIVE
from huiying.handling.queries import case_of_event
from huiying.judging import actions as judging
from huiying.judging.actions import deciding
from huiying.judging.models import Event, Screening, UrgentCall
from huiying.kernel import clock
from huiying.listening import actions as listening
from huiying.listening.actions import patrolling as patrol_actions
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.queries import regulation_now, zone
from huiying.responding import actions as responding, queries as answers
from huiying.responding.actions.following import decide_sustained, judge_effect
from huiying.responding.models import BodyConfirmation, Publication, ReviewStep
from huiying.work.models import Job
from huiying.work.outbox import enqueue, handler

Verb = Callable[[Act, User], object]
CONFIRM = "demo.confirm"
SECRECY = "demo.secrecy"


def perform(act: Act) -> None:
    """Do one act. Raises Refused, NothingThere or ObjectDoesNotExist where it cannot be done any more."""
    if act.verb == "message":
        message = words_of(act.story)["message"]
        listening.receive_message(message["kind"], message["text"], "")
        return
    VERBS[act.verb](act, User.objects.get(username=act.who))


def _department(code: str) -> Department:
    return Department.objects.get(code=code)


# --- judging ----------------------------------------------------------------------------------------------------------


def _warned(act: Act, who: User) -> None:
    """Sign for the warnings about the story, also for one that a wider spread raised anew."""
    for warning in event_of(act.story).warnings.filter(acknowledged_at__isnull=True):
        judging.acknowledge_warning(warning, who)


def _level(act: Act, who: User) -> None:
    _warned(act, who)
    event = event_of(act.story)
    # Nobody in the script lowers what the machine suggests: that would take a reason and a second person (INV-7).
    level = max(act.words[0], event.suggested_level, key=regulation_now().rank)
    case = case_of_event(event.pk)
    if case is None:
        handling.open_case(event, who, level)
    else:
        handling.confirm_level(case, level, who)


def _merge(act: Act, who: User) -> None:
    main, *others = events_of(act.story)
    for other in others:
        if other.state in (Event.OPEN, Event.NOTED):
            judging.merge_events(other, main, who)


def _clear(act: Act, who: User) -> None:
    screening = Screening.objects.get(post__in=posts_of(act.story), band=Screening.SUSPECT, cleared="")
    judging.clear_suspect(screening, act.words[0], who)


def _attitude(act: Act, who: User) -> None:
    judging.read_attitude(event_of(act.story), int(act.words[0]), int(act.words[1]), who)


def _concern(act: Act, who: User) -> None:
    judging.set_concern(event_of(act.story), act.words[0], who, *act.words[1:])


def _second_concern(act: Act, who: User) -> None:
    decision = deciding.waiting(event_of(act.story))
    if decision is None:
        raise NothingThere("没有等第二人核对的认定")
    judging.second_concern(decision, True, who)


def _dismiss(act: Act, who: User) -> None:
    judging.propose_dismissal(event_of(act.story), act.words[0], act.words[1], who)


def _second_dismissal(act: Act, who: User) -> None:
    judging.second_dismissal(event_of(act.story), True, who)


def _urgent(act: Act, who: User) -> None:
    judging.acknowledge_urgent(UrgentCall.objects.get(post__in=posts_of(act.story)), act.words[0], who)


# --- handling ---------------------------------------------------------------------------------------------------------


def _route(act: Act, who: User) -> None:
    lead, joint, reason = act.words
    others = [_department(code) for code in joint.split(",") if code]
    handling.route(case_of(act.story), _department(lead), others, reason, who)


def _find(act: Act, who: User) -> None:
    found = words_of(act.story)["find"]
    handling.find(case_of(act.story), found["facts"], found["cause"], found["impact"], who)


def _dispose(act: Act, who: User) -> None:
    case = case_of(act.story)
    finding = case.findings.last()
    if finding is None:
        raise NothingThere("还没有报核实情况")
    handling.dispose(case, finding, words_of(act.story)["dispose"], act.words[0] == "settled", who)


def _withhold(act: Act, who: User) -> None:
    ground, reason, days = act.words
    review_on = clock.now().astimezone(zone()).date() + dt.timedelta(days=int(days))
    responding.propose_withhold(case_of(act.story), ground, reason, review_on, who)


def _second_withhold(act: Act, who: User) -> None:
    responding.second_withhold(case_of(act.story).withholdings.get(agreed__isnull=True), True, who)


# --- responding -------------------------------------------------------------------------------------------------------


def _draft(act: Act, who: User) -> None:
    text = words_of(act.story)["drafts"][act.words[0]]
    case = case_of(act.story)
    corrects = None
    if "correct" in act.words:
        corrects = Publication.objects.filter(case=case, channel="portal", state=Publication.LIVE).last()
    responding.save_revision(
        case,
        title=text["title"],
        question=text["question"],
        facts=text["facts"],
        renditions={kind: text[kind] for kind in ("portal", "weibo") if kind in text},
        basis=text["basis"],
        bodies=text.get("bodies", ()),
        statutory=text.get("statutory", ()),
        corrects=corrects,
        correction_note=text["note"] if corrects else "",
        actor=who,
    )


SECRECY_AFTER = dt.timedelta(minutes=1)
# One waits until after the visitor has come, so that whoever signs in as the checker has something to look at.
LEFT_FOR_A_WHILE = {"emall": dt.timedelta(minutes=90)}


def _submit(act: Act, who: User) -> None:
    """The secrecy checker of the demonstration looks at every text a minute after it was submitted (C8.2)."""
    round_ = responding.submit(case_of(act.story), who)
    enqueue(
        SECRECY,
        {"round": round_.pk},
        f"{SECRECY}:{round_.pk}",
        clock.now() + LEFT_FOR_A_WHILE.get(act.story, SECRECY_AFTER),
    )


@handler(SECRECY)
def check_secrecy(job: Job) -> dict[str, Any]:
    who = User.objects.get(username="shiyan")
    step = next((one for one in answers.my_steps(who) if one.round.pk == job.payload["round"]), None)
    if step is None:
        return {"refused": "已有人审过，或文稿已改"}
    _sign(step, True, "不涉密。", who)
    return {"step": step.pk}


def _sign(step: ReviewStep, is_yes: bool, comment: str, who: User) -> None:
    """Decide the step on the text as it stands, with every check that it asks for."""
    responding.decide_step(
        step,
        approve=is_yes,
        comment=comment,
        manifest_sha256=step.round.manifest_sha256,
        actor=who,
        secrecy=is_yes and "secrecy" in step.checks,
        personal_data=is_yes and "personal_data" in step.checks,
    )


def _decide(act: Act, who: User) -> None:
    round_ = answers.open_round(case_of(act.story))
    if round_ is None:
        raise NothingThere("没有在审的文稿")
    step = next((one for one in answers.my_steps(who) if one.round.pk == round_.pk), None)
    if step is None:
        raise NothingThere("这一步已有人审过")
    _sign(step, act.verb == "approve", act.words[0], who)


def _ask(act: Act, who: User) -> None:
    """Ask another body; its answer comes by its single-use link after so many minutes."""
    body, contact, minutes, comment = act.words
    asked, token = responding.ask_confirmation(case_of(act.story), body, contact, who)
    payload = {"token": token, "name": contact, "comment": comment, "case": asked.case.number}
    enqueue(CONFIRM, payload, f"{CONFIRM}:{asked.pk}", clock.now() + dt.timedelta(minutes=int(minutes)))


@handler(CONFIRM)
def confirm(job: Job) -> dict[str, Any]:
    """The other body opens its link and agrees, unless a visitor used the link or changed the text."""
    try:
        row: BodyConfirmation = responding.answer_confirmation(
            job.payload["token"], "agree", job.payload["name"], job.payload["comment"]
        )
    except Refused as refused:
        return {"refused": refused.sentence}
    return {"confirmation": row.pk}


def _publication(act: Act, state: str) -> Publication:
    return Publication.objects.filter(case=case_of(act.story), channel="by_hand", state=state).latest("id")


def _post(act: Act, who: User) -> None:
    picture = SimpleUploadedFile("screenshot.png", casework.screenshot(act.story), "image/png")
    responding.record_post(_publication(act, Publication.TO_DO), act.words[0], picture, who)


def _sustain(act: Act, who: User) -> None:
    """`yes` with its reason and every how many hours, or `no` with its reason."""
    yes, reason, *hours = act.words
    decide_sustained(case_of(act.story), yes == "yes", reason, int(hours[0]) if hours else None, who)


def _effect(act: Act, who: User) -> None:
    case = case_of(act.story)
    review = case.effect_reviews.filter(verdict="", due_at__lte=clock.now()).first()
    if review is None or case.state not in LIVE:
        raise NothingThere("没有到时间的效果观察")
    judge_effect(review, act.words[0], act.words[1], who)


VERBS: dict[str, Verb] = {
    **casework.VERBS,
    **organising.DIALOGUE,
    **organising.VERBS,
    "places": lambda _act, who: patrol_actions.adopt_points(who),
    "tick": patrolling.tick,
    "comments": patrolling.comments,
    "hand": patrolling.hand,
    "warned": _warned,
    "level": _level,
    "merge": _merge,
    "clear": _clear,
    "attitude": _attitude,
    "concern": _concern,
    "concern2": _second_concern,
    "dismiss": _dismiss,
    "second": _second_dismissal,
    "urgent": _urgent,
    "emergency": lambda act, who: handling.set_emergency(case_of(act.story), act.words[0], who),
    "route": _route,
    "accept": lambda act, who: handling.accept(case_of(act.story), who),
    "return": lambda act, who: handling.return_case(case_of(act.story), act.words[0], who),
    "decide": lambda act, who: handling.decide_return(case_of(act.story), _department(act.words[0]), act.words[1], who),
    "find": _find,
    "dispose": _dispose,
    "withhold": _withhold,
    "withhold2": _second_withhold,
    "draft": _draft,
    "submit": _submit,
    "approve": _decide,
    "reject": _decide,
    "ask": _ask,
    "release": lambda act, who: responding.release(case_of(act.story), act.words[0].split(","), who),
    "post": _post,
    "check": lambda act, who: responding.verify_post(_publication(act, Publication.TO_VERIFY), True, act.words[0], who),
    "sustain": _sustain,
    "effect": _effect,
    "close": lambda act, who: handling.close(case_of(act.story), act.words[0], who),
}
