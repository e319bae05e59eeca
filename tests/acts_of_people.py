"""What people can do to a case, as the desk calls it: verb → call with random but seeded words.

Used by the random walk over one case and by the model of the casework with several.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile

from cast import Cast
from huiying.handling import actions as handling
from huiying.handling.actions.disposal import NOTHING_TO_RECTIFY
from huiying.handling.actions.meetings import Decision
from huiying.handling.actions.relating import posts_to_split
from huiying.handling.actions.sensitive import KINDS, label, unlabel
from huiying.handling.calling import open_calls
from huiying.handling.models import Case
from huiying.handling.process import LIVE
from huiying.judging.models import LevelDecision
from huiying.kernel import clock
from huiying.people.models import User
from huiying.responding import actions as responding
from huiying.responding.actions.following import decide_sustained, judge_effect
from huiying.responding.models import BodyConfirmation, Publication, Withholding
from huiying.responding.queries import open_round
from huiying.responding.readiness import GROUNDS
from stories import DRAFT, effects_seen

LONG = "经核实传播范围和影响程度与初判不同，提议按实际情况调整级别。"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 32
Verb = Callable[[Case, User, random.Random, Cast], object]


def _step(case: Case, who: User, dice: random.Random, cast: Cast) -> object:
    round_ = open_round(case)
    assert round_ is not None
    step = dice.choice(round_.open_steps())
    return responding.decide_step(
        step,
        approve=dice.random() < 0.85,
        comment="请补充事实。",
        manifest_sha256=dice.choice([round_.manifest_sha256] * 5 + ["0" * 64]),
        secrecy=dice.random() < 0.9,
        personal_data=dice.random() < 0.9,
        actor=who,
    )


def _save(case: Case, who: User, dice: random.Random, cast: Cast) -> object:
    facts = dice.choice([DRAFT["facts"], "另一些事实。", "经与财政局核对的事实。"])
    told = DRAFT | {"facts": facts, "renditions": {"portal": f"{facts}已恢复。", "weibo": f"{facts}短。"}}
    return responding.save_revision(case, actor=who, **told)  # type: ignore[arg-type]


def _post(case: Case, who: User, dice: random.Random, cast: Cast) -> object:
    row = dice.choice(list(Publication.objects.filter(case=case)))
    return responding.record_post(row, "https://weibo.example/1", SimpleUploadedFile("a.png", PNG), who)


def _answer(case: Case, who: User, dice: random.Random, cast: Cast) -> object:
    _row, token = responding.ask_confirmation(case, "财政局", "", who)
    return responding.answer_confirmation(token, dice.choice(["agree", "agree", "object"]), "王主任", "有出入")


VERBS: dict[str, Verb] = {
    "confirm": lambda case, who, dice, cast: handling.confirm_level(
        case, dice.choice(["L1", "L2", "L3", "L4"]), who, LONG
    ),
    "lower": lambda case, who, dice, cast: handling.propose_lower(case, dice.choice(["L1", "L2"]), LONG, who),
    "second": lambda case, who, dice, cast: handling.second_lower(
        LevelDecision.objects.get(event=case.event, kind="proposed_lower", outcome__isnull=True), True, who
    ),
    "emergency": lambda case, who, dice, cast: handling.set_emergency(case, dice.choice(["重大", "特别重大"]), who),
    "route": lambda case, who, dice, cast: handling.route(
        case, cast.department(dice.choice(["Z-XX", "GCC"])), [], "按职责转办", who
    ),
    "undo": lambda case, who, dice, cast: handling.undo_route(case, who),
    "accept": lambda case, who, dice, cast: handling.accept(case, who),
    "return": lambda case, who, dice, cast: handling.return_case(case, "不属于本部门的职责范围，请另行转办。", who),
    "decide": lambda case, who, dice, cast: handling.decide_return(case, cast.department("Z-XX"), "由信息部主办", who),
    "knowledge": lambda case, who, dice, cast: handling.add_knowledge(
        case, case.first_known_at + dt.timedelta(minutes=dice.randint(-90, 90)), "接到电话", "通话记录", who
    ),
    "find": lambda case, who, dice, cast: handling.find(case, "事实清楚。", "原因明", "影响小", who),
    "dispose": lambda case, who, dice, cast: handling.dispose(case, case.findings.last(), "已经处置。", True, who),  # type: ignore[arg-type]
    "save": _save,
    "submit": lambda case, who, dice, cast: responding.submit(case, who),
    "withdraw": lambda case, who, dice, cast: responding.withdraw(case, who),
    "review": _step,
    "confirm_body": _answer,
    "override": lambda case, who, dice, cast: responding.override_confirmation(
        dice.choice(list(BodyConfirmation.objects.filter(case=case))), "时限将到，事实清楚，先行回应。", who
    ),
    "release": lambda case, who, dice, cast: responding.release(case, [dice.choice(["portal", "weibo"])], who),
    "post": _post,
    "verify": lambda case, who, dice, cast: responding.verify_post(
        dice.choice(list(Publication.objects.filter(case=case))), dice.random() < 0.7, "文字不一致", who
    ),
    "sustain": lambda case, who, dice, cast: decide_sustained(case, True, "一周后通报", 168, who),
    "judge_effect": lambda case, who, dice, cast: judge_effect(
        dice.choice(list(case.effect_reviews.filter(verdict=""))),
        dice.choice(["settled", "persists", "second_wave"]),
        "按前后热度认定。",
        who,
    ),
    "close": lambda case, who, dice, cast: handling.close(
        case, f"缺少到期提醒\n{NOTHING_TO_RECTIFY}已列入月度检查", who
    ),
}


def _approve(case: Case, who: User, dice: random.Random, cast: Cast) -> object:
    round_ = open_round(case)
    assert round_ is not None
    step = next(step for step in round_.open_steps() if step.appointment_of(who))
    return responding.decide_step(
        step,
        approve=True,
        comment="",
        manifest_sha256=round_.manifest_sha256,
        secrecy=True,
        personal_data=True,
        actor=who,
    )


# The way a case usually goes, so that random walks also reach the far rooms.
VERBS |= {
    "confirm_grave": lambda case, who, dice, cast: handling.confirm_level(case, "L4", who, LONG),
    "approve": _approve,
    "route_well": lambda case, who, dice, cast: handling.route(
        case, cast.department("Z-XX"), [], "系统故障，由信息部主办", who
    ),
    "release_portal": lambda case, who, dice, cast: responding.release(case, ["portal"], who),
    "release_by_hand": lambda case, who, dice, cast: responding.release(case, ["weibo"], who),
    "see_effects": lambda case, who, dice, cast: effects_seen(cast, case),
    "see_reports": lambda case, who, dice, cast: handling.see_reports(case, who),
    "exempt": lambda case, who, dice, cast: handling.exempt(case, "事情全在本局系统之内，不涉及其他单位。", who),
    "agree": lambda case, who, dice, cast: responding.answer_confirmation(
        responding.ask_confirmation(case, "财政局", "", who)[1], "agree", "王主任", ""
    ),
}
USUAL = [
    ("confirm_grave", "top"), ("route_well", "duty"), ("accept", "tech_head"), ("find", "tech_liaison"),
    ("dispose", "tech_head"), ("save", "editor"), ("submit", "editor"), ("approve", "tech_head"),
    ("approve", "secrecy"), ("approve", "office"), ("approve", "legal"), ("approve", "deputy"), ("approve", "top"),
    ("agree", "editor"),
    ("release_portal", "office"), ("release_by_hand", "office"), ("post", "editor"), ("verify", "office2"),
    ("sustain", "deputy"), ("see_reports", "office"), ("exempt", "office"), ("see_effects", "office"),
    ("close", "office"),
]  # fmt: skip


def _withhold(case: Case, who: User, dice: random.Random, cast: Cast) -> object:
    review_on = clock.now().date() + dt.timedelta(days=30)
    return responding.propose_withhold(case, dice.choice(list(GROUNDS)), LONG, review_on, who)


def _other(case: Case, dice: random.Random) -> Case:
    return dice.choice(list(Case.objects.exclude(pk=case.pk)))


def _version(case: Case) -> int:
    newest = handling.current_facts(case)
    return newest.version if newest else 0


def _task(case: Case, who: User, dice: random.Random, cast: Cast) -> object:
    kinds = ["matter", "rectify", "help"] if case.state in LIVE else ["rectify"]  # the form offers no other
    return handling.make_task(
        case,
        dice.choice(kinds),
        "逐一电话告知",
        cast.department("Z-XX"),
        cast.tech_liaison,
        clock.now() + dt.timedelta(hours=dice.randint(1, 60)),
        who,
    )


def _letter(case: Case, who: User, dice: random.Random, cast: Cast) -> object:
    row = handling.draft_liaison(case, "市政府办公厅", "值班室", "是否有这样的决定", "", who)
    if dice.random() < 0.8:
        token = handling.send_liaison(row, "link", who)
        if dice.random() < 0.6:
            handling.answer_liaison(str(token), "false", "总值班室", "没有这样的决定。")
    return row


def finish_a_task(case: Case, who: User, dice: random.Random, cast: Cast) -> object:
    task = dice.choice(list(case.tasks.filter(done_at__isnull=True, dropped_at__isnull=True)))
    if dice.random() < 0.2:
        return handling.drop_task(task, "已经不需要，情况有变。", who)
    return handling.finish_task(task, "已逐一告知，留有记录。", who)


def carry_a_meeting_on(case: Case, who: User, dice: random.Random, cast: Cast) -> object:
    """Whatever comes next in its life: acknowledge, hold, minute, sign, or call it off."""
    meeting = dice.choice(list(case.meetings.all()))
    seats = list(meeting.seats.all())
    if meeting.state == "convened":
        if dice.random() < 0.3:
            return handling.acknowledge_seat(dice.choice(seats), who)
        if dice.random() < 0.1:
            return handling.cancel(meeting, "改为书面会商，另行安排。", who)
        there = {seat.pk: dice.choice(["present", "present", "excused", "absent"]) for seat in seats}
        return handling.hold(meeting, there, {}, who)
    if meeting.minuted_at is None:
        due = clock.now() + dt.timedelta(days=2)
        decided = Decision("公布故障原因", cast.department("Z-XX"), cast.tech_head, due)
        return handling.minute(meeting, "情况已通报。", "意见一致。", [("法规处长", "建议缓发")], [decided], who)
    return handling.sign(meeting, who)


# By the names of the bar: what a person is offered → how it is done with words that would do.
OFFERED: dict[str, Verb] = {
    "confirm_level": lambda case, who, dice, cast: handling.confirm_level(
        case, dice.choice(["L1", "L2", "L3", "L4"]), who, LONG
    ),
    "propose_lower": VERBS["lower"],
    "second_lower": lambda case, who, dice, cast: handling.second_lower(
        LevelDecision.objects.get(event=case.event, kind="proposed_lower", outcome__isnull=True),
        dice.random() < 0.7,
        who,
    ),
    "set_emergency": VERBS["emergency"],
    "add_knowledge": VERBS["knowledge"],
    "route": VERBS["route"],
    "undo_route": VERBS["undo"],
    "accept": VERBS["accept"],
    "return": VERBS["return"],
    "decide_return": VERBS["decide"],
    "find": VERBS["find"],
    "dispose": VERBS["dispose"],
    "draft": _save,
    "submit": VERBS["submit"],
    "withdraw": VERBS["withdraw"],
    "ask_confirmation": _answer,
    "release": VERBS["release"],
    "withhold": _withhold,
    "second_withhold": lambda case, who, dice, cast: responding.second_withhold(
        Withholding.objects.get(case=case, agreed__isnull=True), dice.random() < 0.5, who
    ),
    "sustain": VERBS["sustain"],
    "judge_effect": VERBS["judge_effect"],
    "close": VERBS["close"],
    "reopen": lambda case, who, dice, cast: handling.reopen(case, LONG, who),
    "merge": lambda case, who, dice, cast: handling.merge_cases(case, _other(case, dice), who),
    "void": lambda case, who, dice, cast: handling.void(case, LONG, who),
    "set_keys": lambda case, who, dice, cast: handling.set_keys(
        case, dice.choice(["PT", "GC", ""]), dice.choice(["系统故障", ""]), "", who
    ),
    "acknowledge_call": lambda case, who, dice, cast: handling.acknowledge_call(
        next(call for call in open_calls(case) if handling.may_acknowledge(call, who)), who
    ),
    "note_act": lambda case, who, dice, cast: handling.note_act(
        case,
        "review" if case.state == "closed" else dice.choice(["rescan", "special_report"]),
        "已复看，转发没有增加。",
        who,
    ),
    "split": lambda case, who, dice, cast: handling.split_case(
        case, [post.pk for post in posts_to_split(case)[1:]] or [0], "另一件事", LONG, who
    ),
    "unmerge": lambda case, who, dice, cast: handling.unmerge_cases(case, LONG, who),
    "agree_facts": lambda case, who, dice, cast: handling.agree_facts(
        case, f"{DRAFT['facts']}另查{dice.randint(1, 4)}项。", dice.choice([0, 1, _version(case)]), "又查到的", who
    ),
    "make_task": _task,
    "say": lambda case, who, dice, cast: handling.say(case, "请补充日志。", who),
    "give_feedback": lambda case, who, dice, cast: handling.give_feedback(
        case, "asker", handling.feedback_due(case)[0].name, "phone", "已逐项答复，对方表示清楚。", who
    ),
    "link_recurrence": lambda case, who, dice, cast: handling.link_recurrence(
        case, _other(case, dice), "同一原因", who
    ),
    "label": lambda case, who, dice, cast: label(case, dice.choice(sorted(KINDS)), "说的是一名小学生", who),
    "unlabel": lambda case, who, dice, cast: unlabel(case, "经核实不涉及", who),
    "draft_liaison": _letter,
    "exempt_liaison": lambda case, who, dice, cast: handling.exempt(case, LONG, who),
    "propose_clue": lambda case, who, dice, cast: handling.propose_clue(
        case, "公安机关", "冒充本局名义发布虚假公告，附截图。", "国办发〔2016〕61号", who
    ),
    "sign_clue": lambda case, who, dice, cast: handling.sign_clue(
        case.clues.get(signed__isnull=True), dice.random() < 0.5, LONG, who
    ),
    "convene_meeting": lambda case, who, dice, cast: handling.convene(
        case, "研判会商", "三楼会议室", clock.now() + dt.timedelta(hours=1), cast.deputy, [], who
    ),
}
