"""联动发布 (C8.9): one text on several families of accounts, the same facts on each, within the allowed skew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import actions as handling
from huiying.handling.models import Case, CaseAct
from huiying.kernel import clock as time
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import regulation_of
from huiying.people.standing import actor_of
from huiying.people.words import display_name, join_names
from huiying.responding.models import Publication, Revision
from huiying.responding.reading_back import plain

EXCUSED = "linked_excused"
OPEN = (Publication.QUEUED, Publication.SENDING, Publication.TO_DO, Publication.TO_VERIFY, Publication.REJECTED)
NO_ANSWER = (Revision.HOLDING, Revision.WITHDRAWAL)


@dataclass(frozen=True)
class Skew:
    """From the first public act of a release to its last; while some are not out yet, to now."""

    first: dt.datetime
    last: dt.datetime
    limit: dt.timedelta
    waiting: int  # accounts of the release that are not out yet
    failed: int  # and those to which it did not get out
    marks: tuple[tuple[str, dt.datetime], ...]  # target → when it was public

    @property
    def length(self) -> dt.timedelta:
        return self.last - self.first

    @property
    def over(self) -> bool:
        return self.length > self.limit


@dataclass(frozen=True)
class Release:
    """What was released of one revision, account by account."""

    revision: Revision
    rows: tuple[Publication, ...]
    skew: Skew | None
    carries_facts: dict[str, bool]  # target → whether its text holds the facts block word for word

    @property
    def facts_differ(self) -> list[str]:
        return [target for target, same in self.carries_facts.items() if not same]


def releases(case: Case) -> list[Release]:
    """Every release of the case, the newest first. One query."""
    rows = Publication.objects.filter(case=case).select_related("revision", "platform", "evidence").order_by("id")
    groups: dict[int, list[Publication]] = {}
    for row in rows:
        row.case = case
        groups.setdefault(row.revision_id or 0, []).append(row)
    limit = regulation_of(case.regulation).response.linked_channels.max_skew.elapsed
    found = []
    for group in groups.values():
        revision = group[0].revision
        assert revision is not None
        texts = {row.target: carries(row.text, revision.facts) for row in group}
        found.append(Release(revision, tuple(group), _skew(group, limit), texts))
    return sorted(found, key=lambda release: -release.revision.pk)


def carries(text: str, facts: str) -> bool:
    """Whether the facts stand in the text, the same words in the same order."""
    return bool(plain(facts)) and plain(facts) in plain(text)


def _skew(rows: Iterable[Publication], limit: dt.timedelta) -> Skew | None:
    """Over the bureau's own accounts; None before the first is public."""
    own = [row for row in rows if row.platform_id is not None]
    at = sorted(
        (row.published_at, row.target) for row in own if row.published_at is not None and row.state == Publication.LIVE
    )
    if not at:
        return None
    waiting = sum(row.state in OPEN for row in own)
    newest = {row.target: row for row in own}
    failed = sum(row.state == Publication.FAILED for row in newest.values())
    marks = tuple((target, moment) for moment, target in at)
    return Skew(at[0][0], time.now() if waiting else at[-1][0], limit, waiting, failed, marks)


def skew(case: Case) -> Skew | None:
    """Of the newest release that is public anywhere."""
    return next((release.skew for release in releases(case) if release.skew is not None), None)


def families_live(case: Case) -> set[str]:
    """Linked channels on which an answer of the case is public."""
    live = Publication.objects.filter(case=case, state=Publication.LIVE, platform__isnull=False)
    return set(live.exclude(stage__in=NO_ANSWER).values_list("platform__family", flat=True)) - {""}


def why_not_linked(case: Case) -> list[str]:
    """Fewer families than the level asks for, and nobody wrote down why (C8.9)."""
    if case.state != "answered":
        return []
    regulation = regulation_of(case.regulation)
    rule = regulation.response.linked_channels
    wanted, live = rule.min_channels[case.level], families_live(case)
    if len(live) >= wanted or excuse_of(case) is not None:
        return []
    others = [name for name in rule.set if name not in live]
    return [
        _(
            "%(level)s要在 %(n)d 类渠道联动发布，已公开的有 %(have)d 类，还差：%(others)s。"
            "请补发，或由统筹部门写明为什么不用（C8.9）。"
        )
        % {
            "level": display_name(regulation, "level", case.level),
            "n": wanted,
            "have": len(live),
            "others": join_names(display_name(regulation, "word", name) for name in others),
        }
    ]


def excuse_of(case: Case) -> CaseAct | None:
    return CaseAct.objects.filter(case=case, kind=EXCUSED).last()


@transaction.atomic
def excuse(case: Case, reason: str, actor: User) -> CaseAct:
    """写明为什么不在更多渠道发布: the office, with a reason, once."""
    case = handling.locked(case)
    require(actor, "case.close", case)
    if not why_not_linked(case):
        raise Refused(_("渠道已经够了，或已写明理由，不需要再写。"), code="not_needed")
    reason = handling.require_text(reason, 8, _("为什么不用更多渠道"))
    row = CaseAct.objects.create(case=case, kind=EXCUSED, note=reason, by=actor.name, at=time.now())
    record(
        f"case:{case.number}",
        "linked.excused",
        {"reason": reason, "families": sorted(families_live(case))},
        actor_of(actor),
        rows=[row],
    )
    return row
