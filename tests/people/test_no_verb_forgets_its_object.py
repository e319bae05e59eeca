"""A verb looks at the thing itself: the head and the informant of a department that has no part in it are refused."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import huiying
from cast import Cast
from huiying.people.permissions import PERMISSIONS, may, require
from stories import routed
from subjects import Subjects

SOURCE = Path(huiying.__file__).parent
# What every department's head or informant may, whatever it is about, and why that is right.
EVERYBODYS = {
    "post.take_in": "whoever works here hands in what they saw (C5.13)",
    "post.unseal": "the page asks for the case of the post besides (`desk/views/personal_data.py` gate)",
    "search.view": "the search finds what the person's desk shows",
    "source.look": "an informant goes the rounds and says what they saw; nothing of a department changes (C5.6, C5.8)",
    "call.acknowledge": "the verb asks besides that the person was called (`acts.may_acknowledge`)",
    "training.attend": "everybody comes; the seat is one's own (C9.6)",
    "rule.view": "a house rule is read by everybody (C9.2)",
}


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Each `require(user, "…")` of the source, with the place where it stands."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "require":
                yield f"{path.relative_to(SOURCE)}:{node.lineno}", node


def test_every_verb_whose_rule_looks_at_something_says_at_what() -> None:
    asked, wrong = 0, []
    for place, call in calls():
        names = [node.value for arg in call.args[1:2] for node in ast.walk(arg) if isinstance(node, ast.Constant)]
        for name in (name for name in names if name in PERMISSIONS):
            asked += 1
            if PERMISSIONS[name].of and len(call.args) < 3:
                wrong.append(f"{place} {name} looks at a {PERMISSIONS[name].of}, and is told of none")
    assert asked > 200, "the search itself found too little"
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_a_verb_without_its_object_is_a_fault_of_the_program(cast: Cast) -> None:
    with pytest.raises(TypeError, match=r"policy\.draft looks at a department"):
        require(cast.office, "policy.draft")


@pytest.mark.django_db
@pytest.mark.parametrize("stranger", ["works_head", "works_liaison", "watch_head"])
def test_a_stranger_department_may_nothing_but_what_is_everybodys(cast: Cast, stranger: str) -> None:
    """Each permission of the table, about a case, an event, a document or a thing of 信息技术部."""
    subjects, user = Subjects(cast, routed(cast)), cast.people[stranger]
    reads = {name for name in PERMISSIONS if name.endswith((".view", ".list"))}
    may_do = {name for name in PERMISSIONS if may(user, name, subjects.of(name))} - reads
    assert may_do - set(EVERYBODYS) == set()


@pytest.mark.django_db
def test_the_department_itself_may(cast: Cast) -> None:
    subjects = Subjects(cast, routed(cast))
    for name, rule in PERMISSIONS.items():
        if rule.of == "department":
            for username in ("tech_head", "tech_liaison", "office"):
                assert may(cast.people[username], name, subjects.of(name)), (name, username)
