"""Who may do what, written by hand from the regulation and compared with the program, person by person (C9.5).

The sets are usernames of the shared cast; a case of the information department (Z-XX, lead) with the network
department (WGC, joint) stands behind the rows that look at one.
"""

from __future__ import annotations

import pytest

from cast import PEOPLE, Cast
from huiying.handling import actions as handling
from huiying.people.permissions import PERMISSIONS, may
from huiying.people.standing import DUTIES, capabilities
from huiying.regulation import load
from stories import again, opened, routed

DUTY = {"duty", "duty2", "network", "shift"}  # 值班员、带班领导
OFFICE = {"office", "office2"}  # 局办公室主任和副主任
LEADERS = {"deputy", "top"}  # 分管副局长、局长
LEAD = {"tech_head", "tech_liaison"}  # 主办部门的负责人和联络人
INFORMANTS = {"tech_liaison", "works_liaison"}
DRAFTERS = {"editor"} | OFFICE | INFORMANTS  # 采编、办公室、联络人
ALL_STAFF = set(PEOPLE)

#: permission → who may
ALLOWED: dict[str, set[str]] = {
    # （五）: whoever works here may hand in what they saw; searching is part of it. The administrator has no post.
    "post.take_in": ALL_STAFF,
    "search.view": ALL_STAFF,
    # §6.2: the original is opened by who has to act, with a reason on record; the page asks for the case besides.
    "post.unseal": DUTY | OFFICE | LEAD | {"works_head", "works_liaison", "watch_head", "office_dept_head"},
    # C5.14, C5.16: the tray is gone through by the desk and the office that stands behind it.
    "suspect.clear": DUTY | OFFICE,
    # C6.12 and life first: whoever is called may acknowledge, so the leaders too.
    "warning.acknowledge": DUTY | OFFICE | LEADERS,
    "urgent.acknowledge": DUTY | OFFICE | LEADERS,
    "urgent.view": DUTY | OFFICE | LEADERS,
    # （六）: events are judged by the desk, seen also by those who review or inspect.
    "event.view": DUTY | OFFICE | LEADERS | {"legal", "inspector"},
    "event.confirm_level": DUTY | OFFICE | LEADERS,
    "event.judge": DUTY | OFFICE,
    "event.dismiss": DUTY | OFFICE | LEADERS,
    # C7.5: the office, the desk, leaders, reviewers and inspectors see all; a department what it has or once had,
    # and every case began with the office department, where the editor sits.
    "case.view": DUTY | OFFICE | LEADERS | LEAD | {"legal", "inspector", "editor", "office_dept_head"},
    "case.open": DUTY | OFFICE,
    "case.route": DUTY | OFFICE,
    # C10.6, C7.1: 谁主管、谁负责.
    "case.accept": LEAD,
    "case.return": LEAD,
    "case.decide_return": OFFICE,
    # C7.2, C7.4: lead or joint department, by its head or informant; the network clerk is neither.
    "case.find": LEAD,
    "case.dispose": LEAD,
    "case.regrade": DUTY | OFFICE | LEADERS,
    "case.emergency": DUTY | OFFICE | LEADERS,
    "case.knowledge": DUTY | OFFICE,
    "case.merge": DUTY | OFFICE,
    # C9.3: drafting is the editors', the office's, the informants' and the handling departments'.
    "case.draft": DRAFTERS | LEAD,
    "case.submit": DRAFTERS | LEAD,
    "confirmation.ask": DRAFTERS | LEAD,
    # C8.4: going on without the other body's word is for a leader alone.
    "confirmation.override": LEADERS,
    # C8.3, C8.7: who publishes never handles the case, and anybody at the desk may look whether it is there.
    "release.publish": OFFICE | {"editor"},
    "release.verify": OFFICE | {"editor"} | DUTY,
    "release.correct": DRAFTERS | LEAD,
    # C1.1: not answering is decided above the desk.
    "case.withhold": OFFICE | LEADERS,
    "case.sustain": OFFICE | LEADERS,
    "case.close": OFFICE,
    "case.reopen": OFFICE | DUTY,
    "case.void": OFFICE,
    # （十二）: the ledger is read by those who answer for it and by the inspector.
    "ledger.view": OFFICE | LEADERS | {"inspector"},
    # The administrator keeps accounts and touches no case.
    "people.manage": {"admin"},
}


def test_the_hand_written_table_is_whole() -> None:
    assert set(ALLOWED) == set(PERMISSIONS)


