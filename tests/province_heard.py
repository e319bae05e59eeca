"""What a province hears, for tests: matters of two trades, repeats, replies, and much that concerns nobody."""

from __future__ import annotations

import datetime as dt
from typing import Any

BEGIN = dt.datetime(2026, 9, 14, 0, 0, tzinfo=dt.UTC)
TEXTS = (
    ("鞍山", "鞍山公共资源交易中心的保证金一直不退，打电话没人接，已经第{n}天了"),
    ("泗县", "泗县虹城的健身会所跑路了，充值卡里的钱没人退，商务局管不管？我们{n}个人在等"),
    ("", "今天天气很好，第{n}次出门散步"),
    ("鞍山", "鞍山交易系统解密又卡住，开标推迟{n}小时没人解释"),
    ("沈阳", "沈阳的地铁{n}号线很挤"),
    ("鞍山", "听说鞍山公共资源交易中心下个月要撤销了，所有在途项目全部作废！已有{n}人转发"),
    ("泗县", "泗县家电以旧换新补贴迟迟没到账，商务局让等{n}周"),
    ("", "请问身份证在哪里补办，排了{n}个号"),
)


def posts(count: int, *, start: int = 0) -> list[dict[str, Any]]:
    """The posts from number `start` on; a fifth of them come again later, as collectors bring them."""
    found: list[dict[str, Any]] = []
    for n in range(start, start + count):
        region, text = TEXTS[n * 5 % 8 if n % 3 else n % 8]
        row: dict[str, Any] = {
            "native_id": f"p{n}",
            "platform": ("本地论坛", "微博")[n % 2],
            "channel_class": ("论坛", "微博客")[n % 2],
            "text": text.format(n=n),
            "region": region,
            "published_at": (BEGIN + dt.timedelta(minutes=n)).isoformat(),
            "voice": f"v{n % 17}",
            "metrics": {"reads": 100 * n, "comments": n % 9},
        }
        if n % 7 == 6:
            row["parent_id"] = f"p{n - 3}"
        found.append(row)
        if n % 5 == 4:
            found.append(dict(found[-3]))
    return found
