"""Watch rules over REST: the list with its figures, trying texts, and changes that two persons make (C5.11)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from huiying.api.bodies import NO, READS, Body, Reason, Unreadable, caller, or_404
from huiying.engine.importing_rules import read_frequency_words
from huiying.engine.rules import ExpressionError, RuleError
from huiying.judging import watchbook
from huiying.judging.actions import watching
from huiying.judging.actions.watching import Draft
from huiying.judging.models import WatchChange, WatchProposal
from huiying.judging.watchbook import RuleFigures, Tried
from huiying.listening.models import Post
from huiying.listening.reserved import without_sensitive

router = Router()
Code = Annotated[str, Field(min_length=1, max_length=20)]


class WatchRuleOut(Schema):
    """A rule in force; figures are of ninety days, `precision` is null while nobody has judged a hit."""

    rule: str
    version: str
    name: str
    group: str
    expression: str
    sensitivity: int
    lead: str
    hits: int
    right: int
    wrong: int
    precision: float | None
    last_hit_at: dt.datetime | None
    to_review: bool


class WatchChangeOut(Schema):
    rule: str
    action: str
    version: str
    body: dict[str, Any]
    was: dict[str, Any]


class ProposalOut(Schema):
    """`effective_no` counts the agreed proposals; null for one that is not in force."""

    id: int
    state: str
    reason: str
    note: str
    origin: str
    proposed_by: str
    proposed_at: dt.datetime
    decided_by: str
    decided_at: dt.datetime | None
    effective_no: int | None
    changes: list[WatchChangeOut]


class RuleDetailOut(WatchRuleOut):
    proposals: list[ProposalOut]


class BodyIn(Body):
    """A rule as it shall read; what is not said stays as it is."""

    name: Annotated[str, Field(max_length=60)] | None = None
    group: Annotated[str, Field(max_length=20)] | None = None
    expression: Annotated[str, Field(max_length=20_000)] | None = None
    sensitivity: Annotated[int, Field(ge=0, le=5)] | None = None
    lead: Code | None = None


class ChangeIn(Body):
    rule: Code
    action: Literal["add", "change", "remove"]
    body: BodyIn | None = None


class ProposalIn(Body):
    changes: Annotated[list[ChangeIn], Field(min_length=1, max_length=watching.MOST_CHANGES)]
    reason: Reason


class WatchNoteIn(Body):
    note: Annotated[str, Field(max_length=2000)] = ""


class TryIn(Body):
    """`rule` is looked at clause by clause; with `expression` it is read so for this once."""

    texts: Annotated[list[Annotated[str, Field(min_length=1, max_length=100_000)]], Field(min_length=1, max_length=200)]
    rule: Annotated[str, Field(max_length=20)] = ""
    expression: Annotated[str, Field(max_length=20_000)] = ""


class TermOut(Schema):
    """`start` and `end` are offsets in the given text."""

    term: str
    start: int
    end: int
    quote: str


class HitOut(Schema):
    rule: str = Field(validation_alias="rule.id")
    version: str = Field(validation_alias="rule.version")
    terms: list[TermOut]


class WatchClauseOut(Schema):
    number: int
    source: str
    holds: bool
    terms: list[TermOut]


class TriedOut(Schema):
    hits: list[HitOut]
    fires: bool | None
    clauses: list[WatchClauseOut]


class WouldOut(Schema):
    """Ids of the latest posts that would be hit only then, or no longer."""

    looked_at: int
    gained: list[int]
    lost: list[int]


class TryOut(Schema):
    tried: list[TriedOut]
    would_change: WouldOut | None


class WatchVerdictIn(Body):
    relevant: bool


class VerdictOut(Schema):
    post: int
    relevant: bool
    by: str
    at: dt.datetime


class WatchWordsIn(Body):
    words: Annotated[str, Field(max_length=1_000_000)]
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,7}$")] = "TR"


class WatchNoteOut(Schema):
    line: int
    kind: str
    said: str = Field(validation_alias="said.zh")


class ImportedOut(Schema):
    rule: str = Field(validation_alias="id")
    name: str
    expression: str
    line: int


class WordsOut(Schema):
    """What a list of words would become; nothing is stored."""

    rules: list[ImportedOut]
    notes: list[WatchNoteOut]


@router.get("/watch/rules", response={200: list[WatchRuleOut], **READS})
def rules(request: HttpRequest) -> list[dict[str, Any]]:
    or_404(caller(request), "watch.view")
    return [_rule(line) for line in watchbook.lines()]


@router.get("/watch/rules/{code}", response={200: RuleDetailOut, **READS})
def rule(request: HttpRequest, code: str) -> dict[str, Any]:
    or_404(caller(request), "watch.view")
    line = next((one for one in watchbook.lines() if one.id == code), None)
    if line is None:
        raise Http404
    return {**_rule(line), "proposals": [one.proposal for one in watchbook.versions(code)]}


@router.post("/watch/try", response={200: TryOut, **NO})
def try_rules(request: HttpRequest, data: TryIn) -> dict[str, Any]:
    """Hit or not, which clause where; with an expression also what would change on the latest posts."""
    or_404(caller(request), "watch.view")
    rows = watchbook.rows_now()
    if data.rule and data.rule not in rows:
        raise Unreadable("rule", _("没有编号为 %(rule)s 的规则。") % {"rule": data.rule})
    asked = watchbook.rules_now()
    would = None
    if data.rule and data.expression:
        body = {**watchbook.body_of(rows[data.rule]), "expression": data.expression}
        try:
            asked = watchbook.rules_with(data.rule, body)
        except (RuleError, ExpressionError) as error:
            raise Unreadable("expression", str(error)) from None
        found = watchbook.what_would_change([data.rule], asked)
        gained, lost = ([post.pk for post in posts] for posts in (found.gained, found.lost))
        would = {"looked_at": found.looked_at, "gained": gained, "lost": lost}
    tried = watchbook.try_texts(data.texts, asked, data.rule)
    return {"tried": [_tried(one) for one in tried], "would_change": would}


@router.post("/watch/words", response={200: WordsOut, **NO})
def words(request: HttpRequest, data: WatchWordsIn) -> dict[str, Any]:
    """TrendRadar's `frequency_words.txt` as rules, and every line that is not carried over exactly."""
    or_404(caller(request), "watch.view")
    read = read_frequency_words(data.words, prefix=data.prefix)
    return {"rules": read.rules, "notes": read.notes}


