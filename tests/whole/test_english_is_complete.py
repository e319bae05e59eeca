"""English is whole: every sentence of every room is translated, and an English page has no Chinese of ours.

What the bureau or the public wrote stays in Chinese; it stands in elements that say so (`lang="zh-Hans"`), which is
also what a screen reader needs. Names that the regulation gives (levels, states, roles, departments …) come in English.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

import stories
from cast import Cast
from huiying.demo import people
from huiying.desk.views import sign_in
from huiying.handling.models import Case
from huiying.judging import actions as judging
from huiying.judging.models import Event, Screening
from huiying.listening.actions import receive_message
from huiying.people.models import User
from huiying.responding import actions as responding
from huiying.responding.models import ReviewRound

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff01-\uff60]")
SHOWN_ATTRIBUTES = ("placeholder", "aria-label", "title", "alt")
VOID = {"input", "meta", "link", "br", "hr", "img", "circle", "rect", "path", "line", "polyline", "source", "wbr"}
FOREIGN = {
    "/desk/search/?q=平台": "a post by its words",
    "/answers/?q=故障": "an answer by its words",
}


@pytest.fixture(autouse=True)
def back_to_chinese() -> Iterator[None]:
    """A request leaves its language to the thread; the next test must not find it there."""
    with translation.override("zh-hans"):
        yield


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages_tool_for_all_rooms", ROOT / "tools" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def rooms(messages: ModuleType) -> list[str]:
    return sorted(path.parent.name for path in messages.HOUSE.glob("*/__init__.py"))


def test_every_sentence_of_every_room_is_translated_and_compiled(messages: ModuleType) -> None:
    """`faults_of` compiles the catalogue in memory and compares it with the `.mo` that is shipped."""
    found = [fault for room in rooms(messages) for fault in messages.treat(room, check=True)]
    assert found == []
    assert sum(len(messages.extracted(room)) for room in rooms(messages)) > 600


def test_no_sentence_has_two_translations_in_two_rooms(messages: ModuleType) -> None:
    """Django reads all catalogues as one, so the second translation would never be shown."""
    told: dict[tuple[str | None, str], dict[str, object]] = {}
    for room in rooms(messages):
        path = messages.HOUSE / room / "locale" / "en" / "LC_MESSAGES" / "django.po"
        for message in messages.stored(path):
            if message.id:
                told.setdefault(messages.key(message), {})[room] = message.string
    two = {key: by_room for key, by_room in told.items() if len({str(value) for value in by_room.values()}) > 1}
    assert two == {}


def test_no_translation_has_chinese_left_in_it(messages: ModuleType) -> None:
    for room in rooms(messages):
        path = messages.HOUSE / room / "locale" / "en" / "LC_MESSAGES" / "django.po"
        for message in messages.stored(path):
            given = message.string if isinstance(message.string, list | tuple) else [message.string]
            assert not (message.id and any(CHINESE.search(one or "") for one in given)), (room, message.id)


def test_a_plural_that_nobody_translated_yet_is_named_and_breaks_nothing(messages: ModuleType) -> None:
    """Babel gives None for each missing form."""
    for string in ((None, None), [None, None], ("%(n)s case", None), None, ""):
        message = messages.Message(("有 %(n)s 件", "有 %(n)s 件"), string)
        assert list(messages.wrong(message)) == ["untranslated"]


class Reader(HTMLParser):
    """What an English reader meets: text and spoken attributes outside elements marked as Chinese."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, bool]] = []
        self.ours: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        inside = self.stack[-1][1] if self.stack else False
        lang = given.get("lang") or ""
        theirs = lang.lower().startswith("zh") if lang else inside
        if not theirs:
            self.ours += [given[name] or "" for name in SHOWN_ATTRIBUTES if name in given]
        if tag not in VOID:
            self.stack.append((tag, theirs or tag in ("script", "title")))

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not (self.stack and self.stack[-1][1]):
            self.ours.append(data)


