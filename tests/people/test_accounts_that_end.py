"""Leavers hand over first; whoever is not seen any more is shut out, and comes back with a reason (§6.1 S5)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings, strategies as st

import stories
from cast import Cast
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.people import actions, offboarding
from huiying.people.actions.offboarding import dormant, shut_dormant_accounts
from huiying.people.actions.roster import set_shift
from huiying.people.errors import Refused
from huiying.people.models import DutyShift, Platform, SecondFactor, User
from huiying.people.queries import holders, regulation_now
from huiying.responding.models import ReviewStep
from huiying.work.models import Notice

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
PASSWORD = "夜里两点的值班台-7"


@pytest.fixture
def after(settings: object) -> dt.timedelta:
    settings.DORMANT_AFTER = 90 * DAY  # type: ignore[attr-defined]
    return 90 * DAY


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def refreshed(user: User) -> User:
    return User.objects.get(pk=user.pk)


def kinds(user: User) -> dict[str, int]:
    return {kind.code: len(things) for kind, things in offboarding.held(user)}


# --- not seen any more ------------------------------------------------------------------------------------------------


def test_ninety_days_without_a_sign_in_shut_an_account(cast: Cast, frozen: clock.FrozenClock, after: object) -> None:
    frozen.advance(60 * DAY)
    sign_in(cast.duty)
    frozen.advance(30 * DAY - HOUR)
    assert shut_dormant_accounts() == 0
    frozen.advance(HOUR)
    shut_dormant_accounts()
    assert refreshed(cast.duty).is_active
    assert not refreshed(cast.editor).is_active
    assert refreshed(cast.editor).closed_as == User.DORMANT
    frozen.advance(60 * DAY)
    shut_dormant_accounts()
    assert not refreshed(cast.duty).is_active


def test_a_shut_account_opens_no_door_and_its_session_ends_at_once(
    cast: Cast, frozen: clock.FrozenClock, after: object
) -> None:
    cast.editor.set_password(PASSWORD)
    cast.editor.save()
    client = sign_in(cast.editor)
    User.objects.filter(pk=cast.editor.pk).update(last_login=clock.now() - 100 * DAY, joined_at=clock.now() - 100 * DAY)
    assert client.get("/desk/").status_code == 200
    assert shut_dormant_accounts() == 1
    assert client.get("/desk/").status_code == 302
    assert client.get("/api/cases").status_code == 401
    answer = Client().post("/desk/sign-in/", {"username": "editor", "password": PASSWORD})
    assert answer.status_code == 422


def test_the_ledger_and_the_managers_hear_of_it(cast: Cast, frozen: clock.FrozenClock, after: object) -> None:
    for user in User.objects.exclude(username="editor"):
        sign_in(user)
    frozen.advance(89 * DAY)
    for user in User.objects.exclude(username="editor"):
        sign_in(user)
    frozen.advance(DAY)
    assert shut_dormant_accounts() == 1
    entry = LedgerEntry.objects.get(kind="person.dormant")
    assert entry.data == {"name": cast.editor.name, "days": 90, "holds": 0}
    notice = Notice.objects.get(recipient="admin", title="账号停用")
    assert cast.editor.name in notice.body


def test_the_last_who_manages_people_is_never_shut(cast: Cast, frozen: clock.FrozenClock, after: object) -> None:
    second = User.objects.create_user("admin2", "系统管理员乙", is_administrator=True, joined_at=clock.now())
    frozen.advance(10 * DAY)
    sign_in(second)
    frozen.advance(200 * DAY)
    shut_dormant_accounts()
    assert not refreshed(cast.admin).is_active
    assert refreshed(second).is_active


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 400), min_size=1, max_size=6))
def test_whoever_stays_away_however_long_somebody_can_still_manage_people(
    cast: Cast, settings: object, away: list[int]
) -> None:
    settings.DORMANT_AFTER = 90 * DAY  # type: ignore[attr-defined]
    User.objects.all().update(is_active=False, is_administrator=False)
    User.objects.filter(username__startswith="m").delete()
    for n, days in enumerate(away):
        User.objects.create_user(f"m{n}", "甲", is_administrator=True, joined_at=clock.now() - days * DAY)
    shut_dormant_accounts()
    left = User.objects.filter(is_active=True, is_administrator=True)
    assert left.count() == max(1, sum(days < 90 for days in away))
    assert min(away) == min((clock.now() - user.joined_at).days for user in left)


def test_a_setting_that_is_off_shuts_nobody_and_neither_does_the_demonstration(
    cast: Cast, frozen: clock.FrozenClock, settings: object
) -> None:
    frozen.advance(400 * DAY)
    settings.DORMANT_AFTER = None  # type: ignore[attr-defined]
    assert shut_dormant_accounts() == 0
    settings.DORMANT_AFTER = 90 * DAY  # type: ignore[attr-defined]
    settings.DEMO = True  # type: ignore[attr-defined]
    assert shut_dormant_accounts() == 0
    assert dormant(clock.now(), 90 * DAY).count() == User.objects.count()


def test_a_manager_opens_it_again_with_a_reason_and_the_days_count_anew(
    cast: Cast, frozen: clock.FrozenClock, after: object
) -> None:
    frozen.advance(89 * DAY)
    sign_in(cast.admin)
    frozen.advance(DAY)
    shut_dormant_accounts()
    with pytest.raises(Refused, match="理由"):
        actions.reopen(cast.duty, "要", cast.admin)
    with pytest.raises(Refused):
        actions.reopen(cast.duty, "病假回来", cast.office)
    actions.reopen(cast.duty, "病假回来，照常值班", cast.admin)
    assert refreshed(cast.duty).is_active
    assert LedgerEntry.objects.filter(kind="person.reopened").get().data["reason"] == "病假回来，照常值班"
    frozen.advance(30 * DAY)
    shut_dormant_accounts()
    assert refreshed(cast.duty).is_active
    assert cast.duty.appointments.filter(until__isnull=True).exists(), "the posts were never ended"


def test_a_leaver_is_not_opened_again(cast: Cast) -> None:
    actions.deactivate(cast.editor, cast.admin)
    with pytest.raises(Refused, match="重新添加"):
        actions.reopen(cast.editor, "又回来上班了", cast.admin)


# --- shut out at once -------------------------------------------------------------------------------------------------


def test_an_account_in_wrong_hands_is_shut_at_once_whatever_it_holds(cast: Cast, frozen: clock.FrozenClock) -> None:
    set_shift(cast.duty2, clock.now() + DAY, clock.now() + DAY + 8 * HOUR, cast.office)
    client = sign_in(cast.duty2)
    actions.suspend(cast.duty2, "手机和密码一起丢了", cast.admin)
    assert client.get("/desk/").status_code == 302
    assert kinds(cast.duty2) == {"shift": 1}
    with pytest.raises(Refused, match="已经停用"):
        actions.suspend(cast.duty2, "再停一次看看", cast.admin)
    actions.reopen(refreshed(cast.duty2), "换了手机和密码", cast.admin)
    assert refreshed(cast.duty2).is_active


def test_nobody_shuts_out_themselves_and_only_the_administrator_others(cast: Cast) -> None:
    with pytest.raises(Refused, match="自己"):
        actions.suspend(cast.admin, "想休息一下", cast.admin)
    with pytest.raises(Refused):
        actions.suspend(cast.duty, "看他不顺眼", cast.office)


# --- a leaver ---------------------------------------------------------------------------------------------------------


def test_an_account_is_not_closed_while_something_is_held(cast: Cast) -> None:
    set_shift(cast.duty2, clock.now() + DAY, clock.now() + DAY + 8 * HOUR, cast.office)
    with pytest.raises(Refused, match="还有 1 项没有交接"):
        actions.deactivate(cast.duty2, cast.admin)
    assert refreshed(cast.duty2).is_active
    shift = DutyShift.objects.get()
    actions.hand_over(cast.duty2, "shift", [shift.pk], cast.duty, cast.admin)
    actions.deactivate(cast.duty2, cast.admin)
    assert refreshed(cast.duty2).closed_as == User.LEFT


def test_a_turn_to_come_passes_on_as_cancelled_and_set_anew(cast: Cast) -> None:
    """C5.1: the ledger alone says who has which hours."""
    set_shift(cast.duty2, clock.now() + DAY, clock.now() + DAY + 8 * HOUR, cast.office)
    shift = DutyShift.objects.get()
    actions.hand_over(cast.duty2, "shift", [shift.pk], cast.duty, cast.admin)
    live = DutyShift.objects.get(cancelled_at__isnull=True)
    assert (live.user, live.starts_at, live.ends_at) == (cast.duty, shift.starts_at, shift.ends_at)
    last = [row.kind for row in LedgerEntry.objects.order_by("-id")[:3]][::-1]
    assert last == ["shift.cancelled", "shift.set", "person.handed_over"]


def test_a_turn_goes_to_nobody_who_may_not_sit_or_sits_already(cast: Cast) -> None:
    set_shift(cast.duty2, clock.now() + DAY, clock.now() + DAY + 8 * HOUR, cast.office)
    shift = DutyShift.objects.get()
    with pytest.raises(Refused, match="没有值班岗位"):
        actions.hand_over(cast.duty2, "shift", [shift.pk], cast.editor, cast.admin)
    set_shift(cast.duty, clock.now() + DAY, clock.now() + DAY + HOUR, cast.office)
    with pytest.raises(Refused, match="已有一班"):
        actions.hand_over(cast.duty2, "shift", [shift.pk], cast.duty, cast.admin)
    assert kinds(cast.duty2) == {"shift": 1}, "all or nothing"


def test_a_task_passes_on_within_its_department_and_its_case_knows(cast: Cast) -> None:
    """C7.3"""
    case = stories.handled(cast)
    task = stories.task(cast, case, owner=cast.tech_head)
    with pytest.raises(Refused, match="不能作它的责任人"):
        actions.hand_over(cast.tech_head, "task", [task.pk], cast.works_head, cast.admin)
    actions.hand_over(cast.tech_head, "task", [task.pk], cast.tech_liaison, cast.admin)
    task.refresh_from_db()
    assert (task.owner, task.owner_name) == (cast.tech_liaison, cast.tech_liaison.name)
    told = LedgerEntry.objects.get(kind="task.handed_over")
    assert told.chain == f"case:{case.number}"
    assert Notice.objects.filter(recipient="tech_liaison", title="工作交接").exists()


def test_what_a_leaver_holds_is_said_without_a_case_number_or_a_title(cast: Cast) -> None:
    """S6: whoever manages people reads of no case."""
    case = stories.handled(cast)
    task = stories.task(cast, case, owner=cast.tech_head)
    words = " ".join(thing.words for _kind, things in offboarding.held(cast.tech_head) for thing in things)
    assert "信息技术部" in words
    for secret in (case.number, case.title, task.title, case.event.number):
        assert secret not in words


def test_the_only_one_who_can_take_its_cases_names_a_successor_first(cast: Cast) -> None:
    """C10.6"""
    stories.handled(cast)
    User.objects.filter(pk=cast.tech_liaison.pk).update(is_active=False)
    assert "case" in kinds(cast.tech_head)
    with pytest.raises(Refused, match="不能在这里交接"):
        actions.hand_over(cast.tech_head, "case", [cast.department("Z-XX").pk], cast.tech_liaison, cast.admin)


def test_an_account_of_the_bureau_keeps_two_different_people(cast: Cast) -> None:
    """C11.2"""
    row = Platform.objects.filter(closed_at__isnull=True).first()
    assert row is not None
    Platform.objects.filter(pk=row.pk).update(administrator=cast.editor, backup=cast.office)
    assert kinds(cast.editor) == {"platform": 1}
    with pytest.raises(Refused, match="另一位责任人"):
        actions.hand_over(cast.editor, "platform", [row.pk], cast.office, cast.admin)
    actions.hand_over(cast.editor, "platform", [row.pk], cast.network, cast.admin)
    row.refresh_from_db()
    assert (row.administrator, row.backup) == (cast.network, cast.office)


def test_a_review_that_nobody_else_can_decide_keeps_its_reviewer(cast: Cast) -> None:
    """C9.3: until it is decided, or somebody else holds the post."""
    stories.submitted(cast)
    step = ReviewStep.objects.filter(decision="").order_by("position", "id").first()
    assert step is not None
    able = [user for code in (step.role, *regulation_now().role(step.role).deputies) for user in holders(code)]
    reviewer, *others = dict.fromkeys(able)
    assert others
    assert "review" not in kinds(reviewer)
    User.objects.filter(pk__in=[user.pk for user in others]).update(is_active=False)
    assert kinds(refreshed(reviewer))["review"] >= 1


@pytest.mark.parametrize("who", ["admin", "tech_head"])
def test_only_somebody_else_in_post_takes_over(cast: Cast, who: str) -> None:
    task = stories.task(cast, stories.handled(cast), owner=cast.tech_head)
    with pytest.raises(Refused, match="不能接手"):
        actions.hand_over(cast.tech_head, "task", [task.pk], cast.people[who], cast.admin)


def test_what_somebody_else_holds_is_not_handed_over(cast: Cast) -> None:
    task = stories.task(cast, stories.handled(cast), owner=cast.tech_head)
    with pytest.raises(Refused, match="请选择"):
        actions.hand_over(cast.tech_liaison, "task", [task.pk], cast.tech_head, cast.admin)
    with pytest.raises(Refused, match="请选择"):
        actions.hand_over(cast.tech_head, "task", [], cast.tech_liaison, cast.admin)
    with pytest.raises(Refused):
        actions.hand_over(cast.tech_head, "task", [task.pk], cast.tech_liaison, cast.office)


def test_with_the_account_go_the_posts_and_the_second_factor(cast: Cast) -> None:
    actions.begin_factor(cast.editor)
    client = sign_in(cast.editor)
    actions.deactivate(cast.editor, cast.admin)
    assert not SecondFactor.objects.exists()
    assert not cast.editor.appointments.filter(until__isnull=True).exists()
    assert client.get("/desk/").status_code == 302


def test_every_person_that_a_row_names_is_on_the_list_or_known_to_need_no_heir() -> None:
    """A new duty that names somebody joins the checklist, or stands here with the reason why it need not."""
    no_heir = {
        "people.appointment": "ends with the account", "people.invitation": "dies with it",
        "people.phonetest": "history", "people.secondfactor": "deleted with it", "people.identity": "deleted with it",
        "people.spokesperson": "ended with it",
        "people.groupseat": "ended with it", "people.shiftswap": "falls with the turn",
        "handling.handover": "history", "handling.meetingseat": "called by name, a deputy comes",
        "documents.circulation": "a copy to read", "overseeing.trainingseat": "attends in person",
        "overseeing.readreceipt": "history", "overseeing.skillentry": "what that person can do",
        "listening.picturereading": "a draft nobody else sees", "listening.staffreport": "history",
        "foreseeing.deliberation": "history",
    }  # fmt: skip
    listed = {"people.dutyshift", "people.platform", "handling.task", "handling.meeting", "listening.source",
              "responding.infogap", "documents.instruction", "foreseeing.risk",
              "foreseeing.plan"}  # fmt: skip
    from django.apps import apps

    naming = {
        model._meta.label_lower
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if getattr(field, "related_model", None) is User and field.concrete
    }
    naming = {label for label in naming if label.split(".")[0] not in ("axes", "admin", "auth", "sessions")}
    assert naming - listed - set(no_heir) == set()
    assert (listed | set(no_heir)) - naming == set()
