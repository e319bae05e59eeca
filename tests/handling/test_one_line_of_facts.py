"""C7.4, scenario 7: one 口径 in versions; only the newest may be quoted, and whoever saw an older one is told why."""

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from cast import Cast
from huiying.handling.actions.work import agree_facts, changed_words, current_facts
from huiying.handling.models import FactSheet
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.responding import actions as responding
from huiying.responding.models import Publication, ReviewRound, Revision
from huiying.responding.queries import current_revision, why_not_release
from stories import DRAFT, accepted, again, approve, approved, do_what_is_due, drafted, opened, submitted

FIRST, SECOND = "登录服务中断七十分钟，涉及一个标段。", "登录服务中断七十分钟，涉及两个标段。"


def save(cast: Cast, case: object, who: str = "editor", **changes: object) -> Revision:
    return responding.save_revision(case, actor=cast.people[who], **(DRAFT | changes))  # type: ignore[arg-type]


def test_the_first_version_needs_no_reason_the_second_does(cast: Cast) -> None:
    case = accepted(cast)
    assert agree_facts(case, FIRST, 0, "", cast.tech_liaison).version == 1
    with pytest.raises(Refused) as refusal:
        agree_facts(case, SECOND, 1, " ", cast.tech_liaison)
    assert refusal.value.code == "too_short"
    made = agree_facts(case, SECOND, 1, "又查出一个标段", cast.tech_liaison)
    assert (made.version, made.reason, made.department) == (2, "又查出一个标段", "交易中心信息技术部")


def test_whoever_saw_an_older_version_is_refused_and_told_what_changed_scenario_7(cast: Cast) -> None:
    case = accepted(cast)
    agree_facts(case, FIRST, 0, "", cast.tech_liaison)
    agree_facts(case, SECOND, 1, "又查出一个标段", cast.tech_head)
    with pytest.raises(Refused) as refusal:
        agree_facts(case, "登录服务中断三十分钟。", 1, "办公室另有说法", cast.office)
    assert refusal.value.code == "stale_facts"
    assert "第 2 版" in refusal.value.sentence
    assert "新增“两个”" in refusal.value.sentence
    assert FactSheet.objects.count() == 2


def test_the_same_text_again_is_no_new_version(cast: Cast) -> None:
    case = accepted(cast)
    one = agree_facts(case, FIRST, 0, "", cast.tech_head)
    assert agree_facts(case, FIRST + " \r\n", 1, "", cast.office) == one
    assert LedgerEntry.objects.filter(kind="facts.agreed").count() == 1


@pytest.mark.parametrize("who", ["works_head", "duty", "network", "legal", "inspector"])
def test_only_the_lead_the_office_and_publishers_agree_on_facts(cast: Cast, who: str) -> None:
    case = accepted(cast)
    with pytest.raises(Refused) as refusal:
        agree_facts(case, FIRST, 0, "", cast.people[who])
    assert refusal.value.code == "not_permitted"
    assert current_facts(case) is None


def test_an_ended_case_keeps_its_facts(cast: Cast) -> None:
    case = accepted(cast)
    type(case).objects.filter(pk=case.pk).update(state="closed")
    with pytest.raises(Refused) as refusal:
        agree_facts(case, FIRST, 0, "", cast.tech_head)
    assert refusal.value.code == "not_in_this_state"


def test_the_first_draft_makes_the_first_version(cast: Cast) -> None:
    revision = drafted(cast)
    sheet = current_facts(revision.case)
    assert sheet is not None
    assert (sheet.version, sheet.text, revision.fact_sheet) == (1, revision.facts, 1)


def test_a_draft_with_other_facts_makes_the_next_version(cast: Cast) -> None:
    revision = drafted(cast)
    later = save(cast, again(revision.case), facts=SECOND)
    sheet = current_facts(revision.case)
    assert sheet is not None
    assert (sheet.version, sheet.reason, later.fact_sheet) == (2, "起草时更新", 2)


