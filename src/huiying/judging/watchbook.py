"""The watch rules in force: the file that the regulation names, the bureau's agreed changes laid over it (C5.11);
what they hit, how often they were right, and what a change would change (C5.16).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from huiying.engine.matcher import context_of
from huiying.engine.normalise import normalise
from huiying.engine.post import Post as EnginePost
from huiying.engine.rules import Explained, ExpressionError, RuleError, RuleHit, RuleSet, read_rules, rules_from
from huiying.judging import watchbook
from huiying.judging.models import Event, Screening, WatchChange, WatchHit, WatchProposal, WatchReview
from huiying.kernel import clock
from huiying.listening import watching
from huiying.listening.models import Post
from huiying.listening.queries import as_engine_post
from huiying.listening.reserved import without_sensitive
from huiying.people.queries import regulation_now

_BODY = ("group", "name", "expression", "sensitivity", "lead", "co_leads", "confirm_with", "priority", "note")


def version() -> int:
    """How many proposals have been agreed to; it only ever grows."""
    return _newest()[0]


def mark() -> str:
    """What the compiled rules are remembered by; "" while the file stands as it is."""
    return _newest()[1]


def _newest() -> tuple[int, str]:
    rows = WatchProposal.objects.filter(effective_no__isnull=False).order_by("-effective_no")
    number, mark = rows.values_list("effective_no", "mark").first() or (0, "")
    return number or 0, mark


def agreed_changes() -> list[WatchChange]:
    """All changes in force, in the order in which they took effect."""
    rows = WatchChange.objects.filter(proposal__state=WatchProposal.AGREED).select_related("proposal")
    return list(rows.order_by("proposal__effective_no", "id"))


def laid_over(data: Mapping[str, Any]) -> dict[str, Any]:
    """The rule file with the bureau's changes. A change that a newer file has made impossible is left out, so that one
    bad rule never silences the others; `left_out` names it and the auditor says so.
    """
    return _laid(data)[0]


def left_out() -> list[str]:
    """Ids of the bureau's rules which the file in force cannot take, e.g. because their department is gone."""
    return _laid(base())[1] if version() else []


def base() -> Mapping[str, Any]:
    """The rule file as it stands, without the bureau's changes."""
    found: Mapping[str, Any] = read_rules(watching.rules_source(regulation_now()))
    return found


def rules_now() -> RuleSet:
    """The rules in force, compiled."""
    return watching.ruleset(regulation_now())


def rows_now() -> dict[str, dict[str, Any]]:
    """The rules in force as rows of a rule file, by id, in order."""
    return {row["id"]: dict(row) for row in watching.rules_data(regulation_now())["rules"]}


def body_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What of a rule a person decides: everything but its id and version."""
    return {key: row[key] for key in _BODY if key in row}


def with_changes(data: Mapping[str, Any], changes: list[tuple[str, str, Mapping[str, Any], str]]) -> dict[str, Any]:
    """`data` with (rule id, action, body, version) applied in order. Rules of the file keep the file's version."""
    given = str(data.get("version", "1"))
    rows = {row["id"]: {"version": given, **row} for row in data["rules"]}
    for rule, action, body, number in changes:
        if action == WatchChange.REMOVE:
            rows.pop(rule, None)
        else:
            rows[rule] = {**body, "id": rule, "version": number}
    return {**data, "rules": list(rows.values())}


