"""Screening: does a post concern the bureau, which matter is it, and whose (C5.10 to C5.16, C7).

Three bands. `hit` goes to the duty desk, `suspect` to a tray which a person goes through, `out` is kept and
sampled weekly: nothing is dropped (INV-1). Every result says in words why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from huiying.engine.cues import ENGLISH, Concern, criticism_of, read_signs, suggest_concern
from huiying.engine.grading import Figures, Grade, GradingModel, grade
from huiying.engine.life import LifeSignal, life_signal
from huiying.engine.normalise import Normalised, ascii_bounded, needs_bounds, normalise
from huiying.engine.post import Post
from huiying.engine.rules import RuleHit, RuleSet
from huiying.engine.said import Said

HIT: Final = "hit"
SUSPECT: Final = "suspect"
OUT: Final = "out"
_SHOWN_RULES: Final = 6
_SHOWN_QUOTE: Final = 24
# From this priority on a rule names its matter closely enough to choose the department by itself.
_SPECIFIC: Final = 45
_TOPIC_LEAST: Final = 2
_TOPIC_OVER_RULE: Final = 3
_TOPIC_STRONG: Final = 3
_CORE_WORDS: Final = 2


@dataclass(frozen=True, slots=True)
class Screened:
    """The result for one post; `reasons_en` says the same as `reasons`, sentence by sentence, in English."""

    id: str
    band: str
    score: float
    relevant: bool
    life_safety: bool
    rules: tuple[str, ...]
    lead: str | None
    co_leads: tuple[str, ...]
    concern: str
    level: str | None
    sensitivity: int
    reasons: tuple[str, ...]
    reasons_en: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, with exactly the keys of the command line: the English twins travel by the facade only."""
        return {
            "id": self.id,
            "band": self.band,
            "score": self.score,
            "relevant": self.relevant,
            "life_safety": self.life_safety,
            "rules": list(self.rules),
            "lead": self.lead,
            "co_leads": list(self.co_leads),
            "concern": self.concern,
            "level": self.level,
            "sensitivity": self.sensitivity,
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True, slots=True)
class Scope:
    """Whether a post belongs to the bureau's place: `inside`, `unknown` or `elsewhere`, and why, in words."""

    state: str
    reason: Said


_NO_PLACE: Final = Said("文中没有地名，来源地区未掌握", "the text names no place, and where it comes from is unknown")


def _namesake(place: str) -> Said:
    return Said(
        f"文中的{place}是外地或街道的同名词", f"「{place}」 in the text is a place or street elsewhere of the same name"
    )


