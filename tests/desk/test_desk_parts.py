"""The small parts at their edges: times, durations, countdowns, marked words, lines of numbers, the bar, the rows."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import Http404, HttpResponse, QueryDict
from django.template import Context
from django.utils import timezone, translation
from hypothesis import given, strategies as st

import stories
from cast import Cast
from huiying.desk import dispatch, forms
from huiying.desk.bar import Action, Verb, build
from huiying.desk.event_charts import grade_of
from huiying.desk.rows import case_rows
from huiying.desk.templatetags import desk as tags
from huiying.handling.models import Clock
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.people.errors import Refused
from huiying.regulation import load

NOW = dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)
LAW = load("anshan")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 分钟"),
        (59, "0 分钟"),
        (60, "1 分钟"),
        (-60, "1 分钟"),
        (119 * 60 + 59, "119 分钟"),
        (120 * 60, "2 小时"),
        (121 * 60, "2 小时 01 分"),
        (-(3600 * 5 + 40 * 60), "5 小时 40 分"),
        (48 * 3600, "48 小时"),
    ],
)
def test_a_duration_is_minutes_below_two_hours_and_hours_above(seconds: int, words: str) -> None:
    assert tags.duration(seconds) == words
    assert tags.duration(dt.timedelta(seconds=seconds)) == words


def test_no_duration_is_no_word() -> None:
    assert tags.duration(None) == ""


@given(st.integers(min_value=0, max_value=10**6))
def test_a_duration_never_says_more_than_there_is(minutes: int) -> None:
    words = tags.duration(minutes * 60)
    numbers = [int(part) for part in words.replace("小时", " ").replace("分钟", " ").replace("分", " ").split()]
    total = numbers[0] if "分钟" in words else numbers[0] * 60 + (numbers[1] if len(numbers) > 1 else 0)
    assert total == minutes


@pytest.mark.parametrize(
    ("seconds", "words", "overdue", "soon"),
    [
        (1, "剩 0 分钟", False, True),
        (0, "剩 0 分钟", False, True),
        (-1, "已超 0 分钟", True, False),
        (7199, "剩 119 分钟", False, True),
        (7200, "剩 2 小时", False, False),
        (-3900, "已超 65 分钟", True, False),
    ],
)
def test_a_countdown_turns_at_the_second(
    frozen: FrozenClock, seconds: int, words: str, overdue: bool, soon: bool
) -> None:
    """C8.5: due is not overdue; one second later is."""
    row = SimpleNamespace(due_at=NOW + dt.timedelta(seconds=seconds), explanation="起算", source="", basis="（八）")
    shown = tags.countdown(row)
    assert (shown["text"], shown["overdue"], shown["soon"]) == (words, overdue, soon)
    assert (shown["source"], shown["title"]) == ("（八）", "起算 （八）")


def test_an_explanation_is_read_in_the_readers_language(frozen: FrozenClock) -> None:
    row = SimpleNamespace(due_at=NOW, explanation="起算", explanation_en="from then on", source="某办法", basis="x")
    with translation.override("en"):
        shown = tags.countdown(row)
        assert (shown["explanation"], shown["title"]) == ("from then on", "from then on")
        row.explanation_en = ""
        assert tags.countdown(row)["explanation"] == "起算"
    assert tags.countdown(row)["explanation"] == "起算"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOW, "9月14日 10:00"),
        (dt.datetime(2025, 12, 31, 15, 59, 59, tzinfo=dt.UTC), "2025年12月31日 23:59"),
        (dt.datetime(2025, 12, 31, 16, 0, tzinfo=dt.UTC), "1月1日 00:00"),
        ("2026-09-14T02:00:00+00:00", "9月14日 10:00"),
        ("not a time", ""),
        (None, ""),
    ],
)
def test_a_time_is_the_bureaus_and_names_the_year_only_when_it_is_another(
    frozen: FrozenClock, at: Any, words: str
) -> None:
    with timezone.override(LAW.zone):
        assert tags.local(at) == words


def test_seconds_are_told_only_when_asked_for(frozen: FrozenClock) -> None:
    with timezone.override(LAW.zone):
        assert tags.local(NOW, "second") == "9月14日 10:00:00"


def test_a_day_is_a_day_and_a_moment_falls_on_the_bureaus_day(frozen: FrozenClock) -> None:
    with timezone.override(LAW.zone):
        assert tags.local_day(dt.date(2026, 9, 14)) == "9月14日"
        assert tags.local_day(dt.datetime(2026, 9, 14, 16, 0, tzinfo=dt.UTC)) == "9月15日"
        assert tags.local_day(None) == ""
        with translation.override("en"):
            assert tags.local_day(dt.date(2025, 3, 4)) == "4 Mar 2025"


def test_iso_of_nothing_is_nothing() -> None:
    assert tags.iso(None) == ""
    assert tags.iso(NOW) == "2026-09-14T02:00:00+00:00"


@pytest.mark.parametrize(("share", "shown"), [(None, 0), (0.0, 0), (0.004, 0), (0.126, 13), (1.0, 100)])
def test_a_share_is_whole_percent(share: float | None, shown: int) -> None:
    assert tags.percent(share) == shown


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        ("全崩了", ["崩了", "全崩了"], "<mark>全崩了</mark>"),
        ("a<b>", ["<b>"], "a<mark>&lt;b&gt;</mark>"),
        ("100%中标", ["100%"], "<mark>100%</mark>中标"),
        ("(x+)", ["x+"], "(<mark>x+</mark>)"),
        ("CA证书 ca", ["ca"], "<mark>CA</mark>证书 <mark>ca</mark>"),
        ("甲", ["", "乙"], "甲"),
        ("甲 & 乙", [], "甲 &amp; 乙"),
    ],
)
def test_marked_words_are_the_longest_and_never_markup(text: str, words: list[str], shown: str) -> None:
    assert tags.marked(text, words) == shown


@given(st.text(max_size=40), st.lists(st.text(max_size=4), max_size=4))
def test_whatever_was_written_only_mark_is_markup(text: str, words: list[str]) -> None:
    bare = tags.marked(text, words).replace("<mark>", "").replace("</mark>", "")
    assert "<" not in bare
    assert ">" not in bare


def test_as_written_marks_chinese_only_in_english_and_escapes_always() -> None:
    assert tags.as_written("<市水务局>") == "&lt;市水务局&gt;"
    with translation.override("en"):
        assert tags.as_written("by 市水务局 <x>") == 'by <span lang="zh-Hans">市水务局</span> &lt;x&gt;'


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({"name": "小周", "post": "值班员"}, "小周（值班员）"),
        ({"name": "小周", "post": "", "department": "局办公室"}, "小周（局办公室）"),
        ({"name": "系统", "post": ""}, "系统"),
    ],
)
def test_an_actor_is_named_with_the_post_held_then(told: dict[str, str], shown: str) -> None:
    assert tags.actor(json.dumps(told)) == shown


def context() -> Context:
    return Context({"desk": SimpleNamespace(regulation=LAW)})


def test_codes_that_the_file_does_not_know_stand_as_they_are() -> None:
    """History may speak of an older regulation."""
    assert tags.level_name(context(), "L2") == "较大"
    assert tags.level_name(context(), "L9") == "L9"
    assert tags.department_name(context(), "OLD") == "OLD"
    assert tags.role_name(context(), "duty_officer") == "值班员"
    assert tags.level(context(), "L9") == {"known": False}


def test_the_level_badge_says_it_by_shape_and_word_too() -> None:
    """A colour alone says nothing to one who does not see it."""
    badges = [tags.level(context(), level.code) for level in LAW.levels]
    assert len({badge["shape"] for badge in badges}) == len(badges) == len({badge["name"] for badge in badges})


def test_a_line_of_numbers_has_its_peak_and_its_sum() -> None:
    hours = [(NOW + dt.timedelta(hours=place), count) for place, count in enumerate((0, 4, 2))]
    drawn = tags.sparkline(hours, "每小时")
    assert drawn["line"] == "0.0,44.0 120.0,4.0 240.0,24.0"
    assert (drawn["top"], drawn["total"], drawn["last"]) == (4, 6, (240.0, 24.0))
    assert tags.sparkline([])["last"] is None
    assert tags.sparkline([(NOW, 0)])["line"] == "0.0,44.0"


def test_a_grade_that_was_never_made_is_none_and_a_wide_one_is_uncertain() -> None:
    """C6.11: what is unknown is shown as a range."""
    assert grade_of({}) is None
    told = {"score": 0.5, "low": 0.5, "high": 0.549, "level_low": "L1", "level_high": "L1"}
    narrow, wide = grade_of(told), grade_of(told | {"high": 0.56, "level_high": "L2"})
    assert narrow is not None
    assert wide is not None
    assert (narrow.uncertain, narrow.straddles) == (False, False)
    assert (wide.uncertain, wide.straddles) == (True, True)


def nothing(_subject: Any, _told: Any, _user: Any) -> None:
    return None


VERBS = {name: Verb(forms.NothingForm, nothing, "好") for name in ("first", "second", "third")}


def state(name: str, allowed: bool = True, why: str = "") -> SimpleNamespace:
    return SimpleNamespace(name=name, label=f"做{name}", allowed=allowed, why=why)


def test_the_bar_puts_what_carries_the_work_on_first_and_names_what_is_refused(cast: Cast) -> None:
    states = [state("first"), state("second"), state("third", False, "须由另一人"), state("paper"), state("unheard")]
    bar = build(states, VERBS, None, cast.duty, base="/x/do/", pages={"paper": "/x/paper/"}, forward=("third", "paper"))
    assert [action.name for action in bar.may] == ["paper", "first", "second"]
    assert bar.next == "paper", "what is refused carries nothing on"
    assert [(action.name, action.why) for action in bar.may_not] == [("third", "须由另一人")]
    by_name = {action.name: action for action in bar.may}
    assert (by_name["paper"].url, by_name["paper"].form, by_name["paper"].post) == ("/x/paper/", None, "")
    assert by_name["first"].post == "/x/do/first/"
    assert "unheard" not in by_name, "a verb without a form is no button"


def test_the_bar_shows_the_form_that_was_filled_and_fresh_ones_beside_it(cast: Cast) -> None:
    bound = forms.NothingForm({}, subject=None, user=cast.duty)
    bar = build([state("first"), state("second")], VERBS, None, cast.duty, base="/", bound={"second": bound})
    assert isinstance(bar.may[0], Action)
    assert [action.form is bound for action in bar.may] == [False, True]
    assert bar.next == ""


def request(user: Any, **told: str) -> Any:
    post = QueryDict(mutable=True)
    post.update(told)
    messages = SimpleNamespace(add=lambda *_args: None)
    return SimpleNamespace(user=user, method="POST", POST=post, FILES={}, META={}, _messages=messages)


def perform(cast: Cast, verb: Verb, **told: str) -> tuple[HttpResponse, list[dict[str, Any]]]:
    shown: list[dict[str, Any]] = []

    def again(bound: dict[str, Any]) -> HttpResponse:
        shown.append(bound)
        return HttpResponse("again")

    response = dispatch.perform_verb(
        request(cast.duty, **told), {"do": verb}, "do", None, to=lambda result: f"/{result}/", again=again
    )
    return response, shown


def test_dispatch_does_redirects_or_shows_the_page_again(cast: Cast) -> None:
    calls: list[dict[str, Any]] = []

    def call(_subject: Any, told: dict[str, Any], _user: Any) -> str:
        calls.append(told)
        return "there"

    response, shown = perform(cast, Verb(forms.ReasonForm, call, lambda result: f"去{result}"), reason="理由充分")
    assert (response.status_code, response.headers["Location"], shown) == (302, "/there/", [])
    assert calls == [{"reason": "理由充分"}]
    response, shown = perform(cast, Verb(forms.ReasonForm, call, "好"), reason=" ")
    assert (response.status_code, list(shown[0]), len(calls)) == (422, ["do"], 1)


def test_dispatch_turns_a_refusal_into_409_with_its_sentence_and_lets_a_defect_be_seen(cast: Cast) -> None:
    def refuse(*_args: Any) -> None:
        raise Refused("现在不行。")

    def broken(*_args: Any) -> None:
        raise RuntimeError("a defect")

    response, shown = perform(cast, Verb(forms.NothingForm, refuse, "好"))
    assert response.status_code == 409
    assert shown[0]["do"].non_field_errors() == ["现在不行。"]
    with pytest.raises(RuntimeError):
        perform(cast, Verb(forms.NothingForm, broken, "好"))
    with pytest.raises(Http404):
        dispatch.perform_verb(request(cast.duty), {}, "do", None, to="/", again=lambda _b: HttpResponse())


def test_a_row_carries_the_clock_that_is_due_first_and_the_lead_of_now(
    cast: Cast, frozen: FrozenClock, django_assert_num_queries: Callable[..., Any]
) -> None:
    """C7.1 C8.5: stopped, superseded and house clocks are not what a row counts down."""
    routed, opened = stories.routed(cast), stories.opened(cast, text=stories.RUMOUR)
    with django_assert_num_queries(2):
        rows = case_rows([routed, opened])
    first, second = rows
    legal = Clock.objects.filter(case=routed, is_legal=True, superseded_at=None, stopped_at=None).order_by("due_at")
    assert first.clock is not None
    assert first.clock.due_at == legal[0].due_at
    assert first.lead is not None
    assert first.lead.department.code == "Z-XX"
    assert second.lead is None or second.lead.case_id == opened.pk
    frozen.set(first.clock.due_at)
    assert not first.overdue
    frozen.advance(dt.timedelta(seconds=1))
    assert first.overdue
    Clock.objects.filter(case=routed).update(stopped_at=clock.now())
    assert case_rows([routed])[0].clock is None
    assert not case_rows([routed])[0].overdue
    assert case_rows([]) == []
