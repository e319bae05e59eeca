"""Search, the ledger, the regulation and the people page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from cast import Cast
from desk_helpers import text_of
from huiying.handling.models import Case
from huiying.ledger import guards
from huiying.people.models import Appointment, User
from huiying.people.permissions import may

Browser = Callable[[User], Client]


def test_two_characters_find_posts_events_and_cases(cast: Cast, browser: Browser, case: Case) -> None:
    raw = browser(cast.duty).get("/desk/search/?q=解密").content.decode()
    assert case.number in raw
    assert "<mark>解密</mark>" in raw


def test_a_number_finds_its_case_and_nothing_found_says_what_to_try(cast: Cast, browser: Browser, case: Case) -> None:
    client = browser(cast.duty)
    assert case.title in text_of(client.get(f"/desk/search/?q={case.number}"))
    assert "没有找到" in text_of(client.get("/desk/search/?q=不存在的词"))


def test_search_shows_a_department_only_its_own_cases_and_no_posts(cast: Cast, browser: Browser, case: Case) -> None:
    assert case.number not in text_of(browser(cast.works_liaison).get("/desk/search/?q=解密"))
    assert browser(cast.admin).get("/desk/search/?q=解密").status_code == 404


def ledger_reader(cast: Cast) -> User:
    return next(user for user in cast.people.values() if may(user, "ledger.view"))


@pytest.mark.edited_world
def test_the_ledger_is_verified_on_request_and_names_what_was_altered(cast: Cast, browser: Browser, case: Case) -> None:
    """INV-8"""
    client = browser(ledger_reader(cast))
    assert "全部完好" not in text_of(client.get("/desk/ledger/"))
    assert "全部完好" in text_of(client.post("/desk/ledger/"))
    guards.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET payload = '{}' WHERE chain = %s AND seq = 1", [f"case:{case.number}"])
    text = text_of(client.post("/desk/ledger/"))
    assert "全部完好" not in text
    assert f"case:{case.number}#1" in text


def test_the_ledger_is_for_office_leaders_and_inspectors(cast: Cast, browser: Browser) -> None:
    assert browser(cast.tech_liaison).get("/desk/ledger/").status_code == 404


def test_the_regulation_page_gives_each_limit_with_its_basis(cast: Cast, browser: Browser) -> None:
    text = text_of(browser(cast.tech_liaison).get("/desk/regulation/"))
    for words in ("48 小时", "24 小时", "条文 （八）", "解释", "处(室)审核 → 办公室审核"):
        assert words in text


def test_the_administrator_adds_a_person_and_sees_the_link_once(cast: Cast, browser: Browser) -> None:
    client = browser(cast.admin)
    told = {"name": "新同志", "username": "xin", "department": cast.department("WGC").pk, "phone": ""}
    assert "/desk/invitation/" in text_of(client.post("/desk/people/add/", told))
    assert "/desk/invitation/" not in text_of(client.get("/desk/people/"))
    again = client.post("/desk/people/add/", told)
    assert again.status_code == 422
    assert "已有人使用" in text_of(again)


def test_posts_are_given_and_ended_by_the_administrator(cast: Cast, browser: Browser) -> None:
    client = browser(cast.admin)
    user = cast.network
    base = f"/desk/people/{user.pk}"
    client.post(f"{base}/appoint/", {"role": "informant", "department": cast.department("Z-XX").pk})
    row = Appointment.objects.get(user=user, role="informant", until=None)
    client.post(f"{base}/relieve/", {"appointment": row.pk})
    row.refresh_from_db()
    assert row.until is not None
    client.post(f"{base}/deactivate/")
    user.refresh_from_db()
    assert not user.is_active


def test_nobody_else_manages_people(cast: Cast, browser: Browser) -> None:
    client = browser(cast.office)
    assert client.get("/desk/people/").status_code == 404
    assert client.post("/desk/people/add/", {}).status_code == 404
    assert client.post(f"/desk/people/{cast.network.pk}/deactivate/").status_code == 404
