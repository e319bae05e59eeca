"""Templates of answers with named blanks, and sentences for a draft out of what the case knows （八）（九）; no model,
no invention.

A template carries no fact of its own: what nobody knows stays open, and an open blank goes nowhere (`readiness`). The
same case gives the same sentences in the same order; one with personal data is not offered (C8.2).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from django.utils.translation import gettext as _

from huiying.handling import routing_table
from huiying.handling.actions.work import current_facts
from huiying.handling.models import Case, Clock, Disposal, FactSheet, Finding, Liaison
from huiying.handling.queries import effective
from huiying.judging.queries import concern_of, members
from huiying.kernel import clock as time
from huiying.kernel.masking import mask_personal
from huiying.people.contacts import takers
from huiying.people.models import Department
from huiying.people.queries import bureau, regulation_of
from huiying.people.versions import department_name, display_name, in_english, join_names, zone
from huiying.regulation import Regulation, loader
from huiying.responding.models import AnswerTemplate, BodyConfirmation, Revision
from huiying.responding.queries import confirmations_of, current_revision
from huiying.responding.readiness import BLANK, mentioned_in, notices
from huiying.responding.targets import Target, targets

FILES = ("anshan.templates.yaml", "sixian.templates.yaml")
# What one dimension weighs in the order: the place decides how it is said, the matter and the concern what about.
# A matter that a person settled weighs more than the concern, one that a watch rule guesses less.
WEIGHTS = {"stage": 1, "channels": 4, "about": 3, "concerns": 4, "levels": 1}
SETTLED = 2


@dataclass(frozen=True)
class Template:
    code: str
    title: str
    text: str
    levels: tuple[str, ...] = ()  # names or codes; empty = every level
    concerns: tuple[str, ...] = ()
    about: tuple[str, ...] = ()  # values of the routing keys
    channels: tuple[str, ...] = ()  # account codes, linked channels, kinds of channel, forms
    stage: str = ""
    by: str = ""  # who of the office wrote it; "" for a built-in one


@dataclass(frozen=True)
class Set:
    """One built-in file. `subjects`: what a matter is called in public, since no word of a citizen is ever repeated."""

    issuer: str
    holding_basis: str
    subjects: Mapping[str, str]
    templates: tuple[Template, ...]


@dataclass(frozen=True)
class Picked:
    template: Template
    reason: str
    score: int = field(default=0, compare=False)


@cache
def _set(name: str) -> Set:
    told = yaml.safe_load(loader.built_in_file(name))
    return Set(
        issuer=told["issuer"],
        holding_basis=told["holding_basis"],
        subjects=told["subjects"],
        templates=tuple(_template(row) for row in told["templates"]),
    )


def _template(row: Mapping[str, Any]) -> Template:
    return Template(
        code=row["code"],
        title=row["title"],
        text=row["text"],
        levels=tuple(row.get("levels", ())),
        concerns=tuple(row.get("concerns", ())),
        about=tuple(row.get("about", ())),
        channels=tuple(row.get("channels", ())),
        stage=row.get("stage", ""),
    )


def built_in(regulation: Regulation) -> Set:
    """The set of the bureau's own regulation, else the first, whose words fit every bureau."""
    sets = [_set(name) for name in FILES]
    return next((one for one in sets if one.issuer == regulation.meta.issuer), sets[0])


def all_templates(regulation: Regulation) -> list[Template]:
    """The built-in ones with the office's layer over them: the same code takes the place, other codes come first."""
    found = {row.code: row for row in built_in(regulation).templates}
    own: dict[str, Template] = {}
    for row in AnswerTemplate.objects.filter(until__isnull=True):
        about = found[row.code].about if row.code in found else ()
        told = (tuple(row.levels), tuple(row.concerns), about, tuple(row.targets))
        made = Template(row.code, row.title, row.text, *told, stage=row.stage, by=row.by)
        if row.code in found:
            found[row.code] = made
        else:
            own[row.code] = made
    return [*own.values(), *found.values()]


