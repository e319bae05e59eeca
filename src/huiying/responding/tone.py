"""What a draft could say better, and whether its form fits its level (C3.2 度, C8.10). Hints: nothing here blocks."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from huiying.handling.models import Case
from huiying.people.queries import regulation_of
from huiying.people.words import display_name, join_names
from huiying.responding import plain
from huiying.responding.models import Revision
from huiying.responding.plain import Hint
from huiying.responding.readiness.texts import missing_families
from huiying.responding.targets import Target, target_names, targets

SHORT = ("weibo", "政务微博")
# The forms that a level may ask for, and the target whose text is one (C8.7).
FORM_TARGETS = {"组织专家解读": "expert", "召开新闻发布会": "press_conference", "接受媒体专访": "interview"}


def is_short(code: str, places: Mapping[str, Target] | None = None) -> bool:
    """Whether a place folds what is long."""
    place = (targets() if places is None else places).get(code)
    return code in SHORT or (place is not None and (place.channel.kind in SHORT or place.family in SHORT))


def hints(case: Case, revision: Revision) -> list[Hint]:
    """Everything that is to be said about a draft: each text, then its form."""
    places = targets()
    found = [
        hint
        for code, text in revision.renditions.items()
        for hint in plain.look_at(text, code, short=is_short(code, places))
    ]
    return [*found, *form(case, revision)]


def form(case: Case, revision: Revision) -> list[Hint]:
    """度: whether the form is that of the level, neither less than the regulation names nor more (C3.2)."""
    if revision.track == Revision.HOLDING or revision.stage in (Revision.CORRECTION, Revision.WITHDRAWAL):
        return []
    found = []
    if few := missing_families(case, revision):
        found.append(Hint("", "few_channels", few, _("加上这些渠道的文稿；来不及的先发，再补发。")))
    regulation = regulation_of(case.regulation)
    level = display_name(regulation, "level", case.level)
    wanted = {code for name in regulation.level_actions.by_level[case.level].forms if (code := FORM_TARGETS.get(name))}
    have = set(revision.renditions) & set(FORM_TARGETS.values())
    if wanted - have:
        told = {"level": level, "forms": join_names(target_names(sorted(wanted - have)).values())}
        found.append(
            Hint(
                "",
                "form_too_light",
                _("%(level)s的回应还有这些形式：%(forms)s。") % told,
                _("安排一次，或在“回应”页写明为什么不需要。"),
            )
        )
    if have - wanted and not _asked_by_an_emergency(case, have - wanted):
        told = {"level": level, "forms": join_names(target_names(sorted(have - wanted)).values())}
        found.append(
            Hint(
                "",
                "form_too_heavy",
                _("%(level)s没有要求%(forms)s，动静可能比事情大。") % told,
                _("想一想书面答复够不够；有理由就保留。"),
            )
        )
    return found


def _asked_by_an_emergency(case: Case, codes: set[str]) -> bool:
    """An emergency's superior norms may ask for a press conference at any level (61号)."""
    return "press_conference" in codes and bool(case.emergency)
