"""The nightly training: champion against challenger on corrections that neither saw, and never worse than the rules
(C5.14, C7.1).

The newest corrections are held back; the challenger learns from the older ones and is adopted only where it is right
often enough about what was held back. Nothing here asks who wrote a post.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.engine.said import ModelUnreadable, Said, TooFew
from huiying.judging import batch, learning, opening
from huiying.judging.learning import known_labels, unlearnable
from huiying.judging.models import ConcernDecision, Event, EventPost, LearningRun
from huiying.kernel import clock
from huiying.ledger.actions import Actor, record
from huiying.ledger.models import LedgerEntry
from huiying.listening.models import Post
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import actor_of

if TYPE_CHECKING:
    from huiying.engine.labels import LabelModel


@dataclass(frozen=True)
class Correction:
    """One matter: its text, what persons said, what the rules had said. In the order in which persons said it."""

    event: int
    title: str
    body: str
    said: str
    rules: str
    at: dt.datetime

    @property
    def text(self) -> tuple[str, str]:
        """As models read it."""
        return self.title, self.body


def corrections(target: str) -> list[Correction]:
    """Every correction of a target, oldest first; one a matter, the last word of it."""
    said = _concerns() if target == LearningRun.CONCERN else _leads()
    found = [row for row in (_correction(target, event, *word) for event, word in said.items()) if row is not None]
    return sorted(found, key=lambda row: (row.at, row.event))


def _concerns() -> dict[int, tuple[str, dt.datetime]]:
    rows = ConcernDecision.objects.filter(agreed=True).order_by("id")
    return {event: (concern, at) for event, concern, at in rows.values_list("event_id", "concern", "at")}


def _leads() -> dict[int, tuple[str, dt.datetime]]:
    """From the record of the cases, which the rooms below keep: the last department that a case was routed to."""
    codes = {department.name: code for code, department in batch.regulation().departments.items()}
    rows = LedgerEntry.objects.filter(chain__startswith="case:", kind__in=("case.opened", "case.routed"))
    opened: dict[str, str] = {}
    routed: dict[str, tuple[str, dt.datetime]] = {}
    for row in rows.order_by("id").iterator(chunk_size=2000):
        payload = row.data or {}
        if row.kind == "case.opened":
            opened[row.chain] = str(payload.get("event", ""))
        elif (code := codes.get(str(payload.get("lead", "")))) is not None:
            routed[row.chain] = (code, row.at)
    numbers = dict(_in_parts(opened.values()))
    return {numbers[opened[chain]]: word for chain, word in routed.items() if opened.get(chain) in numbers}


def _in_parts(numbers: Iterable[str]) -> Iterator[tuple[str, int]]:
    wanted = sorted(set(numbers))
    for start in range(0, len(wanted), 500):
        yield from Event.objects.filter(number__in=wanted[start : start + 500]).values_list("number", "pk")


def _correction(target: str, event: int, said: str, at: dt.datetime) -> Correction | None:
    """Danger to life is a path of its own: nothing is learned from it."""
    members = EventPost.objects.filter(
        event=event, withdrawn_at__isnull=True, event__life_safety=False, event__sensitive=""
    )
    screenings = [row.post.screening for row in members.select_related("post__screening").defer("post__sealed_text")]
    if not screenings:
        return None
    gravest = opening.gravest_of(screenings)
    post = Post.objects.only("title", "text").get(pk=gravest.post_id)
    rules = gravest.concern if target == LearningRun.CONCERN else gravest.lead
    return Correction(event, post.title, post.text, said, rules, at)


HELD_SHARE: Final = 0.25
LEAST_HELD: Final = 10
LEAST_GAIN: Final = 2  # one lucky answer is no reason to change
AFTER_ROLLBACK: Final = 20  # new corrections before a model that was rolled back may come again
MOST_CORRECTIONS: Final = 5_000  # the newest: an old practice should not outweigh today's, and a night is short
CURVE: Final = (50, 100, 200, 500, 1_000, 2_000)
LEAST_REASON: Final = 6


@dataclass(frozen=True)
class Contest:
    """Answers on what was held back: how many right by the rules alone, and by rules with a model on top."""

    held: int
    rules: int
    system: int
    answered: int  # where the model was sure and said something else than the rules
    wins: int
    losses: int

    @property
    def gain(self) -> int:
        """By how many answers the model makes the rules better."""
        return self.wins - self.losses


def train_all() -> list[LearningRun]:
    """Train every target that has something new; one that fails does not hold up the other."""
    return [run for target in learning.TARGETS if (run := train(target)) is not None]


def train(target: str) -> LearningRun | None:
    """One night's run of a target, or None where nobody said anything new since the last."""
    rows = [row for row in corrections(target) if row.said not in unlearnable(target)][-MOST_CORRECTIONS:]
    last = LearningRun.objects.filter(target=target).last()
    least_new = AFTER_ROLLBACK if last and last.decision == LearningRun.ROLLED_BACK else 1
    if not rows or (last is not None and len(rows) - last.corrections < least_new):
        return None
    champion = learning.in_force(target)
    failed = _failing(target, champion, rows) if champion else None
    if failed is not None:
        return failed
    older, held = _split(rows)
    try:
        if len(held) < LEAST_HELD:
            raise TooFew(f"留作检验的只有 {len(held)} 条，至少要 {LEAST_HELD} 条")
        from huiying.engine import labels as engine  # brings scipy, which the night alone needs

        challenger = engine.train([row.text for row in older], [row.said for row in older])
    except TooFew as error:
        why = Said(str(error), f"too few corrections: {len(older)} to learn from, {len(held)} held back")
        return _write(target, LearningRun.TOO_FEW, why, rows, in_force=champion)
    return _decide(target, rows, (older, held), challenger, champion)


