"""S12: an address that came from outside is judged before anything connects to it, whoever connects.

Every line of the source that could open a connection is found here by its words and must be one that is known, with
the reason why it is guarded or has nothing to guard. A new one fails the suite until somebody has looked at it.
"""

from __future__ import annotations

import re
from pathlib import Path

SRC = Path(__file__).resolve().parents[2] / "src" / "huiying"
OPENS = re.compile(
    r"httpx\.(?:Client|AsyncClient|HTTPTransport|AsyncHTTPTransport|get|post|put|patch|delete|head|request|stream)\("
    r"|socket\.(?:socket|create_connection|create_server|getaddrinfo)\(|\burlopen\(|urllib3|\brequests\.(?:get|post|Session)"
    r"|http\.client|HTTPS?Connection\(|IMAP4(?:_SSL)?\(|POP3|SMTP(?:_SSL)?\(|telnetlib|ftplib|paramiko|aiohttp"
    r"|EmailMessage\(|EmailMultiAlternatives\(|send_mail\(|mail\.get_connection\(|Apprise\(|ConnectionPool\(|httpcore\.\w*Connect"
    r"|trafilatura\.(?:fetch_url|downloads)|feedparser\.parse\(|fastfeedparser\.parse\("
)
GUARDED = {
    "kernel/addresses.py": "asks the name server; what it answers is judged before anything connects",
    "kernel/guarded.py": "the guard itself: each request is judged and pinned to the judged address",
    "kernel/timed.py": "the transport below the guard; only fetching.guarded makes one",
    "listening/fetching.py": "its client goes through guarded(): GuardedTransport over the timed one",
    "listening/mailbox.py": "addresses.check_host judges the server; the connection goes to a judged address",
}
NOTHING_TO_GUARD = {
    "cli/serving.py": "asks whether its own port is free, before it listens there",
    "keeping/drift.py": "the time server of HUIYING_TIME_SERVER: the administrator's word, 48 bytes, no answer shown",
    "keeping/delivery.py": "HUIYING_ANCHOR_MAIL by the mail server of HUIYING_EMAIL_URL: the administrator's word",
    "work/notify.py": "HUIYING_NOTIFY_URLS: the administrator's word",
    "responding/actions/partners.py": "mail to registered addresses by the server of HUIYING_EMAIL_URL",
    "responding/actions/dialogue.py": "mail to a confirmed address by the server of HUIYING_EMAIL_URL",
    "listening/adapters/feeds.py": "parsers are given bytes that were fetched, never an address",
    "listening/importing/feeds.py": "parsers are given bytes of a file, never an address",
}


def found() -> dict[str, list[str]]:
    lines: dict[str, list[str]] = {}
    for path in sorted(SRC.rglob("*.py")):
        for line in path.read_text("utf-8").splitlines():
            if not line.lstrip().startswith(("#", '"')) and OPENS.search(line):
                lines.setdefault(str(path.relative_to(SRC)), []).append(line.strip())
    return lines


def test_every_line_that_could_connect_is_known() -> None:
    known = GUARDED.keys() | NOTHING_TO_GUARD.keys()
    assert {place: lines for place, lines in found().items() if place not in known} == {}
    assert known - found().keys() == set(), "a file that connects no more is taken off the list"


def test_the_look_would_notice_a_way_round() -> None:
    for line in ("httpx.get(url)", "urlopen(url)", "socket.create_connection((host, 80))", "requests.get(url)"):
        assert OPENS.search(line)


def test_clients_of_the_guard_are_made_by_the_guard_only() -> None:
    """`guarded.client` and `fetching.guarded` are what others call; neither follows the environment's proxies."""
    for place in ("kernel/guarded.py", "listening/fetching.py"):
        text = (SRC / place).read_text("utf-8")
        calls = [line for line in text.splitlines() if "httpx.Client(" in line]
        assert len(calls) == 1
        assert all("transport=" in line and "trust_env=False" in line for line in calls)
    assert "check_host(" in (SRC / "listening/mailbox.py").read_text("utf-8")


def test_a_parser_is_never_given_an_address() -> None:
    """feedparser fetches a string that looks like one: it is given bytes."""
    for place in ("listening/adapters/feeds.py", "listening/importing/feeds.py"):
        text = (SRC / place).read_text("utf-8")
        assert all(
            given.startswith(("io.BytesIO(", "body", "\n"))
            for given in re.findall(r"feedparser\.parse\(\s*(\S+)", text)
        )
