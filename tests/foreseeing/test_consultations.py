"""意见征集 （四）C4.2: opened by two, answered point by point by two, never without a published result."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from cast import Cast
from huiying.foreseeing import actions, queries, tasks
from huiying.foreseeing.models import Consultation, Opinion, OpinionGroup, Tally
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.work.models import Notice
from portal.public_world import concluded, opened

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def refusal(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.code


def kinds(row: Consultation) -> list[str]:
    return list(LedgerEntry.objects.filter(chain=queries.chain_of(row)).order_by("seq").values_list("kind", flat=True))


def findings() -> list[tuple[str, str]]:
    return [(found.code, found.severity) for found in tasks.results_are_published()]


def test_a_consultation_is_opened_by_a_second_person_on_the_text_that_was_seen_c4_2(cast: Cast) -> None:
    row = opened(cast)
    assert row.state == Consultation.OPEN
    assert kinds(row) == ["consultation.saved", "consultation.proposed", "consultation.opened"]
    assert row.result_due_at is not None
    assert row.result_due_at - row.closes_at == 30 * DAY  # the regulation's own period


def test_its_drafter_does_not_open_it_c4_2_inv_4(cast: Cast) -> None:
    told = {"title": "另一份办法", "summary": "背景写在这里，说明为什么。", "text": "第一条 写在这里的内容。"}
    row = actions.save_consultation(
        None, **told, department=cast.department("BGS"), closes_at=clock.now() + 20 * DAY, questions=[],
        actor=cast.office,
    )  # fmt: skip
    actions.propose_consultation(row, cast.office)
    sha = actions.draft_sha256(Consultation.objects.get(pk=row.pk))
    decide = {"approve": True, "comment": ""}
    assert refusal(actions.decide_consultation, row, sha256=sha, actor=cast.office, **decide) == "second_person"
    assert refusal(actions.decide_consultation, row, sha256="x", actor=cast.office2, **decide) == "other_text"
    assert refusal(actions.decide_consultation, row, sha256=sha, actor=cast.editor, **decide) == "not_permitted"
    with pytest.raises(IntegrityError), transaction.atomic():
        Consultation.objects.filter(pk=row.pk).update(opened_user=cast.office.pk)


def test_it_stays_open_for_as_long_as_the_regulation_asks(cast: Cast) -> None:
    assert refusal(opened, cast, days=6) == "too_short_open"
    assert opened(cast, days=8).state == Consultation.OPEN


def test_what_is_open_is_neither_changed_nor_dropped_c4_2(cast: Cast) -> None:
    row = opened(cast)
    told = {"title": "改掉的标题", "summary": "背景写在这里，说明为什么。", "text": "第一条 写在这里的内容。"}
    assert (
        refusal(
            actions.save_consultation, row, **told, department=cast.department("BGS"), closes_at=clock.now() + 20 * DAY,
            questions=[], actor=cast.editor,
        )
        == "is_open"
    )  # fmt: skip
    assert refusal(actions.drop_consultation, row, "不想办了，先放一放", cast.office) == "is_open"
    with pytest.raises(IntegrityError), transaction.atomic():
        Consultation.objects.filter(pk=row.pk).update(state="dropped")


def test_it_can_not_be_closed_without_a_published_result_must_be_impossible_c4_2(cast: Cast) -> None:
    row = opened(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Consultation.objects.filter(pk=row.pk).update(state="done")
    assert refusal(actions.propose_result, row, "结果如下，都研究过了。", cast.editor) == "still_open"


def test_an_opinion_needs_no_name_is_masked_and_its_author_stands_nowhere_inv_10(cast: Cast) -> None:
    row = opened(cast)
    opinion = actions.send_opinion(row, "建议三天内退，我的电话 13900001234", {})
    assert opinion is not None
    assert "13900001234" not in opinion.text
    assert opinion.sealed_text is not None
    names = {field.name for field in Opinion._meta.get_fields()}
    assert not names & {"author", "user", "name", "contact", "address", "ip"}
    entry = LedgerEntry.objects.filter(chain=queries.chain_of(row), kind="opinion.received").get()
    assert "建议" not in (entry.payload or "")


def test_answers_to_the_survey_are_counted_and_not_kept_c4_2(cast: Cast) -> None:
    row = opened(cast)
    for option in (0, 0, 2):
        assert actions.send_opinion(row, "", {0: option}) is None
    ((_question, options),) = queries.survey(row)
    assert [(option.count, option.share) for option in options] == [(2, 2 / 3), (0, 0.0), (1, 1 / 3)]
    assert Opinion.objects.count() == 0
    assert {field.name for field in Tally._meta.get_fields()} == {"id", "consultation", "question", "option", "count"}


def test_nothing_empty_overlong_or_unasked_is_taken_and_nothing_after_the_end(cast: Cast, frozen) -> None:
    row = opened(cast)
    assert refusal(actions.send_opinion, row, "  ", {}) == "empty"
    assert refusal(actions.send_opinion, row, "长" * 2001, {}) == "too_long"
    assert refusal(actions.send_opinion, row, "", {0: 9}) == "option"
    assert refusal(actions.send_opinion, row, "", {3: 0}) == "option"
    frozen.advance(15 * DAY)
    assert refusal(actions.send_opinion, row, "来晚了的一条意见", {}) == "closed"


def test_every_opinion_gets_a_group_and_every_group_a_reason_before_the_result_c4_2(cast: Cast, frozen) -> None:
    row = opened(cast)
    first, second = (actions.send_opinion(row, text, {}) for text in ("五天改三天", "不要公开原因"))
    assert first is not None
    assert second is not None
    frozen.advance(16 * DAY)
    assert refusal(actions.propose_result, row, "结果如下，都研究过了。", cast.editor) == "unsorted"
    told = {"summary": "退得更快一些", "decision": "adopted", "actor": cast.editor}
    assert refusal(actions.save_group, row, None, reason="", opinions=[first.pk], **told) == "too_short"
    assert refusal(actions.save_group, row, None, reason="可以做到", opinions=[], **told) == "nothing_chosen"
    assert refusal(
        actions.save_group, row, None, reason="可以做到", opinions=[first.pk], **told | {"decision": "x"}
    ) == ("decision")
    group = actions.save_group(row, None, reason="系统已能做到", opinions=[first.pk], **told)
    actions.save_group(row, group, reason="系统已能做到", opinions=[second.pk], **told)
    row = actions.propose_result(row, "结果如下，都研究过了。", cast.editor)
    assert row.state == Consultation.RESULT
    with pytest.raises(IntegrityError), transaction.atomic():
        OpinionGroup.objects.filter(pk=group.pk).update(reason="")


def test_a_group_is_in_our_words_without_personal_data(cast: Cast) -> None:
    row = opened(cast)
    opinion = actions.send_opinion(row, "建议三天内退", {})
    assert opinion is not None
    told = {"summary": "有人留了电话 13900001234", "decision": "not", "reason": "与本办法无关"}
    assert refusal(actions.save_group, row, None, **told, opinions=[opinion.pk], actor=cast.editor) == "personal_data"


def test_the_result_is_published_by_a_second_person_on_what_was_seen_c4_2(cast: Cast, frozen) -> None:
    row = opened(cast)
    opinion = actions.send_opinion(row, "五天改三天", {})
    assert opinion is not None
    frozen.advance(16 * DAY)
    told = {"summary": "退得更快一些", "decision": "adopted", "reason": "系统已能做到"}
    group = actions.save_group(row, None, **told, opinions=[opinion.pk], actor=cast.office)
    row = actions.propose_result(row, "结果如下，都研究过了。", cast.office)
    decide = {"approve": True, "comment": ""}
    sha = row.result_sha256
    assert refusal(actions.decide_result, row, sha256=sha, actor=cast.office, **decide) == "second_person"
    actions.save_group(
        row, group, **told | {"decision": "not", "reason": "做不到，先不改"}, opinions=[], actor=cast.editor
    )
    assert refusal(actions.decide_result, row, sha256=sha, actor=cast.office2, **decide) == "nothing_proposed"
    row = actions.propose_result(row, "结果如下，都研究过了。", cast.office)
    assert refusal(actions.decide_result, row, sha256=sha, actor=cast.office2, **decide) == "other_text"
    row = actions.decide_result(row, sha256=row.result_sha256, actor=cast.office2, **decide)
    assert row.state == Consultation.DONE
    assert row.published_at == clock.now()


def test_a_result_that_was_sent_back_waits_again_with_its_reason(cast: Cast, frozen) -> None:
    row = opened(cast)
    frozen.advance(16 * DAY)
    row = actions.propose_result(row, "没有收到意见，按原稿执行。", cast.editor)
    told = {"approve": False, "sha256": row.result_sha256, "actor": cast.office}
    assert refusal(actions.decide_result, row, comment="", **told) == "too_short"
    row = actions.decide_result(row, comment="请写明下一步怎么办", **told)
    assert (row.state, row.returned_why) == (Consultation.OPEN, "请写明下一步怎么办")
    assert findings() == [("consultation.ended", "warning")]


def test_past_its_end_it_shows_to_the_auditor_and_past_the_day_of_the_result_as_an_error_c4_2(
    cast: Cast, frozen
) -> None:
    row = opened(cast)
    assert findings() == []
    frozen.advance(16 * DAY)
    assert findings() == [("consultation.ended", "warning")]
    frozen.advance(31 * DAY)
    assert findings() == [("consultation.overdue", "error")]
    assert list(queries.overdue(clock.now())) == [row]
    row = actions.propose_result(row, "没有收到意见，按原稿执行。", cast.editor)
    actions.decide_result(row, approve=True, sha256=row.result_sha256, comment="", actor=cast.office)
    assert findings() == []


def test_people_are_reminded_when_it_ends_and_when_its_result_is_late(cast: Cast, frozen) -> None:
    row = opened(cast)
    with transaction.atomic():
        assert actions.remind(clock.now(), 10) == 0
    frozen.advance(15 * DAY + dt.timedelta(minutes=1))
    with transaction.atomic():
        assert actions.remind(clock.now(), 10) == 1
        assert actions.remind(clock.now(), 10) == 0
    assert Notice.objects.filter(
        recipient="office", url=f"/desk/consultations/{row.pk}/", key__endswith="ended"
    ).exists()
    frozen.advance(31 * DAY)
    with transaction.atomic():
        assert actions.remind(clock.now(), 10) == 1
    assert Notice.objects.filter(recipient="office", key__endswith="late").exists()
    assert kinds(row)[-1] == "consultation.late"


def test_the_words_of_opinions_are_destroyed_when_their_time_is_over_and_the_result_stays(cast: Cast, frozen) -> None:
    row = opened(cast)
    actions.send_opinion(row, "建议三天内退，我的电话 13900001234", {})
    actions.send_opinion(row, "不要公开原因", {})
    frozen.advance(16 * DAY)
    row = concluded(cast, row)
    assert actions.purge_opinions(clock.now()) == 0
    frozen.advance(366 * DAY)
    assert actions.purge_opinions(clock.now()) == 2
    assert set(Opinion.objects.values_list("text", "sealed_text")) == {("", None)}
    assert row.groups.count() == 2
    assert actions.purge_opinions(clock.now()) == 0


@pytest.mark.parametrize(
    ("questions", "code"),
    [
        ([{"text": "多久合适", "options": ["三天"]}], "options"),
        ([{"text": "多久合适", "options": ["三天", "三天"]}], "options"),
        ([{"text": "多", "options": ["三天", "五天"]}], "too_short"),
        ([{"text": f"第{n}个问题", "options": ["是", "否"]} for n in range(7)], "questions"),
    ],
)
def test_a_survey_has_few_questions_with_real_choices(cast: Cast, questions: list[dict[str, Any]], code: str) -> None:
    assert refusal(opened, cast, questions=questions) == code


STEPS = st.lists(
    st.sampled_from(["say", "sort", "propose", "agree", "back", "drop", "wait", "edit"]), min_size=4, max_size=14
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_people_do_an_open_one_never_ends_without_a_result_c4_2(cast: Cast, frozen, steps: list[str]) -> None:
    """The invariant behind “must be impossible”: done means all opinions grouped, each with a reason, two persons."""
    row = opened(cast, closes_at=clock.now() + 8 * DAY)
    for n, step in enumerate(steps):
        row.refresh_from_db()
        try:
            if step == "say":
                actions.send_opinion(row, f"第{n}条意见写在这里", {0: n % 3})
            elif step == "sort":
                left = list(queries.unsorted(row).values_list("pk", flat=True))
                actions.save_group(
                    row, None, summary="大家的意见", decision="not", reason="按规定不改", opinions=left[:2],
                    actor=cast.editor,
                )  # fmt: skip
            elif step == "propose":
                actions.propose_result(row, "结果写在这里，请大家看。", cast.editor)
            elif step in ("agree", "back"):
                actions.decide_result(
                    row, approve=step == "agree", sha256=row.result_sha256, comment="请改一改再送", actor=cast.office
                )
            elif step == "drop":
                actions.drop_consultation(row, "不想办了", cast.office)
            elif step == "edit":
                actions.propose_consultation(row, cast.editor)
            else:
                frozen.advance(3 * DAY)
        except Refused:
            continue
    row.refresh_from_db()
    assert row.state in (Consultation.OPEN, Consultation.RESULT, Consultation.DONE)
    if row.state == Consultation.DONE:
        assert queries.unsorted(row).count() == 0
        assert row.result
        assert all(group.reason for group in row.groups.all())
        assert row.approved_user != row.result_user
    elif row.closes_at <= clock.now():
        assert row in queries.ended_without_result(clock.now())
