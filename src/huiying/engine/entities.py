"""Names that tell two like matters apart: roads, schools, lots, numbers. No person's name is looked for."""

from __future__ import annotations

from typing import Final

from huiying.engine.duplicates import numbers_in
from huiying.engine.normalise import is_chinese

# Ends of names of places and projects; the two or three characters before one make it a name.
_SUFFIXES: Final = (
    "街道", "小区", "学校", "小学", "中学", "医院", "公园", "广场", "水库", "泵站", "路", "街", "河", "桥",
    "镇", "乡", "村", "区", "县", "沟", "湾",
)  # fmt: skip
_STEM: Final = 2
# Characters which come before such an end without being part of a name (这条路, 一座桥).
_FILLERS: Final = frozenset("这那条座个的某各该一两几大小老新在到从去来本我你他们和与及是有为了把被上下")


def entities(text: str) -> frozenset[str]:
    """Names like `数字:2026-118` or `河:南沙` in a normalised text."""
    found = {f"数字:{number}" for number in numbers_in(text)}
    for suffix in _SUFFIXES:
        at = text.find(suffix)
        while at >= 0:
            stem = text[max(0, at - _STEM) : at]
            if len(stem) == _STEM and all(is_chinese(char) and char not in _FILLERS for char in stem):
                found.add(f"{suffix}:{stem}")
            at = text.find(suffix, at + len(suffix))
    return frozenset(found)


def conflict(left: frozenset[str], right: frozenset[str]) -> bool:
    """Whether both sides name things of the same kind, and never the same one."""
    if not left or not right or left & right:
        return False
    return bool({name.split(":", 1)[0] for name in left} & {name.split(":", 1)[0] for name in right})
