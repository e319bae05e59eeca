"""（八）（九）: sentences out of the case's own record, each with its source; the same case, the same sentences."""

from __future__ import annotations

import datetime as dt

from cast import Cast
from huiying.handling import actions as handling
from huiying.handling.actions.liaison import answer_liaison, draft_liaison, send_liaison
from huiying.handling.actions.work import agree_facts
from huiying.judging.models import EventPost
from huiying.kernel.clock import FrozenClock
from huiying.listening.models import Post
from huiying.responding import actions
from huiying.responding.templates import Suggestion, suggestions
from stories import again, answered, drafted, handled, opened


def by_text(found: list[Suggestion], words: str) -> Suggestion:
    return next(one for one in found if words in one.text)


def test_findings_and_disposals_are_offered_with_who_reported_them(cast: Cast) -> None:
    case = handled(cast)
    found = suggestions(case)
    assert by_text(found, "登录服务中断七十分钟").source == "交易中心信息技术部报的核实情况"
    assert by_text(found, "原因是证书到期未续").source == "交易中心信息技术部报的原因"
    assert by_text(found, "已续证书").source == "交易中心信息技术部报的处置"
    assert all(one.link.startswith(f"/desk/cases/{case.number}/") for one in found)


def test_the_agreed_facts_come_first(cast: Cast) -> None:
    """C7.4: what everybody says is offered before what one department reported."""
    case = handled(cast)
    agree_facts(case, "中断七十分钟，两个标段顺延。", 0, "", cast.tech_head)
    first = suggestions(again(case))[0]
    assert (first.text, first.source) == ("中断七十分钟，两个标段顺延。", "口径第 1 版")


def test_the_answer_of_another_body_is_offered_with_its_letter(cast: Cast) -> None:
    case = handled(cast)
    row = draft_liaison(case, "市政府办公厅", "", "是否撤销", "", cast.duty)
    token = send_liaison(row, "link", cast.duty)
    assert token is not None
    answer_liaison(token, "false", "值班室", "没有这样的决定。")
    one = by_text(suggestions(again(case)), "没有这样的决定")
    assert one.text == "经向市政府办公厅核实，没有这样的决定。"
    row.refresh_from_db()
    assert row.number in one.source


def test_an_answer_that_knew_nothing_is_not_offered(cast: Cast) -> None:
    case = handled(cast)
    row = draft_liaison(case, "市政府办公厅", "", "是否撤销", "", cast.duty)
    token = send_liaison(row, "link", cast.duty)
    assert token is not None
    answer_liaison(token, "unknown", "值班室", "我们这里查不到。")
    assert not [one for one in suggestions(again(case)) if "查不到" in one.text]


def test_a_body_that_confirmed_is_offered_one_that_did_not_is_not_c8_4(cast: Cast) -> None:
    revision = drafted(cast, facts="经与财政局核对，中断七十分钟。")
    case = again(revision.case)
    _row, token = actions.ask_confirmation(case, "财政局", "", cast.editor)
    assert not [one for one in suggestions(case) if "已与财政局核对" in one.text]
    actions.answer_confirmation(token, "agree", "王主任", "")
    assert by_text(suggestions(case), "已与财政局核对").source == "财政局已确认这一稿"


def test_the_notice_of_a_statutory_channel_is_offered_where_people_spoke_of_it_c3_1(cast: Cast) -> None:
    """Scenario 17: the regulation's words, with the norm they come from."""
    case = handled(cast)
    post = EventPost.objects.filter(event=case.event).first()
    assert post is not None
    Post.objects.filter(pk=post.post_id).update(text="我要投诉书怎么写，正式投诉")
    one = by_text(suggestions(again(case)), "投诉")
    assert "来文提到" in one.source


def test_the_day_of_the_answer_is_offered_until_there_is_one(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast)
    assert by_text(suggestions(case), "结果最晚在").text == "结果最晚在9月16日10时公布。"


def test_after_the_answer_no_day_of_it_is_offered(cast: Cast) -> None:
    assert not [one for one in suggestions(answered(cast)) if "结果最晚在" in one.text]


def test_a_sentence_with_personal_data_is_not_offered_c8_2(cast: Cast) -> None:
    case = handled(cast)
    handling.find(case, "已核对。来电人电话13812345678。", "证书到期。", "两个标段。", cast.tech_liaison)
    found = suggestions(again(case))
    assert not [one for one in found if "13812345678" in one.text]
    assert [one for one in found if "已核对" in one.text], "only the sentence that has it is left out"


def test_a_citizen_s_words_are_never_offered(cast: Cast) -> None:
    """DESIGN.md: no word of a message or a post is among them."""
    case = opened(cast)
    assert not [one for one in suggestions(case) if "全崩" in one.text or "算谁的" in one.text]


def test_the_same_case_gives_the_same_sentences_each_once(cast: Cast, frozen: FrozenClock) -> None:
    case = handled(cast)
    handling.find(case, "登录服务中断七十分钟。", "证书到期未续。", "另有一个标段。", cast.tech_liaison)
    first = suggestions(again(case))
    frozen.advance(dt.timedelta(hours=1))
    assert suggestions(again(case)) == first
    assert len({one.text for one in first}) == len(first)
