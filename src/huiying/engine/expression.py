"""The little language of watch rules (C5.11).

    围标 AND (举报 OR $BID) AND NOT 游戏          words, brackets, macros
    保证金 NEAR(10) 不退                           both, at most ten characters between them, in either order
    title:围标  body:(a OR b)  comment:围标        where in the post the word stands
    class:微博客  region:鞍山  own:yes             what kind of source it came from
    "C++ (2)"                                      a word with spaces, brackets or colons in it

An expression becomes a tree in which NOT stands only over leaves. Parsing is bounded in length, depth and leaves,
and nothing is multiplied out, so that no rule can make the program work for long.
What looks like a person or an account is refused: a watch rule describes a matter (INV-10, §6.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from huiying.engine.normalise import normalise
from huiying.engine.post import CHANNEL_CLASSES, UNCLASSIFIED

#: Field names and scopes which would point at somebody.
PERSON_WORDS: Final = (
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
_SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱林何郭罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范"
    "石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_OFFICES: Final = "某|某某|局长|副局长|处长|副处长|科长|书记|主任|副主任|市长|县长|区长|部长|老板|老师|院长|校长"
_OFFICE_HOLDER: Final = re.compile(f"[{_SURNAMES}](?:{_OFFICES})")
_ADDRESS: Final = re.compile(r"https?:|www\.|[\w-]+\.(?:com|cn|net|org)\b", re.ASCII)
# Seven digits in a row are a telephone, an identity card, an account: no matter is called by such a number.
_NUMBER: Final = re.compile(r"\d{7}", re.ASCII)


def names_a_person(word: str) -> bool:
    """Whether a term of a rule points at somebody: `@某人`, an address, a long number, a surname with an office."""
    return (
        "@" in word
        or _ADDRESS.search(word.lower()) is not None
        or _NUMBER.search(word) is not None
        or _OFFICE_HOLDER.fullmatch(word) is not None
    )


def is_person_word(key: str) -> bool:
    """Whether a field or scope name speaks of a person or an account."""
    return any(word in key.lower() for word in PERSON_WORDS)


MAX_LENGTH: Final = 20_000
MAX_DEPTH: Final = 40
MAX_LEAVES: Final = 5_000
MAX_NEAR: Final = 200

TITLE, BODY, COMMENT = "title", "body", "comment"
CLASS, REGION, OWN = "class", "region", "own"
_SCOPES: Final = {
    "title": TITLE, "标题": TITLE, "body": BODY, "正文": BODY, "comment": COMMENT, "评论": COMMENT,
    "class": CLASS, "渠道": CLASS, "region": REGION, "地区": REGION, "own": OWN, "本局": OWN,
}  # fmt: skip
_ZONES: Final = frozenset({TITLE, BODY, COMMENT})
_YES: Final = {"yes": True, "是": True, "no": False, "否": False}
OPERATORS: Final = frozenset({"AND", "OR", "NOT", "NEAR"})
_BRACKETS: Final = {"(": "(", "（": "(", ")": ")", "）": ")"}
_QUOTES: Final = {'"': '"', "“": "”"}


class ExpressionError(ValueError):
    """A rule that cannot be read: its id, the column (from 1), what was expected there, and its file if known."""

    def __init__(self, rule_id: str, column: int, expected: str, source: str = "") -> None:
        where = f"规则文件 {source} 的" if source else ""
        super().__init__(f"{where}规则 {rule_id} 第 {column} 列：应为{expected}")
        self.rule_id = rule_id
        self.column = column
        self.expected = expected
        self.source = source


@dataclass(frozen=True, slots=True)
class Term:
    """A word, normalised; `zone` is where it must stand, "" for anywhere. Columns are [start, end) from 0."""

    word: str
    zone: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """What a post says of where it came from: `kind` class, region or own."""

    kind: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Near:
    """Met where a word of `left` and one of `right` stand apart, with at most `within` characters between them."""

    left: tuple[Term, ...]
    right: tuple[Term, ...]
    within: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Not:
    child: Node
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Many:
    """AND (`both`) or OR of its children."""

    both: bool
    children: tuple[Node, ...]
    start: int
    end: int


Node = Term | Source | Near | Not | Many


@dataclass(frozen=True, slots=True)
class Clause:
    """One of the parts that an author sees: an operand of the outermost AND, of one branch of the outermost OR.

    `branch` counts the branches from 0; a rule fires where every clause of one branch holds.
    """

    node: Node
    branch: int

    def source(self, expression: str) -> str:
        """The clause as it was written."""
        return expression[self.node.start : self.node.end].strip()


@dataclass(frozen=True, slots=True)
class Expression:
    """A rule that was read: its tree, every NOT pushed down to a leaf, and the clauses as its author sees them."""

    tree: Node
    clauses: tuple[Clause, ...]


def parse(rule_id: str, text: str, macros: Mapping[str, str]) -> Expression:
    """Read `text`; its terms are normalised. Raises `ExpressionError`."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(rule_id, MAX_LENGTH, f"不超过 {MAX_LENGTH} 个字符的表达式")
    written = _flat(_Parser(rule_id, text, macros, (), [0]).parse())
    return Expression(_flat(_pushed(written, negative=False)), tuple(_clauses(written)))


