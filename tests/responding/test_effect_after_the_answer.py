"""C3.2, C8.10, C8.8: the effect at 24 h and 72 h against the heat before; going on, and the surge that asks anew."""

from __future__ import annotations

import datetime as dt

import pytest

from cast import Cast
from huiying.handling import actions as handling
from huiying.handling.models import Case, SplitPost
from huiying.judging.models import Event, EventPost
from huiying.kernel import clock as time
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.listening.models import Post
from huiying.people.errors import Refused
from huiying.people.queries import regulation_now
from huiying.responding import actions, following
from huiying.responding.actions.following import decide_sustained, judge_effect
from huiying.responding.models import EffectReview, Publication, SustainedDecision
from huiying.responding.tasks import following as loop
from huiying.work.models import Notice
from stories import (
    DRAFT,
    OUTAGE,
    RUMOUR,
    again,
    answered,
    approve,
    do_what_is_due,
    effects_seen,
    hear,
    opened,
    wait_until,
)

HOUR = dt.timedelta(hours=1)


def say(case: Case, times: int, hours: float = 0, **fields: object) -> None:
    """So many posts of the case's matter, `hours` from now."""
    at = time.now() + hours * HOUR
    for n in range(times):
        post = Post.objects.create(
            platform=fields.get("platform", f"平台{n % 3}"),
            channel_class="论坛",
            kind="post",
            native_id=f"{case.number}-{at.isoformat()}-{n}",
            text="又来问",
            text_sha256=f"{case.pk}{n}{at.timestamp()}",
            published_at=at,
            received_at=at,
            metrics=fields.get("metrics", {}),
            received_how="import",
            screened=True,
        )
        EventPost.objects.create(event=case.event, post=post, stream_no=case.event.stream_no, stood_at=at)
    Event.objects.filter(pk=case.event_id).update(last_post_at=at)


def release(cast: Cast, case: Case, stage: str, text: str) -> Publication:
    told = DRAFT | {"renditions": {"portal": text}}
    actions.save_revision(again(case), actor=cast.editor, stage=stage, **told)  # type: ignore[arg-type]
    approve(cast, actions.submit(again(case), cast.editor))
    (row,) = actions.release(again(case), ["portal"], cast.office)
    do_what_is_due()
    return Publication.objects.get(pk=row.pk)


def reviews(case: Case) -> list[EffectReview]:
    return list(EffectReview.objects.filter(case=case).order_by("due_at"))


def last(case: Case, kind: str) -> dict[str, object]:
    return LedgerEntry.objects.filter(chain=f"case:{case.number}", kind=kind).latest("seq").data or {}


# --- heat: unknown is never zero --------------------------------------------------------------------------------------


def test_what_nobody_could_hear_is_unknown_and_not_zero(cast: Cast) -> None:
    case, now = opened(cast), time.now()
    assert following.heat(case.event, now + HOUR, now + 2 * HOUR) == following.UNKNOWN
    say(opened(cast, text=RUMOUR), 1, 1.5)  # somebody listened: of this matter nothing was said
    found = following.heat(case.event, now + HOUR, now + 2 * HOUR)
    assert (found["posts"], found["reads"], found["platforms"], found["per_hour"]) == (0, 0, 0, 0)


def test_figures_that_no_post_brought_are_unknown(cast: Cast) -> None:
    case, now = opened(cast), time.now()
    say(case, 4, 1, metrics={"reads": 10, "comments": None})
    found = following.heat(case.event, now + HOUR, now + 3 * HOUR)
    assert found == {"posts": 4, "reads": 40, "reposts": None, "comments": None, "platforms": 3, "per_hour": 2.0}


def test_the_end_of_the_time_is_not_part_of_it(cast: Cast) -> None:
    case, now = opened(cast), time.now()
    say(case, 1, 2)
    assert following.heat(case.event, now + HOUR, now + 2 * HOUR)["posts"] is None or 0
    assert following.heat(case.event, now + 2 * HOUR, now + 3 * HOUR)["posts"] == 1


def test_a_text_that_came_again_with_newer_figures_counts_once(cast: Cast) -> None:
    case, now = opened(cast), time.now()
    say(case, 1, 1, metrics={"reads": 5})
    first = Post.objects.latest("id")
    newer = Post.objects.get(pk=first.pk)
    newer.pk, newer.version, newer.text_sha256, newer.metrics = None, 2, "other", {"reads": 50}
    newer.save(force_insert=True)
    EventPost.objects.create(event=case.event, post=newer, stream_no=1, stood_at=now)
    found = following.heat(case.event, now, now + 2 * HOUR)
    assert (found["posts"], found["reads"]) == (2, 50)  # the post that opened the matter, and this one


