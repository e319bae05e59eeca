"""What Chinese vendors call their columns, and which of them are never read (d9)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from huiying.listening.importing.persons import names_a_person

#: Fields that a column can be, with the headings that mean it. `""` in a mapping means: leave it out.
SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    "title": ("标题", "文章标题", "新闻标题", "帖子标题", "信息标题", "微博标题", "主题", "题目", "title"),
    "text": (
        "正文", "内容", "全文", "文章内容", "微博内容", "信息内容", "帖子内容", "原文内容", "正文内容", "文本",
        "诉求内容",
        "反映内容", "来信内容", "问题描述", "摘要", "内容摘要", "文章摘要", "简要内容", "content", "text",
    ),
    "url": (
        "链接", "原文地址", "原文链接", "网址", "url", "链接地址", "文章链接", "原链接", "地址链接", "信息链接",
        "文章地址", "link",
    ),
    "outlet": (
        "来源", "媒体名称", "网站", "网站名称", "站点", "站点名称", "来源网站", "信息来源", "发布媒体", "媒体",
        "来源名称", "source",
    ),
    "platform": (
        "平台", "渠道", "媒体类型", "来源类型", "信息类型", "载体", "平台类型", "发布平台", "载体类型", "数据来源",
        "频道", "平台名称",
        "platform",
    ),
    "published_at": (
        "发布时间", "日期", "时间", "发表时间", "发布日期", "发文时间", "发帖时间", "受理时间", "来电时间",
        "登记时间", "publish_time",
    ),
    "seen_at": ("采集时间", "抓取时间", "入库时间", "更新时间", "监测时间"),
    "sentiment": ("情感", "倾向性", "属性", "情感属性", "情感倾向", "正负面", "信息属性", "倾向", "敏感性"),
    "reposts": ("转发数", "转发量", "转发"),
    "comments": ("评论数", "评论量", "评论", "回复数", "回帖数", "跟帖数"),
    "likes": ("点赞数", "点赞量", "点赞", "赞数", "在看数"),
    "reads": ("阅读数", "阅读量", "浏览量", "浏览数", "点击量", "点击数", "播放量", "播放数"),
    "shares": ("分享数", "分享量", "分享"),
    "region": ("地域", "ip属地", "地区", "属地", "发布地", "发布地区", "省份", "所属地区", "信源地域"),
    "keywords": ("关键词", "命中词", "涉及词", "命中关键词", "涉及关键词"),
    "similar": ("相似数", "相似文章数", "相似量", "相似信息数", "转载量"),
    "native_id": ("编号", "id", "文章id", "信息id", "工单号", "工单编号", "微博id", "帖子id", "唯一标识"),
    "voice": ("用户id", "uid", "账号id", "作者id", "发布人id"),
}  # fmt: skip
FIELDS: Final = tuple(SYNONYMS)
FIGURES: Final = ("reposts", "comments", "likes", "reads", "shares")
HEAD_ROWS: Final = 15
_FIELD_OF: Final = {word: field for field, words in SYNONYMS.items() for word in words}
_ASIDE: Final = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]|[\s*:：_\-]+")


def folded(heading: object) -> str:
    """`发布时间（北京时间）*` as `发布时间`."""
    return _ASIDE.sub("", unicodedata.normalize("NFKC", str(heading or ""))).lower()


def field_of(heading: object) -> str:
    """The field that a heading means; "" where it means none or names a person."""
    return _FIELD_OF.get(folded(heading), "") or _FIELD_OF.get(str(heading or "").strip().lower(), "")


def mapping_of(columns: Sequence[object]) -> dict[str, str]:
    """Each heading with its field, each field given once: 内容 before 摘要, 正文 before 内容."""
    best: dict[str, tuple[int, str]] = {}
    for column in columns:
        field = field_of(column)
        if field:
            rank = SYNONYMS[field].index(folded(column)) if folded(column) in SYNONYMS[field] else 99
            best[field] = min(best.get(field, (100, "")), (rank, str(column).strip()))
    chosen = {name: field for field, (_rank, name) in best.items()}
    return {str(column).strip(): chosen.get(str(column).strip(), "") for column in columns if str(column or "").strip()}


def is_heading(cells: Sequence[object]) -> bool:
    """Whether a row of cells can head a table of posts: more than one cell, one of them for what is said."""
    named = [cell for cell in cells if cell not in (None, "")]
    return len(named) >= 2 and any(field_of(cell) in ("title", "text") for cell in named)


def is_personal(heading: str) -> bool:
    """Columns that are never read, whatever a person maps them to, but for an id that counts voices (INV-10)."""
    return names_a_person(heading) and field_of(heading) != "voice"
