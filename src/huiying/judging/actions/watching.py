"""Changing the watch rules, and saying whether their hits were right (C5.11, C5.16): one proposes, another agrees.

A rule that is taken out or narrowed is a quiet way to miss a report, so nobody does it alone, and the ledger keeps
what it said before. A rule that names a person is refused (INV-10).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.engine.expression import Term, leaves, parse
from huiying.engine.rules import ExpressionError, RuleError, rules_from
from huiying.judging import watchbook
from huiying.judging.models import WatchChange, WatchHit, WatchProposal, WatchReview, WatchVerdict
from huiying.kernel import clock
from huiying.ledger.actions import record
from huiying.listening.models import Post
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import actor_of
from huiying.work.models import Lease
from huiying.work.rows import locked

CHAIN = "watch"
LOCK = "watch"
REASON_CHARS = 10
MOST_CHANGES = 2_000
_ID = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,19}")
_NAME_CHARS = 2


@dataclass(frozen=True)
class Draft:
    """One change as a person writes it. `body` is a row of a rule file without id and version; none for a removal."""

    rule: str
    action: str
    body: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def propose(drafts: Sequence[Draft], reason: str, actor: User, *, origin: str = "") -> WatchProposal:
    """Propose changes of rules. Nothing changes yet. Raises Refused, in words that name rule and column."""
    require(actor, "watch.propose")
    locked(Lease, LOCK)
    if len("".join(reason.split())) < REASON_CHARS:
        raise Refused(
            _("请写明为什么要改，至少 %(least)s 个字：另一人凭它表态。") % {"least": REASON_CHARS}, code="reason_needed"
        )
    if not drafts or len(drafts) > MOST_CHANGES:
        raise Refused(_("一次可以改 1 到 %(most)s 条规则。") % {"most": MOST_CHANGES}, code="how_many")
    now = watchbook.rows_now()
    _check(drafts, now)
    proposal = WatchProposal.objects.create(
        reason=reason.strip(),
        origin=origin,
        proposed_by=actor.name,
        proposed_user=actor.pk,
        proposed_at=clock.now(),
    )
    WatchChange.objects.bulk_create(
        WatchChange(
            proposal=proposal,
            rule=draft.rule,
            action=draft.action,
            body=watchbook.body_of(draft.body),
            was=watchbook.body_of(now.get(draft.rule, {})),
        )
        for draft in drafts
    )
    _record(proposal, "watch.proposed", actor)
    return proposal


@transaction.atomic
def agree(proposal: WatchProposal, actor: User) -> WatchProposal:
    """The second person agrees: from now on the rules listen so. Raises Refused."""
    require(actor, "watch.agree")
    proposal = _open(proposal)
    if proposal.proposed_user == actor.pk:
        raise Refused(_("规则的改动须由另一人同意：提议人不能自己同意。"), code="second_person")
    changes = list(proposal.changes.all())
    now = watchbook.rows_now()
    for change in changes:
        if watchbook.body_of(now.get(change.rule, {})) != change.was:
            raise Refused(
                _("规则 %(rule)s 在提议之后又改过，请退回，按现在的写法重新提议。") % {"rule": change.rule},
                code="moved_on",
            )
    _check([Draft(change.rule, change.action, change.body) for change in changes], now, own=proposal)
    for change in changes:
        past = WatchChange.objects.filter(rule=change.rule, proposal__state=WatchProposal.AGREED).count()
        change.version = f"b{past + 1}"
    WatchChange.objects.bulk_update(changes, ["version"])
    _decide(proposal, WatchProposal.AGREED, "", actor, effective_no=watchbook.version() + 1)
    _record(proposal, "watch.agreed", actor)
    return proposal


@transaction.atomic
def refuse(proposal: WatchProposal, note: str, actor: User) -> WatchProposal:
    """The second person does not agree; the rules stay. Raises Refused."""
    require(actor, "watch.agree")
    proposal = _open(proposal)
    if proposal.proposed_user == actor.pk:
        raise Refused(_("自己的提议请用“撤回”。"), code="second_person")
    _decide(proposal, WatchProposal.REFUSED, note, actor)
    _record(proposal, "watch.refused", actor)
    return proposal


@transaction.atomic
def withdraw(proposal: WatchProposal, actor: User) -> WatchProposal:
    """Whoever proposed takes it back. Raises Refused."""
    require(actor, "watch.propose")
    proposal = _open(proposal)
    if proposal.proposed_user != actor.pk:
        raise Refused(_("只有提议人自己能撤回。"), code="not_yours")
    _decide(proposal, WatchProposal.WITHDRAWN, "", actor)
    _record(proposal, "watch.withdrawn", actor)
    return proposal


def _open(proposal: WatchProposal) -> WatchProposal:
    locked(Lease, LOCK)
    found = WatchProposal.objects.select_for_update().get(pk=proposal.pk)
    if found.state != WatchProposal.OPEN:
        raise Refused(_("这项提议已经有了结果。"), code="settled")
    return found


def _decide(proposal: WatchProposal, state: str, note: str, actor: User, *, effective_no: int | None = None) -> None:
    proposal.state, proposal.note = state, note.strip()
    proposal.decided_by, proposal.decided_user, proposal.decided_at = actor.name, actor.pk, clock.now()
    proposal.effective_no = effective_no
    proposal.mark = secrets.token_hex(8) if effective_no is not None else ""
    proposal.save()


def _check(drafts: Sequence[Draft], now: Mapping[str, Mapping[str, Any]], *, own: WatchProposal | None = None) -> None:
    """Every draft fits the rules in force, reads, names nobody, and no business category is left without a rule."""
    seen: set[str] = set()
    for draft in drafts:
        if draft.rule in seen:
            raise Refused(_("规则 %(rule)s 在一次提议里出现了两次。") % {"rule": draft.rule}, code="twice")
        seen.add(draft.rule)
        _fits(draft, now.get(draft.rule))
    waiting = WatchChange.objects.filter(proposal__state=WatchProposal.OPEN, rule__in=seen)
    other = waiting.exclude(proposal=own).first()
    if other is not None:
        raise Refused(
            _("规则 %(rule)s 已有一项改动在等人同意，请先处理那一项。") % {"rule": other.rule}, code="proposal_open"
        )
    base = watchbook.base()
    after = watchbook.with_changes(
        {**base, "rules": list(now.values())}, [(one.rule, one.action, one.body, "b") for one in drafts]
    )
    try:
        rules_from(after, name="")
    except (RuleError, ExpressionError) as error:
        raise Refused(str(error), code="unreadable_rule") from None
    _names_nobody(drafts, after.get("macros", {}))
    lost = {row.get("group", "") for row in now.values()} - {row.get("group", "") for row in after["rules"]}
    if lost:
        raise Refused(
            _("这样改以后，“%(groups)s”一类再没有一条规则，会整类听不见（C5.11）。请保留或另加一条。")
            % {"groups": "、".join(sorted(lost))},
            code="category_empty",
        )


def _fits(draft: Draft, row: Mapping[str, Any] | None) -> None:
    told = {"rule": draft.rule}
    if draft.action not in (WatchChange.ADD, WatchChange.CHANGE, WatchChange.REMOVE):
        raise Refused(_("请选择新增、修改或删去。"), code="unknown_action")
    if not _ID.fullmatch(draft.rule):
        raise Refused(_("规则编号应以字母开头，只用字母、数字和短横，不超过 20 个字符。"), code="bad_id")
    if draft.action == WatchChange.ADD and row is not None:
        raise Refused(_("已有编号为 %(rule)s 的规则，请换一个编号，或改为修改它。") % told, code="exists")
    if draft.action != WatchChange.ADD and row is None:
        raise Refused(_("没有编号为 %(rule)s 的规则。") % told, code="no_such_rule")
    if row is not None and watchbook.body_of(draft.body) == watchbook.body_of(row):
        raise Refused(_("规则 %(rule)s 和现在的写法一样，没有改动。") % told, code="no_change")


def _names_nobody(drafts: Sequence[Draft], macros: Mapping[str, str]) -> None:
    """The engine refuses what looks like an account; here the people of the house are known by name too (INV-10)."""
    people = {name for name in User.objects.values_list("name", flat=True) if len(name) >= _NAME_CHARS}
    for draft in drafts:
        if draft.action == WatchChange.REMOVE:
            continue
        words = leaves(parse(draft.rule, draft.body["expression"], macros).tree)
        named = next((leaf.word for leaf in words if isinstance(leaf, Term) and leaf.word in people), None)
        if named is not None:
            raise Refused(
                _("规则 %(rule)s 里的“%(name)s”是一个人的姓名：规则只描述事情，不得指向个人。")
                % {"rule": draft.rule, "name": named},
                code="names_a_person",
            )


def _record(proposal: WatchProposal, kind: str, actor: User) -> None:
    rows = list(proposal.changes.all())
    changes = [
        {
            "rule": change.rule,
            "action": change.action,
            "body": change.body,
            "was": change.was,
            "version": change.version,
        }
        for change in rows
    ]
    payload = {
        "proposal": proposal.pk,
        "rules": "、".join(change["rule"] for change in changes[:5]),
        "count": len(changes),
        "reason": proposal.reason,
        "note": proposal.note,
        "proposed_by": proposal.proposed_by,
        "changes": changes,
    }
    record(CHAIN, kind, payload, actor_of(actor), rows=[proposal, *rows])


NOTE_CHARS = 4


@transaction.atomic
def judge_hit(post: Post, relevant: bool, actor: User) -> WatchVerdict:
    """「不相关」 or 「相关」 of a post which rules hit. The post stays where it is; only rules are measured.

    Said again the other way, the later word counts and the ledger keeps both. Raises Refused.
    """
    require(actor, "watch.judge")
    rules = list(WatchHit.objects.filter(post=post).order_by("rule").values_list("rule", flat=True))
    if not rules:
        raise Refused(_("没有规则命中这条来文，不用评价。"), code="no_hit")
    found = WatchVerdict.objects.select_for_update().filter(post=post).first()
    if found is not None and found.relevant == relevant:
        return found
    said = {"relevant": relevant, "by": actor.name, "at": clock.now()}
    verdict, _is_new = WatchVerdict.objects.update_or_create(post=post, defaults=said)
    payload = {"post": post.pk, "relevant": relevant, "rules": rules}
    record(CHAIN, "watch.judged", payload, actor_of(actor), rows=[verdict])
    return verdict


@transaction.atomic
def review_silent(rule: str, note: str, actor: User) -> WatchReview:
    """Say of a rule without hits why it stays; it is asked about again after ninety days. Raises Refused."""
    require(actor, "watch.propose")
    if rule not in watchbook.rows_now():
        raise Refused(_("没有编号为 %(rule)s 的规则。") % {"rule": rule}, code="no_such_rule")
    if len("".join(note.split())) < NOTE_CHARS:
        raise Refused(_("请写一句为什么保留，至少 %(least)s 个字。") % {"least": NOTE_CHARS}, code="reason_needed")
    review = WatchReview.objects.create(rule=rule, note=note.strip(), by=actor.name, at=clock.now())
    record(CHAIN, "watch.reviewed", {"rule": rule, "note": review.note}, actor_of(actor), [review])
    return review
