"""A look at a danger to life, a file taken out: in the ledger before anything is answered (§6.1 S8, S9, S11)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pyotp
import pytest
from django.db import DatabaseError
from django.test import Client

import stories
from cast import Cast
from desk_helpers import known, text_of
from huiying.desk import picture_shelf
from huiying.documents.actions import issuing
from huiying.documents.models import IssuedDocument
from huiying.handling.models import Case, Meeting, MeetingSeat
from huiying.judging.models import Event
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import verify
from huiying.listening.models import Post
from huiying.people import access_log, actions, factors
from huiying.people.models import User

Browser = Callable[[User], Client]
HOUR, SECOND = dt.timedelta(hours=1), dt.timedelta(seconds=1)


@pytest.fixture
def danger(cast: Cast) -> Case:
    case = stories.routed(cast)
    Event.objects.filter(pk=case.event_id).update(life_safety=True)
    return stories.again(case)


@pytest.fixture
def paper(cast: Cast) -> IssuedDocument:
    case = stories.routed(cast)
    slip = case.slips.get()
    return issuing.issue_of_object("slip", slip.pk, cast.office)


def looks() -> list[tuple[str, str]]:
    rows = LedgerEntry.objects.filter(kind=access_log.READ).order_by("id")
    return [(row.actor_data["name"], (row.data or {})["what"]) for row in rows]


def taken() -> list[dict[str, str]]:
    return [row.data or {} for row in LedgerEntry.objects.filter(kind=access_log.TAKEN).order_by("id")]


# --- reads ------------------------------------------------------------------------------------------------------------


def test_a_look_at_a_danger_to_life_is_recorded_with_who_when_and_what(
    cast: Cast, browser: Browser, danger: Case
) -> None:
    assert browser(cast.duty).get(f"/desk/cases/{danger.number}/").status_code == 200
    entry = LedgerEntry.objects.get(kind=access_log.READ)
    assert entry.data == {"what": f"case:{danger.number}", "label": "人身安全"}
    assert (entry.actor_data["name"], entry.at) == (cast.duty.name, clock.now())
    assert entry.chain == f"access:case:{danger.number}"
    assert verify().ok


def test_an_ordinary_case_leaves_no_record_of_looks(cast: Cast, browser: Browser) -> None:
    case = stories.routed(cast)
    browser(cast.duty).get(f"/desk/cases/{case.number}/")
    assert looks() == []


@pytest.mark.parametrize("page", ["", "answer/", "together/", "outside/", "texts/", "route/", "draft/"])
def test_every_page_of_the_case_records(cast: Cast, browser: Browser, danger: Case, page: str) -> None:
    answer = browser(cast.office).get(f"/desk/cases/{danger.number}/{page}")
    assert (looks() != []) == (answer.status_code == 200)
    assert answer.status_code in (200, 302)


def test_the_event_the_api_and_the_meeting_record_too(
    cast: Cast, browser: Browser, danger: Case, frozen: clock.FrozenClock
) -> None:
    meeting = Meeting.objects.create(
        number="会〔2026〕1号", case=danger, topic="研判", place="三楼", starts_at=clock.now(), quorum=0.5,
        chair=cast.deputy, chair_name="甲", convened_by="乙", convened_at=clock.now(),
    )  # fmt: skip
    MeetingSeat.objects.create(meeting=meeting, user=cast.deputy, name="甲", notified_at=clock.now())
    office = browser(cast.office)
    event = danger.event.number
    for address, what in (
        (f"/desk/events/{event}/", f"event:{event}"),
        (f"/api/cases/{danger.number}", f"case:{danger.number}"),
        (f"/api/cases/{danger.number}/facts", f"case:{danger.number}"),
        (f"/desk/meetings/{meeting.pk}/", f"case:{danger.number}"),
    ):
        frozen.advance(HOUR)  # each is a look of its own
        before = len(looks())
        assert office.get(address).status_code == 200, address
        assert looks()[before:] == [(cast.office.name, what)], address


@pytest.mark.parametrize("label", [{"life_safety": True}, {"sensitive": Event.REPORTER}, {"sensitive": "minor"}])
@pytest.mark.parametrize("part", ["", "/spread", "/views", "/heat"])
def test_the_pictures_of_a_labelled_event_record_the_look_by_rest(
    cast: Cast, browser: Browser, label: dict[str, object], part: str
) -> None:
    event = stories.hear()
    office = browser(cast.office)
    assert office.get(f"/api/events/{event.number}{part}").status_code == 200
    assert looks() == []
    Event.objects.filter(pk=event.pk).update(**label)
    assert office.get(f"/api/events/{event.number}{part}").status_code == 200
    assert looks() == [(cast.office.name, f"event:{event.number}")]


def test_a_form_that_names_a_matter_tells_nobody_of_one_that_is_kept_from_them(cast: Cast, browser: Browser) -> None:
    """Merging into, keeping apart from: the number of a reporter's event is no number to the duty desk."""
    event, now = stories.hear(), clock.now()
    Event.objects.create(
        number="E20260914-900", stream_no=900, title="限知悉", opened_at=now, last_post_at=now, first_known_at=now,
        suggested_level="L2", lead="Z-XX", concern="投诉", posts_count=1, platforms_count=1, sensitive=Event.REPORTER,
    )  # fmt: skip
    duty = browser(cast.duty)
    for number in ("E20260914-900", "E20200101-999"):
        answer = duty.post(f"/desk/events/{event.number}/do/merge/", {"number": number})
        assert f"没有编号为“{number}”的事件" in text_of(answer)
    address, told = f"/api/events/{event.number}/merge", {"number": "E20260914-900"}
    assert duty.post(address, told, content_type="application/json").status_code == 404
    assert Event.objects.get(pk=event.pk).merged_into_id is None