def _clauses(written: Node) -> Iterator[Clause]:
    """The parts of a rule, in the order written. Words which are joined by the outermost OR make one part."""
    branches = written.children if isinstance(written, Many) and not written.both else (written,)
    for number, branch in enumerate(_gathered(branches)):
        for part in branch.children if isinstance(branch, Many) and branch.both else (branch,):
            yield Clause(_flat(_pushed(part, negative=False)), number)


def leaves(node: Node) -> Iterator[Term | Source]:
    """Every word and source of a tree, in order."""
    if isinstance(node, Term | Source):
        yield node
    elif isinstance(node, Near):
        yield from (*node.left, *node.right)
    else:
        for child in (node.child,) if isinstance(node, Not) else node.children:
            yield from leaves(child)


def _gathered(branches: tuple[Node, ...]) -> list[Node]:
    """Runs of plain words stay together: a list of five hundred words is one part, not five hundred."""
    found: list[Node] = []
    run: list[Node] = []
    for branch in (*branches, None):
        if isinstance(branch, Term):
            run.append(branch)
            continue
        if run:
            found.append(run[0] if len(run) == 1 else Many(False, tuple(run), run[0].start, run[-1].end))
            run = []
        if branch is not None:
            found.append(branch)
    return found


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int
    is_literal: bool = False

    def says(self, word: str) -> bool:
        return self.text == word and not self.is_literal


