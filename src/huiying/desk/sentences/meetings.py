"""The joint meeting."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "meeting.convened": _("召集联席会议 %(meeting)s：%(topic)s"),
    "meeting.acknowledged": _("%(name)s确认参加 %(meeting)s"),
    "meeting.held": _("%(meeting)s 开会，应到 %(invited)s 人，实到 %(present)s 人"),
    "meeting.minuted": _("写好 %(meeting)s 的纪要，议定 %(decisions)s 项"),
    "meeting.signed": _("主持人签发 %(meeting)s 的纪要"),
    "meeting.handed_over": _("%(meeting)s 改由%(to_name)s主持"),
    "meeting.cancelled": _("取消 %(meeting)s"),
}
WORDS: dict[str, Any] = {}
