"""Files of each format that the bench of importing reads: the same seeded posts, as each tool would write them."""

from __future__ import annotations

import csv
import json
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import openpyxl

#: Posts of one repost tree, and sources of one list at most (as many as are taken).
TREE, OUTLINES = 200, 5_000
_WORDS: Final = (
    "鞍山", "招标", "公共资源", "交易中心", "保证金", "今天", "天气", "真好", "我们", "公园", "学校", "上班", "公交",
    "地铁", "投标", "排队", "服务", "，", "。", "！", "2026年",
)  # fmt: skip


def weibo(count: int, seed: int = 7) -> list[dict[str, Any]]:
    """Rows as MediaCrawler writes them, texts of 20 to 200 characters, one in fifty with a telephone number."""
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        text = "".join(draw.choices(_WORDS, k=draw.randint(8, 70)))
        rows.append(
            {
                "note_id": str(5_060_000_000 + number),
                "content": f"{text}13812345678" if number % 50 == 0 else text,
                "create_time": 1_789_347_600 + number,
                "create_date_time": "2026-09-14 09:00:00",
                "liked_count": "1.2万",
                "comments_count": str(number % 90),
                "shared_count": "0",
                "note_url": f"https://m.weibo.cn/detail/{number}",
                "source_keyword": "鞍山 招标",
                "user_id": str(number % 9_999),
                "nickname": "某人",
                "ip_location": "辽宁",
                "last_modify_ts": 1_789_351_200_000,
            }
        )
    return rows


def lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def array(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=4), encoding="utf-8")
    return path


def table(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def database(path: Path, rows: list[dict[str, Any]], name: str = "weibo_note") -> Path:
    with sqlite3.connect(path) as made:
        made.execute(f"CREATE TABLE {name} ({', '.join(rows[0])})")
        marks = ", ".join("?" for _ in rows[0])
        made.executemany(f"INSERT INTO {name} VALUES ({marks})", [list(row.values()) for row in rows])
    return path


def opened(path: Path, rows: list[dict[str, Any]]) -> Path:
    return lines(path, [{"native_id": row["note_id"], "platform": "微博", "text": row["content"]} for row in rows])


def workbook(path: Path, rows: list[dict[str, Any]]) -> Path:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["标题", "正文", "链接", "来源", "平台", "发布时间", "转发数", "评论数", "地域"])
    for row in rows:
        at = row["create_date_time"]
        sheet.append(["", row["content"], row["note_url"], "", "微博", at, "0", row["comments_count"], "辽宁"])
    book.save(path)
    return path


def vendor(path: Path, rows: list[dict[str, Any]]) -> Path:
    return table(path, [{"标题": "", "正文": r["content"], "链接": r["note_url"], "平台": "微博"} for r in rows])


def feed(path: Path, rows: list[dict[str, Any]]) -> Path:
    items = "".join(
        f"<item><title>{row['content'][:30]}</title><description>{row['content']}</description>"
        f"<link>{row['note_url']}</link><pubDate>Mon, 14 Sep 2026 01:00:00 GMT</pubDate></item>"
        for row in rows
    )
    path.write_text(f"<rss><channel><title>x</title>{items}</channel></rss>", encoding="utf-8")
    return path


def hot(path: Path, rows: list[dict[str, Any]]) -> Path:
    named = [
        {"id": n, "title": row["content"][:40], "platform_id": "weibo", "rank": 1, "url": row["note_url"],
         "first_crawl_time": "09:00", "last_crawl_time": "10:00"}
        for n, row in enumerate(rows)
    ]  # fmt: skip
    return database(path, named, "news_items")


def stonedt(path: Path, rows: list[dict[str, Any]]) -> Path:
    return lines(path, [{"article_public_id": r["note_id"], "content": r["content"], "classify": "2"} for r in rows])


def bettafish(path: Path, rows: list[dict[str, Any]]) -> Path:
    named = [
        {"news_id": row["note_id"], "source_platform": "weibo", "title": row["content"][:40], "url": row["note_url"],
         "description": row["content"], "crawl_date": "2026-09-14", "rank_position": 1,
         "add_ts": row["create_time"], "last_modify_ts": row["create_time"]}
        for row in rows
    ]  # fmt: skip
    return database(path, named, "daily_news")


def trees(path: Path, rows: list[dict[str, Any]]) -> Path:
    """An original and 199 reposts a line; each repost points to the one before it."""
    told = [
        {"mid": row["note_id"], "uid": row["user_id"], "text": row["content"], "date": row["create_date_time"]}
        for row in rows
    ]
    made = []
    for start in range(0, len(told), TREE):
        first, *others = told[start : start + TREE]
        before = [first, *others]
        reposts = [{**one, "parent": up["mid"], "kids": []} for one, up in zip(others, before, strict=False)]
        made.append({"original": {**first, "time": rows[start]["create_time"]}, "reposts": reposts})
    return lines(path, made)


def opml(path: Path, rows: list[dict[str, Any]]) -> Path:
    some = "".join(
        f'<outline text="来源{n}" xmlUrl="https://n{n}.example/feed" htmlUrl="https://n{n}.example/"/>'
        for n in range(min(len(rows), OUTLINES))
    )
    path.write_text(f'<opml version="2.0"><body>{some}</body></opml>', encoding="utf-8")
    return path


Writer = Callable[[Path, list[dict[str, Any]]], Path]
WRITERS: Final[dict[str, Writer]] = {
    "open-lines.jsonl": opened, "mediacrawler.jsonl": lines, "mediacrawler.json": array, "mediacrawler.csv": table,
    "mediacrawler.db": database, "2026-09-14.db": hot, "feed.xml": feed, "vendor.xlsx": workbook,
    "vendor.csv": vendor, "stonedt.jsonl": stonedt, "bettafish.db": bettafish, "ced.jsonl": trees,
    "sources.opml": opml,
}  # fmt: skip
