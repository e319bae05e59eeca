"""Labels that learn from the bureau's own corrections: the model in force, and what it would say instead of the rules.

A suggestion on top of the rules' own, never a decision (C5.14). A model that is missing, damaged or unsure says
nothing, and then the rules speak; a missing or damaged one is said in `huiying check`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from huiying.engine.model_errors import ModelUnreadable
from huiying.engine.said import Said
from huiying.judging import regulation_cache
from huiying.judging.models import LearningRun
from huiying.kernel import home, store
from huiying.listening.models import Post
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
    monitor = regulation_cache.regulation().monitor
    return frozenset(monitor.proof_needed) | frozenset(monitor.liaison.required_when.concern_type)


def known_labels(target: str) -> frozenset[str]:
    """What may be suggested under the regulation in force."""
    regulation = regulation_cache.regulation()
    known = regulation.concerns if target == LearningRun.CONCERN else regulation.departments
    return frozenset(known) - unlearnable(target)


def in_force(target: str) -> LearningRun | None:
    """The run whose model speaks for a target, None where the rules alone do."""
    return regulation_cache.once(("learning", target), lambda: _in_force(target))


def _in_force(target: str) -> LearningRun | None:
    last = LearningRun.objects.filter(target=target).select_related("in_force").last()
    return last.in_force if last else None


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
        regulation = regulation or regulation_cache.regulation()
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