class _Parser:
    """Recursive descent over one text; a macro is read by a parser of its own, counted in the same budget."""

    def __init__(
        self, rule_id: str, text: str, macros: Mapping[str, str], inside: tuple[str, ...], budget: list[int]
    ) -> None:
        self._rule_id = rule_id
        self._macros = macros
        self._inside = inside
        self._budget = budget
        self._tokens = _tokens(rule_id, text)
        self._end = len(text)
        self._at = 0

    def parse(self) -> Node:
        node = self._chain("OR", 0, "")
        token = self._peek()
        if token.text or token.is_literal:
            raise self._error(token, "AND、OR、NEAR(字数) 或结尾")
        return node

    def _error(self, token: _Token, expected: str) -> ExpressionError:
        return ExpressionError(self._rule_id, token.start + 1, expected)

    def _peek(self) -> _Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else _Token("", self._end, self._end)

    def _next(self) -> _Token:
        token = self._peek()
        self._at += 1
        return token

    def _chain(self, operator: str, depth: int, zone: str) -> Node:
        if depth > MAX_DEPTH:
            raise self._error(self._peek(), f"不超过 {MAX_DEPTH} 层的括号")
        children = [self._operand(operator, depth, zone)]
        while self._peek().says(operator):
            self._at += 1
            children.append(self._operand(operator, depth, zone))
        if len(children) == 1:
            return children[0]
        return Many(operator == "AND", tuple(children), children[0].start, children[-1].end)

    def _operand(self, operator: str, depth: int, zone: str) -> Node:
        return self._chain("AND", depth, zone) if operator == "OR" else self._beside(depth, zone)

    def _beside(self, depth: int, zone: str) -> Node:
        """A unit, or two units with NEAR(k) between them."""
        first = self._peek()
        left = self._unit(depth, zone)
        if not self._peek().says("NEAR"):
            return left
        self._at += 1
        within = self._within()
        second = self._peek()
        right = self._unit(depth, zone)
        if self._peek().says("NEAR"):
            raise self._error(self._peek(), "AND 或 OR（一个 NEAR 只连两边，第三个词请另写一个 NEAR）")
        return Near(self._words(left, first), self._words(right, second), within, left.start, right.end)

    def _within(self) -> int:
        opening, number, closing = self._next(), self._next(), self._next()
        expected = f"NEAR(字数)，字数为 0 至 {MAX_NEAR}，例如 NEAR(10)"
        for token, fits in (
            (opening, opening.says("(")),
            (number, number.text.isascii() and number.text.isdigit() and len(number.text) < 4),
            (closing, closing.says(")")),
        ):
            if not fits:
                raise self._error(token, expected)
        if int(number.text) > MAX_NEAR:
            raise self._error(number, expected)
        return int(number.text)

    def _words(self, node: Node, token: _Token) -> tuple[Term, ...]:
        if isinstance(node, Term):
            return (node,)
        if isinstance(node, Many) and not node.both:
            return tuple(word for child in node.children for word in self._words(child, token))
        raise self._error(token, "词、由词组成的宏，或 (词 OR 词)：NEAR 两边只能是词")

    def _unit(self, depth: int, zone: str) -> Node:
        token = self._next()
        if token.says("NOT"):
            if depth > MAX_DEPTH:
                raise self._error(token, f"不超过 {MAX_DEPTH} 层的 NOT")
            child = self._unit(depth + 1, zone)
            return Not(child, token.start, child.end)
        if token.says("("):
            return self._bracket(token, depth, zone)
        if not token.is_literal:
            if not token.text or token.text in OPERATORS or token.text == ")":
                raise self._error(token, "词、$宏、NOT 或左括号 (")
            if token.text.startswith("$"):
                return self._macro(token, zone)
            if token.text.endswith(":"):
                return self._scoped(token, depth, zone)
        return self._term(token, zone)

    def _bracket(self, opening: _Token, depth: int, zone: str) -> Node:
        node = self._chain("OR", depth + 1, zone)
        closing = self._next()
        if not closing.says(")"):
            raise self._error(closing, "AND、OR 或右括号 )")
        return replace(node, start=opening.start, end=closing.end) if isinstance(node, Many) else node

    def _scoped(self, token: _Token, depth: int, zone: str) -> Node:
        name = token.text[:-1].lower()
        if is_person_word(name):
            raise self._error(token, "只看事情的范围（规则不得指向账号或个人）")
        scope = _SCOPES.get(name)
        if scope is None:
            raise self._error(token, f"认识的范围（{'、'.join(f'{one}:' for one in _SCOPES)}）；词里有冒号请加引号")
        if scope not in _ZONES:
            return self._source(token, scope)
        if zone:
            raise self._error(token, "不再套一层的范围")
        following = self._peek()
        if following.says("NOT") or not (following.text or following.is_literal):
            raise self._error(following, "词、$宏或左括号 (")
        return replace(self._unit(depth + 1, scope), start=token.start)

    def _source(self, token: _Token, kind: str) -> Source:
        value = self._next()
        if not value.text or (value.text in ("(", ")", *OPERATORS) and not value.is_literal):
            raise self._error(value, f"{token.text} 后面的值")
        said = value.text
        if kind == CLASS and said not in (*CHANNEL_CLASSES, UNCLASSIFIED):
            raise self._error(value, f"渠道类别（{'、'.join((*CHANNEL_CLASSES, UNCLASSIFIED))}）")
        if kind == OWN:
            if said.lower() not in _YES:
                raise self._error(value, "yes 或 no（是 或 否）")
            said = "yes" if _YES[said.lower()] else "no"
        if kind == REGION:
            said = normalise(said).text
        self._count(value)
        return Source(kind, said, token.start, value.end)

    def _macro(self, token: _Token, zone: str) -> Node:
        name = token.text[1:]
        if name in self._inside:
            raise self._error(token, f"不引用自己的宏（${name} 绕回了自己）")
        if name not in self._macros:
            known = "、".join(f"${each}" for each in sorted(self._macros)) or "（没有定义任何宏）"
            raise self._error(token, f"已定义的宏 {known}")
        self._count(token)
        try:
            inner = _Parser(self._rule_id, self._macros[name], self._macros, (*self._inside, name), self._budget)
            node = inner.parse()
        except ExpressionError as error:
            raise self._error(token, f"正确的宏 ${name}（{error}）") from None
        return _placed(node, zone, token)

    def _term(self, token: _Token, zone: str) -> Term:
        word = normalise(token.text).text.strip()
        if not word:
            raise self._error(token, "能看见的词")
        if names_a_person(word):
            raise self._error(token, f"描述事情的词，而不是“{token.text}”：规则不得指向账号或个人")
        self._count(token)
        return Term(word, zone, token.start, token.end)

    def _count(self, token: _Token) -> None:
        self._budget[0] += 1
        if self._budget[0] > MAX_LEAVES:  # macros count too: they may be nested
            raise self._error(token, f"展开后不超过 {MAX_LEAVES} 个词的表达式，请拆成几条规则")


