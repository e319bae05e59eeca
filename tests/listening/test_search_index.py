"""The search index: what is written is found, by two characters and by phrases, indexed or not yet (C5.16)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from cast import Cast
from huiying.engine.normalise import is_chinese
from huiying.kernel.clock import FrozenClock
from huiying.kernel.wording import plain
from huiying.ledger.actions import Actor
from huiying.listening import searching, tasks
from huiying.listening.actions import receive
from huiying.listening.models import Post
from lines_of import parsed

LETTERS = "鞍山市公共资源交易中心评标专家围标保证金退还ca1２Ｂ，。 "
TEXTS = st.text(st.sampled_from(LETTERS), min_size=2, max_size=24)


def bring(*texts: str, **more: object) -> list[int]:
    number = Post.objects.count()
    rows = [parsed(f"s{number + place}", text, **more) for place, text in enumerate(texts)]
    return receive(rows, how="import", actor=Actor.SYSTEM).post_ids


def found(q: str, limit: int = 50) -> list[int]:
    return [post.pk for post in searching.search(q, limit)]


@pytest.fixture
def indexed(staff: Cast, home: Path) -> SimpleNamespace:
    """A bureau with an empty index of its own."""
    searching.index().clear()
    return SimpleNamespace(index=searching.index())


@given(texts=st.lists(TEXTS.filter(str.strip), min_size=1, max_size=6), data=st.data())
@example(texts=["标３"], data=None)
@example(texts=["评专中。"], data=None)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_part_of_a_stored_text_is_found_before_and_after_indexing(
    indexed: SimpleNamespace, texts: list[str], data: st.DataObject | None
) -> None:
    """Recall 1.0: any two characters or more that stand together, letters of Latin words alone excepted."""
    stored = {pk: plain(Post.objects.get(pk=pk).text) for pk in bring(*texts)}
    if data is None:
        part = plain(texts[0])[-2:]
    else:
        text = data.draw(st.sampled_from(sorted(stored.values())))
        start = data.draw(st.integers(0, max(len(text) - 2, 0)))
        part = text[start : start + data.draw(st.integers(2, 5))].strip()
    if len(part) < 2 or " " in part or not any(map(is_chinese, part)):
        return
    expected = {pk for pk, text in stored.items() if plain(part) in text}
    assert expected <= set(found(part, 10_000))
    searching.catch_up()
    assert searching.lag().posts == 0
    assert expected <= set(found(part, 10_000))


def test_a_phrase_in_quotes_stands_together(indexed: SimpleNamespace) -> None:
    one, other = bring("评标 专家 名单", "专家来了，评标还没有开始")
    searching.catch_up()
    assert found("评标 专家") == [other, one]
    assert found('"评标 专家"') == [one]


def test_pairs_that_do_not_stand_together_are_not_a_word(indexed: SimpleNamespace) -> None:
    bring("围标。标串在前，串标在后")
    searching.catch_up()
    assert found("围标串标") == []


def test_a_word_of_letters_is_found_by_its_beginning(indexed: SimpleNamespace) -> None:
    (one,) = bring("办理CA178证书")
    searching.catch_up()
    assert found("ca1") == found("CA178证") == [one]


def test_the_newest_come_first_and_the_next_page_goes_on_below(indexed: SimpleNamespace) -> None:
    numbers = bring(*(f"保证金第{n}次没退" for n in range(7)))
    searching.catch_up()
    numbers += bring("保证金又没退")  # not indexed yet
    first = searching.find("保证金", 4)
    assert [post.pk for post in first.posts] == numbers[::-1][:4]
    rest = searching.find("保证金", 10, below=first.posts[-1].pk)
    assert [post.pk for post in rest.posts] == numbers[::-1][4:]


def test_the_index_is_brought_forward_in_steps_and_says_how_far_it_is_behind(
    indexed: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "STEP", 2)
    numbers = bring(*(f"第{n}条保证金" for n in range(5)))
    assert searching.lag().posts == 5
    assert searching.catch_up(2) == 2
    assert searching.lag().posts == 3
    assert searching.lag().since == Post.objects.get(pk=numbers[2]).received_at
    assert searching.catch_up() == 3
    assert searching.lag() == searching.Lag(0, None)


def test_two_who_index_at_once_add_each_post_once(indexed: SimpleNamespace) -> None:
    (number,) = bring("保证金没退")
    seen = indexed.index.reached()
    assert searching.catch_up() == 1
    entry = searching.Indexed(number, ["保证"])
    assert indexed.index.add([entry], seen, searching.Cursor(number, "x")) is False
    assert found("保证金") == [number]


def test_an_index_of_another_store_is_thrown_away_and_built_again(indexed: SimpleNamespace) -> None:
    """A restored backup: the same ids, other posts."""
    bring("保证金没退")
    searching.catch_up()
    Post.objects.update(text="评标打分不公", text_sha256="0" * 64)
    assert searching.catch_up() == 1
    assert found("保证金") == []
    assert len(found("评标")) == 1


def test_what_a_mask_or_the_seal_hides_is_in_no_index(indexed: SimpleNamespace) -> None:
    """Sealed originals are never indexed (§6.2)."""
    (number,) = bring("请回电13841234567，保证金没退")
    assert Post.objects.get(pk=number).sealed_text is not None
    searching.catch_up()
    assert found("13841234567") == []
    assert found("保证金") == [number]


def test_danger_to_life_that_was_seen_only_after_indexing_is_not_found(indexed: SimpleNamespace) -> None:
    (number,) = bring("货款压了一年半")
    searching.catch_up()
    assert found("货款") == [number]
    Post.objects.update(life_safety=True)
    assert found("货款") == []


def test_signs_alone_find_nothing_and_break_nothing(indexed: SimpleNamespace) -> None:
    bring("保证金，没退！")
    searching.catch_up()
    for q in ("，", '"', '""', "*", "'", "a' & !b", "AND", "()", "\\", "NEAR(保证 金)"):
        assert found(q) == []


def test_a_search_that_a_filter_starves_stops_and_says_so(
    indexed: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MOST", 3)
    monkeypatch.setattr(searching, "_PAGE", 2)
    monkeypatch.setattr(searching, "_MORE", -3)
    bring(*(f"保证金第{n}次" for n in range(9)))
    searching.catch_up()
    nothing = Post.objects.filter(platform="没有的平台")
    assert searching.find("保证金", 5, nothing) == searching.Found([], cut=True)


def test_the_auditor_says_when_the_index_stands_still(indexed: SimpleNamespace, frozen: FrozenClock) -> None:
    bring("保证金没退")
    assert tasks.index_follows() == []
    frozen.advance(dt.timedelta(minutes=11))
    assert [finding.code for finding in tasks.index_follows()] == ["search.lag"]
    tasks.index_on()
    assert tasks.index_follows() == []
