"""A hostile local web: whatever it does is contained, named, and leaves others undisturbed (issue 6, §6.1 S12)."""

from __future__ import annotations

import gzip
import threading
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings, strategies as st

import local_web
from huiying.kernel.guarded import GuardedTransport
from huiying.kernel.timed import TimedTransport
from huiying.listening import outcomes
from huiying.listening.fetching import OK, UNCHANGED, Fetched, Fetcher, Limits, Order, Unpacker, guarded, host_of
from huiying.listening.outcomes import Failed
from local_web import PATIENT, SHORT, Web, redirect, rss, send, serving, status


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "127.0.0.0/8")
    with serving() as found:
        yield found


def fetch(web: Web, path: str, limits: Limits = PATIENT) -> Fetched:
    return Fetcher(limits=limits).fetch(Order(web.url(path)))


def test_an_honest_page_comes_as_it_is(web: Web) -> None:
    web.pages["/feed"] = lambda answer: send(answer, rss("开标公告").encode(), ETag='"1"', Content_Type="text/xml")
    found = fetch(web, "/feed")
    assert (found.outcome, found.status) == (OK, 200)
    assert "开标公告" in found.body.decode()
    assert found.header("etag") == '"1"'


HOSTILE = {
    "slow_body": (local_web.slow_body, outcomes.TOO_SLOW),
    "slow_head": (local_web.slow_head, outcomes.TOO_SLOW),
    "silent": (local_web.silent, outcomes.TIMEOUT),
    "endless": (local_web.endless_body, outcomes.TOO_LARGE),
    "bomb": (local_web.gzip_bomb, outcomes.BOMB),
    "lying": (local_web.lying_length, outcomes.UNREACHABLE),
    "big": (lambda answer: send(answer, b"x", Content_Length="52428800"), outcomes.TOO_LARGE),
    "meta_data": (redirect("http://169.254.169.254/latest/"), outcomes.REFUSED),
    "inside": (redirect("http://10.0.0.1/"), outcomes.REFUSED),
    "file": (redirect("file:///etc/passwd"), outcomes.REFUSED),
    "403": (status(403), outcomes.FORBIDDEN),
    "404": (status(404), outcomes.MISSING),
    "410": (status(410), outcomes.MISSING),
    "429": (status(429, Retry_After="120"), outcomes.THROTTLED),
    "503": (status(503), outcomes.UNAVAILABLE),
    "500": (status(500), outcomes.SERVER_ERROR),
    "418": (status(418), outcomes.STATUS),
    "garbled": (lambda answer: send(answer, b"no gzip at all", Content_Encoding="gzip"), outcomes.DAMAGED),
    "strange": (lambda answer: send(answer, b"x", Content_Encoding="br"), outcomes.DAMAGED),
    "no_http": (lambda answer: answer.wfile.write(b"\x00\x01\x02 nonsense\r\n\r\n"), outcomes.UNREACHABLE),
}

SLOW = {"slow_body", "slow_head", "silent"}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_each_trap_is_contained_and_named(web: Web, name: str) -> None:
    page, expected = HOSTILE[name]
    web.pages["/trap"] = page
    found = fetch(web, "/trap", SHORT if name in SLOW else PATIENT)
    assert (found.outcome, found.body) == (expected, b""), found.detail


def test_traps_do_not_disturb_an_honest_neighbour(web: Web) -> None:
    """All traps at once, each in its thread; the honest page comes in the meantime."""
    web.pages["/feed"] = rss("开标公告")
    for name, (page, _expected) in HOSTILE.items():
        web.pages[f"/{name}"] = page
    found: dict[str, str] = {}
    threads = [
        threading.Thread(target=lambda name=name: found.update({name: fetch(web, f"/{name}", SHORT).outcome}))
        for name in HOSTILE
    ]
    for thread in threads:
        thread.start()
    assert fetch(web, "/feed", PATIENT).outcome == OK
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(found) == sorted(HOSTILE)
    assert OK not in found.values()


