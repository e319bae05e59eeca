"""Screening: does a post concern the bureau, which matter is it, and whose (C5.10 to C5.16, C7).

Three bands. `hit` goes to the duty desk, `suspect` to a tray which a person goes through, `out` is kept and
sampled weekly: nothing is dropped (INV-1). Every result says in words why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from huiying.engine.cues import (
    Concern,
    LifeSignal,
    Scope,
    criticism_of,
    life_signal,
    may_hold_signal,
    read_signs,
    scope_of,
    suggest_concern,
)
from huiying.engine.explaining import reasons
from huiying.engine.grading import Figures, Grade, GradingModel, grade
from huiying.engine.matcher import context_of
from huiying.engine.normalise import Normalised, Standing, normalise
from huiying.engine.post import Post
from huiying.engine.rules import RuleHit, RuleSet
from huiying.engine.screen_model import (
    OTHER_PREFIX,
    Concept,
    Evidence,
    Judgement,
    ScreenModel,
    concepts_in,
    evidence_of,
    readable,
    shift,
    shipped,
)

HIT: Final = "hit"
SUSPECT: Final = "suspect"
OUT: Final = "out"
NO_CONCERN: Final = "无关"  # of what is put aside
# From this priority on a rule names its matter closely enough to choose the department by itself.
_SPECIFIC: Final = 45
_TOPIC_LEAST: Final = 2
_TOPIC_OVER_RULE: Final = 3
_TOPIC_STRONG: Final = 3
_CORE_WORDS: Final = 2
# From this share of its own on, the model's department is taken without asking the subject's words.
_SURE_OF_LEAD: Final = 0.55
_CO_LEAD_FROM: Final = 0.2


class Shipped:
    """Stands for the model that comes with the package."""


SHIPPED: Final = Shipped()


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
    hits: tuple[RuleHit, ...] = ()

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
class Seen:
    """One post read once: everything that the decision rests on."""

    post: Post
    normalised: Normalised
    masked: str
    hits: tuple[RuleHit, ...]
    scope: Scope
    words: Words
    concepts: Mapping[str, Concept]
    topics: Mapping[str, int]
    negative: str | None
    evidence: Evidence
    readable: str

    @property
    def others(self) -> bool:
        """Whether the post has a word of somebody else's business, or a look-alike and not our own place beside it."""
        names = self.evidence.names
        lookalike = "mask" in names and "named" not in names
        return lookalike or "foreign" in names or any(name.startswith(OTHER_PREFIX) for name in self.concepts)


