"""离岗清单 as the administrator meets it: what is left, to whom it goes, and then the account is closed (§6.1 S5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.test import Client

import stories
from cast import Cast
from desk_helpers import text_of
from huiying.handling.models import Task
from huiying.kernel import clock
from huiying.people.actions.roster import set_shift
from huiying.people.models import DutyShift, User

Browser = Callable[[User], Client]
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def test_the_list_hands_over_and_then_closes(cast: Cast, browser: Browser) -> None:
    case = stories.handled(cast)
    task = stories.task(cast, case, department=cast.department("WGC"), owner=cast.network)
    set_shift(cast.network, clock.now() + DAY, clock.now() + DAY + 8 * HOUR, cast.office)
    admin, base = browser(cast.admin), f"/desk/people/{cast.network.pk}"
    page = text_of(admin.get(f"{base}/leaving/"))
    assert "今后的值班" in page
    assert "没有办结的任务" in page
    assert "还有 2 项没有交接" in page
    assert "销号，停止登录" not in page
    for secret in (case.number, case.title, task.title):
        assert secret not in page

    refused = admin.post(f"{base}/deactivate/", follow=True)
    assert refused.request["PATH_INFO"] == f"{base}/leaving/"
    assert "还有 2 项没有交接" in text_of(refused)

    shift = DutyShift.objects.get()
    done = admin.post(f"{base}/hand_over/", {"kind": "shift", "thing": shift.pk, "to": cast.duty.pk}, follow=True)
    assert f"1 项已交给{cast.duty.name}" in text_of(done)
    told = {"kind": "task", "thing": task.pk, "to": cast.network_head.pk}
    assert "没有要交接的事项" in text_of(admin.post(f"{base}/hand_over/", told, follow=True))
    assert Task.objects.get().owner == cast.network_head

    theirs = browser(cast.network)
    admin.post(f"{base}/deactivate/")
    assert theirs.get("/desk/").status_code == 302
    assert not User.objects.get(pk=cast.network.pk).is_active


def test_people_of_the_same_department_are_offered_first_and_the_leaver_never(cast: Cast, browser: Browser) -> None:
    set_shift(cast.network, clock.now() + DAY, clock.now() + DAY + 8 * HOUR, cast.office)
    page = browser(cast.admin).get(f"/desk/people/{cast.network.pk}/leaving/").content.decode()
    options = page[page.index("<select") : page.index("</select>")]
    assert cast.network.name not in options
    assert cast.admin.name not in options
    assert options.index(cast.network_head.name) < options.index(cast.duty.name)


def test_a_successor_who_cannot_take_it_is_named_in_the_answer(cast: Cast, browser: Browser) -> None:
    set_shift(cast.network, clock.now() + DAY, clock.now() + DAY + 8 * HOUR, cast.office)
    told = {"kind": "shift", "thing": DutyShift.objects.get().pk, "to": cast.editor.pk}
    base = f"/desk/people/{cast.network.pk}"
    assert "没有值班岗位" in text_of(browser(cast.admin).post(f"{base}/hand_over/", told, follow=True))


def test_suspended_at_once_and_opened_again_with_a_reason(cast: Cast, browser: Browser) -> None:
    admin, theirs = browser(cast.admin), browser(cast.duty)
    base = f"/desk/people/{cast.duty.pk}"
    admin.post(f"{base}/suspend/", {"reason": "手机和密码一起丢了"})
    assert theirs.get("/desk/").status_code == 302
    page = text_of(admin.get("/desk/people/"))
    assert "已停用" in page
    assert "恢复账号" in page
    assert "请写明理由" in text_of(admin.post(f"{base}/reopen/", {"reason": ""}, follow=True))
    admin.post(f"{base}/reopen/", {"reason": "换了手机，改了密码"})
    assert User.objects.get(pk=cast.duty.pk).is_active


def test_nobody_but_the_administrator_sees_the_list(cast: Cast, browser: Browser) -> None:
    for who in (cast.office, cast.top, cast.network):
        assert browser(who).get(f"/desk/people/{cast.network.pk}/leaving/").status_code == 404
