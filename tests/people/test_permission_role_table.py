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
from subjects import Subjects

DUTY = {"duty", "duty2", "network", "shift"}  # 值班员、带班领导
OFFICE = {"office", "office2"}  # 局办公室主任和副主任
LEADERS = {"deputy", "top"}  # 分管副局长、局长
LEAD = {"tech_head", "tech_liaison"}  # 主办部门的负责人和联络人
JOINT = {"network_head"}  # 协办部门的负责人
INFORMANTS = {"tech_liaison", "works_liaison"}
DRAFTERS = {"editor"} | OFFICE | INFORMANTS  # 采编、办公室、联络人
WRITERS = {"editor"} | OFFICE  # they write for every department, an informant for their own (C2.1)
ALL_STAFF = set(PEOPLE)
HANDLERS = {name for name, (_name, role, _code, _deputy) in PEOPLE.items() if role in ("division_head", "informant")}

#: permission → who may
ALLOWED: dict[str, set[str]] = {
    # （五）: whoever works here may hand in what they saw; searching is part of it. The administrator has no post.
    "post.take_in": ALL_STAFF,
    "search.view": ALL_STAFF,
    # C5.16: whole files come through the desk and the office that stands behind it.
    "import.bring": DUTY | OFFICE,
    # §6.2: the original is opened by who has to act, with a reason on record; the page asks for the case besides.
    "post.unseal": DUTY | OFFICE | LEAD | JOINT | {"works_head", "works_liaison", "watch_head", "office_dept_head"},
    # C5.2: whoever works here sees where the bureau listens; the desk and the office answer for the list (C5.10).
    "source.view": ALL_STAFF,
    "source.edit": DUTY | OFFICE,
    # C5.6, C5.8: those who go the rounds, editors and information officers among them, say what they saw.
    "source.look": DUTY | OFFICE | DRAFTERS,
    # C5.8, C5.13: everybody sees the round; the desk and the departments that watch walk it, the office plans it.
    "patrol.view": ALL_STAFF,
    "patrol.tick": DUTY | OFFICE | LEAD | JOINT,
    "patrol.edit": OFFICE,
    # C10.2: who leads, coordinates or inspects sees the whole house; a department's head and contact their own.
    "overview.view": OFFICE | LEADERS | HANDLERS | {"inspector"},
    "overview.view_all": OFFICE | LEADERS | {"inspector"},
    # C5.12: the wall hangs in the duty room.
    "wall.view": DUTY | OFFICE | LEADERS,
    # C9.6: everybody who works here learns from a drill.
    "drill.view": ALL_STAFF,
    # C5.9: anyone on duty declares it; whoever leads the shift, or stands above, ends it.
    "emergency_watch.declare": DUTY | OFFICE | LEADERS,
    "emergency_watch.end": {"shift"} | OFFICE | LEADERS,
    # C5.1: the desk changes hands between two who may sit there.
    "handover.view": DUTY | OFFICE | LEADERS | {"inspector"},
    "handover.give": DUTY,
    # C5.16, C5.18: lists from outside and packages to outside are the desk's and the office's.
    "reconcile.decide": DUTY | OFFICE,
    # C4.1, C4.5: where people reach us, and what they say in a month: the desk, the office, who leads, who inspects.
    "channels.view": DUTY | OFFICE | LEADERS | {"inspector"},
    "digest.view": DUTY | OFFICE | LEADERS | {"inspector"},
    # C4.3: an answer that stands is the office's word to whoever took the matter up again.
    "asked_again.uphold": OFFICE,
    "screening.withdraw": OFFICE,
    "event.share": DUTY | OFFICE,
    # C5.14, C5.16: the tray is gone through by the desk and the office that stands behind it.
    "suspect.clear": DUTY | OFFICE,
    # C5.11, C5.16: the desk writes the rules, and a change is agreed to above it.
    "watch.view": DUTY | OFFICE | LEADERS | {"legal", "secrecy", "inspector"},
    "watch.propose": DUTY | OFFICE,
    "watch.agree": OFFICE | LEADERS,
    "watch.judge": DUTY | OFFICE,
    # C6.12 and life first: whoever is called may acknowledge, so the leaders too.
    "warning.acknowledge": DUTY | OFFICE | LEADERS,
    "warning.cancel": DUTY | OFFICE | LEADERS,
    # C6.11, C6.12: whoever watched it says whether an alarm was real; how many false ones are borne the office decides.
    "alarm.judge": DUTY | OFFICE,
    "alarm.budget": OFFICE | LEADERS,
    # C5.14: what the machine learned is open to those who judge and those who inspect.
    "learning.view": DUTY | OFFICE | LEADERS | {"inspector"},
    "learning.roll_back": OFFICE | LEADERS,
    "urgent.acknowledge": DUTY | OFFICE | LEADERS,
    "urgent.view": DUTY | OFFICE | LEADERS,
    # C6.9, C6.10: a document of a case is read by those who see the case; the list shows each their own.
    "document.view": DUTY
    | OFFICE
    | LEADERS
    | LEAD
    | JOINT
    | {"legal", "secrecy", "inspector", "editor", "office_dept_head"},
    "document.list": ALL_STAFF,
    "document.issue": DUTY | OFFICE | LEAD | JOINT,
    "document.make": DUTY | OFFICE,
    # C12.5: a talk is signed by both sides and by whoever took it down.
    "document.sign": DUTY | OFFICE | LEADERS | LEAD | JOINT | {"editor", "inspector", "office_dept_head"},
    "document.withdraw": OFFICE | LEADERS,
    "document.add": DUTY | OFFICE | LEADERS,
    "document.circulate": DUTY | OFFICE,
    "document.instruct": OFFICE | LEADERS,
    "instruction.report": OFFICE | {"tech_liaison"},
    "instruction.close": OFFICE | LEADERS,
    # （六）: events are judged by the desk, seen also by those who review or inspect.
    "event.view": DUTY | OFFICE | LEADERS | {"legal", "secrecy", "inspector"},
    "event.confirm_level": DUTY | OFFICE | LEADERS,
    "event.judge": DUTY | OFFICE,
    "sample.rate": DUTY | OFFICE,
    "event.dismiss": DUTY | OFFICE | LEADERS,
    # C7.5: the office, the desk, leaders, reviewers and inspectors see all; a department what it has or once had,
    # and every case began with the office department, where the editor sits.
    "case.view": JOINT
    | DUTY
    | OFFICE
    | LEADERS
    | LEAD
    | {"legal", "secrecy", "inspector", "editor", "office_dept_head"},
    "case.open": DUTY | OFFICE,
    "case.route": DUTY | OFFICE,
    # §6.1 S8, §6.2: whoever acts on a case says at once that it is 敏感; less care is the office's or a leader's word.
    "event.label": DUTY | OFFICE | LEADERS,
    "event.unlabel": OFFICE | LEADERS,
    "case.label": JOINT | LEAD | DUTY | OFFICE | LEADERS,
    "case.unlabel": OFFICE | LEADERS,
    "post.unmask": LEADERS,
    # C10.6, C7.1: 谁主管、谁负责.
    "case.accept": LEAD,
    "case.return": LEAD,
    "case.decide_return": OFFICE,
    # C7.2, C7.4: lead or joint department, by its head or informant; the network clerk is neither.
    "case.find": JOINT | LEAD,
    "case.dispose": JOINT | LEAD,
    "case.regrade": DUTY | OFFICE | LEADERS,
    "case.emergency": DUTY | OFFICE | LEADERS,
    "case.knowledge": DUTY | OFFICE,
    "case.merge": DUTY | OFFICE,
    # C9.3: drafting is the editors', the office's and the handling departments', by head or informant.
    "case.draft": JOINT | WRITERS | LEAD,
    "case.submit": JOINT | WRITERS | LEAD,
    "confirmation.ask": JOINT | WRITERS | LEAD,
    # C8.4: going on without the other body's word is for a leader alone.
    "confirmation.override": LEADERS,
    # C8.3, C8.7: who publishes never handles the case, and anybody at the desk may look whether it is there.
    "release.publish": OFFICE | {"editor"},
    "release.verify": OFFICE | {"editor"} | DUTY,
    "release.correct": JOINT | WRITERS | LEAD,
    # C1.1: not answering is decided above the desk.
    "case.withhold": OFFICE | LEADERS,
    "case.sustain": OFFICE | LEADERS,
    "case.close": OFFICE,
    "case.reopen": OFFICE | DUTY,
    "case.void": OFFICE,
    # （五）（七）（十）: what the casework adds.
    "case.unmerge": OFFICE,
    "case.split": DUTY | OFFICE,
    "call.acknowledge": ALL_STAFF,  # the verb asks besides that the person was called, or stands above
    "routing.edit": OFFICE,
    "case.facts": LEAD | OFFICE | {"editor"},  # C7.4: whoever leads or speaks agrees the one line of facts
    "case.room": JOINT | LEAD | DUTY | OFFICE | LEADERS | WRITERS,
    "task.make": LEAD | OFFICE | DUTY,
    "task.finish": LEAD | OFFICE,
    "task.drop": OFFICE,
    "case.note_act": JOINT | LEAD | DUTY | OFFICE,
    "case.recurrence": LEAD | OFFICE,
    "report.see": OFFICE,  # C10.7: the office is reported to
    "feedback.give": JOINT | LEAD | OFFICE | DUTY,
    "liaison.write": DUTY | OFFICE,
    "liaison.exempt": OFFICE | LEADERS,
    "clue.propose": LEAD | OFFICE,
    "clue.sign": LEADERS,
    "meeting.convene": OFFICE | LEADERS,
    "meeting.record": OFFICE,
    "meeting.sign": {"deputy"},
    "meeting.view": DUTY | OFFICE | LEADERS | {"legal", "secrecy", "inspector", "tech_head"},
    "contact.view": ALL_STAFF,
    "contact.test": DUTY | OFFICE,
    "roster.edit": OFFICE,
    # C5.1: the office keeps the roster, the heads of the leading group sign it; a turn changes hands by its two people.
    "roster.sign": {"top", "deputy"},
    "swap.ask": {"duty"},
    "swap.answer": {"duty2"},
    "leading_group.edit": OFFICE | LEADERS,
    "agenda.plan": LEAD | OFFICE,
    "board.view": ALL_STAFF,
    "decisions.view": LEADERS,
    # （八）（九）: what answering adds. A holding statement is the desk's too: it is wanted in the first hours.
    "case.hold_statement": JOINT | WRITERS | LEAD | DUTY,
    "template.edit": WRITERS,
    "form.plan": JOINT | WRITERS | LEAD,
    "form.check": OFFICE | LEADERS | {"legal", "secrecy"},
    "media.record": JOINT | WRITERS | LEAD | DUTY,
    "filing.record": JOINT | LEAD | OFFICE,
    "effect.judge": JOINT | WRITERS | LEAD,
    # C12.1: a leader authorises each statement; the register is the office's.
    "speaker.authorise": LEADERS,
    "speaker.register": OFFICE | LEADERS,
    # （十一）: the registers are open to all who work here; the account is kept by the office and its own department,
    # its passwords by the administrator alone.
    "register.view": ALL_STAFF,
    "register.edit": OFFICE | {"office_dept_head"},
    "register.connect": {"admin"},
    "partner.push": OFFICE | {"editor"},
    "press.draft": LEAD | WRITERS,
    "press.publish": OFFICE | {"editor"},
    "press.view": ALL_STAFF,
    "disclosure.edit": LEAD | OFFICE,
    # C4.4: pages that gather answers are written like other public text, and published by those who publish.
    "page.view": ALL_STAFF,
    "page.draft": LEAD | WRITERS,
    "page.publish": OFFICE | {"editor"},
    # C2.1: what belongs to a department is its own head's and informant's, and no stranger's.
    # C4.2: whether to ask, and what came of it, is agreed to above.
    "consultation.draft": LEAD | WRITERS,
    "consultation.decide": OFFICE | LEADERS,
    "consultation.sort": LEAD | WRITERS,
    # §6.2: what people ask about their own data is the office's to decide, and open to those who inspect.
    "personal_request.view": OFFICE | LEADERS | {"inspector"},
    "personal_request.decide": OFFICE,
    # INV-1: words of the ledger go only by a decision of two persons.
    "ledger.propose_erasure": OFFICE,
    "ledger.settle_erasure": OFFICE | LEADERS,
    "gap.edit": LEAD | WRITERS,
    # C6.1–C6.7: whoever prepares a policy assesses it; approving is another's, the highest risk a leader's alone.
    "policy.view": ALL_STAFF,
    "policy.draft": LEAD | WRITERS,
    "policy.second": OFFICE | LEADERS,
    "policy.assess": LEAD | WRITERS,
    "policy.decide": OFFICE | LEADERS,
    "policy.decide_highest": LEADERS,
    "policy.issue": LEAD | OFFICE,
    # C6.8: setting a plan off opens a case, which is the desk's and the office's.
    "plan.set_off": DUTY | OFFICE,
    # C9.6, C9.4, C9.2: two departments organise the training, everybody comes; a leader signs the house's own rules.
    "training.view": ALL_STAFF,
    "training.plan": OFFICE | {"network_head", "office_dept_head"},
    "training.attend": ALL_STAFF,
    "skill.view": ALL_STAFF,
    "skill.edit": OFFICE,
    "rule.view": ALL_STAFF,
    "rule.draft": WRITERS,
    "rule.sign": LEADERS,
    # （十二）: the ledger is read by those who answer for it and by the inspector.
    "ledger.view": OFFICE | LEADERS | {"inspector"},
    # C12.3: whoever inspects or coordinates shows it, a leader ends it, each department answers for its own row.
    "conformance.view": OFFICE | LEADERS | {"legal", "secrecy", "inspector"},
    "conformance.print": OFFICE | LEADERS | {"inspector"},
    "assessment.view": HANDLERS | OFFICE | LEADERS | {"inspector"},
    "assessment.view_all": OFFICE | LEADERS | {"inspector"},
    "assessment.show": OFFICE | {"inspector"},
    "assessment.answer": LEAD,
    "appeal.decide": LEADERS,
    "assessment.finish": LEADERS,
    # C12.4–C12.6: the other side is heard; what the regulation never leaves to a routine is a leader's.
    "measure.view": LEAD | OFFICE | LEADERS | {"inspector"},
    "measure.propose": OFFICE | LEADERS | {"inspector"},
    "measure.state": LEAD,
    "measure.decide": LEADERS,
    "measure.follow": OFFICE | {"inspector"},
    # （十三）（十四）: the office interprets; a new version is the office's or a leader's to bring.
    "interpretation.sign": OFFICE,
    "regulation.bring": OFFICE | LEADERS,
    # The administrator keeps accounts and touches no case.
    "people.view": {"admin"},
    "people.manage": {"admin"},
    # Where the three are named these two are the security administrator's: `test_three_administrators.py`.
    "people.appoint": {"admin"},
    "people.name": {"admin"},
    "people.unbind": {"admin"},
    "access.view": LEADERS | {"inspector"},
}


