"""C1.1: openness is the rule; not to publish takes a legal ground, a reason, a review date and two persons."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from cast import Cast
from huiying.handling import actions as handling
from huiying.handling.models import Clock
from huiying.handling.queries import effective
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.responding import actions
from huiying.responding.models import Withholding
from stories import again, handled, opened, seen

REASON = "回应内容涉及第三方投标文件中的商业秘密。"
LATER = dt.date(2027, 3, 1)


@pytest.mark.parametrize("ground", ["", "其他", "因工作需要"])
def test_free_text_is_no_ground(cast: Cast, ground: str) -> None:
    with pytest.raises(Refused) as refusal:
        actions.propose_withhold(handled(cast), ground, REASON, LATER, cast.office)
    assert refusal.value.code == "no_ground"


def test_a_review_date_in_the_past_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused):
        actions.propose_withhold(handled(cast), "third_party", REASON, dt.date(2026, 9, 14), cast.office)


def test_a_blank_reason_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused):
        actions.propose_withhold(handled(cast), "third_party", "保密", LATER, cast.office)


def test_one_person_alone_withholds_nothing(cast: Cast) -> None:
    case = handled(cast)
    row = actions.propose_withhold(case, "third_party", REASON, LATER, cast.office)
    with pytest.raises(Refused):
        actions.second_withhold(row, True, cast.office)
    assert again(case).state == "handling"
    assert effective(case, "respond") is not None


def test_two_persons_end_the_clock_by_a_reasoned_decision(cast: Cast) -> None:
    case = handled(cast)
    row = actions.propose_withhold(case, "third_party", REASON, LATER, cast.office)
    actions.second_withhold(row, True, cast.deputy)
    assert again(case).state == "declined"
    assert effective(case, "respond") is None
    assert Clock.objects.filter(case=case, act="respond", stopped_at__isnull=False).exists()


def test_a_refusal_leaves_everything_running(cast: Cast) -> None:
    case = handled(cast)
    row = actions.propose_withhold(case, "third_party", REASON, LATER, cast.office)
    actions.second_withhold(row, False, cast.deputy)
    assert again(case).state == "handling"
    assert effective(case, "respond") is not None


def test_a_department_can_not_withhold(cast: Cast) -> None:
    with pytest.raises(Refused):
        actions.propose_withhold(handled(cast), "third_party", REASON, LATER, cast.tech_head)


def test_the_ground_stands_in_the_ledger(cast: Cast) -> None:
    case = handled(cast)
    row = actions.propose_withhold(case, "third_party", REASON, LATER, cast.office)
    actions.second_withhold(row, True, cast.deputy)
    entry = LedgerEntry.objects.get(chain=f"case:{case.number}", kind="withholding.proposed")
    assert entry.data is not None
    assert entry.data["ground"] == "third_party"
    assert entry.data["review_on"] == "2027-03-01"


def test_the_database_itself_refuses_an_empty_ground_or_one_person(cast: Cast) -> None:
    row = actions.propose_withhold(handled(cast), "third_party", REASON, LATER, cast.office)
    with pytest.raises(IntegrityError), transaction.atomic():
        Withholding.objects.filter(pk=row.pk).update(ground="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Withholding.objects.filter(pk=row.pk).update(seconded_user=row.proposed_user)


def test_a_withheld_case_still_needs_its_root_cause_to_close(cast: Cast) -> None:
    case = opened(cast)
    row = actions.propose_withhold(case, "internal", "属于内部会议过程性信息，不对外公开。", LATER, cast.office)
    actions.second_withhold(row, True, cast.deputy)
    with pytest.raises(Refused):
        handling.close(seen(cast, case), "", cast.office)
    handling.close(again(case), "内部流程未对外说明", cast.office)
    assert again(case).state == "closed"
