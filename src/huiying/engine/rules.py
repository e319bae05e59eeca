"""Watch rules: loading them with clear refusals, and matching all of them in one pass (C5.10, C5.11).

Rules describe matters, never persons: a rule file with any field for an account or an author is refused
(INV-10). All terms of all rules stand in one automaton; a rule is looked at only where a term of its rarest
required group was found.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

import daachorse

from huiying.engine.expression import Alternative, ExpressionError, compile_expression
from huiying.engine.normalise import Normalised, ascii_bounded, needs_bounds, normalise

__all__ = ["ExpressionError", "Mask", "Rule", "RuleError", "RuleHit", "RuleSet", "TermHit", "load_rules"]

_RULE_FIELDS: Final = frozenset(
    {
        "id", "version", "group", "name", "expression", "sensitivity", "lead", "co_leads", "confirm_with",
        "priority", "note",
    }
)  # fmt: skip
_PERSON_WORDS: Final = (
    "author",
    "account",
    "user",
    "nick",
    "uid",
    "handle",
    "voice",
    "作者",
    "账号",
    "帐号",
    "用户",
    "昵称",
)
_SHOWN_TERMS: Final = 12


class RuleError(ValueError):
    """A rule file that cannot be used: which rule and field, what was expected, what to do."""

    def __init__(self, where: str, expected: str, fix: str = "请改正后重新载入。") -> None:
        super().__init__(f"{where}：应为{expected}。{fix}")
        self.where = where
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Rule:
    """One matter to watch for. `sensitivity` (0 to 5) is of the matter; `priority` decides the lead."""

    id: str
    version: str
    group: str
    name: str
    expression: str
    sensitivity: int
    lead: str
    co_leads: tuple[str, ...]
    confirm_with: tuple[str, ...]
    priority: int


@dataclass(frozen=True, slots=True)
class Mask:
    """A look-alike which contains a watched word; not blanked where one of `unless_followed_by` follows."""

    text: str
    unless_followed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TermHit:
    """Where a term stands: offsets in the original text, and the words really written there."""

    term: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class RuleHit:
    """A rule that fired, with the terms that made it fire."""

    rule: Rule
    terms: tuple[TermHit, ...]


@dataclass(frozen=True, slots=True)
class _Clause:
    rule: int
    required: tuple[frozenset[int], ...]
    absent: frozenset[int]


class RuleSet:
    """Rules of one bureau, compiled. Immutable: a changed rule file makes a new one and is swapped in."""

    def __init__(
        self,
        *,
        name: str,
        version: str,
        place: str,
        places: Iterable[str],
        elsewhere: Iterable[str],
        rules: Iterable[Rule],
        macros: Mapping[str, str],
        masks: Iterable[Mask],
        negative_words: Iterable[str],
        departments: Mapping[str, str],
        concepts: Mapping[str, Iterable[str]],
        topics: Mapping[str, Iterable[str]],
    ) -> None:
        self.name = name
        self.version = version
        self.place = place
        self.places = tuple(dict.fromkeys((place, *places)))
        self.elsewhere = tuple(elsewhere)
        self.rules = tuple(rules)
        self.masks = tuple(masks)
        self.negative_words = tuple(normalise(word).text for word in negative_words)
        self.departments = dict(departments)
        self.concepts = {key: tuple(normalise(word).text for word in words) for key, words in concepts.items()}
        self.topics = {key: tuple(normalise(word).text for word in words) for key, words in topics.items()}
        self._compile([compile_expression(rule.id, rule.expression, macros) for rule in self.rules])

    def _compile(self, compiled: list[tuple[Alternative, ...]]) -> None:
        numbers: dict[str, int] = {}
        uses: list[int] = []
        clauses: list[_Clause] = []
        for index, alternatives in enumerate(compiled):
            for one in alternatives:
                groups = tuple(frozenset(_number(word, numbers, uses) for word in group) for group in one.required)
                absent = frozenset(_number(word, numbers, uses) for word in one.absent)
                clauses.append(_Clause(index, groups, absent))
        self.terms = tuple(numbers)
        self.clauses = tuple(clauses)
        self._bounded = frozenset(number for word, number in numbers.items() if needs_bounds(word))
        self._automaton = daachorse.CharwiseDoubleArrayAhoCorasick(list(self.terms)) if numbers else None
        self._anchored: list[tuple[_Clause, ...]] = [() for _ in self.terms]
        for clause in clauses:
            anchor = min(clause.required, key=lambda group: (_commonness(group, self.terms, uses), min(group)))
            for number in sorted(anchor):
                self._anchored[number] = (*self._anchored[number], clause)

    def masked(self, text: str) -> str:
        """`text` (normalised) with look-alikes blanked, same length."""
        for mask in self.masks:
            start = text.find(mask.text)
            while start >= 0:
                end = start + len(mask.text)
                if not (mask.unless_followed_by and text.startswith(mask.unless_followed_by, end)):
                    text = f"{text[:start]}{chr(0) * len(mask.text)}{text[end:]}"
                start = text.find(mask.text, end)
        return text

    def fired(self, text: str) -> list[int]:
        """Numbers of the rules which fire on a normalised, masked text, in the rule file's order."""
        found = self._found(text)
        return self.verified(set(found)) if found else []

    def match(self, normalised: Normalised, masked: str) -> list[RuleHit]:
        """The rules that fire, each with where its terms stand in the original text."""
        places = self._found(masked)
        if not places:
            return []
        return [self._hit(number, places, normalised) for number in self.verified(set(places))]

    def _found(self, text: str) -> dict[int, tuple[int, int]]:
        """Each term in the text with its first place."""
        if self._automaton is None:
            return {}
        found: dict[int, tuple[int, int]] = {}
        bounded = self._bounded
        for start, end, number in self._automaton.find_overlapping(text):
            if number not in found and (number not in bounded or ascii_bounded(text, start, end)):
                found[number] = (start, end)
        return found

    def verified(self, present: set[int]) -> list[int]:
        """Numbers of the rules which a set of term numbers (indices of `terms`) satisfies, in order."""
        fired: set[int] = set()
        for number in present:
            for clause in self._anchored[number]:
                if clause.rule in fired or not clause.absent.isdisjoint(present):
                    continue
                if all(not group.isdisjoint(present) for group in clause.required):
                    fired.add(clause.rule)
        return sorted(fired)

    def _hit(self, number: int, places: Mapping[int, tuple[int, int]], normalised: Normalised) -> RuleHit:
        present = places.keys()
        words: set[int] = set()
        for clause in self.clauses:
            if clause.rule == number and clause.absent.isdisjoint(present):
                groups = [group & present for group in clause.required]
                if all(groups):
                    words.update(*groups)
        shown = sorted((places[word], word) for word in words)[:_SHOWN_TERMS]
        terms = tuple(
            TermHit(self.terms[word], *normalised.span(*place), normalised.quote(*place)) for place, word in shown
        )
        return RuleHit(self.rules[number], terms)


