"""Channel classes of （五）, and how other people's words for them map onto ours (C5.2 to C5.10)."""

from __future__ import annotations

import unicodedata
from typing import Final

UNCLASSIFIED: Final = "未分类"
CHANNEL_CLASSES: Final = (
    "门户网站",
    "论坛",
    "博客",
    "微博客",
    "新闻跟帖",
    "传统媒体",
    "微信公众号",
    "短视频",
    "问答社区",
    "12345热线",
    "局长信箱",
    "大厅来电来访",
)
#: A message that comes in over one of these was sent to the bureau itself.
OWN_CLASSES: Final = frozenset({"12345热线", "局长信箱", "大厅来电来访"})

# Looked for in this order: a comment section belongs to 新闻跟帖 even where the host is a portal.
_CUES: Final = (
    ("跟帖", "新闻跟帖"),
    ("跟贴", "新闻跟帖"),
    ("新闻评论", "新闻跟帖"),
    ("12345", "12345热线"),
    ("市长热线", "12345热线"),
    ("政务热线", "12345热线"),
    ("信箱", "局长信箱"),
    ("来电", "大厅来电来访"),
    ("来访", "大厅来电来访"),
    ("短视频", "短视频"),
    ("抖音", "短视频"),
    ("快手", "短视频"),
    ("视频号", "短视频"),
    ("douyin", "短视频"),
    ("kuaishou", "短视频"),
    ("公众号", "微信公众号"),
    ("微信", "微信公众号"),
    ("wechat", "微信公众号"),
    ("微博", "微博客"),
    ("weibo", "微博客"),
    ("博客", "博客"),
    ("blog", "博客"),
    ("知乎", "问答社区"),
    ("问答", "问答社区"),
    ("zhihu", "问答社区"),
    ("贴吧", "论坛"),
    ("论坛", "论坛"),
    ("社区", "论坛"),
    ("tieba", "论坛"),
    ("forum", "论坛"),
    ("bbs", "论坛"),
    ("传统媒体", "传统媒体"),
    ("报纸", "传统媒体"),
    ("日报", "传统媒体"),
    ("晚报", "传统媒体"),
    ("广播", "传统媒体"),
    ("电视", "传统媒体"),
    ("媒体客户端", "传统媒体"),
    ("newspaper", "传统媒体"),
    ("门户", "门户网站"),
    ("官网", "门户网站"),
    ("网站", "门户网站"),
    ("portal", "门户网站"),
    ("website", "门户网站"),
)


def channel_class_of(*names: str) -> str:
    """The class of the first name that can be placed; `未分类` if none can. Never refuses (C5.10)."""
    for name in names:
        folded = unicodedata.normalize("NFKC", name).strip().lower()
        if not folded:
            continue
        if folded in CHANNEL_CLASSES:
            return folded
        for cue, known in _CUES:
            if cue in folded:
                return known
    return UNCLASSIFIED
