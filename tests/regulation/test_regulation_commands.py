"""What `huiying clocks` and `huiying regulation check` are built on (DESIGN, "Command line")."""

import json
from pathlib import Path

import pytest

from huiying.regulation import RegulationError
from huiying.regulation.commands import check_file, clocks
from huiying.regulation.errors import UsageError
from huiying.regulation.loader import built_in_file

TEN = "2026-09-12T10:00:00+08:00"


def test_clocks_have_exactly_the_shape_others_rely_on() -> None:
    answer = clocks("anshan", "特别重大", TEN, None)
    row = {
        "act": "respond",
        "due_at": "2026-09-13T10:00:00+08:00",
        "basis": "text （八）",
        "source": "《鞍山市公共资源交易管理局舆情回应制度》（八）",
        "explanation": "2026年9月12日10:00首次获知，特别重大 24小时（自然小时，夜间和节假日照算）→ 9月13日10:00",
    }
    assert answer == {"first_known_at": TEN, "deadlines": [row], "effective": {"respond": row}}
    assert json.loads(json.dumps(answer)) == answer


def test_an_emergency_shows_every_layer_and_the_earliest() -> None:
    answer = clocks("anshan", "L1", TEN, "重大")
    assert [(d["act"], d["due_at"]) for d in answer["deadlines"]] == [
        ("respond", "2026-09-14T10:00:00+08:00"),
        ("press_conference", "2026-09-13T10:00:00+08:00"),
        ("first_authoritative_release", "2026-09-12T15:00:00+08:00"),
        ("press_conference", "2026-09-13T10:00:00+08:00"),
    ]
    assert set(answer["effective"]) == {"respond", "press_conference", "first_authoritative_release"}
    assert answer["effective"]["press_conference"]["source"] == "国办发〔2016〕61号"


@pytest.mark.parametrize("known", ["2026-09-12T02:00:00Z", "2026-09-12t02:00:00z", "2026-09-12 04:00+02:00"])
def test_any_zone_comes_back_as_the_bureaus_own(known: str) -> None:
    assert clocks("anshan", "一般", known)["first_known_at"] == TEN


@pytest.mark.parametrize(
    ("level", "known", "emergency", "said"),
    [
        ("紧急", TEN, None, "一般（L1）、较大（L2）、重大（L3）、特别重大（L4）"),
        ("一般", "明天", None, "看不懂首次获知时间“明天”"),
        ("一般", "2026-09-12", None, "看不懂"),
        ("一般", "2026-02-30T10:00:00+08:00", None, "看不懂"),
        ("一般", "2026-09-12T10:00:00", None, "没有时区"),
        ("一般", TEN, "橙色", "没有叫“橙色”的突发事件级别"),
        ("一般", "9999-12-31T10:00:00+08:00", None, "算不出时限"),
        ("一般", "0001-01-01T00:00:00+14:00", None, "算不出时限"),
        ("一般", "2016-09-01T10:00:00+08:00", None, "2016年9月8日起施行"),
    ],
)
def test_a_question_that_cannot_be_answered_is_one_sentence(
    level: str, known: str, emergency: str | None, said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        clocks("anshan", level, known, emergency)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_a_path_serves_as_well_as_a_name(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(built_in_file("sixian.yaml"), encoding="utf-8")
    answer = clocks(str(file), "重大", "2026-09-30T16:00:00+08:00")
    assert answer["effective"]["respond"]["due_at"] == "2026-10-08T17:30:00+08:00"


def test_a_refused_file_is_refused_here_too(tmp_path: Path) -> None:
    with pytest.raises(RegulationError):
        clocks(str(tmp_path / "none.yaml"), "一般", TEN)


@pytest.mark.parametrize("name", ["anshan", "sixian"])
def test_the_built_in_files_are_valid(name: str) -> None:
    assert check_file(name) == {"valid": True, "problems": []}


def test_a_problem_names_file_line_key_message_and_fix(tmp_path: Path) -> None:
    text = built_in_file("anshan.yaml").replace("  unit: natural_hours\n", "")
    file = tmp_path / "ours.yaml"
    file.write_text(text, encoding="utf-8")
    answer = check_file(file)
    assert answer["valid"] is False
    (problem,) = [p for p in answer["problems"] if p["key"] == "clocks.unit"]
    assert problem.keys() == {"file", "line", "key", "message", "fix"}
    assert (problem["file"], problem["line"]) == (
        str(file),
        text[: text.index("  start: first_known_at\n")].count("\n") + 1,
    )
