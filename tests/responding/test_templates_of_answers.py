"""C9.3, casework §2.8: templates by level, concern, matter, channel, stage; blanks filled from the case."""

from __future__ import annotations

import dataclasses

import pytest

from cast import Cast
from huiying.handling import actions as handling
from huiying.handling.actions.routing import set_keys
from huiying.handling.actions.work import agree_facts
from huiying.handling.models import Case
from huiying.judging import actions as judging
from huiying.judging.models import Event
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.people.queries import regulation_now
from huiying.regulation import loader
from huiying.responding import templates, tone
from huiying.responding.actions.writing_aids import retire_template, save_template
from huiying.responding.models import AnswerTemplate
from huiying.responding.readiness import open_blanks
from huiying.responding.templates import CaseValues, fill, pick
from stories import CONSULTATION, RUMOUR, again, handled, opened

TEXT = "9月14日的情况：【请填：核实情况】。办理：【请填：处置措施】。电话【请填：联系电话】。"
OWN = ("outage", "本局的故障说明", TEXT)


def codes(case: Case, stage: str = "first", target: str = "portal") -> list[str]:
    return [one.template.code for one in pick(case, stage, target)]


def of_concern(cast: Cast, concern: str) -> Case:
    case = opened(cast, text=CONSULTATION)
    Event.objects.filter(pk=case.event_id).update(concern=concern)
    return again(case)


def test_the_built_in_set_covers_every_stage_and_the_usual_concerns(cast: Cast) -> None:
    rows = templates.built_in(regulation_now()).templates
    assert len(rows) >= 12
    assert {row.stage for row in rows} >= {"holding", "first", "follow_up", "final", "correction", "withdrawal"}
    concerns = {concern for row in rows for concern in row.concerns}
    assert concerns >= {"咨询", "投诉", "疑虑", "误解", "歪曲", "谣言"}
    assert {matter for row in rows for matter in row.about} >= {"系统故障", "保证金", "GC", "ZC", "TD"}
    assert len({row.code for row in rows}) == len(rows)


@pytest.mark.parametrize("name", templates.FILES)
def test_no_built_in_template_says_nothing_in_many_words(name: str) -> None:
    """C8.10: what the aid tells a writer, the product's own words do."""
    for row in templates._set(name).templates:
        found = [hint for hint in tone.look_at(row.text) if hint.code in ("empty", "blaming", "praise", "no_contact")]
        assert not found, (row.code, [hint.what for hint in found])


@pytest.mark.parametrize("name", templates.FILES)
def test_a_built_in_template_uses_words_of_its_regulation(name: str) -> None:
    regulation = loader.load(name.partition(".")[0])
    matters = {*regulation.routing.categories, *regulation.routing.natures}
    levels = {level.name for level in regulation.levels}
    for row in templates._set(name).templates:
        assert set(row.concerns) <= set(regulation.concerns), row.code
        assert set(row.about) <= matters, row.code
        assert set(row.levels) <= levels, row.code
        assert open_blanks(row.text), f"{row.code} has no blank: a template carries no fact of its own"
        assert row.text.count("【") == len(open_blanks(row.text)) or row.text.count("【请填：") == row.text.count("【")


def test_a_question_gets_the_template_of_a_question_first_and_says_why(cast: Cast) -> None:
    case = of_concern(cast, "咨询")
    first = pick(case, "first", "portal")[0]
    assert (first.template.code, "咨询" in first.reason) == ("consult", True)


@pytest.mark.parametrize(
    ("target", "code"), [("portal", "consult"), ("weibo", "consult-short"), ("wechat", "consult-wechat")]
)
def test_the_place_decides_between_the_long_form_and_the_short(cast: Cast, target: str, code: str) -> None:
    assert codes(of_concern(cast, "咨询"), target=target)[0] == code


@pytest.mark.parametrize(
    ("keys", "code"),
    [(("GC", "", ""), "works"), (("ZC", "", ""), "procurement"), (("TD", "", ""), "land"),
     (("PT", "保证金", ""), "deposit"), (("PT", "系统故障", ""), "outage")],
)  # fmt: skip
def test_the_matter_decides_by_the_keys_of_its_routing(cast: Cast, keys: tuple[str, str, str], code: str) -> None:
    case = of_concern(cast, "疑虑")
    set_keys(case, *keys, cast.duty)
    assert code in codes(again(case))[:2]


@pytest.mark.parametrize("stage", ["holding", "follow_up", "final", "correction", "withdrawal"])
def test_a_stage_gets_only_templates_of_its_own(cast: Cast, stage: str) -> None:
    """C8.2"""
    found = pick(opened(cast), stage, "portal")
    assert found
    assert {one.template.stage for one in found} == {stage}


def test_a_grave_level_has_words_of_its_own(cast: Cast) -> None:
    assert "grave" in codes(opened(cast, "重大"))
    assert "grave" not in codes(opened(cast, "一般", text=CONSULTATION))


def test_a_machine_s_suggestion_of_a_rumour_brings_no_rumour_template_c1_2(cast: Cast) -> None:
    """C1.2: the label needs proof and two persons; before that nobody's words are called untrue."""
    case = opened(cast, text=RUMOUR)
    Event.objects.filter(pk=case.event_id).update(concern="谣言")
    assert "rumour" not in codes(again(case))
    decided = judging.set_concern(case.event, "谣言", cast.duty, "中心下个月撤销", "编办未收到任何方案")
    assert "rumour" not in codes(again(case)), "one person is not two"
    judging.second_concern(decided, True, cast.office)
    assert codes(again(case))[0] == "rumour"


def test_the_press_conference_has_its_own_statement(cast: Cast) -> None:
    assert "press-statement" in codes(opened(cast), target="press_conference")
    assert "press-statement" not in codes(opened(cast, text=RUMOUR), target="weibo")


