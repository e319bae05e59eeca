"""Why a post was screened as it was, in words: each sentence in Chinese with its English twin (C5.11, C5.14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from huiying.engine.cues import ENGLISH, Concern, LifeSignal, Scope
from huiying.engine.grading import Grade
from huiying.engine.rules import RuleHit
from huiying.engine.said import Said
from huiying.engine.screen_model import OTHER_PREFIX, Concept, Judgement

_SHOWN_RULES: Final = 6
_SHOWN_QUOTE: Final = 24
_SHOWN_WORDS: Final = 4
# Criticism can not be called either without a claim and its proof (C1.2): the suggestion always says what it is.
_NEEDS_PROOF: Final = ("谣言", "歪曲")


def reasons(
    hits: Sequence[RuleHit],
    scope: Scope,
    *,
    life: LifeSignal | None,
    negative: str | None,
    concern: Concern,
    graded: Grade | None,
    pair: tuple[str | None, str | None],
    judged: Judgement | None,
    concepts: Mapping[str, Concept],
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
    said.extend(_matched(hit, scope) for hit in hits[:_SHOWN_RULES])
    if not hits:
        said.append(Said(scope.reason.zh, _capital(scope.reason.en)))
    if judged is not None:
        said.append(_judged(judged, concepts))
    elif not hits and all(pair):
        said.append(
            Said(
                f"没有规则命中，但文中同时有「{pair[0]}」和「{pair[1]}」",
                f"No rule matched, but the text has both 「{pair[0]}」 and 「{pair[1]}」",
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
    elif concern.name in _NEEDS_PROOF:
        said.append(
            Said(
                f"性质建议为{concern.name}：按全文估计，没有直接的词，以人工判断为准",
                f"Suggested concern: {ENGLISH[concern.name]} (by the whole text, no word says so); a person decides",
            )
        )
    if graded is not None:
        said.append(Said(graded.sentence, graded.sentence_en))
    return tuple(said)


def _judged(judged: Judgement, concepts: Mapping[str, Concept]) -> Said:
    """What the model thinks, and the words of the trade (or of another) that stand in the text."""
    share = round(100 * judged.relevance)
    ours = [one.word for name, one in concepts.items() if not name.startswith(OTHER_PREFIX)]
    others = [one.word for name, one in concepts.items() if name.startswith(OTHER_PREFIX)]
    words = list(dict.fromkeys(_shown(word) for word in (ours if judged.relevance >= 0.5 or not others else others)))
    if not words:
        return Said(
            f"文中没有本局业务的词，按写法估计与本局有关的可能为 {share}%",
            f"No word of the bureau's business; by the way it is written, {share} % likely to concern the bureau",
        )
    quotes = f"「{'」「'.join(words[:_SHOWN_WORDS])}」"
    return Said(
        f"按全文估计与本局有关的可能为 {share}%，文中有{quotes}",
        f"By its whole text, {share} % likely to concern the bureau; it has {quotes}",
    )


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
