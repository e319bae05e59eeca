"""The HTTP client of every outgoing request: it connects only to addresses that `addresses` has judged.

Apart from them, since httpx takes long to load and most commands send nothing.
"""

from __future__ import annotations

from typing import Any

import httpx

from huiying.kernel.addresses import Resolver, Target, check_url, resolve


class GuardedTransport(httpx.BaseTransport):
    """An httpx transport that judges each request, redirects included, and connects to the judged address.

    Connections are not kept: one opened for a host must not serve another host that shares its address, whose
    certificate nobody looked at.
    """

    def __init__(self, resolver: Resolver = resolve, inner: httpx.BaseTransport | None = None) -> None:
        self._resolver = resolver
        self._inner = inner or httpx.HTTPTransport(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        target = check_url(str(request.url), self._resolver)
        for ip in target.ips[:-1]:
            try:
                return self._inner.handle_request(_pinned(request, target, ip))
            except httpx.ConnectError:
                continue
        return self._inner.handle_request(_pinned(request, target, target.ips[-1]))

    def close(self) -> None:
        self._inner.close()


def client(resolver: Resolver = resolve, **options: Any) -> httpx.Client:
    """An httpx client behind the guard. Proxy settings of the environment are ignored: a proxy would
    resolve anew.
    """
    return httpx.Client(transport=GuardedTransport(resolver), trust_env=False, **options)


def _pinned(request: httpx.Request, target: Target, ip: str) -> httpx.Request:
    return httpx.Request(
        method=request.method,
        url=request.url.copy_with(host=ip),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": target.host},
    )
