"""Every permission, in one file that reads like the regulation.

A row says: what, by which clause, and who may; the words for "who" are `predicates.py`, and what a role's duties may do
is the table DUTIES in `standing.py`. `of_case`, `of_event`, `of_document` and `of_department` look at the thing itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.predicates import (
    Rule,
    a,
    administrator,
    audit_administrator,
    both,
    either,
    knows_the_label,
    no_party,
    of_case,
    of_department,
    of_document,
    of_event,
    of_its_department,
    of_the_account,
    of_the_answering,
    of_the_case,
    of_the_chair,
    of_the_instruction,
    of_the_lead,
    of_the_organisers,
    of_the_point,
    of_the_step,
    of_the_task,
    of_the_turn,
    security_administrator,
    staff,
    who_grants,
    who_is_heard,
    who_sees_the_case,
    who_sees_the_document,
    who_sees_the_measure,
    who_signs_the_roster,
    who_sits_in_the_meeting,
    who_was_asked,
)
from huiying.people.standing import standing


@dataclass(frozen=True)
class Verdict:
    allowed: bool
    why: str = ""

    def __bool__(self) -> bool:
        return self.allowed


PERMISSIONS: dict[str, Rule] = {
    # （五）监测收集
    "post.take_in": Rule("（五）C5.13", staff),
    "import.bring": Rule("（五）C5.16", either(a("duty"), a("office"))),
    "search.view": Rule("（五）", staff),
    "post.unseal": Rule("（四） §6.2", either(a("duty"), a("office"), a("handle"))),
    "post.unmask": Rule("（四） §6.2", a("lead_bureau")),  # minors, health, victims
    "channels.view": Rule("（四）C4.1", either(a("duty"), a("office"), a("lead_bureau"), a("audit"))),
    "digest.view": Rule("（四）C4.5", either(a("duty"), a("office"), a("lead_bureau"), a("audit"))),
    "reconcile.decide": Rule("（五）C5.16", either(a("duty"), a("office"))),
    "patrol.view": Rule("（五）C5.13", staff),
    "patrol.tick": Rule("（五）C5.8 C5.13", either(of_the_point, a("duty"), a("office")), "card"),
    "patrol.edit": Rule("（五）C5.4 C5.10", a("office")),
    "emergency_watch.declare": Rule("（五）C5.9", either(a("duty"), a("office"), a("lead_bureau"))),
    "emergency_watch.end": Rule("（五）C5.9", a("escalation")),
    "source.view": Rule("（五）C5.2", staff),
    "source.edit": Rule("（五）C5.2 C5.10", either(a("duty"), a("office"))),
    "source.look": Rule("（五）C5.6 C5.8", either(a("duty"), a("office"), a("draft"))),
    "suspect.clear": Rule("（五）C5.14 C5.16", either(a("duty"), a("office"))),
    "watch.view": Rule("（五）C5.11", either(a("duty"), a("office"), a("lead_bureau"), a("review_all"), a("audit"))),
    "watch.propose": Rule("（五）C5.11", either(a("duty"), a("office"))),
    "watch.agree": Rule("（五）C5.11 C5.16", either(a("office"), a("lead_bureau"))),
    "watch.judge": Rule("（五）C5.11", either(a("duty"), a("office"))),
    "screening.withdraw": Rule("（五）C5.16", a("office")),
    "warning.acknowledge": of_event("（六）C6.12", either(a("duty"), a("office"), a("lead_bureau"))),
    "warning.cancel": of_event("（六）C6.12", either(a("duty"), a("office"), a("lead_bureau"))),
    "alarm.judge": Rule("（六）C6.11 C6.12", either(a("duty"), a("office"))),
    "alarm.budget": Rule("（六）C6.12", either(a("office"), a("lead_bureau"))),
    "learning.view": Rule("（五）C5.14", either(a("duty"), a("office"), a("lead_bureau"), a("audit"))),
    "learning.roll_back": Rule("（五）C5.14", either(a("office"), a("lead_bureau"))),
    "urgent.acknowledge": Rule("（六） life first", either(a("duty"), a("office"), a("lead_bureau"))),
    "urgent.view": Rule("（六） life first", either(a("duty"), a("office"), a("lead_bureau"))),
    # （六）分析研判
    "event.view": Rule(
        "（六） §6.2",
        both(either(a("duty"), a("office"), a("lead_bureau"), a("review_all"), a("audit")), knows_the_label),
    ),
    "event.confirm_level": of_event("（六） INV-7", either(a("duty"), a("office"), a("lead_bureau"))),
    "event.judge": of_event("（六）C5.14", either(a("duty"), a("office"))),
    "sample.rate": Rule("（五）C5.14", either(a("duty"), a("office"))),
    "event.label": of_event("（六） §6.1 S8 §6.2", either(a("duty"), a("office"), a("lead_bureau"))),
    "event.unlabel": of_event("（六） §6.1 S8 §6.2", either(a("office"), a("lead_bureau"))),
    "event.share": of_event("（五）C5.18", either(a("duty"), a("office"))),
    "event.dismiss": of_event("（六）", either(a("duty"), a("office"), a("lead_bureau"))),
    "document.view": Rule("（六）C6.9 C6.10", who_sees_the_document),
    "document.list": Rule("（六）C6.9 C6.10", staff),
    "document.issue": of_case("（六）C6.10", either(of_the_case, a("duty"), a("office"))),
    "document.make": Rule("（六）C6.12（五）C5.1", either(a("duty"), a("office"))),
    "document.sign": of_document(
        "（六）C6.9（十二）C12.5", either(a("duty"), a("office"), a("lead_bureau"), a("draft"), a("handle"), a("audit"))
    ),
    "document.withdraw": of_document("（六）C6.10", either(a("office"), a("lead_bureau"))),
    "document.add": of_document("（六）C6.9", either(a("duty"), a("office"), a("lead_bureau"))),
    "document.circulate": of_document("（六）C6.10", either(a("duty"), a("office"))),
    "document.instruct": of_document("（六）C6.10", either(a("office"), a("lead_bureau"))),
    "instruction.report": Rule("（六）C6.10", either(of_the_instruction, a("office"))),
    "instruction.close": Rule("（六）C6.10", either(a("office"), a("lead_bureau"))),
    # （七）（十）处置与转办
    "case.view": Rule("（七）C7.5", who_sees_the_case),
    "case.open": of_event("（六）C6.12", either(a("duty"), a("office"))),
    "case.route": of_case("（七）C7.1", either(a("duty"), a("office"))),
    "case.accept": of_case("（十）C10.6", of_the_lead),
    "case.return": of_case("（七）C7.1", of_the_lead),
    "case.decide_return": of_case("（七）C7.1", a("office")),
    "case.label": of_case("（七） §6.1 S8 §6.2", either(of_the_case, a("duty"), a("office"), a("lead_bureau"))),
    "case.unlabel": of_case("（七） §6.1 S8 §6.2", either(a("office"), a("lead_bureau"))),
    "case.find": of_case("（七）C7.2", of_the_case),
    "case.dispose": of_case("（七）C7.2", of_the_case),
    "case.regrade": of_case("（六） INV-7", either(a("duty"), a("office"), a("lead_bureau"))),
    "case.emergency": of_case("（八）61号 80号", either(a("duty"), a("office"), a("lead_bureau"))),
    "case.knowledge": of_case("（五）C5.17 INV-2", either(a("duty"), a("office"))),
    "case.merge": of_case("（五）C5.16", either(a("duty"), a("office"))),
    "case.unmerge": of_case("（五）C5.16 INV-1", a("office")),
    "case.split": of_case("（五）C5.16", either(a("duty"), a("office"))),
    "call.acknowledge": Rule("（十）C10.6", staff),  # `acts.may_acknowledge` looks at the call
    "routing.edit": Rule("（七）C7.1 C2.3", a("office")),
    "case.facts": of_case("（七）C7.4", either(of_the_lead, a("office"), a("publish"))),
    "case.room": of_case("（七）C7.5", either(of_the_case, a("duty"), a("office"), a("lead_bureau"), a("draft_all"))),
    "task.make": of_case("（七）C7.3（二）C2.2", either(of_the_lead, a("office"), a("duty"))),
    "task.finish": Rule("（七）C7.3", of_the_task),
    "task.drop": Rule("（七）C7.3", a("office")),
    "case.note_act": of_case("（六）§4.3", either(of_the_case, a("duty"), a("office"))),
    "case.recurrence": of_case("（二）C2.2", either(of_the_lead, a("office"))),
    "report.see": of_case("（十）C10.7", a("office")),
    "feedback.give": of_case("（六）C6.13", either(of_the_case, a("office"), a("duty"))),
    "liaison.write": of_case("（五）C5.15", either(a("duty"), a("office"))),
    "liaison.exempt": of_case("（五）C5.15", either(a("office"), a("lead_bureau"))),
    "clue.propose": of_case("（五）61号", either(of_the_lead, a("office"))),
    "clue.sign": of_case("（五）61号", a("lead_bureau")),
    "meeting.convene": of_case("（十）C10.1", either(a("office"), a("lead_bureau"))),
    "meeting.record": of_case("（十）C10.1", a("office")),
    "meeting.sign": Rule("（十）C10.1", of_the_chair),
    "meeting.view": Rule("（十）C10.1", who_sits_in_the_meeting),
    "contact.view": Rule("（十）C10.3", staff),
    "contact.test": Rule("（十）C10.3", either(a("duty"), a("office"))),
    "handover.view": Rule("（五）C5.1", either(a("duty"), a("office"), a("lead_bureau"), a("audit"))),
    "handover.give": Rule("（五）C5.1", a("duty")),
    "roster.edit": Rule("（五）C5.1", a("office")),
    "roster.sign": Rule("（五）C5.1", who_signs_the_roster),
    "swap.ask": Rule("（五）C5.1", of_the_turn),
    "swap.answer": Rule("（五）C5.1", who_was_asked),
    "leading_group.edit": Rule("（五）C5.1", either(a("office"), a("lead_bureau"))),
    "agenda.plan": of_department("（九）C9.1", either(of_its_department, a("office"))),
    "board.view": Rule("（十）C10.4", staff),
    "decisions.view": Rule("（十）C10.2", a("lead_bureau")),
    "overview.view": Rule("（十）C10.2（十二）", either(a("lead_bureau"), a("office"), a("audit"), a("handle"))),
    "overview.view_all": Rule("（十）C10.2（十二）", either(a("lead_bureau"), a("office"), a("audit"))),
    "wall.view": Rule("（五）C5.12", either(a("duty"), a("office"), a("lead_bureau"))),
    # （八）（九）公开回应
    "case.draft": of_case("（九）C9.3", either(of_the_case, a("draft_all"))),
    "case.submit": of_case("（九）C9.3", either(of_the_case, a("draft_all"))),
    "case.hold_statement": of_case("（八）C8.6 80号", either(of_the_case, a("draft_all"), a("office"), a("duty"))),
    "template.edit": Rule("（九）C9.3", either(a("office"), a("draft_all"))),
    "form.plan": of_case("（八）C8.7", either(of_the_case, a("draft_all"), a("office"))),
    "form.check": of_case("（八）C8.7", either(a("office"), a("review_all"), a("lead_bureau"))),
    "speaker.authorise": Rule("（十二）C12.1", a("lead_bureau")),
    "speaker.register": Rule("（十二）C12.1", either(a("office"), a("lead_bureau"))),
    "media.record": of_case("（八）C1.4", either(of_the_case, a("draft_all"), a("office"), a("duty"))),
    "filing.record": of_case("（三）C3.1", either(of_the_case, a("office"))),
    "effect.judge": of_case("（三）C3.2 C8.10", either(of_the_case, a("office"), a("draft_all"))),
    "register.view": Rule("（十一）C11.2 C11.3 C12.1", staff),
    "register.edit": Rule("（十一）C11.2 C11.3", either(a("office"), of_the_account)),
    "register.connect": Rule("（十一）C11.2 §6.1 S6", administrator),
    "partner.push": of_case("（十一）C11.3", either(a("publish"), a("office"))),
    "press.draft": of_department("（十一）C11.5", either(of_its_department, a("draft_all"), a("office"))),
    "press.publish": Rule("（十一）C11.5", a("publish")),
    "press.view": Rule("（十一）C11.5", staff),
    "disclosure.edit": of_department("（十一）C11.1 C1.4", either(of_its_department, a("office"))),
    "page.view": Rule("（四）C4.4", staff),
    "page.draft": of_department("（四）C4.4", either(of_its_department, a("draft_all"), a("office"))),
    "page.publish": Rule("（四）C4.4", a("publish")),
    "consultation.draft": of_department("（四）C4.2", either(of_its_department, a("draft_all"), a("office"))),
    "consultation.decide": Rule("（四）C4.2", either(a("office"), a("lead_bureau"))),
    "consultation.sort": of_department("（四）C4.2", either(of_its_department, a("draft_all"), a("office"))),
    "personal_request.view": Rule("（四） §6.2", either(a("office"), a("audit"), a("lead_bureau"))),
    "personal_request.decide": Rule("（四） §6.2", a("office")),
    # （六）出台前的风险评估
    "policy.view": Rule("（六）C6.1", staff),
    "policy.draft": of_department("（六）C6.1", either(of_its_department, a("draft_all"), a("office"))),
    "policy.second": Rule("（六）C6.1", either(a("office"), a("lead_bureau"))),
    "policy.assess": of_department("（六）C6.2 C6.6", either(of_its_department, a("draft_all"), a("office"))),
    "policy.decide": Rule("（六）C6.1 C6.7", either(a("office"), a("lead_bureau"))),
    "policy.decide_highest": Rule("（六）C6.7", a("lead_bureau")),
    "policy.issue": of_department("（六）C6.1", either(of_its_department, a("office"))),
    "plan.set_off": Rule("（六）C6.8", either(a("duty"), a("office"))),
    "gap.edit": of_department("（六）C6.14", either(of_its_department, a("draft_all"), a("office"))),
    "confirmation.ask": of_case("（八）C8.4", either(of_the_case, a("draft_all"), a("office"))),
    "confirmation.override": of_case("（八）C8.4", a("lead_bureau")),
    "release.publish": of_case("（八）C8.3", a("publish")),
    "release.verify": of_case("（八）C8.7", either(a("publish"), a("office"), a("duty"))),
    "release.correct": of_case("（十一）C11.1", either(of_the_case, a("draft_all"))),
    "case.withhold": of_case("（一）C1.1", either(a("office"), a("lead_bureau"))),
    "case.sustain": of_case("（八）C8.8", either(a("office"), a("lead_bureau"))),
    "asked_again.uphold": of_case("（四）C4.3", a("office")),
    "case.close": of_case("（七）C7.3", a("office")),
    "case.reopen": of_case("（八）C8.8", either(a("office"), a("duty"))),
    "case.void": of_case("INV-1", a("office")),
    # （九）（十二）组织与督查
    "training.view": Rule("（九）C9.6", staff),
    "training.plan": Rule("（九）C9.6", either(a("office"), of_the_organisers)),
    "training.attend": Rule("（九）C9.6", staff),
    "drill.view": Rule("（九）C9.6", staff),
    "skill.view": Rule("（九）C9.4", staff),
    "skill.edit": Rule("（九）C9.4", a("office")),
    "rule.view": Rule("（九）C9.2", staff),
    "rule.draft": Rule("（九）C9.2", either(a("office"), a("draft_all"))),
    "rule.sign": Rule("（九）C9.2", a("lead_bureau")),
    "ledger.view": Rule("（十二） INV-8", either(a("office"), a("audit"), a("lead_bureau"))),
    "ledger.propose_erasure": Rule("（十二） INV-1", a("office")),
    "ledger.settle_erasure": Rule("（十二） INV-1", both(either(a("office"), a("lead_bureau")), no_party)),
    "conformance.view": Rule("（十二）", either(a("office"), a("audit"), a("lead_bureau"), a("review_all"))),
    "assessment.view": Rule("（十二）C12.3", either(a("office"), a("audit"), a("lead_bureau"), a("handle"))),
    "assessment.view_all": Rule("（十二）C12.3", either(a("office"), a("audit"), a("lead_bureau"))),
    "assessment.show": Rule("（十二）C12.3", either(a("office"), a("audit"))),
    "assessment.answer": Rule("（十二）C12.3", of_the_answering),
    "appeal.decide": Rule("（十二）C12.3", both(a("lead_bureau"), no_party)),
    "assessment.finish": Rule("（十二）C12.3", both(a("lead_bureau"), no_party)),
    "conformance.print": Rule("（十二）", either(a("office"), a("audit"), a("lead_bureau"))),
    "measure.view": Rule("（十二）C12.4 C12.5 C12.6", who_sees_the_measure),
    "measure.propose": Rule("（十二）C12.4 C12.5 C12.6", either(a("office"), a("audit"), a("lead_bureau"))),
    "measure.state": Rule("（十二）C12.4 C12.5 C12.6", who_is_heard),
    "measure.decide": Rule("（十二）C12.4 C12.5 C12.6", both(of_the_step, no_party)),
    "measure.follow": Rule("（十二）C12.4 C12.5", either(a("office"), a("audit"))),
    # （十三）（十四）解释与版本
    "interpretation.sign": Rule("（十三）C13.1", a("office")),
    "regulation.bring": Rule("（十四）C14.1", either(a("office"), a("lead_bureau"))),
    # Three administrators (§6.1 S6): one adds and closes accounts, one gives posts, one reads who looked at what.
    "people.view": Rule("（九） §6.1 S6", either(administrator, security_administrator)),
    "people.manage": Rule("（九） §6.1 S6", administrator),
    "people.appoint": Rule("（九） §6.1 S6", who_grants),
    "people.name": Rule("（九） §6.1 S6", who_grants),
    "people.unbind": Rule("（九） §6.1 S4 S6", who_grants),
    "access.view": Rule("（九） §6.1 S6 S9", either(audit_administrator, a("audit"), a("lead_bureau"))),
}
# All that one of the three may ever do, whatever was theirs before: no word of a case.
OF_ADMINISTRATORS = frozenset(
    {"people.view", "people.manage", "people.appoint", "people.name", "people.unbind", "register.connect",
     "access.view"}
)  # fmt: skip


def may(user: User, name: str, obj: Any = None) -> Verdict:
    """Whether `user` may do `name` to `obj`, and if not why, in one line (C9.5)."""
    if not getattr(user, "is_active", False) or not isinstance(user, User):
        return Verdict(False, _("请先登录。"))
    why = PERMISSIONS[name].who(standing(user), obj)
    if why is None and user.administers and name not in OF_ADMINISTRATORS:
        why = _("管理员不办件，也不看办件内容。")
    return Verdict(why is None, why or "")


def require(user: User, name: str, obj: Any = None) -> None:
    """Raise Refused unless `may`. A verb whose rule looks at something has to say at what."""
    if PERMISSIONS[name].of and obj is None:
        raise TypeError(f"{name} looks at a {PERMISSIONS[name].of}: pass it")
    verdict = may(user, name, obj)
    if not verdict:
        raise Refused(verdict.why, code="not_permitted")
