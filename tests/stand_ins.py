"""Local stand-ins of the hosts that channels speak to. They follow the public documentation, on 127.0.0.1, in a thread.

Each keeps what it was asked and what it made public, and can be told to fail: `faults` holds, for a path, what happens
to the next requests there, one after the other ("ok" lets one through).
"""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

HANGS = 2.0
# What can happen to a request instead of its answer. `silent` ones take effect and say nothing.
SILENT = ("taken_and_dropped", "taken_and_500", "taken_and_garbage")


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def answer(told: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status, json.dumps(told, ensure_ascii=False).encode(), headers=headers)


class StandIn:
    """One host. Subclasses answer in `respond`."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.faults: dict[str, list[Any]] = {}
        self.url = ""

    def respond(self, request: Request) -> Answer:
        raise NotImplementedError

    def times(self, path: str, method: str = "") -> int:
        return sum(one.path == path and (not method or one.method == method) for one in self.asked)

    def serve(self, request: Request) -> Answer | None:
        """None: the connection is closed without a word."""
        self.asked.append(request)
        waiting = self.faults.get(request.path, [])
        fault = waiting.pop(0) if waiting else "ok"
        if fault in SILENT:
            self.respond(request)
        match fault:
            case "ok":
                return self.respond(request)
            case "hang":
                time.sleep(HANGS)
                return None
            case "drop" | "taken_and_dropped":
                return None
            case "garbage" | "taken_and_garbage":
                return Answer(200, b"\xff\xfe<html>?", "text/html")
            case "taken_and_500":
                return Answer(500, b"oops", "text/plain")
            case int():
                return Answer(fault, b"", "text/plain")
            case Answer():
                return fault
        raise AssertionError(fault)

    @contextmanager
    def running(self) -> Iterator[StandIn]:
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                size = int(self.headers.get("Content-Length") or 0)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                headers = {name.lower(): value for name, value in self.headers.items()}
                given = host.serve(Request(self.command, parts.path, query, headers, self.rfile.read(size)))
                if given is None:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response(given.status)
                self.send_header("Content-Type", given.media_type)
                self.send_header("Content-Length", str(len(given.body)))
                for name, value in given.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(given.body)

            do_POST = do_HEAD = do_GET

            def log_message(self, *_what: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def page(title: str, text: str) -> bytes:
    """An article as a platform rewrites it: other mark-up, entities, spaces, half-width quotation marks."""
    rewritten = html.escape(text).replace("，", "，&nbsp;").replace("“", "&ldquo;").replace("”", '"')
    lines = "".join(f"<section><span>{line[:5]}</span><b>{line[5:]}</b></section>" for line in rewritten.splitlines())
    shown = (
        f"<html><head><title>{html.escape(title)}</title><style>p{{}}</style></head><body><h1>{html.escape(title)}</h1>"
    )
    return f"{shown}<script>var a='无关';</script><div>{lines}</div><footer>版权所有</footer></body></html>".encode()


class Cms(StandIn):
    """A website that takes huiying.release/1 at /hook and shows each document once, by its key."""

    SECRET = "a-secret-of-sixteen-letters"

    def __init__(self) -> None:
        super().__init__()
        self.shown: dict[str, dict[str, Any]] = {}
        self.waits = 0  # how often it says 202 before the page is there
        self.alters = lambda text: text
        self.knows_keys = True

    def respond(self, request: Request) -> Answer:
        if request.path.startswith("/page/"):
            return self._page(request.path.removeprefix("/page/"))
        if request.path not in ("/hook", "/status"):
            return answer({"error": "没有这个网址"}, 404)
        key = request.query.get("key") or request.headers.get("idempotency-key", "")
        if request.path == "/status":
            key = next(iter(self.shown), "")
        signed_text = request.body if request.method == "POST" else key.encode()
        if not self._is_signed(request, signed_text):
            return answer({"error": "签名不对"}, 401)
        if request.method == "GET" and not self.knows_keys and request.path == "/hook":
            return answer({}, 405)
        if request.method == "POST":
            told = request.json
            assert told["schema"] == "huiying.release/1"
            assert told["key"] == key
            if self.shown.setdefault(key, told) != told:
                return answer({"error": "同一编号，内容不同"}, 409)
        if key not in self.shown:
            return answer({"error": "没有这个编号"}, 404)
        if self.waits:
            self.waits -= 1
            return answer({"status_url": "/status"}, 202)
        return answer({"url": self.page_of(key), "id": str(list(self.shown).index(key) + 1)}, 201)

    def page_of(self, key: str) -> str:
        return f"{self.url}/page/{list(self.shown).index(key) + 1}"

    def _page(self, number: str) -> Answer:
        told = list(self.shown.values())[int(number) - 1]
        return Answer(200, page(told["title"], self.alters(told["text"])), "text/html; charset=utf-8")

    def _is_signed(self, request: Request, signed_text: bytes) -> bool:
        stamp = request.headers.get("x-huiying-timestamp", "")
        digest = hmac.new(self.SECRET.encode(), stamp.encode() + b"." + signed_text, hashlib.sha256).hexdigest()
        return hmac.compare_digest(request.headers.get("x-huiying-signature", ""), f"sha256={digest}")

    @property
    def settings(self) -> dict[str, str]:
        return {"endpoint": f"{self.url}/hook", "secret": self.SECRET}


class Wechat(StandIn):
    """The official account: stable_token, draft/add, draft/batchget, freepublish/submit, get, batchget, getarticle."""

    APPID, SECRET = "wx1234567890", "appsecret-of-the-stand-in"

    def __init__(self) -> None:
        super().__init__()
        self.tokens: list[str] = []
        self.drafts: dict[str, dict[str, Any]] = {}
        self.tasks: dict[str, dict[str, Any]] = {}  # publish_id → article
        self.published: list[dict[str, Any]] = []  # oldest first
        self.polls_before_done = 0
        self.ends_with = 0  # publish_status at the end
        self.riddle = False  # the public page asks for a captcha
        self.alters = lambda text: text

    def expire_token(self) -> None:
        self.tokens.append("")

    def respond(self, request: Request) -> Answer:
        if request.path.startswith("/s/"):
            return self._article_page(request.path)
        call = request.path.removeprefix("/cgi-bin/")
        if call == "stable_token":
            return self._token(request.json)
        if not self.tokens or request.query.get("access_token") != self.tokens[-1]:
            return answer({"errcode": 42001, "errmsg": "access_token expired rid: 1"})
        return {
            "draft/add": self._add,
            "draft/batchget": self._drafts,
            "freepublish/submit": self._submit,
            "freepublish/get": self._get,
            "freepublish/batchget": self._published,
            "freepublish/getarticle": self._article,
        }[call](request.json)

    def _token(self, told: dict[str, Any]) -> Answer:
        if told["appid"] != self.APPID:
            return answer({"errcode": 40013, "errmsg": "invalid appid"})
        if told["secret"] != self.SECRET:
            return answer({"errcode": 40125, "errmsg": "invalid appsecret"})
        if not self.tokens or not self.tokens[-1]:
            self.tokens.append(f"token-{len(self.tokens) + 1}")
        return answer({"access_token": self.tokens[-1], "expires_in": 7200})

    def _add(self, told: dict[str, Any]) -> Answer:
        (article,) = told["articles"]
        assert article["thumb_media_id"]
        media_id = f"media-{len(self.drafts) + len(self.tasks) + 1}"
        self.drafts[media_id] = article
        return answer({"media_id": media_id})

    def _listed(self, items: list[dict[str, Any]], told: dict[str, Any]) -> Answer:
        newest = list(reversed(items))
        shown = newest[told["offset"] : told["offset"] + told["count"]]
        return answer({"total_count": len(items), "item_count": len(shown), "item": shown})

    def _drafts(self, told: dict[str, Any]) -> Answer:
        items = [{"media_id": name, "content": {"news_item": [row]}} for name, row in self.drafts.items()]
        return self._listed(items, told)

    def _submit(self, told: dict[str, Any]) -> Answer:
        if told["media_id"] not in self.drafts:
            return answer({"errcode": 40007, "errmsg": "invalid media_id"})
        publish_id = 100000001 + len(self.tasks)
        article = self.drafts.pop(told["media_id"])
        self.tasks[str(publish_id)] = {"article": article, "left": self.polls_before_done, "at": None}
        if not self.polls_before_done:
            self._finish(self.tasks[str(publish_id)])
        return answer({"errcode": 0, "errmsg": "ok", "publish_id": publish_id, "msg_data_id": 7})

    def _finish(self, task: dict[str, Any]) -> None:
        if task["at"] is None and not self.ends_with:
            task["at"] = len(self.published)
            number = len(self.published) + 1
            row = task["article"] | {"url": f"{self.url}/s/{number}", "is_deleted": False}
            self.published.append({"article_id": f"article-{number}", "content": {"news_item": [row]}})

    def _get(self, told: dict[str, Any]) -> Answer:
        task = self.tasks[told["publish_id"]]
        if task["left"] > 0:
            task["left"] -= 1
            return answer({"publish_id": told["publish_id"], "publish_status": 1, "fail_idx": []})
        if self.ends_with:
            return answer({"publish_id": told["publish_id"], "publish_status": self.ends_with, "fail_idx": [1]})
        self._finish(task)
        found = self.published[task["at"]]
        url = found["content"]["news_item"][0]["url"]
        detail = {"count": 1, "item": [{"idx": 1, "article_url": url}]}
        done = {"publish_id": told["publish_id"], "publish_status": 0, "article_id": found["article_id"]}
        return answer({**done, "article_detail": detail, "fail_idx": []})

    def _published(self, told: dict[str, Any]) -> Answer:
        return self._listed(self.published, told)

    def _article(self, told: dict[str, Any]) -> Answer:
        found = next(row for row in self.published if row["article_id"] == told["article_id"])
        return answer({"news_item": found["content"]["news_item"]})

    def _article_page(self, path: str) -> Answer:
        if self.riddle:
            return Answer(200, "<html><body>环境异常，完成验证后即可继续访问。</body></html>".encode(), "text/html")
        row = self.published[int(path.removeprefix("/s/")) - 1]["content"]["news_item"][0]
        body = f'<div style="visibility: hidden">{self.alters(row["content"])}</div>'
        shown = f"<html><body><h1>{html.escape(row['title'])}</h1>{body}</body></html>"
        return Answer(200, shown.encode(), "text/html; charset=utf-8")

    @property
    def settings(self) -> dict[str, str]:
        return {
            "appid": self.APPID,
            "secret": self.SECRET,
            "thumb_media_id": "thumb-1",
            "public_url": "https://huiying.example.gov.cn",
            "base_url": self.url,
        }


class Weibo(StandIn):
    """`2/statuses/share`, `user_timeline` and `show` of one account."""

    TOKEN, UID = "2.00token", "5001"

    def __init__(self) -> None:
        super().__init__()
        self.statuses: list[dict[str, Any]] = []  # newest first
        self.lags = False  # the timeline does not show the newest yet

    def respond(self, request: Request) -> Answer:
        if not request.path.startswith("/2/"):
            return Answer(200, b"<html><body><div id=app></div></body></html>", "text/html")
        if request.headers.get("authorization") != f"OAuth2 {self.TOKEN}":
            return self.error(21327, "expired_token", 403)
        match request.path.removeprefix("/2/").removesuffix(".json"):
            case "statuses/share":
                return self._share(request.form["status"])
            case "statuses/user_timeline":
                assert request.query["uid"] == self.UID
                shown = self.statuses[1:] if self.lags else self.statuses
                return answer({"statuses": shown[: int(request.query["count"])]})
            case "statuses/show":
                return answer(next(row for row in self.statuses if row["idstr"] == request.query["id"]))
            case "users/show":
                return answer({"idstr": self.UID, "screen_name": "鞍山公共资源"})
        raise AssertionError(request.path)

    def _share(self, status: str) -> Answer:
        if any(row["sent"] == status for row in self.statuses):
            return self.error(20019, "repeat content!", 400)
        number = str(3504803600502730 + len(self.statuses))
        # Their lists show a link as one of their own.
        shown = " ".join("http://t.cn/A6abcdef" if one.startswith("http") else one for one in status.split(" "))
        row = {"idstr": number, "id": int(number), "mid": number, "text": html.escape(shown), "sent": status}
        self.statuses.insert(0, row)
        return answer(row)

    @staticmethod
    def error(code: int, said: str, status: int = 400) -> Answer:
        return answer({"error": said, "error_code": code, "request": "/2/statuses/share.json"}, status)

    @property
    def settings(self) -> dict[str, str]:
        return {
            "access_token": self.TOKEN,
            "uid": self.UID,
            "public_url": "https://huiying.example.gov.cn",
            "rip": "211.156.0.1",
            "base_url": self.url,
            "site_url": self.url,
        }
