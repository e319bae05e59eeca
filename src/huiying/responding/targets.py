"""Where an answer can go: the bureau's own accounts and the forms of answer (C8.7, C8.9, INV-11); 联动发布 over several
families of accounts within the allowed skew; and calling back what was released and never goes out (C7.4, C12.1).

A target's code is the key of its rendition in a manifest. There is no other way to name a place to publish.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _, override

from huiying.handling import actions as handling
from huiying.handling.models import Case, CaseAct
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, record
from huiying.people.errors import Refused
from huiying.people.models import Platform, User
from huiying.people.permissions import require
from huiying.people.queries import regulation_of
from huiying.people.standing import actor_of
from huiying.people.versions import display_name, in_english, join_names
from huiying.responding.channels.base import Channel
from huiying.responding.channels.registry import CHANNELS, FORMS
from huiying.responding.channels.speaking import plain
from huiying.responding.models import Publication, Revision

PORTAL = "portal"
CODE_CHARS, RENDITION_CHARS = 40, 20_000  # the most of a target's code and of its text, on every face


@dataclass(frozen=True)
class Target:
    code: str
    channel: Channel
    platform: Platform | None  # None for a form of answer
    family: str  # the linked channel that it counts for; "" for a form

    @property
    def name(self) -> str:
        return str(self.channel.name) if self.platform is None else _called(self.platform)


def _called(platform: Platform) -> str:
    return platform.name_en if in_english() and platform.name_en else platform.name


def place_name(row: Publication) -> str:
    """Where a publication stands, in the reader's language: the account, or the form of answer."""
    if row.platform is not None:
        return _called(row.platform)
    return str(CHANNELS[row.channel].name) if row.channel in CHANNELS else row.target


def targets() -> dict[str, Target]:
    """Every place that is open now: accounts in the order of the register, then the forms."""
    found = {
        row.code: Target(row.code, CHANNELS[row.channel], row, row.family)
        for row in Platform.objects.filter(closed_at__isnull=True)
        if row.channel in CHANNELS
    }
    return found | {kind: Target(kind, channel, None, "") for kind, channel in FORMS.items()}


def place_written(row: Publication) -> str:
    """The same for the ledger, which is kept in the bureau's language."""
    with override("zh-hans"):
        return place_name(row)


def target_names(codes: Iterable[str]) -> dict[str, str]:
    """Code → name, also of accounts that were closed since."""
    wanted = list(codes)
    names = {code: str(FORMS[code].name) for code in wanted if code in FORMS}
    for row in Platform.objects.filter(code__in=wanted):
        names[row.code] = _called(row)
    return {code: names.get(code, code) for code in wanted}


def check_targets(codes: Iterable[str]) -> dict[str, Target]:
    """The targets of these codes. Raises Refused where one is no open account of ours and no form of answer."""
    known = targets()
    unknown = sorted(set(codes) - set(known))
    if unknown:
        raise Refused(
            _("平台登记里没有这样的在用账号：%(names)s。只能在本单位登记的账号上发布（INV-11）。")
            % {"names": "、".join(unknown)},
            code="unknown_channel",
        )
    return known


# Released and not on its way to another host: that can no longer be called back (SENDING).
STILL_HERE = (Publication.QUEUED, Publication.TO_DO, Publication.REJECTED)


def chain_of(row: Publication) -> str:
    """The ledger chain of what the publication belongs to."""
    if row.press is not None:
        return f"press:{row.press.release.number}"
    assert row.case is not None
    return f"case:{row.case.number}"


def call_back(rows: Iterable[Publication], why: str, who: Actor) -> int:
    """End each of `rows` and say so in the ledger; returns how many. `why` is what people read on the publication."""
    found = list(rows)
    for row in found:
        row.state, row.error = Publication.FAILED, why
        row.save(update_fields=["state", "error"])
        told = {"channel": row.channel, "target": row.target, "place": place_written(row), "why": why}
        record(chain_of(row), "release.called_back", told, who, rows=[row])
    return len(found)


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
