"""Lengths of time as a regulation writes them: ISO 8601, and working days and hours (C8.5, G3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

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
