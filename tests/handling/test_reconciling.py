"""C5.16 不漏报: what others heard, line by line; what we missed is a row with its cause, and is first known now."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, strategies as st

import stories
from cast import Cast
from huiying.handling.actions import reconciling
from huiying.handling.actions.reconciling import Missed, decide_item, take_list
from huiying.handling.models import LateKnowledge, OutsideItem, OutsideList
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.listening.models import Post
from huiying.people.errors import Refused

OUTAGE = "鞍山公共资源交易平台今早崩了，登录不上，开标怎么办"
UNHEARD = "鞍山公共资源交易中心的保证金一个多月没退，电话没人接"


def week() -> tuple[dt.date, dt.date]:
    today = clock.now().date()
    return today - dt.timedelta(days=6), today


def listed(cast: Cast, *lines: str) -> list[OutsideItem]:
    return list(take_list("12345", *week(), "\n".join(lines), cast.office).items.all())


def code_of(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.code


def test_a_line_that_we_heard_is_found_by_its_words(cast: Cast) -> None:
    stories.hear(OUTAGE)
    first, second = listed(cast, f"市民反映：{OUTAGE}", "小区路灯坏了三天没人修")
    assert first.suggested == Post.objects.get(text=OUTAGE)
    assert first.similarity > 0.8
    assert second.suggested is None, "nothing alike is suggested for what we never heard"


def test_a_line_is_found_by_its_address_whatever_its_words(cast: Cast) -> None:
    stories.hear(OUTAGE)
    Post.objects.update(url="https://bbs.example/t/1")
    (item,) = listed(cast, "标题党 https://bbs.example/t/1")
    assert item.suggested is not None
    assert item.similarity == 1.0


def test_heard_names_the_post_and_its_event(cast: Cast) -> None:
    stories.hear(OUTAGE)
    (item,) = listed(cast, OUTAGE)
    item = decide_item(item, "heard", cast.duty)
    assert item.post == item.suggested
    assert item.event is not None
    assert reconciling.missed_rate() == Missed(1, 0)


def test_missed_comes_in_now_and_leaves_a_row_with_its_cause_c5_16(cast: Cast) -> None:
    (item,) = listed(cast, UNHEARD)
    item = decide_item(item, "missed", cast.duty, cause="当天没有巡查 12345")
    assert item.event is not None
    assert item.event.first_known_at == clock.now(), "first known when it was found, never born overdue"
    row = LateKnowledge.objects.get(event=item.event)
    assert "当天没有巡查" in row.cause
    assert row.hours > 0
    assert reconciling.missed_rate() == Missed(1, 1)
    kinds = list(LedgerEntry.objects.filter(chain="reconciling").order_by("seq").values_list("kind", flat=True))
    assert kinds == ["reconcile.listed", "reconcile.decided"]


def test_missed_without_a_cause_is_refused_by_the_verb_and_by_the_table_c5_16(cast: Cast) -> None:
    (item,) = listed(cast, UNHEARD)
    with pytest.raises(Refused) as refusal:
        decide_item(item, "missed", cast.duty, cause="漏")
    assert code_of(refusal) == "no_cause"
    assert not Post.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutsideItem.objects.filter(pk=item.pk).update(state="missed")


def test_what_is_not_ours_counts_in_no_rate(cast: Cast) -> None:
    (item,) = listed(cast, "小区路灯坏了三天没人修")
    decide_item(item, "not_ours", cast.duty, cause="路灯归住建部门")
    assert reconciling.missed_rate() == Missed(0, 0)
    assert reconciling.missed_rate().rate is None


def test_a_line_is_decided_once_and_heard_needs_a_post(cast: Cast) -> None:
    (item,) = listed(cast, UNHEARD)
    with pytest.raises(Refused) as refusal:
        decide_item(item, "heard", cast.duty)
    assert code_of(refusal) == "no_post"
    decide_item(item, "not_ours", cast.duty, cause="重复的工单")
    with pytest.raises(Refused) as refusal:
        decide_item(item, "missed", cast.duty, cause="当天没有巡查")
    assert code_of(refusal) == "decided"


@pytest.mark.parametrize(
    ("body", "text", "code"), [("", OUTAGE, "no_body"), ("12345", " \n ", "empty"), ("12345", "x\n" * 2, "")]
)
def test_a_list_says_where_it_is_from_and_has_lines(cast: Cast, body: str, text: str, code: str) -> None:
    if not code:
        assert take_list(body, *week(), text, cast.office).items.count() == 1, "the same line twice is one"
        return
    with pytest.raises(Refused) as refusal:
        take_list(body, *week(), text, cast.office)
    assert code_of(refusal) == code


def test_personal_data_of_a_line_is_masked_inv_10(cast: Cast) -> None:
    (item,) = listed(cast, "来电人电话 13812345678 反映保证金没退")
    assert "13812345678" not in item.text
    assert not {field.name for field in OutsideItem._meta.get_fields()} & {"author", "reporter", "caller", "voice"}


def test_only_the_desk_and_the_office_reconcile(cast: Cast) -> None:
    for who in ("tech_head", "inspector", "editor"):
        with pytest.raises(Refused) as refusal:
            take_list("12345", *week(), OUTAGE, cast.people[who])
        assert code_of(refusal) == "not_permitted"
    assert not OutsideList.objects.exists()


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_interval_holds_the_rate_and_narrows_with_n(missed: int, heard: int) -> None:
    found = Missed(missed + heard, missed)
    if found.rate is None:
        assert found.interval is None
        return
    assert found.interval is not None
    low, high = found.interval
    assert 0.0 <= low <= found.rate + 1e-9
    assert found.rate <= high + 1e-9 <= 1.0 + 2e-9
    wider = Missed(10 * found.n, 10 * missed).interval
    assert wider is not None
    assert wider[1] - wider[0] <= high - low
