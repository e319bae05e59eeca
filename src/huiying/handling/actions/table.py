"""The office's own rows of the routing table: one proposes, another agrees; the file's row speaks until then (C7.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import routing_table
from huiying.handling.actions.base import require_text
from huiying.handling.actions.routing import check_keys
from huiying.handling.models import RoutingRule
from huiying.handling.routing_table import listed
from huiying.kernel import clock as time
from huiying.ledger.actions import SYSTEM_CHAIN, lock, record, together
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.permissions import require
from huiying.people.queries import able, regulation_now
from huiying.people.standing import actor_of
from huiying.work import notify


@transaction.atomic
@together()
def propose_rule(
    category: str,
    nature: str,
    trade: str,
    lead: Department,
    joint: Sequence[Department],
    reason: str,
    actor: User,
    ends: RoutingRule | None = None,
) -> RoutingRule:
    """Propose a row, in place of the one with the same keys; with `ends` propose to take that row out again."""
    require(actor, "routing.edit")
    lock(SYSTEM_CHAIN)  # two proposals for the same keys never stand side by side
    reason = require_text(reason, 4, _("理由"))
    if ends is not None:
        ends = RoutingRule.objects.select_for_update(of=("self",)).select_related("lead").get(pk=ends.pk)
        if not _in_force(ends):
            raise Refused(_("这一条已经不在转办表里，请刷新页面。"), code="not_in_force")
        category, nature, trade, lead, joint = ends.category, ends.nature, ends.trade, ends.lead, []
    else:
        _check_new(category, nature, trade, lead, joint)
    keys = {"category": category, "nature": nature, "trade": trade}
    if RoutingRule.objects.filter(**keys, agreed__isnull=True).exists():
        raise Refused(_("同一条已有人提议，正等第二人表态。"), code="proposal_open")
    replaces = ends or RoutingRule.objects.filter(**keys, agreed=True, until__isnull=True, ends=False).first()
    rule = RoutingRule.objects.create(
        **keys,
        lead=lead,
        joint=list(ends.joint) if ends else [one.code for one in dict.fromkeys(joint) if one.pk != lead.pk],
        reason=reason[:300],
        replaces=replaces,
        ends=ends is not None,
        proposed_by=actor.name,
        proposed_user=actor.pk,
        proposed_at=time.now(),
    )
    _record("routing.proposed", rule, actor)
    notify.send(
        "转办表有一条修改等您表态",
        f"{routing_table.spoken(keys, regulation_now(), 'zh')}：{reason}",
        [user.username for user in able("office") if user.pk != actor.pk],
        "info",
        key=f"routing_rule:{rule.pk}",
        url="/desk/routing/",
        digest=True,
    )
    return rule


def _check_new(category: str, nature: str, trade: str, lead: Department, joint: Sequence[Department]) -> None:
    check_keys(category, nature, trade)
    if not (category or nature or trade):
        raise Refused(_("请至少选一项；什么都不选的那一条是制度的兜底，不能改。"), code="no_key")
    for one in (lead, *joint):
        listed(one)
    codes = tuple(one.code for one in dict.fromkeys(joint) if one.pk != lead.pk)
    for row in routing_table.table():
        if (row.category, row.nature, row.trade) == (category, nature, trade) and row.lead == lead.code:
            if set(row.joint) == set(codes):
                raise Refused(_("转办表现在就是这样写的（第 %(number)d 条）。") % {"number": row.number}, code="same")
            return


def _in_force(rule: RoutingRule) -> bool:
    return rule.agreed is True and rule.until is None and not rule.ends


@transaction.atomic
@together()
def second_rule(rule: RoutingRule, agree: bool, actor: User) -> RoutingRule:
    """The second person's word; never the proposer's own."""
    require(actor, "routing.edit")
    lock(SYSTEM_CHAIN)
    rule = RoutingRule.objects.select_for_update(of=("self",)).select_related("lead").get(pk=rule.pk)
    if rule.agreed is not None:
        raise Refused(_("这一条已有结论，请刷新页面。"), code="decided")
    if rule.proposed_user == actor.pk:
        raise Refused(_("须由另一个人同意。"), code="second_person")
    now, ended = time.now(), list[RoutingRule]()
    if agree:
        if not rule.ends:
            listed(rule.lead)
        replaced = RoutingRule.objects.filter(
            category=rule.category, nature=rule.nature, trade=rule.trade, agreed=True, until__isnull=True, ends=False
        )
        ended = list(replaced)
        replaced.update(until=now)
        rule.since = now
        rule.until = now if rule.ends else None
    rule.agreed, rule.seconded_by, rule.seconded_user = agree, actor.name, actor.pk
    rule.save(update_fields=["agreed", "seconded_by", "seconded_user", "since", "until"])
    _record("routing.agreed" if agree else "routing.refused", rule, actor, ended)
    return rule


def _record(kind: str, rule: RoutingRule, actor: User, ended: Sequence[RoutingRule] = ()) -> None:
    regulation = regulation_now()
    keys = {"category": rule.category, "nature": rule.nature, "trade": rule.trade}
    names = {item.code: item.name for item in regulation.departments.values()}
    payload: dict[str, Any] = {
        "keys": routing_table.spoken(keys, regulation, "zh"),
        "lead": rule.lead.name,
        "joint": [names.get(code, code) for code in rule.joint],
        "reason": rule.reason,
        "what": "取消" if rule.ends else "改为",
        "ends": rule.ends,
        "proposed_by": rule.proposed_by,
    }
    record(SYSTEM_CHAIN, kind, payload, actor_of(actor), rows=[rule, *ended])
