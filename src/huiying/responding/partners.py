"""What goes to partners and what came of it (C11.3)."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from huiying.people.models import Partner
from huiying.responding.models import PartnerPush, Publication, Revision
from huiying.responding.press import public_news
from huiying.responding.public import public_answers

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
