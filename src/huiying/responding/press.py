"""Reads of press releases (C11.5): the current text, whose turn its review is, what the public reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from huiying.kernel.masking import mask_personal
from huiying.people.models import User
from huiying.people.words import join_names
from huiying.responding import steps
from huiying.responding.models import Authorisation, PressRelease, PressStep, PressVersion, Publication, Revision
from huiying.responding.press_numbers import address_of
from huiying.responding.readiness.blanks import open_blanks
from huiying.responding.statement_voices import is_valid

PORTAL = "portal"


def chain_of(release: PressRelease) -> str:
    return f"press:{release.number}"


def current_version(release: PressRelease) -> PressVersion | None:
    return release.versions.order_by("-number").first()


def public_of(release: PressRelease) -> Publication | None:
    """What the public reads of it now: on the portal, else wherever it stands."""
    live = Publication.objects.filter(press__release=release, state=Publication.LIVE).order_by("-published_at", "-id")
    return live.filter(channel=PORTAL).first() or live.first()


def reviewed_before(version: PressVersion) -> PressVersion | None:
    """The last text before this one that people reviewed: what they compare with."""
    earlier = PressVersion.objects.filter(release=version.release_id, number__lt=version.number)
    return earlier.filter(steps__isnull=False).order_by("-number").first()


# --- review -----------------------------------------------------------------------------------------------------------


def my_press_steps(user: User) -> list[PressStep]:
    """Press releases that wait for this person's review, the oldest first: two queries for any number of them."""
    rows = PressVersion.objects.filter(release__state=PressRelease.REVIEWING, voided_at__isnull=True)
    mine = []
    for version in rows.select_related("release__department").prefetch_related("steps"):
        for step in version.open_steps():
            step.version = version
            if step.appointment_of(user):
                mine.append(step)
    return mine


def personal_data_in(version: PressVersion) -> list[str]:
    """Kinds of personal data that the machine sees: a hint for 个人信息审查, not a verdict."""
    return sorted(mask_personal("\n".join([version.title, version.facts, *version.renditions.values()])).kinds)


# --- what stands in the way -------------------------------------------------------------------------------------------


def why_not_submit(version: PressVersion | None) -> list[str]:
    """What a text lacks before it is reviewed (C8.2, C3.1), each with what to do."""
    if version is None:
        return [_("还没有文稿，请先起草。")]
    why = []
    if not version.title:
        why.append(_("请写标题。"))
    if not version.facts:
        why.append(_("请写事实部分：各账号一字不差的那一段。"))
    if not version.renditions:
        why.append(_("请至少为一个本单位账号写文稿。"))
    if len(version.basis) < 4:
        why.append(_("请写明依据：法律法规条款，或公告文号（C8.2）。"))
    blanks = open_blanks("\n".join([version.title, version.facts, version.basis, *version.renditions.values()]))
    if blanks:
        why.append(_("模板里还有没填的空：%(names)s。请填上，或删去那一句。") % {"names": join_names(blanks)})
    return why


def why_not_publish(version: PressVersion | None) -> list[str]:
    """INV-4: this exact text was approved, by others than its drafter, with both checks done."""
    if version is None or version.approved_at is None or version.voided_at is not None:
        return [_("现在的文稿还没有审定。")]
    rows = list(version.steps.all())
    decided = [row.decision == "approved" and row.decided_sha256 == version.manifest_sha256 for row in rows]
    checked = {check for row in rows for check in row.checks}
    if not rows or not all(decided) or any(row.decided_user == version.drafter_user for row in rows):
        return [_("现在的文稿还没有审定。")]
    if missing := [steps.check_words(check) for check in steps.CHECKS if check not in checked]:
        return [_("还没有做%(checks)s，不能发布（C8.2）。") % {"checks": join_names(missing)}]
    return []


def speakers_of(release: PressRelease) -> list[Authorisation]:
    """Who may speak about it now (C12.1)."""
    rows = release.authorisations.select_related("speaker__user").order_by("id")
    return [row for row in rows if is_valid(row)]


# --- lists ------------------------------------------------------------------------------------------------------------


def releases(state: str = "") -> QuerySet[PressRelease]:
    rows = PressRelease.objects.select_related("department").order_by("-id")
    return rows.filter(state=state) if state else rows


def planned_late(now: dt.datetime) -> QuerySet[PressRelease]:
    """Planned for a moment that has passed, and not out."""
    rows = PressRelease.objects.filter(planned_at__lt=now, published_at__isnull=True)
    return rows.exclude(state=PressRelease.DROPPED).select_related("department").order_by("planned_at")


# --- what the public reads --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class News:
    """A press release as the public reads it: the newest text, and what stood there before."""

    number: str
    address: str
    title: str
    text: str
    basis: str
    department: str
    published_at: dt.datetime
    changed_at: dt.datetime
    versions: list[Publication]  # newest first, the first text last

    @property
    def corrected(self) -> bool:
        return len(self.versions) > 1


def _live() -> QuerySet[Publication]:
    rows = Publication.objects.filter(channel=PORTAL, state=Publication.LIVE, press__isnull=False)
    return rows.select_related("press__release__department")


def public_news() -> QuerySet[Publication]:
    """The newest live portal text of each press release, the release that was out last first."""
    newer = Publication.objects.filter(
        press__release=OuterRef("press__release"), channel=PORTAL, state=Publication.LIVE
    ).filter(
        Q(published_at__gt=OuterRef("published_at")) | Q(published_at=OuterRef("published_at"), pk__gt=OuterRef("pk"))
    )
    return _live().filter(~Exists(newer)).order_by("-press__release__published_at", "-pk")


def news_item(number: str) -> News | None:
    rows = list(_live().filter(press__release__number=number).order_by("-published_at", "-id")) if number else []
    return _news(rows) if rows else None


def news_rows(publications: Iterable[Publication]) -> list[News]:
    """As items of a list, in the same order, with one query for the earlier texts of all."""
    newest = list(publications)
    wanted = [row.press.release_id for row in newest if row.press is not None]
    texts: dict[int, list[Publication]] = {}
    for row in _live().filter(press__release__in=wanted).order_by("-published_at", "-id"):
        assert row.press is not None
        texts.setdefault(row.press.release_id, []).append(row)
    return [_news(texts[release]) for release in wanted]


def _news(rows: list[Publication]) -> News:
    newest, first = rows[0], rows[-1]
    version = newest.press
    assert version is not None
    assert newest.published_at is not None
    assert first.published_at is not None
    return News(
        number=version.release.number,
        address=address_of(version.release.number),
        title=newest.title,
        text=newest.text,
        basis=version.basis,
        department=version.release.department.name,
        published_at=first.published_at,
        changed_at=newest.published_at,
        versions=rows,
    )


def stage_of(version: PressVersion) -> str:
    return Revision.CORRECTION if version.corrects_id else Revision.FIRST
