"""Watch rules: loading them with clear refusals, and matching all of them in one pass (C5.10, C5.11).

Rules describe matters, never persons: a rule file with any field for an account or an author is refused
(INV-10). All terms of all rules stand in one automaton; a rule is looked at only where a term of its rarest
required group was found.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from huiying.engine.expression import Clause, ExpressionError as ExpressionError, is_person_word, parse
from huiying.engine.matcher import Context, Matcher, Place, Seen
from huiying.engine.normalise import Normalised, Standing, WordLists, normalise

_RULE_FIELDS: Final = frozenset(
    {
        "id", "version", "group", "name", "expression", "sensitivity", "lead", "co_leads", "confirm_with",
        "priority", "note",
    }
)  # fmt: skip
_SHOWN_TERMS: Final = 12
_WORD: Final = re.compile(r"[^\s()]+")
# How names of bureaus go on: 公共资源交易 is one of 公共资源交易中心.
_TAILS: Final = ("中心", "管理局", "平台", "系统", "网")
TOPIC: Final = "topic:"


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
    """Where a term stands: offsets in the original text, the words really written there, and for which clause of the
    rule (from 1) it counts.
    """

    term: str
    start: int
    end: int
    quote: str
    clause: int = 1


@dataclass(frozen=True, slots=True)
class RuleHit:
    """A rule that fired, with the terms that made it fire, by place."""

    rule: Rule
    terms: tuple[TermHit, ...]

    def to_dict(self) -> dict[str, Any]:
        """`{"rule", "version", "terms": [[clause, start, end]]}`: which clause of which version hit where."""
        terms = [[term.clause, term.start, term.end] for term in self.terms]
        return {"rule": self.rule.id, "version": self.rule.version, "terms": terms}


@dataclass(frozen=True, slots=True)
class ClauseFound:
    """One clause of a rule beside a text: whether it holds, and the words that make it hold, or break it."""

    number: int
    branch: int
    source: str
    holds: bool
    terms: tuple[TermHit, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a rule fires on a text, or does not: every clause of it."""

    rule: Rule
    fires: bool
    clauses: tuple[ClauseFound, ...]


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
        aliases: Mapping[str, Iterable[str]] | None = None,
        counts: Mapping[str, int] | None = None,
    ) -> None:
        self.name = name
        self.version = version
        self.place = place
        self.places = tuple(dict.fromkeys((place, *places)))
        self.elsewhere = tuple(elsewhere)
        self.rules = tuple(rules)
        self.macros = dict(macros)
        self.own_names = _own_names(place, self.macros.get("ORG", ""))
        self.masks = tuple(masks)
        self.negative_words = tuple(normalise(word).text for word in negative_words)
        self.departments = dict(departments)
        self.concepts = {key: tuple(normalise(word).text for word in words) for key, words in concepts.items()}
        self.topics = {key: tuple(normalise(word).text for word in words) for key, words in topics.items()}
        self.lists = WordLists(
            {
                "places": self.places,
                "elsewhere": self.elsewhere,
                "negative": self.negative_words,
                **{f"concept:{name}": words for name, words in self.concepts.items()},
                **{f"{TOPIC}{code}": words for code, words in self.topics.items()},
            },
            alone={f"{TOPIC}{code}" for code in self.topics},
        )
        read = [parse(rule.id, rule.expression, macros) for rule in self.rules]
        others = {normalise(plain).text: _spellings(ways) for plain, ways in (aliases or {}).items()}
        names, trees = [rule.id for rule in self.rules], [one.tree for one in read]
        self._matcher = Matcher(names, trees, aliases=others, counts=counts)
        self._clauses = [one.clauses for one in read]

    @property
    def terms(self) -> tuple[str, ...]:
        """All words of all rules; a word's index is its number."""
        return self._matcher.terms

    @property
    def anchors(self) -> set[str]:
        """Words, in every spelling, of which one stands in any text on which a rule fires."""
        return self._matcher.anchors

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

    def weights(self, standing: Standing) -> dict[str, int]:
        """Each department's weight in a text: the letters of its words there, ASCII words standing alone."""
        weights = dict.fromkeys(self.topics, 0)
        for name in standing.places:
            if name.startswith(TOPIC):
                weights[name.removeprefix(TOPIC)] = sum(map(len, standing.words(name)))
        return weights

    def fired(self, text: str) -> list[int]:
        """Numbers of the rules which fire on a normalised, masked text of unknown source, in the file's order."""
        return self._matcher.fired(text)

    def verified(self, present: set[int]) -> list[int]:
        """Numbers of the rules which a set of word numbers (indices of `terms`) satisfies, in order."""
        return self._matcher.verified(present)

    def count(self, texts: Iterable[str]) -> dict[str, int]:
        """In how many of these normalised texts each word of the rules stands: what `counts` wants to know."""
        counts = [0] * len(self.terms)
        for text in texts:
            for number in self._matcher.found(text):
                counts[number] += 1
        return {word: count for word, count in zip(self.terms, counts, strict=True) if count}

    def match(self, normalised: Normalised, masked: str, context: Context | None = None) -> list[RuleHit]:
        """The rules that fire, each with where its terms stand in the original text.

        Without `context` the whole text is body and nothing is known of the source.
        """
        seen = self._matcher.seen(masked, normalised, context)
        return [self._hit(number, seen, normalised) for number in self._matcher.verified_in(seen)]

    def explain(self, rule_id: str, normalised: Normalised, masked: str, context: Context | None = None) -> Explained:
        """Why a rule fires on a text, or does not. Raises KeyError for a rule that is not here."""
        number = next((at for at, rule in enumerate(self.rules) if rule.id == rule_id), None)
        if number is None:
            raise KeyError(rule_id)
        rule, seen = self.rules[number], self._matcher.seen(masked, normalised, context)
        found = []
        for at, clause in enumerate(self._clauses[number], 1):
            terms = self._terms(at, clause, seen, normalised)
            holds = self._matcher.holds(clause.node, seen)
            found.append(ClauseFound(at, clause.branch, clause.source(rule.expression), holds, terms))
        return Explained(rule, bool(_met(found)), tuple(found))

    def _hit(self, number: int, seen: Seen, normalised: Normalised) -> RuleHit:
        clauses = self._clauses[number]
        broken = {clause.branch for clause in clauses if not self._matcher.holds(clause.node, seen)}
        held = [(at, clause) for at, clause in enumerate(clauses, 1) if clause.branch not in broken]
        terms = [term for at, clause in held for term in self._terms(at, clause, seen, normalised)]
        first = {term.term: term for term in sorted(terms, key=_place, reverse=True)}
        shown = sorted(first.values(), key=_place)[:_SHOWN_TERMS]
        return RuleHit(self.rules[number], tuple(shown))

    def _terms(self, number: int, clause: Clause, seen: Seen, normalised: Normalised) -> tuple[TermHit, ...]:
        found: dict[tuple[str, Place], None] = {}
        for term, place in self._matcher.touched(clause.node, seen):
            found[term.word, place] = None
        return tuple(
            TermHit(name, *normalised.span(*place), normalised.quote(*place), number)
            for name, place in sorted(found, key=lambda one: (one[1], one[0]))
        )


