"""§4.3, C8.7: which forms of answer the level asks for, and which of them really stand in public."""

import pytest

import stories
from cast import Cast
from forms_of import expert, photo
from huiying.handling import required
from huiying.responding import actions
from huiying.responding.forms_of_answer import done_forms, form_of
from huiying.responding.models import Publication


def released(cast: Cast, form: str) -> Publication:
    """An approved text for the form, handed to people: nothing of it is public yet."""
    case = stories.approved(cast, "重大", renditions={**stories.DRAFT["renditions"], form: "登录服务已恢复。"})  # type: ignore[dict-item]
    (row,) = actions.release(case, [form], cast.office)
    return row


def post(cast: Cast, row: Publication) -> Publication:
    return actions.record_post(row, "https://video.example/1", photo(), cast.editor)


def test_the_levels_form_is_done_only_when_it_stands_in_public_4_3(cast: Cast) -> None:
    """特别重大 asks for a press conference: an answer on the portal is an answer, and no conference."""
    case = stories.answered(cast, "特别重大")
    assert done_forms(case) == set()
    (row,) = [one for one in required.required_acts(case) if one.name == "forms"]
    assert row.state == required.OPEN
    assert "召开新闻发布会" in row.detail


def test_every_form_of_the_level_is_looked_for_by_itself_4_3(cast: Cast) -> None:
    row = released(cast, "expert")
    assert row.case is not None
    expert(cast, row.case)
    actions.verify_post(post(cast, row), True, "", cast.office)
    assert done_forms(row.case) == {"组织专家解读"}
    (asked,) = [one for one in required.required_acts(stories.again(row.case)) if one.name == "forms"]
    assert (asked.state, "接受媒体专访" in asked.detail) == (required.OPEN, True)


def test_a_reply_that_is_published_meets_the_lowest_level_4_3(cast: Cast) -> None:
    case = stories.answered(cast, "较大")
    case.level = "L1"
    (asked,) = [one for one in required.required_acts(case) if one.name == "forms"]
    assert asked.state == required.DONE


def test_portal_and_wechat_are_two_forms_4_3(cast: Cast) -> None:
    case = stories.answered(cast, "较大")
    assert done_forms(case) == {"门户网站声明"}


@pytest.mark.parametrize(
    ("word", "form"),
    [("召开新闻发布会", "press_conference"), ("情况通报会", "press_conference"), ("组织专家解读", "expert"),
     ("接受媒体专访", "interview"), ("门户网站声明", ""), ("书面答复", "")],
)  # fmt: skip
def test_a_files_words_say_which_form_is_meant(word: str, form: str) -> None:
    assert form_of(word) == form


def test_without_the_room_that_answers_any_answer_counts(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(required, "FORM_STATE", None)
    case = stories.answered(cast, "特别重大")
    (asked,) = [one for one in required.required_acts(case) if one.name == "forms"]
    assert asked.state == required.DONE
