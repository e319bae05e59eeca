"""The answers as a document that another site can fetch and check: JSON Feed 1.1, signed (C8.9)."""

from __future__ import annotations

import base64
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.urls import reverse

from huiying.kernel import canonical, keyfiles
from huiying.people.queries import bureau, regulation_now
from huiying.portal import reading
from huiying.responding.models import Publication
from huiying.responding.public import public_answers, public_courses

VERSION = "https://jsonfeed.org/version/1.1"
KEY_NAME = "release"


def feed(root: str, count: int) -> bytes:
    """The newest answers in canonical JSON: what is signed is these bytes. `root` is the site's address."""
    house = bureau()
    name = house.name if house is not None and house.name else regulation_now().meta.issuer
    courses = public_courses()
    found = list(public_answers("", courses)[:count])
    items = [_item(root, row, shown) for row, shown in zip(found, reading.rows(found, courses), strict=True)]
    document = {
        "version": VERSION,
        "title": f"回应 · {name}",
        "home_page_url": f"{root}{reverse('portal:home')}",
        "feed_url": f"{root}{reverse('portal:feed_json')}",
        "language": "zh-Hans",
        "authors": [{"name": name}],
        "items": items,
        "_huiying": {
            "schema": "huiying.feed/1",
            "signature_url": f"{root}{reverse('portal:feed_signature')}",
            "key_url": f"{root}{reverse('portal:release_key')}",
        },
    }
    return canonical.dumps(document).encode() + b"\n"


def _item(root: str, row: Publication, shown: reading.PublishedAnswer) -> dict[str, Any]:
    url = f"{root}{reverse('portal:answer', args=[shown.number])}"
    revision = row.revision
    assert revision is not None
    return {
        "id": url,
        "url": url,
        "title": shown.title,
        "summary": shown.question,
        "content_text": shown.text,
        "date_published": shown.published_at,
        "date_modified": shown.changed_at,
        "authors": [{"name": shown.department}],
        "_huiying": {
            "number": shown.number,
            "stage": row.stage,
            "basis": revision.basis,
            "correction_note": revision.correction_note,
            "manifest_sha256": row.manifest_sha256,
        },
    }


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keyfiles.load(KEY_NAME))


def signature(content: bytes) -> str:
    """Ed25519 over the bytes, in base64."""
    return base64.b64encode(_key().sign(content)).decode()


def public_key() -> str:
    """For whoever checks: the raw key in base64, and the same as PEM."""
    key = _key().public_key()
    raw = base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return f"ed25519 {raw}\n\n{pem}"
