"""C8.9, INV-4, INV-5: what may go out when its turn comes, what counts, and who is told when it does not get out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import override_settings

from cast import Cast
from huiying.handling.actions.work import agree_facts
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.people.errors import Refused
from huiying.people.models import Platform
from huiying.responding import actions, sending
from huiying.responding.actions import accounts
from huiying.responding.channels import website
from huiying.responding.models import Publication
from huiying.responding.tasks.publishing import late_publications
from huiying.work import outbox
from huiying.work.models import Job, Notice
from responding.sending_helpers import TEXT, again, drafted, kinds, once, released, turns
from stand_ins import Answer, Cms
from stories import DRAFT, again as case_again, approve


def _close(row: Publication) -> None:
    assert row.platform_id is not None
    Platform.objects.filter(pk=row.platform_id).update(closed_at=clock.now(), closed_why="换了账号")


def _new_facts(cast: Cast, row: Publication) -> None:
    assert row.case is not None
    agree_facts(row.case, "中断至9时50分，共八十分钟。", 1, "监测日志已核对", cast.tech_head)


def test_the_demonstration_never_sends(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    row = released(cast, "website", cms)
    with override_settings(DEMO=True):
        once()
        with pytest.raises(Refused):
            accounts.test_connection(again(row).platform, cast.admin)  # type: ignore[arg-type]
    row = again(row)
    assert row.state == Publication.FAILED
    assert row.error.startswith("演示不连接真实渠道")
    assert cms.asked == []


def test_an_account_that_was_closed_since_gets_nothing_inv_11(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    row = released(cast, "website", cms)
    _close(row)
    once()
    assert again(row).state == Publication.FAILED
    assert cms.asked == []


def test_facts_that_changed_since_stop_it_c7_4(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    row = released(cast, "website", cms)
    _new_facts(cast, row)
    once()
    row = again(row)
    assert (row.state, "口径" in row.error) == (Publication.FAILED, True)
    assert cms.asked == []


@pytest.mark.parametrize("change", ["facts", "account"])
@pytest.mark.parametrize("taken", [True, False])
def test_what_changed_while_it_was_on_its_way_only_asks_whether_it_is_out(
    cast: Cast, frozen: FrozenClock, cms: Cms, change: str, taken: bool
) -> None:
    """Sent once already without an answer: it is looked for, and never sent a second time."""
    cms.faults["/hook"] = ["taken_and_dropped" if taken else "drop"]
    row = released(cast, "website", cms)
    once()
    assert again(row).state == Publication.SENDING
    if change == "facts":
        _new_facts(cast, row)
    else:
        _close(row)
    row = turns(frozen, row)
    assert row.state == (Publication.LIVE if taken else Publication.FAILED)
    assert cms.times("/hook", "POST") == 1


def test_a_text_that_was_changed_while_it_waited_never_leaves(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    row = released(cast, "website", cms)
    assert row.case is not None
    told = DRAFT | drafted(["website"], "另一段文字。")
    actions.save_revision(case_again(row.case), actor=cast.editor, **told)  # type: ignore[arg-type]
    once()
    assert again(row).state == Publication.FAILED
    assert cms.asked == []


def test_two_workers_on_one_job_publish_once(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    row = released(cast, "website", cms)
    slow = outbox.claim("slow")
    assert slow is not None
    frozen.advance(dt.timedelta(minutes=4))
    assert outbox.run_due("quick") >= 1
    outbox.run(slow)
    row = again(row)
    assert row.state == Publication.LIVE
    assert cms.times("/hook", "POST") == 1
    assert kinds(row.case) == ["release.made", "release.live"]


def test_a_worker_that_wakes_up_late_stops_before_its_next_step(
    cast: Cast, frozen: FrozenClock, cms: Cms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one took over while this one slept just before it said that it would send."""
    row = released(cast, "website", cms)
    real, woken = website.document, []

    def slow(publication: Publication) -> dict[str, Any]:
        if not woken:
            woken.append(1)
            frozen.advance(dt.timedelta(minutes=4))
            assert outbox.run_due("quick") == 1
        return real(publication)

    monkeypatch.setattr(website, "document", slow)
    once()
    assert again(row).state == Publication.LIVE
    assert cms.times("/hook", "POST") == 1


@pytest.mark.parametrize("rewrite", ["spaces", "quotes", "entities", "full_width", "tags"])
def test_a_platform_may_rewrite_mark_up_but_not_words(cast: Cast, frozen: FrozenClock, cms: Cms, rewrite: str) -> None:
    told = {
        "spaces": lambda text: text.replace("，", "， \u200b\u3000"),
        "quotes": lambda text: text.replace("“", "「").replace("”", "」"),
        "entities": lambda text: text.replace("日", "日\u00a0"),
        "full_width": lambda text: text.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        "tags": lambda text: text.replace("。", "。\n\n"),
    }
    cms.alters = told[rewrite]
    row = turns(frozen, released(cast, "website", cms))
    assert (row.state, row.matches) == (Publication.LIVE, True)


