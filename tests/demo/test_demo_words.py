"""The answers: facts and remedy first, no empty phrases, other bodies named only where they are asked (C8.4)."""

import pytest

from huiying.demo import words
from huiying.demo.casework import screenshot
from huiying.demo.script import ACTS
from huiying.people.models import Department  # noqa: F401  loads the app registry before the dictionary is asked
from huiying.responding.actions import confirming

EMPTY = ("高度重视", "第一时间", "敬请谅解", "广大群众", "不断提升", "全力以赴")


def drafts(story: str) -> dict[str, dict]:
    return words.words_of(story).get("drafts", {})


def written(text: dict) -> str:
    return "\n".join(str(text.get(name, "")) for name in ("title", "question", "facts", "portal", "weibo"))


ANSWERS = [(story, number) for story in words.stories() for number in drafts(story)]


@pytest.mark.parametrize(("story", "number"), ANSWERS)
@pytest.mark.django_db
def test_other_bodies_are_named_only_where_the_script_asks_them(story: str, number: str) -> None:
    text = drafts(story)[number]
    asked = {act.words[0] for act in ACTS if act.verb == "ask" and act.story == story}
    assert {*confirming.named_in(written(text)), *text.get("bodies", [])} <= asked


@pytest.mark.parametrize(("story", "number"), ANSWERS)
def test_what_is_published_says_something(story: str, number: str) -> None:
    """The one draft full of empty phrases is the one that the office sends back."""
    text = drafts(story)[number]
    sent_back = (story, number) == ("outage", "1")
    assert any(phrase in written(text) for phrase in EMPTY) == sent_back
    assert text["basis"]
    assert text["question"] != text["portal"]


def test_the_draft_that_is_sent_back_is_followed_by_a_better_one() -> None:
    verbs = [(act.verb, act.words[:1]) for act in ACTS if act.story == "outage"]
    rejected = next(place for place, (verb, _) in enumerate(verbs) if verb == "reject")
    assert ("draft", ("2",)) in verbs[rejected:]
    assert len(drafts("outage")["2"]["portal"]) > 3 * len(drafts("outage")["1"]["portal"])


def test_a_story_without_words_is_said_so() -> None:
    with pytest.raises(words.NothingThere):
        words.words_of("nobody")


def test_the_screenshot_is_a_picture_that_differs_by_story() -> None:
    assert screenshot("a").startswith(b"\x89PNG\r\n\x1a\n")
    assert screenshot("a") == screenshot("a") != screenshot("b")
    assert len(screenshot("a")) < 5000
