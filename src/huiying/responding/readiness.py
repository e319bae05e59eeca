"""What a draft lacks before it can be reviewed, and before it can go out: sentences that say what to do （三）（八）.

Texts, blanks, openness and its grounds (C1.1), statutory channels (C3.1), voice (C8.3), machine text (INV-4): each part
is a function of (case, revision), in the order in which a writer works. The grounds are those of 国令711号
第十四至十六条.
"""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext as _, gettext_lazy

from huiying.handling.models import Case
from huiying.judging.models import EventPost
from huiying.kernel import clock as time
from huiying.people.queries import office, regulation_of, zone
from huiying.people.versions import department_name, display_name, join_names
from huiying.responding.forms_of_answer import is_valid, speaking_departments
from huiying.responding.models import Revision
from huiying.responding.queries import approved_round, why_stale
from huiying.responding.targets import targets

GROUNDS = {
    "state_secret": gettext_lazy("第十四条：国家秘密"),
    "forbidden_by_law": gettext_lazy("第十四条：法律、行政法规禁止公开"),
    "public_safety": gettext_lazy("第十四条：危及国家安全、公共安全、经济安全、社会稳定"),
    "third_party": gettext_lazy("第十五条：涉及商业秘密、个人隐私"),
    "internal": gettext_lazy("第十六条：内部事务信息或过程性信息"),
}


BLANK = re.compile(r"【请填：([^】\n]{1,40})】")


def open_blanks(text: str) -> list[str]:
    """The names of the blanks that still stand in a text, each once, in reading order."""
    return list(dict.fromkeys(name.strip() for name in BLANK.findall(text)))


def why_blank(case: Case, revision: Revision) -> list[str]:
    texts = [revision.title, revision.question, revision.facts, revision.basis, *revision.renditions.values()]
    found = open_blanks("\n".join(texts))
    if not found:
        return []
    return [_("模板里还有没填的空：%(names)s。请填上，或删去那一句。") % {"names": join_names(found)}]


def bare(text: str) -> str:
    """The words alone: white space, punctuation and the width of characters are no change of anybody's."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


def why_bare(case: Case, revision: Revision) -> list[str]:
    """Whoever says what the bureau says has to have written in it: not a single rendition may stand as the machine gave
    it, in this draft or in an earlier proposal for the case.
    """
    proposed = {bare(row.text) for row in case.machine_drafts.all()} - {""}
    if not proposed:
        return []
    said = {bare(text) for text in (*revision.renditions.values(), revision.facts)}
    if proposed & said:
        return [_("有一段文字是机器建议的原样，没有人改过：请核对事实并用自己的话改写后再送审。")]
    return []


def why_left_out(case: Case, revision: Revision) -> list[str]:
    if revision.openness == Revision.OPEN:
        if revision.openness_ground or revision.openness_left_out:
            return [_("写了不公开的依据，公开属性却是“主动公开”：请二者选一。")]
        return []
    if revision.openness != Revision.PARTLY:
        return [_("请选择公开属性：主动公开，或部分不公开。整件不予公开另有办法，须两人决定（C1.1）。")]
    found = []
    if revision.openness_ground not in GROUNDS:
        found.append(_("部分不公开须从法定理由中选择依据；只写文字说明不算（C1.1）。"))
    if len(revision.openness_left_out) < 4:
        found.append(_("请概括写明哪一部分不公开（不写具体内容）。"))
    today = time.now().astimezone(zone()).date()
    if revision.openness_review_on is None or revision.openness_review_on <= today:
        found.append(_("部分不公开须写明今后的复核日期。"))
    return found


LOOKED_AT = 200  # posts of an event that are read for its words


def mentioned_in(case: Case) -> list[str]:
    """Codes of the statutory channels whose words stand in what people wrote, in the order of the regulation."""
    regulation = regulation_of(case.regulation)
    if not regulation.response.statutory_channels:
        return []
    members = EventPost.objects.filter(event=case.event_id, withdrawn_at__isnull=True).select_related("post")
    text = "\n".join(f"{member.post.title}\n{member.post.text}" for member in members.order_by("pk")[:LOOKED_AT])
    return regulation.statutory_in(text)


def why_not_told(case: Case, revision: Revision) -> list[str]:
    """Pointing there is the least: an answer never takes the place of a statutory procedure. A file that lists no
    channels asks for nothing.
    """
    if revision.track == Revision.HOLDING or revision.stage == Revision.WITHDRAWAL:
        return []
    regulation = regulation_of(case.regulation)
    channels = regulation.response.statutory_channels
    unknown = [code for code in revision.statutory if code not in channels]
    found = [_("没有这样的法定渠道：%(names)s。") % {"names": join_names(unknown)}] if unknown else []
    missing = [code for code in mentioned_in(case) if code not in revision.statutory]
    if missing:
        names = join_names(display_name(regulation, "statutory", code) for code in missing)
        found.append(_("来文提到%(names)s：请在文稿里勾选告知，公开回应不能代替法定渠道（C3.1）。") % {"names": names})
    return found


def notices(regulation_codes: list[str], case: Case) -> list[str]:
    """What the public is told about each channel, in the regulation's words."""
    channels = regulation_of(case.regulation).response.statutory_channels
    return [channels[code].notice for code in regulation_codes if code in channels]


def why_incomplete(case: Case, revision: Revision) -> list[str]:
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


def why_not_their_voice(case: Case, revision: Revision) -> list[str]:
    row = revision.speaker
    if row is not None:
        if row.case_id == case.pk and is_valid(row):
            return []
        return [_("发言人的授权已经撤销或到期，请局领导重新授权（C12.1）。")]
    may = speaking_departments(case)
    if revision.track == Revision.HOLDING:  # before anybody has accepted it, the coordinating office may say so
        may = list(dict.fromkeys([*may, office().name]))
    if revision.department in may:
        return []
    return [
        _("%(department)s既不主办也没有参与处置，不能发声；可以由%(names)s发声，或由局领导授权发言人（C8.3）。")
        % {
            "department": department_name(revision.department),
            "names": join_names(department_name(name) for name in may),
        }
    ]


PARTS = (why_incomplete, why_blank, why_left_out, why_not_told, why_not_their_voice, why_bare)


def why_not_submit(case: Case, revision: Revision | None) -> list[str]:
    """What the current revision lacks before it can be reviewed; empty when nothing does."""
    if revision is None:
        return [_("还没有文稿，请先起草。")]
    return [lack for why in PARTS for lack in why(case, revision)]
