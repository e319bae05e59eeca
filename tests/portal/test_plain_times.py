"""Times and lengths of time as a person says them (UI.md "Words")."""

import datetime as dt

import pytest
from django.utils import translation

from huiying.portal.templatetags.plain import lasted, machine_time, when


@pytest.mark.parametrize(
    ("minutes", "chinese", "english"),
    [
        (0, "1 分钟", "1 min"),
        (59, "59 分钟", "59 min"),
        (60, "1 小时", "1 h"),
        (380, "6 小时 20 分", "6 h 20 min"),
        (600, "10 小时", "10 h"),
        (1099, "18 小时", "18 h"),
        (72 * 60 - 1, "71 小时", "71 h"),
        (72 * 60, "3 天 0 小时", "3 d 0 h"),
        (100 * 60, "4 天 4 小时", "4 d 4 h"),
    ],
)
def test_a_length_of_time_is_said_as_exactly_as_it_matters(minutes: int, chinese: str, english: str):
    with translation.override("zh-hans"):
        assert lasted(dt.timedelta(minutes=minutes)) == chinese
    with translation.override("en"):
        assert lasted(dt.timedelta(minutes=minutes)) == english


def test_a_time_is_the_bureaus_own_and_names_the_year_only_when_it_is_another(desk):
    this_year = dt.datetime(2026, 9, 13, 16, 30, tzinfo=dt.UTC)
    last_year = dt.datetime(2025, 12, 31, 15, 59, tzinfo=dt.UTC)
    with translation.override("zh-hans"):
        assert (when(this_year), when(last_year)) == ("9月14日 00:30", "2025年12月31日 23:59")
    with translation.override("en"):
        assert (when(this_year), when(last_year)) == ("14 Sep 00:30", "31 Dec 2025 23:59")
    assert machine_time(this_year) == "2026-09-14T00:30:00+08:00"
