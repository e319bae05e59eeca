"""线索移交 (61号, §6.3): on a leader's signature, to the body that the law names; counted, never followed after."""

import pytest
from django.db import IntegrityError, models, transaction

from cast import Cast
from huiying.handling.actions import void
from huiying.handling.actions.liaison import clue_bodies, propose_clue, sign_clue, waiting_clue
from huiying.handling.models import Case, ClueHandover
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from stories import again, opened, routed

FACTS = "有人冒充工作人员收取费用，附通话录音和转账截图各一份。"
GROUND = "《反电信网络诈骗法》第四条"


def proposed(cast: Cast, case: Case | None = None) -> ClueHandover:
    return propose_clue(case or opened(cast), "公安机关", FACTS, GROUND, cast.office)


def test_a_clue_has_facts_a_ground_in_law_and_a_number_of_its_own(cast: Cast) -> None:
    case = opened(cast)
    first, second = proposed(cast, case), proposed(cast, case)
    assert [first.number, second.number] == ["线索〔2026〕1号", "线索〔2026〕2号"]
    assert (first.facts, first.legal_ground, first.signed) == (FACTS, GROUND, None)
    assert waiting_clue(case) == first


@pytest.mark.parametrize(("facts", "ground"), [("", GROUND), ("太短", GROUND), (FACTS, ""), (FACTS, "法")])
def test_a_clue_without_facts_or_ground_is_refused(cast: Cast, facts: str, ground: str) -> None:
    case = opened(cast)
    with pytest.raises(Refused) as refusal:
        propose_clue(case, "公安机关", facts, ground, cast.office)
    assert refusal.value.code == "too_short"
    assert ClueHandover.objects.count() == 0


def test_a_clue_goes_only_to_a_body_that_the_regulation_names(cast: Cast) -> None:
    case = opened(cast)
    assert clue_bodies(case) == ("公安机关", "网信部门")
    for body in ("某平台公司", "", "当事人单位"):
        with pytest.raises(Refused) as refusal:
            propose_clue(case, body, FACTS, GROUND, cast.office)
        assert refusal.value.code == "unknown_body"
        assert "公安机关" in refusal.value.sentence


def test_the_lead_department_or_the_office_proposes_and_nobody_else(cast: Cast) -> None:
    case = routed(cast)
    for user in (cast.works_head, cast.duty, cast.deputy, cast.inspector, cast.admin, cast.network_head):
        with pytest.raises(Refused) as refusal:
            propose_clue(case, "公安机关", FACTS, GROUND, user)
        assert refusal.value.code == "not_permitted"
    assert propose_clue(case, "公安机关", FACTS, GROUND, cast.tech_head).proposed_by == "信息部部长"


def test_only_a_leader_signs_61(cast: Cast) -> None:
    row = proposed(cast)
    for user in (cast.office2, cast.duty, cast.tech_head, cast.inspector, cast.legal):
        with pytest.raises(Refused) as refusal:
            sign_clue(row, True, "", user)
        assert refusal.value.code == "not_permitted"
    sign_clue(row, True, "", cast.deputy)
    row.refresh_from_db()
    assert (row.signed, row.signed_by) == (True, "分管副局长")


def test_who_proposed_never_signs(cast: Cast) -> None:
    """INV-4's rule, here for a signature: the row was proposed by the very leader who would sign it."""
    row = proposed(cast)
    ClueHandover.objects.filter(pk=row.pk).update(proposed_user=cast.deputy.pk)
    with pytest.raises(Refused) as refusal:
        sign_clue(row, True, "", cast.deputy)
    assert refusal.value.code == "second_person"
    with pytest.raises(IntegrityError), transaction.atomic():
        ClueHandover.objects.filter(pk=row.pk).update(signed=True, signed_user=cast.deputy.pk)


def test_refusing_to_hand_over_needs_its_reason(cast: Cast) -> None:
    row = proposed(cast)
    with pytest.raises(Refused):
        sign_clue(row, False, "", cast.deputy)
    sign_clue(row, False, "事实不足，先核实", cast.deputy)
    row.refresh_from_db()
    assert (row.signed, row.refused_why) == (False, "事实不足，先核实")


def test_a_clue_is_decided_once(cast: Cast) -> None:
    row = proposed(cast)
    sign_clue(row, True, "", cast.deputy)
    with pytest.raises(Refused) as refusal:
        sign_clue(row, False, "改主意了，不移交", cast.top)
    assert refusal.value.code == "already_decided"
    assert waiting_clue(row.case) is None


def test_a_case_that_is_over_hands_over_nothing(cast: Cast) -> None:
    case = opened(cast)
    void(case, "与另一件重复立案，在那一件里办理", cast.office)
    with pytest.raises(Refused) as refusal:
        proposed(cast, again(case))
    assert refusal.value.code == "not_in_this_state"


def test_the_record_counts_the_clue_and_holds_no_facts_of_it(cast: Cast) -> None:
    """§6.3: number, body, ground; the facts stand in the row alone."""
    row = proposed(cast)
    sign_clue(row, True, "", cast.deputy)
    entries = LedgerEntry.objects.filter(kind__startswith="clue.").order_by("id")
    assert [entry.kind for entry in entries] == ["clue.proposed", "clue.signed"]
    for entry in entries:
        assert entry.payload is not None
        assert "冒充" not in entry.payload


def test_there_is_no_field_for_what_became_of_it_and_none_for_a_person() -> None:
    """INV-10: the software does not follow whom a clue is about."""
    names = {field.name for field in ClueHandover._meta.get_fields() if isinstance(field, models.Field)}
    assert names == {
        "id", "number", "case", "body", "facts", "legal_ground", "proposed_by", "proposed_user", "proposed_at",
        "signed", "signed_by", "signed_user", "signed_at", "refused_why",
    }  # fmt: skip
    assert not ClueHandover._meta.related_objects
