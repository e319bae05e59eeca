"""Training posts for the screening model, drawn from the templates beside this file. Seeded: the same every time.

Every text is invented here. `{甲/乙}` in a template means one of them. Ours and others get the same place names,
fillers, endings and misspellings, so that none of these tells them apart.
"""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
OURS = tuple(f"ours_{letter}.txt" for letter in "abcdefghijkl")
OTHERS = ("others.txt", *(f"others_{letter}.txt" for letter in "defgh"))
CONCERNS = {
    "投": "投诉", "疑": "疑虑", "咨": "咨询", "建": "建议", "表": "表扬", "讨": "讨论", "正": "正面报道",
    "误": "误解", "谣": "谣言", "歪": "歪曲", "理": "理性批评", "媒": "媒体报道", "突": "突发事件",
}  # fmt: skip
WRITING: dict[str, list[Any]] = json.loads((HERE / "writing.json").read_text("utf-8"))
SOCIAL = ("微博客", "论坛", "短视频", "新闻跟帖", "问答社区", "微信公众号", "博客")
OWN = ("12345热线", "局长信箱", "大厅来电来访")
NEWS = ("传统媒体", "门户网站", "微信公众号")
LONG_OTHERS, LONG_OURS = 1_500, 700
_CHOICE = re.compile(r"\{([^{}]*)\}")


def templates(name: str) -> list[list[str]]:
    """The rows of a template file, split at the bars."""
    lines = (HERE / name).read_text("utf-8").splitlines()
    return [line.split("|") for line in lines if line.strip() and not line.startswith("#")]


def filled(template: str, draw: random.Random) -> str:
    """One reading of a template."""
    return _CHOICE.sub(lambda match: draw.choice(match.group(1).split("/")), template)


def shortened(text: str, draw: random.Random) -> str:
    """Sometimes only a part of a text, as people write; the first clause carries the matter, so it mostly stays."""
    parts = text.split("，")
    if len(parts) > 2 and draw.random() < 0.25:
        parts.pop(draw.randrange(1, len(parts)))
    return "，".join(parts)


def written(text: str, draw: random.Random) -> str:
    """A text the way people write it: dialect, disguises, an opening, an ending."""
    if draw.random() < 0.2:
        for plain, spoken in WRITING["dialect"]:
            if draw.random() < 0.6:
                text = text.replace(plain, spoken)
    if draw.random() < 0.2:
        for plain, disguises in WRITING["disguises"]:
            if plain in text and draw.random() < 0.8:
                text = text.replace(plain, draw.choice(disguises))
    return f"{draw.choice(WRITING['openings'])}{text}{draw.choice(WRITING['endings'])}"


def ours(draw: random.Random, each: int) -> list[dict[str, Any]]:
    """Relevant posts, `each` of a template."""
    rows: list[dict[str, Any]] = []
    for name in OURS:
        for number, (lead, concern, level, template) in enumerate(templates(name)):
            texts = {shortened(filled(template, draw), draw) for _ in range(each)}
            for text in sorted(texts):
                rows.append(_ours(text, lead, CONCERNS[concern], int(level), draw) | {"group": f"{name}:{number}"})
    return rows


def _ours(text: str, lead: str, concern: str, level: int, draw: random.Random) -> dict[str, Any]:
    chance = draw.random()
    own, region = False, "鞍山" if draw.random() < 0.88 else ""
    if concern in ("正面报道", "媒体报道"):
        channel = draw.choice(NEWS)
    elif concern in ("咨询", "投诉", "建议", "表扬", "疑虑") and chance < 0.25:
        channel, own, text = draw.choice(OWN), True, draw.choice(WRITING["call_openings"]) + text
    else:
        channel = draw.choice(SOCIAL)
    if concern not in ("正面报道", "媒体报道") and not own:
        text = written(text, draw)
    if draw.random() < 0.2:
        text = f"{draw.choice(WRITING['bureau'])}{text}"  # every department's matters are told with the bureau's name
    if draw.random() < 0.35 or not region:
        text = f"{draw.choice(WRITING['places'])}{text}"
    return _row(text, channel, region, own, True) | {"lead": lead.split(",")[0], "kind": concern, "severity": level}


def others(draw: random.Random, each: int) -> list[dict[str, Any]]:
    """Posts about other people's business, `each` of a template, and ours told of another city."""
    rows: list[dict[str, Any]] = []
    for name in OTHERS:
        for number, (kind, template) in enumerate(templates(name)):
            texts = {shortened(filled(template, draw), draw) for _ in range(each)}
            for text in sorted(texts):
                rows.append(_other(text, kind, draw) | {"group": f"{name}:{number}"})
    for number, (_lead, concern, _level, template) in enumerate(templates("ours_b.txt") + templates("ours_c.txt")):
        if draw.random() < 0.5:
            text = f"{draw.choice(WRITING['elsewhere'])}{written(filled(template, draw), draw)}"
            channel = draw.choice(NEWS if concern == "正" else SOCIAL)
            rows.append(_row(text, channel, draw.choice(("鞍山", "")), False, False) | {"group": f"away:{number}"})
    return rows


def _other(text: str, kind: str, draw: random.Random) -> dict[str, Any]:
    if kind == "误转" or (kind in ("供暖", "物业", "道路", "社保", "户政") and draw.random() < 0.3):
        channel, own = draw.choice(OWN), True
        if kind != "误转":
            text = draw.choice(WRITING["call_openings"]) + text
    else:
        channel, own = (draw.choice(NEWS) if kind in ("本地", "国家") else draw.choice(SOCIAL)), False
        text = written(text, draw)
    if kind != "异地" and draw.random() < 0.3:
        text = f"{draw.choice(WRITING['places'])}{text}"
    region = "" if kind == "异地" and draw.random() < 0.5 else "鞍山"
    return _row(text, channel, region, own, False)


def long_ones(rows: list[dict[str, Any]], draw: random.Random) -> list[dict[str, Any]]:
    """Letters and long posts: several texts of one kind after another, so that length alone says nothing."""
    away = [row for row in rows if not row["relevant"] and row["region"]]
    made = []
    for _ in range(LONG_OTHERS):
        parts = draw.sample(away, draw.randint(2, 7))
        text = draw.choice(("", "尊敬的领导：", "今天说点事。")) + "。".join(part["text"] for part in parts)
        made.append(_row(text, parts[0]["platform"], "鞍山", parts[0]["own_channel"], False) | {"group": "long others"})
    by_lead: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["relevant"]:
            by_lead.setdefault(row["lead"], []).append(row)
    for _ in range(LONG_OURS):
        parts = draw.sample(by_lead[draw.choice(sorted(by_lead))], draw.randint(2, 4))
        text = "。".join(part["text"] for part in parts)
        made.append(parts[0] | {"text": text, "group": "long ours"})
    return made


def _row(text: str, channel: str, region: str, own: bool, relevant: bool) -> dict[str, Any]:
    return {"text": text, "platform": channel, "region": region, "own_channel": own, "relevant": relevant}


def corpus(seed: int = 20260701, each: int = 16, each_other: int = 26) -> list[dict[str, Any]]:
    """All training posts, in a fixed order."""
    draw = random.Random(seed)
    rows = ours(draw, each) + others(draw, each_other)
    rows += long_ones(rows, draw)
    for number, row in enumerate(rows):
        row["native_id"] = f"G{number:05d}"
    return rows
