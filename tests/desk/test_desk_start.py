"""从零到开办 （十四）: a new house walks the whole way through its own pages, and is told at each step what is next."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cast import Cast, builtin_text
from desk_helpers import text_of
from huiying.drill import running
from huiying.drill.recording import STORMS
from huiying.judging import engines
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.listening.models import PatrolCard
from huiying.overseeing.drills import begun
from huiying.people.actions import adopt_regulation, offer_set_up
from huiying.people.actions.interpretations import questions
from huiying.people.models import Department, Platform, User
from huiying.people.queries import regulation_now

PASSWORD = {"password": "long-enough-51", "again": "long-enough-51"}
STATE = re.compile(r'<li data-row\s+id="(?P<name>\w+)".*?(?P<done>✓ 办好了|还要办)', re.S)
NEXT = re.compile(r"下一步：([^<\s]+)")
REASON = "开办前按局党组会议的意见办理，已经告知各部门。"


def states(client: Client) -> dict[str, bool]:
    page = client.get("/desk/start/").content.decode()
    return {found["name"]: found["done"] != "还要办" for found in STATE.finditer(page)}


def next_word(client: Client) -> str:
    found = NEXT.search(client.get("/desk/start/").content.decode())
    return found[1] if found else ""


class House:
    """An empty home, and the browsers of those who set it up."""

    def __init__(self) -> None:
        engines.use_in_process()
        adopt_regulation(builtin_text("anshan"), Actor.SYSTEM)
        self.admin = Client()
        made = self.admin.post(
            f"/desk/set-up/{offer_set_up()}/",
            {"username": "root", "name": "管理员", "bureau_name": "新设的公共资源交易管理局", **PASSWORD},
        )
        assert made.status_code == 302

    def hire(self, username: str, role: str, code: str) -> User:
        department = Department.objects.get(code=code)
        user = User.objects.filter(username=username).first()
        if user is None:
            said = self.admin.post(
                "/desk/people/add/",
                {"name": f"同事{username}", "username": username, "department": department.pk, "phone": ""},
            )
            assert said.status_code == 200
            user = User.objects.get(username=username)
            user.link = re.search(r"/desk/invitation/[\w-]+/", said.content.decode())[0]  # type: ignore[attr-defined,index]
        sent = {"role": role, "department": department.pk}
        assert self.admin.post(f"/desk/people/{user.pk}/appoint/", sent).status_code == 302
        return user

    def browser(self, user: Any) -> Client:
        """Through the link that the administrator handed over."""
        client = Client()
        assert client.post(user.link, PASSWORD).status_code == 302
        return client


def post(client: Client, address: str, **fields: Any) -> None:
    said = client.post(address, fields)
    assert said.status_code in (200, 302), (address, said.status_code, text_of(said)[-1500:])


@pytest.fixture
def house(home: Path, db: None, frozen: FrozenClock) -> House:
    return House()


def test_c14_1_a_new_house_comes_from_nothing_to_running_through_its_pages(house: House, home: Path) -> None:
    admin, law = house.admin, regulation_now()
    assert [name for name, done in states(admin).items() if done] == ["regulation"]
    assert next_word(admin) == "部门和人员"

    # 部门和人员: somebody who accepts in every department (here one for all), somebody on every post.
    people: dict[str, User] = {}
    for department in Department.objects.filter(is_active=True):
        house.hire("heads", "division_head", department.code)
    for role in [role.code for role in law.roles.values() if role.kind != "body"]:
        people[role] = house.hire(role.replace("_", "-"), role, "BGS")
    assert states(admin)["people"]

    office, duty, leader = (house.browser(people[role]) for role in ("office_head", "duty_officer", "top_leader"))
    assert next_word(office) == "领导小组"
    post(office, "/desk/leading-group/do/seat/", person=people["top_leader"].pk, place="head")
    assert next_word(office) == "值班表"
    for start, end in (("08:00", "20:00"), ("20:00", "08:00")):
        day = dt.date(2026, 9, 14)
        until = day if end > start else day + dt.timedelta(days=1)
        post(
            office, "/desk/roster/set/", user=people["duty_officer"].pk, starts_at=f"{day}T{start}",
            ends_at=f"{until}T{end}", days=5,
        )  # fmt: skip
    assert states(office)["roster"]
    assert next_word(office) == "待解释的问题"
    for asked in questions():
        post(office, f"/desk/interpretations/{asked.gap.id}/sign/", ruling=REASON, effective_from="2026-09-15")
    assert next_word(office) == "监测来源"
    post(office, "/desk/coverage/do/adopt/")
    assert next_word(office) == "监测规则"
    post(
        duty, "/desk/watch/rules/new/", rule="B001", name="本地叫法", group="平台", expression="新设交易网",
        sensitivity=2, lead="Z-XX", reason=REASON,
    )  # fmt: skip
    assert not states(office)["watch"], "a change that one person wrote down counts for nothing (C5.11)"
    post(office, "/desk/watch/proposals/1/agree/")
    assert next_word(office) == "发布平台"
    for platform in Platform.objects.all():
        post(
            office, f"/desk/platforms/{platform.code}/do/edit/", name=platform.name, family=platform.family,
            department=platform.owner_id, administrator=people["editor"].pk, backup=people["duty_officer"].pk,
            dormant_days=14,
        )  # fmt: skip
    assert next_word(office) == "公众网站"
    post(Client(), "/ask/", kind="咨询", text="请问外地企业参加投标，数字证书在哪里办理？")
    assert next_word(office) == "第一次巡查"
    post(duty, f"/desk/patrol/cards/{PatrolCard.objects.latest('opens_at').pk}/nil/")
    assert next_word(office) == "第一场演练"
    folder = home / "drills" / "storm-demo-1"
    folder.mkdir(parents=True)
    running.told(STORMS["storm-demo"], 600)
    (home / running.FILE).rename(folder / running.FILE)
    for client in (admin, office, duty, leader):
        assert all(states(client).values())
        assert "都办好了，可以开办" in text_of(client.get("/desk/start/"))


def test_the_next_step_of_each_is_the_first_that_this_person_may_do(cast: Cast, client: Client) -> None:
    client.force_login(cast.office, backend="django.contrib.auth.backends.ModelBackend")
    assert next_word(client) == "领导小组"
    client.force_login(cast.duty, backend="django.contrib.auth.backends.ModelBackend")
    page = text_of(client.get("/desk/start/"))
    assert "下一步：监测规则" in page
    assert "须由" in page


def test_a_step_whose_rows_go_away_is_open_again(cast: Cast, client: Client, frozen: FrozenClock) -> None:
    """Nothing is ticked by hand: the rows say it."""
    law = regulation_now()
    assert begun(law, frozen()).done["people"] is False
    head = cast.works_head
    before = begun(law, frozen()).manned
    User.objects.filter(pk__in=[head.pk, cast.works_liaison.pk]).update(is_active=False)
    assert begun(law, frozen()).manned == before - 1


def test_the_way_costs_no_more_than_twelve_queries(cast: Cast, client: Client) -> None:
    client.force_login(cast.office, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/desk/start/")
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/desk/start/").status_code == 200
    assert len(asked) <= 12, [query["sql"].partition(" FROM ")[2][:60] for query in asked]
