"""The verbs that are killed between their steps: how each is prepared, done, and what must then be true, once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import stories
from cast import Cast
from huiying.handling import actions as handling
from huiying.handling.actions.meetings import Decision
from huiying.handling.actions.relating import posts_to_split as handling_posts
from huiying.handling.models import Case, CaseDepartment, ClueHandover, Escalation, Liaison, Meeting
from huiying.judging.models import Event, EventPost
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.responding import actions as responding
from huiying.responding.models import Publication

ENOUGH = "按核实的情况写明理由，供另一人复核，并留存凭证"


@dataclass(frozen=True)
class Verb:
    name: str
    prepare: Callable[[Cast], Any]
    do: Callable[[Cast, Any], Any]
    check: Callable[[Cast, Any], None]


def entries(kind: str, case: Case) -> int:
    return LedgerEntry.objects.filter(chain=f"case:{case.number}", kind=kind).count()


def once(kind: str, state: str = "") -> Callable[[Cast, Any], None]:
    """The verb's own entry stands once on the case's chain, and the case is where the verb takes it."""

    def check(_cast: Cast, case: Case) -> None:
        assert entries(kind, case) == 1
        assert not state or stories.again(case).state == state

    return check


def _route(cast: Cast, case: Case) -> None:
    handling.route(case, cast.department("Z-XX"), [cast.department("GCC")], ENOUGH, cast.duty)


def _routed_once(_cast: Cast, case: Case) -> None:
    assert entries("case.routed", case) == 1
    assert CaseDepartment.objects.filter(case=case, role="lead", until__isnull=True).count() == 1
    assert case.slips.count() == 1


def _two(cast: Cast) -> tuple[Case, Case]:
    return stories.opened(cast), stories.opened(cast, text=stories.RUMOUR)


def _merged_once(_cast: Cast, two: tuple[Case, Case]) -> None:
    assert stories.again(two[0]).merged_into_id == two[1].pk
    assert entries("case.merged", two[1]) == 1


def _opened_once(_cast: Cast, event: Event) -> None:
    case = Case.objects.get(event=event)
    assert entries("case.opened", case) == 1
    assert case.state == "registered"


def _returned(cast: Cast) -> Case:
    case = stories.routed(cast)
    handling.return_case(case, ENOUGH, cast.tech_head)
    return stories.again(case)


def _live(_cast: Cast, case: Case) -> None:
    assert Publication.objects.filter(case=case).count() == 1
    assert entries("release.made", case) == 1


VERBS = [
    Verb(
        "open_case",
        lambda cast: stories.hear(),
        lambda cast, event: handling.open_case(event, cast.duty, "L2", ENOUGH),
        _opened_once,
    ),
    Verb("route", stories.opened, _route, _routed_once),
    Verb(
        "accept",
        stories.routed,
        lambda cast, case: handling.accept(case, cast.tech_head),
        once("case.accepted", "handling"),
    ),
    Verb(
        "return",
        stories.routed,
        lambda cast, case: handling.return_case(case, ENOUGH, cast.tech_head),
        once("case.returned", "returned"),
    ),
    Verb(
        "decide_return",
        _returned,
        lambda cast, case: handling.decide_return(case, cast.department("GCC"), ENOUGH, cast.office),
        lambda cast, case: once("case.returned", "assigned")(cast, case),
    ),
    Verb(
        "regrade",
        stories.routed,
        lambda cast, case: handling.confirm_level(case, "L4", cast.top, ENOUGH),
        lambda cast, case: None if stories.again(case).level == "L4" else pytest_fail("the level did not rise"),
    ),
    Verb("merge", _two, lambda cast, two: handling.merge_cases(two[0], two[1], cast.office), _merged_once),
    Verb(
        "dispose",
        stories.handled,
        lambda cast, case: handling.dispose(case, case.findings.last(), ENOUGH, True, cast.tech_head),
        lambda cast, case: None if case.disposals.count() == 2 else pytest_fail("not disposed of once more"),
    ),
    Verb(
        "submit",
        stories.drafted,
        lambda cast, revision: responding.submit(revision.case, cast.editor),
        lambda cast, revision: once("review.opened", "reviewing")(cast, revision.case),
    ),
    Verb("release", stories.approved, lambda cast, case: responding.release(case, ["portal"], cast.office), _live),
]


def _said(kind: str, of: Callable[[Any], Case] = lambda subject: subject.case) -> Callable[[Cast, Any], None]:
    """The entry stands once on the chain of the subject's case."""

    def check(_cast: Cast, subject: Any) -> None:
        assert entries(kind, of(subject)) == 1

    return check


def _with_two_posts(cast: Cast) -> Case:
    case = stories.routed(cast)
    post = stories.hear(stories.CONSULTATION).members.get().post
    EventPost.objects.filter(post=post).update(event=case.event)
    return case


def _split_once(_cast: Cast, case: Case) -> None:
    made = Case.objects.get(split_from=case)
    assert entries("case.split", case) == entries("case.split_from", made) == 1
    assert made.clocks.filter(is_legal=True).exists()


