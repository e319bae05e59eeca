"""What the regulation says, and on what it rests (DOMAIN §2.2–2.3, §4.2–4.3; C13.1)."""

import hashlib
import pickle
import re
from pathlib import Path

import pytest

from huiying.regulation import Regulation, UsageError, load, loads
from huiying.regulation.basis import Basis
from huiying.regulation.loader import BORROWED, built_in_file

ANSHAN = load("anshan")
SIXIAN = load("sixian")
BOTH = pytest.mark.parametrize("law", [ANSHAN, SIXIAN], ids=["anshan", "sixian"])


def without(text: str, block: str) -> str:
    """The file without one top-level block."""
    return re.sub(rf"(?ms)^{block}:.*?(?=^[a-z_]+:|\Z)", "", text)


def test_four_levels_with_word_shape_and_colour() -> None:
    assert [(lv.code, lv.name, lv.shape, lv.colour) for lv in ANSHAN.levels] == [
        ("L1", "一般", "circle", "蓝"),
        ("L2", "较大", "triangle", "黄"),
        ("L3", "重大", "diamond", "橙"),
        ("L4", "特别重大", "square", "红"),
    ]


@BOTH
def test_every_level_can_be_read_on_its_colour(law: Regulation) -> None:
    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for level in law.levels:
        dark, bright = sorted((light(level.fill), light(level.ink)))
        assert (bright + 0.05) / (dark + 0.05) >= 4.5


def test_a_level_is_found_by_code_or_name() -> None:
    assert ANSHAN.level("L3") is ANSHAN.level("重大")
    assert ANSHAN.rank("特别重大") == 3
    assert ANSHAN.limit_for("一般").text == "PT48H"
    with pytest.raises(UsageError, match="特别重大（L4）"):
        ANSHAN.level("L5")


def test_review_runs_in_groups_and_some_side_by_side() -> None:
    """C9.3."""
    assert ANSHAN.review_steps("一般") == [["division_head"], ["office_head"]]
    assert ANSHAN.review_steps("L4")[1] == ["office_head", "legal"]
    assert SIXIAN.review_steps("重大") == [["section_chief", "law_clerk"], ["vice_director"], ["director"]]


def test_a_level_is_confirmed_by_its_role_or_a_deputy() -> None:
    assert ANSHAN.confirmers("较大") == ("office_head", "shift_leader")
    assert SIXIAN.confirmers("L3") == ("director", "vice_director")
    strict = loads(built_in_file("sixian.yaml").replace("deputies_may_act: true", "deputies_may_act: false"), "x")
    assert strict.confirmers("L3") == ("director",)


def test_words_of_the_file_become_codes() -> None:
    assert ANSHAN.monitor.owners.by_class["12345热线"] == "BGS"
    assert ANSHAN.routing.natures["数据安全"].co == ("Z-XX",)
    assert ANSHAN.grading.floors.F3 == "L4"
    assert ANSHAN.grading.thresholds == {"L2": 38, "L3": 65, "L4": 78}
    assert ANSHAN.transfer.report_back_to == "BGS"
    assert ANSHAN.department("网络管理处") is ANSHAN.department("WGC")


def test_the_regulations_own_lists_are_whole() -> None:
    """C5.2–C5.7, C5.14: six classes and four kinds in the text, the rest added by the bureau."""
    assert ANSHAN.monitor.channel_classes == ("门户网站", "论坛", "博客", "微博客", "新闻跟帖", "传统媒体")
    assert ANSHAN.concerns[:4] == ("疑虑", "误解", "歪曲", "谣言")
    assert len(ANSHAN.channel_classes) == 12
    assert len(ANSHAN.departments) == 18
    assert list(ANSHAN.routing.categories) == ["GC", "ZC", "TD", "CQ", "YY", "HJ", "LQ", "PT", "JG"]
    assert len(ANSHAN.transfer.required_fields) == 7
    assert set(ANSHAN.urgent_numbers) == {"110", "120", "119", "12356"}


@BOTH
def test_every_category_leads_to_a_department_that_has_it(law: Regulation) -> None:
    """C2.3: an owner and a backup for each topic."""
    assert all(nature.backup not in (None, nature.owner) for nature in law.routing.natures.values())
    for code, category in law.routing.categories.items():
        assert code in law.department(category.owner).responsibilities
        assert category.backup != category.owner


def test_departments_agree_with_the_states_and_acts_the_software_shows() -> None:
    names = [state.name for state in ANSHAN.states.values()]
    assert names == [
        "待转办",
        "已转办待签收",
        "已退回待办公室定",
        "核实处置中",
        "审核中",
        "已审定待发布",
        "已公开回应",
        "不予公开回应",
        "已办结",
        "已并案",
        "已作废",
    ]
    assert [code for code, act in ANSHAN.acts.items() if act.public] == [
        "respond",
        "first_authoritative_release",
        "press_conference",
    ]


@BOTH
@pytest.mark.parametrize(
    "kind",
    ["level", "role", "department", "act", "state", "review_step", "category", "responsibility", "urgent_number"],
)
def test_everything_has_a_chinese_and_an_english_name(law: Regulation, kind: str) -> None:
    for code in law._names(kind):
        assert re.search(r"[\u4e00-\u9fff]", law.name_of(kind, code))
        assert not re.search(r"[\u4e00-\u9fff]", law.name_of(kind, code, "en"))


