"""Honest inputs of every reader: what is damaged begins with them."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import io
import json
import sqlite3
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from functools import cache
from pathlib import Path

from huiying.regulation.loader import built_in_file


@contextmanager
def kept_file(data: bytes, name: str = "x") -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        yield path


POST = {
    "schema": "huiying.post/1", "native_id": "p1", "platform": "微博", "kind": "post", "title": "系统打不开",
    "text": "鞍山公共资源交易平台登录不上，电话13912345678", "published_at": "2026-09-14T09:58:00+08:00",
    "metrics": {"reads": 10, "reposts": None}, "outlet_tier": 2, "url": "https://a.example/1?x=1",
}  # fmt: skip


WEIBO = {
    "note_id": "5", "content": "评标不公", "create_time": 1789350000, "create_date_time": "2026-09-14 09:00:00",
    "liked_count": "3", "comments_count": "1万", "shared_count": "10+", "note_url": "https://weibo.com/1/5",
    "user_id": "9", "nickname": "x", "last_modify_ts": 1789350000000,
}  # fmt: skip


RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>某报</title><ttl>30</ttl>
<item><title>开标延期</title><link>https://b.example/a/123.html</link><guid>g1</guid>
<description>&lt;p&gt;因系统故障&lt;/p&gt;</description><pubDate>Mon, 14 Sep 2026 09:00:00 +0800</pubDate></item>
<item><title><![CDATA[二]]></title><link>https://b.example/2</link></item></channel></rss>"""


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><id>1</id><title>标题</title>
<link rel="alternate" href="https://c.example/1"/><updated>2026-09-14T01:00:00Z</updated>
<content type="html">&lt;b&gt;文&lt;/b&gt;</content><author><name>张三</name></author></entry></feed>"""


JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1", "title": "t",
    "items": [{"id": "1", "url": "https://d.example/1", "content_html": "<p>文</p>", "date_published": "2026-09-14"}],
}  # fmt: skip


OPML = """<?xml version="1.0"?><opml version="2.0"><head><title>s</title></head><body><outline text="媒体">
<outline type="rss" text="某报" xmlUrl="https://b.example/rss" htmlUrl="https://b.example/"/></outline></body></opml>"""


SITEMAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://e.example/news/1.html</loc>
<lastmod>2026-09-14</lastmod><news:news><news:title>标题</news:title>
<news:publication_date>2026-09-14T08:00:00+08:00</news:publication_date></news:news></url></urlset>"""


NEWSNOW = {"status": "success", "id": "weibo", "updatedTime": 1789350000000,
           "items": [{"id": "1", "title": "热搜", "url": "https://s.example/1", "extra": {}}]}  # fmt: skip


CHANGE = {"version": "1.0", "title": "页面有变", "message": "新增：开标延期", "watch_url": "https://f.example/x",
          "watch_uuid": "u", "diff_added": "开标延期", "current_timestamp": "1789350000"}  # fmt: skip


MINIFLUX = {"event_type": "new_entries", "feed": {"id": 1, "title": "某报", "site_url": "https://b.example"},
            "entries": [{"id": 5, "title": "t", "url": "https://b.example/5", "content": "<p>x</p>",
                         "published_at": "2026-09-14T01:00:00Z", "hash": "h"}]}  # fmt: skip


TREE = {"original": {"mid": "m0", "text": "开标推迟", "time": 1789347600},
        "reposts": [{"mid": "m1", "parent": "", "text": "转", "date": "2026-09-14 09:05:00"}]}  # fmt: skip


TREND = "weibo | 微博\n1. 鞍山公共资源交易 [URL:https://w.example/1] [MOBILE:https://m.example]\n2. 二\n"


VENDOR = [["标题", "摘要", "链接", "媒体名称", "发布时间", "阅读数"],
          ["保证金未退", "某企业反映", "https://v.example/1", "某网", "2026-09-14 09:00", "1.2万"]]  # fmt: skip