def test_a_joint_department_can_not_publish_other_facts_scenario_7(cast: Cast) -> None:
    from huiying.ledger.actions import Actor
    from huiying.people.actions import appoint

    revision = drafted(cast)
    joint = cast.network
    appoint(joint, "division_head", cast.department("WGC"), actor=Actor.SYSTEM)
    with pytest.raises(Refused) as refusal:
        save(cast, again(revision.case), "network", facts="网络管理处查明系外部攻击所致。")
    assert refusal.value.code == "not_the_facts"
    assert FactSheet.objects.count() == 1
    assert save(cast, again(revision.case), "network", title="题目可以改").fact_sheet == 1


def test_a_save_that_saw_an_older_version_is_refused(cast: Cast) -> None:
    revision = drafted(cast)
    agree_facts(again(revision.case), SECOND, 1, "又查出一个标段", cast.tech_head)
    for quotes in (1, None):  # saying nothing and repeating the old words is having seen the old words
        with pytest.raises(Refused) as refusal:
            save(cast, again(revision.case), title="另一个题目", quotes=quotes)
        assert refusal.value.code == "stale_facts"
    assert save(cast, again(revision.case), facts=SECOND, quotes=2).fact_sheet == 2


def test_submitting_releasing_and_approving_refuse_older_facts(cast: Cast) -> None:
    round_ = submitted(cast)
    agree_facts(again(round_.case), SECOND, 1, "又查出一个标段", cast.tech_head)
    with pytest.raises(Refused) as refusal:
        approve(cast, round_)
    assert refusal.value.code == "stale_facts"
    step = round_.open_steps()[0]
    responding.decide_step(
        step,
        approve=False,
        comment="口径已更新，请改稿。",
        manifest_sha256=round_.manifest_sha256,
        actor=cast.tech_head,
    )
    with pytest.raises(Refused) as refusal:
        responding.submit(again(round_.case), cast.editor)
    assert refusal.value.code == "stale_facts"


def test_an_approved_text_with_older_facts_is_not_released(cast: Cast) -> None:
    case = approved(cast)
    agree_facts(case, SECOND, 1, "又查出一个标段", cast.tech_head)
    with pytest.raises(Refused) as refusal:
        responding.release(again(case), ["portal"], cast.office)
    assert refusal.value.code == "stale_facts"
    assert why_not_release(again(case), current_revision(case))
    assert not Publication.objects.exists()


def test_what_waits_to_go_out_does_not_go_out_with_older_facts(cast: Cast) -> None:
    case = approved(cast)
    responding.release(case, ["portal"], cast.office)
    agree_facts(again(case), SECOND, 1, "又查出一个标段", cast.tech_head)
    do_what_is_due()
    row = Publication.objects.get()
    assert (row.state, again(case).answered_at) == (Publication.FAILED, None)
    assert "C7.4" in row.error


def test_the_public_act_records_which_version_it_quotes(cast: Cast) -> None:
    case = approved(cast)
    responding.release(case, ["portal"], cast.office)
    do_what_is_due()
    live = LedgerEntry.objects.get(kind="release.live")
    assert live.data is not None
    assert live.data["facts"] == 1


def test_the_words_of_a_change_are_few_and_plain() -> None:
    assert changed_words(FIRST, SECOND) == "删去“一个”，新增“两个”"
    assert changed_words("甲。乙。丙。丁。戊。", "1。2。3。4。5。").endswith("等")


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from([FIRST, SECOND, "第三种说法，四个标段。"])), max_size=6))
def test_versions_are_gapless_and_only_the_newest_is_built_on(cast: Cast, tries: list[tuple[int, str]]) -> None:
    FactSheet.objects.all().delete()
    case = opened(cast) if not hasattr(cast, "_case") else cast._case  # type: ignore[attr-defined]
    cast.__dict__["_case"] = case
    for based_on, text in tries:
        newest = current_facts(case)
        now = newest.version if newest else 0
        try:
            made = agree_facts(case, text, based_on, "因为查清了新的情况", cast.office)
        except Refused:
            assert newest is not None
            assert based_on != now
        else:
            assert newest is None or based_on == now
            assert made.version in (now, now + 1)
    versions = list(FactSheet.objects.filter(case=case).values_list("version", flat=True))
    assert versions == list(range(1, len(versions) + 1))


def test_a_round_lives_on_when_nothing_changed(cast: Cast) -> None:
    round_ = submitted(cast)
    save(cast, again(round_.case), quotes=1)
    assert ReviewRound.objects.get(pk=round_.pk).state == ReviewRound.OPEN
