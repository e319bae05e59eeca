"""C10.3: each department has a 负责人 and a 联络人 with phones that are tried, and never loses the last one."""

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from cast import Cast
from huiying.handling import routing_table
from huiying.handling.actions import routing
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people import actions, contacts
from huiying.people.actions import base as calls
from huiying.people.errors import Refused
from huiying.people.models import Appointment, Bureau, PhoneTest, User
from stories import again, opened, routed


def card(cast: Cast, code: str) -> contacts.Card:
    return contacts.cards([cast.department(code)])[0]


def post(user: User) -> Appointment:
    return Appointment.objects.get(user=user, until__isnull=True)


def with_phone(user: User) -> User:
    user.phone = "0412-5550101"
    user.save()
    return user


def test_the_card_names_head_and_liaison_by_the_regulations_own_posts(cast: Cast) -> None:
    found = card(cast, "Z-XX")
    assert [contact.user for contact in found.heads] == [cast.tech_head]
    assert [contact.user for contact in found.liaisons] == [cast.tech_liaison]
    assert found.gaps == ()


def test_a_gap_is_shown_and_a_deputy_stands_behind_the_full_holder(cast: Cast) -> None:
    assert card(cast, "WGC").gaps == ("liaison",)
    assert card(cast, "Z-CW").gaps == ("head", "liaison")
    actions.appoint(cast.works_liaison, "dept_head", cast.department("GCC"), is_deputy=True, actor=cast.admin)
    heads = card(cast, "GCC").heads
    assert [(contact.user, contact.is_deputy) for contact in heads] == [
        (cast.works_head, False),
        (cast.works_liaison, True),
    ]


def test_every_listed_department_has_a_card_in_few_queries(
    cast: Cast, django_assert_max_num_queries: Callable[..., AbstractContextManager[object]]
) -> None:
    with django_assert_max_num_queries(4):
        found = contacts.cards()
    assert len(found) == 18


def test_an_account_that_is_closed_is_no_contact(cast: Cast) -> None:
    User.objects.filter(pk=cast.tech_head.pk).update(is_active=False)
    assert card(cast, "Z-XX").gaps == ("head",)


# --- trying the phones ---


def test_the_last_call_stands_on_the_card_and_in_the_ledger_c10_3(cast: Cast, frozen: FrozenClock) -> None:
    head = with_phone(cast.tech_head)
    calls.test_phone(head, False, "响铃无人接，已改打联络员", cast.duty)
    frozen.advance(dt.timedelta(minutes=5))
    calls.test_phone(head, True, "", cast.office)
    (contact,) = card(cast, "Z-XX").heads
    assert contact.test is not None
    assert (contact.test.reached, contact.test.by) == (True, "办公室主任")
    rows = LedgerEntry.objects.filter(chain="system", kind="contact.tested").order_by("id")
    assert [row.data["reached"] for row in rows if row.data] == [False, True]
    assert rows[0].data == {
        "name": "信息部部长",
        "department": "交易中心信息技术部",
        "reached": False,
        "result": "未接通",
        "note": "响铃无人接，已改打联络员",
    }
    assert "5550101" not in (rows[0].payload or "")


@pytest.mark.parametrize(
    ("who", "reached", "note", "code"),
    [
        ("tech_head", True, "", "no_phone"),
        ("works_head", False, " ", "too_short"),
        ("duty", True, "", "own_phone"),
    ],
)
def test_a_test_that_proves_nothing_is_refused(cast: Cast, who: str, reached: bool, note: str, code: str) -> None:
    with_phone(cast.works_head)
    with pytest.raises(Refused) as refusal:
        calls.test_phone(cast.people[who], reached, note, cast.duty)
    assert refusal.value.code == code
    assert not PhoneTest.objects.exists()


def test_only_the_desk_and_the_office_test_phones(cast: Cast) -> None:
    head = with_phone(cast.tech_head)
    for name in ("works_head", "deputy", "inspector", "admin"):
        with pytest.raises(Refused) as refusal:
            calls.test_phone(head, True, "", cast.people[name])
        assert refusal.value.code == "not_permitted"


# --- never without one ---


def test_the_last_head_is_not_relieved_before_the_next_is_appointed_c10_3(cast: Cast, frozen: FrozenClock) -> None:
    with pytest.raises(Refused) as refusal:
        actions.end_appointment(post(cast.tech_head), cast.admin)
    assert refusal.value.code == "last_contact"
    assert "信息技术部的负责人" in refusal.value.sentence
    assert post(cast.tech_head).until is None
    actions.appoint(cast.works_liaison, "dept_head", cast.department("Z-XX"), actor=cast.admin)
    frozen.advance(dt.timedelta(minutes=1))
    actions.end_appointment(post(cast.tech_head), cast.admin)
    assert [contact.user for contact in card(cast, "Z-XX").heads] == [cast.works_liaison]


