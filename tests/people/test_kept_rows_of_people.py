"""INV-8: a year of people, posts and registers through the verbs differs in nothing; each lie beside them is found."""

from __future__ import annotations

import datetime as dt

import pyotp
import pytest

from cast import Cast, builtin_text
from huiying.kernel import clock
from huiying.ledger.actions import Actor
from huiying.ledger.comparing import differences, sentence
from huiying.ledger.models import LedgerEntry
from huiying.people import actions, three
from huiying.people.actions import base as calls, factors, registers
from huiying.people.actions.base import Newcomer, settle
from huiying.people.actions.interpretations import sign_interpretation
from huiying.people.actions.offboarding import name_administrator, relieve_administrator
from huiying.people.actions.roster import answer_swap, ask_swap, leave_seat, set_shift, sign_roster, take_seat
from huiying.people.models import Appointment, Bureau, GroupSeat, Platform, SecondFactor, SecurityKey, User
from huiying.responding.actions.accounts import change_channel, connect_platform, disconnect_platform
from partners_told import partner
from planting import every_lie_is_found, tables_of, tell_of_the_cast
from software_key import SoftwareKey

PASSWORD = "松花江上-七盏-渔灯-夜"
TODAY = dt.date(2026, 9, 14)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
HERE = factors.Place("testserver", "http://testserver")
TABLES = tables_of("people")


@pytest.fixture
def lived(cast: Cast, frozen: clock.FrozenClock) -> Cast:
    tell_of_the_cast()
    _people(cast, frozen)
    _registers(cast)
    _roster(cast)
    return cast


def _people(cast: Cast, frozen: clock.FrozenClock) -> None:
    new, token = actions.add_person(
        username="xinren", name="新人", department=cast.department("BGS"), phone="0412-5550101", actor=cast.admin
    )
    token = actions.invite_again(new, cast.admin)
    new = actions.accept_invitation(token, PASSWORD)
    post = actions.appoint(new, "duty_officer", cast.department("BGS"), actor=cast.admin)
    calls.test_phone(new, True, "", cast.office)
    _factors(new, cast, frozen)
    actions.end_appointment(post, cast.admin)
    actions.suspend(new, "账号疑似外借", cast.admin)
    actions.reopen(new, "已经查清，恢复使用", cast.admin)
    name_administrator(new, three.SYSTEM, cast.admin)
    relieve_administrator(new, cast.admin)
    gone, _token = actions.add_person(username="qu", name="去者", department=None, actor=cast.admin)
    actions.deactivate(gone, cast.admin)
    actions.deactivate(cast.secrecy, cast.admin)


def _factors(new: User, cast: Cast, frozen: clock.FrozenClock) -> None:
    for user in (new, cast.duty, cast.office, cast.secrecy):
        secret = actions.begin_factor(user)
        codes = actions.confirm_factor(user, pyotp.TOTP(secret).at(clock.now()))
        actions.check_factor(user, codes[0])
        frozen.advance(dt.timedelta(seconds=30))
        for name in ("办公桌上的", "备用的"):
            key = SoftwareKey()
            options, challenge = factors.key_to_be(user, HERE)
            factors.add_key(user, name, key.make(options), challenge, HERE)
        options, challenge = factors.key_question(user, HERE)
        factors.check_key(user, key.answer(options), challenge, HERE)
        actions.bind_identity(user, "https://id.example.gov.cn", f"staff-{user.pk}")
    factors.remove_key(cast.duty, SecurityKey.objects.filter(factor__user=cast.duty).order_by("pk")[0].pk)
    actions.renew_recovery_codes(cast.duty)
    actions.give_up_factor(new, actions.renew_recovery_codes(new)[0])
    actions.remove_factor(cast.office, cast.admin)
    actions.unbind_identity(new)
    actions.remove_identity(cast.office, cast.admin)


def _registers(cast: Cast) -> None:
    told = {
        "name": "政务抖音号", "family": "政务微博", "owner": cast.department("WGC"), "administrator": cast.network,
        "backup": cast.network_head, "actor": cast.office,
    }  # fmt: skip
    made = registers.add_platform(**told)
    registers.edit_platform(made, **(told | {"url": "https://douyin.example/asggzy"}))
    registers.note_last_post(made, clock.now(), cast.network)
    registers.note_unanswered(made, 3, cast.network)
    registers.note_security_check(made, TODAY, cast.network)
    site = {"endpoint": "https://93.184.216.34/post", "secret": "s" * 40}
    connect_platform(made, site, cast.admin, "website")
    change_channel(made, "website", cast.office)
    disconnect_platform(made, cast.admin)
    connect_platform(made, site, cast.admin, "website")
    entry = registers.appoint_spokesperson(cast.office2, "全局工作", False, None, cast.office)
    registers.train_spokesperson(entry, TODAY, cast.office)
    registers.appoint_spokesperson(cast.deputy, "全局工作", True, TODAY, cast.office)
    registers.end_spokesperson(entry, cast.office)
    carried = partner(cast)
    registers.test_partner(carried, True, "", cast.office)
    registers.end_partner(carried, "协议到期不再续签", cast.office)
    partner(cast)
    sign_interpretation("G1", "较大四十八小时，重大二十四小时。", TODAY, cast.office)


