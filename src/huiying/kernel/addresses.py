"""The guard in front of every outgoing request: no address inside the house is ever fetched by mistake.

A link that a citizen pasted or a page that redirects must not reach the bureau's own network. A name is
resolved once, every address it gives is judged, and the connection goes to the judged address, so a second
answer of the name server cannot slip in (DNS rebinding).

Refused is every block of IANA's two registries of special-purpose addresses (RFC 6890; IPv4: this network, private,
shared, loopback, link-local, protocol assignments, documentation, AS112, AMT, the 6to4 relay, benchmarking, reserved;
IPv6: all outside global unicast, such as site-local fec0::/10 and the segments 5f00::/16, and of that the protocol
assignments with Teredo and ORCHID, documentation, 6to4, AS112, the returned 6bone) and multicast, whether a registry
calls it globally reachable or not: no site that speaks to the public has its address there.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Iterable[str]]

# Metadata services of clouds hand out credentials; no setting opens them, in whatever IPv6 address they are wrapped.
# AWS (also of containers and pods, and over IPv6), Azure, Google, Oracle, Alibaba, Tencent; Huawei uses the first.
_NEVER = frozenset(
    map(
        ipaddress.ip_address,
        (
            "169.254.169.254", "169.254.169.253", "169.254.170.2", "169.254.170.23", "169.254.0.23", "168.63.129.16",
            "192.0.0.192", "100.100.100.200", "fd00:ec2::254", "fd00:ec2::253", "fd00:ec2::23", "fd20:ce::254",
        ),
    )
)  # fmt: skip
_SOMEWHERE = "1.1.1.1"  # stands for the answer of a name server that was not asked; never connected to
_NUMERIC_LABEL = re.compile(r"\d+|0[xo][0-9a-f]*", re.IGNORECASE)
# What Python calls global differs between its versions, so the registries stand here.
_NOT_PUBLIC: tuple[Network, ...] = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3ffe::/16", "3fff::/20",
        ),
    )
)  # fmt: skip
# All of IPv6 that is public: global unicast as IANA gives it out, and what NAT64 makes of a public IPv4 address.
_PUBLIC_6 = (ipaddress.IPv6Network("2000::/3"), ipaddress.IPv6Network("64:ff9b::/96"))
_LOOPBACK = ipaddress.IPv4Address("127.0.0.1")
#: Endings of names that no public name server answers (RFC 6761, 6762, 7686, ICANN's .internal, and custom).
_INSIDE = frozenset(
    {"local", "localdomain", "internal", "intranet", "private", "lan", "corp", "home", "invalid", "onion"}
)
_TUNNELS: tuple[tuple[ipaddress.IPv6Network, int], ...] = (
    (ipaddress.IPv6Network("::/96"), 0),
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),
    (ipaddress.IPv6Network("64:ff9b:1::/48"), 0),
    (ipaddress.IPv6Network("2002::/16"), 80),
)


class AddressRefused(ValueError):
    """An outgoing request was refused; the message names the address and the reason."""


class HostUnknown(AddressRefused):
    """The name server knows no address of the host: nothing was refused, it is just not there."""


@dataclass(frozen=True)
class Target:
    """Where a request may go: the host as written, the port, and its judged addresses in resolver order."""

    host: str
    port: int
    ips: tuple[str, ...]


def resolve(host: str, port: int) -> list[str]:
    """Addresses of `host` from the system's resolver. Raises AddressRefused when there is none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise HostUnknown(f"找不到主机 {host}：{error}") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def check_url(url: str, resolver: Resolver = resolve) -> Target:
    """Judge `url` and resolve it. Raises AddressRefused unless every address of its host may be reached."""
    parts = _split(url)
    try:
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except ValueError:
        raise AddressRefused(f"{url} 的端口不是 0–65535 之间的数字") from None
    return _judged(url, parts.hostname or "", port, resolver)


def joined(base: str, link: str) -> str:
    """The address that a page at `base` means by `link`; "" for what a stranger wrote that is none, such as `//[`."""
    try:
        found = urljoin(base, link)
        urlsplit(found).port  # noqa: B018 - read for what it raises
    except ValueError:
        return ""
    return found


def check_written(url: str) -> None:
    """Judge `url` as far as it can be without a name server: for many at once. Raises AddressRefused."""
    check_url(url, lambda _host, _port: [_SOMEWHERE])


def check_public(url: str) -> None:
    """Judge `url` as the address at which the public reads something. Raises AddressRefused.

    Without a name server: a number is judged as everywhere, and a name that only means something inside a house
    (localhost, one word, .local) is none. Where networks are opened, the house has an intranet and such a name may be
    its own; localhost is, where the loopback is opened.
    """
    check_written(url)
    host = _clean_host(url, _split(url).hostname or "")
    if ":" in host or _NUMERIC_LABEL.fullmatch(host.rpartition(".")[2]):
        return
    last = host.rpartition(".")[2]
    allowed = allowed_networks()
    if last == "localhost":
        is_open = any(_LOOPBACK.version == network.version and _LOOPBACK in network for network in allowed)
    else:
        is_open = bool(allowed) or ("." in host and last not in _INSIDE and not host.endswith(".home.arpa"))
    if not is_open:
        raise AddressRefused(f"{url} 的主机名 {host} 只在内部有意义，公众打不开")