# --- blanks -----------------------------------------------------------------------------------------------------------


def test_blanks_are_filled_with_what_the_case_knows_and_no_more(cast: Cast, frozen: FrozenClock) -> None:
    cast.tech_liaison.phone = "0412-5551234"
    cast.tech_liaison.save()
    case = handled(cast)
    text = fill(
        "【请填：部门】【请填：联系电话】【请填：编号】【请填：核实情况】【请填：原因】【请填：处置措施】【请填：地点】",
        case,
    )
    for words in (
        "交易中心信息技术部",
        "0412-5551234",
        case.number,
        "登录服务中断七十分钟",
        "证书到期未续",
        "已续证书",
    ):
        assert words in text
    assert open_blanks(text) == ["地点"]


def test_times_are_written_as_a_bureau_writes_them(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast)
    assert fill("【请填：获知时间】", case) == "9月14日10时"
    assert fill("【请填：答复期限】", case) == "9月16日10时"
    assert fill("【请填：今天】", case) == "9月14日"


def test_the_agreed_facts_fill_the_blank_before_a_finding_does_c7_4(cast: Cast) -> None:
    case = handled(cast)
    agree_facts(case, "登录服务中断七十分钟，两个标段顺延。", 0, "", cast.tech_head)
    assert fill("【请填：核实情况】。", case) == "登录服务中断七十分钟，两个标段顺延。"


def test_personal_data_never_fills_a_blank_c8_2(cast: Cast) -> None:
    case = handled(cast)
    handling.find(case, "来电人张三，电话13812345678，已核对。", "证书到期。", "两个标段。", cast.tech_liaison)
    assert fill("【请填：核实情况】", again(case)) == "【请填：核实情况】"


def test_a_blank_that_nobody_knows_stays_open(cast: Cast) -> None:
    case = opened(cast)
    for name in ("原因", "处置措施", "依据", "核对机关", "法定渠道", "联系电话", "没有这个空"):
        assert CaseValues(case).value(name) == ""
        assert fill(f"【请填：{name}】", case) == f"【请填：{name}】"


def test_a_matter_is_called_by_its_keys_never_by_a_citizen_s_words(cast: Cast) -> None:
    """DESIGN.md: the public site never prints a citizen's message."""
    case = opened(cast)
    assert templates.subject_of(case) == "交易系统使用"
    assert case.title[:6] not in templates.subject_of(case)


# --- the office's layer -----------------------------------------------------------------------------------------------


def test_the_office_s_words_take_the_place_of_the_built_in_ones_and_leave_again(cast: Cast) -> None:
    case = opened(cast)
    save_template(*OWN, cast.office)
    found = next(one.template for one in pick(case, "first", "portal") if one.template.code == "outage")
    assert (found.text, found.by) == (TEXT, "办公室主任")
    assert found.about == ("系统故障",), "where it fits stays known"
    retire_template("outage", cast.editor)
    assert templates.template(regulation_now(), "outage").by == ""  # type: ignore[union-attr]


def test_a_change_ends_one_row_and_makes_another_and_the_same_again_makes_none(cast: Cast, frozen: FrozenClock) -> None:
    save_template(*OWN, cast.office)
    again_ = save_template(*OWN, cast.office)
    assert AnswerTemplate.objects.get() == again_
    save_template("outage", "本局的故障说明", TEXT + "改。", cast.editor)
    assert AnswerTemplate.objects.count() == 2
    assert AnswerTemplate.objects.filter(until__isnull=True).count() == 1
    assert LedgerEntry.objects.filter(kind="template.saved").count() == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "有空格"}, "code"),
        ({"title": ""}, "too_short"),
        ({"text": "太短"}, "too_short"),
        ({"text": "9月14日的情况：【请填：没有收口的空，电话0412-1234567"}, "blank"),
        ({"levels": ["L9"]}, "unknown_word"),
        ({"concerns": ["闲聊"]}, "unknown_word"),
        ({"stage": "gossip"}, "unknown_word"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused(cast: Cast, changes: dict[str, object], code: str) -> None:
    told = {"code": "own-1", "title": "本局的", "text": TEXT} | changes
    with pytest.raises(Refused) as refusal:
        save_template(actor=cast.office, **told)  # type: ignore[arg-type]
    assert refusal.value.code == code
    assert not AnswerTemplate.objects.exists()


def test_who_neither_drafts_nor_coordinates_edits_no_template(cast: Cast) -> None:
    """C9.5"""
    for who in (cast.duty, cast.deputy, cast.tech_head, cast.admin):
        with pytest.raises(Refused):
            save_template(*OWN, who)
    with pytest.raises(Refused) as refusal:
        retire_template("outage", cast.office)
    assert refusal.value.code == "not_ours"


def test_another_bureau_has_its_own_set_and_a_third_one_the_general(db: None, frozen: FrozenClock) -> None:
    """§2.2: no code change. A regulation without a set of its own takes the first."""
    sixian = loader.load("sixian")
    assert templates.built_in(sixian).issuer == "泗县商务局"
    other = dataclasses.replace(sixian, meta=dataclasses.replace(sixian.meta, issuer="别的局"))
    assert templates.built_in(other).issuer == "鞍山市公共资源交易管理局"


def test_the_second_bureau_picks_from_its_set(db: None, frozen: FrozenClock) -> None:
    from huiying.ledger.actions import Actor
    from huiying.people.actions import adopt_regulation

    adopt_regulation(loader.load("sixian").text, Actor.SYSTEM)
    assert {row.code for row in templates.all_templates(regulation_now())} >= {"holding", "subsidy", "general"}
