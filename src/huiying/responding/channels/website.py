"""A website or CMS by webhook: one signed JSON document a release, idempotent by its key (docs/channels.md)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.kernel import addresses, canonical, clock
from huiying.responding.channels.base import Channel, Failed, Later, Outcome, Pending, Sending, Setting
from huiying.responding.channels.speaking import Reply, call, check_status, is_web_address
from huiying.responding.models import Publication, ReviewRound

SCHEMA = "huiying.release/1"
LOOK_AGAIN = timedelta(seconds=15)
NO_LOOKUP = (405, 501)  # a site that cannot be asked by key still must take the same key twice


def document(row: Publication) -> dict[str, Any]:
    """What the site gets. The same publication gives the same bytes, however often it is sent."""
    if row.press is not None:
        version = row.press
        number, approved_at = version.release.number, version.approved_at
        of_it = {"question": "", "facts": version.facts, "basis": version.basis}
        corrects, note, department = version.corrects, version.correction_note, version.release.department.name
    else:
        revision, case = row.revision, row.case
        assert revision is not None
        assert case is not None
        approved = ReviewRound.objects.filter(
            case=case, manifest_sha256=row.manifest_sha256, state=ReviewRound.APPROVED
        ).last()
        number, approved_at = case.number, approved.closed_at if approved else None
        of_it = {"question": revision.question, "facts": revision.facts, "basis": revision.basis}
        corrects, note, department = revision.corrects, revision.correction_note, revision.department
    return {
        "schema": SCHEMA,
        "key": row.idempotency_key,
        "number": number,
        "stage": row.stage,
        "title": row.title,
        "text": row.text,
        **of_it,
        "department": department,
        "corrects": corrects.idempotency_key if corrects is not None else None,
        "correction_note": note,
        "approved_at": approved_at,
        "released_at": row.released_at,
        "manifest_sha256": row.manifest_sha256,
    }


def signed(secret: str, signed_text: bytes) -> dict[str, str]:
    """HMAC-SHA256 over `timestamp.text`: the site refuses what is older than it likes."""
    timestamp = str(int(clock.now().timestamp()))
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + signed_text, hashlib.sha256)
    return {"X-Huiying-Timestamp": timestamp, "X-Huiying-Signature": f"sha256={digest.hexdigest()}"}


def send(sending: Sending) -> Outcome | Pending:
    if sending.known.get("posted") and (found := _look(sending)) is not None:
        return found
    sending.may_go_out()
    endpoint = sending.settings["endpoint"]
    body = canonical.dumps(document(sending.publication)).encode()
    sending.remember({"posted": True})
    headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": sending.key}
    reply = call("POST", endpoint, content=body, headers=headers | signed(sending.settings["secret"], body))
    try:
        check_status(reply, _host(endpoint))
    except Failed:
        sending.remember({"posted": False})
        raise
    return _taken(sending, reply)


def _look(sending: Sending) -> Outcome | Pending | None:
    """Whether the site has it already, asked by key or at the address that it named. None where it does not know."""
    address = sending.known.get("status_url") or sending.settings["endpoint"]
    named = address != sending.settings["endpoint"]
    headers = signed(sending.settings["secret"], sending.key.encode())
    reply = call("GET", address, params=None if named else {"key": sending.key}, headers=headers, sent=False)
    if reply.status == 404 and named:
        sending.remember({"status_url": ""})
        raise Later(_t("%(host)s 说没有这件事，改用编号再查。") % {"host": _host(address)})
    if reply.status == 404 or reply.status in NO_LOOKUP:
        return None
    check_status(reply, _host(address), sent=False)
    return _taken(sending, reply)


def _taken(sending: Sending, reply: Reply) -> Outcome | Pending:
    url = reply.fields.get("url")
    if is_web_address(url):
        sending.remember({"id": str(reply.fields.get("id", ""))[:200], "url": url})
        return Outcome(str(url), reply.body, "application/json", matches=None)
    if reply.status == 202:
        status_url = addresses.joined(sending.settings["endpoint"], str(reply.fields.get("status_url", "")))
        if _origin(status_url) == _origin(sending.settings["endpoint"]):
            sending.remember({"status_url": status_url})
        return Pending(reply.retry_after or LOOK_AGAIN)
    host = _host(sending.settings["endpoint"])
    raise Later(_t("%(host)s 说收下了，但没有说公开在哪个网址。") % {"host": host})


def check(settings: Mapping[str, str]) -> str:
    """Asks for a key that nobody has: the site knows nothing of it, but says so only to a right signature."""
    key = "huiying-connection-test"
    endpoint = settings["endpoint"]
    reply = call("GET", endpoint, params={"key": key}, headers=signed(settings["secret"], key.encode()), sent=False)
    if reply.status in (401, 403):
        raise Failed(_t("%(host)s 不认我们的签名。请核对密钥。") % {"host": _host(endpoint)})
    if reply.status not in (404, *NO_LOOKUP):
        check_status(reply, _host(endpoint), sent=False)
    return _t("连得上 %(host)s，签名没有被拒绝。") % {"host": _host(endpoint)}


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


CHANNEL = Channel(
    kind="website",
    name=_("网站接口"),
    first_state=Publication.QUEUED,
    send=send,
    check=check,
    settings=(
        Setting("endpoint", _("接收网址"), help=_("网站后台接收发布内容的网址，https 开头。"), is_address=True),
        Setting("secret", _("签名密钥"), secret=True, help=_("与网站后台约定的一串随机字符，至少 16 个。")),
    ),
)