def test_a_post_that_was_split_off_belongs_to_the_other_matter(cast: Cast) -> None:
    case, now = opened(cast), time.now()
    say(case, 2, 1)
    other = opened(cast, text=RUMOUR)
    Case.objects.filter(pk=other.pk).update(split_from=case)
    SplitPost.objects.create(case=other, post=Post.objects.filter(membership__event=case.event).latest("id"))
    window = (now + HOUR / 2, now + 2 * HOUR)
    assert following.heat(case.event, *window)["posts"] == 1
    assert following.heat(other.event, *window)["posts"] == 1


def test_the_peak_is_the_first_hour_in_which_most_was_said(cast: Cast) -> None:
    case, now = opened(cast), time.now()
    say(case, 3, 2)
    say(case, 3, 5)
    assert following.peak_at(case.event) == now + 2 * HOUR
    assert [count for _at, count in following.curve(case.event, now + HOUR, now + 4 * HOUR)] == [0, 3, 0]
    assert following.peak_at(Event(pk=0)) is None


# --- reviews ----------------------------------------------------------------------------------------------------------


def test_the_first_answer_begins_two_looks_with_the_heat_before_frozen_c3_2(cast: Cast, frozen: FrozenClock) -> None:
    hear(OUTAGE)
    frozen.advance(HOUR)
    case = answered(cast)
    day, three = reviews(case)
    assert [(row.hours, row.due_at - time.now()) for row in (day, three)] == [(24, 24 * HOUR), (72, 72 * HOUR)]
    assert day.before["posts"] == 1
    assert day.after is None
    assert day.suggested == day.verdict == ""
    say(case, 3, -1)  # what is found later of the time before does not change what was frozen
    assert reviews(case)[0].before["posts"] == 1
    assert last(case, "effect.begun")["hours"] == [24, 72]


def test_other_accounts_and_follow_ups_begin_no_further_looks(cast: Cast, frozen: FrozenClock) -> None:
    case = answered(cast)
    frozen.advance(HOUR)
    release(cast, case, "follow_up", "续报：已全部恢复。")
    assert len(reviews(case)) == 2


def test_after_a_second_wave_the_next_text_is_looked_at_anew(cast: Cast, frozen: FrozenClock) -> None:
    case = answered(cast)
    effects_seen(cast, case, "second_wave")
    frozen.advance(HOUR)
    release(cast, case, "follow_up", "续报：逐一说明。")
    assert [row.hours for row in reviews(case)] == [24, 72, 24, 72]


def test_after_a_withdrawal_the_new_answer_is_looked_at_anew(cast: Cast, frozen: FrozenClock) -> None:
    case = answered(cast)
    frozen.advance(HOUR)
    withdraw(cast, case)
    frozen.advance(HOUR)
    release(cast, case, "follow_up", "重新核实后的答复。")
    assert len(reviews(case)) == 4


def withdraw(cast: Cast, case: Case) -> None:
    row = Publication.objects.filter(case=case, stage="first").latest("id")
    told = DRAFT | {"renditions": {"portal": "原答复的数字有误，撤回重核。"}}
    actions.save_revision(
        again(case), actor=cast.editor, stage="withdrawal", corrects=row, correction_note="数字有误", **told
    )  # type: ignore[arg-type]
    approve(cast, actions.submit(again(case), cast.editor))
    actions.release(again(case), ["portal"], cast.office)
    do_what_is_due()


def test_a_file_without_effect_asks_for_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "effect_rule", lambda case: None)
    case = answered(cast)
    assert reviews(case) == []
    assert not any("C3.2" in why for why in handling.why_not_close(case))


def test_when_the_time_has_come_the_heat_is_measured_and_people_are_told(cast: Cast, frozen: FrozenClock) -> None:
    hear(OUTAGE)
    frozen.advance(HOUR)
    case = answered(cast)
    say(case, 5, 3)
    assert loop.measure_effects(time.now(), 10) == 0
    frozen.advance(24 * HOUR)
    assert loop._an_effect_is_due(time.now())
    assert loop.measure_effects(time.now(), 10) == 1
    day = reviews(case)[0]
    assert day.after is not None
    assert (day.after["posts"], day.suggested, day.verdict) == (6, "second_wave", "")
    told = set(Notice.objects.filter(key=f"effect:{day.pk}").values_list("recipient", flat=True))
    assert {"office", "tech_head"} <= told
    assert last(case, "effect.measured")["suggested"] == "second_wave"
    assert loop.measure_effects(time.now(), 10) == 0


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        (10, 0, "settled"),
        (10, 2, "settled"),
        (100, 9, "settled"),
        (10, 5, "persists"),
        (10, 10, "persists"),
        (10, 11, "second_wave"),
        (0, 3, "second_wave"),
        (0, 2, "settled"),
        (None, 5, ""),
        (5, None, ""),
    ],
)
def test_what_the_machine_suggests(cast: Cast, before: int | None, after: int | None, word: str) -> None:
    rule = regulation_now().response.effect
    assert following.suggestion(rule, {"posts": before}, {"posts": after}) == word


