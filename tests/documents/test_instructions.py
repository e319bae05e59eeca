"""批示 (C6.10): captured with an owner and a date, spoken of until it is done, and closed by a second person."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cast import Cast
from documents.documents_of import log_of
from huiying.documents import actions, loops, queries
from huiying.documents.access import documents_for, get_document
from huiying.documents.models import Instruction, IssuedDocument
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.work.auditor import check
from huiying.work.models import Notice

THREE_DAYS = dt.timedelta(days=3)


@pytest.fixture
def log(cast: Cast) -> IssuedDocument:
    return log_of()


def given(cast: Cast, log: IssuedDocument, actor: User | None = None, **changes: Any) -> Instruction:
    told = {
        "words": "请信息技术部三日内报整改情况。",
        "leader": cast.deputy,
        "owner": cast.tech_liaison,
        "due_at": clock.now() + THREE_DAYS,
    }
    return actions.instruct(log, **(told | changes), actor=actor or cast.deputy)


def test_c6_10_followed_to_the_end_by_two_persons(cast: Cast, log: IssuedDocument) -> None:
    row = given(cast, log)
    row = actions.report_instruction(row, "证书已续，三处隐患已整改。", cast.tech_liaison)
    assert row.state == Instruction.REPORTED
    row = actions.close_instruction(row, done=True, comment="", actor=cast.office)
    assert (row.state, row.closed_by, row.next_action_at) == (Instruction.CLOSED, "办公室主任", None)
    assert "证书已续" in queries.stamp_of(log).additions[0]


def test_c6_10_the_office_takes_down_what_a_leader_wrote_on_paper(cast: Cast, log: IssuedDocument) -> None:
    row = given(cast, log, cast.office, leader=cast.top)
    assert (row.leader, row.taken_by) == ("局长", "办公室主任")


@pytest.mark.parametrize(
    ("who", "changes", "code"),
    [
        ("duty", {}, "not_permitted"),
        ("top", {}, "not_yours"),  # a leader writes only their own
        ("office", {"leader": "tech_head"}, "no_leader"),
        ("deputy", {"due_at": dt.timedelta(0)}, "past"),
    ],
)
def test_c6_10_who_may_not_is_refused(
    cast: Cast, log: IssuedDocument, who: str, changes: dict[str, Any], code: str
) -> None:
    if "leader" in changes:
        changes = {"leader": cast.people[changes["leader"]]}
    if "due_at" in changes:
        changes = {"due_at": clock.now() + changes["due_at"]}
    with pytest.raises(Refused) as refused:
        given(cast, log, cast.people[who], **changes)
    assert refused.value.code == code


def test_c6_10_without_words_there_is_no_instruction(cast: Cast, log: IssuedDocument) -> None:
    with pytest.raises(Refused):
        given(cast, log, words=" ")


def test_c6_10_who_reported_does_not_close(cast: Cast, log: IssuedDocument) -> None:
    row = actions.report_instruction(given(cast, log), "已经整改完毕。", cast.office)
    with pytest.raises(Refused) as refused:
        actions.close_instruction(row, done=True, comment="", actor=cast.office)
    assert refused.value.code == "second_person"
    with pytest.raises(IntegrityError), transaction.atomic():
        Instruction.objects.filter(pk=row.pk).update(state="closed", closed_user=cast.office.pk, next_action_at=None)
    with pytest.raises(Refused):
        actions.close_instruction(row, done=True, comment="", actor=cast.duty)


def test_c6_10_nothing_is_closed_without_a_result(cast: Cast, log: IssuedDocument) -> None:
    row = given(cast, log)
    with pytest.raises(Refused) as refused:
        actions.close_instruction(row, done=True, comment="", actor=cast.office)
    assert refused.value.code == "nothing_reported"
    with pytest.raises(IntegrityError), transaction.atomic():
        Instruction.objects.filter(pk=row.pk).update(state="closed", next_action_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():  # nor does it drop out of what is followed
        Instruction.objects.filter(pk=row.pk).update(next_action_at=None)


def test_c6_10_sent_back_it_is_open_again(cast: Cast, log: IssuedDocument) -> None:
    row = actions.report_instruction(given(cast, log), "已经整改完毕。", cast.tech_liaison)
    with pytest.raises(Refused):
        actions.close_instruction(row, done=False, comment="", actor=cast.office)
    row = actions.close_instruction(row, done=False, comment="没有附整改照片", actor=cast.office)
    assert row.state == Instruction.OPEN
    assert row.next_action_at is not None
    assert Notice.objects.filter(recipient="tech_liaison", title="批示办理结果退回").exists()


def test_c6_10_only_the_owner_or_the_office_reports(cast: Cast, log: IssuedDocument) -> None:
    row = given(cast, log)
    with pytest.raises(Refused):
        actions.report_instruction(row, "别人替他报的结果", cast.works_head)


def test_c6_10_past_its_date_it_speaks_every_day_until_it_is_closed(
    cast: Cast, log: IssuedDocument, frozen: FrozenClock
) -> None:
    row = given(cast, log)
    assert loops.remind(clock.now(), 10) == 0
    for days in (3, 1, 1):
        frozen.advance(dt.timedelta(days=days))
        assert loops.remind(clock.now(), 10) == 1
        assert loops.remind(clock.now(), 10) == 0
    told = Notice.objects.filter(recipient="tech_liaison", title__startswith="批示到期未办结")
    assert told.count() == 3
    assert "instruction.overdue" in {one.code for one in check()}
    row = actions.report_instruction(row, "迟了，已经整改完毕。", cast.tech_liaison)
    actions.close_instruction(row, done=True, comment="", actor=cast.office)
    frozen.advance(dt.timedelta(days=2))
    assert loops.remind(clock.now(), 10) == 0


def test_c6_10_the_owner_may_read_what_the_instruction_stands_on(cast: Cast, log: IssuedDocument) -> None:
    from django.http import Http404

    with pytest.raises(Http404):
        get_document(cast.tech_liaison, log.pk)
    assert not documents_for(cast.tech_liaison).exists()
    given(cast, log)
    assert get_document(cast.tech_liaison, log.pk) == log
    assert list(documents_for(cast.tech_liaison)) == [log]