def test_the_last_liaison_does_not_leave_before_the_next_is_appointed(cast: Cast, frozen: FrozenClock) -> None:
    entries = LedgerEntry.objects.count()
    with pytest.raises(Refused) as refusal:
        actions.deactivate(cast.tech_liaison, cast.admin)
    assert "联络人" in refusal.value.sentence
    assert User.objects.get(pk=cast.tech_liaison.pk).is_active
    assert LedgerEntry.objects.count() == entries
    actions.appoint(cast.tech_head, "informant", cast.department("Z-XX"), actor=cast.admin)
    frozen.advance(dt.timedelta(minutes=1))
    actions.deactivate(cast.tech_liaison, cast.admin)
    assert card(cast, "Z-XX").gaps == ()


def test_of_two_who_hold_the_post_only_the_first_may_go(cast: Cast, frozen: FrozenClock) -> None:
    other = actions.appoint(cast.works_liaison, "division_head", cast.department("Z-XX"), actor=cast.admin)
    frozen.advance(dt.timedelta(minutes=1))
    actions.end_appointment(post(cast.tech_head), cast.admin)
    with pytest.raises(Refused):
        actions.end_appointment(other, cast.admin)


def test_whoever_is_no_contact_leaves_freely(cast: Cast, frozen: FrozenClock) -> None:
    frozen.advance(dt.timedelta(minutes=1))
    actions.deactivate(cast.editor, cast.admin)
    actions.end_appointment(post(cast.network), cast.admin)
    assert not User.objects.get(pk=cast.editor.pk).is_active


def test_a_bureau_that_is_being_set_up_may_still_change_its_posts(cast: Cast, frozen: FrozenClock) -> None:
    Bureau.objects.update(set_up_at=None)
    frozen.advance(dt.timedelta(minutes=1))
    actions.end_appointment(post(cast.tech_head), cast.admin)
    assert card(cast, "Z-XX").gaps == ("head",)


def test_a_department_that_was_dissolved_needs_no_contact(cast: Cast, frozen: FrozenClock) -> None:
    department = cast.department("Z-XX")
    department.is_active = False
    department.save()
    frozen.advance(dt.timedelta(minutes=1))
    actions.end_appointment(post(cast.tech_head), cast.admin)
    assert not Appointment.objects.current(clock.now()).filter(user=cast.tech_head).exists()


# --- nobody gets a case who cannot accept it ---


@pytest.mark.parametrize(("lead", "joint"), [("Z-CW", ()), ("Z-XX", ("Z-CW",))])
def test_a_department_where_nobody_can_accept_gets_no_case_c10_6(cast: Cast, lead: str, joint: tuple[str, ...]) -> None:
    case = opened(cast)
    with pytest.raises(Refused) as refusal:
        routing.route(
            case, cast.department(lead), [cast.department(one) for one in joint], "保证金的件由财务部办", cast.duty
        )
    assert refusal.value.code == "nobody_accepts"
    assert "财务部" in refusal.value.sentence
    assert again(case).state == "registered"


def test_nor_after_a_return(cast: Cast) -> None:
    case = routed(cast)
    routing.return_case(case, "本件属于保证金退还，不属于系统运维。", cast.tech_head)
    with pytest.raises(Refused) as refusal:
        routing.decide_return(again(case), cast.department("Z-CW"), "由财务部主办", cast.office)
    assert refusal.value.code == "nobody_accepts"
    assert again(case).state == "returned"


def test_the_auditor_names_a_department_with_cases_and_without_a_contact(cast: Cast, frozen: FrozenClock) -> None:
    assert not any("信息技术部" in finding.sentence_zh for finding in routing_table.contacts_are_there())
    routed(cast)
    found = routing_table.contacts_are_there()
    assert [finding.sentence_zh for finding in found if "网络管理处" in finding.sentence_zh] == [
        "网络管理处有在办的件，却没有联络人；请任命"
    ]
    assert {finding.severity for finding in found} == {"warning"}
    User.objects.filter(pk=cast.tech_head.pk).update(is_active=False)
    assert any(
        "信息技术部有在办的件，却没有负责人" in finding.sentence_zh for finding in routing_table.contacts_are_there()
    )