def test_retry_after_is_heard_as_seconds_and_as_a_date_and_has_an_end(web: Web, frozen: object) -> None:
    web.pages["/a"] = status(429, Retry_After="120")
    web.pages["/b"] = status(503, Retry_After="Mon, 14 Sep 2026 02:10:00 GMT")
    web.pages["/c"] = status(503, Retry_After="99999999")
    web.pages["/d"] = status(503, Retry_After="soon")
    waits = [fetch(web, path).retry_after for path in ("/a", "/b", "/c", "/d")]
    assert waits == [120.0, 600.0, 86400.0, None]


def test_redirects_on_one_host_are_followed_and_a_circle_is_named(web: Web) -> None:
    web.pages["/old"] = redirect("/new")
    web.pages["/new"] = rss("开标公告")
    web.pages["/circle"] = redirect("/circle2")
    web.pages["/circle2"] = redirect("/circle")
    for step in range(9):
        web.pages[f"/step{step}"] = redirect(f"/step{step + 1}")
    assert fetch(web, "/old").outcome == OK
    assert fetch(web, "/circle").outcome == outcomes.REDIRECTS
    assert fetch(web, "/step0").outcome == outcomes.REDIRECTS
    assert web.asked["/step9"] == 0, "five hops and no more"


def test_a_cookie_wall_is_called_by_its_name(web: Web) -> None:
    web.pages["/wall"] = redirect("/wall", Set_Cookie="seen=1")
    assert fetch(web, "/wall").outcome == outcomes.COOKIE_WALL


def test_no_cookie_is_ever_sent_back(web: Web) -> None:
    web.pages["/one"] = redirect("/two", Set_Cookie="follow=me")
    web.pages["/two"] = "<html>"
    fetch(web, "/one")
    assert "Cookie" not in web.headers_of["/two"]


def test_a_redirect_to_another_host_is_handed_back_not_followed(web: Web) -> None:
    """The other host's robots.txt and pace are asked first: its turn comes in the collector."""
    with serving() as other:
        other.pages["/"] = "here"
        web.pages["/"] = redirect(other.url("/"))
        found = fetch(web, "/")
        assert (found.outcome, found.moved_to) == (outcomes.MOVED, other.url("/"))
        assert not other.asked


def test_the_metadata_address_is_refused_even_where_its_network_is_allowed(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "127.0.0.0/8,169.254.0.0/16")
    web.pages["/trap"] = redirect("http://169.254.169.254/latest/meta-data/")
    assert fetch(web, "/trap").outcome == outcomes.REFUSED


