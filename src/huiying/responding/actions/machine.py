"""Asking the bureau's own language model for a proposal （九）: from masked facts of the case, kept and marked, never
published before a person has changed it (`readiness.machine`, INV-4).
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import actions as handling
from huiying.handling.models import Case
from huiying.kernel import canonical
from huiying.kernel import clock as time
from huiying.kernel.masking import mask_personal
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import regulation_of
from huiying.people.standing import actor_of
from huiying.responding import endpoint, tone
from huiying.responding.models import MachineDraft, Revision
from huiying.responding.suggest import suggestions
from huiying.responding.targets import check_targets
from huiying.responding.templates import subject_of

SYSTEM = (
    "你为政府机关起草对群众的公开答复。只用给出的事实，不添加任何事实、数字、日期、承诺或名称；缺的写成【请填：名称】。"
    "先说事实和怎么办，再说依据和联系方式。用短句和大白话，不用套话，不评价提问的人。只输出正文。"
)


def prompt_of(case: Case, target: str, stage: str = Revision.FIRST) -> str:
    """What the model is told: sentences out of the case's own record, masked. No word of a citizen is among them."""
    regulation = regulation_of(case.regulation)
    lines = [
        f"事项：{subject_of(case) or '群众反映的情况'}",
        f"这是：{regulation.stage(stage).name}",
        f"发在：{'微博，不超过 140 个字' if tone.is_short(target) else '网站，不超过 500 个字'}",
        "事实：",
        *(f"- {one.text}" for one in suggestions(case)),
    ]
    return mask_personal("\n".join(lines)).text


def ask_machine(case: Case, target: str, actor: User, stage: str = "") -> MachineDraft:
    """One proposal for one place. The request goes out between two transactions: no lock waits for a model."""
    require(actor, "case.draft", case)
    check_targets([target])
    if not case.findings.exists():
        raise Refused(_("主办部门还没有报核实情况：先有事实，再有回应（C7.2）。"), code="no_facts")
    prompt = prompt_of(case, target, stage or (Revision.FOLLOW_UP if case.answered_at else Revision.FIRST))
    text, model = endpoint.propose(SYSTEM, prompt)
    with transaction.atomic():
        case = handling.locked(case)
        require(actor, "case.draft", case)
        row = MachineDraft.objects.create(
            case=case,
            target=target,
            model=model[:100],
            text=mask_personal(text).text,
            prompt_sha256=canonical.sha256(prompt),
            asked_by=actor.name,
            at=time.now(),
        )
        payload = {"target": target, "model": row.model, "prompt": row.prompt_sha256}
        record(f"case:{case.number}", "draft.proposed", payload, actor_of(actor), rows=[row])
    return row