class Screener:
    """Screens posts by one rule set, one grading model and a learned model. The same post gives the same result.

    `learned` is the shipped model where it knows the rule file's departments; None screens by the rules alone.
    """

    def __init__(
        self,
        ruleset: RuleSet,
        model: GradingModel | None = None,
        *,
        learned: ScreenModel | Shipped | None = SHIPPED,
        adjustment: Mapping[str, float] | None = None,
    ) -> None:
        self._rules = ruleset
        self._model = model or GradingModel()
        self._learned = _fitting(ruleset) if isinstance(learned, Shipped) else learned
        self._adjustment = dict(adjustment or {})

    def screen(self, post: Post) -> Screened:
        """Band, matter, department, concern and a suggested level for one post."""
        seen = self.seen(post)
        judged = self.judged(seen)
        life = self._life(seen)
        band = self._band(seen, judged)
        if life is not None and band != HIT:
            band = HIT if post.own_channel else SUSPECT
        return self._result(seen, band, judged, life)

    def keeps(self, post: Post) -> bool:
        """Whether `screen` would not put the post aside: the same decision without lead, level and reasons."""
        seen = self.seen(post)
        if self._life(seen) is not None:
            return True
        if seen.negative is not None or seen.scope.state == "elsewhere":
            return False
        return self._band(seen, self.judged(seen)) != OUT

    def judged(self, seen: Seen) -> Judgement | None:
        """What the learned model makes of a post; None where there is no model for the bureau's business."""
        if self._learned is None:
            return None
        added = shift(self._adjustment, seen.evidence.names) if self._adjustment else 0.0
        return self._learned.judge(seen.readable, seen.evidence, added)

    def adjusted(self, adjustment: Mapping[str, float]) -> Screener:
        """The same screener with a bureau's own weights (see `screen_model`) in place of those it had."""
        return Screener(self._rules, self._model, learned=self._learned, adjustment=adjustment)

    @property
    def model_version(self) -> str | None:
        """Which learned model screens; None where the rules do it alone."""
        return self._learned.version if self._learned is not None else None

    @property
    def ruleset(self) -> RuleSet:
        """By which rules it screens."""
        return self._rules

    def seen(self, post: Post) -> Seen:
        """Read a post: rules, place, words and the model's evidence, before anything is decided."""
        normalised = normalise(post.full_text)
        masked = self._rules.masked(normalised.text)
        hits = tuple(sorted(self._rules.match(normalised, masked, context_of(post)), key=_specific_first))
        standing = self._rules.lists.standing(masked)
        scope = scope_of(post, normalised.text, masked, self._rules, standing)
        topics = self._rules.weights(standing)
        concepts = concepts_in(masked)
        # A message to the bureau itself is never sent away by a word of another business.
        negative = None if post.own_channel else standing.first("negative")
        evidence = evidence_of(
            post,
            masked,
            standing=standing,
            hits=hits,
            concepts=concepts,
            topics=topics,
            scope=scope.state,
            negative=negative is not None,
        )
        return Seen(
            post=post,
            normalised=normalised,
            masked=masked,
            hits=hits,
            scope=scope,
            words=_words(masked, standing, topics),
            concepts=concepts,
            topics=topics,
            negative=negative,
            evidence=evidence,
            readable=readable(masked, standing.words("places"), standing.words("elsewhere")),
        )

    def _life(self, seen: Seen) -> LifeSignal | None:
        business = bool(seen.hits) or seen.words.core > 0
        return life_signal(
            seen.normalised,
            own_channel=seen.post.own_channel,
            local=seen.scope.state == "inside",
            business=business and seen.scope.state != "elsewhere",
        )

    def _band(self, seen: Seen, judged: Judgement | None) -> str:
        if seen.negative is not None or seen.scope.state == "elsewhere":
            return OUT
        if judged is None or self._learned is None:
            return self._band_by_rules(seen)
        sure, likely = (judged.relevance >= limit for limit in (self._learned.hit_from, self._learned.suspect_from))
        if seen.scope.state != "inside":
            return SUSPECT if seen.hits or likely else OUT
        # A watch rule is a person's order. The model may ask a person to look again, where the post bears marks of
        # somebody else's business; it never puts the post aside.
        ruled = seen.hits and (likely or seen.post.own_channel or not seen.others)
        if sure or ruled or (likely and seen.words.strong):
            return HIT
        return SUSPECT if seen.hits or likely or seen.post.own_channel else OUT

    def _band_by_rules(self, seen: Seen) -> str:
        """Where no model was learned for a bureau's business: rules and its own words."""
        post, words = seen.post, seen.words
        if seen.scope.state == "inside":
            if seen.hits or words.strong or words.local_strong or (post.own_channel and words.thing):
                return HIT
            return SUSPECT if post.own_channel or words.weak else OUT
        return SUSPECT if seen.hits or words.strong else OUT

    def _result(self, seen: Seen, band: str, judged: Judgement | None, life: LifeSignal | None) -> Screened:
        post, text, hits = seen.post, seen.normalised.text, seen.hits
        concern = Concern(NO_CONCERN, ()) if band == OUT else self._concern(seen, judged)
        sensitivity = max((hit.rule.sensitivity for hit in hits), default=0)
        graded = None if band == OUT else self.grade(post, text, sensitivity, concern.name)
        lead = self._lead(seen, judged, life) if band != OUT else None
        said = reasons(
            hits,
            seen.scope,
            life=life,
            negative=seen.negative,
            concern=concern,
            graded=graded,
            pair=(seen.words.thing, seen.words.problem),
            judged=judged,
            concepts=seen.concepts,
        )
        return Screened(
            id=post.native_id,
            band=band,
            score=_score(band, hits, judged, life is not None),
            relevant=band == HIT,
            life_safety=life is not None,
            rules=tuple(hit.rule.id for hit in hits),
            lead=lead,
            co_leads=_co_leads(hits, lead, judged) if band != OUT else (),
            concern=concern.name,
            level=graded.level if graded else None,
            sensitivity=sensitivity,
            reasons=tuple(one.zh for one in said),
            reasons_en=tuple(one.en for one in said),
            hits=seen.hits,
        )

    def _concern(self, seen: Seen, judged: Judgement | None) -> Concern:
        groups = [hit.rule.group for hit in seen.hits]
        learned = dict(judged.concerns) if judged is not None else {}
        return suggest_concern(seen.post, seen.normalised.text, groups, learned)

    def _lead(self, seen: Seen, judged: Judgement | None, life: LifeSignal | None) -> str | None:
        """The most specific rule decides; a general one (or none) gives way to what the text is about."""
        text, hits = seen.normalised.text, seen.hits
        if life is not None and not hits:
            urgent = max(self._rules.rules, key=lambda rule: (rule.priority, rule.id), default=None)
            return self._general_lead() if urgent is None else urgent.lead
        if judged is not None:
            return self._learned_lead(text, hits, judged)
        if hits and hits[0].rule.priority >= _SPECIFIC:
            return hits[0].rule.lead
        named = hits[0].rule.lead if hits else self._general_lead()
        return self._topic(text, _TOPIC_OVER_RULE if hits else _TOPIC_LEAST) or named

    def _learned_lead(self, text: str, hits: Sequence[RuleHit], judged: Judgement) -> str:
        """A specific rule says whose it is; else the model, or the subject's words where the model is not sure."""
        if hits and hits[0].rule.priority >= _SPECIFIC:
            return hits[0].rule.lead
        best, share = judged.leads[0]
        if share >= _SURE_OF_LEAD:
            return best
        general = hits[0].rule.lead if hits else best
        return self._topic(text, _TOPIC_OVER_RULE) or general

    def _topic(self, text: str, least: int) -> str | None:
        """The department whose words weigh most in the text (longer words say more); ties go to the file's order."""
        weights = self._rules.weights(self._rules.lists.standing(text))
        best = max(weights, key=lambda code: weights[code], default=None)
        return best if best is not None and weights[best] >= least else None

    def _general_lead(self) -> str | None:
        """The office that takes what has no better address: the lead of the rule file's most general rule."""
        general = min(self._rules.rules, key=lambda rule: rule.priority, default=None)
        return general.lead if general is not None else None

    def grade(self, post: Post, text: str, sensitivity: int, concern: str) -> Grade:
        """The suggested grade of one post as it stands."""
        return grade(figures_of(post, text, sensitivity, concern), self._model, channel_class=post.channel_class)


