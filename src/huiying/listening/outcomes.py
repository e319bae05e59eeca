"""How a look at a source can end, in words. What was collected and what was not never look alike (C5.2)."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NEW, NOTHING, BY_HAND, RECEIVED = "new", "nothing", "by_hand", "received"
#: The source was reached and read; NOTHING means that nothing new was there.
COLLECTED: Final = frozenset({NEW, NOTHING, BY_HAND, RECEIVED})
MOVED = "moved"  # on the way: the other host's turn comes next; neither collected nor failed
ROBOTS_READ = "robots_read"

REFUSED, ROBOTS, UNREACHABLE, TIMEOUT, TOO_SLOW = "refused", "robots", "unreachable", "timeout", "too_slow"
TOO_LARGE, BOMB, REDIRECTS, MISSING, FORBIDDEN = "too_large", "bomb", "redirects", "missing", "forbidden"
THROTTLED, UNAVAILABLE, SERVER_ERROR, STATUS = "throttled", "unavailable", "server_error", "status"
COOKIE_WALL, WRONG_TYPE, MALFORMED, ENTITIES = "cookie_wall", "wrong_type", "malformed", "entities"
DAMAGED, NO_MATCH, BROKEN = "damaged", "no_match", "broken"
LOGIN, NO_FOLDER = "login", "no_folder"

WORDS: Final[dict[str, str | Promise]] = {
    NEW: _("有新内容"),
    NOTHING: _("没有新内容"),
    BY_HAND: _("人工看过"),
    RECEIVED: _("对方送来"),
    MOVED: _("网址转到另一个网站，正在按那边的规矩去取"),
    REFUSED: _("网址指向内部或不允许访问的地址"),
    ROBOTS: _("对方的 robots.txt 不允许自动访问"),
    UNREACHABLE: _("连不上对方"),
    TIMEOUT: _("对方迟迟没有回应"),
    TOO_SLOW: _("传得太慢，到时间还没有传完"),
    TOO_LARGE: _("内容太大，超过上限"),
    BOMB: _("压缩内容展开后大得不正常"),
    REDIRECTS: _("网址来回跳转"),
    MISSING: _("网页不存在（404 或 410）"),
    FORBIDDEN: _("对方拒绝访问"),
    THROTTLED: _("对方说访问太频繁"),
    UNAVAILABLE: _("对方暂停服务"),
    SERVER_ERROR: _("对方服务器出错"),
    STATUS: _("对方返回了意外的状态"),
    COOKIE_WALL: _("要先接受 Cookie 或通过验证才能看"),
    WRONG_TYPE: _("返回的不是约定的格式"),
    MALFORMED: _("格式有误，读不出来"),
    ENTITIES: _("含有危险的 XML 实体定义"),
    DAMAGED: _("压缩或编码损坏"),
    NO_MATCH: _("网页改版了：按设好的选择器一条也找不到"),
    LOGIN: _("邮箱不接受用户名或密码"),
    NO_FOLDER: _("邮箱里没有这个文件夹，或打不开"),
    BROKEN: _("程序处理出错"),
}


class Failed(Exception):
    """Nothing was collected: a code of this module and, where it helps, what exactly was met."""

    def __init__(self, outcome: str, detail: str = "") -> None:
        super().__init__(f"{outcome}: {detail}")
        self.outcome, self.detail = outcome, detail
