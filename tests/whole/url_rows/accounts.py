"""Rows of the URL table: accounts. The columns and letters are those of `url_table`.

{failed} is a publication on the government website whose sending failed; the account is connected to a host that is
never called here.
"""

from __future__ import annotations

from typing import Any

from cast import Cast
from huiying.handling.actions.work import see_reports
from huiying.people.models import Platform
from huiying.responding import actions as responding, sending
from huiying.responding.actions import accounts

SECRET = "sixteen-letters-and-more"
FORMS: dict[str, str] = {
    "website": f"endpoint=https://1.1.1.1/hook secret={SECRET}",
    "wechat": "appid=wx1 secret=abc thumb_media_id=m1 public_url=https://huiying.example.gov.cn",
    "weibo": "access_token=t uid=1 public_url=https://huiying.example.gov.cn",
}

TABLE = """
# Accounts of the bureau's own                           a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/platforms/website/connection/               s + + + + + + + + + .
GET  /desk/platforms/portal/connection/                s + + + + + + + + + .
GET  /desk/platforms/unknown/connection/               s . . . . . . . . . .
POST /desk/platforms/weibo/connection/connect_website/ s * ! ! ! ! ! ! ! ! . | website
POST /desk/platforms/weibo/connection/connect_website/ s ~ ~ ~ ~ ~ ~ ~ ~ ~ .
POST /desk/platforms/weibo/connection/connect_unknown/ s . . . . . . . . . .
POST /desk/platforms/wechat/connection/disconnect/     s * ! ! ! ! ! ! ! ! .
POST /desk/platforms/wechat/connection/change_channel/ s ! ! * ! ! ! ! ! ! . | channel=wechat
POST /desk/platforms/portal/connection/test/           s ! ! ! ! ! ! ! ! ! .
POST /desk/publications/{failed}/do/retry/             s . > * * > . > > > .
POST /desk/publications/{failed}/do/by_hand/           s . > * * > . > > > .
POST /desk/publications/{failed}/do/unknown/           s . . . . . . . . . .
GET  /desk/publications/{failed}/                      s . + + + + . + + + .
POST /desk/cases/{done}/do/excuse_linked/              s . ! * ! ! . ! ! ! . | reason=@
GET  /api/cases/{done}/publications                    u . + + + + . + + + .
POST /api/publications/{failed}/retry                  u . ! # # ! . ! ! ! .
POST /api/publications/{failed}/by_hand                u . ! # # ! . ! ! ! .
GET  /feed.json                                        + + + + + + + + + + +
GET  /feed.json.sig                                    + + + + + + + + + + +
GET  /.well-known/huiying-release-key.txt              + + + + + + + + + + +
"""


def world(cast: Cast, names: dict[str, Any]) -> dict[str, Any]:
    """What the rows' braces name beside `url_world`'s names, made with the verbs that people use."""
    from whole import url_world as morning  # it reads this file's rows itself

    website, wechat = Platform.objects.get(code="website"), Platform.objects.get(code="wechat")
    accounts.connect_platform(website, _told("website"), cast.admin, channel="website")
    accounts.change_channel(website, "website", cast.office2)
    accounts.connect_platform(wechat, _told("wechat"), cast.admin, channel="wechat")
    case = morning._worked(cast, drafted=False)
    texts = dict.fromkeys(("portal", "website"), "登录服务已恢复，受影响的两个标段开标顺延。")
    draft: dict[str, Any] = morning.stories.DRAFT | {"renditions": texts}
    responding.save_revision(case, actor=cast.tech_liaison, **draft)
    see_reports(case, cast.office2)
    round_ = responding.submit(morning.stories.again(case), cast.tech_liaison)
    morning.stories.approve(cast, round_)
    (row,) = responding.release(morning.stories.again(case), ["website"], cast.office2)
    sending.fail(row, "对方拒绝了（422）：栏目已关闭")
    return {"failed": row.pk}


def _told(kind: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in FORMS[kind].split())
