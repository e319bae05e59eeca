"""同步报送 (C10.7): each node of the work is reported to the office by the verb that reaches it, and read there."""

from __future__ import annotations

from django.db import transaction

from huiying.handling import clocks
from huiying.handling.actions.base import locked
from huiying.handling.models import Case, NodeReport
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, record, together
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import able, regulation_of
from huiying.people.standing import actor_of
from huiying.work import notify

ACT = "report_office_sync"
# The moments as the regulation file names them; the last one runs from the end of a case.
ACCEPTED, FOUND, DISPOSED, PUBLISHED, CLOSED = "accepted", "facts_found", "disposed", "published", "closed"


NODES = (ACCEPTED, FOUND, DISPOSED, PUBLISHED, CLOSED)


@transaction.atomic
@together()
def report_node(case: Case, node: str, content: str, who: Actor) -> NodeReport | None:
    """A node was reached: the report writes itself, and its own nudge runs until the office has read it (C10.7).

    The caller holds the case's lock and has recorded its own deed. None where the file asks for no report of the node.
    """
    rule = regulation_of(case.regulation).clocks.internal.get(ACT)
    if rule is not None and rule.nodes and node not in rule.nodes:
        return None
    row = NodeReport.objects.create(
        case=case, node=node, department=who.department[:60], content=content[:2000], at=time.now()
    )
    record(f"case:{case.number}", "report.made", {"node": node, "department": row.department}, who, [row])
    layer = f"internal:{node}"
    if not clocks.live(case).filter(act=ACT, layer=layer).exists():  # an unread one keeps its earlier limit
        clocks.start_internal(case, ACT, layer)
    notify.send(
        f"{case.number} 同步报送",
        f"{row.department}：{case.number}" if case.event.reserved else f"{row.department}：{case.title}",
        [user.username for user in able("office")],
        key=f"report:{row.pk}",
        url=f"/desk/cases/{case.number}/",
        digest=True,
    )
    return row


@transaction.atomic
@together()
def see_reports(case: Case, actor: User) -> int:
    """The office opened the case: its unread reports are read, and their nudges stop. How many there were."""
    require(actor, "report.see", case)
    if not NodeReport.objects.filter(case=case, seen_at__isnull=True).exists():
        return 0  # a page that is only looked at takes no lock
    case = locked(case)
    rows = list(NodeReport.objects.filter(case=case, seen_at__isnull=True))
    if not rows:
        return 0
    who = actor_of(actor)
    NodeReport.objects.filter(pk__in=[row.pk for row in rows]).update(seen_at=time.now(), seen_by=actor.name)
    record(f"case:{case.number}", "report.seen", {"nodes": [row.node for row in rows]}, who, rows)
    clocks.stop(case, ACT, "统筹部门已阅", who)
    return len(rows)


def unseen(case: Case) -> bool:
    return NodeReport.objects.filter(case=case, seen_at__isnull=True).exists()
