"""Documents are called what the bureau's own regulation calls them (§2.2): another file, no other code."""

from __future__ import annotations

import pytest

from huiying.desk.views.documents import NAMES
from huiying.documents import names
from huiying.documents.kinds import KINDS
from huiying.regulation import load


@pytest.mark.parametrize(
    ("file", "called"),
    [
        ("anshan", {"log": "网络舆情日志", "slip": "转办单", "approval": "回应审批表", "minutes": "会商会议纪要"}),
        ("sixian", {"log": "舆情日志", "slip": "交办单", "approval": "回应审签表", "minutes": "会商纪要"}),
    ],
)
def test_2_2_the_regulation_s_own_names(file: str, called: dict[str, str]) -> None:
    rules = load(file)
    assert {kind: names.of(rules, kind) for kind in called} == called


def test_a_code_of_an_earlier_version_is_said_as_it_was_recorded() -> None:
    rules = load("anshan")
    assert names.level(rules, "L9") == "L9"
    assert names.state(rules, "answered") == "已公开回应"


def test_every_kind_has_a_name_and_a_word_on_the_desk() -> None:
    assert set(KINDS) == set(NAMES) == set(names.KINDS)
