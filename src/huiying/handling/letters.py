"""核实函 as it is drafted from what the case knows: 事由、需核实点、期限、联系人 (§5.2-10), in the bureau's language.

No level and no author stands in it: another body needs the question, not the files.
"""

from __future__ import annotations

import datetime as dt
import re

from huiying.handling.models import Case
from huiying.judging.models import ConcernDecision
from huiying.judging.queries import members
from huiying.kernel import clock
from huiying.people.models import User
from huiying.people.queries import bureau, office, regulation_of
from huiying.people.versions import zone

NUMERALS = "一二三四五六七八九十"
MOST_POINTS = len(NUMERALS)


def draft(case: Case, body: str, points: str = "", contact: str = "", writer: User | None = None) -> str:
    """The whole letter to one body; a person reads and edits it before it is sent."""
    ours = bureau()
    name = ours.name if ours else "本局"
    now = clock.now()
    within = regulation_of(case.regulation).monitor.liaison.answer_within.zh()
    asked = points_of(points or points_for(case))
    listed = "\n".join(f"　　{mark}、{point}" for mark, point in zip(NUMERALS, asked, strict=False))
    lines = [
        "关于协助核实有关情况的函",
        "",
        f"{body}{f'（{contact}）' if contact else ''}：",
        "",
        f"　　{_heard(case)}“{_subject(case)}”。为查清事实、及时答复群众，请协助核实以下情况：",
        listed,
        f"　　请在收到本函后{within}内答复；来不及书面答复的，请先电话告知。",
        f"　　联系人：{_writer(writer)}。",
        "",
        name,
        _day(now),
    ]
    return "\n".join(lines)


def points_for(case: Case) -> str:
    """What is to be verified: the sentence that was found untrue, else whether what people say is so."""
    claims = ConcernDecision.objects.filter(event=case.event_id).exclude(claim="").order_by("id")
    said = list(dict.fromkeys(row.claim.strip() for row in claims))
    if not said:
        return f"“{_subject(case)}”的说法是否属实，依据是什么。"
    return "\n".join(f"“{claim}”的说法是否属实，依据是什么。" for claim in said[:MOST_POINTS])


def points_of(text: str) -> list[str]:
    """One point a line, without the marks that a person may have typed before it."""
    lines = (re.sub(r"^\s*(?:[一二三四五六七八九十]+、|\d+[.、．])\s*", "", line).strip() for line in text.splitlines())
    return [line for line in lines if line][:MOST_POINTS]


def _subject(case: Case) -> str:
    return case.title.strip("。！？!? ")


def _heard(case: Case) -> str:
    """Where it was heard first: a platform and a time, never a person (INV-10)."""
    first = members(case.event).first()
    if first is None:
        return f"{_said(case.first_known_at)}，我局获知"
    at = first.post.published_at or first.post.received_at
    return f"{_said(at)}，{first.post.platform or '网上'}有人反映"


def _writer(writer: User | None) -> str:
    if writer is None:
        return office().name
    return f"{writer.name}{f'，{writer.phone}' if writer.phone else ''}"


def _said(at: dt.datetime) -> str:
    local = at.astimezone(zone())
    return f"{local.month}月{local.day}日{local:%H:%M}"


def _day(at: dt.datetime) -> str:
    local = at.astimezone(zone())
    return f"{local.year}年{local.month}月{local.day}日"
