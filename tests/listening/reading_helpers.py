"""What the tests of adapters share."""

from __future__ import annotations

from huiying.listening.adapters import Document
from huiying.listening.decoding import decode


def document(body: str | bytes, url: str = "http://news.example/list/", media: str = "text/html") -> Document:
    raw = body if isinstance(body, bytes) else body.encode()
    return Document(url, media, decode(raw, media), raw)