def _merged(cast: Cast) -> tuple[Case, Case]:
    two = _two(cast)
    handling.merge_cases(two[0], two[1], cast.office)
    return stories.again(two[0]), two[1]


def _parted_once(_cast: Cast, two: tuple[Case, Case]) -> None:
    assert stories.again(two[0]).state == "registered"
    assert [entries("case.unmerged", case) for case in two] == [1, 1]


def _letter(cast: Cast) -> Liaison:
    return handling.draft_liaison(stories.opened(cast), "市政府办公厅", "值班室", "是否有这样的决定", "", cast.duty)


def _sent(cast: Cast) -> tuple[Liaison, str]:
    row = _letter(cast)
    return row, str(handling.send_liaison(row, "link", cast.duty))


def _answered_once(_cast: Cast, sent: tuple[Liaison, str]) -> None:
    row = Liaison.objects.get(pk=sent[0].pk)
    assert (row.finding, entries("liaison.answered", row.case)) == ("false", 1)


def _meeting(cast: Cast, *, held: bool = False) -> Meeting:
    case = stories.handled(cast, "重大")
    at = clock.now() + dt.timedelta(hours=1)
    meeting = handling.convene(case, "研判会商", "三楼会议室", at, cast.deputy, [], cast.office)
    if held:
        handling.hold(meeting, _everybody(meeting), {}, cast.office)
    return meeting


def _everybody(meeting: Meeting) -> dict[int, str]:
    return {seat.pk: "present" for seat in meeting.seats.all()}


def _minute(cast: Cast, meeting: Meeting) -> None:
    decided = Decision(
        "公布故障原因", cast.department("Z-XX"), cast.tech_head, clock.now() + dt.timedelta(days=2), "公告"
    )
    handling.minute(meeting, "情况已通报。", "意见一致。", [("法规处长", "建议缓发")], [decided], cast.office)


def _minuted_once(_cast: Cast, meeting: Meeting) -> None:
    assert meeting.decisions.count() == 1
    assert entries("task.made", meeting.case) == 1


def _call(cast: Cast) -> Escalation:
    stories.opened(cast, "特别重大")
    return Escalation.objects.get(kind=Escalation.FIRST_NOTICE)


def _clue(cast: Cast) -> ClueHandover:
    return handling.propose_clue(
        stories.opened(cast), "公安机关", "冒充本局名义发布虚假公告，附截图。", "国办发〔2016〕61号", cast.office
    )


VERBS += [
    Verb(
        "split",
        _with_two_posts,
        lambda cast, case: handling.split_case(
            case, [handling_posts(case)[-1].pk], "另一件事：证书在哪里办理", ENOUGH, cast.duty
        ),
        _split_once,
    ),
    Verb("unmerge", _merged, lambda cast, two: handling.unmerge_cases(two[0], ENOUGH, cast.office), _parted_once),
    Verb(
        "agree_facts",
        stories.accepted,
        lambda cast, case: handling.agree_facts(case, "登录服务中断七十分钟。", 0, "", cast.tech_head),
        lambda cast, case: once("facts.agreed")(cast, case),
    ),
    Verb(
        "find",
        stories.accepted,
        lambda cast, case: handling.find(case, "登录服务中断。", "证书到期", "开标推迟", cast.tech_head),
        once("case.found"),
    ),
    Verb(
        "make_task",
        stories.accepted,
        lambda cast, case: stories.task(cast, case),
        once("task.made"),
    ),
    Verb(
        "finish_task",
        lambda cast: stories.task(cast, stories.accepted(cast)),
        lambda cast, task: handling.finish_task(task, ENOUGH, cast.tech_liaison),
        _said("task.done"),
    ),
    Verb(
        "send_liaison", _letter, lambda cast, row: handling.send_liaison(row, "link", cast.duty), _said("liaison.sent")
    ),
    Verb(
        "answer_liaison",
        _sent,
        lambda cast, sent: handling.answer_liaison(sent[1], "false", "总值班室", "没有这样的决定。"),
        _answered_once,
    ),
    Verb(
        "convene",
        lambda cast: stories.handled(cast, "重大"),
        lambda cast, case: handling.convene(
            case, "研判会商", "三楼会议室", clock.now() + dt.timedelta(hours=1), cast.deputy, [], cast.office
        ),
        once("meeting.convened"),
    ),
    Verb(
        "hold",
        _meeting,
        lambda cast, meeting: handling.hold(meeting, _everybody(meeting), {}, cast.office),
        _said("meeting.held"),
    ),
    Verb("minute", lambda cast: _meeting(cast, held=True), _minute, _minuted_once),
    Verb(
        "acknowledge_call",
        _call,
        lambda cast, call: handling.acknowledge_call(call, cast.top),
        _said("call.acknowledged"),
    ),
    Verb("sign_clue", _clue, lambda cast, row: handling.sign_clue(row, True, "", cast.deputy), _said("clue.signed")),
    Verb(
        "close",
        lambda cast: stories.effects_seen(cast, stories.answered(cast)),
        lambda cast, case: handling.close(case, "证书到期没有人提醒", cast.office),
        once("case.closed", "closed"),
    ),
]


def pytest_fail(why: str) -> None:
    raise AssertionError(why)
