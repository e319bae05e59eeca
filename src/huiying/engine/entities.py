"""Names that tell two like matters apart: places, institutions, lots, numbers. No person's name is looked for."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

Table = npt.NDArray[np.int64]

# What stands in one group names things of one kind, so that two of them are two places (海城市 ≠ 台安县).
_KINDS: Final = (
    ("路", "街", "巷", "大道"),
    ("河", "水库", "泵站", "湾", "沟"),
    ("市", "县", "区"),
    ("镇", "乡", "街道"),
    ("村",),
    ("小区", "花园", "家园"),
    ("小学", "中学", "学校"),
    ("医院",),
    ("公园", "广场"),
    ("桥",),
)
_NAMES: Final = ("数字", "标段", "路", "河", "市县区", "镇乡街道", "村", "小区", "学校", "医院", "公园", "桥")
# Characters which come before such an end without being part of a name (这条路, 一座桥).
_FILLERS: Final = "这那条座个的某各该一两几大小老新在到从去来本我你他们和与及是有为了把被上下全"
# Words which end like a name and are none: 套路, 超市, 小区, 城镇.
_NO_NAMES: Final = {
    "路": "公铁道马线网思出走套迷半修头",
    "街": "逛",
    "河": "江山",
    "市": "城超股都门楼夜集",
    "区": "地城市社园景片山灾辖",
    "村": "农乡",
    "乡": "家城",
    "镇": "城乡",
    "桥": "天",
    "沟": "水",
    "湾": "海",
}


@cache
def ends() -> Table:
    """(first code, second code or 0, kind) of each end of a name, two characters before one."""
    rows = [(word, kind) for kind, words in enumerate(_KINDS, start=3) for word in words]
    rows.sort(key=lambda row: -len(row[0]))
    return np.array([(ord(word[0]), ord(word[1]) if len(word) > 1 else 0, kind) for word, kind in rows], np.int64)


@cache
def fillers() -> Table:
    """(code, code of an end or 0 for any): what is no part of a name before that end."""
    rows = [(ord(char), 0) for char in _FILLERS]
    rows += [(ord(char), ord(end)) for end, chars in _NO_NAMES.items() for char in chars]
    return np.array(rows, np.int64)


def entities(text: str) -> frozenset[str]:
    """Names like `数字:2026118`, `标段:二标段` or `河:南沙` in a text."""
    from huiying.engine.kernels import features
    from huiying.engine.texts import text_of

    read = text_of("", text)
    kinds, starts, stops = np.zeros((3, features.MAX_NAMES), np.int64)
    found = features.names(read.codes, read.classes, len(read.codes), ends(), fillers(), kinds, starts, stops)
    plain = read.codes.tobytes().decode("utf-32-le", "surrogatepass")
    return frozenset(f"{_NAMES[kinds[at] - 1]}:{plain[starts[at] : stops[at]]}" for at in range(found))


def numbers_in(text: str) -> frozenset[str]:
    """Numbers of three digits or more, and lot names (一标段, 2包): what tells two like notices apart."""
    return frozenset(name.split(":", 1)[1] for name in entities(text) if name.startswith(("数字:", "标段:")))


def conflict(left: frozenset[str], right: frozenset[str]) -> bool:
    """Whether both sides name things of the same kind, and never the same one."""
    if not left or not right or left & right:
        return False
    return bool({name.split(":", 1)[0] for name in left} & {name.split(":", 1)[0] for name in right})
