"""`huiying clocks` and `regulation check`: pure, exact, with the ground of every deadline (acceptance 2)."""

import pytest

from huiying.regulation.loader import built_in_file

KNOWN = "2026-09-12T10:00:00+08:00"


def clocks(huiying, level, known=KNOWN, *more, regulation="anshan"):
    return huiying("clocks", "--regulation", regulation, "--level", level, "--first-known", known, *more, "--json")


@pytest.mark.parametrize(
    ("level", "due_at"),
    [
        ("特别重大", "2026-09-13T10:00:00+08:00"),
        ("L4", "2026-09-13T10:00:00+08:00"),
        ("一般", "2026-09-14T10:00:00+08:00"),
    ],
)
def test_the_response_is_due_in_natural_hours_with_its_basis(huiying, level, due_at):
    result = clocks(huiying, level)
    assert (result.code, result.err) == (0, "")
    assert result.data["first_known_at"] == KNOWN
    (row,) = result.data["deadlines"]
    assert set(row) == {"act", "due_at", "basis", "source", "explanation"}
    assert (row["act"], row["due_at"], row["basis"]) == ("respond", due_at, "text （八）")
    assert "舆情回应制度" in row["source"]
    assert "2026年9月12日10:00首次获知" in row["explanation"]
    assert result.data["effective"]["respond"]["due_at"] == due_at


def test_an_emergency_adds_the_acts_of_superior_norms_with_their_sources(huiying):
    data = clocks(huiying, "重大", KNOWN, "--emergency", "重大").data
    acts = {row["act"]: row for row in data["deadlines"] if row["act"] != "press_conference"}
    assert acts["first_authoritative_release"]["due_at"] == "2026-09-12T15:00:00+08:00"
    assert "80号" in acts["first_authoritative_release"]["source"]
    press = [row for row in data["deadlines"] if row["act"] == "press_conference"]
    assert {row["due_at"] for row in press} == {"2026-09-13T10:00:00+08:00"}
    assert all("国办发" in row["source"] for row in press)
    assert data["effective"]["first_authoritative_release"]["due_at"] == "2026-09-12T15:00:00+08:00"


def test_in_september_2016_only_number_61_was_there(huiying):
    """80号 of 2016-11-10 does not reach back."""
    data = clocks(huiying, "重大", "2016-09-12T10:00:00+08:00", "--emergency", "重大").data
    added = [row for row in data["deadlines"] if row["act"] != "respond"]
    assert [(row["act"], row["due_at"]) for row in added] == [("press_conference", "2016-09-13T10:00:00+08:00")]
    assert "61号" in added[0]["source"]


def test_another_zone_of_the_question_is_the_same_moment(huiying):
    assert clocks(huiying, "一般", "2026-09-12T02:00:00Z").data == clocks(huiying, "一般").data


def test_for_people_each_deadline_is_a_line_with_ground_and_explanation(huiying):
    result = huiying("clocks", "--regulation", "anshan", "--level", "一般", "--first-known", KNOWN)
    assert result.code == 0
    assert result.out.startswith("respond\t2026-09-14T10:00:00+08:00\t《鞍山")


def test_a_bureau_of_working_days_counts_its_make_up_day(huiying):
    data = clocks(huiying, "一般", "2026-09-18T10:00:00+08:00", regulation="sixian").data
    assert data["effective"]["respond"]["due_at"].startswith("2026-09-24T")
    assert "工作日" in data["deadlines"][0]["explanation"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("紧急", KNOWN), "特别重大"),
        (("", KNOWN), "级别"),
        (("一般", "yesterday"), "带时区"),
        (("一般", "2026-09-12T10:00:00"), "没有时区"),
        (("一般", "2026-02-30T10:00:00+08:00"), "看不懂"),
        (("一般", "2016-09-01T10:00:00+08:00"), "施行"),
        (("一般", "9999-12-31T23:00:00+08:00"), "太早或太晚"),
        (("一般", KNOWN, "--emergency", "很大"), "突发事件级别"),
    ],
)
def test_a_question_without_an_answer_exits_2_and_says_what_was_expected(huiying, arguments, says):
    result = clocks(huiying, *arguments)
    assert (result.code, result.out) == (2, "")
    assert says in result.err
    assert result.err.startswith("huiying: ")
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("regulation", ["nowhere", "/no/such/file.yaml", "/"])
def test_an_unknown_regulation_exits_2(huiying, regulation):
    result = clocks(huiying, "一般", regulation=regulation)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("huiying: ")
    assert "Traceback" not in result.err


def test_a_good_regulation_file_is_said_to_be_good(huiying, tmp_path):
    path = tmp_path / "ours.yaml"
    path.write_text(built_in_file("sixian.yaml"), encoding="utf-8")
    assert "合格" in huiying("regulation", "check", path).out
    result = huiying("regulation", "check", path, "--json")
    assert (result.code, result.data, result.err) == (0, {"valid": True, "problems": []}, "")


def test_a_bad_one_exits_1_with_file_line_and_key_of_each_problem(huiying, tmp_path):
    path = tmp_path / "ours.yaml"
    path.write_text(built_in_file("sixian.yaml").replace("within: P5WD", "within: soon", 1), encoding="utf-8")
    result = huiying("regulation", "check", path, "--json")
    assert result.code == 1
    assert result.data["valid"] is False
    (problem,) = result.data["problems"]
    assert set(problem) == {"file", "line", "key", "message", "fix"}
    assert problem["key"].startswith("clocks.respond_within.一般")
    assert f"{path}:{problem['line']} {problem['key']}" in result.err
    plain = huiying("regulation", "check", path)
    assert (plain.code, plain.out) == (1, "")


def test_a_regulation_file_that_is_not_there_exits_2(huiying, tmp_path):
    result = huiying("regulation", "check", tmp_path / "none.yaml")
    assert (result.code, result.out) == (2, "")
    assert "none.yaml" in result.err