def test_the_hand_written_table_is_whole() -> None:
    assert set(ALLOWED) == set(PERMISSIONS)


@pytest.mark.django_db
def test_every_person_may_exactly_what_the_table_says(cast: Cast) -> None:
    subjects = Subjects(cast, routed(cast))
    wrong = {}
    for name, expected in ALLOWED.items():
        allowed = {username for username, user in cast.people.items() if may(user, name, subjects.of(name))}
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
    "office_head": {"office", "publish", "draft", "draft_all", "escalation"},
    "editor": {"draft", "draft_all", "publish"},
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
        ("sixian", "duty_clerk", {"duty", "draft", "draft_all", "publish"}),
        ("sixian", "info_clerk", {"handle", "draft"}),
        ("sixian", "section_chief", {"handle"}),
        ("sixian", "general_chief", {"office", "publish", "draft", "draft_all", "escalation", "duty", "review_all"}),
        ("sixian", "director", {"lead_bureau", "escalation"}),
        ("sixian", "consultation", set()),
        ("anshan", "duty_officer", {"duty"}),
        ("anshan", "leading_group", set()),
        ("anshan", "inspector", {"audit"}),
    ],
)
def test_a_role_may_what_its_duties_may_together(bureau: str, role: str, expected: set[str]) -> None:
    assert capabilities(load(bureau).role(role)) == expected
