"""GB/T 9704-2012: what a 公文 measures in millimetres and points, its typefaces, and which are really set.

The standard's faces are commercial: named, never bundled. A bureau's licensed files in HUIYING_HOME/fonts are used;
otherwise Noto SC from a font wheel stands in, and the page says so. The system's fonts are left alone: the same
document gives the same page on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import pylopdf_fonts_zh_cn as wheel
import typst

from huiying.kernel import home
from huiying.paper import measures

PAGE_WIDTH, PAGE_HEIGHT = 210, 297  # mm
TOP, LEFT = 37, 28  # 天头, 订口
TYPE_WIDTH, TYPE_HEIGHT = 156, 225  # 版心
RIGHT, BOTTOM = PAGE_WIDTH - LEFT - TYPE_WIDTH, PAGE_HEIGHT - TOP - TYPE_HEIGHT  # 26, 35
LINES, CHARACTERS = 22, 28  # a page, a line
SIZE_2, SIZE_3, SIZE_4, SIZE_5 = 22.0, 16.0, 14.0, 10.5  # 二号 三号 四号 五号, points
PAGE_NUMBER_BELOW = 7  # mm under the type area
MARK_BELOW = 35  # mm from the top of the type area to the top of the mark
RED_LINE_BELOW = 4  # mm under the number
LETTER_MARK = 30  # mm from the edge of the page (信函)
POINTS_PER_MM: Final = 72 / 25.4
PITCH: Final = TYPE_HEIGHT * POINTS_PER_MM / LINES  # 28.99 points a line
CHARACTER: Final = TYPE_WIDTH * POINTS_PER_MM / CHARACTERS  # 15.79 points a character
RED = "d60000"

# What the standard calls each typeface; they are commercial and stay where the bureau keeps its licences.
TITLE_FACE, BODY_FACE, SECOND_FACE, FIRST_FACE = "方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体"


SERIF, SANS = "Noto Serif SC", "Noto Sans SC"
# Role → (the standard's name, names under which the files call themselves, what stands in).
FACES: Final[dict[str, tuple[str, tuple[str, ...], str]]] = {
    "title": (measures.TITLE_FACE, ("FZXiaoBiaoSong-B05S", "方正小标宋简体", "方正小标宋_GBK"), SERIF),
    "body": (measures.BODY_FACE, ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋"), SERIF),
    "second": (measures.SECOND_FACE, ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体"), SERIF),
    "first": (measures.FIRST_FACE, ("SimHei", "黑体"), SANS),
}


@dataclass(frozen=True)
class Faces:
    """`used`: role → family as it is set; `paths`: where the files lie."""

    used: dict[str, str]
    paths: tuple[str, ...]

    @property
    def words(self) -> str:
        """What the page says of its typefaces."""
        missing = list(dict.fromkeys(FACES[role][0] for role, family in self.used.items() if family in (SERIF, SANS)))
        if not missing:
            return "字体：" + "、".join(dict.fromkeys(self.used.values()))
        real = "、".join(dict.fromkeys(self.used.values()))
        return f"标准字体{'、'.join(missing)}未安装，本页实际使用{real}"


def folder() -> Path:
    return home.home() / "fonts"


def faces() -> Faces:
    """What is installed now. A font file put into the folder is found at once."""
    own = folder()
    stamp = own.stat().st_mtime_ns if own.is_dir() else 0
    return _found(str(own) if stamp else "", stamp)


@lru_cache(maxsize=4)
def _found(own: str, _stamp: int) -> Faces:
    paths = (str(Path(wheel.__file__).parent), *((own,) if own else ()))
    installed = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(paths))
    families = set(installed.families())
    used = {
        role: next((name for name in names if name in families), instead) for role, (_, names, instead) in FACES.items()
    }
    return Faces(used, paths)
