"""C2.2, C6.13, C7.3–C7.5, C10.7: the pages of the work on a case say what waits, for whom, and keep what was typed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cast import Cast
from desk_helpers import text_of
from huiying.desk.subjects.work import TaskForm, section
from huiying.handling.actions.tasks import finish_task
from huiying.handling.actions.work import agree_facts, current_facts
from huiying.handling.models import Attachment, Note, Task
from huiying.kernel import clock
from huiying.people.standing import standing
from stories import DRAFT, accepted, again, drafted, handled, task

PDF = b"%PDF-1.7 a letter"


def page(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return text_of(response)


def do(client: Client, case: Any, verb: str, **told: Any) -> Any:
    return client.post(f"/desk/cases/{case.number}/do/{verb}/", told)


def test_the_office_makes_a_task_from_the_case_page_and_its_owner_finds_it(cast: Cast, browser: Any) -> None:
    case = accepted(cast)
    due = (clock.now() + dt.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    made = do(
        browser(cast.office),
        case,
        "make_task",
        kind="matter",
        title="电话告知投标人",
        due_at=due,
        owner=cast.tech_liaison.pk,
    )
    assert made.status_code == 302
    row = Task.objects.get(case=case)
    assert (row.department.code, row.owner) == ("Z-XX", cast.tech_liaison)
    assert "电话告知投标人" in page(browser(cast.tech_liaison), "/desk/tasks/")
    assert "电话告知投标人" not in page(browser(cast.works_head), "/desk/tasks/")


def test_a_task_is_finished_on_its_page_and_then_offers_nothing(cast: Cast, browser: Any) -> None:
    row = task(cast, accepted(cast))
    client = browser(cast.tech_liaison)
    assert client.post(f"/desk/tasks/{row.pk}/done/", {"note": ""}).status_code == 422
    assert client.post(f"/desk/tasks/{row.pk}/done/", {"note": "好"}).status_code == 409
    assert client.post(f"/desk/tasks/{row.pk}/done/", {"note": "三家投标人均已告知。"}).status_code == 302
    assert "三家投标人均已告知。" in page(client, f"/desk/tasks/{row.pk}/")
    again_ = client.post(f"/desk/tasks/{row.pk}/done/", {"note": "三家投标人均已告知。"})
    assert again_.status_code == 409
    assert "已经了结" in text_of(again_)


def test_a_task_is_there_for_its_owner_and_not_for_a_stranger(cast: Cast, browser: Any) -> None:
    case = accepted(cast)
    row = task(cast, case, Task.HELP, department=cast.department("GCC"), owner=cast.works_liaison)
    text = page(browser(cast.works_liaison), f"/desk/tasks/{row.pk}/")
    assert row.title in text
    assert case.number not in text  # the case is not theirs to see
    assert browser(cast.watch_head).get(f"/desk/tasks/{row.pk}/").status_code == 404
    assert browser(cast.watch_head).post(f"/desk/tasks/{row.pk}/done/", {"note": "我来办结。"}).status_code == 404
    assert browser(cast.works_liaison).post(f"/desk/tasks/{row.pk}/burn/").status_code == 404
    assert browser(cast.works_liaison).post(f"/desk/tasks/{row.pk}/drop/", {"reason": "不想办了。"}).status_code == 409


def test_after_the_end_only_what_is_put_right_is_offered(cast: Cast) -> None:
    """C2.2: rectification outlives the case; no other kind is offered where it would be refused."""
    case = accepted(cast)
    assert len(TaskForm(subject=case, user=cast.office).fields["kind"].choices) == 3  # type: ignore[attr-defined]
    case.state = "closed"
    form = TaskForm(subject=case, user=cast.office)
    assert [kind for kind, _word in form.fields["kind"].choices] == ["rectify"]  # type: ignore[attr-defined]


def test_the_list_of_tasks_filters_by_address(cast: Cast, browser: Any, frozen: clock.FrozenClock) -> None:
    row = task(cast, accepted(cast))
    office = browser(cast.office)
    assert row.title not in page(office, "/desk/tasks/")
    assert row.title in page(office, "/desk/tasks/?whose=all")
    assert row.title not in page(office, "/desk/tasks/?whose=all&late=1")
    frozen.advance(dt.timedelta(days=3))
    assert "已超 24 小时" in page(office, "/desk/tasks/?whose=all&late=1")


def test_a_file_is_only_ever_downloaded_and_only_by_those_who_see_the_case(
    cast: Cast, browser: Any, home: object
) -> None:
    case = accepted(cast)
    sent = do(browser(cast.tech_liaison), case, "attach", file=SimpleUploadedFile("函.pdf", PDF, "text/html"))
    assert sent.status_code == 302
    row = Attachment.objects.get()
    answer = browser(cast.office).get(f"/desk/attachments/{row.pk}/")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert browser(cast.works_head).get(f"/desk/attachments/{row.pk}/").status_code == 404


def test_a_refused_file_answers_409_and_nothing_is_kept(cast: Cast, browser: Any, home: object) -> None:
    refused = do(
        browser(cast.tech_liaison),
        accepted(cast),
        "attach",
        file=SimpleUploadedFile("x.pdf", b"GIF89a\x00", "image/png"),
    )
    assert refused.status_code == 409
    assert not Attachment.objects.exists()


def test_what_is_said_stands_in_the_case_section(cast: Cast, browser: Any) -> None:
    case = accepted(cast)
    assert do(browser(cast.tech_liaison), case, "say", text="请@值班员小周 看一下时间。").status_code == 302
    assert Note.objects.get().mentions == ["duty"]
    assert [note.text for note in section(again(case), cast.office)["work_notes"]] == ["请@值班员小周 看一下时间。"]


@pytest.mark.parametrize("who", ["office", "tech_liaison"])
def test_the_section_costs_few_queries_whatever_it_holds(
    cast: Cast, who: str, django_assert_max_num_queries: Any
) -> None:
    case = handled(cast)
    for number in range(4):
        task(cast, case, title=f"第{number}项线下事情")
        agree_facts(again(case), f"第{number}版事实，七十分钟。", number, "又查清一处", cast.tech_head)
    user = cast.people[who]
    standing(user)  # the gate of the page has read it
    with django_assert_max_num_queries(12):
        found = section(again(case), user)
    assert found["work_facts"].version == 4
    assert len(found["work_tasks"]) == 4
    assert found["work_facts_change"]


def test_the_draft_page_is_prefilled_with_the_agreed_facts_c7_4(cast: Cast, browser: Any) -> None:
    case = handled(cast)
    agree_facts(case, "登录服务中断七十分钟，两个标段顺延。", 0, "", cast.tech_head)
    text = browser(cast.editor).get(f"/desk/cases/{case.number}/draft/").content.decode()
    assert "登录服务中断七十分钟，两个标段顺延。" in text
    assert 'name="quotes" value="1"' in text


def test_a_writer_who_saw_older_facts_is_told_what_changed_and_loses_nothing_scenario_7(
    cast: Cast, browser: Any
) -> None:
    revision = drafted(cast)
    case = revision.case
    told = {
        "title": "换了一个题目",
        "question": DRAFT["question"],
        "facts": DRAFT["facts"],
        "basis": DRAFT["basis"],
        "rendition_portal": "门户的文稿。",
        "quotes": "1",
    }
    agree_facts(again(case), "9月14日登录服务中断，涉及三个标段。", 1, "又查出一个标段", cast.tech_head)
    client = browser(cast.editor)
    refused = client.post(f"/desk/cases/{case.number}/draft/", told)
    assert refused.status_code == 409
    shown = refused.content.decode()
    assert "第 2 版" in shown
    assert "<del>" in shown
    assert "换了一个题目" in shown
    assert 'name="quotes" value="2"' in shown
    sheet = current_facts(case)
    assert sheet is not None
    saved = client.post(f"/desk/cases/{case.number}/draft/", {**told, "facts": sheet.text, "quotes": "2"})
    assert saved.status_code == 302
    assert case.revisions.last().fact_sheet == 2


def test_feedback_is_offered_only_where_somebody_waits(cast: Cast, browser: Any) -> None:
    text = page(browser(cast.office), f"/desk/cases/{handled(cast).number}/")
    assert "登记反馈" not in text


def test_the_closing_form_asks_a_complaint_what_is_put_right_c2_2(cast: Cast) -> None:
    from huiying.desk.subjects.work import CloseForm

    case = handled(cast)
    assert "no_rectify" not in CloseForm(subject=case, user=cast.office).fields
    case.concern = "投诉"
    case.save(update_fields=["concern"])
    form = CloseForm({"root_cause": "证书无人盯办", "no_rectify": "外部单位已整改"}, subject=case, user=cast.office)
    assert form.is_valid()
    assert form.cleaned_data["root_cause"] == "证书无人盯办\n不需要源头整改：外部单位已整改"
    finish_task(task(cast, case, Task.RECTIFY), "已列入月度检查。", cast.tech_head)
    assert "no_rectify" not in CloseForm(subject=case, user=cast.office).fields
