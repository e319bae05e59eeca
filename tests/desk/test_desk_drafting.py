"""The pages of drafting and review, without scripts: templates, sentences, hints, holding word, confirmation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import stories
from cast import Cast
from desk_helpers import text_of
from huiying.desk.subjects.drafting import VERBS
from huiying.handling.models import Case
from huiying.ledger.models import LedgerEntry
from huiying.people.models import User
from huiying.responding import actions as responding
from huiying.responding.actions.drafting import hold_statement
from huiying.responding.actions.writing_aids import save_template
from huiying.responding.models import AnswerTemplate, BodyConfirmation, MachineDraft, Publication, ReviewRound, Revision

Browser = Callable[[User], Client]
BODY = {"facts": "经与财政局核对，9月14日登录服务中断七十分钟。"}
REASON = "时限将到，事实已由我局核对清楚，先行回应。"
SAID = {"means": "phone", "name": "王主任", "answer": "agree", "comment": "逐条核对过，没有出入。"}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
TEXT = "9月14日的情况：【请填：核实情况】。办理：【请填：处置措施】。电话【请填：联系电话】。"


def form_of(**changes: Any) -> dict[str, Any]:
    told = {name: stories.DRAFT[name] for name in ("title", "question", "facts", "basis")}
    return told | {"rendition_portal": stories.DRAFT["renditions"]["portal"], "bodies": ""} | changes  # type: ignore[index]


def draft_page(case: Case) -> str:
    return f"/desk/cases/{case.number}/draft/"


# --- the draft --------------------------------------------------------------------------------------------------------


def test_the_page_asks_what_kind_who_speaks_how_open_and_where(cast: Cast, browser: Browser) -> None:
    """C1.1 C8.2 C8.3 C3.1"""
    case = stories.handled(cast)
    text = text_of(browser(cast.editor).get(draft_page(case)))
    for words in (
        "首发",
        "结果",
        "谁来说",
        "交易中心信息技术部",
        "主动公开",
        "部分不公开",
        "告知法定渠道",
        "异议",
        "门户网站的文稿",
    ):
        assert words in text
    assert "续报" not in text, "nothing is public that could be followed up"


def test_everything_that_was_said_is_saved(cast: Cast, browser: Browser) -> None:
    case = stories.handled(cast)
    told = form_of(
        stage="final", statutory=["objection"], openness="partly", openness_ground="third_party",
        openness_left_out="报价明细", openness_review_on="2026-12-01", voice="d:交易中心信息技术部", template="outage",
        bodies="市水务局、市气象局",
    )  # fmt: skip
    assert browser(cast.editor).post(draft_page(case), told).status_code == 302
    saved = Revision.objects.get()
    assert (saved.stage, saved.statutory, saved.openness, saved.template) == (
        "final",
        ["objection"],
        "partly",
        "outage",
    )
    assert (saved.openness_ground, str(saved.openness_review_on)) == ("third_party", "2026-12-01")
    assert saved.bodies == ["市气象局", "市水务局"]
    again = browser(cast.editor).post(draft_page(case), told, follow=True)
    assert "没有改动" in text_of(again)


def test_what_is_missing_stands_above_and_the_button_comes_when_nothing_is(cast: Cast, browser: Browser) -> None:
    case = stories.handled(cast)
    client = browser(cast.editor)
    text = text_of(client.post(draft_page(case), form_of(facts="受影响的是【请填：标段】。"), follow=True))
    assert "送审之前还差" in text
    assert "模板里还有没填的空：标段" in text
    assert "稿送审" not in text
    text = text_of(client.post(draft_page(case), form_of(quotes="1", facts="9月14日中断。"), follow=True))
    assert "把第 2 稿送审" in text
    assert client.post(f"/desk/cases/{case.number}/do/submit/").status_code == 302


@pytest.mark.parametrize("insert", ["template:general", "sentence:0"])
def test_without_scripts_a_press_puts_the_text_in_and_saves_nothing(cast: Cast, browser: Browser, insert: str) -> None:
    case = stories.handled(cast)
    before = LedgerEntry.objects.count()
    told = form_of(rendition_portal="先写的一句。", insert=insert, into="portal", title="写到一半的标题")
    response = browser(cast.editor).post(draft_page(case), told)
    text = text_of(response)
    assert response.status_code == 200
    assert "先写的一句。" in text
    assert "写到一半的标题" in text, "nothing that was typed is lost"
    assert "登录服务中断七十分钟" in text
    assert LedgerEntry.objects.count() == before
    assert not Revision.objects.exists()


def test_a_press_on_something_that_is_not_there_changes_nothing(cast: Cast, browser: Browser) -> None:
    case = stories.handled(cast)
    for insert in ("template:no-such", "sentence:99", "machine:99", "nonsense", "sentence:x"):
        response = browser(cast.editor).post(draft_page(case), form_of(insert=insert, into="fax"))
        assert response.status_code == 200


def test_the_help_names_sources_reasons_and_hints(cast: Cast, browser: Browser) -> None:
    case = stories.drafted(cast, renditions={"portal": "我局高度重视，第一时间处理。"}).case
    text = text_of(browser(cast.editor).get(draft_page(case)))
    for words in (
        "交易中心信息技术部报的核实情况",
        "因为：",
        "“高度重视”没有告诉读者任何事",
        "第一段没有事实",
        "平均每句",
    ):
        assert words in text


def test_detected_bodies_and_where_each_stands_are_shown_c8_4(cast: Cast, browser: Browser) -> None:
    case = stories.drafted(cast, **BODY).case
    text = text_of(browser(cast.editor).get(draft_page(case)))
    assert '文中提到的机关（机器识别）：<span lang="zh-Hans">财政局</span>' in text
    assert "还没有征求意见" in text


def test_the_local_model_is_not_spoken_of_until_it_is_configured(
    cast: Cast, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUIYING_DRAFT_ENDPOINT", raising=False)
    case = stories.handled(cast)
    assert "本地模型" not in text_of(browser(cast.editor).get(draft_page(case)))
    told = form_of(propose="1", into="portal")
    assert "没有配置本地起草模型" in text_of(browser(cast.editor).post(draft_page(case), told))
    assert not MachineDraft.objects.exists()


def test_a_proposal_is_marked_and_put_in_by_a_person(
    cast: Cast, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYING_DRAFT_ENDPOINT", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("HUIYING_DRAFT_MODEL", "m")
    case = stories.handled(cast)
    row = MachineDraft.objects.create(
        case=case, target="portal", model="m", text="机器写的一段话。", prompt_sha256="0" * 64, asked_by="采编小林",
        at=case.opened_at,
    )  # fmt: skip
    client = browser(cast.editor)
    page = client.get(draft_page(case))
    assert "机器建议，未经人改动不能送审" in text_of(page)
    assert page.content.decode().count("机器写的一段话。") == 2, "shown, and in the button; in no field"
    told = form_of(insert=f"machine:{row.pk}", into="portal", rendition_portal="")
    assert f'name="machine" value="{row.pk}"' in client.post(draft_page(case), told).content.decode()
    client.post(draft_page(case), form_of(rendition_portal="机器写的一段话！", machine=str(row.pk)))
    assert client.post(f"/desk/cases/{case.number}/do/submit/").status_code == 409


def test_a_follow_up_comes_after_what_is_public_and_a_correction_names_it_c11_1(cast: Cast, browser: Browser) -> None:
    case = stories.answered(cast)
    client = browser(cast.editor)
    text = text_of(client.get(draft_page(case)))
    assert "更正或撤回已经发布的" in text
    assert "续报" in text
    row = Publication.objects.get(case=case)
    told = form_of(quotes="1", stage="correction", corrects=str(row.pk), title="更正")
    assert client.post(draft_page(case), told).status_code == 409
    assert client.post(draft_page(case), told | {"correction_note": "时间写错了"}).status_code == 302
    saved = Revision.objects.latest("id")
    assert (saved.stage, saved.corrects) == ("correction", row)


# --- review -----------------------------------------------------------------------------------------------------------


def test_a_reviewer_is_asked_the_checks_of_the_step_and_no_other_c8_2(cast: Cast, browser: Browser) -> None:
    round_ = stories.submitted(cast)
    pages = {step.role: f"/desk/reviews/{step.pk}/" for step in round_.steps.all()}
    assert "保密审查：不涉及" in text_of(browser(cast.secrecy).get(pages["secrecy_checker"]))
    head = text_of(browser(cast.tech_head).get(pages["division_head"]))
    assert "保密审查：不涉及" not in head
    assert "个人信息审查：没有" not in head


def test_a_reviewer_reads_stage_voice_openness_channels_and_basis(cast: Cast, browser: Browser) -> None:
    """C1.1 C3.1 C8.2 C8.3"""
    round_ = stories.submitted(cast, statutory=["petition"])
    step = round_.steps.get(role="division_head")
    response = browser(cast.tech_head).get(f"/desk/reviews/{step.pk}/")
    text = text_of(response)
    for words in (
        "首发",
        "交易中心信息技术部",
        "主动公开",
        "信访",
        "《招标投标法实施条例》",
        "口径第 1 版",
        "这一步",
        "处(室)审核",
    ):
        assert words in text
    raw = response.content.decode()
    assert "data-listen" in raw
    assert "hidden>听文稿" in " ".join(raw.split())


def test_the_check_is_ticked_on_the_page_or_the_step_is_not_agreed_c8_2(cast: Cast, browser: Browser) -> None:
    round_ = stories.submitted(cast)
    page = f"/desk/reviews/{round_.steps.get(role='secrecy_checker').pk}/"
    told = {"decision": "approve", "manifest_sha256": round_.manifest_sha256, "comment": ""}
    refused = browser(cast.secrecy).post(page, told)
    assert refused.status_code == 409
    assert "保密审查" in text_of(refused)
    assert browser(cast.secrecy).post(page, told | {"secrecy": "on"}).status_code == 302


# --- templates --------------------------------------------------------------------------------------------------------


def test_the_office_lays_its_words_over_a_template_and_takes_them_off(cast: Cast, browser: Browser) -> None:
    client = browser(cast.office)
    assert "系统故障说明" in text_of(client.get("/desk/templates/"))
    told = {"code": "outage", "title": "本局的故障说明", "text": TEXT, "stage": "", "levels": ["L2"]}
    assert client.post("/desk/templates/outage/", told).status_code == 302
    assert "本局的故障说明" in text_of(client.get("/desk/templates/"))
    assert client.post("/desk/templates/outage/retire/").status_code == 302
    assert "系统故障说明" in text_of(client.get("/desk/templates/"))
    assert "以前的写法" in text_of(client.get("/desk/templates/outage/"))


def test_a_template_is_read_by_everybody_in_post_and_changed_by_few_c9_5(cast: Cast, browser: Browser) -> None:
    told = {"code": "own-1", "title": "本局的", "text": TEXT}
    assert browser(cast.tech_head).get("/desk/templates/outage/").status_code == 200
    for who in (cast.tech_head, cast.duty, cast.admin):
        assert browser(who).post("/desk/templates/new/", told).status_code == 404
        assert browser(who).post("/desk/templates/outage/retire/").status_code == 404
    assert browser(cast.admin).get("/desk/templates/").status_code == 404
    assert browser(cast.office).get("/desk/templates/no-such/").status_code == 404
    assert not AnswerTemplate.objects.exists()


def test_a_template_that_lacks_something_comes_back_as_it_was_typed(cast: Cast, browser: Browser) -> None:
    client = browser(cast.editor)
    assert client.post("/desk/templates/new/", {"code": "own-1"}).status_code == 422
    refused = client.post(
        "/desk/templates/new/", {"code": "own-1", "title": "本局的", "text": "【请填：没有收口的空，电话5551234"}
    )
    assert refused.status_code == 409
    assert "空要写成" in text_of(refused)


# --- the verbs of a case ----------------------------------------------------------------------------------------------


def approved_holding(cast: Cast) -> Case:
    case = stories.routed(cast)
    stories.approve(cast, hold_statement(case, cast.duty, ["portal"]))
    return stories.again(case)


def holding_in_review(cast: Cast) -> Case:
    case = stories.routed(cast)
    hold_statement(case, cast.duty, ["portal"])
    return stories.again(case)


def overridden(cast: Cast) -> Case:
    case = stories.approved(cast, **BODY)
    row, _token = responding.ask_confirmation(case, "财政局", "", cast.editor)
    responding.override_confirmation(row, REASON, cast.deputy)
    return stories.again(case)


def objected(cast: Cast) -> Case:
    case = stories.approved(cast, **BODY)
    _row, token = responding.ask_confirmation(case, "财政局", "", cast.editor)
    responding.answer_confirmation(token, "object", "王主任", "时间有出入")
    return stories.again(case)


@dataclass(frozen=True)
class Row:
    verb: str
    story: Callable[[Cast], Case]
    who: str
    told: dict[str, Any] = field(default_factory=dict)
    row: bool = False  # the form names the case's confirmation


ROWS = (
    Row("hold_statement", stories.routed, "duty", {"channels": ["portal", "weibo"]}),
    Row("release_holding", approved_holding, "office", {"channels": ["portal"]}),
    Row("withdraw_holding", holding_in_review, "duty"),
    Row("record_confirmation", lambda cast: stories.drafted(cast, **BODY).case, "editor", SAID | {"body": "财政局"}),
    Row("hear_after_all", overridden, "editor", SAID, row=True),
    Row("escalate_conflict", objected, "office", row=True),
)


def filled(row: Row) -> dict[str, Any]:
    return row.told | ({"row": str(BodyConfirmation.objects.get().pk)} if row.row else {})


def press(client: Client, case: Case, row: Row, told: dict[str, Any] | None = None) -> Any:
    return client.post(f"/desk/cases/{case.number}/do/{row.verb}/", told or {})


def test_the_rows_are_the_verbs_of_this_part() -> None:
    assert {row.verb for row in ROWS} == set(VERBS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.verb)
def test_the_verb_is_offered_done_recorded_and_leads_back(cast: Cast, browser: Browser, row: Row) -> None:
    case = row.story(cast)
    client = browser(cast.people[row.who])
    page = f"/desk/cases/{case.number}/answer/"
    assert f"do/{row.verb}/" in client.get(page).content.decode()
    before = LedgerEntry.objects.count()
    response = press(client, case, row, filled(row))
    assert (response.status_code, response.url) == (302, page)
    assert LedgerEntry.objects.count() > before
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("row", [row for row in ROWS if row.told or row.row], ids=lambda row: row.verb)
def test_an_empty_form_answers_422(cast: Cast, browser: Browser, row: Row) -> None:
    case = row.story(cast)
    before = LedgerEntry.objects.count()
    assert press(browser(cast.people[row.who]), case, row).status_code == 422
    assert LedgerEntry.objects.count() == before


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.verb)
def test_who_sees_the_case_and_may_not_hears_409_who_does_not_404(cast: Cast, browser: Browser, row: Row) -> None:
    """C7.5 C9.5"""
    case = row.story(cast)
    told, before = filled(row), LedgerEntry.objects.count()
    assert press(browser(cast.inspector), case, row, told).status_code == 409
    assert press(browser(cast.works_head), case, row, told).status_code == 404
    assert LedgerEntry.objects.count() == before


def test_a_letter_is_uploaded_as_proof(cast: Cast, browser: Browser) -> None:
    """C8.4: 凭证."""
    case = stories.drafted(cast, **BODY).case
    proof = SimpleUploadedFile("来函.png", PNG, "image/png")
    told = SAID | {"body": "财政局", "means": "letter", "comment": "", "proof": proof}
    client = browser(cast.editor)
    assert client.post(f"/desk/cases/{case.number}/do/record_confirmation/", told).status_code == 302
    row = BodyConfirmation.objects.get()
    assert row.proof is not None
    assert "来函" in text_of(client.get(f"/desk/cases/{case.number}/answer/"))


def test_a_holding_statement_shows_on_the_case_and_on_the_reviewer_s_list(cast: Cast, browser: Browser) -> None:
    case = holding_in_review(cast)
    text = text_of(browser(cast.duty).get(f"/desk/cases/{case.number}/answer/"))
    assert "“正在核实”" in text
    assert "办公室审核" in text
    assert "正在核实" in text_of(browser(cast.office).get("/desk/reviews/"))
    assert ReviewRound.objects.get().track == "holding"


def test_the_page_of_templates_says_who_wrote_the_office_s_words(cast: Cast, browser: Browser) -> None:
    save_template("outage", "本局的故障说明", TEXT, cast.office)
    assert "本局的，办公室主任写" in text_of(browser(cast.duty).get("/desk/templates/outage/"))