def _decide(
    target: str,
    rows: Sequence[Correction],
    parts: tuple[list[Correction], list[Correction]],
    challenger: LabelModel,
    champion: LearningRun | None,
) -> LearningRun:
    older, held = parts
    new, old = contest(challenger, held, target), _contest_of(champion, held, target)
    figures = {"held": new.held, "rules": new.rules, "challenger": new.system, "answered": new.answered}
    figures |= {"wins": new.wins, "losses": new.losses} | ({"champion": old.system} if old else {})
    curve = [[size, round(_share(older[-size:], held, target), 4)] for size in CURVE if size < len(older)]
    curve.append([len(older), round(new.system / new.held, 4)])
    told: dict[str, Any] = {
        "trained_on": challenger.examples,
        "held_back": len(held),
        "figures": figures,
        "curve": curve,
    }
    if new.gain < LEAST_GAIN:
        why = Said(
            f"留出的 {new.held} 条里，规则对 {new.rules} 条，加上新模型对 {new.system} 条：没有明显更好，不采用",
            f"of {new.held} held back the rules had {new.rules} right, with the new model {new.system}: not adopted",
        )
        return _write(target, LearningRun.KEPT, why, rows, in_force=champion, **told)
    if old is not None and old.system >= new.system:
        why = Said(
            f"留出的 {new.held} 条里，现用模型对 {old.system} 条，新模型对 {new.system} 条：继续用现用的",
            f"of {new.held} held back the present model had {old.system} right, the new one {new.system}: kept",
        )
        return _write(target, LearningRun.KEPT, why, rows, in_force=champion, **told)
    why = Said(
        f"留出的 {new.held} 条里，规则对 {new.rules} 条，加上新模型对 {new.system} 条：采用",
        f"of {new.held} held back the rules had {new.rules} right, with the new model {new.system}: adopted",
    )
    return _write(target, LearningRun.ADOPTED, why, rows, sha256=learning.keep(challenger), **told)


def contest(model: LabelModel, held: Sequence[Correction], target: str) -> Contest:
    """Ask the model about what was held back."""
    known, wins, losses, answered = known_labels(target), 0, 0, 0
    rules = sum(row.rules == row.said for row in held)
    for row, (label, confidence) in zip(held, model.suggestions([row.text for row in held]), strict=True):
        if confidence < model.threshold or label not in known or label == row.rules:
            continue
        answered += 1
        wins += label == row.said
        losses += row.rules == row.said
    return Contest(len(held), rules, rules + wins - losses, answered, wins, losses)


def _contest_of(run: LearningRun | None, held: Sequence[Correction], target: str) -> Contest | None:
    if run is None:
        return None
    try:
        return contest(learning.model_of(run), held, target)
    except ModelUnreadable:
        return None


