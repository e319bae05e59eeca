"""C11.2, C12.2, INV-1, INV-11: our accounts are registered, kept up, closed with a reason, never dormant unseen."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cast import Cast
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people import registers
from huiying.people.actions.registers import (
    add_platform,
    close_platform,
    edit_platform,
    note_last_post,
    note_security_check,
    note_unanswered,
)
from huiying.people.models import Platform
from huiying.responding import targets
from huiying.responding.tasks.releasing import neglected_platforms
from releasing_told import refused

DAY = dt.timedelta(days=1)
TODAY = dt.date(2026, 9, 14)


def account(code: str = "weibo") -> Platform:
    return Platform.objects.get(code=code)


def fields(cast: Cast, **changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": "政务抖音号",
        "family": "政务微博",
        "owner": cast.department("WGC"),
        "administrator": cast.network,
        "backup": cast.network_head,
        "account": "鞍山公共资源",
        "url": "https://douyin.example/asggzy",
        "opened_on": dt.date(2026, 9, 1),
        "actor": cast.office,
    }
    return told | changes


def kept_up(cast: Cast) -> Platform:
    """With everything that the register asks for, and a post of today."""
    platform = add_platform(**fields(cast))
    note_last_post(platform, clock.now(), cast.network)
    note_security_check(platform, TODAY, cast.network)
    return Platform.objects.get(pk=platform.pk)


def test_a_new_account_is_a_place_to_publish_at_once_by_hand(cast: Cast) -> None:
    made = add_platform(**fields(cast))
    assert (made.channel, made.sealed_settings, made.added_by) == ("by_hand", None, "办公室主任")
    assert targets.targets()[made.code].name == "政务抖音号"
    entry = LedgerEntry.objects.get(chain="system", kind="platform.added")
    assert entry.data is not None
    assert entry.data["platform"] == made.code


def test_codes_never_come_again(cast: Cast) -> None:
    first = add_platform(**fields(cast))
    close_platform(first, "并入另一个账号", cast.office)
    assert add_platform(**fields(cast)).code != first.code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"family": "自媒体"}, "unknown_family"),
        ({"opened_on": TODAY + DAY}, "in_the_future"),
        ({"url": "douyin.example"}, "url"),
        ({"dormant_days": 0}, "dormant_days"),
        ({"dormant_days": 366}, "dormant_days"),
        ({"name": " "}, "too_short"),
        ({"name": "政务微博"}, "already_registered"),
    ],
)
def test_an_entry_that_says_nothing_true_is_refused(cast: Cast, change: dict[str, Any], code: str) -> None:
    assert refused(lambda: add_platform(**fields(cast, **change))) == code


def test_administrator_and_backup_are_two_people_in_post(cast: Cast) -> None:
    assert refused(lambda: add_platform(**fields(cast, backup=cast.network))) == "one_person"
    assert refused(lambda: add_platform(**fields(cast, backup=cast.admin))) == "not_in_post"
    cast.network_head.is_active = False
    cast.network_head.save()
    assert refused(lambda: add_platform(**fields(cast))) == "not_in_post"


def test_the_office_enters_the_owner_and_the_administrators_keep_it_up(cast: Cast) -> None:
    for who in ("network_head", "editor", "deputy", "admin"):
        assert refused(lambda who=who: add_platform(**fields(cast, actor=cast.people[who]))) == "not_permitted"  # type: ignore[misc]
    made = add_platform(**fields(cast, administrator=cast.editor))
    for who in ("office", "network_head", "editor"):
        note_unanswered(made, 3, cast.people[who])
    for who in ("tech_head", "duty", "deputy", "inspector"):
        assert refused(lambda who=who: note_unanswered(made, 3, cast.people[who])) == "not_permitted"  # type: ignore[misc]


def test_editing_records_which_fields_changed_and_nothing_where_none_did(cast: Cast) -> None:
    made = add_platform(**fields(cast))
    before = LedgerEntry.objects.count()
    edit_platform(made, **fields(cast))
    assert LedgerEntry.objects.count() == before
    edit_platform(made, **fields(cast, account="新的账号名", administrator=None))
    entry = LedgerEntry.objects.get(kind="platform.changed")
    assert entry.data is not None
    assert entry.data["changed"] == ["administrator", "account"]


def test_an_account_keeps_its_name_for_itself(cast: Cast) -> None:
    made = add_platform(**fields(cast))
    assert refused(lambda: edit_platform(made, **fields(cast, name="政务微信"))) == "already_registered"


def test_closing_needs_a_reason_and_ends_everything_but_the_history_inv_1(cast: Cast) -> None:
    made = kept_up(cast)
    assert refused(lambda: close_platform(made, "", cast.office)) == "too_short"
    closed = close_platform(made, "并入另一个账号", cast.office)
    assert (closed.closed_at, closed.closed_why) == (clock.now(), "并入另一个账号")
    assert made.code not in targets.targets()
    for act in (
        lambda: edit_platform(made, **fields(cast)),
        lambda: close_platform(made, "并入另一个账号", cast.office),
        lambda: note_last_post(made, clock.now(), cast.office),
        lambda: note_unanswered(made, 1, cast.office),
        lambda: note_security_check(made, TODAY, cast.office),
    ):
        assert refused(act) == "account_closed"
    assert Platform.objects.filter(pk=made.pk).exists()
    assert registers.problems(closed, clock.now()) == []
    assert targets.target_names([made.code]) == {made.code: "政务抖音号"}, "what was published there keeps its place"


def test_the_public_site_that_is_built_in_is_not_closed(cast: Cast) -> None:
    assert refused(lambda: close_platform(account("portal"), "不想要了不想要了", cast.office)) == "own_site"


def test_the_last_post_only_moves_later_and_never_ahead_inv_13(cast: Cast, frozen: FrozenClock) -> None:
    made = add_platform(**fields(cast))
    now = clock.now()
    note_last_post(made, now - DAY, cast.network)
    assert refused(lambda: note_last_post(made, now - 2 * DAY, cast.network)) == "not_later"
    assert refused(lambda: note_last_post(made, now - DAY, cast.network)) == "not_later"
    assert refused(lambda: note_last_post(made, now + dt.timedelta(seconds=1), cast.network)) == "in_the_future"
    entry = LedgerEntry.objects.get(kind="platform.posted")
    assert entry.data is not None
    assert (entry.data["at"], entry.data["noted_at"]) == ((now - DAY).isoformat(), now.isoformat())


def test_unanswered_messages_have_a_number_and_a_moment(cast: Cast, frozen: FrozenClock) -> None:
    made = note_unanswered(add_platform(**fields(cast)), 7, cast.network)
    assert (made.unanswered, made.unanswered_at) == (7, clock.now())
    assert refused(lambda: note_unanswered(made, -1, cast.network)) == "negative"
    assert refused(lambda: note_unanswered(account("portal"), 7, cast.office)) == "counted_here"


def test_a_security_check_has_a_day_that_was(cast: Cast) -> None:
    made = note_security_check(add_platform(**fields(cast)), TODAY, cast.network)
    assert (made.security_checked_on, made.security_checked_by) == (TODAY, "网管小唐")
    assert refused(lambda: note_security_check(made, TODAY + DAY, cast.network)) == "in_the_future"
    assert refused(lambda: note_security_check(made, TODAY - DAY, cast.network)) == "not_later"


# --- what must be impossible: a dormant account that nobody sees (C11.2) ----------------------------------------------


def test_an_account_that_is_kept_up_has_nothing_wrong(cast: Cast) -> None:
    made = kept_up(cast)
    assert registers.problems(made, clock.now()) == []
    assert registers.idle_days(made, clock.now()) == 0


def test_it_is_dormant_after_its_days_and_not_before(cast: Cast, frozen: FrozenClock) -> None:
    made = kept_up(cast)
    frozen.advance(14 * DAY)
    assert registers.problems(made, clock.now()) == []
    frozen.advance(dt.timedelta(seconds=1))
    assert registers.problems(made, clock.now()) == [registers.DORMANT]
    assert registers.idle_days(made, clock.now()) == 14


def test_one_that_never_spoke_is_flagged_from_the_first_day(cast: Cast) -> None:
    found = registers.problems(account(), clock.now())
    assert found == [
        registers.NO_OPENING,
        registers.NO_ADMINISTRATOR,
        registers.NO_BACKUP,
        registers.NEVER_POSTED,
        registers.NO_SECURITY_CHECK,
    ]


def test_an_administrator_who_left_is_none(cast: Cast) -> None:
    made = kept_up(cast)
    cast.network.is_active = False
    cast.network.save()
    assert registers.problems(Platform.objects.get(pk=made.pk), clock.now()) == [registers.NO_ADMINISTRATOR]


def test_a_security_check_lasts_a_quarter(cast: Cast, frozen: FrozenClock) -> None:
    made = kept_up(cast)
    frozen.advance(92 * DAY)
    assert registers.OLD_SECURITY_CHECK not in registers.problems(made, clock.now())
    frozen.advance(DAY)
    assert registers.OLD_SECURITY_CHECK in registers.problems(made, clock.now())


def test_the_auditor_names_each_neglected_account_once_it_had_its_time(cast: Cast, frozen: FrozenClock) -> None:
    made = kept_up(cast)
    assert [finding.code for finding in neglected_platforms()] == ["platform.not_opened"], "a new bureau has its time"
    frozen.advance(15 * DAY)
    found = {finding.sentence_zh: finding.severity for finding in neglected_platforms()}
    assert found[f"平台“{made.name}”：停更。"] == "error"
    assert sum("门户网站" in sentence for sentence in found) == 1
    assert len(found) == 6


def test_the_wechat_account_that_the_regulation_asks_for_is_missed_until_it_is_opened(cast: Cast) -> None:
    """（十一） 尽快开通局政务微信平台"""
    assert registers.wechat_is_missing()
    wechat = account("wechat")
    edit_platform(wechat, **fields(cast, name="政务微信", family="政务微信"))
    assert not registers.wechat_is_missing()
    close_platform(wechat, "换一个新的号", cast.office)
    assert registers.wechat_is_missing()


def test_another_word_for_it_counts_too(cast: Cast) -> None:
    edit_platform(account("wechat"), **fields(cast, name="订阅号", family="政务微信"))
    assert "platform.not_opened" not in {finding.code for finding in neglected_platforms()}
