"""C11.2: how many messages wait on our own site is counted from them; the approved text is ready to paste."""

from __future__ import annotations

import pytest

import releasing_told as told
import stories
from cast import Cast
from huiying.handling.models import Case
from huiying.judging.models import Event, Screening
from huiying.judging.pipeline import judge_pending
from huiying.listening.actions import receive_message
from huiying.listening.models import Message
from huiying.people.models import Platform
from huiying.responding.actions.press import publish_press
from huiying.responding.models import Publication
from huiying.responding.partners import article, latest_on, unanswered_here


def message(text: str = stories.CONSULTATION) -> Event | None:
    receipt = receive_message("咨询", text, "")
    while judge_pending().screened:
        pass
    return Event.objects.filter(members__post__message__number=receipt.number).first()


def test_a_message_waits_until_its_matter_is_answered_in_public(cast: Cast) -> None:
    assert unanswered_here() == 0
    event = message()
    assert event is not None
    assert unanswered_here() == 1
    case = Case.objects.create(
        number="20260914-77", event=event, title="在哪办", state="handling", level="L1",
        first_known_at=event.first_known_at, regulation=stories.opened(cast).regulation, opened_at=event.opened_at,
    )  # fmt: skip
    assert unanswered_here() == 1
    Case.objects.filter(pk=case.pk).update(answered_at=event.opened_at)
    assert unanswered_here() == 0


@pytest.mark.parametrize("state", [Event.DISMISSED, Event.NOTED])
def test_a_person_may_decide_that_none_is_needed(cast: Cast, state: str) -> None:
    event = message()
    assert event is not None
    Event.objects.filter(pk=event.pk).update(state=state)
    assert unanswered_here() == 0


def test_the_machine_alone_never_says_that_none_is_needed(cast: Cast) -> None:
    message("今天天气真好，祝大家工作顺利，没有别的事情了。")
    assert unanswered_here() == Message.objects.count() == 1
    Screening.objects.update(cleared=Screening.OUT)
    assert unanswered_here() == 0


def test_a_merged_event_follows_the_one_that_took_it_in(cast: Cast) -> None:
    event, case = message(), stories.answered(cast)
    assert event is not None
    Event.objects.filter(pk=event.pk).update(state=Event.MERGED, merged_into=case.event)
    assert unanswered_here() == 0


def test_the_pasted_text_is_clean_html_of_exactly_what_was_approved(cast: Cast) -> None:
    nasty = "第一段<script>alert(1)</script>\n\n第二段 & “引号”"
    release = told.approved(cast, renditions={"portal": "文字", "wechat": nasty})
    (row,) = publish_press(release, ["wechat"], cast.editor)
    html = article(row)
    assert html == (
        f"<section><h1>{row.title}</h1><p>第一段&lt;script&gt;alert(1)&lt;/script&gt;</p>"
        "<p>第二段 &amp; “引号”</p><p>依据：《电子招标投标办法》第二十九条</p></section>"
    )
    assert "style" not in html


def test_an_account_lists_what_was_last_sent_there(cast: Cast) -> None:
    told.published(cast)
    portal = Platform.objects.get(code="portal")
    assert list(latest_on(portal, cast.office)) == list(Publication.objects.all())
    assert list(latest_on(Platform.objects.get(code="weibo"), cast.office)) == []


def test_a_department_does_not_see_what_was_said_in_cases_of_others(cast: Cast) -> None:
    """C7.5"""
    told.published(cast)
    case = stories.answered(cast)
    portal = Platform.objects.get(code="portal")
    assert [row.case for row in latest_on(portal, cast.works_head)] == [None]
    assert {row.case for row in latest_on(portal, cast.tech_head)} == {None, case}
