"""C14.1: a case is judged by the regulation that was in force when the matter was first known."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cast import Cast, builtin_text
from huiying.handling.models import Clock
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.people import versions
from huiying.people.actions import adopt_regulation
from huiying.people.models import Department, RegulationVersion
from huiying.regulation.errors import RegulationError
from stories import RUMOUR, again, opened

OLD = '较大:     {within: PT48H, basis: "interpretation G1'
NEW = '较大:     {within: PT36H, basis: "interpretation G1'


def changed(effective_from: str = "2026-09-16", **replacements: str) -> str:
    """Anshan's regulation with thirty-six hours for 较大, in force from that day on."""
    text = builtin_text("anshan")
    for old, new in {OLD: NEW, 'effective_from: "2016-09-08"': f'effective_from: "{effective_from}"'}.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def hours_to_respond(case: object) -> float:
    row = Clock.objects.get(case=case, act="respond", superseded_at__isnull=True)
    return (row.due_at - row.started_at).total_seconds() / 3600


def test_an_older_case_keeps_its_version_and_a_newer_one_gets_the_new(cast: Cast, frozen: FrozenClock) -> None:
    older = opened(cast)
    adopt_regulation(changed(), Actor.SYSTEM)
    between = opened(cast, text="鞍山公共资源交易中心评标专家名单提前泄露，评委一进门就有人打招呼，谁来管管。")
    frozen.advance(dt.timedelta(days=2))
    newer = opened(cast, text=RUMOUR)
    assert [hours_to_respond(case) for case in (older, between, newer)] == [48, 48, 36]
    assert older.regulation == between.regulation != newer.regulation
    assert again(older).regulation == older.regulation
    assert hours_to_respond(older) == 48


def test_the_day_of_the_version_is_the_bureaus_day(cast: Cast, frozen: FrozenClock) -> None:
    adopt_regulation(changed("2026-09-16"), Actor.SYSTEM)
    begins = dt.datetime(2026, 9, 15, 16, 0, tzinfo=dt.UTC)  # midnight of the 16th in Anshan
    before, _law = versions.regulation_at(begins - dt.timedelta(seconds=1))
    after, _law = versions.regulation_at(begins)
    assert before.effective_from == dt.date(2016, 9, 8)
    assert after.effective_from == dt.date(2026, 9, 16)


def test_of_two_versions_with_one_date_the_later_adopted_counts(cast: Cast, frozen: FrozenClock) -> None:
    adopt_regulation(changed("2026-09-10"), Actor.SYSTEM)
    frozen.advance(dt.timedelta(minutes=1))
    second = adopt_regulation(changed("2026-09-10").replace("PT36H", "PT30H"), Actor.SYSTEM)
    found = versions.version_at(clock.now())
    assert found == second


def test_before_the_first_version_the_first_one_is_used(cast: Cast) -> None:
    found = versions.version_at(dt.datetime(2010, 1, 1, tzinfo=dt.UTC))
    assert found == RegulationVersion.objects.get()


def test_adopting_the_same_text_twice_is_one_version(cast: Cast) -> None:
    first = adopt_regulation(changed(), Actor.SYSTEM)
    again_ = adopt_regulation(changed(), cast.admin)
    assert first == again_
    assert RegulationVersion.objects.count() == 2
    assert LedgerEntry.objects.filter(kind="regulation.adopted").count() == 2


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("respond_within:", "answer_within:"),
        lambda text: text.replace("PT36H", "as soon as possible"),
        lambda text: text + "\nnonsense: 1\n",
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "\x00",
    ],
    ids=["key", "duration", "unknown", "half", "empty", "binary"],
)
def test_a_broken_file_is_refused_whole(cast: Cast, spoil: Callable[[str], str]) -> None:
    before = (RegulationVersion.objects.count(), Department.objects.count(), LedgerEntry.objects.count())
    with pytest.raises(RegulationError) as refusal:
        adopt_regulation(spoil(changed()), Actor.SYSTEM)
    assert str(refusal.value)
    assert (RegulationVersion.objects.count(), Department.objects.count(), LedgerEntry.objects.count()) == before


def test_departments_that_a_new_version_names_are_added_c2_3(cast: Cast) -> None:
    text = changed().replace(
        "\nresponsibilities:",
        "\n  XCC: {name: 宣传处, en: PR, kind: bureau, duty: 发布, responsibilities: [policy]}\nresponsibilities:",
        1,
    )
    text = text.replace(
        '  basis: {BGS: "text （九）（十三）", WGC: "text （九）（十一）", "*": default}\n\n  XCC', "  XCC"
    )
    before = Department.objects.count()
    adopt_regulation(text, Actor.SYSTEM)
    assert Department.objects.count() == before + 1
    assert Department.objects.get(code="XCC").name == "宣传处"
    assert Department.objects.filter(is_office=True).count() == 1


def test_asking_for_the_version_loads_no_text(cast: Cast, frozen: FrozenClock) -> None:
    """The text is long and asked for on every page: it is fetched once a process, by its hash."""
    versions.regulation_now()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        version, law = versions.regulation_at(clock.now())
    assert len(queries) == 1
    assert '"text"' not in queries[0]["sql"]
    assert (version.sha256, version.name) == (law.sha256, law.meta.title)


def test_a_process_that_has_not_read_the_version_fetches_its_text_once(
    cast: Cast, frozen: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "_read", {})
    with CaptureQueriesContext(connection) as queries:
        first = versions.regulation_now()
        assert versions.regulation_now() is first
    assert sum('"text"' in query["sql"] for query in queries) == 1


def test_only_so_many_readings_are_kept(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "_read", {})
    monkeypatch.setattr(versions, "KEPT", 2)
    for month in ("10", "11", "12"):
        versions.parsed(changed(f"2026-{month}-01"))
    assert len(versions._read) == 2
    assert versions.regulation_now().meta.effective_from == dt.date(2016, 9, 8)
