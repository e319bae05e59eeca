"""Every page of the casework is reached by its user by following links from the desk: no address has to be known."""

from __future__ import annotations

import re
from collections import deque

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

import stories
from cast import Cast
from huiying.handling.actions.liaison import draft_liaison

LINK = re.compile(r'href="(/desk/[^"#?]*)')
OF_THE_OFFICE = {
    "board", "case", "case_outside", "case_together", "cases", "contacts", "department", "events", "group_texts",
    "inbox", "liaison", "liaisons", "meetings", "regulation", "reviews", "roster", "route_case", "routing_table",
    "slip", "tasks",
}  # fmt: skip


def reached(client: Client) -> set[str]:
    """The names of all pages that links lead to from /desk/."""
    names, seen, ahead = set(), {"/desk/"}, deque(["/desk/"])
    while ahead:
        response = client.get(ahead.popleft())
        if response.status_code != 200 or not response.headers["Content-Type"].startswith("text/html"):
            continue  # refused, or a file to take along: that leads nowhere
        for path in LINK.findall(response.content.decode()):
            try:
                found = resolve(path)
            except Resolver404:
                pytest.fail(f"a link to nowhere: {path}")
            names.add(found.url_name or "")
            if path not in seen:
                seen.add(path)
                ahead.append(path)
    return names


def test_the_office_finds_every_page_of_the_casework_by_links(cast: Cast, client: Client) -> None:
    case = stories.routed(cast)
    draft_liaison(case, "市政府办公厅", "", "是否有这样的通知", "", cast.duty)
    client.force_login(cast.office)
    assert reached(client) >= OF_THE_OFFICE


def test_a_leader_and_a_head_find_what_is_theirs(cast: Cast, client: Client) -> None:
    stories.routed(cast)
    client.force_login(cast.deputy)
    assert {"decisions", "board", "case", "case_outside"} <= reached(client)
    client.force_login(cast.tech_head)
    assert {"department", "board", "case", "case_together", "slip", "tasks"} <= reached(client)


def test_a_page_of_a_case_with_nothing_on_it_says_so(cast: Cast, client: Client) -> None:
    case = stories.opened(cast)
    client.force_login(cast.office)
    assert "还没有口径、任务和留言" in client.get(f"/desk/cases/{case.number}/together/").content.decode()
    asked_for = client.get(f"/desk/cases/{case.number}/outside/").content.decode()
    assert "须向有关机关核实" in asked_for, "this level asks for liaison: that is said instead"
    assert 'class="empty"' not in asked_for


def test_a_danger_to_life_has_no_text_for_the_group(cast: Cast, client: Client) -> None:
    case = stories.opened(cast)
    type(case.event).objects.filter(pk=case.event_id).update(life_safety=True)
    client.force_login(cast.office)
    assert "/texts/" not in client.get(f"/desk/cases/{case.number}/").content.decode()