def test_within_an_hour_it_is_one_look_and_each_person_has_their_own(
    cast: Cast, browser: Browser, danger: Case, frozen: clock.FrozenClock
) -> None:
    duty, office = browser(cast.duty), browser(cast.office)
    address = f"/desk/cases/{danger.number}/"
    for client in (duty, duty, office):
        client.get(address)
    assert [who for who, _what in looks()] == [cast.duty.name, cast.office.name]
    frozen.advance(HOUR)
    duty.get(address)
    assert [who for who, _what in looks()] == [cast.duty.name, cast.office.name, cast.duty.name]


def test_who_is_not_let_in_leaves_no_look(cast: Cast, browser: Browser, danger: Case) -> None:
    for who in (cast.editor, cast.inspector, cast.works_head):
        assert browser(who).get(f"/desk/cases/{danger.number}/").status_code == 404
    assert looks() == []


def test_a_refused_form_that_shows_the_page_again_is_a_look(cast: Cast, browser: Browser, danger: Case) -> None:
    """Or an empty form would be the way to read without a record."""
    answer = browser(cast.duty).post(f"/desk/cases/{danger.number}/do/say/", {"text": ""})
    assert answer.status_code == 422
    assert looks() == [(cast.duty.name, f"case:{danger.number}")]


@pytest.mark.parametrize("address", ["/desk/cases/{}/", "/api/cases/{}"])
def test_what_cannot_be_recorded_is_not_shown(
    cast: Cast, browser: Browser, danger: Case, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """S11: kill the sink and the action is refused."""

    def broken(*_args: object, **_more: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(access_log, "record", broken)
    answer = browser(cast.duty).get(address.format(danger.number))
    assert answer.status_code == 503
    assert danger.title not in answer.content.decode()
    assert "查阅记录写不进去" in answer.content.decode()
    assert browser(cast.duty).get("/desk/cases/").status_code == 200, "what bears no label goes on"


def test_the_label_keeps_it_off_walls_lists_digests_and_search_even_for_those_who_act_on_it(
    cast: Cast, browser: Browser, danger: Case
) -> None:
    """S8, the label leak test: by the one who may see most. Others: every address, in `test_every_url_by_role.py`."""
    Post.objects.filter(membership__event=danger.event).update(life_safety=True)
    client = browser(cast.office)
    for address in (
        "/desk/wall/", "/desk/search/?q=平台", "/desk/digest/2026-09/", "/desk/posts/",
        "/api/stream", "/answers/", "/feed.xml", "/api/answers",
    ):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 200, address
        page = answer.content.decode()
        assert danger.number not in page, address
        assert danger.event.number not in page, address
    assert looks() == [], "none of them is a look"
    Event.objects.update(life_safety=False)
    picture_shelf.shelf.clear()
    assert danger.number in client.get("/desk/wall/").content.decode(), "the wall shows what bears no label"


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["pdf", "docx", "txt"])
def test_a_paper_that_leaves_as_a_file_is_recorded_with_its_purpose(
    cast: Cast, browser: Browser, paper: IssuedDocument, form: str
) -> None:
    name = {"pdf": "document.pdf", "docx": "document.docx", "txt": "document.txt"}[form]
    client = browser(cast.office)
    assert client.get(f"/desk/documents/{paper.pk}/{name}").status_code == 200
    assert client.get(f"/api/documents/{paper.pk}/file/{form}").status_code == 200
    one = {"what": f"document:{paper.number}", "form": form, "purpose": "slip"}
    assert taken() == [one, one]


def test_a_file_whose_record_fails_does_not_leave(
    cast: Cast, browser: Browser, paper: IssuedDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(access_log, "record", broken)
    answer = browser(cast.office).get(f"/desk/documents/{paper.pk}/document.txt")
    assert answer.status_code == 503
    assert paper.number not in answer.content.decode()


# --- a code again before a file leaves --------------------------------------------------------------------------------


@pytest.fixture
def bound(cast: Cast, settings: object, frozen: clock.FrozenClock) -> str:
    settings.SECOND_FACTOR = True  # type: ignore[attr-defined]
    secret = actions.begin_factor(cast.office)
    actions.confirm_factor(cast.office, pyotp.TOTP(secret).at(clock.now()))
    frozen.advance(factors.FRESH)
    return secret


def test_a_file_asks_for_a_code_first_and_then_comes(
    cast: Cast, browser: Browser, paper: IssuedDocument, bound: str
) -> None:
    client, place = browser(cast.office), f"/desk/documents/{paper.pk}/document.pdf"
    asked = client.get(place)
    assert asked.url == f"/desk/second-factor/again/?next=%2Fdesk%2Fdocuments%2F{paper.pk}%2Fdocument.pdf"
    assert taken() == []
    assert "再输一个验证码" in text_of(client.get(asked.url))
    wrong = client.post("/desk/second-factor/again/", {"code": "000000", "next": place})
    assert wrong.status_code == 422
    right = client.post("/desk/second-factor/again/", {"code": pyotp.TOTP(bound).at(clock.now()), "next": place})
    assert right.url == place
    assert client.get(place).status_code == 200
    assert len(taken()) == 1


def test_after_a_quarter_of_an_hour_it_asks_again(
    cast: Cast, browser: Browser, paper: IssuedDocument, bound: str, frozen: clock.FrozenClock
) -> None:
    client, place = browser(cast.office), f"/desk/documents/{paper.pk}/document.txt"
    client.post("/desk/second-factor/again/", {"code": pyotp.TOTP(bound).at(clock.now()), "next": place})
    frozen.advance(factors.FRESH)
    assert client.get(place).status_code == 200
    frozen.advance(SECOND)
    assert client.get(place).status_code == 302


def test_the_code_page_leads_nowhere_else(cast: Cast, browser: Browser, bound: str) -> None:
    told = {"code": pyotp.TOTP(bound).at(clock.now()), "next": "https://elsewhere.example/"}
    assert browser(cast.office).post("/desk/second-factor/again/", told).url == "/desk/"


def test_the_api_wants_the_code_in_a_header(cast: Cast, browser: Browser, paper: IssuedDocument, bound: str) -> None:
    client, place = known(cast.office), f"/api/documents/{paper.pk}/file/txt"
    refused = client.get(place)
    assert (refused.status_code, refused.json()["code"]) == (409, "second_factor")
    assert taken() == []
    code = pyotp.TOTP(bound).at(clock.now())
    assert client.get(place, headers={"X-Huiying-Code": code}).status_code == 200


def test_every_address_that_hands_out_a_file_of_the_house_asks_for_a_code() -> None:
    """By the marks in the views: a new download of papers or packages without the step fails here."""
    import inspect

    from huiying.desk.views import documents, events, sources

    for module, names in ((documents, ("pdf", "docx", "text")), (events, ("export",))):
        source = inspect.getsource(module)
        for name in names:
            assert f"@second_factor.before_it_leaves\n@staff()\ndef {name}(" in source, name
    assert "second_factor.ask_again" in inspect.getsource(sources.evidence)


# --- who reads the records --------------------------------------------------------------------------------------------


def test_the_audit_administrator_reads_who_looked_and_no_word_of_it(cast: Cast, browser: Browser, danger: Case) -> None:
    browser(cast.duty).get(f"/desk/cases/{danger.number}/")
    auditor = User.objects.create_user("audits", "审计员", oversees=User.AUDIT, joined_at=clock.now())
    client = browser(auditor)
    page = text_of(client.get("/desk/access/"))
    assert cast.duty.name in page
    assert f"查阅人身安全件（case:{danger.number}）" in page
    assert danger.title not in page
    for address in (f"/desk/cases/{danger.number}/", "/desk/ledger/", "/desk/events/", "/desk/search/?q=平台"):
        assert client.get(address).status_code == 404, address


@pytest.mark.parametrize("who", ["duty", "office", "editor", "admin"])
def test_those_who_are_watched_do_not_read_the_records(cast: Cast, browser: Browser, who: str) -> None:
    assert browser(cast.people[who]).get("/desk/access/").status_code == 404
