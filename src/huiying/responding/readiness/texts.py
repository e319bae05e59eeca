"""The texts themselves, the facts they rest on and their basis (C3.1, C7.2, C7.4)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from huiying.handling.models import Case
from huiying.people.queries import regulation_of
from huiying.people.words import display_name, join_names
from huiying.responding.models import Revision
from huiying.responding.queries import approved_round, why_stale
from huiying.responding.targets import targets


def why(case: Case, revision: Revision) -> list[str]:
    found = _state(case, revision)
    if not revision.facts:
        found.append(_("缺少事实部分。"))
    if stale := why_stale(case, revision):
        found.append(stale)
    if not revision.question:
        found.append(_("缺少“群众关心什么”的概述。"))
    found += _renditions(case, revision)
    if not revision.basis:
        found.append(_("缺少依据：请写明法律法规或公告文号（C3.1）。"))
    return found


def _state(case: Case, revision: Revision) -> list[str]:
    """An answer needs the department's facts first; a holding statement says that they are being looked for."""
    if revision.track == Revision.HOLDING:
        if case.answered_at is not None or case.state in ("declined", "closed", "merged", "voided"):
            return [_("此件已经公开回应或已结束，不再需要“正在核实”。")]
        return []
    found = []
    if case.state not in ("handling", "answered"):
        found.append(_("此件当前不能送审。"))
    elif case.state == "answered" and approved_round(case, revision) is not None:
        found.append(_("这一稿已经审定。要续报、更正，请先起草新的一稿。"))
    if not case.findings.exists():
        found.append(_("主办部门还没有报核实情况：先有事实，再有回应（C7.2）。"))
    return found


def _renditions(case: Case, revision: Revision) -> list[str]:
    """The portal always, and only accounts that are open (INV-11); fewer families than the level asks for is said when
    the case is to be closed, since the first word must not wait for the last channel (C8.9).
    """
    found = []
    open_ = targets()
    if not revision.renditions.get("portal") and "portal" in open_:
        found.append(_("缺少门户网站的文稿。"))
    if not revision.renditions:
        found.append(_("还没有任何渠道的文稿。"))
    gone = [code for code in revision.renditions if code not in open_]
    if gone:
        found.append(_("这些账号已经停用：%(names)s。请删去它们的文稿。") % {"names": join_names(gone)})
    return found


def families_of(revision: Revision) -> set[str]:
    """Linked channels for which there is a text."""
    open_ = targets()
    return {open_[code].family for code in revision.renditions if code in open_} - {""}


def missing_families(case: Case, revision: Revision) -> str:
    """How many more linked channels the level asks for, as a hint; "" where there are enough (C8.9)."""
    regulation = regulation_of(case.regulation)
    wanted = regulation.response.linked_channels.min_channels[case.level]
    have = families_of(revision)
    if len(have) >= wanted:
        return ""
    others = [name for name in regulation.response.linked_channels.set if name not in have]
    return _("%(level)s要在 %(n)d 类渠道联动发布，现有 %(have)d 类，还可以加：%(others)s（C8.9）。") % {
        "level": display_name(regulation, "level", case.level),
        "n": wanted,
        "have": len(have),
        "others": join_names(display_name(regulation, "word", name) for name in others),
    }
