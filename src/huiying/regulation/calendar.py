"""Lengths of time as a regulation writes them, and working time: hours, holidays, make-up days (调休) (C8.5, G3).

Natural hours are elapsed hours: 24 h across a change of daylight-saving time is still 24 h, although the
wall clock says 23 or 25.
"""

from __future__ import annotations

import calendar as month_calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_NATURAL = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,3})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,5})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,7})S)?)?"
)
_WORKING_DAYS = re.compile(r"P([0-9]{1,4})WD")
_WORKING_HOURS = re.compile(r"PT([0-9]{1,4})WH")


@dataclass(frozen=True)
class Duration:
    """One length of time; exactly one of calendar, natural or working time, never mixed.

    ``seconds`` is elapsed natural time, ``months`` calendar months (years are twelve of them),
    ``working_days`` whole working days, ``working_hours`` hours inside working time.
    """

    text: str
    seconds: int = 0
    months: int = 0
    working_days: int = 0
    working_hours: int = 0

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read ``PT48H``, ``P10D``, ``P1DT12H``, ``P10Y``, ``P3WD`` or ``PT4WH``; ValueError on anything
        else or zero.
        """
        made = cls._read(text)
        if made is None or not (made.seconds or made.months or made.working):
            raise ValueError(text)
        return made

    @classmethod
    def _read(cls, text: str) -> Duration | None:
        if days := _WORKING_DAYS.fullmatch(text):
            return cls(text, working_days=int(days[1]))
        if hours := _WORKING_HOURS.fullmatch(text):
            return cls(text, working_hours=int(hours[1]))
        if not (parts := _NATURAL.fullmatch(text)):
            return None
        years, months, weeks, day, hour, minute, second = (int(part or 0) for part in parts.groups())
        seconds = ((weeks * 7 + day) * 24 + hour) * 3600 + minute * 60 + second
        return cls(text, seconds=seconds, months=years * 12 + months)

    @property
    def working(self) -> bool:
        """Whether only working time counts."""
        return bool(self.working_days or self.working_hours)

    @property
    def elapsed(self) -> timedelta:
        """The natural, elapsed part; zero for working time."""
        return timedelta(seconds=self.seconds)

    @property
    def weight(self) -> tuple[int, int, int]:
        """A key that orders durations of one unit by length."""
        return (self.working_days, self.working_hours, self.months * 30 * 86400 + self.seconds)

    def zh(self) -> str:
        """As a person says it: 48小时, 10天, 3个工作日."""
        return "".join(f"{amount}{words[0]}" for amount, words in self._parts())

    def en(self) -> str:
        """As a person says it in English: 48 hours, 10 days, 3 working days."""
        return " ".join(f"{n} {words[1]}{'' if n == 1 else 's'}" for n, words in self._parts())

    def _parts(self) -> list[tuple[int, tuple[str, str]]]:
        hours, rest = divmod(self.seconds, 3600)
        # Hours stay hours (48小时, as the regulation says) unless the file itself wrote days.
        days, hours = divmod(hours, 24) if "D" in self.text or "W" in self.text else (0, hours)
        years, months = divmod(self.months, 12)
        parts = [
            (self.working_days, ("个工作日", "working day")),
            (self.working_hours, ("个工作小时", "working hour")),
            (years, ("年", "year")),
            (months, ("个月", "month")),
            (days, ("天", "day")),
            (hours, ("小时", "hour")),
            (rest // 60, ("分钟", "minute")),
            (rest % 60, ("秒", "second")),
        ]
        return [part for part in parts if part[0]]


_DAY = timedelta(days=1)
ZERO = timedelta(0)


@dataclass(frozen=True)
class WorkCalendar:
    """When a bureau works.

    ``weekdays`` are ISO numbers (1 = Monday); ``intervals`` are minutes of the day, in order, not
    overlapping. Without intervals only natural time can be counted.
    """

    zone: ZoneInfo
    weekdays: frozenset[int] = frozenset()
    intervals: tuple[tuple[int, int], ...] = ()
    holidays: frozenset[date] = field(default_factory=frozenset)
    makeup_days: frozenset[date] = field(default_factory=frozenset)

    def is_working_day(self, day: date) -> bool:
        """A make-up day works even at the weekend; a holiday rests even on a weekday."""
        if day in self.makeup_days:
            return True
        return day.isoweekday() in self.weekdays and day not in self.holidays

    def add(self, start: datetime, duration: Duration) -> datetime:
        """The moment ``duration`` after ``start``, in the calendar's zone.

        Working days leave out the day of ``start`` and end when work ends on the last of them. Working
        hours run only inside the intervals. Raises ValueError for a start without zone or working time
        without hours, OverflowError past year 9999.
        """
        if start.tzinfo is None:
            raise ValueError("a time without zone cannot be counted from")
        if duration.working and not (self.intervals and self.weekdays):
            raise ValueError("working time needs working days and hours")
        if duration.working_days:
            return self._close_of_nth_day(start, duration.working_days)
        if duration.working_hours:
            return self._after_working_time(start, timedelta(hours=duration.working_hours))
        local = _add_months(start.astimezone(self.zone), duration.months)
        return (local.astimezone(UTC) + duration.elapsed).astimezone(self.zone)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from ``start`` to ``end``; zero when ``end`` is not later."""
        total = ZERO
        for opened, closed in self._spans(start):
            if opened >= end:
                break
            total += max(ZERO, min(closed, end.astimezone(UTC)) - max(opened, start.astimezone(UTC)))
        return total

    def working_days_between(self, start: datetime, end: datetime) -> int:
        """How many working days begin after the local day of ``start``, up to and with that of ``end``."""
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        count = 0
        while day < last:
            day += _DAY
            count += self.is_working_day(day)
        return count

    def _close_of_nth_day(self, start: datetime, days: int) -> datetime:
        day = start.astimezone(self.zone).date()
        while days:
            day += _DAY
            days -= self.is_working_day(day)
        return self._moment(day, self.intervals[-1][1]).astimezone(self.zone)

    def _after_working_time(self, start: datetime, left: timedelta) -> datetime:
        for opened, closed in self._spans(start):
            begun = max(opened, start.astimezone(UTC))
            if closed <= begun:
                continue
            if left <= closed - begun:
                return (begun + left).astimezone(self.zone)
            left -= closed - begun
        raise OverflowError("no working time left before the year 9999")

    def _spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working intervals in UTC from the local day of ``start`` on."""
        day = start.astimezone(self.zone).date()
        while day < date.max:
            if self.is_working_day(day):
                for opened, closed in self.intervals:
                    yield self._moment(day, opened), self._moment(day, closed)
            day += _DAY

    def _moment(self, day: date, minute: int) -> datetime:
        days, minute = divmod(minute, 24 * 60)
        wall = datetime.combine(day + days * _DAY, time(minute // 60, minute % 60), tzinfo=self.zone)
        return wall.astimezone(UTC)


def _add_months(moment: datetime, months: int) -> datetime:
    if not months:
        return moment
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if year > date.max.year:
        raise OverflowError("past the year 9999")
    last = month_calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))
