"""A regulation in force, and the questions the other rooms ask of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from huiying.regulation.basis import DEFAULT, Basis, Place
from huiying.regulation.builtin import ACT_NAMES, STAGES
from huiying.regulation.calendar import Duration, WorkCalendar
from huiying.regulation.errors import UsageError
from huiying.regulation.rules import days_of, intervals
from huiying.regulation.schema import Content, Department, Level, Role
from huiying.regulation.schema_blocks import Stage


@dataclass(frozen=True, kw_only=True)
class Regulation(Content):
    """One regulation file, read and checked.

    ``text`` is the file as it was, ``source`` where it came from; ``places`` maps key path → basis and
    value. Immutable: a new wording is a new regulation with its own ``sha256``, and a case keeps the one it
    began under (C14.1).
    """

    text: str = field(repr=False)
    source: str
    places: Mapping[str, Place] = field(repr=False)
    leaves: tuple[str, ...] = field(repr=False)

    @property
    def sha256(self) -> str:
        """Hex digest of the file's text in UTF-8."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which this bureau writes its times."""
        return ZoneInfo(self.meta.timezone)

    @cached_property
    def work_calendar(self) -> WorkCalendar:
        """The calendar that clocks are counted with; without a calendar block only natural time."""
        if self.calendar is None:
            return WorkCalendar(self.zone)
        return WorkCalendar(
            self.zone,
            frozenset(self.calendar.weekdays),
            intervals(self.calendar),
            frozenset().union(*map(days_of, self.calendar.holidays)),
            frozenset().union(*map(days_of, self.calendar.makeup_days)),
        )

    def in_force_on(self, day: date) -> bool:
        """Whether it governs what was first known on this local day (C14.1)."""
        return self.meta.effective_from <= day

    # -- levels

    def level(self, code_or_name: str) -> Level:
        """The level of a code (L4) or a name (特别重大); UsageError that lists the levels."""
        for level in self.levels:
            if code_or_name in (level.code, level.name):
                return level
        names = "、".join(f"{level.name}（{level.code}）" for level in self.levels)
        raise UsageError(f"本制度没有叫“{code_or_name}”的级别，应当是其中之一：{names}。")

    def rank(self, code_or_name: str) -> int:
        """How grave a level is, from 0."""
        return self.levels.index(self.level(code_or_name))

    def limit_for(self, level: str) -> Duration:
        """Within how long a public response is due at this level (C8.5, C8.6)."""
        return self.clocks.respond_within[self.level(level).code].within

    def review_steps(self, level: str) -> list[list[str]]:
        """Groups of role codes in order; those of one group review side by side (C9.3)."""
        return [list(group) for group in self.workflow.review_steps.by_level[self.level(level).code]]

    def stage(self, code: str) -> Stage:
        """A kind of release; the product's own where the file says nothing of it (C8.2)."""
        if code in self.response.stages:
            return self.response.stages[code]
        name, en, acts = STAGES[code]
        return Stage(code=code, name=name, en=en, acts=acts)

    def steps_of(self, level: str, stage: str) -> list[list[str]]:
        """The review of a release: its stage's own steps, else those of the level (C9.3)."""
        own = [list(group) for group in self.stage(stage).review]
        return own or self.review_steps(level)

    def inlet_of(self, platform: str, channel_class: str) -> str:
        """The code of the channel over which a message reached the bureau; "" where the file names none (C4.1)."""
        for code, inlet in self.asking.channels.items():
            if platform in inlet.platforms:
                return code
        return next((code for code, inlet in self.asking.channels.items() if channel_class in inlet.classes), "")

    def statutory_in(self, text: str) -> list[str]:
        """Codes of the statutory channels whose words stand in a text, in the order of the file (C3.1)."""
        channels = self.response.statutory_channels
        return [code for code, channel in channels.items() if any(word in text for word in channel.words)]

    @property
    def press_steps(self) -> list[list[str]]:
        """Who reviews a press release (C11.5)."""
        own = [list(group) for group in self.workflow.press_release]
        return own or self.review_steps(self.levels[0].code)

    def confirmers(self, level: str) -> tuple[str, ...]:
        """Role codes that may confirm this level: first the one named, then those who deputise (DOMAIN
        §4.3).
        """
        rule = self.grading.confirm_by
        role = rule.by_level[self.level(level).code]
        deputies = self.roles[role].deputies if rule.deputies_may_act else ()
        return (role, *deputies)

    # -- people and departments

    def role(self, code: str) -> Role:
        """The role of a code; UsageError if there is none."""
        if code not in self.roles:
            raise UsageError(f"本制度没有代码为“{code}”的岗位，应当是其中之一：{'、'.join(self.roles)}。")
        return self.roles[code]

    def roles_acting_as(self, duty: str) -> tuple[str, ...]:
        """Codes of the roles that take on a duty the software knows, such as ``duty_officer``."""
        return tuple(code for code, role in self.roles.items() if duty in (role.acts_as or (code,)))

    def department(self, code: str) -> Department:
        """The department of a code or a name; UsageError if there is none."""
        for department in self.departments.values():
            if code in (department.code, department.name):
                return department
        raise UsageError(f"本制度没有叫“{code}”的部门，应当是其中之一：{'、'.join(self.departments)}。")

    @property
    def channel_classes(self) -> tuple[str, ...]:
        """Every channel class: first those that must stay covered (C5.10), then the bureau's own."""
        return (*self.monitor.channel_classes, *self.monitor.extra_classes)

    @property
    def concerns(self) -> tuple[str, ...]:
        """Every kind a post can be judged as, the regulation's own first (C5.14)."""
        return (*self.monitor.concern_types, *self.monitor.other_kinds)

    # -- words and grounds

    def name_of(self, kind: str, code: str, lang: str = "zh") -> str:
        """How a thing is called; ``kind`` is a table of names, or ``word`` for a word of the file itself.

        English falls back to the Chinese name where the file gives none. KeyError for a kind or a code that
        is not there.
        """
        if kind == "word":
            english = self.english.get(code) or self.emergency_levels.get(code, code)
            return english if lang.startswith("en") else code
        name, en = self._names(kind)[code]
        return (en or self.english.get(name, name)) if lang.startswith("en") else name

    def english_of(self, name: str) -> str:
        """The English of a name as a record copied it in Chinese; a name that is not of this file stays as it is."""
        return self._english_by_name.get(name, name)

    @cached_property
    def _english_by_name(self) -> dict[str, str]:
        kinds = (
            "category", "act", "state", "review_step", "role", "department", "level", "stage", "account", "statutory",
            "grade", "inlet",
        )  # fmt: skip
        names = [pair for kind in kinds for pair in self._names(kind).values()]
        issuer = {self.meta.issuer: self.meta.issuer_en} if self.meta.issuer_en else {}
        names += [(principle.name, principle.en) for principle in self.principles.values()]
        return {**self.english, **{name: en for name, en in names if en}, **issuer}

    def _names(self, kind: str) -> dict[str, tuple[str, str]]:
        if kind == "level":
            return {level.code: (level.name, level.en) for level in self.levels}
        if kind == "stage":
            return {code: (stage.name, stage.en) for code in STAGES if (stage := self.stage(code))}
        tables: dict[str, Mapping[str, Any]] = {
            "role": self.roles, "department": self.departments, "act": self.acts, "state": self.states,
            "review_step": self.workflow.review_steps.names, "category": self.routing.categories,
            "responsibility": self.responsibilities, "urgent_number": self.urgent_numbers,
            "account": self.release_platforms.accounts, "statutory": self.response.statutory_channels,
            "grade": self.asking.grades, "inlet": self.asking.channels,
        }  # fmt: skip
        names = {code: (item.name, item.en) for code, item in tables[kind].items()}
        if kind == "review_step":
            return {code: (role.name, role.en) for code, role in self.roles.items()} | names
        return ACT_NAMES | names if kind == "act" else names

    def basis_of(self, key_path: str) -> Basis:
        """The basis of a value, its own or its block's; a path that is not in the file is ``default``."""
        while key_path and key_path not in self.places:
            key_path = key_path.rpartition(".")[0]
        return self.places[key_path].basis if key_path else DEFAULT

    def interpretations(self) -> dict[str, str]:
        """Key path → the words to be signed, for every value that rests on an interpretation (C13.1)."""
        found = {path: self.places[path] for path in self.leaves if self.places[path].basis.kind == "interpretation"}
        return {path: self._spoken(place) for path, place in found.items()}

    def _spoken(self, place: Place) -> str:
        said = "、".join(self.roles[word].name if word in self.roles else word for word in place.words.split("、"))
        return f"{said}（{place.basis.words}）" if place.basis.words else said