def _own_names(place: str, organisation: str) -> tuple[str, ...]:
    """What the bureau is called, with and without its place, the longest first: it stands in most of what is heard."""
    names = {name for name in _WORD.findall(organisation) if name not in ("OR", "AND", "NOT")}
    whole = {f"{name}{tail}" for name in names for tail in ("", *_TAILS)}
    full = {f"{place}{town}{name}" for name in whole for town in ("", "市", "县", "区")}
    return tuple(sorted(whole | full, key=lambda name: (-len(name), name)))


def _place(term: TermHit) -> tuple[int, int, str]:
    return term.start, term.end, term.term


def _met(clauses: list[ClauseFound]) -> set[int]:
    """Branches of which every clause holds."""
    return {clause.branch for clause in clauses} - {clause.branch for clause in clauses if not clause.holds}


def _spellings(ways: Iterable[str]) -> list[str]:
    return [plain for way in ways if (plain := normalise(way).text)]


def load_rules(source: str | Path = "anshan") -> RuleSet:
    """A built-in rule set by name (`anshan`, `sixian`) or a rule file by path. Raises as `rules_from`."""
    return rules_from(read_rules(source), name=str(source))


def read_rules(source: str | Path) -> Any:
    """A rule file's content, not yet looked at. Raises `RuleError`."""
    try:
        if isinstance(source, str) and source.isidentifier():
            raw = (resources.files("huiying.engine") / "data" / f"rules.{source}.json").read_text("utf-8")
        else:
            raw = Path(source).read_text("utf-8-sig")
        return json.loads(raw)
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"规则文件 {source}", "能读取的 UTF-8 文件", f"请检查路径（{error}）。") from None
    except (ValueError, RecursionError) as error:
        raise RuleError(f"规则文件 {source}", "正确的 JSON", f"请检查（{error}）。") from None


def rules_from(data: Any, *, name: str) -> RuleSet:
    """Rules from a parsed rule file. Raises `RuleError` or `ExpressionError`."""
    try:
        return _rules_from(data, name)
    except (RuleError, ExpressionError):
        raise
    except (TypeError, ValueError, AttributeError, KeyError) as error:  # a list where a word belongs, and the like
        raise RuleError(f"规则文件 {name}", "每一项都是该有的类型", f"请检查（{error}）。") from error


def _rules_from(data: Any, name: str) -> RuleSet:
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
    repeated = next((rule for rule, times in Counter(rule.id for rule in rules).items() if times > 1), None)
    if repeated is not None:
        raise RuleError(f"规则 {repeated}", "不重复的编号")
    try:
        return _made(data, name, rules, version)
    except ExpressionError as error:
        raise ExpressionError(error.rule_id, error.column, error.expected, name) from None


def _made(data: Mapping[str, Any], name: str, rules: list[Rule], version: str) -> RuleSet:
    return RuleSet(
        name=name,
        version=version,
        place=normalise(data["place"]).text,
        places=[normalise(one).text for one in _words(data, "places", name)],
        elsewhere=[normalise(one).text for one in _words(data, "elsewhere", name)],
        rules=rules,
        macros={str(key): str(value) for key, value in dict(data.get("macros", {})).items()},
        masks=[_mask(row, name) for row in data.get("masks", [])],
        negative_words=_words(data, "negative_words", name),
        departments=data["departments"],
        concepts={key: _words(data["concepts"], key, name) for key in data.get("concepts", {})},
        topics={code: _words(data["topics"], code, name) for code in data.get("topics", {})},
        aliases={key: _words(data["aliases"], key, name) for key in data.get("aliases", {})},
        counts={str(word): int(count) for word, count in dict(data.get("counts", {})).items()},
    )


def _rule(row: Any, index: int, version: str, departments: Mapping[str, str]) -> Rule:
    where = f"第 {index} 条规则"
    if not isinstance(row, Mapping) or not isinstance(row.get("id"), str) or not row["id"]:
        raise RuleError(where, "带编号 id 的对象")
    where = f"规则 {row['id']}"
    for key in row:
        if is_person_word(str(key)):
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
    if not isinstance(lead, str) or lead not in departments:
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