def _roster(cast: Cast) -> None:
    now = clock.now()
    set_shift(cast.duty, now, now + 12 * HOUR, cast.office, days=3)
    turns = set_shift(cast.duty2, now + 12 * HOUR, now + 24 * HOUR, cast.office, days=3)
    take_seat(cast.top, GroupSeat.HEAD, cast.office)
    leave_seat(take_seat(cast.legal, GroupSeat.MEMBER, cast.office), "另有任用", cast.office)
    sign_roster(now, now + DAY, cast.top)
    answer_swap(ask_swap(turns[1], cast.duty, "家里有事", cast.duty2), True, cast.duty)
    answer_swap(ask_swap(turns[2], cast.duty, "家里有事", cast.duty2), False, cast.duty)
    actions.appoint(cast.shift, "duty_officer", cast.department("BGS"), actor=cast.admin)
    actions.hand_over(cast.duty2, "shift", [turns[0].pk], cast.shift, cast.admin)
    account = Platform.objects.get(administrator=cast.network)
    actions.hand_over(cast.network, "platform", [account.pk], cast.duty, cast.admin)


def test_what_the_verbs_did_differs_in_nothing_and_nothing_is_unknown(lived: Cast) -> None:
    assert [sentence(one)[1] for one in differences(TABLES)] == []
    assert SecondFactor.objects.count() == 1, "three of four were taken away, and the ledger knows"
    assert {"people_user", "people_secondfactor", "people_securitykey", "people_identity"} <= set(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_each_lie_in_the_tables_of_people_is_found(lived: Cast, table: str) -> None:
    every_lie_is_found(table)


def test_a_first_start_and_its_set_up_are_told(db: None, frozen: clock.FrozenClock) -> None:
    actions.adopt_regulation(builtin_text("anshan"), Actor.SYSTEM)
    actions.offer_set_up()
    token = actions.offer_set_up()
    assert token is not None
    actions.set_up(token, bureau_name="某某局", username="guanli", name="管理员老王", password=PASSWORD)
    assert list(differences(TABLES)) == []
    assert LedgerEntry.objects.filter(kind="bureau.link_made").count() == 2
    Bureau.objects.update(set_up_at=None)  # whoever does this waits for the next start to print a link
    assert {(one.column, one.what) for one in differences({"people_bureau"})} == {("set_up_at", "changed")}


def test_people_of_a_demonstration_are_told_once(db: None, frozen: clock.FrozenClock) -> None:
    newcomers = [Newcomer("guanli", "老王", is_administrator=True), Newcomer("zhou", "小周", phone="6101")]
    assert set(settle("演示局", newcomers)) == {"guanli", "zhou"}
    assert settle("演示局", newcomers) == {}
    assert LedgerEntry.objects.filter(kind="bureau.set_up").count() == 1
    assert list(differences({"people_bureau", "people_user"})) == []


def test_a_password_that_is_stored_anew_at_sign_in_is_told_and_one_that_is_put_there_is_found(
    lived: Cast, settings: object
) -> None:
    user = User.objects.get(username="xinren")
    settings.PASSWORD_HASHERS = [  # type: ignore[attr-defined]
        "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
        *settings.PASSWORD_HASHERS,  # type: ignore[attr-defined]
    ]
    before = user.password
    assert user.check_password(PASSWORD)
    user.refresh_from_db()
    assert user.password != before
    assert LedgerEntry.objects.get(kind="person.rehashed").data == {"name": "新人"}
    assert list(differences({"people_user"})) == []
    user.set_password("别人知道的-另一个-密码")
    user.save(update_fields=["password"])
    assert [(one.pk, one.column) for one in differences({"people_user"})] == [(str(user.pk), "password")]


def test_who_signed_in_last_and_how_often_a_code_was_wrong_accuse_nobody(lived: Cast) -> None:
    User.objects.filter(pk=lived.duty.pk).update(last_login=clock.now())
    SecondFactor.objects.update(failures=3, last_step=7)
    assert list(differences({"people_user", "people_secondfactor"})) == []
    Appointment.objects.filter(user=lived.duty).update(role="office_head")
    assert {one.column for one in differences({"people_appointment"})} == {"role"}
