"""The pack that a partner gets (C11.3): the public text, its address, and the one thing we ask, and nothing else.

It speaks the bureau's language, whoever pressed the button.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.html import escape

from huiying.people.models import Partner
from huiying.people.queries import bureau, regulation_now
from huiying.responding.models import Publication

ASKED = "请在贵账号转载以上内容：可以删节，不改事实，注明来源和原文网址。不便转载也请回复一声。"


@dataclass(frozen=True)
class Pack:
    subject: str
    text: str
    html: str


def site_root() -> str:
    """The public address of this house, where its name is known; else addresses are given as they are."""
    hosts = [host for host in settings.ALLOWED_HOSTS if host not in ("127.0.0.1", "localhost", "[::1]", "*")]
    if not hosts:
        return ""
    return f"{'https' if settings.HTTPS else 'http'}://{hosts[0].lstrip('.')}"


def public_address(row: Publication) -> str:
    """Where the text stands for everybody."""
    return f"{site_root()}{row.url}" if row.url.startswith("/") else row.url


def pack(row: Publication, partner: Partner) -> Pack:
    found = bureau()
    sender = (found.name if found is not None else "") or regulation_now().meta.issuer
    address = public_address(row)
    lines = [f"{partner.contact_name}：", "", "您好。我们刚刚公开了下面的内容。", "", row.title, "", row.text, ""]
    lines += [f"原文：{address}", "", ASKED, "", sender]
    html = (
        f"<p>{escape(partner.contact_name)}：</p><p>您好。我们刚刚公开了下面的内容。</p>"
        f"<h1>{escape(row.title)}</h1>{paragraphs(row.text)}"
        f'<p>原文：<a href="{escape(address)}">{escape(address)}</a></p><p>{ASKED}</p><p>{escape(sender)}</p>'
    )
    return Pack(f"请转载：{row.title}"[:200], "\n".join(lines), html)


def paragraphs(text: str) -> str:
    """Plain text as clean HTML: one paragraph a line, nothing but `<p>`."""
    return "".join(f"<p>{escape(line.strip())}</p>" for line in text.split("\n") if line.strip())


def article(row: Publication) -> str:
    """图文 (C11.2): the approved text as clean HTML, to be pasted into the account's own editor."""
    basis = row.press.basis if row.press is not None else row.revision.basis if row.revision is not None else ""
    end = f"<p>依据：{escape(basis)}</p>" if basis else ""
    return f"<section><h1>{escape(row.title)}</h1>{paragraphs(row.text)}{end}</section>"