def _placed(node: Node, zone: str, token: _Token) -> Node:
    """A macro's tree where the macro stands: columns inside it would mean nothing to the rule's author."""
    if isinstance(node, Term):
        return _word_placed(node, zone, token)
    if isinstance(node, Source):
        return replace(node, start=token.start, end=token.end)
    if isinstance(node, Near):
        left, right = (tuple(_word_placed(one, zone, token) for one in side) for side in (node.left, node.right))
        return replace(node, left=left, right=right, start=token.start, end=token.end)
    if isinstance(node, Not):
        return Not(_placed(node.child, zone, token), token.start, token.end)
    children = tuple(_placed(child, zone, token) for child in node.children)
    return Many(node.both, children, token.start, token.end)


def _word_placed(word: Term, zone: str, token: _Token) -> Term:
    return replace(word, zone=zone or word.zone, start=token.start, end=token.end)


def _tokens(rule_id: str, text: str) -> list[_Token]:
    tokens: list[_Token] = []
    index = 0
    while index < len(text):
        char = text[index]
        if char.isspace():
            index += 1
        elif char in _BRACKETS:
            tokens.append(_Token(_BRACKETS[char], index, index + 1))
            index += 1
        elif char in _QUOTES:
            stop = text.find(_QUOTES[char], index + 1)
            if stop < 0:
                raise ExpressionError(rule_id, index + 1, f"成对的引号，缺少 {_QUOTES[char]}")
            tokens.append(_Token(text[index + 1 : stop], index, stop + 1, is_literal=True))
            index = stop + 1
        else:
            stop = _end_of_word(text, index)
            tokens.append(_Token(text[index:stop].replace("：", ":"), index, stop))
            index = stop
    return _checked(rule_id, tokens)


def _end_of_word(text: str, start: int) -> int:
    """Where a bare word ends; a colon ends it too, so that `title:围标` is a scope and a word."""
    for index in range(start, len(text)):
        char = text[index]
        if char.isspace() or char in _BRACKETS or char in _QUOTES:
            return index
        if char in ":：" and index > start:
            return index + 1
    return len(text)


def _checked(rule_id: str, tokens: list[_Token]) -> list[_Token]:
    for before, after in pairwise(tokens):
        if before.is_literal and after.start == before.end and after.text not in ("(", ")"):
            raise ExpressionError(rule_id, after.start + 1, "引号后面的空格或括号")
    return tokens


def _pushed(node: Node, *, negative: bool) -> Node:
    """Push every NOT down to a leaf (De Morgan)."""
    if isinstance(node, Not):
        pushed = _pushed(node.child, negative=not negative)
        return replace(pushed, start=node.start, end=node.end)
    if isinstance(node, Many):
        children = tuple(_pushed(child, negative=negative) for child in node.children)
        return Many(node.both != negative, children, node.start, node.end)
    return Not(node, node.start, node.end) if negative else node


def _flat(node: Node) -> Node:
    """AND inside AND, OR inside OR: one level."""
    if not isinstance(node, Many):
        return node
    children: list[Node] = []
    for child in map(_flat, node.children):
        if isinstance(child, Many) and child.both == node.both:
            children.extend(child.children)
        else:
            children.append(child)
    return Many(node.both, tuple(children), node.start, node.end)