def load_rules(source: str | Path = "anshan") -> RuleSet:
    """A built-in rule set by name (`anshan`, `sixian`) or a rule file by path. Raises `RuleError`."""
    try:
        if isinstance(source, str) and source.isidentifier():
            raw = (resources.files("huiying.engine") / "data" / f"rules.{source}.json").read_text("utf-8")
        else:
            raw = Path(source).read_text("utf-8-sig")
        data = json.loads(raw)
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"规则文件 {source}", "能读取的 UTF-8 文件", f"请检查路径（{error}）。") from None
    except (ValueError, RecursionError) as error:
        raise RuleError(f"规则文件 {source}", "正确的 JSON", f"请检查（{error}）。") from None
    return rules_from(data, name=str(source))


def rules_from(data: Any, *, name: str) -> RuleSet:
    """Rules from a parsed rule file. Raises `RuleError` or `ExpressionError`."""
    if not isinstance(data, Mapping) or not isinstance(data.get("rules"), list):
        raise RuleError(f"规则文件 {name}", "带 rules 列表的对象")
    place = data.get("place")
    if not isinstance(place, str) or not place.strip():
        raise RuleError(f"规则文件 {name} 的 place", "本地地名")
    departments = data.get("departments")
    if not isinstance(departments, Mapping) or not departments:
        raise RuleError(f"规则文件 {name} 的 departments", "部门代码到名称的对象")
    version = str(data.get("version", "1"))
    rules = [_rule(row, index, version, departments) for index, row in enumerate(data["rules"], 1)]
    strangers = [code for code in data.get("topics", {}) if code not in departments]
    if strangers:
        raise RuleError(f"规则文件 {name} 的 topics", f"已登记的部门代码，而不是 {strangers[0]}")
    repeated = [rule.id for index, rule in enumerate(rules) if rule.id in {other.id for other in rules[:index]}]
    if repeated:
        raise RuleError(f"规则 {repeated[0]}", "不重复的编号")
    return RuleSet(
        name=name,
        version=version,
        place=normalise(place).text,
        places=[normalise(one).text for one in _words(data, "places", name)],
        elsewhere=[normalise(one).text for one in _words(data, "elsewhere", name)],
        rules=rules,
        macros={str(key): str(value) for key, value in dict(data.get("macros", {})).items()},
        masks=[_mask(row, name) for row in data.get("masks", [])],
        negative_words=_words(data, "negative_words", name),
        departments=departments,
        concepts={key: _words(data["concepts"], key, name) for key in data.get("concepts", {})},
        topics={code: _words(data["topics"], code, name) for code in data.get("topics", {})},
    )