def template(regulation: Regulation, code: str) -> Template | None:
    return next((row for row in all_templates(regulation) if row.code == code), None)


# --- which ------------------------------------------------------------------------------------------------------------


class Picker:
    """The templates for one case; what is asked of the case is asked once, however many places are looked at."""

    def __init__(self, case: Case, places: Mapping[str, Target] | None = None) -> None:
        self._case, self._regulation = case, regulation_of(case.regulation)
        self._rows = all_templates(self._regulation)
        self._keys = routing_table.keys_of(case, self._regulation)
        self._places = targets() if places is None else places
        concern, decided = concern_of(case.event)
        # A label that needs proof needs two persons (C1.2): a machine's suggestion labels nobody's words.
        self._concern = "" if concern in self._regulation.monitor.proof_needed and not decided else concern

    def pick(self, stage: str, target: str) -> list[Picked]:
        """Those that fit the stage and the place, the most exact first, each with its reason."""
        place = self._places.get(target)
        level = self._regulation.level(self._case.level)
        asked = _Dimensions(
            own={
                "stage": {stage},
                "channels": {target} | ({place.channel.kind, place.family} if place else set()),
                "about": set(self._keys.values()),
                "concerns": {self._concern},
                "levels": {level.code, level.name},
            },
            words={
                "stage": display_name(self._regulation, "stage", stage),
                "channels": place.name if place else target,
                "concerns": display_name(self._regulation, "word", self._concern),
                "levels": display_name(self._regulation, "level", level.code),
            },
            keys=self._keys,
            settled={getattr(self._case, name) for name in routing_table.KEYS} - {""},
            regulation=self._regulation,
        )
        found = [made for row in self._rows if (made := asked.fit(row, stage))]
        return sorted(found, key=lambda picked: -picked.score)


def pick(case: Case, stage: str, target: str) -> list[Picked]:
    return Picker(case).pick(stage, target)


@dataclass(frozen=True)
class _Dimensions:
    """What is looked for, in the five dimensions that a template may name, and how each is called."""

    own: Mapping[str, set[str]]
    words: Mapping[str, str]
    keys: Mapping[str, str]
    settled: set[str]  # the keys that a person set
    regulation: Regulation

    def fit(self, row: Template, stage: str) -> Picked | None:
        wanted = {
            "stage": (row.stage,) if row.stage else (),
            "channels": row.channels,
            "about": row.about,
            "concerns": row.concerns,
            "levels": row.levels,
        }
        named = [name for name, words in wanted.items() if words]
        if any(not self.own[name] & set(wanted[name]) for name in named) or (not row.stage and stage in ALONE):
            return None
        words = [self._matter(row) if name == "about" else self.words[name] for name in named]
        reason = _("因为：%(what)s") % {"what": join_names(words)} if words else _("哪里都可以用")
        settled = SETTLED if "about" in named and self.settled & set(row.about) else 0
        return Picked(row, reason, sum(WEIGHTS[name] for name in named) + settled)

    def _matter(self, row: Template) -> str:
        shown = {name: value for name, value in self.keys.items() if value in row.about}
        return routing_table.spoken(shown, self.regulation, "en" if in_english() else "zh")


# What such a text says has a form of its own: a template that names no stage is one of a first answer.
ALONE = (Revision.HOLDING, Revision.CORRECTION, Revision.WITHDRAWAL, Revision.FOLLOW_UP, Revision.FINAL)


# --- filled in --------------------------------------------------------------------------------------------------------