def chinese_of_ours(page: str) -> list[str]:
    reader = Reader()
    reader.feed(page)
    return [text.strip() for text in reader.ours if CHINESE.search(text)]


def test_the_reader_of_pages_finds_chinese_and_only_where_it_is_ours() -> None:
    page = '<p>级别</p><p lang="zh-Hans">平台<b>崩</b></p><div lang="zh-Hans"><i lang="en">签</i></div><hr title="查">'
    assert chinese_of_ours(page) == ["级别", "签", "查"]


def english(user: User | None = None) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    page = response.content.decode()
    assert '<html lang="en"' in page
    assert chinese_of_ours(page) == [], address
    return page


@pytest.fixture
def answered(cast: Cast) -> Case:
    return stories.answered(cast)


@pytest.fixture
def in_review(cast: Cast) -> ReviewRound:
    return stories.submitted(cast)


@pytest.mark.django_db
def test_the_pages_of_an_answered_case_are_english(cast: Cast, answered: Case) -> None:
    client = english(cast.office)
    number, event = answered.number, answered.event.number
    for address in (
        "/desk/",
        "/desk/events/",
        "/desk/cases/",
        "/desk/cases/?state=answered",
        "/desk/suspects/",
        "/desk/reviews/",
        "/desk/regulation/",
        "/desk/ledger/",
        *FOREIGN,
        f"/desk/cases/{number}/draft/",
    ):
        read(client, address)
    page = read(client, f"/desk/cases/{number}/")
    for word in ("Considerable", "Answered in public", "Centre information technology", "Network division"):
        assert word in page
    page = read(client, f"/desk/events/{event}/")
    assert "Suggested level: " in page
    assert "Rule K" in page
    assert "A system failure affects bid opening or bidding" in page


@pytest.mark.django_db
def test_the_pages_of_an_open_review_are_english_for_each_reviewer(cast: Cast, in_review: ReviewRound) -> None:
    number = in_review.case.number
    for step in in_review.steps.all():
        client = english(stories.reviewer(cast, step.role))
        read(client, "/desk/reviews/")
        read(client, f"/desk/reviews/{step.pk}/")
        read(client, "/desk/")
        read(client, f"/desk/cases/{number}/")
    read(english(cast.tech_liaison), f"/desk/cases/{number}/")
    read(english(cast.editor), f"/desk/cases/{number}/draft/")


@pytest.mark.django_db
@pytest.mark.parametrize("how_far", ["opened", "routed", "handled", "approved"])
def test_what_one_may_not_do_yet_is_said_in_english_at_every_stage(cast: Cast, how_far: str) -> None:
    case: Case = getattr(stories, how_far)(cast)
    for user in (cast.office, cast.duty, cast.tech_head, cast.deputy, cast.inspector):
        client = english(user)
        if client.get(f"/desk/cases/{case.number}/").status_code == 200:
            read(client, f"/desk/cases/{case.number}/")
        read(client, "/desk/")


@pytest.mark.django_db
def test_an_event_before_its_case_is_english(cast: Cast) -> None:
    event = stories.hear(stories.RUMOUR)
    judging.propose_dismissal(event, "answered", "中心公告第3号已于上月公开说明此事。", cast.duty)
    for user in (cast.duty, cast.office, cast.top):
        read(english(user), f"/desk/events/{event.number}/")


@pytest.mark.django_db
def test_an_english_refusal_names_levels_and_posts_in_english(cast: Cast) -> None:
    case = stories.opened(cast)
    client = english(cast.duty)
    answer = client.post(f"/desk/cases/{case.number}/do/close/", {"root_cause": "证书没有到期提醒。"})
    assert answer.status_code in (404, 409)
    lower = english(cast.office).post(f"/desk/cases/{case.number}/do/confirm_level/", {"level": "L2", "reason": ""})
    assert lower.status_code in (409, 422)
    assert chinese_of_ours(lower.content.decode()) == []
    assert chinese_of_ours(answer.content.decode()) == []