def _rule(row: Any, index: int, version: str, departments: Mapping[str, str]) -> Rule:
    where = f"第 {index} 条规则"
    if not isinstance(row, Mapping) or not isinstance(row.get("id"), str) or not row["id"]:
        raise RuleError(where, "带编号 id 的对象")
    where = f"规则 {row['id']}"
    for key in row:
        if any(word in str(key).lower() for word in _PERSON_WORDS):
            raise RuleError(f"{where} 的 {key}", "只描述事情的字段", "规则不得指向账号或个人，请删去。")
        if key not in _RULE_FIELDS:
            raise RuleError(f"{where} 的 {key}", f"已知的字段（{'、'.join(sorted(_RULE_FIELDS))}）")
    sensitivity = row.get("sensitivity")
    if isinstance(sensitivity, bool) or not isinstance(sensitivity, int) or not 0 <= sensitivity <= 5:
        raise RuleError(f"{where} 的 sensitivity", "0 至 5 的整数")
    priority = row.get("priority", 5)
    if isinstance(priority, bool) or not isinstance(priority, int):
        raise RuleError(f"{where} 的 priority", "整数")
    lead = row.get("lead")
    if lead not in departments:
        raise RuleError(f"{where} 的 lead", f"已登记的部门代码（{'、'.join(departments)}）")
    if not isinstance(row.get("expression"), str):
        raise RuleError(f"{where} 的 expression", "表达式")
    co_leads = _codes(row, "co_leads", where)
    unknown = [code for code in co_leads if code not in departments]
    if unknown:
        raise RuleError(f"{where} 的 co_leads", f"已登记的部门代码，而不是 {unknown[0]}")
    return Rule(
        id=row["id"],
        version=str(row.get("version", version)),
        group=str(row.get("group", "")),
        name=str(row.get("name", row["id"])),
        expression=row["expression"],
        sensitivity=sensitivity,
        lead=str(lead),
        co_leads=co_leads,
        confirm_with=_codes(row, "confirm_with", where),
        priority=priority,
    )


def _codes(row: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    """A list of names; `A|B` in the source means either of them and is read as both."""
    value = row.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise RuleError(f"{where} 的 {key}", "文字的列表")
    return tuple(dict.fromkeys(part for one in value for part in one.split("|") if part))


def _words(data: Mapping[str, Any], key: str, name: str) -> list[str]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise RuleError(f"规则文件 {name} 的 {key}", "词的列表")
    return value


def _mask(row: Any, name: str) -> Mask:
    if isinstance(row, str) and row.strip():
        return Mask(normalise(row).text, ())
    if isinstance(row, Mapping) and isinstance(row.get("text"), str) and isinstance(row.get("unless"), list):
        return Mask(normalise(row["text"]).text, tuple(str(one) for one in row["unless"]))
    raise RuleError(f"规则文件 {name} 的 masks", '词，或 {"text": …, "unless": [后面的字]}')


def _number(word: str, numbers: dict[str, int], uses: list[int]) -> int:
    number = numbers.setdefault(word, len(numbers))
    if number == len(uses):
        uses.append(0)
    uses[number] += 1
    return number


def _commonness(group: frozenset[int], terms: tuple[str, ...], uses: list[int]) -> float:
    """How often a group will be touched: short terms and terms which many rules share are common."""
    return sum(uses[number] * 8.0 ** -len(terms[number]) for number in sorted(group))
