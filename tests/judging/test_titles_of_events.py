"""C6.12: the gravest post names the event, until a case carries its name on."""

from cast import Cast
from huiying.handling import actions as handling
from huiying.judging.models import Event
from huiying.judging.opening import TITLE_CHARS
from stories import OUTAGE, hear


def test_a_single_posts_first_line_is_the_title(cast: Cast) -> None:
    assert hear(OUTAGE).title == OUTAGE


def test_a_long_line_is_cut_with_an_ellipsis(cast: Cast) -> None:
    title = hear(OUTAGE + "请尽快答复" * 40).title
    assert len(title) == TITLE_CHARS
    assert title.endswith("…")


def test_the_gravest_post_gives_the_title_while_there_is_no_case(cast: Cast) -> None:
    first = hear(OUTAGE, native_id="a", metrics={"reads": 10})
    graver = OUTAGE + "有人要去市政府拉横幅！"
    second = hear(graver, native_id="b", metrics={"reads": 900000, "reposts": 5000}, outlet_tier=3)
    assert second == first
    assert Event.objects.get(pk=first.pk).title == graver


def test_a_lesser_post_does_not_take_the_title_over(cast: Cast) -> None:
    first = hear(OUTAGE, native_id="a", metrics={"reads": 900000})
    hear(OUTAGE + "同问。", native_id="b", metrics={"reads": 1})
    assert Event.objects.get(pk=first.pk).title == OUTAGE


def test_an_event_with_a_case_keeps_the_name_it_was_opened_under(cast: Cast) -> None:
    event = hear(OUTAGE, native_id="a", metrics={"reads": 10})
    case = handling.open_case(event, cast.duty)
    hear(OUTAGE + "有人要去市政府拉横幅！", native_id="b", metrics={"reads": 900000}, outlet_tier=3)
    assert Event.objects.get(pk=event.pk).title == OUTAGE
    assert case.title == OUTAGE