@router.get("/watch/proposals", response={200: list[ProposalOut], **READS})
def proposals(request: HttpRequest) -> QuerySet[WatchProposal]:
    """Those that wait for a second person, oldest first."""
    or_404(caller(request), "watch.view")
    return watchbook.open_proposals()


@router.post("/watch/proposals", response={200: ProposalOut, **NO})
def propose(request: HttpRequest, data: ProposalIn) -> WatchProposal:
    or_404(caller(request), "watch.view")
    rows = watchbook.rows_now()
    drafts = []
    for change in data.changes:
        said = change.body.dict(exclude_none=True) if change.body else {}
        body = {} if change.action == WatchChange.REMOVE else {**watchbook.body_of(rows.get(change.rule, {})), **said}
        drafts.append(Draft(change.rule, change.action, body))
    return watching.propose(drafts, data.reason, caller(request))


@router.post("/watch/proposals/{pk}/agree", response={200: ProposalOut, **NO})
def agree(request: HttpRequest, pk: int) -> WatchProposal:
    return watching.agree(_found(request, pk), caller(request))


@router.post("/watch/proposals/{pk}/refuse", response={200: ProposalOut, **NO})
def refuse(request: HttpRequest, pk: int, data: WatchNoteIn) -> WatchProposal:
    return watching.refuse(_found(request, pk), data.note, caller(request))


@router.post("/watch/proposals/{pk}/withdraw", response={200: ProposalOut, **NO})
def withdraw(request: HttpRequest, pk: int) -> WatchProposal:
    return watching.withdraw(_found(request, pk), caller(request))


@router.post("/watch/posts/{pk}/verdict", response={200: VerdictOut, **NO})
def verdict(request: HttpRequest, pk: int, data: WatchVerdictIn) -> dict[str, Any]:
    """「相关」 or 「不相关」 of a post that rules hit; the post stays where it is."""
    or_404(caller(request), "watch.view")
    post = without_sensitive(Post.objects.filter(pk=pk, life_safety=False)).first()
    if post is None:
        raise Http404
    said = watching.judge_hit(post, data.relevant, caller(request))
    return {"post": post.pk, "relevant": said.relevant, "by": said.by, "at": said.at}


@router.post("/watch/rules/{code}/reviewed", response={200: WatchRuleOut, **NO})
def reviewed(request: HttpRequest, code: str, data: WatchNoteIn) -> dict[str, Any]:
    """A silent rule was looked at and stays."""
    or_404(caller(request), "watch.view")
    watching.review_silent(code, data.note, caller(request))
    return _rule(next(one for one in watchbook.lines() if one.id == code))


def _found(request: HttpRequest, pk: int) -> WatchProposal:
    or_404(caller(request), "watch.view")
    return get_object_or_404(WatchProposal, pk=pk)


def _rule(line: RuleFigures) -> dict[str, Any]:
    row, figures = line.row, line.figures
    return {
        "rule": line.id,
        "version": str(row.get("version", "")),
        "name": row.get("name", ""),
        "group": row.get("group", ""),
        "expression": row["expression"],
        "sensitivity": row["sensitivity"],
        "lead": row["lead"],
        "hits": figures.hits,
        "right": figures.right,
        "wrong": figures.wrong,
        "precision": figures.precision,
        "last_hit_at": figures.last_at,
        "to_review": line.to_review,
    }


def _tried(one: Tried) -> dict[str, Any]:
    return {
        "hits": one.hits,
        "fires": one.explained.fires if one.explained else None,
        "clauses": one.explained.clauses if one.explained else (),
    }