def check_host(host: str, port: int, resolver: Resolver = resolve) -> Target:
    """The same for a server that is no web site, such as one of mail."""
    return _judged(f"{host}:{port}", host, port, resolver)


def _judged(url: str, written: str, port: int, resolver: Resolver) -> Target:
    host = _clean_host(url, written)
    literal = _literal(url, host)
    found = [str(literal)] if literal else list(resolver(host, port))
    if not found:
        raise HostUnknown(f"找不到主机 {host} 的地址")
    allowed = allowed_networks()
    for text in found:
        _judge(url, ipaddress.ip_address(text.partition("%")[0]), allowed)
    return Target(host, port, tuple(found))


def is_opened(target: Target) -> bool:
    """Whether every address of `target` lies in a network that the administrator opened: inside the house."""
    allowed = allowed_networks()
    return all(
        any(ip.version == network.version and ip in network for network in allowed)
        for ip in (ipaddress.ip_address(text.partition("%")[0]) for text in target.ips)
    )


def allowed_networks() -> tuple[Network, ...]:
    """`HUIYING_ALLOWED_NETWORKS`: CIDR list, separated by commas. Raises ValueError naming the bad entry."""
    networks: list[Network] = []
    for entry in os.environ.get("HUIYING_ALLOWED_NETWORKS", "").split(","):
        if not entry.strip():
            continue
        try:
            networks.append(ipaddress.ip_network(entry.strip(), strict=False))
        except ValueError:
            raise ValueError(
                f"HUIYING_ALLOWED_NETWORKS 中的“{entry.strip()}”不是网段；应写成 10.1.0.0/16 这样的形式，用逗号分隔"
            ) from None
    return tuple(networks)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
    except ValueError as error:
        raise AddressRefused(f"网址 {url} 写法有误：{error}") from None
    if parts.scheme not in ("http", "https"):
        raise AddressRefused(f"只能访问 http 或 https 网址，这里是“{parts.scheme or '没有协议'}”：{url}")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused(f"网址中不能带用户名或密码：主机 {parts.hostname}")
    return parts


def _clean_host(url: str, host: str) -> str:
    """NFKC first: ①②⑦.⓪.⓪.① reads as 127.0.0.1 in some resolvers."""
    clean = unicodedata.normalize("NFKC", host).replace("。", ".").rstrip(".").lower()
    if not clean or re.search(r"[\s/\\@?#%]", clean.partition("%")[0]):
        raise AddressRefused(f"网址 {url} 没有可用的主机名")
    return clean


def _literal(url: str, host: str) -> Address | None:
    """The address when `host` is written as one in the ordinary way; decimal, octal, hex and short forms
    are refused.
    """
    if ":" in host:
        try:
            return ipaddress.ip_address(host.partition("%")[0])
        except ValueError:
            raise AddressRefused(f"网址 {url} 的 IPv6 地址有误") from None
    if not _NUMERIC_LABEL.fullmatch(host.rpartition(".")[2]):
        return None
    try:
        return ipaddress.IPv4Address(host)
    except ValueError:
        raise AddressRefused(f"网址 {url} 的主机是变形的 IP 地址；请使用 a.b.c.d 的普通写法") from None


def _judge(url: str, address: Address, allowed: tuple[Network, ...]) -> None:
    for hidden in (*_faces(address), *_wrapped(address)):
        if hidden in _NEVER:
            raise AddressRefused(f"{url} 指向云平台元数据地址 {hidden}，任何设置都不允许访问")
    for face in _faces(address):
        if any(face.version == network.version and face in network for network in allowed):
            continue
        if not _is_public(face):
            raise AddressRefused(
                f"{url} 指向内部或保留地址 {face}，不予访问；确需访问时把所在网段写入 HUIYING_ALLOWED_NETWORKS"
            )


def _is_public(face: Address) -> bool:
    if isinstance(face, ipaddress.IPv6Address) and not any(face in network for network in _PUBLIC_6):
        return False
    return not any(face.version == network.version and face in network for network in _NOT_PUBLIC)


def _wrapped(address: Address) -> list[Address]:
    """Every IPv4 address that some way of carrying one could mean by an IPv6 address: of the ways in `_faces` and at
    the other places of RFC 6052 (prefixes of 48, 56 and 64 bits), of SIIT, and of ISATAP.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return []
    number = int(address)
    found = {
        number & 0xFFFFFFFF,
        number >> 80 & 0xFFFFFFFF,
        (number >> 64 & 0xFFFF) << 16 | number >> 40 & 0xFFFF,
        (number >> 64 & 0xFF) << 24 | number >> 32 & 0xFFFFFF,
        number >> 24 & 0xFFFFFFFF,
        ~number & 0xFFFFFFFF,  # Teredo's client is written inverted
    }
    return [ipaddress.IPv4Address(one) for one in sorted(found)]


def _faces(address: Address) -> list[Address]:
    """The address and any IPv4 address it carries inside (mapped, 6to4, NAT64, Teredo)."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    if address.teredo:
        return [address, *address.teredo]
    for network, shift in _TUNNELS:
        if address in network:
            return [address, ipaddress.IPv4Address(int(address) >> shift & 0xFFFFFFFF)]
    return [address]
