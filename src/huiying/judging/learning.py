"""What was learned and is in force: labels from the bureau's corrections (C5.14), weights of the screening from its
clearances.

A suggestion on top of the rules' own, never a decision. A model that is missing, damaged or unsure says nothing, and
then the rules speak.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from huiying.engine.said import ModelUnreadable, Said
from huiying.engine.screen_model import Cleared, lesson
from huiying.engine.screening import Screener
from huiying.judging import batch
from huiying.judging.models import LearningRun, ScreenAdjustment, Screening
from huiying.kernel import clock, home, store
from huiying.ledger.actions import Actor, record
from huiying.listening import actions as listening
from huiying.listening.models import Post
from huiying.listening.queries import as_engine_post
from huiying.listening.watching import screener
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import actor_of
from huiying.regulation import Regulation

if TYPE_CHECKING:
    from huiying.engine.labels import LabelModel


TARGETS: Final = (LearningRun.CONCERN, LearningRun.LEAD)


@dataclass(frozen=True)
class Better:
    """Concern and lead after the models were asked: theirs where they are sure, the rules' where not."""

    concern: str
    lead: str
    reasons: tuple[Said, ...]


@dataclass(frozen=True)
class State:
    """What stands for a target: the run in force (None: rules only), and why its file cannot be used, if so."""

    target: str
    run: LearningRun | None
    trouble: str = ""


_loaded: dict[str, LabelModel] = {}


def unlearnable(target: str) -> frozenset[str]:
    """Concerns that no machine suggests from habit: what needs proof, and what asks for 核实衔接 (C1.2, C5.15)."""
    if target != LearningRun.CONCERN:
        return frozenset()
    monitor = batch.regulation().monitor
    return frozenset(monitor.proof_needed) | frozenset(monitor.liaison.required_when.concern_type)


def known_labels(target: str) -> frozenset[str]:
    """What may be suggested under the regulation in force."""
    regulation = batch.regulation()
    known = regulation.concerns if target == LearningRun.CONCERN else regulation.departments
    return frozenset(known) - unlearnable(target)


def in_force(target: str) -> LearningRun | None:
    """The run whose model speaks for a target, None where the rules alone do."""
    return batch.once("learning", _in_force).get(target)


def _in_force() -> dict[str, LearningRun | None]:
    latest = LearningRun.objects.order_by().values("target").annotate(last=Max("pk")).values("last")
    return {run.target: run.in_force for run in LearningRun.objects.filter(pk__in=latest).select_related("in_force")}


