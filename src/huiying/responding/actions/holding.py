"""「正在核实」 in one press （八） C8.6, 80号: the first public word of the first hours, which waits for no facts.

It says that the bureau knows, who is looking, until when the answer comes and whom to call. It is no answer: it moves
no case and stops no clock but that of the first authoritative release (G4). It is reviewed and approved like any text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import actions as handling
from huiying.handling.models import Case
from huiying.handling.process import LIVE
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import regulation_of
from huiying.responding import templates
from huiying.responding.actions.drafting import save_revision, submit
from huiying.responding.models import Publication, ReviewRound, Revision
from huiying.responding.queries import approved_round
from huiying.responding.readiness.blanks import open_blanks
from huiying.responding.targets import check_targets
from huiying.responding.targets import targets as open_targets

HOLDING_CHARS = 2_000  # the most of one text, on every face


def usual_targets() -> list[str]:
    """Where a holding statement goes unless somebody chooses: every open account of ours."""
    return [code for code, place in open_targets().items() if place.platform is not None]


def holding_texts(case: Case, codes: Sequence[str]) -> dict[str, str]:
    """The statement for each place, from its template, with what the case knows. What has no value is left out of the
    sentence, so that a press is enough: a line with an open blank is dropped.
    """
    picker, known = templates.Picker(case), templates.CaseValues(case)
    return {code: _text(case, picker.pick(Revision.HOLDING, code), known) for code in codes}


def _text(case: Case, picked: Sequence[templates.Picked], known: templates.CaseValues) -> str:
    text = templates.fill(picked[0].template.text if picked else "", case, known)
    return "\n".join(line for line in (_said(line) for line in text.splitlines()) if line)


def _said(line: str) -> str:
    """The sentences of a line that are whole; a matter without a public name is 「有关情况」."""
    line = line.replace("【请填：事情】的情况", "有关情况")
    kept = [part for part in line.split("。") if part and not open_blanks(part)]
    return "".join(f"{part}。" for part in kept)


def title_of(case: Case) -> str:
    """No word of a citizen stands in it: the matter by its routing keys, or none."""
    subject = templates.subject_of(case)
    return f"关于{subject}有关情况正在核实的说明" if subject else "关于群众反映的情况正在核实的说明"


def question_of(case: Case) -> str:
    return f"群众反映{templates.subject_of(case) or '有关'}的情况，希望知道事实和处理办法。"


@transaction.atomic
def hold_statement(
    case: Case, actor: User, targets: Sequence[str] | None = None, texts: Mapping[str, str] | None = None
) -> ReviewRound:
    """Save the statement and send it to review, in one act. `texts` are what a person made of the template."""
    case = handling.locked(case)
    require(actor, "case.hold_statement", case)
    if case.state not in LIVE or case.answered_at is not None:
        raise Refused(_("此件已经公开回应或已结束，不再需要“正在核实”。"), code="not_in_this_state")
    codes = list(dict.fromkeys(targets if targets is not None else usual_targets()))
    if any(place.platform is None for place in check_targets(codes).values() if place.code in codes):
        raise Refused(_("“正在核实”只发在自有账号上。"), code="no_account")
    said = holding_texts(case, codes) | {code: text for code, text in (texts or {}).items() if code in codes}
    empty = [code for code in codes if not said[code].strip()]
    if empty or not codes:
        raise Refused(_("请选择发在哪里，每一处都要有文字。"), code="channel_without_text")
    regulation = regulation_of(case.regulation)
    revision = save_revision(
        case,
        title=title_of(case),
        question=question_of(case),
        facts=said.get("portal") or said[codes[0]],
        renditions=said,
        basis=templates.built_in(regulation).holding_basis,
        template="holding",
        track=Revision.HOLDING,
        actor=actor,
    )
    if approved_round(case, revision) is not None:
        raise Refused(_("这份“正在核实”已经审定，直接发布就行，不用再送审。"), code="already_approved")
    return submit(case, actor, Revision.HOLDING)


def holding_out(case: Case) -> list[Publication]:
    """Where the statement stands in public."""
    rows = Publication.objects.filter(case=case, stage=Revision.HOLDING, state=Publication.LIVE)
    return list(rows.select_related("platform").order_by("published_at", "id"))
