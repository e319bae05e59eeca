"""C8.9 联动: which families are public, how far apart, whether the same facts stand on each, and what is missing."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cast import Cast
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.responding import actions, targets
from huiying.responding.models import Publication
from huiying.responding.tasks.publishing import skew_over_the_limit
from responding.sending_helpers import kinds
from stories import DRAFT, again, approve, approved, do_what_is_due

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
FACTS = str(DRAFT["facts"])
TEXTS = {
    "portal": f"致歉。{FACTS}开标顺延。",
    "weibo": FACTS.replace("，", "， "),  # the same words
    "wechat": "交易系统中断七十分钟，已恢复。",  # others
}


def two_accounts(cast: Cast) -> Case:
    """On the portal at once, on the microblog by hand."""
    case = approved(cast, renditions=TEXTS)
    actions.release(case, ["portal", "weibo"], cast.office)
    do_what_is_due()
    return again(case)


def post(cast: Cast, case: Case, target: str = "weibo") -> None:
    row = Publication.objects.get(case=case, target=target)
    shot = SimpleUploadedFile("s.png", PNG, "image/png")
    actions.verify_post(actions.record_post(row, "https://weibo.example/1", shot, cast.editor), True, "", cast.office)


def test_the_meter_runs_until_the_last_account_is_out(cast: Cast, frozen: FrozenClock) -> None:
    case = two_accounts(cast)
    frozen.advance(dt.timedelta(minutes=40))
    running = targets.skew(case)
    assert running is not None
    assert (running.length, running.waiting, running.over) == (dt.timedelta(minutes=40), 1, False)
    post(cast, case)
    frozen.advance(dt.timedelta(hours=5))
    done = targets.skew(case)
    assert done is not None
    assert (done.length, done.waiting, done.over) == (dt.timedelta(minutes=40), 0, False)
    assert [target for target, _at in done.marks] == ["portal", "weibo"]


def test_beyond_two_hours_it_is_over_and_the_auditor_says_so_c8_9(cast: Cast, frozen: FrozenClock) -> None:
    case = two_accounts(cast)
    frozen.advance(dt.timedelta(hours=2))
    assert skew_over_the_limit() == []
    frozen.advance(dt.timedelta(minutes=1))
    assert [found.code for found in skew_over_the_limit()] == ["release.skew"]
    post(cast, case)
    assert skew_over_the_limit() == [], "late, but nothing is waited for any more"
    found = targets.skew(case)
    assert found is not None
    assert found.over


def test_without_anything_public_there_is_nothing_to_measure(cast: Cast) -> None:
    case = approved(cast, renditions=TEXTS)
    actions.release(case, ["weibo"], cast.office)
    assert targets.skew(case) is None
    assert targets.families_live(case) == set()
    assert skew_over_the_limit() == []


def test_families_that_are_public_count_once(cast: Cast) -> None:
    case = two_accounts(cast)
    assert targets.families_live(case) == {"门户网站"}
    post(cast, case)
    assert targets.families_live(case) == {"门户网站", "政务微博"}


@pytest.mark.parametrize(("level", "wanted"), [("一般", 1), ("较大", 2), ("重大", 3), ("特别重大", 4)])
def test_the_level_says_how_many_families_c8_9(cast: Cast, level: str, wanted: int) -> None:
    case = two_accounts(cast)
    case.level = {"一般": "L1", "较大": "L2", "重大": "L3", "特别重大": "L4"}[level]
    case.save(update_fields=["level"])
    why = targets.why_not_linked(case)
    assert bool(why) == (wanted > 1)
    if why:
        assert f"{wanted} 类" in why[0]
        assert "政务微博" in why[0]
    post(cast, case)
    assert bool(targets.why_not_linked(case)) == (wanted > 2)


def test_a_reason_takes_the_place_of_the_missing_ones_and_stays(cast: Cast) -> None:
    case = two_accounts(cast)
    for user in (cast.editor, cast.duty, cast.tech_head):
        with pytest.raises(Refused):
            targets.excuse(case, "只影响本市两个标段，门户已足够", user)
    with pytest.raises(Refused) as refusal:
        targets.excuse(case, "不用", cast.office)
    assert refusal.value.code == "too_short"
    targets.excuse(case, "只影响本市两个标段，门户已足够", cast.office)
    assert targets.why_not_linked(case) == []
    entry = LedgerEntry.objects.get(kind="linked.excused")
    assert entry.data is not None
    assert entry.data["families"] == ["门户网站"]
    with pytest.raises(Refused):
        targets.excuse(case, "只影响本市两个标段，门户已足够", cast.office)


def test_no_reason_is_asked_where_nothing_is_missing(cast: Cast) -> None:
    case = two_accounts(cast)
    post(cast, case)
    with pytest.raises(Refused) as refusal:
        targets.excuse(case, "只影响本市两个标段，门户已足够", cast.office)
    assert refusal.value.code == "not_needed"


def test_the_same_facts_are_proved_for_each_account_and_those_that_differ_are_named(cast: Cast) -> None:
    case = approved(cast, renditions=TEXTS)
    actions.release(case, ["portal", "weibo", "wechat"], cast.office)
    (release,) = targets.releases(case)
    assert release.carries_facts == {"portal": True, "weibo": True, "wechat": False}
    assert release.facts_differ == ["wechat"]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("事实。", True),
        ("先说一句。事实。再说一句。", True),
        ("事 实\u200b。", True),
        ("事实", False),
        ("实事。", False),
        ("", False),
    ],
)
def test_facts_stand_in_a_text_word_for_word_or_not_at_all(text: str, same: bool) -> None:
    assert targets.carries(text, "事实。") is same
    assert targets.carries(text, "") is False


def test_each_release_is_measured_by_itself(cast: Cast, frozen: FrozenClock) -> None:
    case = two_accounts(cast)
    frozen.advance(dt.timedelta(hours=1))
    post(cast, case)
    told = DRAFT | {"renditions": TEXTS | {"portal": "续报。"}}
    actions.save_revision(again(case), actor=cast.editor, **told)  # type: ignore[arg-type]
    approve(cast, actions.submit(again(case), cast.editor))
    frozen.advance(dt.timedelta(hours=9))
    actions.release(again(case), ["portal"], cast.office)
    do_what_is_due()
    newest, first = targets.releases(case)
    assert newest.skew is not None
    assert first.skew is not None
    assert (newest.skew.length, first.skew.length) == (dt.timedelta(0), dt.timedelta(hours=1))
    found = targets.skew(case)
    assert found is not None
    assert found.first == clock.now()
    assert kinds(case).count("release.live") == 3