@pytest.mark.django_db
def test_the_administrators_pages_are_english(cast: Cast) -> None:
    page = read(english(cast.admin), "/desk/people/")
    for word in ("Duty officer", "Bureau office", "Construction trading division"):
        assert word in page


@pytest.mark.django_db
def test_the_sign_in_page_is_english(cast: Cast) -> None:
    assert "Openness" in read(english(), "/desk/sign-in/")


@pytest.mark.django_db
def test_the_cards_of_the_demonstration_speak_english(cast: Cast, settings: Any) -> None:
    settings.DEMO = True
    sign_in.offer_cards([sign_in.DemoCard(one.username, one.name, one.role, one.wants) for one in people.cards()])
    try:
        page = read(english(), "/desk/sign-in/")
    finally:
        sign_in.offer_cards([])
    for one in people.cards():
        with translation.override("en"):
            assert not CHINESE.search(f"{one.role} {one.wants}")
        with translation.override("zh-hans"):
            assert CHINESE.search(str(one.wants))
    assert "Duty officer · See what is due next" in page


@pytest.mark.django_db
def test_the_page_of_a_post_by_hand_is_english(cast: Cast) -> None:
    renditions = {**stories.DRAFT["renditions"], "weibo": "系统已恢复，开标顺延。"}  # type: ignore[dict-item]
    case = stories.approved(cast, renditions=renditions)
    (row,) = responding.release(case, ["weibo"], cast.office)
    read(english(cast.office), f"/desk/publications/{row.pk}/")
    read(english(cast.office), f"/desk/cases/{case.number}/")


@pytest.mark.django_db
def test_the_page_that_asks_another_body_is_english(cast: Cast) -> None:
    case = stories.drafted(cast).case
    _asked, token = responding.ask_confirmation(case, "财政局", "办公室", cast.editor)
    read(english(), f"/confirm/{token}/")
    read(english(cast.editor), f"/desk/cases/{case.number}/")
    unknown = english().get("/confirm/no-such-link/")
    assert "This link" in unknown.content.decode()
    assert chinese_of_ours(unknown.content.decode()) == []


@pytest.mark.django_db
def test_the_public_pages_are_english(cast: Cast) -> None:
    case = stories.answered(cast)
    client = english()
    for address in ("/", "/answers/", "/answers/?q=故障", "/ask/", "/status/", "/about/"):
        read(client, address)
    assert "Centre information technology" in read(client, f"/answers/{case.number}/")
    told = receive_message("咨询", "请问投标保证金什么时候退还？", "")
    found = client.post("/status/", {"number": told.number, "code": told.query_code})
    assert found.status_code == 200
    assert chinese_of_ours(found.content.decode()) == []
    assert "Bureau office" in found.content.decode()


@pytest.mark.django_db
def test_the_twins_of_the_engine_are_kept_one_for_one(cast: Cast) -> None:
    event: Event = stories.hear()
    row = Screening.objects.get(post__membership__event=event)
    for kept in (row, event):
        assert len(kept.reasons_en) == len(kept.reasons) > 1
        for sentence in kept.reasons_en:
            assert not CHINESE.search(re.sub("「[^」]*」", "", sentence)), sentence
    for name in ("sentence_en", "counterfactual_en"):
        assert event.grade[name]
        assert not CHINESE.search(event.grade[name])
    assert all(floor["reason_en"] for floor in event.grade["floors"])


@pytest.mark.django_db
def test_the_api_says_names_in_the_readers_language(cast: Cast) -> None:
    case = stories.opened(cast)
    client = english(cast.office)
    told = client.get(f"/api/cases/{case.number}").json()
    assert told["level"] == "Considerable"
    refused = client.post(f"/api/cases/{case.number}/confirm_level", {"level": "最大"}, "application/json")
    assert refused.status_code == 422
    assert "There is no level" in refused.json()["fields"][0]["error"]