@pytest.mark.parametrize(
    "alter",
    [
        lambda text: text.replace("两个", "三个"),
        lambda text: text.replace("已恢复", "未恢复"),
        lambda text: text.split("\n")[0],
        lambda text: text.replace("\n", "据网友说，此事另有隐情。"),
    ],
)
def test_another_word_goes_to_a_person_who_may_refuse_it(cast: Cast, frozen: FrozenClock, cms: Cms, alter: Any) -> None:
    cms.alters = alter
    row = turns(frozen, released(cast, "website", cms))
    assert (row.state, row.matches, row.published_at) == (Publication.TO_VERIFY, False, None)
    row = actions.verify_post(row, False, "网站改了我们的字", cast.office)
    assert row.state == Publication.REJECTED
    assert kinds(row.case) == ["release.made", "release.to_compare", "release.verified"]


def test_a_page_that_can_not_be_fetched_goes_to_a_person_and_counts_from_then(
    cast: Cast, frozen: FrozenClock, cms: Cms
) -> None:
    cms.faults["/page/1"] = [404, 404]
    row = turns(frozen, released(cast, "website", cms))
    assert (row.state, row.matches) == (Publication.TO_VERIFY, None)
    received = clock.now()
    frozen.advance(dt.timedelta(minutes=20))
    row = actions.verify_post(row, True, "", cast.duty)
    assert (row.state, row.published_at) == (Publication.LIVE, received)


