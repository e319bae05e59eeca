"""C7.1, C2.3: three keys, a row of the table, a sentence; always somebody; changed by two persons, never by one."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings, strategies as st

from cast import Cast
from huiying.handling import routing_table
from huiying.handling.actions import routing, table
from huiying.handling.models import Case, RoutingRule
from huiying.judging.actions import deciding
from huiying.judging.models import Event
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.people.models import Appointment
from huiying.people.queries import regulation_now
from stories import RUMOUR, again, hear, opened, routed

WHY = "按职责分工调整"
DEPOSIT = "鞍山公共资源交易中心的投标保证金一个多月了还没退，打财务电话没人接。"


def rule(cast: Cast, agree: bool | None = True, **changes: object) -> RoutingRule:
    told: dict[str, object] = {"category": "ZC", "nature": "", "trade": "", "lead": cast.department("JDC"), "joint": []}
    made = table.propose_rule(**(told | changes), reason=WHY, actor=cast.office)  # type: ignore[arg-type]
    return table.second_rule(made, agree, cast.office2) if agree is not None else made


def lead_for(**keys: str) -> str:
    return routing_table.row_for(keys).lead


def test_natures_come_before_categories_and_the_default_last_c7_1(cast: Cast) -> None:
    rows = routing_table.table()
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert [row.is_default for row in rows] == [False] * (len(rows) - 1) + [True]
    natures = [bool(row.nature) for row in rows]
    assert natures == sorted(natures, reverse=True)
    assert lead_for(category="GC") == "GCC"
    assert lead_for(category="GC", nature="廉政") == "JDC"
    assert lead_for() == regulation_now().routing.default_owner


def test_every_row_names_a_department_of_the_list_c2_3(cast: Cast) -> None:
    known = regulation_now().departments
    assert all(row.lead in known and set(row.joint) <= set(known) for row in routing_table.table())


def test_every_row_but_the_default_has_a_backup_that_is_not_its_lead_c2_3(cast: Cast) -> None:
    regulation = regulation_now()
    rows = [row for row in routing_table.table() if not row.is_default]
    assert rows
    for row in rows:
        backup = routing_table.backup_of(row, regulation)
        assert backup in regulation.departments, row.keys
        assert backup != row.lead


def test_a_row_of_the_offices_keeps_the_categorys_backup_unless_it_leads_itself_c2_3(cast: Cast) -> None:
    rule(cast, lead=cast.department("WGC"))
    row = routing_table.row_for({"category": "ZC"})
    assert (row.lead, routing_table.backup_of(row, regulation_now())) == ("WGC", "JDC")
    rule(cast, category="TD", lead=cast.department("JDC"))
    assert routing_table.backup_of(routing_table.row_for({"category": "TD"}), regulation_now()) == ""


@settings(max_examples=60, deadline=None)
@given(
    category=st.sampled_from(["", "GC", "ZC", "PT", "JG", "没有这个"]),
    nature=st.sampled_from(["", "廉政", "谣言", "投诉", "x"]),
    trade=st.sampled_from(["", "GC", "CQ"]),
)
def test_whatever_the_keys_exactly_one_row_speaks(category: str, nature: str, trade: str) -> None:
    """No key, known or not, falls through: the last row fits everything."""
    rows = [
        routing_table.Route(1, "", "廉政", "", "JDC", (), "file"),
        routing_table.Route(2, "GC", "", "", "GCC", (), "file"),
        routing_table.Route(3, "", "", "", "BGS", (), "file"),
    ]
    keys = {"category": category, "nature": nature, "trade": trade}
    row = routing_table.row_for(keys, rows)
    assert row.fits(keys)
    assert not any(earlier.fits(keys) for earlier in rows[: row.number - 1])


def test_a_row_of_the_office_replaces_the_files_own_with_the_same_keys(cast: Cast) -> None:
    before = len(routing_table.table())
    rule(cast)
    assert lead_for(category="ZC") == "JDC"
    assert len(routing_table.table()) == before
    rule(cast, category="GC", nature="专家代理", lead=cast.department("GCC"))
    assert len(routing_table.table()) == before + 1
    assert lead_for(category="GC", nature="专家代理") == "GCC"
    assert lead_for(category="ZC", nature="专家代理") == "ZDC"


def test_until_the_second_person_agrees_the_old_row_speaks(cast: Cast) -> None:
    made = rule(cast, agree=None)
    assert lead_for(category="ZC") == "CGC"
    table.second_rule(made, False, cast.office2)
    assert lead_for(category="ZC") == "CGC"
    made.refresh_from_db()
    assert (made.agreed, made.since) == (False, None)


def test_nobody_agrees_to_his_own_proposal(cast: Cast) -> None:
    made = rule(cast, agree=None)
    with pytest.raises(Refused) as refusal:
        table.second_rule(made, True, cast.office)
    assert refusal.value.code == "second_person"
    with pytest.raises(IntegrityError), transaction.atomic():
        RoutingRule.objects.filter(pk=made.pk).update(seconded_user=cast.office.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoutingRule.objects.filter(pk=made.pk).update(agreed=True)


def test_a_proposal_is_decided_once(cast: Cast) -> None:
    made = rule(cast)
    with pytest.raises(Refused) as refusal:
        table.second_rule(made, False, cast.office2)
    assert refusal.value.code == "decided"


def test_the_second_agreed_row_ends_the_first(cast: Cast) -> None:
    first = rule(cast)
    second = rule(cast, lead=cast.department("GCC"))
    first.refresh_from_db()
    assert second.replaces_id == first.pk
    assert first.until is not None
    assert lead_for(category="ZC") == "GCC"


def test_taking_a_row_out_gives_the_files_own_row_back(cast: Cast) -> None:
    made = rule(cast)
    end = table.propose_rule("", "", "", cast.department("JDC"), [], WHY, cast.office, ends=made)
    assert lead_for(category="ZC") == "JDC"
    table.second_rule(end, True, cast.office2)
    assert lead_for(category="ZC") == "CGC"
    with pytest.raises(Refused) as refusal:
        table.propose_rule("", "", "", cast.department("JDC"), [], WHY, cast.office, ends=made)
    assert refusal.value.code == "not_in_force"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"category": ""}, "no_key"),
        ({"category": "XX"}, "unknown_key"),
        ({"nature": "没有"}, "unknown_key"),
        ({"trade": "没有"}, "unknown_key"),
        ({"category": "GC", "lead": "GCC", "joint": ["Z-GC"]}, "nobody_accepts"),
        ({"lead": "CGC"}, "nobody_accepts"),
        ({"joint": ["Z-CW"]}, "nobody_accepts"),
    ],
)
def test_a_row_that_cannot_work_is_refused(cast: Cast, changes: dict[str, object], code: str) -> None:
    told = dict(changes)
    if "lead" in told:
        told["lead"] = cast.department(str(told["lead"]))
    if "joint" in told:
        told["joint"] = [cast.department(one) for one in told["joint"]]  # type: ignore[attr-defined]
    with pytest.raises(Refused) as refusal:
        rule(cast, **told)
    assert refusal.value.code == code
    assert not RoutingRule.objects.exists()


def test_a_row_that_changes_nothing_and_a_second_open_proposal_are_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        rule(cast, category="", nature="廉政", lead=cast.department("JDC"))
    assert refusal.value.code == "same"
    rule(cast, agree=None)
    with pytest.raises(Refused) as refusal:
        rule(cast, agree=None, lead=cast.department("GCC"))
    assert refusal.value.code == "proposal_open"


def test_only_the_office_edits_the_table(cast: Cast) -> None:
    for name in ("duty", "tech_head", "deputy", "admin"):
        with pytest.raises(Refused) as refusal:
            table.propose_rule("ZC", "", "", cast.department("JDC"), [], WHY, cast.people[name])
        assert refusal.value.code == "not_permitted"
    made = rule(cast, agree=None)
    with pytest.raises(Refused):
        table.second_rule(made, True, cast.duty)


def test_each_step_of_a_change_stands_in_the_ledger(cast: Cast) -> None:
    rule(cast)
    rule(cast, agree=False, lead=cast.department("GCC"))
    rows = LedgerEntry.objects.filter(chain="system", kind__startswith="routing.").order_by("id")
    assert [row.kind for row in rows] == ["routing.proposed", "routing.agreed", "routing.proposed", "routing.refused"]
    assert rows[0].data is not None
    assert rows[0].data["keys"] == "业务范畴=政府采购"
    assert (rows[0].data["lead"], rows[0].data["ends"]) == ("监督检查处", False)
    assert "办公室副主任" in rows[1].actor


# --- what is suggested ---


def test_the_suggestion_says_by_which_keys_and_which_row_c7_1(cast: Cast) -> None:
    found = routing_table.suggest(opened(cast))
    assert (found.lead, found.keys) == ("Z-XX", {"category": "PT", "nature": "系统故障"})
    assert found.reason == (
        f"因为业务范畴=平台、CA、保证金、专家、代理，问题性质=系统故障，"
        f"按转办表第 {found.row.number} 条由交易中心信息技术部主办"
    )
    assert "System failure" in found.reason_en
    assert "WGC" in found.joint
    assert found.lead not in found.joint


def test_an_event_is_suggested_for_before_there_is_a_case(cast: Cast) -> None:
    assert routing_table.suggest(hear(DEPOSIT)).lead == "Z-CW"


def test_what_a_person_set_counts_before_what_the_rules_heard(cast: Cast) -> None:
    case = opened(cast)
    routing.set_keys(case, "GC", "廉政", "", cast.duty)
    found = routing_table.suggest(again(case))
    assert (found.lead, found.keys) == ("JDC", {"category": "GC", "nature": "廉政"})
    assert found.beside == "Z-XX"
    assert not found.by_rules


def test_a_rumour_that_two_persons_found_goes_to_whom_the_table_names(cast: Cast) -> None:
    event = hear(DEPOSIT)
    decision = deciding.set_concern(event, "谣言", cast.duty, "保证金全部被挪用", "银行流水显示余额相符")
    assert routing_table.suggest(Event.objects.get(pk=event.pk)).lead == "Z-CW"
    deciding.second_concern(decision, True, cast.office)
    event = Event.objects.get(pk=event.pk)
    assert routing_table.keys_of(event, regulation_now())["nature"] == "保证金"
    Event.objects.filter(pk=event.pk).update(lead="")
    event.members.update(withdrawn_at=event.opened_at)
    assert routing_table.suggest(Event.objects.get(pk=event.pk)).lead == "BGS"


def test_a_rule_that_names_a_department_of_its_own_goes_first_and_the_table_stands_beside(cast: Cast) -> None:
    event = Event(state=Event.OPEN, lead="JDC", concern="", life_safety=False, number="E1", stream_no=1)
    event.pk = 0
    found = routing_table.suggest(event)
    assert (found.lead, found.by_rules, found.beside) == ("JDC", True, "BGS")
    assert "监测规则指向监督检查处" in found.reason
    assert "局办公室" in found.reason


def test_danger_to_life_goes_where_the_table_sends_it(cast: Cast) -> None:
    event = hear()
    Event.objects.filter(pk=event.pk).update(life_safety=True)
    found = routing_table.suggest(Event.objects.get(pk=event.pk))
    assert (found.keys["nature"], found.lead, found.beside) == ("人身安全", "BGS", "Z-XX")


def test_the_trade_brings_its_own_department_along(cast: Cast) -> None:
    case = opened(cast)
    routing.set_keys(case, "PT", "系统故障", "GC", cast.duty)
    assert "Z-GC" in routing_table.suggest(again(case)).joint


def test_a_matter_that_nobody_knows_goes_to_the_office(cast: Cast) -> None:
    event = Event(state=Event.OPEN, lead="", concern="", life_safety=False, number="E1", stream_no=1)
    event.pk = 0
    found = routing_table.suggest(event)
    assert (found.lead, found.row.is_default) == ("BGS", True)
    assert f"第 {found.row.number} 条" in found.reason


def test_setting_keys_is_recorded_and_setting_them_again_is_not(cast: Cast) -> None:
    case = opened(cast)
    routing.set_keys(case, "GC", "", "", cast.duty)
    routing.set_keys(again(case), "GC", "", "", cast.office)
    entry = LedgerEntry.objects.get(chain=f"case:{case.number}", kind="case.keyed")
    assert entry.data == {
        "category": "工程建设项目招标投标",
        "nature": "",
        "trade": "",
        "keys": "业务范畴=工程建设项目招标投标",
    }
    with pytest.raises(Refused) as refusal:
        routing.set_keys(again(case), "XX", "", "", cast.duty)
    assert refusal.value.code == "unknown_key"
    with pytest.raises(Refused):
        routing.set_keys(again(case), "ZC", "", "", cast.tech_head)
    assert again(case).category == "GC"


# --- what the routing keeps of it ---


def matched(case: Case) -> dict[str, object]:
    row = case.departments.get(role="lead", until__isnull=True)
    return dict(row.matched)


def test_the_assignment_keeps_the_row_that_spoke_and_whether_it_was_followed(cast: Cast) -> None:
    case = routed(cast)
    assert matched(case)["followed"] is True
    assert (case.category, case.nature) == ("PT", "系统故障")  # following confirms the keys
    entry = LedgerEntry.objects.get(chain=f"case:{case.number}", kind="case.routed")
    assert entry.data is not None
    assert (entry.data["followed"], entry.data["matched"]) == (True, matched(case))
    other = opened(cast, text=RUMOUR)
    routing.route(other, cast.department("GCC"), [], "由工程处主办此件", cast.duty)
    assert matched(other)["followed"] is False
    assert again(other).category == ""


def test_changing_the_table_leaves_what_was_routed_as_it_was(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    before = matched(case)
    rule(cast, category="", nature="系统故障", lead=cast.department("GCC"))
    assert matched(again(case)) == before
    assert routing_table.suggest(again(case)).lead == "GCC"


# --- the duty list ---


def test_the_auditor_names_a_row_where_nobody_can_accept_c2_3(cast: Cast) -> None:
    found = [finding.sentence_zh for finding in routing_table.topics_have_owners()]
    assert any("财务部" in sentence for sentence in found)
    assert not any("指向的交易中心信息技术部" in sentence for sentence in found)
    assert all(finding.severity == "warning" for finding in routing_table.topics_have_owners())
    Appointment.objects.filter(department__code="Z-XX").update(until=cast.office.joined_at)
    assert any("交易中心信息技术部" in finding.sentence_zh for finding in routing_table.topics_have_owners())


def test_once_accepted_the_keys_stay_as_they_were_c7_1(cast: Cast) -> None:
    """The table speaks while it is open who has the case; a merged or closed one is not keyed anew."""
    case = routed(cast)
    routing.accept(case, cast.tech_head)
    with pytest.raises(Refused) as refusal:
        routing.set_keys(again(case), "GC", "", "", cast.duty)
    assert refusal.value.code == "not_in_this_state"
    assert not LedgerEntry.objects.filter(kind="case.keyed").exists()