class CaseValues:
    """What the case can say, looked up once and only where something asks. Whoever has looked already hands it in."""

    def __init__(self, case: Case, **seen: Any) -> None:
        """`seen`: any of `sheet`, `revision`, `mentioned`."""
        self.case = case
        self._said: dict[str, str] = {}
        self.__dict__.update(seen)

    def value(self, name: str) -> str:
        """The words for a blank, "" where nobody knows them. Personal data never fills one (C8.2)."""
        if name not in self._said:
            ask = VALUES.get(name)
            said = ask(self).strip() if ask else ""
            self._said[name] = "" if name not in OURS and mask_personal(said).changed else said
        return self._said[name]

    @cached_property
    def sheet(self) -> FactSheet | None:
        return current_facts(self.case)

    @cached_property
    def findings(self) -> list[Finding]:
        return list(self.case.findings.select_related("department"))

    @cached_property
    def disposals(self) -> list[Disposal]:
        return list(self.case.disposals.select_related("finding__department"))

    @cached_property
    def revision(self) -> Revision | None:
        return current_revision(self.case)

    @cached_property
    def mentioned(self) -> list[str]:
        return mentioned_in(self.case)

    @cached_property
    def zone(self) -> ZoneInfo:
        return zone()

    @cached_property
    def limit_clock(self) -> Clock | None:
        return effective(self.case, "respond")

    @cached_property
    def _lead(self) -> Department | None:
        rows = self.case.departments.all()
        return next((row.department for row in rows if row.until is None and row.role == "lead"), None)

    def facts(self) -> str:
        said = self.sheet.text if self.sheet is not None else "\n".join(row.facts for row in self.findings)
        return said.strip().rstrip("。；;")

    def of_findings(self, name: str) -> str:
        return _joined(getattr(row, name) for row in self.findings)

    def subject(self) -> str:
        return subject_of(self.case)

    def heard(self) -> str:
        first = members(self.case.event).first()
        return said_at(first.post.published_at or first.post.received_at, self.zone) if first is not None else ""

    def department(self) -> str:
        return self._lead.name if self._lead else ""

    def phone(self) -> str:
        """Of whoever handles for the lead department and has a line in the book."""
        people = takers(self._lead) if self._lead else []
        return next((user.phone for user in people if user.phone), "")

    def limit(self) -> str:
        return said_at(self.limit_clock.due_at, self.zone) if self.limit_clock else ""

    def basis(self) -> str:
        return self.revision.basis if self.revision else ""

    def statutory(self) -> str:
        return "".join(notices(self.mentioned, self.case))

    def bodies(self) -> str:
        if self.revision is None:
            return ""
        rows = confirmations_of(self.revision).values()
        return "、".join(row.body for row in rows if row is not None and row.answer == "agree")


def _joined(texts: Any) -> str:
    return "；".join(text.strip().rstrip("。；;") for text in texts if text.strip())


VALUES: dict[str, Callable[[CaseValues], str]] = {
    "单位": lambda known: found.name if (found := bureau()) else "",
    "部门": CaseValues.department,
    "联系电话": CaseValues.phone,
    "编号": lambda known: known.case.number,
    "事情": CaseValues.subject,
    "获知时间": lambda known: said_at(known.case.first_known_at, known.zone),
    "反映时间": CaseValues.heard,
    "今天": lambda known: _day(known.zone),
    "核实情况": CaseValues.facts,
    "原因": lambda known: known.of_findings("cause"),
    "影响": lambda known: known.of_findings("impact"),
    "处置措施": lambda known: _joined(row.actions for row in known.disposals),
    "依据": CaseValues.basis,
    "答复期限": CaseValues.limit,
    "法定渠道": CaseValues.statutory,
    "核对机关": CaseValues.bodies,
}
OURS = ("单位", "部门", "联系电话", "编号")  # names and lines of the bureau, not of a person who asks


def said_at(at: dt.datetime, where: ZoneInfo) -> str:
    """「9月14日10时05分」, as a text of the bureau writes it."""
    local = at.astimezone(where)
    minute = f"{local.minute:02d}分" if local.minute else ""
    return f"{local.month}月{local.day}日{local.hour}时{minute}"


def _day(where: ZoneInfo) -> str:
    local = time.now().astimezone(where)
    return f"{local.month}月{local.day}日"


def fill(text: str, case: Case, known: CaseValues | None = None) -> str:
    """The text with every blank filled that the case has words for; the others stay open."""
    known = known or CaseValues(case)
    return BLANK.sub(lambda found: known.value(found[1].strip()) or found[0], text)


