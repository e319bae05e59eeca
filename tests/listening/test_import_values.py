"""Figures and times as other tools write them (C5.16): every known spelling, and any other is harmless."""

import datetime as dt
import math

import pytest
from hypothesis import given, strategies as st

from huiying.listening.importing.drafts import count, is_rounded, moment, parent, said

SEEN = dt.datetime(2026, 9, 14, 4, 0, tzinfo=dt.UTC)  # 12:00 in China


@pytest.mark.parametrize(
    ("written", "figure"),
    [
        ("1.2万", 12000), ("10万+", 100000), ("3亿", 300000000), ("1.5w", 15000), ("2千", 2000), ("1,234", 1234),
        ("0", 0), (7, 7), (7.0, 7), ("12次", 12), ("None", None), ("", None), (None, None), ("--", None), ("赞", None),
        ("-3", None), (-3, None), (True, None), (math.nan, None), ("1" * 20, None), ("未掌握", None), ("10万+人", None),
    ],
)  # fmt: skip
def test_a_figure_is_read_in_every_spelling_and_the_unknown_is_never_zero(written, figure):
    assert count(written) == figure


def test_a_figure_that_the_platform_cut_is_marked():
    assert is_rounded("10万+")
    assert is_rounded("1.2万")
    assert not is_rounded("12000")
    assert not is_rounded("万事如意")


@pytest.mark.parametrize(
    ("written", "utc", "sure"),
    [
        (1789347600, "2026-09-14T01:00:00+00:00", "stated"),
        (1789347600000, "2026-09-14T01:00:00+00:00", "stated"),
        ("1789347600", "2026-09-14T01:00:00+00:00", "stated"),
        ("1789347600123", "2026-09-14T01:00:00.123000+00:00", "stated"),
        ("2026-09-14 09:00:00", "2026-09-14T01:00:00+00:00", "assumed_zone"),
        ("2026-09-14T01:00:00Z", "2026-09-14T01:00:00+00:00", "stated"),
        ("2026/9/14 9:00", "2026-09-14T01:00:00+00:00", "assumed_zone"),
        ("2026年9月14日 9时00分", "2026-09-14T01:00:00+00:00", "assumed_zone"),
        ("2026-9-14", "2026-09-13T16:00:00+00:00", "assumed_zone"),
        ("20260914", "2026-09-13T16:00:00+00:00", "assumed_zone"),
        ("20260914090000", "2026-09-14T01:00:00+00:00", "assumed_zone"),
        ("Mon, 14 Sep 2026 01:00:00 GMT", "2026-09-14T01:00:00+00:00", "stated"),
        ("Mon Sep 14 09:00:00 +0800 2026", "2026-09-14T01:00:00+00:00", "stated"),
        (46279.375, "2026-09-14T01:00:00+00:00", "assumed_zone"),
        (dt.datetime(2026, 9, 14, 9), "2026-09-14T01:00:00+00:00", "assumed_zone"),  # noqa: DTZ001
        ("5分钟前", "2026-09-14T03:55:00+00:00", "counted_back"),
        ("2小时前", "2026-09-14T02:00:00+00:00", "counted_back"),
        ("昨天 09:00", "2026-09-13T01:00:00+00:00", "counted_back"),
        ("09-13 09:00", "2026-09-13T01:00:00+00:00", "counted_back"),
        ("12-31", "2025-12-30T16:00:00+00:00", "counted_back"),
    ],
)
def test_a_time_is_read_in_every_spelling_and_says_how_sure_it_is(written, utc, sure):
    at, confidence = moment(written, seen=SEEN)
    assert at is not None
    assert (at.isoformat(), confidence) == (utc, sure)


@pytest.mark.parametrize(
    "written", [None, "", "None", 0, "0", -5, "someday", "2026-13-40", "99999999999999999999", True]
)
def test_what_is_no_time_is_unknown_and_no_error(written):
    assert moment(written, seen=SEEN) == (None, "unknown")


def test_a_time_counted_back_needs_to_know_from_when():
    assert moment("5分钟前") == (None, "unknown")


@given(st.one_of(st.text(max_size=40), st.integers(), st.floats(), st.booleans(), st.none()))
def test_no_value_at_all_breaks_the_reading(value):
    at, _sure = moment(value, seen=SEEN)
    assert at is None or at.tzinfo is not None
    figure = count(value)
    assert figure is None or 0 <= figure <= 10**15


@given(st.integers(min_value=631_152_000, max_value=4_000_000_000))
def test_seconds_and_milliseconds_of_one_moment_agree(seconds):
    assert moment(seconds) == moment(seconds * 1000) == moment(str(seconds))


@pytest.mark.parametrize("nothing", ["0", "", None, 0, "None", "-1"])
def test_a_parent_that_is_none_is_none(nothing):
    assert parent(nothing) is None


def test_an_id_that_a_sheet_made_a_float_keeps_its_digits():
    assert said(5060123456789.0) == "5060123456789"
    assert said("无") == "无"