def in_danger(post: Post, screener: Callable[[], Screener]) -> bool:
    """Whether a post as it was received speaks of a danger to life: looked for before masks, gates and bands (Life
    first, F5). Few texts hold a signal, and only for those a screener is asked for.
    """
    return may_hold_signal(normalise(post.full_text)) and screener().screen(post).life_safety


def _fitting(ruleset: RuleSet) -> ScreenModel | None:
    """The shipped model, where a rule file has the departments that it speaks of."""
    model = shipped()
    return model if set(model.leads) <= ruleset.departments.keys() else None


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the rule file's own concepts: enough to screen by where no model was learned."""

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


def _words(masked: str, standing: Standing, topics: Mapping[str, int]) -> Words:
    """Broad evidence beside the rules; a look-alike or a word of another business takes it all back."""
    if "\0" in masked or standing.any("concept:foreign"):
        return Words(None, None, 0, 0)
    return Words(
        thing=standing.first("concept:things"),
        problem=standing.first("concept:problems"),
        core=standing.count("concept:core"),
        topic=max(topics.values(), default=0),
    )


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


def _co_leads(hits: Sequence[RuleHit], lead: str | None, judged: Judgement | None) -> tuple[str, ...]:
    """Who else: the specific rule's own; without one, departments which the model holds nearly as likely."""
    specific = bool(hits) and hits[0].rule.priority >= _SPECIFIC
    codes = list(hits[0].rule.co_leads) if hits else []
    if judged is not None and not specific:
        codes += [code for code, share in judged.leads[:3] if share >= _CO_LEAD_FROM]
    return tuple(code for code in dict.fromkeys(codes) if code != lead)


def _score(band: str, hits: Sequence[RuleHit], judged: Judgement | None, life: bool) -> float:
    """How sure the screening is, 0 to 1; it orders a tray and decides nothing."""
    if life:
        return 1.0
    if judged is not None:
        return round(judged.relevance, 3)
    base = {HIT: 0.6, SUSPECT: 0.3, OUT: 0.0}[band]
    specific = sum(1 for hit in hits if hit.rule.priority > 0)
    best = max((len(hit.terms) for hit in hits), default=0)
    return round(base + min(0.1 * specific + 0.02 * best, 0.29), 3)
