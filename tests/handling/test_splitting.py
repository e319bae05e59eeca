"""C5.16, INV-2, INV-3: one case turns out to be two matters; the second has no more time than the first."""

from __future__ import annotations

import datetime as dt

import pytest

from cast import Cast
from huiying.handling import actions, clocks
from huiying.handling.actions.relating import SPLIT_NUMBERS, merge_cases, posts_to_split, split_case
from huiying.handling.models import Breach, Case, SplitPost
from huiying.handling.queries import effective, lead_of
from huiying.judging.models import Event, EventPost
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from stories import OUTAGE, RUMOUR, again, hear, opened, routed

HOUR = dt.timedelta(hours=1)
TITLE, WHY = "解密超时的责任认定", "登录故障与解密超时是两件事，应分别答复。"


def two_posts(cast: Cast, level: str = "较大") -> Case:
    """A case whose event has two posts."""
    case = opened(cast, level)
    hear(OUTAGE.replace("今早", "今天早上"))
    assert EventPost.objects.filter(event=case.event).count() == 2, "the second post should join the first"
    return again(case)


def second(case: Case) -> list[int]:
    return [posts_to_split(case)[-1].pk]


def entries(case: Case, kind: str) -> list[dict[str, object]]:
    rows = LedgerEntry.objects.filter(chain=f"case:{case.number}", kind=kind).order_by("seq")
    return [row.data or {} for row in rows]


def test_the_second_matter_gets_a_case_of_its_own(cast: Cast, frozen: FrozenClock) -> None:
    case = two_posts(cast)
    frozen.advance(3 * HOUR)
    made = split_case(case, second(case), TITLE, WHY, cast.duty)
    made = again(made)
    assert made.number != case.number
    assert (made.state, made.split_from, made.title) == ("registered", case, TITLE)
    assert (made.first_known_at, made.regulation, made.level) == (case.first_known_at, case.regulation, case.level)
    assert lead_of(made) == cast.department("BGS")
    assert made.event.state == Event.CASED
    assert made.event.stream_no > SPLIT_NUMBERS


def test_the_posts_stay_where_they_were_judged(cast: Cast) -> None:
    case = two_posts(cast)
    chosen = second(case)
    made = split_case(case, chosen, TITLE, WHY, cast.duty)
    assert list(SplitPost.objects.filter(case=made).values_list("post", flat=True)) == chosen
    assert EventPost.objects.filter(event=case.event).count() == 2
    assert [post.pk for post in posts_to_split(again(made))] == chosen
    assert chosen[0] not in [post.pk for post in posts_to_split(case)]


def test_its_deadline_is_the_parents_inv_3(cast: Cast, frozen: FrozenClock) -> None:
    case = two_posts(cast)
    frozen.advance(30 * HOUR)
    made = split_case(case, second(case), TITLE, WHY, cast.duty)
    parent, child = effective(case, "respond"), effective(made, "respond")
    assert parent is not None
    assert child is not None
    assert child.due_at == parent.due_at


def test_a_parents_earlier_deadline_from_before_a_lowering_binds_the_child_too(cast: Cast) -> None:
    """Lowering gave the parent no time (INV-7), and splitting must not be the way round it."""
    case = two_posts(cast, "特别重大")
    proposal = actions.propose_lower(case, "一般", "核实后影响范围小于原先判断，按实际程度定级。", cast.top)
    actions.second_lower(proposal, True, cast.deputy)
    made = split_case(again(case), second(case), TITLE, WHY, cast.duty)
    row = effective(made, "respond")
    assert made.level == "L1"
    assert row is not None
    assert row.due_at == case.first_known_at + 24 * HOUR


def test_split_after_the_deadline_the_breach_counts_for_nobody(cast: Cast, frozen: FrozenClock) -> None:
    case = two_posts(cast)
    clocks.stop(case, "respond", "portal", Actor.SYSTEM)
    frozen.advance(50 * HOUR)
    made = split_case(case, second(case), TITLE, WHY, cast.duty)
    breach = Breach.objects.get(clock__case=made)
    assert (breach.cause, breach.counts) == (clocks.SPLIT, False)


