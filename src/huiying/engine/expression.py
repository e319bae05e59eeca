"""The little language of watch rules: `AND OR NOT ( )`, macros `$ORG`, bare terms (C5.11).

An expression becomes a list of alternatives. Each says which groups of terms must all be touched and which
terms must be absent: that is what the matcher can check in a few set operations. Parsing and rewriting are
bounded, so that no rule file can make the program work for long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

from huiying.engine.normalise import normalise

MAX_LENGTH: Final = 20_000
MAX_DEPTH: Final = 40
MAX_ALTERNATIVES: Final = 256


class ExpressionError(ValueError):
    """A rule that cannot be read: its id, the column (from 1), and what was expected there."""

    def __init__(self, rule_id: str, column: int, expected: str) -> None:
        super().__init__(f"规则 {rule_id} 第 {column} 列：应为{expected}")
        self.rule_id = rule_id
        self.column = column
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Alternative:
    """Met where every group of `required` has a term in the text and no term of `absent` has."""

    required: tuple[tuple[str, ...], ...]
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Term:
    word: str


@dataclass(frozen=True, slots=True)
class _Not:
    child: _Node


@dataclass(frozen=True, slots=True)
class _Many:
    both: bool  # True for AND, False for OR
    children: tuple[_Node, ...]


_Node = _Term | _Not | _Many
_Token = tuple[str, int]


def compile_expression(rule_id: str, text: str, macros: Mapping[str, str]) -> tuple[Alternative, ...]:
    """The alternatives of `text`, terms normalised. Raises `ExpressionError`."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(rule_id, MAX_LENGTH, f"不超过 {MAX_LENGTH} 个字符的表达式")
    node = _Parser(rule_id, text, macros, ()).parse()
    found = _alternatives(_pushed(node, negative=False), rule_id)
    if any(not one.required for one in found):
        raise ExpressionError(rule_id, 1, "至少一个必须出现的词（不能只有 NOT）")
    return found


class _Parser:
    def __init__(self, rule_id: str, text: str, macros: Mapping[str, str], inside: tuple[str, ...]) -> None:
        self._rule_id = rule_id
        self._macros = macros
        self._inside = inside
        self._tokens = _tokens(text)
        self._end = len(text) + 1
        self._at = 0

    def parse(self) -> _Node:
        node = self._either(0)
        word, column = self._peek()
        if word:
            raise ExpressionError(self._rule_id, column, "AND、OR 或结尾")
        return node

    def _peek(self) -> _Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", self._end)

    def _either(self, depth: int) -> _Node:
        return self._chain("OR", depth)

    def _chain(self, operator: str, depth: int) -> _Node:
        if depth > MAX_DEPTH:
            raise ExpressionError(self._rule_id, self._peek()[1], f"不超过 {MAX_DEPTH} 层的括号")
        children = [self._operand(operator, depth)]
        while self._peek()[0] == operator:
            self._at += 1
            children.append(self._operand(operator, depth))
        return children[0] if len(children) == 1 else _Many(operator == "AND", tuple(children))

    def _operand(self, operator: str, depth: int) -> _Node:
        return self._chain("AND", depth) if operator == "OR" else self._unit(depth)

    def _unit(self, depth: int) -> _Node:
        word, column = self._peek()
        self._at += 1
        if word == "NOT":
            if depth > MAX_DEPTH:
                raise ExpressionError(self._rule_id, column, f"不超过 {MAX_DEPTH} 层的 NOT")
            return _Not(self._unit(depth + 1))
        if word == "(":
            node = self._either(depth + 1)
            closing, place = self._peek()
            if closing != ")":
                raise ExpressionError(self._rule_id, place, "AND、OR 或右括号 )")
            self._at += 1
            return node
        if not word or word in ("AND", "OR", ")"):
            raise ExpressionError(self._rule_id, column, "词、$宏、NOT 或左括号 (")
        return self._macro(word, column) if word.startswith("$") else self._term(word, column)

    def _macro(self, word: str, column: int) -> _Node:
        name = word[1:]
        if name in self._inside:
            raise ExpressionError(self._rule_id, column, f"不引用自己的宏（${name} 绕回了自己）")
        if name not in self._macros:
            known = "、".join(f"${each}" for each in sorted(self._macros)) or "（没有定义任何宏）"
            raise ExpressionError(self._rule_id, column, f"已定义的宏 {known}")
        inner = _Parser(self._rule_id, self._macros[name], self._macros, (*self._inside, name))
        try:
            return inner.parse()
        except ExpressionError as error:
            raise ExpressionError(self._rule_id, column, f"正确的宏 ${name}（{error}）") from None

    def _term(self, word: str, column: int) -> _Term:
        plain = normalise(word).text
        if not plain:
            raise ExpressionError(self._rule_id, column, "能看见的词")
        return _Term(plain)


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    start = -1
    for index, char in enumerate(f"{text} "):
        if char in "()（）" or char.isspace():
            if start >= 0:
                tokens.append((text[start:index], start + 1))
                start = -1
            if not char.isspace():
                tokens.append(("(" if char in "(（" else ")", index + 1))
        elif start < 0:
            start = index
    return tokens


def _pushed(node: _Node, *, negative: bool) -> _Node:
    """Push every NOT down to a term (De Morgan)."""
    if isinstance(node, _Not):
        return _pushed(node.child, negative=not negative)
    if isinstance(node, _Many):
        return _Many(node.both != negative, tuple(_pushed(child, negative=negative) for child in node.children))
    return _Not(node) if negative else node


def _alternatives(node: _Node, rule_id: str) -> tuple[Alternative, ...]:
    if isinstance(node, _Term):
        return (Alternative(((node.word,),), ()),)
    if isinstance(node, _Not):
        assert isinstance(node.child, _Term)
        return (Alternative((), (node.child.word,)),)
    parts = [_alternatives(child, rule_id) for child in node.children]
    return _joined(parts, rule_id) if node.both else _gathered(parts, rule_id)


def _gathered(parts: list[tuple[Alternative, ...]], rule_id: str) -> tuple[Alternative, ...]:
    """OR: plain terms share one group, so that a list of words stays one alternative."""
    words: dict[str, None] = {}
    others: list[Alternative] = []
    for one in (alternative for part in parts for alternative in part):
        if len(one.required) == 1 and not one.absent:
            words.update(dict.fromkeys(one.required[0]))
        else:
            others.append(one)
    gathered = [Alternative((tuple(words),), ())] if words else []
    return _bounded([*gathered, *others], rule_id)


def _joined(parts: list[tuple[Alternative, ...]], rule_id: str) -> tuple[Alternative, ...]:
    found: list[Alternative] = [Alternative((), ())]
    for part in parts:
        if len(found) * len(part) > MAX_ALTERNATIVES:
            _bounded([found[0]] * (MAX_ALTERNATIVES + 1), rule_id)
        found = [
            Alternative(tuple(dict.fromkeys(left.required + right.required)), _distinct(left, right))
            for left, right in product(found, part)
        ]
    return tuple(found)


def _distinct(left: Alternative, right: Alternative) -> tuple[str, ...]:
    return tuple(dict.fromkeys(left.absent + right.absent))


def _bounded(found: list[Alternative], rule_id: str) -> tuple[Alternative, ...]:
    if len(found) > MAX_ALTERNATIVES:
        raise ExpressionError(rule_id, 1, f"展开后不超过 {MAX_ALTERNATIVES} 种组合的表达式，请拆成几条规则")
    return tuple(found)