class Screener:
    """Screens posts by one rule set and one grading model. Stateless: the same post gives the same result."""

    def __init__(self, ruleset: RuleSet, model: GradingModel | None = None) -> None:
        self._rules = ruleset
        self._model = model or GradingModel()

    def screen(self, post: Post) -> Screened:
        """Band, matter, department, concern and a suggested level for one post."""
        normalised = normalise(post.full_text)
        masked = self._rules.masked(normalised.text)
        hits = self._rules.match(normalised, masked)
        scope = self.scope(post, normalised.text, masked)
        concepts = self._concepts(masked)
        life = self._life(post, normalised, scope, bool(hits) or concepts.core > 0)
        negative = self._negative(post, masked)
        band = self._band(post, hits, scope, concepts, negative)
        if life is not None and band != HIT:
            band = HIT if post.own_channel else SUSPECT
        return self._result(post, normalised.text, band, hits, scope, concepts, life, negative)

    def scope(self, post: Post, plain: str, masked: str) -> Scope:
        """The scope gate: an own channel, the place in the text, or a region of the place."""
        if post.own_channel:
            return Scope("inside", Said("来自本局渠道", "it came by a channel of the bureau"))
        named = next((place for place in self._rules.places if place in masked), None)
        if named:
            return Scope("inside", Said(f"{named}在文中", f"the text names 「{named}」"))
        lookalike = self._rules.place in plain
        region = normalise(post.region or "").text
        local = bool(region) and any(place in self._rules.masked(region) for place in self._rules.places)
        if lookalike:
            return Scope("unknown" if local else "elsewhere", _namesake(self._rules.place))
        if local:
            return Scope("inside", Said(f"来源地区为{post.region}", f"it comes from 「{post.region}」"))
        if region:
            return Scope(
                "elsewhere",
                Said(f"来源地区为{post.region}，不是本地", f"it comes from 「{post.region}」, not from here"),
            )
        other = next((place for place in self._rules.elsewhere if place in plain), None)
        if other:
            return Scope("elsewhere", Said(f"文中提到的是{other}", f"the text speaks of 「{other}」"))
        return Scope("unknown", _NO_PLACE)

    def _concepts(self, masked: str) -> _Concepts:
        """Broad evidence beside the rules; a look-alike or a word of another business takes it all back."""
        words = self._rules.concepts
        if "\0" in masked or any(word in masked for word in words.get("foreign", ())):
            return _Concepts(None, None, 0, 0)
        return _Concepts(
            thing=next((word for word in words.get("things", ()) if word in masked), None),
            problem=next((word for word in words.get("problems", ()) if word in masked), None),
            core=sum(word in masked for word in words.get("core", ())),
            topic=max(self._topics(masked).values(), default=0),
        )

    def _life(self, post: Post, normalised: Normalised, scope: Scope, business: bool) -> LifeSignal | None:
        return life_signal(
            normalised,
            own_channel=post.own_channel,
            local=scope.state == "inside",
            business=business and scope.state != "elsewhere",
        )

    def _negative(self, post: Post, masked: str) -> str | None:
        """A word of another business; a message to the bureau itself is never sent away by one."""
        if post.own_channel:
            return None
        return next((word for word in self._rules.negative_words if word in masked), None)

    def _band(
        self, post: Post, hits: Sequence[RuleHit], scope: Scope, concepts: _Concepts, negative: str | None
    ) -> str:
        if negative is not None or scope.state == "elsewhere":
            return OUT
        if scope.state == "inside":
            if hits or concepts.strong or concepts.local_strong or (post.own_channel and concepts.thing):
                return HIT
            return SUSPECT if post.own_channel or concepts.weak else OUT
        return SUSPECT if hits or concepts.strong else OUT

    def _result(
        self,
        post: Post,
        text: str,
        band: str,
        hits: Sequence[RuleHit],
        scope: Scope,
        concepts: _Concepts,
        life: LifeSignal | None,
        negative: str | None,
    ) -> Screened:
        ordered = sorted(hits, key=_specific_first)
        groups = [hit.rule.group for hit in hits]
        concern = Concern("无关", ()) if band == OUT else suggest_concern(post, text, groups)
        sensitivity = max((hit.rule.sensitivity for hit in hits), default=0)
        graded = None if band == OUT else self.grade(post, text, sensitivity, concern.name)
        lead = self._lead(text, ordered, life) if band != OUT else None
        reasons = _reasons(ordered, scope, concepts, life, negative, concern, graded)
        return Screened(
            id=post.native_id,
            band=band,
            score=_score(band, ordered, life is not None),
            relevant=band == HIT,
            life_safety=life is not None,
            rules=tuple(hit.rule.id for hit in ordered),
            lead=lead,
            co_leads=_co_leads(ordered, lead) if band != OUT else (),
            concern=concern.name,
            level=graded.level if graded else None,
            sensitivity=sensitivity,
            reasons=tuple(reason.zh for reason in reasons),
            reasons_en=tuple(reason.en for reason in reasons),
        )

    def _lead(self, text: str, ordered: Sequence[RuleHit], life: LifeSignal | None) -> str | None:
        """The most specific rule decides; a general one (or none) gives way to what the text is about."""
        if life is not None and not ordered:
            urgent = max(self._rules.rules, key=lambda rule: (rule.priority, rule.id), default=None)
            return self._general_lead() if urgent is None else urgent.lead
        if ordered and ordered[0].rule.priority >= _SPECIFIC:
            return ordered[0].rule.lead
        named = ordered[0].rule.lead if ordered else self._general_lead()
        return self._topic(text, _TOPIC_OVER_RULE if ordered else _TOPIC_LEAST) or named

    def _topic(self, text: str, least: int) -> str | None:
        """The department whose words weigh most in the text (longer words say more); ties go to the file's order."""
        weights = self._topics(text)
        best = max(weights, key=lambda code: weights[code], default=None)
        return best if best is not None and weights[best] >= least else None

    def _topics(self, text: str) -> dict[str, int]:
        """Each department's weight: the letters of its words in the text, ASCII words standing alone."""
        return {
            code: sum(len(word) for word in words if word in text and _stands(word, text))
            for code, words in self._rules.topics.items()
        }

    def _general_lead(self) -> str | None:
        """The office that takes what has no better address: the lead of the rule file's most general rule."""
        general = min(self._rules.rules, key=lambda rule: rule.priority, default=None)
        return general.lead if general is not None else None

    def grade(self, post: Post, text: str, sensitivity: int, concern: str) -> Grade:
        """The suggested grade of one post as it stands."""
        return grade(figures_of(post, text, sensitivity, concern), self._model, channel_class=post.channel_class)


@dataclass(frozen=True, slots=True)
class _Concepts:
    thing: str | None
    problem: str | None
    core: int
    topic: int

    @property
    def strong(self) -> bool:
        """Two words of the bureau's own trade, or one and a problem, are as good as a rule."""
        return self.core >= _CORE_WORDS or (self.core > 0 and self.problem is not None)

    @property
    def local_strong(self) -> bool:
        """In a local post a department's words and a problem are enough: people rarely name the bureau."""
        return self.topic >= _TOPIC_STRONG and self.problem is not None

    @property
    def weak(self) -> bool:
        """Enough for a person to look at a local post."""
        hinted = self.topic > _TOPIC_LEAST or (self.topic == _TOPIC_LEAST and self.problem is not None)
        return self.both or self.core > 0 or hinted

    @property
    def both(self) -> bool:
        return self.thing is not None and self.problem is not None