def subject_of(case: Case) -> str:
    """What the matter is called in public: by its routing keys, never by a citizen's words; "" where silent."""
    regulation = regulation_of(case.regulation)
    subjects = built_in(regulation).subjects
    keys = routing_table.keys_of(case, regulation)
    named = (subjects.get(keys.get(name, "")) for name in (routing_table.NATURE, routing_table.CATEGORY))
    return next((word for word in named if word), "")


MOST = 40
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")


@dataclass(frozen=True)
class Suggestion:
    """`text` is in the bureau's language, `source` in the reader's; `link` leads to where it was written."""

    text: str
    source: str
    link: str


def suggestions(case: Case, known: CaseValues | None = None) -> list[Suggestion]:
    """What may be said, the agreed facts first: what was found and done, who confirmed it, where to turn, by when."""
    seen: set[str] = set()
    found: list[Suggestion] = []
    for text, source, link in _sources(case, known or CaseValues(case)):
        for sentence in _sentences(text):
            if sentence in seen or mask_personal(sentence).changed:
                continue
            seen.add(sentence)
            found.append(Suggestion(sentence, source, link))
    return found[:MOST]


def _sentences(text: str) -> list[str]:
    """Each sentence as it stands, with its full stop."""
    found = (part[0].strip() for part in _SENTENCE.finditer(text))
    return [one if one[-1] in "。！？" else f"{one.rstrip('；;，,')}。" for one in found if len(one) > 3]


def _sources(case: Case, known: CaseValues) -> Iterator[tuple[str, str, str]]:
    page = f"/desk/cases/{case.number}/"
    together, outside, answer = f"{page}together/", f"{page}outside/", f"{page}answer/"
    if known.sheet is not None:
        yield known.sheet.text, _("口径第 %(version)d 版") % {"version": known.sheet.version}, f"{together}#facts"
    for finding in known.findings:
        told = {"department": department_name(finding.department.name)}
        yield finding.facts, _("%(department)s报的核实情况") % told, page
        yield _led("原因是", finding.cause), _("%(department)s报的原因") % told, page
        yield _led("影响是", finding.impact), _("%(department)s报的影响") % told, page
    for disposal in known.disposals:
        told = {"department": department_name(disposal.finding.department.name)}
        yield disposal.actions, _("%(department)s报的处置") % told, page
    for letter in Liaison.objects.filter(case=case, answered_at__isnull=False).exclude(finding="unknown"):
        yield (
            _led(f"经向{letter.body}核实，", letter.answer),
            _("%(body)s的答复，函 %(number)s") % {"body": letter.body, "number": letter.number},
            outside,
        )
    yield from _confirmed(case, known.revision, answer)
    regulation = regulation_of(case.regulation)
    for code in known.mentioned:
        channel = regulation.response.statutory_channels[code]
        name = display_name(regulation, "statutory", code)
        yield channel.notice, _("来文提到%(name)s；%(norm)s") % {"name": name, "norm": channel.source}, page
    clock = known.limit_clock if case.answered_at is None else None
    if clock is not None:
        until = said_at(clock.due_at, known.zone)
        yield f"结果最晚在{until}公布。", _("法定时限：%(why)s") % {"why": clock.explanation}, page


def _confirmed(case: Case, revision: Revision | None, link: str) -> Iterator[tuple[str, str, str]]:
    if revision is None:
        return
    rows = BodyConfirmation.objects.filter(case=case, manifest_sha256=revision.manifest_sha256, answer="agree")
    for body in dict.fromkeys(row.body for row in rows.order_by("id")):
        yield f"以上情况已与{body}核对。", _("%(body)s已确认这一稿") % {"body": body}, link


def _led(by: str, text: str) -> str:
    """The text with a beginning that lets it stand alone, unless it has one."""
    text = text.strip()
    return text if not text or text.startswith(by[:2]) else f"{by}{text}"