def test_nobody_judges_before_its_time_c3_2(cast: Cast, frozen: FrozenClock) -> None:
    case = answered(cast)
    day = reviews(case)[0]
    frozen.advance(24 * HOUR - dt.timedelta(seconds=1))
    with pytest.raises(Refused) as refusal:
        judge_effect(day, "settled", "看起来平息了", cast.office)
    assert refusal.value.code == "too_early"
    frozen.advance(dt.timedelta(seconds=1))
    judged = judge_effect(day, "persists", "仍有人问路费", cast.tech_liaison)
    assert (judged.verdict, judged.by, judged.at) == ("persists", "信息部联络员", time.now())
    assert judged.after is not None, "the loop need not have been there first"
    payload = last(case, "effect.judged")
    assert payload["verdict"] == "persists"
    assert payload["peak_at"]


@pytest.mark.parametrize(
    ("who", "verdict", "comment", "code"),
    [
        ("works_head", "settled", "已经平息了", "not_permitted"),
        ("office", "fine", "已经平息了", "verdict"),
        ("office", "settled", "好", "too_short"),
    ],
)
def test_a_judgement_has_somebody_a_verdict_and_words(
    cast: Cast, who: str, verdict: str, comment: str, code: str
) -> None:
    day = reviews(answered(cast))[0]
    wait_until(day.due_at)
    with pytest.raises(Refused) as refusal:
        judge_effect(day, verdict, comment, cast.people[who])
    assert refusal.value.code == code
    assert not EffectReview.objects.exclude(verdict="").exists()


def test_a_judgement_is_not_rewritten(cast: Cast) -> None:
    case = answered(cast)
    effects_seen(cast, case)
    with pytest.raises(Refused) as refusal:
        judge_effect(reviews(case)[0], "second_wave", "其实没有平息", cast.office)
    assert refusal.value.code == "already_judged"


def test_from_the_files_level_on_no_case_ends_without_both_looks_c3_2(cast: Cast) -> None:
    """Must be impossible: skipping the effect review for 较大 and above."""
    case = answered(cast)
    assert any("24、72" in why for why in handling.why_not_close(case))
    with pytest.raises(Refused):
        handling.close(case, "证书到期未续", cast.office)
    day = reviews(case)[0]
    wait_until(day.due_at)
    judge_effect(day, "settled", "已经平息了", cast.office)
    (why,) = [why for why in handling.why_not_close(again(case)) if "C3.2" in why]
    assert "72" in why
    handling.close(effects_seen(cast, case), "证书到期未续", cast.office)


def test_below_that_level_nobody_has_to_wait(cast: Cast) -> None:
    case = answered(cast, "一般")
    if again(case).level == "L1":
        assert not any("C3.2" in why for why in handling.why_not_close(case))


def test_a_case_that_was_answered_before_the_file_asked_has_its_looks_from_now_on(cast: Cast) -> None:
    case = answered(cast)
    EffectReview.objects.all().delete()
    assert any("一分钟" in why for why in handling.why_not_close(case))
    loop.begin_missing()
    assert [row.hours for row in reviews(case)] == [24, 72]
    loop.begin_missing()
    assert len(reviews(case)) == 2


def test_check_names_what_nobody_judged_for_a_day_and_promises_that_are_late(cast: Cast, frozen: FrozenClock) -> None:
    case = answered(cast)
    decide_sustained(case, True, "每天通报一次进展", 24, cast.office)
    frozen.advance(47 * HOUR)
    assert loop.forgotten_effects() == []
    assert [found.code for found in loop.broken_promises()] == ["promise_late"]
    frozen.advance(2 * HOUR)
    (found,) = loop.forgotten_effects()
    assert case.number in found.sentence_zh
    assert "24" in found.sentence_en


# --- going on (C8.8) --------------------------------------------------------------------------------------------------


def test_going_on_has_the_rhythm_of_the_file_and_a_next_date_c8_8(cast: Cast) -> None:
    case = answered(cast, "特别重大")
    row = decide_sustained(case, True, "伤者情况每六小时通报", None, cast.deputy)
    assert (row.every_hours, row.next_due_at) == (6, time.now() + 6 * HOUR)
    assert again(case).sustained is True
    second = decide_sustained(again(case), False, "情况已经明了", None, cast.office)
    assert (second.every_hours, second.next_due_at) == (None, None)
    row.refresh_from_db()
    assert row.superseded_at == time.now()
    assert following.decision_of(case) == second


