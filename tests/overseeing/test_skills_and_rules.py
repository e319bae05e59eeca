"""C9.4: what hangs on one person is listed. C9.2: house rules are signed by another, run out, and are read."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cast import Cast
from huiying.kernel import clock
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.overseeing import organising
from huiying.overseeing.actions import rules, training
from huiying.overseeing.models import ReadReceipt, RuleVersion, SkillEntry
from huiying.people.actions import appoint
from huiying.people.errors import Refused
from huiying.people.models import Appointment
from huiying.people.queries import regulation_now
from huiying.work.models import Notice

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def refusal(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.code


def skilled(cast: Cast, **more: Any) -> SkillEntry:
    told: dict[str, Any] = {
        "user": cast.editor, "skill": "短视频", "note": "做过三年", "backup": None, "since": dt.date(2026, 1, 1)
    }  # fmt: skip
    return training.record_skill(**told | more, actor=cast.office)


# --- C9.4 -------------------------------------------------------------------------------------------------------------


def test_a_role_with_no_backup_is_flagged_must_be_impossible_otherwise_c9_4(cast: Cast) -> None:
    found = {post.role: post for post in organising.posts(regulation_now())}
    people = {role.code for role in regulation_now().roles.values() if role.kind == "person"}
    assert set(found) == people, "no role is left out, whoever holds it"
    assert found["inspector"].single
    assert not found["duty_officer"].single
    assert found["secrecy_checker"].deputies == ["法规处长"], "the file names who stands in"
    assert found["spokesperson"].vacant
    appoint(cast.legal, "inspector", cast.department("FGC"), is_deputy=True, actor=Actor.SYSTEM)
    again = {post.role: post for post in organising.posts(regulation_now())}
    assert not again["inspector"].single


def test_a_post_that_somebody_left_shows_as_vacant_at_once_c9_4(cast: Cast) -> None:
    Appointment.objects.filter(role="editor").update(until=clock.now())
    found = {post.role: post for post in organising.posts(regulation_now())}
    assert found["editor"].vacant


def test_a_skill_of_one_person_is_flagged_until_somebody_stands_in_c9_4(cast: Cast) -> None:
    skilled(cast)
    (skill,) = organising.skills()
    assert skill.single
    skilled(cast, backup=cast.duty)
    (skill,) = organising.skills()
    assert len(skill.entries) == 1, "the newer entry takes the older one's place"
    assert not skill.single
    type(cast.duty).objects.filter(pk=cast.duty.pk).update(is_active=False)
    (skill,) = organising.skills()
    assert skill.single, "a backup who has left is none"


def test_an_entry_is_about_staff_in_post_and_nobody_backs_themselves_c9_4(cast: Cast) -> None:
    assert refusal(skilled, cast, user=cast.admin) == "not_staff"
    assert refusal(skilled, cast, backup=cast.editor) == "own_backup"
    assert refusal(skilled, cast, since=clock.now().date() + 2 * DAY) == "in_the_future"
    assert refusal(training.record_skill, user=cast.editor, skill="短视频", note="", backup=None,
                   since=dt.date(2026, 1, 1), actor=cast.editor) == "not_permitted"  # fmt: skip
    row = skilled(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        SkillEntry.objects.filter(pk=row.pk).update(backup=cast.editor.pk)


def test_an_entry_ends_with_its_reason_and_the_ledger_keeps_it_c9_4(cast: Cast) -> None:
    row = skilled(cast)
    assert refusal(training.end_skill, row, "", cast.office) == "too_short"
    training.end_skill(row, "调走了", cast.office)
    assert organising.skills() == []
    assert refusal(training.end_skill, row, "调走了", cast.office) == "is_over"
    kinds = LedgerEntry.objects.filter(chain="skills").values_list("kind", flat=True)
    assert list(kinds) == ["skill.recorded", "skill.ended"]


# --- C9.2 -------------------------------------------------------------------------------------------------------------


def drafted(cast: Cast, rule: Any = None, **more: Any) -> RuleVersion:
    today = clock.now().date()
    told: dict[str, Any] = {
        "title": "值班制度", "text": "第一条 二十四小时有人值班。", "effective_from": today,
        "expires_on": today + 365 * DAY,
    }  # fmt: skip
    return rules.draft_rule(rule, **told | more, actor=cast.office)


def signed(cast: Cast, **more: Any) -> RuleVersion:
    version = drafted(cast, **more)
    return rules.sign_rule(version, version.sha256, cast.deputy)


def lapsed() -> list[str]:
    return [found.severity for found in organising.rules_hold()]


def test_an_unsigned_rule_holds_for_nobody_and_the_auditor_says_so_must_be_impossible_c9_2(cast: Cast) -> None:
    version = drafted(cast)
    (held,) = organising.rules()
    assert held.version is None
    assert lapsed() == ["error"]
    assert refusal(rules.read_rule, version, cast.duty) == "not_signed"
    rules.sign_rule(version, version.sha256, cast.deputy)
    (held,) = organising.rules()
    assert held.version == version
    assert lapsed() == []


def test_a_rule_is_signed_by_a_leader_who_did_not_write_it_on_what_was_read_c9_2(cast: Cast) -> None:
    version = drafted(cast)
    assert refusal(rules.sign_rule, version, version.sha256, cast.office2) == "not_permitted"
    assert refusal(rules.sign_rule, version, "x", cast.deputy) == "other_text"
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleVersion.objects.filter(pk=version.pk).update(signed_user=version.by_user)
    rules.sign_rule(version, version.sha256, cast.deputy)
    assert refusal(rules.sign_rule, version, version.sha256, cast.top) == "nothing_to_sign"


def test_a_rule_that_ran_out_holds_no_longer_and_the_office_was_told_a_month_before_c9_2(cast: Cast, frozen) -> None:
    version = signed(cast, expires_on=clock.now().date() + 60 * DAY)
    assert rules.remind_expiring(clock.now()) == 0
    frozen.advance(31 * DAY)
    organising.rules_run_out()
    assert Notice.objects.filter(recipient="office", key__contains="expires").count() == 1
    assert rules.remind_expiring(clock.now()) == 0
    assert lapsed() == []
    frozen.advance(30 * DAY)
    (held,) = organising.rules()
    assert held.lapsed
    assert lapsed() == ["error"]
    rules.end_rule(version.rule, "并入新的制度", cast.deputy)
    assert lapsed() == []


def test_a_new_version_takes_over_when_it_begins_and_a_signed_text_is_never_changed_c9_2(cast: Cast, frozen) -> None:
    first = signed(cast)
    second = drafted(
        cast, first.rule, text="第一条 双人值班，节假日也一样。", effective_from=clock.now().date() + 10 * DAY
    )
    assert (second.n, first.n) == (2, 1)
    rules.sign_rule(second, second.sha256, cast.deputy)
    (held,) = organising.rules()
    assert held.version == first
    frozen.advance(11 * DAY)
    (held,) = organising.rules()
    assert held.version == second
    first.refresh_from_db()
    assert first.text == "第一条 二十四小时有人值班。"


def test_a_draft_is_rewritten_and_its_hash_with_it(cast: Cast) -> None:
    version = drafted(cast)
    sha = version.sha256
    again = drafted(cast, version.rule, text="第一条 改过的正文写在这里。")
    assert again.pk == version.pk
    assert refusal(rules.sign_rule, again, sha, cast.deputy) == "other_text"


def test_reading_is_confirmed_by_the_reader_once_for_one_version_c9_2(cast: Cast) -> None:
    version = signed(cast)
    assert Notice.objects.filter(key__contains="read", recipient="works_head").exists()
    rules.read_rule(version, cast.duty)
    rules.read_rule(version, cast.duty)
    assert ReadReceipt.objects.count() == 1
    (held,) = organising.rules()
    assert held.read == 1
    assert cast.duty not in organising.unread(version)
    assert cast.editor in organising.unread(version)
    assert LedgerEntry.objects.filter(kind="rule.read").count() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [({"title": "值"}, "too_short"), ({"text": ""}, "too_short"), ({"expires_on": dt.date(2026, 9, 14)}, "expires"),
     ({"effective_from": dt.date(2026, 1, 1), "expires_on": dt.date(2026, 9, 1)}, "expires")],
)  # fmt: skip
def test_a_rule_says_what_and_until_when(cast: Cast, change: Any, code: str) -> None:
    assert refusal(drafted, cast, **change) == code
