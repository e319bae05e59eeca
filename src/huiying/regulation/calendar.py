"""Working-time arithmetic: hours of the day, holidays, make-up working days (调休), and plain elapsed time
(G3).

Natural hours are elapsed hours: 24 h across a change of daylight-saving time is still 24 h, although the
wall clock says 23 or 25.
"""

from __future__ import annotations

import calendar as month_calendar
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from huiying.regulation.durations import Duration

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
