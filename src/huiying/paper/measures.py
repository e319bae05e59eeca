"""GB/T 9704-2012 in millimetres and points: what a 公文 measures, and which typefaces it names."""

from __future__ import annotations

from typing import Final

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
