"""Every permission stands in one table, with its clause and a reason for whoever may not (C9.5)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser

import huiying
from cast import PEOPLE, Cast
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import PERMISSIONS, may, require
from stories import routed
from subjects import Subjects

SOURCE = Path(huiying.__file__).parent
TABLE = SOURCE / "people" / "permissions.py"  # what is asked for is looked for outside it
NAME = re.compile(
    r"(access|agenda|alarm|appeal|asked_again|assessment|board|call|case|channels|clue|confirmation"
    r"|conformance|consultation|contact|decisions|digest|disclosure|document|drill|effect|emergency_watch"
    r"|event|feedback|filing|form|gap|handover|import|instruction|interpretation|leading_group"
    r"|learning|ledger|liaison|measure|media|meeting|overview|page|partner|patrol|people|personal_request"
    r"|plan|policy|post|press|reconcile|register|regulation|release|report|roster|routing|rule|sample|screening"
    r"|search|skill|source|speaker|suspect|swap|task|template|training|urgent|wall|warning|watch)\.[a-z_]+"
)


def modules() -> Iterator[ast.Module]:
    for path in sorted(SOURCE.rglob("*.py")):
        if path != TABLE:
            yield ast.parse(path.read_text(encoding="utf-8"), str(path))


def asked_for() -> set[str]:
    """Every name written as the second argument of `may(` and `require(`."""
    found = set()
    for node in (node for module in modules() for node in ast.walk(module)):
        if not isinstance(node, ast.Call) or len(node.args) < 2:
            continue
        function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if function in ("may", "require"):
            found |= {item.value for item in ast.walk(node.args[1]) if isinstance(item, ast.Constant)}
    return {name for name in found if isinstance(name, str)}


def every_word() -> set[str]:
    """Every string of the source that has the form of a permission's name."""
    nodes = (node for module in modules() for node in ast.walk(module))
    words = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {word for word in words if NAME.fullmatch(word)}


def test_every_name_the_code_asks_for_stands_in_the_table() -> None:
    names = asked_for()
    assert len(names) > 30, "the search itself found too little"
    assert names <= set(PERMISSIONS)


def test_every_row_of_the_table_is_asked_for_somewhere() -> None:
    assert set(PERMISSIONS) - every_word() == set()


@pytest.mark.parametrize("name", sorted(PERMISSIONS))
def test_every_permission_names_its_clause(name: str) -> None:
    assert re.match(r"（[一二三四五六七八九十]+）|INV-\d+", PERMISSIONS[name].clause)


def test_whoever_may_not_is_told_why(cast: Cast) -> None:
    subjects = Subjects(cast, routed(cast))
    asked = refused = 0
    for user in cast.people.values():
        for name in PERMISSIONS:
            asked += 1
            verdict = may(user, name, subjects.of(name))
            if verdict:
                assert verdict.why == ""
                continue
            refused += 1
            assert re.search(r"须由|不在|没有岗位", verdict.why), (user.username, name, verdict.why)
            assert verdict.why.endswith("。")
    assert asked == (len(PEOPLE) + 1) * len(PERMISSIONS)
    assert 0 < refused < asked


def test_each_permission_has_somebody_who_may_and_somebody_who_may_not(cast: Cast) -> None:
    subjects = Subjects(cast, routed(cast))
    for name in PERMISSIONS:
        allowed = {user.username for user in cast.people.values() if may(user, name, subjects.of(name))}
        assert allowed, name
        assert allowed != set(cast.people), name


def test_the_reason_names_the_posts_that_may(cast: Cast) -> None:
    assert may(cast.works_head, "case.close").why == "须由局办公室主任办理。"
    assert "值班" in may(cast.works_head, "case.route").why


def test_refusing_raises_the_same_sentence_as_asking(cast: Cast) -> None:
    case = routed(cast)
    with pytest.raises(Refused) as refusal:
        require(cast.works_head, "case.close", case)
    assert refusal.value.sentence == may(cast.works_head, "case.close", case).why
    assert refusal.value.code == "not_permitted"
    require(cast.office, "case.close", case)


def test_a_department_sees_only_its_own_cases_c7_5(cast: Cast) -> None:
    case = routed(cast)
    sees = {user.username for user in cast.people.values() if may(user, "case.view", case)}
    assert {"tech_head", "tech_liaison", "office", "duty", "deputy", "top", "legal", "inspector"} <= sees
    assert not sees & {"works_head", "works_liaison", "admin"}


def test_without_a_post_nothing_is_allowed(cast: Cast) -> None:
    case = routed(cast)
    subjects = Subjects(cast, case)
    nobody = User.objects.create_user("nobody", "没有岗位的人", None, joined_at=case.opened_at)
    assert not [name for name in PERMISSIONS if may(nobody, name, subjects.of(name))]


def test_a_stranger_is_told_to_sign_in(cast: Cast) -> None:
    verdict = may(AnonymousUser(), "post.take_in")  # type: ignore[arg-type]
    assert verdict.why == "请先登录。"


def test_an_unknown_permission_is_a_fault_of_the_program(cast: Cast) -> None:
    with pytest.raises(KeyError):
        may(cast.duty, "case.dance")
