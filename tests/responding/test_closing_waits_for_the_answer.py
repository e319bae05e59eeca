"""What keeps a case open after its answer (C1.4, C8.8, C11.1), and how rooms say so (docs/adr/0009)."""

from __future__ import annotations

import datetime as dt

import pytest

from cast import Cast
from huiying.handling import actions as handling
from huiying.handling.actions import base
from huiying.handling.models import Case
from huiying.kernel import clock as time
from huiying.kernel.clock import FrozenClock
from huiying.responding import actions, following
from huiying.responding.models import MediaInquiry, Publication
from stories import DRAFT, again, answered, approve, do_what_is_due, effects_seen, handled, seen

HOUR = dt.timedelta(hours=1)


def write(cast: Cast, case: Case, stage: str, text: str, corrects: Publication | None = None) -> Publication:
    told = DRAFT | {"renditions": {"portal": text}}
    actions.save_revision(
        again(case),
        actor=cast.editor,
        stage=stage,
        corrects=corrects,
        correction_note="数字有误，重新核实" if corrects else "",
        **told,  # type: ignore[arg-type]
    )
    approve(cast, actions.submit(again(case), cast.editor))
    (row,) = actions.release(again(case), ["portal"], cast.office)
    do_what_is_due()
    return Publication.objects.get(pk=row.pk)


def inquiry(case: Case, outlet: str = "鞍山日报") -> MediaInquiry:
    now = time.now()
    return MediaInquiry.objects.create(
        case=case, outlet=outlet, question="何时恢复？", asked_at=now, recorded_at=now, by="采编小林"
    )


def test_every_check_of_the_answer_is_asked_before_closing() -> None:
    assert set(following.CHECKS) <= set(base.guards)
    before = list(base.guards)
    following.register()
    assert base.guards == before, "registering twice asks once"


def test_what_a_guard_says_stands_in_the_way(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    case = effects_seen(cast, answered(cast))
    assert handling.why_not_close(case) == []
    monkeypatch.setattr(base, "guards", [lambda case: [f"{case.number} 还不行。"]])
    assert handling.why_not_close(case) == [f"{case.number} 还不行。"]


def test_a_withdrawn_answer_without_a_new_one_keeps_the_case_open_c11_1(cast: Cast, frozen: FrozenClock) -> None:
    case = effects_seen(cast, answered(cast))
    frozen.advance(HOUR)
    write(cast, case, "withdrawal", "原答复撤回，重新核实。", Publication.objects.get(case=case))
    (why,) = handling.why_not_close(seen(cast, case))
    assert "C11.1" in why
    frozen.advance(HOUR)
    write(cast, case, "follow_up", "重新核实的答复。")
    assert not any("C11.1" in why for why in handling.why_not_close(again(case)))


def test_a_withdrawn_follow_up_leaves_the_first_answer_standing(cast: Cast, frozen: FrozenClock) -> None:
    case = effects_seen(cast, answered(cast))
    frozen.advance(HOUR)
    more = write(cast, case, "follow_up", "续报：已全部恢复。")
    frozen.advance(HOUR)
    write(cast, case, "withdrawal", "续报撤回。", more)
    assert handling.why_not_close(seen(cast, case)) == []


def test_a_medium_that_waits_keeps_the_case_open_c1_4(cast: Cast) -> None:
    case = effects_seen(cast, answered(cast))
    row = inquiry(case)
    (why,) = handling.why_not_close(again(case))
    assert "鞍山日报" in why
    row.answered_at = time.now()
    row.save()
    assert handling.why_not_close(again(case)) == []


def test_before_an_answer_the_answer_owes_nothing(cast: Cast) -> None:
    case = handled(cast)
    for check in following.CHECKS:
        assert check(case) == []


def test_an_overridden_body_that_was_not_heard_is_a_hint_and_no_obstacle(cast: Cast) -> None:
    """C8.4: red in the assessment, not a reason to keep the case open."""
    case = effects_seen(cast, answered(cast))
    row, _token = actions.ask_confirmation(case, "财政局", "", cast.editor)
    actions.override_confirmation(row, "时限将到，事实清楚，先行回应。", cast.deputy)
    assert handling.why_not_close(again(case)) == []