def model_of(run: LearningRun) -> LabelModel:
    """The model of a run, checked against its hash. Raises ModelUnreadable."""
    kept = _loaded.get(run.sha256)
    if kept is not None:
        return kept
    try:
        content = store.bytes_of(home.models() / run.sha256)
    except OSError as error:
        raise ModelUnreadable(f"读不到模型文件 models/{run.sha256}：{error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != run.sha256:
        raise ModelUnreadable(f"模型文件 models/{run.sha256} 与记录的哈希不符")
    if len(_loaded) >= 2 * len(TARGETS):
        _loaded.clear()
    from huiying.engine.labels import LabelModel  # brings scipy, which only a model in force needs

    _loaded[run.sha256] = LabelModel.from_bytes(content)
    return _loaded[run.sha256]


def forget() -> None:
    """Read model files anew: what is kept in memory goes."""
    _loaded.clear()


def keep(model: LabelModel) -> str:
    """Store a model under its hash; returns the hash. The same model twice is one file."""
    content = model.to_bytes()
    name = hashlib.sha256(content).hexdigest()
    home.create_private(home.models() / name, content)
    return name


def state(target: str) -> State:
    """For pages and the auditor: what is in force, and whether its file can be used."""
    run = in_force(target)
    if run is None:
        return State(target, None)
    try:
        model_of(run)
    except ModelUnreadable as error:
        return State(target, run, str(error))
    return State(target, run)


def better(post_id: int, concern: str, lead: str) -> Better:
    """What to suggest for an event whose gravest post this is, given the rules' concern and lead."""
    chosen, reasons = {LearningRun.CONCERN: concern, LearningRun.LEAD: lead}, []
    regulation: Regulation | None = None
    for target in TARGETS:
        run = in_force(target)
        if run is None:
            continue
        regulation = regulation or batch.regulation()
        post = Post.objects.only("title", "text").get(pk=post_id)
        said = _ask(run, post, chosen[target], regulation)
        if said is not None:
            chosen[target] = said[0]
            reasons.append(said[1])
    return Better(chosen[LearningRun.CONCERN], chosen[LearningRun.LEAD], tuple(reasons))


def _ask(run: LearningRun, post: Post, rules: str, regulation: Regulation) -> tuple[str, Said] | None:
    try:
        told = model_of(run).suggest(post.title, post.text)
    except ModelUnreadable:
        return None
    if not told.sure or told.label == rules or told.label not in known_labels(run.target):
        return None
    return told.label, _WORDS[run.target](told.label, told.words, told.confidence, run.trained_on, regulation)


def _of_concern(label: str, words: tuple[str, ...], sure: float, rows: int, regulation: Regulation) -> Said:
    english = regulation.name_of("word", label, "en")
    return _said(f"性质像“{label}”", f"the concern looks like {english}", words, sure, rows)


def _of_lead(label: str, words: tuple[str, ...], sure: float, rows: int, regulation: Regulation) -> Said:
    name, english = (regulation.name_of("department", label, lang) for lang in ("zh", "en"))
    return _said(f"这类事本局多转{name}", f"such matters mostly go to {english}", words, sure, rows)


def _said(zh: str, en: str, words: tuple[str, ...], sure: float, rows: int) -> Said:
    seen_zh = f"，依据“{'”“'.join(words)}”等词" if words else ""
    return Said(
        f"从本局 {rows} 条更正学到：{zh}（把握 {sure:.0%}）{seen_zh}",
        f"Learned from {rows} corrections of this bureau: {en} (confidence {sure:.0%})",
    )


_WORDS: Final[dict[str, Callable[[str, tuple[str, ...], float, int, Regulation], Said]]] = {
    LearningRun.CONCERN: _of_concern,
    LearningRun.LEAD: _of_lead,
}


#: Clearances older than this say little of what is written today.
REMEMBERED = dt.timedelta(days=180)
MOST = 4_000
#: A decision that may still be undone teaches nothing.
SETTLED = dt.timedelta(minutes=10)


def adjustment_in_force() -> ScreenAdjustment | None:
    """The newest adjustment that was applied and not withdrawn, of the model that screens now."""
    found = ScreenAdjustment.objects.filter(state=ScreenAdjustment.APPLIED).order_by("-id").first()
    return found if found is not None and found.model == _version() else None


def current_adjustment() -> int:
    """The id of what is in force, 0 where nothing is."""
    found = adjustment_in_force()
    return found.pk if found is not None else 0


def weights() -> dict[str, float]:
    """The weights in force."""
    found = adjustment_in_force()
    return dict(found.weights) if found is not None else {}


@transaction.atomic
def learn_adjustment() -> ScreenAdjustment | None:
    """Learn from the clearances of the last half year; kept only where it does better on those held back.

    None where there are too few, where nothing was cleared since the last time, or where no model screens.
    """
    base = screener()
    if base.model_version is None:
        return None
    now = clock.now()
    newest = ScreenAdjustment.objects.order_by("-id").first()
    rows = Screening.objects.filter(cleared_at__gt=now - REMEMBERED, cleared_at__lte=now - SETTLED).exclude(cleared="")
    if newest is not None and not rows.filter(cleared_at__gt=newest.at - SETTLED).exists():
        return None
    cleared = [_cleared(row, base) for row in rows.select_related("post").order_by("-cleared_at", "-id")[:MOST]]
    taught = lesson([row for row in cleared if row is not None], weights())
    if taught is None:
        return None
    state = ScreenAdjustment.APPLIED if taught.helps else ScreenAdjustment.REFUSED
    made = ScreenAdjustment.objects.create(
        state=state,
        weights=dict(taught.weights),
        learned_from=taught.learned_from,
        held_back=taught.held_back,
        loss_before=taught.loss_before,
        loss_after=taught.loss_after,
        model=_version(),
        at=now,
    )
    record(listening.CHAIN, f"screening.{state}", _told(made), Actor.SYSTEM, rows=[made])
    return made


@transaction.atomic
def withdraw_adjustment(adjustment: ScreenAdjustment, actor: User) -> ScreenAdjustment:
    """Take an adjustment back: the one before it, or the shipped model alone, screens again. Twice is once."""
    require(actor, "screening.withdraw")
    found = ScreenAdjustment.objects.select_for_update().get(pk=adjustment.pk)
    if found.state == ScreenAdjustment.WITHDRAWN:
        return found
    if found.state != ScreenAdjustment.APPLIED:
        raise Refused(_("这次调整没有启用，不用撤回。"), code="not_applied")
    found.state, found.withdrawn_by, found.withdrawn_at = ScreenAdjustment.WITHDRAWN, actor.name, clock.now()
    found.save(update_fields=["state", "withdrawn_by", "withdrawn_at"])
    record(listening.CHAIN, "screening.withdrawn", _told(found), actor_of(actor), rows=[found])
    return found


def _told(made: ScreenAdjustment) -> dict[str, object]:
    return {
        "adjustment": made.pk,
        "learned_from": made.learned_from,
        "held_back": made.held_back,
        "loss_before": round(made.loss_before, 4),
        "loss_after": round(made.loss_after, 4),
    }


def _cleared(row: Screening, base: Screener) -> Cleared | None:
    seen = base.seen(as_engine_post(row.post))
    judged = base.judged(seen)
    if judged is None:
        return None
    return Cleared(str(row.post_id), judged.odds, seen.evidence.names, row.cleared == Screening.HIT)


def _version() -> str:
    return screener().model_version or ""
