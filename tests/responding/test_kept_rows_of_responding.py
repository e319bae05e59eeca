"""INV-4, INV-8, INV-12: what was drafted, reviewed, published and promised stands as its verbs told the ledger."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection

import forms_of
import releasing_told
from cast import Cast
from huiying.handling.actions import accept, find, route
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.models import Spokesperson
from huiying.responding import actions
from huiying.responding.actions import dialogue, writing_aids
from huiying.responding.actions.following import answer_filing, decide_sustained, record_filing
from huiying.responding.actions.pages import withdraw_page
from huiying.responding.actions.partners import mark_sent, push, record_reply
from huiying.responding.actions.releasing import drop_disclosure, edit_disclosure, finish_gap, make_gap, plan_disclosure
from huiying.responding.actions.speaking import answer_inquiry, authorise_for_press, record_inquiry, revoke
from huiying.responding.actions.writing_aids import ask_machine, retire_template, save_template
from huiying.responding.forms_of_answer import voices
from huiying.responding.models import PersonalRequest, Publication, ReviewStep, TopicPage
from huiying.responding.readiness import GROUNDS
from partners_told import partner
from planted_in import empty_of, told_otherwise, unseen
from portal.public_world import page
from stories import DRAFT, RUMOUR, again, approve, approved, do_what_is_due, effects_seen, opened, seen, submitted

pytestmark = pytest.mark.django_db
URL = "https://weibo.example/1"
BOTH = {"renditions": dict.fromkeys(("portal", "weibo"), "登录服务已恢复，受影响的两个标段开标顺延。")}
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def mailing(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EMAIL_HOST, settings.ALLOWED_HOSTS = "mail.example.cn", ["testserver", "hui.example.cn"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    monkeypatch.setattr(writing_aids, "propose", lambda *_words: ("登录服务已经恢复。", "local-7b"))


def lived(cast: Cast, frozen: FrozenClock) -> None:
    """Everything that this room writes, each thing begun and most of it changed once."""
    _answered(cast)
    _withheld(cast)
    _unasked(cast)
    _pages_and_people(cast, frozen)


def _answered(cast: Cast) -> None:
    save_template("own", "本局的", "9月14日的情况：【请填：核实情况】。", cast.office)
    save_template("own", "本局的模板", "9月14日的情况：【请填：核实情况】。", cast.office)
    retire_template("own", cast.office)
    round_ = submitted(cast, **BOTH)
    case, step = round_.case, ReviewStep.objects.filter(round=round_).order_by("position")[0]
    actions.withdraw(case, cast.editor)
    machine = ask_machine(case, "portal", cast.editor)
    actions.save_revision(case, actor=cast.editor, machine=machine, **(DRAFT | BOTH | {"title": "关于开标故障的说明"}))  # type: ignore[arg-type]
    second = actions.submit(case, cast.editor)
    step = second.steps.get(role="division_head")
    told = {"manifest_sha256": second.manifest_sha256, "actor": cast.tech_head}
    actions.decide_step(step, approve=False, comment="时间不对，请改。", **told)
    actions.save_revision(case, actor=cast.editor, **(DRAFT | BOTH | {"title": "关于登录故障的说明"}))  # type: ignore[arg-type]
    asked, _token = actions.ask_confirmation(case, "财政局", "", cast.editor)
    actions.override_confirmation(asked, "时限将到，先公布已核实的部分。", cast.deputy)
    actions.record_confirmation(
        case, "市委宣传部", "agree", "王主任", "phone", "电话里说同意。", forms_of.photo(), cast.editor
    )
    third = actions.submit(case, cast.editor)
    approve(cast, third)
    entry = forms_of.speaker(cast)
    word = forms_of.authorised(cast, case)
    forms_of.held(cast, case, speaker=word)
    forms_of.expert(cast, case)
    forms_of.interview(cast, case)
    revoke(forms_of.authorised(cast, case), "另选发言人。", cast.deputy)
    assert entry.pk == word.speaker_id
    actions.release(case, ["portal", "weibo"], cast.office)
    do_what_is_due()
    row = actions.record_post(Publication.objects.get(case=case, channel="by_hand"), URL, forms_of.photo(), cast.editor)
    row = actions.verify_post(row, False, "少了一段，请重发。", cast.office)
    row = actions.record_post(row, URL, forms_of.photo(), cast.editor)
    actions.verify_post(row, True, "", cast.office)
    asker = record_inquiry(case, "鞍山日报", "受影响的有几个项目？", clock.now(), cast.duty)
    answer_inquiry(asker, "两个标段，都已顺延。", voices(case)[0].key, cast.editor)
    answer_filing(
        record_filing(case, "petition", "信访〔2026〕31号", clock.now(), cast.office), "答复〔2026〕9号", cast.office
    )
    seen(cast, case)
    decide_sustained(case, True, "按结果继续说明进度。", 24, cast.office)
    effects_seen(cast, case, "second_wave")
    decide_sustained(case, False, "已说清楚，不再另说。", None, cast.office)


def _withheld(cast: Cast) -> None:
    other = opened(cast, text=RUMOUR)
    route(other, cast.department("Z-XX"), [], "涉及系统，由信息技术部主办。", cast.duty)
    accept(other, cast.tech_head)
    find(other, "没有撤销的决定。", "网传。", "两个标段来问。", cast.tech_liaison)
    made = actions.propose_withhold(
        other, next(iter(GROUNDS)), "涉及未公开的评标过程。", clock.now().date() + 30 * DAY, cast.office
    )
    actions.second_withhold(made, True, cast.deputy)


def _unasked(cast: Cast) -> None:
    release = releasing_told.corrected(cast)
    authorise_for_press(release, Spokesperson.objects.get(until__isnull=True), "答记者问", cast.top)
    back = releasing_told.submitted(cast)
    releasing_told.decide(back.steps.order_by("position")[0], cast.office, approve=False)
    sent = mark_sent(push(releasing_told.live(release), partner(cast), cast.office), cast.office)
    record_reply(sent, "reposted", "https://weianshan.example/a/1", "", cast.office)
    item = plan_disclosure(
        title="第三季度数据", kind="statistics", department=cast.department("Z-XX"), due_on=dt.date(2026, 12, 30),
        repeats="quarterly", ground="", actor=cast.office,
    )  # fmt: skip
    told = {"title": "第三季度的数据", "kind": item.kind, "repeats": item.repeats, "ground": ""}
    item = edit_disclosure(item, due_on=dt.date(2026, 12, 31), actor=cast.office, **told)
    drop_disclosure(item, "合并到年报。", False, cast.office)
    gap = make_gap(
        question="外地企业在哪里办证书", department=cast.department("Z-XX"), owner=cast.tech_liaison,
        due_at=clock.now() + DAY, actor=cast.office,
    )  # fmt: skip
    finish_gap(gap, "https://www.example.gov.cn/1.html", cast.tech_liaison)


def _pages_and_people(cast: Cast, frozen: FrozenClock) -> None:
    shown = page(cast, TopicPage.FREQUENT)
    page(cast, TopicPage.FREQUENT, page=shown, title="外地企业的证书在哪里办", note="标题改短。")
    withdraw_page(page(cast, TopicPage.CLARIFICATION), "另有说明。", cast.editor)
    asked = dialogue.ask_request("correction", "第二段写错了，我的电话是13912345678，请改正。")
    wish = PersonalRequest.objects.get(number=asked.number)
    dialogue.decide_request(wish, PersonalRequest.GRANTED, "已按您说的改正。", False, cast.office)
    dialogue.confirm(dialogue.follow("reader@example.cn", "", "zh-hans"))
    dialogue.end(dialogue.follow("other@example.cn", "", "zh-hans"))
    frozen.advance(dt.timedelta(days=400))
    assert dialogue.purge_originals(clock.now()) == 1
    dialogue.tell(clock.now())


def test_all_that_the_verbs_wrote_is_as_they_told_the_ledger_inv_8(cast: Cast, frozen: FrozenClock) -> None:
    lived(cast, frozen)
    assert told_otherwise("responding") == set()
    assert empty_of("responding") == []


def test_each_kept_column_and_row_is_found_when_it_is_edited_behind_the_verbs_inv_12(
    cast: Cast, frozen: FrozenClock
) -> None:
    lived(cast, frozen)
    assert unseen("responding") == []


def test_what_was_called_back_is_told_and_cannot_be_put_back_on_the_list_inv_4(cast: Cast) -> None:
    """A text whose approval is void never goes out, though somebody sets its state back in the database."""
    case = approved(cast, **BOTH)
    actions.release(case, ["weibo"], cast.office)
    (row,) = Publication.objects.filter(case=case)
    actions.save_revision(again(case), actor=cast.editor, **(DRAFT | BOTH | {"title": "关于登录故障的说明"}))  # type: ignore[arg-type]
    entry = LedgerEntry.objects.get(kind="release.called_back")
    assert entry.data["target"] == "weibo"
    assert told_otherwise("responding") == set()
    Publication.objects.filter(pk=row.pk).update(state=Publication.TO_DO)
    assert told_otherwise("responding") == {("responding_publication", str(row.pk), "state")}


def test_a_publication_on_its_way_is_no_other_for_being_tried_again(cast: Cast) -> None:
    case = approved(cast)
    (row,) = actions.release(case, ["portal"], cast.office)
    Publication.objects.filter(pk=row.pk).update(state=Publication.SENDING)
    assert told_otherwise("responding") == set()
    Publication.objects.filter(pk=row.pk).update(state=Publication.FAILED)
    assert told_otherwise("responding") == {("responding_publication", str(row.pk), "state")}


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE responding_topictext SET text = '业务已停办。' WHERE decision = 'approved'",
        "UPDATE responding_topicpage SET withdrawn_at = NULL WHERE withdrawn_at IS NOT NULL",
        "UPDATE responding_evidence SET sha256 = 'f' || substr(sha256, 2)",
    ],
)
def test_a_public_page_and_a_proof_are_not_changed_unseen(cast: Cast, frozen: FrozenClock, sql: str) -> None:
    """Three edits that an attacker made at `bb19c07` and that nobody was told of."""
    _answered(cast)
    _pages_and_people(cast, frozen)
    with connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.rowcount > 0
    table = sql.split()[1]
    assert {found[0] for found in told_otherwise("responding")} == {table}
