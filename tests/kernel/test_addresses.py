"""The guard in front of every outgoing request (§6.1 S12)."""

import http.server
import ipaddress
import threading
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given, strategies as st

from huiying.kernel import addresses, guarded
from huiying.kernel.addresses import AddressRefused, check_url

REFUSED = [
    "ftp://example.com/",
    "file:///etc/passwd",
    "//example.com/",
    "http://",
    "http://127.0.0.1/",
    "http://127.0.0.1./",
    "http://10.1.2.3/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0.0.0.0/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://[ff02::1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://user:secret@93.184.216.34/",
    "http://93.184.216.34:99999/",
]


#: One address of each block of IANA's registries of special-purpose addresses, and of what was given back.
SPECIAL = (
    "0.0.0.1", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.8",
    "192.0.0.9", "192.0.0.10", "192.0.0.170", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.168.0.1",
    "192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "100::1", "100:0:0:1::1",
    "2001::1", "2001:1::1", "2001:2::1", "2001:3::1", "2001:4:112::1", "2001:10::1", "2001:20::1", "2001:30::1",
    "2001:1ff::1", "2001:db8::1", "2002:808:808::1", "2620:4f:8000::1", "3fff::1", "3fff:fff::1", "5f00::1", "fc00::1",
    "fd00::1", "fe80::1", "fec0::1", "ff02::1", "ff0e::1", "3ffe::1", "4000::1", "1000::1", "::ffff:0:8.8.8.8",
)  # fmt: skip
METADATA = (
    "169.254.169.254", "169.254.170.2", "169.254.170.23", "169.254.0.23", "168.63.129.16", "192.0.0.192",
    "100.100.100.200",
)  # fmt: skip
WRAPPED = (
    "::{v4}", "::ffff:{v4}", "::ffff:0:{v4}", "64:ff9b::{v4}", "64:ff9b:1::{v4}", "64:ff9b:1:abcd:0:5efe:{v4}",
    "fe80::5efe:{v4}", "fe80::200:5efe:{v4}",
)  # fmt: skip


