"""The bureau's own language model, if it has one: an OpenAI-compatible address, for drafts only, off by default （九）.

`HUIYING_DRAFT_ENDPOINT` (such as http://10.1.2.3:8000/v1), `HUIYING_DRAFT_MODEL`, `HUIYING_DRAFT_KEY`. The address
passes the guard of every outgoing request: a private network, loopback too, only where HUIYING_ALLOWED_NETWORKS names
it. Nothing here writes; the loop never calls it.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

import httpx
from django.utils.translation import gettext as _

from huiying.kernel import addresses
from huiying.people.errors import Refused

TIMEOUT = 60.0
LARGEST = 64 * 1024  # bytes of an answer
LONGEST = 4000  # characters of a proposal; a public answer is shorter
PROMPT_MOST = 12_000  # characters


@dataclass(frozen=True)
class Endpoint:
    address: str
    model: str
    key: str


def configured() -> Endpoint | None:
    """The endpoint of this house, or None: then nothing of it is shown anywhere."""
    address = os.environ.get("HUIYING_DRAFT_ENDPOINT", "").strip().rstrip("/")
    model = os.environ.get("HUIYING_DRAFT_MODEL", "").strip()
    return Endpoint(address, model, os.environ.get("HUIYING_DRAFT_KEY", "").strip()) if address and model else None


def propose(system: str, prompt: str) -> tuple[str, str]:
    """(text, model). Raises Refused with what to do: nobody's draft is lost because a model is away."""
    found = configured()
    if found is None:
        raise Refused(_("没有配置本地起草模型。"), code="no_endpoint")
    body = {
        "model": found.model,
        "temperature": 0,
        "stream": False,
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": prompt[:PROMPT_MOST]}],
    }
    headers = {"Authorization": f"Bearer {found.key}"} if found.key else {}
    try:
        with (
            addresses.client(timeout=TIMEOUT, follow_redirects=False) as client,
            client.stream("POST", f"{found.address}/chat/completions", json=body, headers=headers) as response,
        ):
            raw = _read(response)
    except (httpx.HTTPError, ValueError) as error:  # AddressRefused is a ValueError
        told = {"why": str(error)[:200]}
        raise Refused(
            _("起草模型没有答复：%(why)s。请自己起草，或请管理员检查配置。") % told, code="endpoint"
        ) from error
    return _text(raw), found.model


def _read(response: httpx.Response) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise ValueError(f"HTTP {response.status_code}")
    raw = bytearray()
    for piece in response.iter_bytes():
        raw += piece
        if len(raw) > LARGEST:
            raise ValueError(f"> {LARGEST // 1024} KiB")
    return bytes(raw)


def _text(raw: bytes) -> str:
    try:
        told: Any = json.loads(raw)
        text = str(told["choices"][0]["message"]["content"]).replace("\x00", "").strip()
    except (ValueError, KeyError, IndexError, TypeError):
        raise Refused(_("起草模型的答复看不懂。请自己起草。"), code="endpoint") from None
    if not text:
        raise Refused(_("起草模型没有给出文字。请自己起草。"), code="endpoint")
    return text[:LONGEST]