def test_a_page_that_comes_a_moment_later_is_looked_at_again(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    cms.faults["/page/1"] = [404]
    row = turns(frozen, released(cast, "website", cms))
    assert (row.state, row.matches) == (Publication.LIVE, True)
    assert cms.times("/hook", "POST") == 1


def test_the_page_is_read_only_where_the_guard_lets_us(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    """A redirect from the public page into the house is not followed; a person looks."""
    inside = Answer(302, headers={"Location": "http://169.254.169.254/latest/"})
    cms.faults["/page/1"] = [inside, Answer(302, headers={"Location": "http://10.0.0.7/page"})]
    row = turns(frozen, released(cast, "website", cms))
    assert (row.state, row.matches) == (Publication.TO_VERIFY, None)


def test_a_page_that_has_no_end_is_not_read_to_its_end(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    huge = Answer(200, b"x" * (5 * 1024 * 1024), "text/html")
    cms.faults["/page/1"] = [huge, huge]
    row = turns(frozen, released(cast, "website", cms))
    assert (row.state, row.matches) == (Publication.TO_VERIFY, None)


def test_a_page_in_gb18030_is_read(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    old = Answer(200, f"<html><body>{TEXT}</body></html>".encode("gb18030"), "text/html; charset=gbk")
    cms.faults["/page/1"] = [old]
    row = turns(frozen, released(cast, "website", cms))
    assert row.matches is True


def test_a_house_without_an_answer_gives_up_and_people_are_told(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    cms.faults["/hook"] = [503] * 40
    row = turns(frozen, released(cast, "website", cms))
    assert row.state == Publication.FAILED
    assert "试了 8 次" in row.error
    assert clock.now() - row.released_at < dt.timedelta(hours=1), "not longer than people can wait inside a clock"
    told = Notice.objects.filter(key__startswith="release.failed")
    assert set(told.values_list("recipient", flat=True)) == {"office", "office2"}
    assert {notice.url for notice in told} == {f"/desk/publications/{row.pk}/"}
    assert kinds(row.case) == ["release.made", "release.failed"]


def test_one_that_never_ends_over_there_is_given_a_day(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    cms.waits = 10**6
    row = released(cast, "website", cms)
    once()
    frozen.advance(dt.timedelta(hours=25))
    once()
    assert again(row).state == Publication.FAILED


def test_a_fault_of_our_own_is_tried_again_and_then_said(
    cast: Cast, frozen: FrozenClock, cms: Cms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(website, "document", lambda row: 1 / 0)
    row = released(cast, "website", cms)
    row = turns(frozen, row)
    assert (row.state, "程序自己出了错" in row.error) == (Publication.FAILED, True)
    assert Job.objects.get(kind="publish_out").attempts == 8


def test_a_job_that_was_lost_is_found_and_said(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    row = released(cast, "website", cms)
    assert sending.find_lost() == 0
    Job.objects.filter(kind="publish_out").update(failed_at=clock.now())
    assert (sending.find_lost(), sending.find_lost()) == (1, 0)
    assert again(row).state == Publication.FAILED


def test_it_is_sent_again_under_the_same_key_and_only_once(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    cms.faults["/hook"] = [422]
    row = turns(frozen, released(cast, "website", cms))
    accounts.retry_publication(row, cast.office)
    with pytest.raises(Refused) as refusal:
        accounts.retry_publication(row, cast.editor)
    assert refusal.value.code == "not_failed"
    row = turns(frozen, row)
    assert row.state == Publication.LIVE
    assert {one.headers["idempotency-key"] for one in cms.asked if one.method == "POST"} == {row.idempotency_key}
    assert kinds(row.case) == ["release.made", "release.failed", "release.retried", "release.live"]


def test_only_who_publishes_sends_it_again(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    cms.faults["/hook"] = [422]
    row = turns(frozen, released(cast, "website", cms))
    for verb in (accounts.retry_publication, accounts.post_by_hand_instead):
        with pytest.raises(Refused) as refusal:
            verb(row, cast.duty)
        assert refusal.value.code == "not_permitted"


@pytest.mark.parametrize("verb", [accounts.retry_publication, accounts.post_by_hand_instead])
@pytest.mark.parametrize("change", ["text", "facts", "account", "approved_anew"])
def test_what_is_not_approved_any_more_is_not_sent_again_inv_4(
    cast: Cast, frozen: FrozenClock, cms: Cms, verb: Any, change: str
) -> None:
    cms.faults["/hook"] = [422]
    row = turns(frozen, released(cast, "website", cms))
    assert row.case is not None
    if change == "facts":
        _new_facts(cast, row)
    elif change == "account":
        _close(row)
    else:
        told = DRAFT | drafted(["website"])
        actions.save_revision(case_again(row.case), actor=cast.editor, **(told | {"title": "另一个标题"}))
        if change == "approved_anew":
            actions.save_revision(case_again(row.case), actor=cast.editor, **told)
            approve(cast, actions.submit(case_again(row.case), cast.editor))
    with pytest.raises(Refused):
        verb(row, cast.office)


def test_by_hand_instead_goes_the_way_of_every_post_by_hand(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    cms.faults["/hook"] = [422]
    row = turns(frozen, released(cast, "website", cms))
    row = accounts.post_by_hand_instead(row, cast.office)
    assert (row.state, row.channel, row.error) == (Publication.TO_DO, "by_hand", "")
    once()
    assert again(row).state == Publication.TO_DO
    assert cms.times("/hook", "POST") == 1


def test_by_hand_instead_waits_for_what_is_on_its_way(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    cms.faults["/hook"] = ["taken_and_dropped"]
    row = released(cast, "website", cms)
    once()
    with pytest.raises(Refused) as refusal:
        accounts.post_by_hand_instead(again(row), cast.office)
    assert refusal.value.code == "being_sent"


def test_what_waits_in_the_queue_can_be_taken_out_and_is_never_sent(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    row = accounts.post_by_hand_instead(released(cast, "website", cms), cast.office)
    once()
    assert again(row).state == Publication.TO_DO
    assert cms.asked == []


def test_an_account_without_a_connection_says_so(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    row = released(cast, "website", cms)
    Platform.objects.filter(code="website").update(sealed_settings=None)
    once()
    row = again(row)
    assert "没有接上接口" in row.error
    with pytest.raises(Refused) as refusal:
        accounts.retry_publication(row, cast.office)
    assert refusal.value.code == "not_connected"


def test_settings_that_can_not_be_opened_are_said_so(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    row = released(cast, "website", cms)
    Platform.objects.filter(code="website").update(sealed_settings=b"HY1 nonsense that nobody sealed at all")
    once()
    assert "密钥" in again(row).error


def test_the_auditor_names_what_is_stuck_and_what_failed(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    cms.faults["/hook"] = ["drop", 422]
    row = released(cast, "website", cms)
    once()
    assert late_publications() == []
    frozen.advance(dt.timedelta(minutes=16))
    assert [found.code for found in late_publications()] == ["publication.stuck"]
    turns(frozen, row)
    row = again(row)
    assert row.state == Publication.FAILED
    assert [found.code for found in late_publications()] == ["publication.failed"]
    accounts.post_by_hand_instead(row, cast.office)
    assert late_publications() == []


def test_a_case_that_is_only_published_elsewhere_is_answered(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    row = turns(frozen, released(cast, "website", cms))
    assert row.case is not None
    case = case_again(row.case)
    assert (case.state, case.answered_at) == ("answered", row.published_at)
    platform = Platform.objects.get(code="website")
    assert platform.last_post_at == row.published_at


def test_releasing_goes_to_the_outbox_once(cast: Cast, cms: Cms) -> None:
    row = released(cast, "website", cms)
    assert row.case is not None
    actions.release(case_again(row.case), ["website"], cast.editor)
    assert Job.objects.filter(kind="publish_out").count() == 1