def test_loopback_is_refused_without_its_network(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUIYING_ALLOWED_NETWORKS")
    web.pages["/"] = "inside"
    assert fetch(web, "/").outcome == outcomes.REFUSED
    assert not web.asked


def test_a_name_that_resolves_twice_differently_never_gets_its_second_address(web: Web) -> None:
    """DNS rebinding: the address that was judged is the one that is connected to; the next hop is judged anew."""
    answers = iter([["127.0.0.1"], ["10.9.8.7"], ["10.9.8.7"]])
    asked = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    web.pages["/"] = redirect("/again")
    web.pages["/again"] = "never"
    fetcher = Fetcher(lambda limits: guarded(limits, resolver), PATIENT)
    found = fetcher.fetch(Order(f"http://rebinding.example:{web.port}/"))
    assert found.outcome == outcomes.REFUSED
    assert "10.9.8.7" in found.detail
    assert (web.asked["/"], web.asked["/again"]) == (1, 0)
    assert len(asked) == 2, "one look-up a hop, none between judging and connecting"


def test_a_host_that_is_not_there_and_a_port_that_is_shut_are_not_reached(web: Web) -> None:
    shut = Fetcher(limits=PATIENT).fetch(Order(f"http://127.0.0.1:{local_web.unused_port()}/"))
    assert shut.outcome == outcomes.UNREACHABLE

    def nobody(host: str, port: int) -> list[str]:
        from huiying.kernel.addresses import HostUnknown

        raise HostUnknown(f"找不到主机 {host}")

    lost = Fetcher(lambda limits: guarded(limits, nobody), PATIENT).fetch(Order("http://nowhere.example/"))
    assert lost.outcome == outcomes.UNREACHABLE


def test_an_unchanged_page_is_asked_for_conditionally_and_costs_nothing(web: Web) -> None:
    def page(answer: object) -> None:
        same = answer.headers.get("If-None-Match") == '"v1"'  # type: ignore[attr-defined]
        send(answer, b"" if same else b"<rss/>", status=304 if same else 200, ETag='"v1"')  # type: ignore[arg-type]

    web.pages["/feed"] = page
    fetcher = Fetcher(limits=PATIENT)
    first = fetcher.fetch(Order(web.url("/feed")))
    known = Order(web.url("/feed"), etag=first.header("etag"), last_modified="Mon, 14 Sep 2026 00:00:00 GMT")
    again = fetcher.fetch(known)
    assert (first.outcome, again.outcome, again.body) == (OK, UNCHANGED, b"")
    assert web.headers_of["/feed"]["If-Modified-Since"].startswith("Mon")


@pytest.mark.parametrize("wbits", [31, 15, -15])
def test_gzip_and_both_kinds_of_deflate_are_unpacked(web: Web, wbits: int) -> None:
    body = rss("开标公告", "评标结果").encode()
    packer = zlib.compressobj(wbits=wbits)
    packed = packer.compress(body) + packer.flush()
    name = "gzip" if wbits == 31 else "deflate"
    web.pages["/"] = lambda answer: send(answer, packed, Content_Encoding=name)
    found = fetch(web, "/")
    assert (found.outcome, found.body, found.wire) == (OK, body, packed)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=3000), st.integers(1, 400), st.integers(200, 4000))
def test_unpacking_gives_the_body_or_says_that_it_is_too_large(body: bytes, step: int, limit: int) -> None:
    packed = gzip.compress(body)
    unpack = Unpacker("gzip", limit)
    pieces = [packed[at : at + step] for at in range(0, len(packed), step)]
    if len(body) <= limit:
        assert _unpacked(unpack, pieces) == body
    else:
        with pytest.raises(Failed) as caught:
            _unpacked(unpack, pieces)
        assert caught.value.outcome == outcomes.BOMB


def _unpacked(unpack: Unpacker, pieces: list[bytes]) -> bytes:
    for piece in pieces:
        unpack.feed(piece)
    return unpack.finish()


def test_a_cut_off_gzip_is_damage_not_half_a_feed() -> None:
    packed = gzip.compress(b"<rss>" + b"x" * 5000)
    unpack = Unpacker("gzip", 100_000)
    unpack.feed(packed[:-20])
    with pytest.raises(Failed) as caught:
        unpack.finish()
    assert caught.value.outcome == outcomes.DAMAGED


def test_the_deadline_counts_by_the_clock_it_was_given(web: Web) -> None:
    """The time is over before anything was sent: nothing is connected to."""
    moments = iter([0.0, 100.0, 200.0, 300.0])
    transport = GuardedTransport(inner=TimedTransport(5.0, 5.0, lambda: next(moments)))
    found = Fetcher(lambda _limits: transport, PATIENT).fetch(Order(web.url("/")))
    assert found.outcome == outcomes.UNREACHABLE
    assert not web.asked


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://A.Example/x", "a.example"),
        ("http://a.example:80/", "a.example"),
        ("https://a.example:443/", "a.example"),
        ("https://a.example:8443/", "a.example:8443"),
        ("http://a.example.:8080/", "a.example:8080"),
        ("http://[::1", ""),
        ("nonsense", ""),
    ],
)
def test_politeness_counts_by_host_and_port(url: str, host: str) -> None:
    assert host_of(url) == host