@pytest.mark.parametrize("hours", [0, 24 * 31 + 1])
def test_a_rhythm_is_between_an_hour_and_a_month(cast: Cast, hours: int) -> None:
    case = answered(cast)
    with pytest.raises(Refused) as refusal:
        decide_sustained(case, True, "每天通报一次进展", hours, cast.office)
    assert refusal.value.code == "rhythm"
    assert again(case).sustained is None
    assert not SustainedDecision.objects.exists()


def test_a_follow_up_keeps_the_promise_and_moves_the_next_date_on(cast: Cast, frozen: FrozenClock) -> None:
    case = answered(cast)
    decide_sustained(case, True, "每天通报一次进展", 12, cast.office)
    frozen.advance(10 * HOUR)
    release(cast, case, "follow_up", "续报：已恢复九成。")
    row = following.decision_of(case)
    assert row is not None
    assert row.next_due_at == row.next_action_at == time.now() + 12 * HOUR
    assert last(case, "sustain.kept")["every_hours"] == 12


def test_a_promise_that_is_due_is_said_daily_and_a_late_one_keeps_the_case_open(
    cast: Cast, frozen: FrozenClock
) -> None:
    case = effects_seen(cast, answered(cast))
    row = decide_sustained(case, True, "每天通报一次进展", 24, cast.office)
    assert handling.why_not_close(again(case)) == []
    frozen.advance(24 * HOUR)
    assert loop._a_promise_is_due(time.now())
    assert loop.remind_of_promises(time.now(), 10) == 1
    frozen.advance(24 * HOUR)
    assert loop.remind_of_promises(time.now(), 10) == 1
    notices = Notice.objects.filter(recipient="office", key__startswith=f"promise:{row.pk}:")
    assert [("已过时间" in notice.title) for notice in notices.order_by("id")] == [False, True]
    (why,) = handling.why_not_close(again(case))
    assert "C8.8" in why
    assert "过了时间" in why


def test_a_new_surge_asks_for_the_decision_anew_before_closing_c8_8(cast: Cast, frozen: FrozenClock) -> None:
    case = effects_seen(cast, answered(cast))
    decide_sustained(case, False, "已经平息", None, cast.office)
    frozen.advance(HOUR)
    say(again(case), 2)
    loop.watch_for_surges()
    assert handling.why_not_close(again(case)) == [], "two posts are no surge"
    frozen.advance(HOUR)
    say(again(case), 2)
    loop.watch_for_surges()
    loop.watch_for_surges()
    row = following.decision_of(case)
    assert row is not None
    assert row.prompted_at == time.now()
    assert "4 条" in row.prompted_why
    assert Notice.objects.filter(recipient="office", key=f"surge:{case.pk}:{row.pk}").count() == 1
    (why,) = handling.why_not_close(again(case))
    assert "重新决定" in why
    decide_sustained(again(case), False, "新帖都在转发澄清", None, cast.office)
    loop.watch_for_surges()
    assert handling.why_not_close(again(case)) == []


def test_without_a_decision_a_surge_asks_for_the_first_one(cast: Cast, frozen: FrozenClock) -> None:
    case = effects_seen(cast, answered(cast))
    frozen.advance(HOUR)
    say(again(case), 4)
    assert any("重新决定" in why for why in handling.why_not_close(again(case)))
    loop.watch_for_surges()
    assert Notice.objects.filter(recipient="office", key=f"surge:{case.pk}:0").exists()


def test_a_surge_is_more_than_was_said_before_the_answer(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast)
    say(case, 30, -1)
    Case.objects.filter(pk=case.pk).update(answered_at=time.now())
    frozen.advance(HOUR)
    say(again(case), 5)
    assert following.surge(again(case)) == ""
    frozen.advance(HOUR)
    say(again(case), 27)
    assert "32 条" in following.surge(again(case))


def test_a_second_wave_that_a_person_saw_asks_anew(cast: Cast) -> None:
    case = answered(cast)
    row = decide_sustained(case, False, "已经平息", None, cast.office)
    effects_seen(cast, case, "second_wave")
    row.refresh_from_db()
    assert row.prompted_at is not None
    assert "又起一波" in row.prompted_why
    assert last(case, "sustain.prompted")["why"] == row.prompted_why


def test_a_danger_to_life_is_told_by_its_number_alone(cast: Cast, frozen: FrozenClock) -> None:
    """Life first."""
    case = answered(cast)
    Event.objects.filter(pk=case.event_id).update(life_safety=True)
    frozen.advance(24 * HOUR)
    loop.measure_effects(time.now(), 10)
    for notice in Notice.objects.filter(key__startswith="effect:"):
        assert case.title not in notice.title + notice.body
        assert case.number in notice.title