def _laid(data: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    changes = [(row.rule, row.action, row.body, row.version) for row in agreed_changes()]
    made = {**with_changes(data, changes), "version": f"{data.get('version', '1')}+{version()}"}
    try:
        rules_from(made, name="")
    except (RuleError, ExpressionError):
        bad = [rule for rule, action, body, number in changes if _fails(data, rule, action, body, number)]
        made["rules"] = with_changes(data, [change for change in changes if change[0] not in bad])["rules"]
        return made, list(dict.fromkeys(bad))
    return made, []


def _fails(data: Mapping[str, Any], rule: str, action: str, body: Mapping[str, Any], number: str) -> bool:
    if action == WatchChange.REMOVE:
        return False
    try:
        rules_from({**data, "rules": [{**body, "id": rule, "version": number}]}, name="")
    except (RuleError, ExpressionError):
        return True
    return False


def lay_over() -> None:
    """What was decided on the desk counts wherever rules are read; a command that loads no loop calls it itself."""
    watching.overlay(mark, laid_over)


WINDOW = dt.timedelta(days=90)
LATEST_POSTS = 500
#: Grounds of a dismissal which say that the machine was wrong about the post.
NOT_OURS = ("misread", "elsewhere")


@dataclass(frozen=True)
class Figures:
    """A rule's last ninety days. `right` and `wrong` count hits of which a person has said so; others are unjudged."""

    hits: int = 0
    right: int = 0
    wrong: int = 0
    last_at: dt.datetime | None = None

    @property
    def judged(self) -> int:
        return self.right + self.wrong

    @property
    def precision(self) -> float | None:
        """Share of the judged hits that concern the bureau; None while nobody has judged any."""
        return self.right / self.judged if self.judged else None


@dataclass(frozen=True)
class RuleFigures:
    """A rule in force beside its figures. `to_review`: ninety days without a hit, and nobody said why it stays."""

    row: Mapping[str, Any]
    figures: Figures
    to_review: bool
    is_own: bool  # changed or added by the bureau

    @property
    def id(self) -> str:
        return str(self.row["id"])


def lines() -> list[RuleFigures]:
    """All rules in force, in the file's order."""
    figures, reviewed = figures_by_rule(), reviewed_lately()
    return [
        RuleFigures(
            row,
            found := figures.get(rule, Figures()),
            to_review=not found.hits and rule not in reviewed,
            is_own=str(row.get("version", "")).startswith("b"),
        )
        for rule, row in watchbook.rows_now().items()
    ]


def figures_by_rule() -> dict[str, Figures]:
    """By rule, in one query. A person's word of the post counts first, then the tray, then what became of its event."""
    verdict = "post__watch_verdict__relevant"
    unsaid = Q(**{f"{verdict}__isnull": True})
    uncleared = unsaid & Q(post__screening__cleared="")
    of_event = "post__membership__event__"
    wrong = (
        Q(**{verdict: False})
        | (unsaid & Q(post__screening__cleared=Screening.OUT))
        | (
            uncleared
            & Q(
                **{
                    f"{of_event}state": Event.DISMISSED,
                    f"{of_event}dismissal__ground__in": NOT_OURS,
                    f"{of_event}dismissal__seconded_at__isnull": False,
                }
            )
        )
    )
    right = (
        Q(**{verdict: True})
        | (unsaid & Q(post__screening__cleared=Screening.HIT))
        | (uncleared & Q(**{f"{of_event}state__in": (Event.CASED, Event.ENDED)}))
    )
    rows = WatchHit.objects.filter(at__gte=clock.now() - WINDOW).order_by().values("rule")
    counted = rows.annotate(
        hits=Count("id"), last=Max("at"), wrong=Count("id", filter=wrong), right=Count("id", filter=right)
    )
    return {row["rule"]: Figures(row["hits"], row["right"], row["wrong"], row["last"]) for row in counted}


def counted_since() -> dt.datetime | None:
    """When the first hit was counted: before it, silence says nothing. None: nothing was ever hit."""
    first: dt.datetime | None = WatchHit.objects.aggregate(first=Min("at"))["first"]
    return first


def reviewed_lately() -> set[str]:
    """Rules of which somebody has said in the last ninety days why they stay."""
    since = clock.now() - WINDOW
    return set(WatchReview.objects.filter(at__gte=since).values_list("rule", flat=True))


def open_proposals() -> QuerySet[WatchProposal]:
    """Proposals that wait for a second person, oldest first."""
    rows = WatchProposal.objects.filter(state=WatchProposal.OPEN).prefetch_related("changes")
    return rows.order_by("id")


def versions(rule: str) -> list[WatchChange]:
    """What was proposed of a rule, newest first, whatever became of it."""
    return list(WatchChange.objects.filter(rule=rule).select_related("proposal").order_by("-id"))


def recent_hits(rule: str, limit: int = 20) -> list[WatchHit]:
    """The latest posts that a rule hit, without danger to life (Life first)."""
    rows = without_sensitive(WatchHit.objects.filter(rule=rule, post__life_safety=False), "post")
    rows = rows.select_related("post", "post__watch_verdict")
    return list(rows.order_by("-at", "-id")[:limit])


# --- trying rules out


@dataclass(frozen=True)
class Tried:
    """One pasted text beside the rules: those that hit, and, where one rule is asked about, every clause of it."""

    text: str
    hits: tuple[RuleHit, ...]
    explained: Explained | None


def try_texts(texts: Iterable[str], rules: RuleSet, rule: str = "") -> list[Tried]:
    """Hit or not, and why. Nothing is stored. The texts are bodies of posts of unknown source."""
    found = []
    for text in texts:
        post = EnginePost(native_id="-", text=text)
        plain = normalise(post.full_text)
        masked, context = rules.masked(plain.text), context_of(post)
        why = rules.explain(rule, plain, masked, context) if rule else None
        found.append(Tried(text, tuple(rules.match(plain, masked, context)), why))
    return found


def rules_with(rule: str, body: Mapping[str, Any] | None) -> RuleSet:
    """The rules in force with one of them read as `body`, or left out (None). Raises RuleError, ExpressionError."""
    data = {**watchbook.base(), "rules": list(watchbook.rows_now().values())}
    action = WatchChange.REMOVE if body is None else WatchChange.CHANGE
    return rules_from(watchbook.with_changes(data, [(rule, action, body or {}, "b")]), name="")


@dataclass(frozen=True)
class Difference:
    """Of the latest stored posts (`looked_at` of them): which would be hit only then, and which no longer."""

    looked_at: int
    gained: tuple[Post, ...]
    lost: tuple[Post, ...]


def what_would_change(rules: Sequence[str], after: RuleSet, limit: int = LATEST_POSTS) -> Difference:
    """Read the latest posts by the rules in force and by `after`, looking at the rules of these ids only."""
    before, wanted = watchbook.rules_now(), set(rules)
    posts = list(without_sensitive(Post.objects.filter(life_safety=False)).order_by("-id")[:limit])
    gained, lost = [], []
    for post in posts:
        then, now = _fires(as_engine_post(post), after, wanted), _fires(as_engine_post(post), before, wanted)
        if then and not now:
            gained.append(post)
        elif now and not then:
            lost.append(post)
    return Difference(len(posts), tuple(gained), tuple(lost))


def change_of(proposal: WatchProposal) -> Difference:
    """What an open proposal would change on the latest posts."""
    changes = list(proposal.changes.all())
    data = {**watchbook.base(), "rules": list(watchbook.rows_now().values())}
    after = watchbook.with_changes(data, [(one.rule, one.action, one.body, "b") for one in changes])
    return what_would_change([one.rule for one in changes], rules_from(after, name=""))


def _fires(post: EnginePost, rules: RuleSet, wanted: set[str]) -> bool:
    plain = normalise(post.full_text)
    hits = rules.match(plain, rules.masked(plain.text), context_of(post))
    return any(hit.rule.id in wanted for hit in hits)