@BOTH
def test_every_word_of_the_lists_has_an_english_one(law: Regulation) -> None:
    words = (*law.channel_classes, *law.concerns, *law.response.forms, *law.response.forms_other, *law.emergency_levels)
    assert [word for word in words if law.name_of("word", word, "en") == word] == []
    assert law.name_of("word", "投诉") == "投诉"


def test_roles_of_another_bureau_take_on_the_same_duties() -> None:
    assert SIXIAN.roles_acting_as("duty_officer") == ("duty_clerk",)
    assert ANSHAN.roles_acting_as("duty_officer") == ("duty_officer",)
    assert SIXIAN.role("speaker").name == "发言人"
    with pytest.raises(UsageError, match="duty_clerk"):
        SIXIAN.role("duty_officer")
    with pytest.raises(UsageError, match="ZHG"):
        SIXIAN.department("局办公室")


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("clocks.respond_within.一般.within", "text", "（八）"),
        ("clocks.respond_within.重大", "interpretation", "G1 比照国办发〔2016〕61号：重大突发事件24小时"),
        ("clocks.unit", "interpretation", "G3 条文写“小时”，按自然小时"),
        ("clocks.warn_at", "default", ""),
        ("monitor.channel_classes", "text", "（五）"),
        ("monitor.owners.by_class.论坛", "interpretation", "（五）条文要求全覆盖，没有写由谁负责"),
        ("overlays[GBF-2016-80].press_conference_within", "superior", "国办发〔2016〕80号（晚于本制度）"),
        ("levels[L4].name", "text", "（八）"),
        ("levels[L4].fill", "default", ""),
        ("prohibited", "default", ""),
        ("nothing.of.the.kind", "default", ""),
    ],
)
def test_each_value_has_its_own_basis_or_its_blocks(path: str, kind: str, words: str) -> None:
    assert (ANSHAN.basis_of(path).kind, ANSHAN.basis_of(path).words) == (kind, words)


def test_interpretations_are_listed_to_be_signed() -> None:
    """C13.1: each value that rests on an interpretation, with words a person can sign."""
    found = ANSHAN.interpretations()
    assert found["clocks.respond_within.重大.within"] == "24小时（G1 比照国办发〔2016〕61号：重大突发事件24小时）"
    assert found["grading.confirm_by.by_level.较大"] == "局办公室主任（G5 由谁确认级别）"
    assert found["grading.confirm_by.deputies_may_act"].startswith("是（")
    assert "clocks.respond_within.一般.within" not in found
    assert all(ANSHAN.basis_of(path).kind == "interpretation" for path in found)
    assert SIXIAN.interpretations() == {}


def test_the_questions_the_office_must_answer_are_all_marked() -> None:
    gaps = {ANSHAN.basis_of(path).gap for path in ANSHAN.interpretations()} - {""}
    assert gaps >= {"G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8", "G9", "G11", "G12", "G13", "G16"}


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("text （八）", "text"),
        ("interpretation", "interpretation"),
        ("default", "default"),
        ("superior 某省规定", "superior"),
        ("国办发〔2016〕61号", "superior"),
        ("bodies = text （五）; trigger and time = interpretation", "interpretation"),
        ("text （八）; numbers = interpretation", "interpretation"),
        ("interpretation (61号: 48小时)", "interpretation"),
    ],
)
def test_a_basis_line_names_its_weakest_ground(line: str, kind: str) -> None:
    assert Basis.parse(line).kind == kind


@pytest.mark.parametrize("line", ["", "texts （八）", "听说", "Text （八）"])
def test_a_basis_line_of_no_kind_is_refused(line: str) -> None:
    with pytest.raises(ValueError):
        Basis.parse(line)


@pytest.mark.parametrize("block", BORROWED)
def test_a_block_left_to_the_product_comes_from_it_as_a_default(block: str) -> None:
    text = without(built_in_file("anshan.yaml"), block)
    assert f"\n{block}:" not in text
    law = loads(text, "ours.yaml")
    assert getattr(law, block) == getattr(ANSHAN, block)
    assert law.basis_of(block).kind == "default"
    assert not any(path.startswith(f"{block}.") for path in law.interpretations())


def test_the_fingerprint_is_that_of_the_text() -> None:
    text = built_in_file("anshan.yaml")
    law = loads(text, "ours.yaml")
    assert (law.text, law.source) == (text, "ours.yaml")
    assert law.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert loads(text + "# x\n", "ours.yaml").sha256 != law.sha256


def test_a_regulation_cannot_be_changed_but_can_be_sent_to_the_engine() -> None:
    with pytest.raises(AttributeError):
        ANSHAN.meta.articles = 15  # type: ignore[misc]
    copy = pickle.loads(pickle.dumps(ANSHAN))
    assert copy == ANSHAN


def test_a_path_is_loaded_like_a_name(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(built_in_file("sixian.yaml"), encoding="utf-8")
    assert load(file).meta == load(str(file)).meta == SIXIAN.meta


@BOTH
def test_the_room_speaks_for_itself_without_django(law: Regulation) -> None:
    assert law.zone.key == "Asia/Shanghai"
    assert law.work_calendar.zone.key == "Asia/Shanghai"
    assert law.prohibited == ANSHAN.prohibited