GDELT = "\t".join(["20260914010000-1", "20260914010000", "1", "g.example", "https://g.example/1", *[""] * 22])


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _csv(rows: list[list[str]], encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


@cache
def _workbook() -> bytes:
    from openpyxl import Workbook  # type: ignore[import-untyped]

    book, out = Workbook(), io.BytesIO()
    for row in VENDOR:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def _zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


@cache
def _databases() -> tuple[bytes, ...]:
    made = []
    tables = (
        {"weibo_note": WEIBO},
        {"news_items": {"id": 1, "title": "热", "platform_id": "weibo", "rank": 1, "url": "https://a.example",
                        "mobile_url": "", "first_crawl_time": "09:00", "last_crawl_time": "10:00", "crawl_count": 2},
         "platforms": {"id": "weibo", "name": "微博"}},
        {"cache": {"id": "weibo", "updated": 1789350000000, "data": json.dumps(NEWSNOW["items"])}},
    )  # fmt: skip
    for named in tables:
        with kept_file(b"") as path:
            path.unlink()
            base = sqlite3.connect(path)
            with base:
                for name, row in named.items():
                    base.execute(f"CREATE TABLE {name} ({', '.join(row)})")
                    base.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", list(row.values()))
            base.close()
            made.append(path.read_bytes())
    return tuple(made)


TEXT_FILES = (
    _json(POST), _json([POST, POST]), b"\n".join([_json(WEIBO), _json(WEIBO)]), RSS.encode(), ATOM.encode(),
    RSS.replace("utf-8", "gbk", 1).encode("gbk"), _json(JSON_FEED), OPML.encode(), _json(NEWSNOW), _json(CHANGE),
    _json(MINIFLUX), _json(TREE), TREND.encode(), _csv(VENDOR), _csv(VENDOR, "gb18030"), GDELT.encode(),
)  # fmt: skip


def _page() -> bytes:
    rows = "".join(
        f"<li><a href='/a/{n}.html'>关于第{n}次招标延期的公告</a><span>2026-09-1{n}</span></li>" for n in range(6)
    )
    body = "<p>因证书到期，登录中断七十分钟，两个标段顺延。</p>" * 6
    return (
        f"<!doctype html><html><head><meta charset='utf-8'><title>公告 - 某局</title>"
        f"<meta property='article:published_time' content='2026-09-14T08:00:00+08:00'></head><body><ul>{rows}</ul>"
        f"<div class='content'><h1>公告</h1><script>alert(1)</script>{body}</div></body></html>"
    ).encode()


def _letter() -> bytes:
    made = EmailMessage()
    made["Subject"], made["From"], made["Message-ID"] = "保证金没有退", "a@b.example", "<1@b.example>"
    made["Date"] = "Mon, 14 Sep 2026 09:00:00 +0800"
    made.set_content("请问什么时候退？")
    made.add_alternative("<p>请问<b>什么时候</b>退？</p>", subtype="html")
    made.add_attachment(b"x", maintype="image", subtype="png", filename="图.png")
    return made.as_bytes()


@cache
def _warc() -> bytes:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    writer.write_record(
        writer.create_warc_record("https://e.example/", "response", payload=io.BytesIO(_page()), http_headers=head)
    )
    return out.getvalue()


@cache
def _public_files() -> dict[str, bytes]:
    from asking_of import jpeg, pdf, png, webp

    return {"jpeg": jpeg(6), "png": png(), "webp": webp(), "pdf": pdf(photo=jpeg(6))}


PASS = "a passphrase of the right length"


class _Quick:
    """Stands for scrypt, whose tenth of a second for every input is meant for others than these."""

    def __init__(self, salt: bytes, **_cost: int) -> None:
        self._salt = salt

    def derive(self, passphrase: bytes) -> bytes:
        return hashlib.sha256(self._salt + passphrase).digest()


@contextmanager
def quick_keys() -> Iterator[None]:
    from huiying.keeping import archive as keeping_archive

    real, keeping_archive.Scrypt = keeping_archive.Scrypt, _Quick  # type: ignore[misc,assignment]
    try:
        yield
    finally:
        keeping_archive.Scrypt = real  # type: ignore[misc]


def _tar() -> bytes:
    from huiying.keeping.manifest import Manifest

    content = b'{"id":1}\n'
    made = Manifest("2026-09-14T02:00:00Z", "0.1", {"t": ["id"]})
    made.tables["t"] = (1, hashlib.sha256(content).hexdigest())
    made.ledger = {"chains": 0, "entries": 0, "heads": "", "bad": []}
    made.evidence = {"checked": 0, "bad": []}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w|") as tar:
        for name, data in (("tables/t.jsonl", content), ("MANIFEST.json", made.text().encode())):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


@cache
def _sealed() -> bytes:
    from huiying.keeping import archive as keeping_archive

    out = io.BytesIO()
    with quick_keys():
        writer = keeping_archive.Writer(out, PASS)
        writer.write(gzip.compress(_tar(), mtime=0))
        writer.finish()
    return out.getvalue()


def _manifest_text() -> bytes:
    with tarfile.open(fileobj=io.BytesIO(_tar())) as tar:
        found = tar.extractfile("MANIFEST.json")
        assert found is not None
        return found.read()


def _anchor() -> bytes:
    from huiying.ledger.anchors import Outside

    return Outside(dt.datetime(2026, 9, 14, 2, tzinfo=dt.UTC), {"system": (1, "00")}).text().encode()


def _ledger_lines() -> bytes:
    entry = {
        "type": "entry", "chain": "system", "seq": 1, "at": "2026-09-14T02:00:00+00:00", "kind": "x", "actor": "{}",
        "payload": "{}", "salt": "00", "digest": "0" * 64, "prev_hash": "0" * 64, "hash": "0" * 64,
    }  # fmt: skip
    rows = [
        {"type": "ledger", "schema": "huiying.ledger/1"},
        {"type": "head", "chain": "system", "seq": 1, "hash": "0" * 64}, entry,
        {"type": "erasure", "chain": "system", "seq": 1, "decision": "1"}, {"type": "anchor", "line": "{}"},
        {"type": "end", "entries": 1},
    ]  # fmt: skip
    return b"\n".join(json.dumps(row, sort_keys=True, separators=(",", ":")).encode() for row in rows) + b"\n"


def _regulation_parts() -> tuple[bytes, ...]:
    return tuple(built_in_file(f"{name}.yaml").encode() for name in ("anshan", "sixian"))


def _rules() -> bytes:
    rule = {"id": "R1", "name": "系统", "expression": "$ORG AND (系统 OR 平台) NEAR(9) 打不开 AND NOT 演练",
            "sensitivity": 3,
            "lead": "Z-XX", "co_leads": []}  # fmt: skip
    return _json({"place": "鞍山", "departments": {"Z-XX": "信息部"}, "rules": [rule],
                  "macros": {"ORG": "(公管局 OR 交易中心)"},
                  "masks": [], "negative_words": ["差"], "version": "1"})  # fmt: skip


EXPRESSIONS = (
    "(评标 OR 专家) AND 不公 AND NOT 演练".encode(), "$LOCAL AND 打不开".encode(), "保证金 NEAR(5) 退还".encode(),
    b"((((a OR b) AND c) OR d) AND NOT e)",
)  # fmt: skip


WORDS = "[GLOBAL_FILTER]\n广告\n\n[鞍山]\n+交易\n!演练\n/打不开|崩了/ => 故障\n@3\n".encode()


TOLD = (
    "我叫张三丰，电话13912345678，身份证210302199001011234，车牌辽C12345，卡号6222021234567890128".encode(),
    "家住鞍山市铁东区二道街12号3单元401，邮箱 a.b@c.example，座机0412-5551234".encode(),
)


ADDRESSES = (
    b"https://a.example:443/x?y#z", "http://例子.example/".encode(), b"imaps://box%40b.example@mail.example:993/INBOX",
    b"http://[2606:4700:4700::1111]/", b"http://8.8.8.8/",
)  # fmt: skip


HTML = (b"<p>a<script>alert(1)</script><b onclick='x()'>b</b>&lt;script&gt;</p>", _page())


@cache
def seeds() -> dict[str, tuple[bytes, ...]]:
    """By the name of their reader. Made once: some are files that are built."""
    fetched = (RSS.encode(), ATOM.encode(), _json(JSON_FEED), SITEMAP.encode(), _json(NEWSNOW), _json(CHANGE),
               _json(MINIFLUX), _page(), _json({"data": {"list": [POST, POST]}}))  # fmt: skip
    entries = (
        ("import_text", TEXT_FILES),
        ("import_archive",
         (_zip(**{"a.jsonl": _json(POST), "b.csv": _csv(VENDOR)}), gzip.compress(_json(POST), mtime=0))),
        ("import_workbook", (_workbook(),)),
        ("import_database", _databases()),
        ("post", (_json(POST), _json(POST | {"extra": {"level_hand": {"a": 1}}, "voice": "v"}))),
        ("adapters", fetched),
        ("page", (_page(),)),
        ("decode", (_page(), RSS.encode("utf-16"), "登錄不上".encode("big5"), "鞍山".encode("gb18030"))),
        ("letter", (_letter(),)),
        ("robots", (b"User-agent: *\nDisallow: /a\nCrawl-delay: 5\nSitemap: https://e.example/s.xml\n",)),
        ("warc", (_warc(), gzip.decompress(_warc()))),
        ("regulation", _regulation_parts()),
        ("rule_file", (_rules(),)),
        ("expression", EXPRESSIONS),
        ("frequency_words", (WORDS,)),
        ("address", ADDRESSES),
        ("mask", TOLD),
        ("markup", HTML),
        ("picture", tuple(_public_files()[kind] for kind in ("jpeg", "png", "webp"))),
        ("pdf", (_public_files()["pdf"],)),
        ("ledger_export", (_ledger_lines(),)),
        ("anchor", (_anchor(),)),
        ("manifest", (_manifest_text(),)),
        ("sealed_copy", (_sealed(),)),
        ("opened_copy", (gzip.compress(_tar(), mtime=0), gzip.compress(_tar(), 0, mtime=0))),
    )  # fmt: skip
    return dict(entries)
