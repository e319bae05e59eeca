"""Reads of partners and of our own accounts: the pack that a partner gets and what came of it (C11.3), the posts that
an account shows (C11.2). A pack speaks the bureau's language, whoever pressed the button.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils.html import escape

from huiying.handling.queries import cases_for
from huiying.judging.models import Event, EventPost, Screening
from huiying.listening.models import Message
from huiying.people.models import Partner, Platform, User
from huiying.people.queries import bureau, regulation_now
from huiying.responding.models import PartnerPush, Publication, Revision
from huiying.responding.public import public_answers
from huiying.responding.releasing import public_news

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


EMAIL, BY_HAND = "email", "by_hand"
REPOSTED, DECLINED = "reposted", "declined"
# Written before a pack is handed to the mail server and taken off when the server has answered: where it still stands
# afterwards, the process died in between and nobody knows whether the pack went.
UNSURE = "发送途中中断，不知道对方是否收到：请打电话核实，再选“已经送到”或“再发一次”。"
OFFERED = 40


@dataclass(frozen=True)
class Tally:
    pushed: int
    reposted: int
    declined: int


def mail_is_on() -> bool:
    return bool(settings.MAIL) and not settings.DEMO


def means_for(partner: Partner) -> str:
    return EMAIL if mail_is_on() and partner.contact_email else BY_HAND


def why_not_pushed(row: Publication) -> str:
    """Only what the public reads now is carried on; a code, "" where it may go."""
    if row.state != Publication.LIVE:
        return "not_public"
    if row.case is not None and row.case.event.reserved:
        return "not_public"  # such an answer is on no list (Life first)
    if row.stage == Revision.WITHDRAWAL:
        return "withdrawn"
    later = Q(published_at__gt=row.published_at) | Q(published_at=row.published_at, pk__gt=row.pk)
    newer = Publication.objects.filter(later, target=row.target, state=Publication.LIVE)
    if row.press is not None:
        newer = newer.filter(press__release=row.press.release_id)
    else:
        newer = newer.filter(case=row.case_id)
    if newer.exclude(stage=Revision.HOLDING).exists():
        return "replaced"
    return ""


def offered() -> list[Publication]:
    """The newest public texts, answers and press releases, as one list to choose from."""
    answers = list(public_answers().exclude(stage=Revision.WITHDRAWAL)[:OFFERED])
    found = [*answers, *public_news()[:OFFERED]]
    return sorted(found, key=lambda row: row.published_at or row.released_at, reverse=True)[:OFFERED]


def pushes() -> QuerySet[PartnerPush]:
    rows = PartnerPush.objects.select_related("partner", "publication__case", "publication__press__release")
    return rows.order_by("-id")


def tallies() -> dict[int, Tally]:
    """Partner → how much was sent there and carried."""
    rows = (
        PartnerPush.objects.order_by()
        .values("partner")
        .annotate(
            sent=Count("pk", filter=Q(sent_at__isnull=False)),
            carried=Count("pk", filter=Q(reply=REPOSTED)),
            said_no=Count("pk", filter=Q(reply=DECLINED)),
        )
    )
    return {row["partner"]: Tally(row["sent"], row["carried"], row["said_no"]) for row in rows}


SHOWN = 10
SETTLED = ("declined", "closed", "voided")


def unanswered_here() -> int:
    """Messages left on our own site that have no public answer yet, and of which no person said that none is needed."""
    settled = Q()
    for event in ("event", "event__merged_into"):
        settled |= Q(**{f"{event}__state__in": (Event.DISMISSED, Event.NOTED)})
        settled |= Q(**{f"{event}__case__answered_at__isnull": False}) | Q(**{f"{event}__case__state__in": SETTLED})
        settled |= Q(**{f"{event}__case__merged_into__answered_at__isnull": False})
    places = EventPost.objects.filter(settled, post__message__isnull=False, withdrawn_at__isnull=True)
    out = Screening.objects.filter(cleared=Screening.OUT, post__message__isnull=False)
    return Message.objects.exclude(post__in=places.values("post")).exclude(post__in=out.values("post")).count()


def latest_on(platform: Platform, user: User) -> QuerySet[Publication]:
    """The last texts sent to an account: press releases, and those of cases that the person may see (C7.5)."""
    theirs = Q(press__isnull=False) | Q(case__in=cases_for(user).values("pk"))
    rows = Publication.objects.filter(theirs, platform=platform).select_related("case", "press__release", "evidence")
    return rows.order_by("-released_at", "-id")[:SHOWN]