def _failing(target: str, champion: LearningRun, rows: Sequence[Correction]) -> LearningRun | None:
    """A model that is worse than the rules on what came since it was adopted goes, before anything else is tried."""
    since = [row for row in rows if row.at > champion.at]
    new = _contest_of(champion, since, target) if len(since) >= LEAST_HELD else None
    if new is None or new.gain > -LEAST_GAIN:
        return None
    why = Said(
        f"采用以来的 {new.held} 条里，规则对 {new.rules} 条，加上模型只对 {new.system} 条：退回规则",
        f"of {new.held} since it was adopted the rules had {new.rules} right, with the model {new.system}: rules only",
    )
    figures = {"held": new.held, "rules": new.rules, "champion": new.system, "wins": new.wins, "losses": new.losses}
    return _write(target, LearningRun.RETIRED, why, rows, held_back=new.held, figures=figures)


def _split(rows: list[Correction]) -> tuple[list[Correction], list[Correction]]:
    """Older ones to learn from, the newest held back; a copy of what is held back is not learned from."""
    held = max(round(len(rows) * HELD_SHARE), min(LEAST_HELD, len(rows)))
    from huiying.engine.labels import duplicate_groups

    groups = duplicate_groups([row.text for row in rows]).tolist()
    kept = set(groups[-held:])
    return [row for row, group in zip(rows[:-held], groups[:-held], strict=True) if group not in kept], rows[-held:]


def _share(taught: Sequence[Correction], held: Sequence[Correction], target: str) -> float:
    try:
        from huiying.engine import labels as engine

        model = engine.train([row.text for row in taught], [row.said for row in taught])
    except TooFew:
        return sum(row.rules == row.said for row in held) / len(held)
    told = contest(model, held, target)
    return told.system / told.held


@transaction.atomic
def _write(
    target: str,
    decision: str,
    why: Said,
    rows: Sequence[Correction],
    *,
    in_force: LearningRun | None = None,
    **told: Any,
) -> LearningRun:
    run = LearningRun.objects.create(
        target=target,
        decision=decision,
        at=clock.now(),
        by=Actor.SYSTEM.name,
        reason=why.zh[:500],
        reason_en=why.en[:500],
        corrections=len(rows),
        in_force=in_force,
        **told,
    )
    if decision == LearningRun.ADOPTED:
        run.in_force = run
        run.save(update_fields=["in_force"])
    _record(run, Actor.SYSTEM)
    return run


@transaction.atomic
def roll_back(target: str, reason: str, actor: User) -> LearningRun:
    """One verb takes the model in force away; the one before it speaks again, else the rules alone. Raises Refused."""
    require(actor, "learning.roll_back")
    if target not in learning.TARGETS:
        raise Refused(_("没有这一项学习。"), code="unknown_target")
    current = learning.in_force(target)
    if current is None:
        raise Refused(_("现在只用规则，没有可退回的模型。"), code="nothing_in_force")
    if len("".join(reason.split())) < LEAST_REASON:
        raise Refused(_("请写明为什么退回，至少 %(least)s 个字。") % {"least": LEAST_REASON}, code="reason_needed")
    run = LearningRun.objects.create(
        target=target,
        decision=LearningRun.ROLLED_BACK,
        at=clock.now(),
        by=actor.name,
        reason=reason.strip()[:500],
        corrections=LearningRun.objects.filter(target=target).latest("id").corrections,
        in_force=_before(current),
    )
    _record(run, actor_of(actor))
    return run


def _before(current: LearningRun) -> LearningRun | None:
    """What was in force when this model took its place."""
    earlier = LearningRun.objects.filter(target=current.target, pk__lt=current.pk).select_related("in_force").last()
    return earlier.in_force if earlier else None


def _record(run: LearningRun, actor: Actor) -> None:
    payload: dict[str, Any] = {
        "run": run.pk,
        "target": run.target,
        "decision": run.decision,
        "reason": run.reason,
        "corrections": run.corrections,
        "figures": run.figures,
        "sha256": run.sha256,
        "in_force": run.in_force.sha256 if run.in_force else "",
    }
    verb = "rolled_back" if run.decision == LearningRun.ROLLED_BACK else "trained"
    record("system", f"learning.{verb}", payload, actor, rows=[run])