def test_both_chains_tell_of_it(cast: Cast) -> None:
    case = two_posts(cast)
    made = split_case(case, second(case), TITLE, WHY, cast.duty)
    assert entries(case, "case.split") == [{"into": made.number, "posts": 1, "reason": WHY}]
    assert entries(made, "case.split_from") == [{"from": case.number}]
    assert entries(made, "case.opened")[0]["first_known_at"] == case.first_known_at.isoformat()


def test_a_split_case_is_handled_like_any_other(cast: Cast) -> None:
    case = two_posts(cast)
    made = split_case(case, second(case), TITLE, WHY, cast.duty)
    actions.confirm_level(made, "重大", cast.deputy)
    actions.route(again(made), cast.department("GCC"), [], "解密属工程交易场次", cast.duty)
    actions.accept(again(made), cast.works_head)
    assert again(made).state == "handling"
    assert again(case).level == "L2"


def test_split_off_it_can_be_merged_back(cast: Cast) -> None:
    case = two_posts(cast)
    made = split_case(case, second(case), TITLE, WHY, cast.duty)
    merge_cases(made, again(case), cast.duty)
    assert again(made).merged_into == case


def test_a_new_post_still_joins_the_event_of_the_parent(cast: Cast) -> None:
    """The stream's numbering does not meet the numbers of what people split off."""
    case = two_posts(cast)
    split_case(case, second(case), TITLE, WHY, cast.duty)
    event = hear(RUMOUR)
    assert event.stream_no < SPLIT_NUMBERS
    assert hear(OUTAGE.replace("今早", "一早")) == case.event


@pytest.mark.parametrize(
    ("choose", "code"),
    [("none", "no_such_post"), ("strange", "no_such_post"), ("all", "nothing_left")],
)
def test_the_posts_must_be_a_part_of_the_case(cast: Cast, choose: str, code: str) -> None:
    case = two_posts(cast)
    all_of_it = [post.pk for post in posts_to_split(case)]
    chosen = {"none": [], "strange": [*all_of_it[:1], 999_999], "all": all_of_it}[choose]
    with pytest.raises(Refused) as refusal:
        split_case(case, chosen, TITLE, WHY, cast.duty)
    assert refusal.value.code == code
    assert Case.objects.count() == 1


def test_a_post_of_another_case_is_refused(cast: Cast) -> None:
    case, other = two_posts(cast), hear(RUMOUR)
    strange = EventPost.objects.get(event=other).post_id
    with pytest.raises(Refused):
        split_case(case, [strange], TITLE, WHY, cast.duty)


@pytest.mark.parametrize(("title", "reason"), [("短", WHY), (TITLE, "短")])
def test_title_and_reason_must_say_something(cast: Cast, title: str, reason: str) -> None:
    case = two_posts(cast)
    with pytest.raises(Refused) as refusal:
        split_case(case, second(case), title, reason, cast.duty)
    assert refusal.value.code == "too_short"


@pytest.mark.parametrize("state", ["closed", "merged", "voided"])
def test_a_case_that_is_over_is_not_split(cast: Cast, state: str) -> None:
    case = two_posts(cast)
    Case.objects.filter(pk=case.pk).update(state=state)
    with pytest.raises(Refused) as refusal:
        split_case(case, second(case), TITLE, WHY, cast.duty)
    assert refusal.value.code == "case_is_closed"


@pytest.mark.parametrize("who", ["tech_head", "inspector", "deputy", "editor"])
def test_only_the_desk_and_the_office_split(cast: Cast, who: str) -> None:
    case = two_posts(cast)
    with pytest.raises(Refused) as refusal:
        split_case(case, second(case), TITLE, WHY, cast.people[who])
    assert refusal.value.code == "not_permitted"


def test_a_provisional_case_splits_into_a_provisional_one(cast: Cast) -> None:
    case = two_posts(cast)
    Case.objects.filter(pk=case.pk).update(is_provisional=True)
    made = split_case(again(case), second(case), TITLE, WHY, cast.duty)
    assert made.is_provisional
    assert effective(made, "rescan") is None


def test_routed_away_the_parent_keeps_its_department(cast: Cast) -> None:
    case = routed(cast)
    hear(OUTAGE.replace("今早", "今天早上"))
    made = split_case(again(case), second(case), TITLE, WHY, cast.duty)
    assert lead_of(case) == cast.department("Z-XX")
    assert lead_of(made) == cast.department("BGS")