@pytest.mark.django_db
def test_every_person_may_exactly_what_the_table_says(cast: Cast) -> None:
    case = routed(cast)
    wrong = {}
    for name, expected in ALLOWED.items():
        allowed = {username for username, user in cast.people.items() if may(user, name, case)}
        if allowed != expected:
            wrong[name] = {"too many": sorted(allowed - expected), "too few": sorted(expected - allowed)}
    assert wrong == {}


@pytest.mark.django_db
def test_whoever_publishes_by_office_never_needs_the_case_and_the_handlers_never_publish_c8_3(cast: Cast) -> None:
    case = routed(cast)
    for username in LEAD:
        assert not may(cast.people[username], "release.publish", case)
        assert not may(cast.people[username], "case.close", case)


@pytest.mark.django_db
def test_before_routing_the_case_stands_with_the_office_and_no_department_may_look(cast: Cast) -> None:
    """C7.1: until it is routed the office department itself has it."""
    case = opened(cast)
    for name in ("case.accept", "case.return", "case.find", "case.dispose"):
        assert {user.username for user in cast.people.values() if may(user, name, case)} == {"office_dept_head"}, name
    assert not may(cast.tech_head, "case.view", case)


@pytest.mark.django_db
def test_a_joint_department_works_on_the_facts_but_neither_accepts_nor_returns_c7_4(cast: Cast) -> None:
    case = opened(cast)
    handling.route(case, cast.department("GCC"), [cast.department("Z-XX")], "工程问题，信息部协办", cast.duty)
    case = again(case)
    for username in ("works_head", "works_liaison"):
        assert may(cast.people[username], "case.accept", case)
        assert may(cast.people[username], "case.find", case)
    for username in ("tech_head", "tech_liaison"):
        assert not may(cast.people[username], "case.accept", case)
        assert not may(cast.people[username], "case.return", case)
        assert may(cast.people[username], "case.find", case)
        assert may(cast.people[username], "case.dispose", case)
        assert may(cast.people[username], "case.view", case)


@pytest.mark.django_db
def test_a_department_that_lost_the_case_still_sees_it_and_no_longer_handles_it(cast: Cast) -> None:
    """C7.5: having been involved is a reason to look, not to act."""
    case = routed(cast)
    row = next(row for row in case.departments.all() if row.department.code == "Z-XX")
    row.until = case.opened_at
    row.save()
    case = again(case)
    assert may(cast.tech_head, "case.view", case)
    for name in ("case.accept", "case.return", "case.find", "case.dispose"):
        assert not may(cast.tech_head, name, case), name


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(PERMISSIONS))
def test_a_closed_account_may_nothing(cast: Cast, name: str) -> None:
    case = routed(cast)
    for username in ("office", "top", "tech_head", "admin"):
        user = cast.people[username]
        user.is_active = False
        assert may(user, name, case).why == "请先登录。"


#: duty → what it lets a person do; the whole of the software's own table.
CAPABILITIES = {
    "duty_officer": {"duty"},
    "shift_leader": {"duty", "escalation"},
    "office_head": {"office", "publish", "draft", "escalation"},
    "editor": {"draft", "publish"},
    "division_head": {"handle"},
    "dept_head": {"handle"},
    "informant": {"handle", "draft"},
    "legal": {"review_all"},
    "secrecy_checker": {"review_all"},
    "deputy_leader": {"lead_bureau", "escalation"},
    "top_leader": {"lead_bureau", "escalation"},
    "spokesperson": {"publish"},
    "inspector": {"audit"},
}


def test_no_duty_gained_or_lost_anything() -> None:
    assert {duty: set(can) for duty, can in DUTIES.items()} == CAPABILITIES


def test_the_inspector_only_looks() -> None:
    """（十二）: who assesses takes no part in what is assessed."""
    assert {duty for duty, can in DUTIES.items() if "audit" in can} == {"inspector"}
    assert DUTIES["inspector"] == {"audit"}


@pytest.mark.parametrize(
    ("bureau", "role", "expected"),
    [
        ("sixian", "duty_clerk", {"duty", "draft", "publish"}),
        ("sixian", "info_clerk", {"handle", "draft"}),
        ("sixian", "section_chief", {"handle"}),
        ("sixian", "general_chief", {"office", "publish", "draft", "escalation", "duty", "review_all"}),
        ("sixian", "director", {"lead_bureau", "escalation"}),
        ("sixian", "consultation", set()),
        ("anshan", "duty_officer", {"duty"}),
        ("anshan", "leading_group", set()),
        ("anshan", "inspector", {"audit"}),
    ],
)
def test_a_role_may_what_its_duties_may_together(bureau: str, role: str, expected: set[str]) -> None:
    assert capabilities(load(bureau).role(role)) == expected