def figures_of(post: Post, text: str, sensitivity: int, concern: str) -> Figures:
    """The grading's inputs for one post; a hand-read figure in `extra.grading` stands above a guess."""
    signs = read_signs(text)
    given = post.extra.get("grading")
    hand: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    return Figures(
        reads=post.metrics.get("reads"),
        reposts=post.metrics.get("reposts"),
        comments=post.metrics.get("comments"),
        platforms=hand.get("plat", 1),
        tier=post.outlet_tier,
        hours=hand.get("hours", _hours(post)),
        attitude=hand.get("neg", criticism_of(concern)),
        sensitivity=sensitivity,
        offline=hand.get("offline", signs.offline),
        casualty=bool(hand.get("casualty", signs.casualty)),
        hot_list=bool(hand.get("hot_list", signs.hot_list)),
        superior=bool(hand.get("superior", signs.superior)),
        outage=bool(hand.get("outage", signs.outage)),
    )


def _hours(post: Post) -> float | None:
    if post.published_at is None or post.seen_at is None or post.time_confidence == "future":
        return None
    return max((post.seen_at - post.published_at).total_seconds() / 3600, 0.0)


def _specific_first(hit: RuleHit) -> tuple[int, int, str]:
    return (-hit.rule.priority, -sum(len(term.term) for term in hit.terms), hit.rule.id)


def _co_leads(ordered: Sequence[RuleHit], lead: str | None) -> tuple[str, ...]:
    if not ordered:
        return ()
    return tuple(code for code in ordered[0].rule.co_leads if code != lead)


def _stands(word: str, text: str) -> bool:
    """Whether an ASCII word is a word of its own at its first place; Chinese words always are."""
    start = text.find(word)
    return not needs_bounds(word) or ascii_bounded(text, start, start + len(word))


def _score(band: str, ordered: Sequence[RuleHit], life: bool) -> float:
    """How sure the screening is, 0 to 1; it orders a tray and decides nothing."""
    base = {HIT: 0.6, SUSPECT: 0.3, OUT: 0.0}[band]
    specific = sum(1 for hit in ordered if hit.rule.priority > 0)
    best = max((len(hit.terms) for hit in ordered), default=0)
    return 1.0 if life else round(base + min(0.1 * specific + 0.02 * best, 0.29), 3)


def _reasons(
    ordered: Sequence[RuleHit],
    scope: Scope,
    concepts: _Concepts,
    life: LifeSignal | None,
    negative: str | None,
    concern: Concern,
    graded: Grade | None,
) -> tuple[Said, ...]:
    """Why, most important first. The English keeps what the text says, and rule names, in 「」 as they are."""
    said: list[Said] = []
    if life is not None:
        quote = _shown(life.quote)
        said.append(
            Said(
                f"人身安全信号：「{quote}」，请立即电话报带班领导",
                f"Danger to life: 「{quote}」; call the shift leader at once",
            )
        )
    said.extend(_matched(hit, scope) for hit in ordered[:_SHOWN_RULES])
    if not ordered:
        said.append(Said(scope.reason.zh, _capital(scope.reason.en)))
        if concepts.thing and concepts.problem:
            said.append(
                Said(
                    f"没有规则命中，但文中同时有「{concepts.thing}」和「{concepts.problem}」",
                    f"No rule matched, but the text has both 「{concepts.thing}」 and 「{concepts.problem}」",
                )
            )
    if negative is not None:
        said.append(
            Said(
                f"有其他行业的词「{negative}」，进低优先盘，每周抽检",
                f"It has a word of another trade, 「{negative}」: kept aside and sampled every week",
            )
        )
    if concern.words:
        quotes = f"「{'」「'.join(concern.words[:4])}」"
        said.append(
            Said(
                f"性质建议为{concern.name}：{quotes}，以人工判断为准",
                f"Suggested concern: {ENGLISH[concern.name]} ({quotes}); a person decides",
            )
        )
    if graded is not None:
        said.append(Said(graded.sentence, graded.sentence_en))
    return tuple(said)


def _matched(hit: RuleHit, scope: Scope) -> Said:
    rule, quotes = hit.rule, _quotes(hit)
    return Said(
        f"命中 {rule.id} {rule.name}：{quotes}；{scope.reason.zh}",
        f"Rule {rule.id} 「{rule.name}」 matched {quotes}; {scope.reason.en}",
    )


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _quotes(hit: RuleHit) -> str:
    return "".join(f"「{_shown(quote)}」" for quote in dict.fromkeys(term.quote for term in hit.terms))


def _shown(quote: str) -> str:
    """A quote short enough to read: a word may be written with ten thousand stars in it."""
    return quote if len(quote) <= _SHOWN_QUOTE else f"{quote[: _SHOWN_QUOTE - 2]}…{quote[-1]}"