@pytest.mark.parametrize("address", SPECIAL)
def test_no_special_purpose_address_is_public(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the registries, not by what this version of Python calls global."""
    monkeypatch.delenv("HUIYING_ALLOWED_NETWORKS", raising=False)
    with pytest.raises(AddressRefused):
        check_url("http://name.example/", at(address))
    with pytest.raises(AddressRefused):
        check_url(f"http://[{address}]/" if ":" in address else f"http://{address}/", nowhere)


@pytest.mark.parametrize("address", ["8.8.8.8", "223.5.5.5", "2400:3200::1", "2606:4700::1111", "64:ff9b::8.8.8.8"])
def test_ordinary_addresses_are_public(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUIYING_ALLOWED_NETWORKS", raising=False)
    assert check_url("http://name.example/", at(address)).ips == (address,)


def shapes_of(v4: str) -> list[str]:
    """Every way in which an IPv6 address may carry an IPv4 one."""
    number = int(ipaddress.IPv4Address(v4))
    high, low = number >> 16, number & 0xFFFF
    base = int(ipaddress.IPv6Address("64:ff9b:1::"))
    placed = [
        base | high << 64 | low << 40,  # RFC 6052, 48 bits
        base | (number >> 24) << 64 | (number & 0xFFFFFF) << 32,  # 56 bits
        base | number << 24,  # 64 bits
        int(ipaddress.IPv6Address("2002::")) | number << 80 | 1,  # 6to4
        int(ipaddress.IPv6Address("2001::")) | number << 64,  # Teredo, as the server
        int(ipaddress.IPv6Address("2001::")) | 0x08080808 << 64 | (~number & 0xFFFFFFFF),  # Teredo, as the client
    ]
    return [shape.format(v4=v4) for shape in WRAPPED] + [str(ipaddress.IPv6Address(one)) for one in placed]


@pytest.mark.parametrize("v4", METADATA)
def test_no_setting_opens_a_metadata_service_however_it_is_wrapped(v4: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "0.0.0.0/0,::/0")
    assert check_url("http://name.example/", at("127.0.0.1")).ips
    for address in [v4, *shapes_of(v4)]:
        with pytest.raises(AddressRefused, match="元数据"):
            check_url("http://name.example/", at("93.184.216.34", address))
        with pytest.raises(AddressRefused):
            check_url(f"http://[{address}]/" if ":" in address else f"http://{address}/", nowhere)


@pytest.mark.parametrize("address", ["fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254"])
def test_nor_those_that_have_an_address_of_ipv6(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "0.0.0.0/0,::/0")
    with pytest.raises(AddressRefused, match="元数据"):
        check_url(f"http://[{address}]/", nowhere)


def nowhere(host: str, port: int) -> list[str]:
    raise AssertionError(f"{host} should not be resolved")


def at(*ips: str) -> addresses.Resolver:
    return lambda host, port: list(ips)


@pytest.mark.parametrize("url", REFUSED)
def test_addresses_inside_the_house_are_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_url(url, nowhere)


def test_a_public_address_is_let_through_with_its_port() -> None:
    assert check_url("https://example.com/a", at("93.184.216.34")) == addresses.Target(
        "example.com", 443, ("93.184.216.34",)
    )
    assert check_url("http://93.184.216.34:8080/", nowhere).port == 8080


def test_one_bad_address_among_good_ones_refuses_the_name() -> None:
    with pytest.raises(AddressRefused, match=r"10\.0\.0\.5"):
        check_url("http://example.com/", at("93.184.216.34", "10.0.0.5"))


def test_a_name_without_address_is_refused() -> None:
    with pytest.raises(AddressRefused, match="找不到"):
        check_url("http://example.com/", at())


def test_an_allowed_network_opens_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "10.1.0.0/16, fd12::/16")
    assert check_url("http://10.1.2.3/", nowhere).ips == ("10.1.2.3",)
    assert check_url("http://[fd12::1]/", nowhere).ips == ("fd12::1",)
    with pytest.raises(AddressRefused):
        check_url("http://10.2.0.1/", nowhere)


@pytest.mark.parametrize("url", ["http://169.254.169.254/", "http://[::ffff:169.254.169.254]/"])
def test_the_metadata_address_is_never_opened(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "0.0.0.0/0,::/0")
    with pytest.raises(AddressRefused, match="任何设置都不允许"):
        check_url(url, nowhere)


def test_a_bad_network_in_the_setting_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "10.0.0.0/8,内网")
    with pytest.raises(ValueError, match="内网"):
        check_url("http://93.184.216.34/", nowhere)


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="127.0.0.0/8"))
def test_no_spelling_of_a_private_address_passes(ip) -> None:
    number = int(ip)
    spellings = [str(ip), str(number), hex(number), f"[::ffff:{ip}]", ".".join(oct(b) for b in ip.packed)]
    for spelling in spellings:
        with pytest.raises(AddressRefused):
            check_url(f"http://{spelling}/", nowhere)


class Inner(httpx.BaseTransport):
    """Remembers what would have gone out and answers from a table."""

    def __init__(self, answers: dict[str, httpx.Response], refuse: str = "") -> None:
        self.answers, self.refuse = answers, refuse
        self.sent: list[tuple[str, str, object]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append((str(request.url), request.headers["host"], request.extensions["sni_hostname"]))
        if request.url.host == self.refuse:
            raise httpx.ConnectError("refused")
        return self.answers.get(request.url.path, httpx.Response(200, text="ok"))


def test_the_connection_goes_to_the_judged_address_under_the_right_name() -> None:
    inner = Inner({})
    with httpx.Client(transport=guarded.GuardedTransport(at("93.184.216.34"), inner)) as client:
        assert client.get("https://example.com/a?b=1").text == "ok"
    assert inner.sent == [("https://93.184.216.34/a?b=1", "example.com", "example.com")]


def test_a_name_that_changes_its_answer_is_judged_anew_each_time() -> None:
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    transport = guarded.GuardedTransport(lambda host, port: next(answers), Inner({}))
    with httpx.Client(transport=transport) as client:
        assert client.get("http://example.com/").text == "ok"
        with pytest.raises(AddressRefused):
            client.get("http://example.com/")


def test_a_redirect_into_the_house_is_refused() -> None:
    inner = Inner({"/go": httpx.Response(302, headers={"location": "http://169.254.169.254/"})})
    transport = guarded.GuardedTransport(at("93.184.216.34"), inner)
    with httpx.Client(transport=transport, follow_redirects=True) as client, pytest.raises(AddressRefused):
        client.get("http://example.com/go")
    assert len(inner.sent) == 1


def test_the_next_address_is_tried_when_the_first_does_not_answer() -> None:
    inner = Inner({}, refuse="93.184.216.34")
    transport = guarded.GuardedTransport(at("93.184.216.34", "93.184.216.35"), inner)
    with httpx.Client(transport=transport) as client:
        assert client.get("http://example.com/").status_code == 200
    assert [url for url, _, _ in inner.sent] == ["http://93.184.216.34/", "http://93.184.216.35/"]


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.headers["Host"].encode())

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def loopback() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_a_real_request_reaches_an_allowed_host_and_ignores_proxies(
    loopback: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "127.0.0.0/8")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with guarded.client(at("127.0.0.1")) as client:
        assert client.get(f"http://inner.example:{loopback}/").text == f"inner.example:{loopback}"


def test_the_same_request_is_refused_without_the_setting(loopback: int) -> None:
    with guarded.client() as client, pytest.raises(AddressRefused):
        client.get(f"http://127.0.0.1:{loopback}/")


def test_a_server_that_is_no_web_site_is_judged_alike(monkeypatch):
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "10.0.0.0/8")
    inside = addresses.check_host("mail.example", 993, lambda _host, _port: ["10.1.1.1"])
    outside = addresses.check_host("mail.example", 993, lambda _host, _port: ["93.184.216.34"])
    assert (inside.port, inside.ips, addresses.is_opened(inside), addresses.is_opened(outside)) == (
        993, ("10.1.1.1",), True, False,
    )  # fmt: skip
    for host in ("127.0.0.1", "169.254.169.254", "0x7f000001", "", "a b"):
        with pytest.raises(AddressRefused):
            addresses.check_host(host, 993, lambda _host, _port: ["93.184.216.34"])
    with pytest.raises(AddressRefused):
        addresses.check_host("mail.example", 993, lambda _host, _port: ["93.184.216.34", "192.168.0.1"])


def test_what_is_written_is_judged_without_a_name_server(monkeypatch):
    monkeypatch.delenv("HUIYING_ALLOWED_NETWORKS", raising=False)
    monkeypatch.setattr("socket.getaddrinfo", lambda *_told, **_more: pytest.fail("asked"))
    addresses.check_written("https://news.example/rss")
    for url in ("http://10.0.0.1/", "ftp://news.example/", "http://[::1]/", "http://u:p@news.example/"):
        with pytest.raises(AddressRefused):
            addresses.check_written(url)
