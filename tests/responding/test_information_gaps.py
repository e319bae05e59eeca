"""C6.14, INV-10: what people keep asking and our site does not say. Events are counted, never people."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import stories
from cast import Cast
from huiying.judging.models import Event, EventPost, Screening
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.listening.models import Post
from huiying.listening.watching import ruleset
from huiying.people.queries import regulation_now
from huiying.responding import releasing
from huiying.responding.actions.releasing import drop_gap, finish_gap, make_gap
from huiying.responding.models import InfoGap
from huiying.responding.tasks.releasing import late_gaps, remind_of_gaps
from huiying.work.models import Notice
from releasing_told import refused

URL = "https://gov.example/guide/ca.html"


def rule(place: int = 0) -> Any:
    return ruleset(regulation_now()).rules[place]


def asked(count: int = 3, rules: list[str] | None = None, **fields: Any) -> list[Event]:
    """So many events about the same matter, each with one post."""
    found, now = [], clock.now()
    for _n in range(count):
        number = Event.objects.count() + 1
        told: dict[str, Any] = {"concern": "咨询", "lead": "Z-XX", "opened_at": now, **fields}
        event = Event.objects.create(
            number=f"E{number:04d}", stream_no=number, title="在哪里办", last_post_at=now, first_known_at=now, **told
        )
        post = Post.objects.create(
            platform="论坛", channel_class="论坛", kind="post", native_id=f"g{number}", text="在哪里办",
            text_sha256=f"{number:064d}", received_at=now, batch="x", received_how="import", screened=True,
        )  # fmt: skip
        Screening.objects.create(
            post=post, band="hit", score=1, rules=rules or [rule().id], ruleset="x", screened_at=now
        )
        EventPost.objects.create(event=event, post=post, stream_no=number, stood_at=now)
        found.append(event)
    return found


def made(cast: Cast, **changes: Any) -> InfoGap:
    told: dict[str, Any] = {
        "question": "外地企业在哪里办CA证书",
        "department": cast.department("Z-XX"),
        "owner": cast.tech_liaison,
        "due_at": clock.now() + dt.timedelta(days=5),
        "actor": cast.office,
    }
    return make_gap(**(told | changes))


# --- suggestions ------------------------------------------------------------------------------------------------------


def test_three_events_in_ninety_days_make_a_suggestion(cast: Cast, frozen: FrozenClock) -> None:
    asked(2)
    assert releasing.asked_often() == []
    asked(1)
    (found,) = releasing.suggestions(releasing.asked_often())
    assert (found.topic, found.department, len(found.events)) == (rule().name, "Z-XX", 3)
    frozen.advance(dt.timedelta(days=91))
    assert releasing.asked_often() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"concern": "投诉"},
        {"concern": "表扬"},
        {"life_safety": True},
        {"state": Event.MERGED},
        {"state": Event.DISMISSED},
    ],
)
def test_only_what_is_asked_or_doubted_counts(cast: Cast, fields: dict[str, Any]) -> None:
    """Life first: a danger to life is on no list."""
    asked(3, **fields)
    assert releasing.asked_often() == []


def test_many_posts_of_one_event_are_one_event(cast: Cast) -> None:
    (event,) = asked(1)
    for other in asked(5):
        EventPost.objects.filter(event=other).update(event=event)
        other.delete()
    assert releasing.asked_often() == []


def test_a_narrower_rule_over_the_same_events_says_nothing_new(cast: Cast) -> None:
    wide, narrow = rule(0), rule(1)
    asked(3, [wide.id, narrow.id])
    asked(1, [wide.id])
    assert [row.topic for row in releasing.asked_often()] == [wide.name]


def test_the_most_frequent_comes_first(cast: Cast) -> None:
    asked(3, [rule(0).id])
    asked(4, [rule(1).id])
    assert [len(row.events) for row in releasing.asked_often()] == [4, 3]


def test_a_task_covers_its_topic_until_ninety_days_after_it_was_done(cast: Cast, frozen: FrozenClock) -> None:
    events = asked()
    gap = made(cast, topic=rule().name, events=[event.number for event in events])
    assert releasing.suggestions(releasing.asked_often()) == []
    finish_gap(gap, URL, cast.tech_liaison)
    frozen.advance(dt.timedelta(days=89))
    asked()
    assert releasing.suggestions(releasing.asked_often()) == []
    frozen.advance(dt.timedelta(days=2))
    assert len(releasing.suggestions(releasing.asked_often())) == 1, (
        "it is asked again: what was published does not help"
    )


def test_a_dropped_task_covers_nothing(cast: Cast) -> None:
    asked()
    drop_gap(made(cast, topic=rule().name), "不是我们该说的", cast.office)
    assert len(releasing.suggestions(releasing.asked_often())) == 1


def test_where_an_answer_is_public_it_is_linked_and_not_written_anew(cast: Cast) -> None:
    case = stories.answered(cast)
    (post,) = EventPost.objects.filter(event=case.event)[:1]
    Event.objects.filter(pk=case.event_id).update(concern="咨询")
    rules = Screening.objects.get(post=post.post).rules
    asked(2, rules)
    rows = releasing.asked_often()
    assert releasing.suggestions(rows) == []
    (found,) = releasing.answered_already(rows)[:1]
    assert [answer.case for answer in found.answers] == [case]


def test_a_regulation_without_these_words_has_no_suggestions_and_no_error(cast: Cast) -> None:
    asked(3, concern="别的词")
    assert releasing.asked_often() == []


# --- tasks ------------------------------------------------------------------------------------------------------------


def test_a_task_keeps_numbers_of_events_and_of_nothing_else_inv_10(cast: Cast) -> None:
    events = asked()
    (danger,) = asked(1, life_safety=True)
    gap = made(cast, events=[*(event.number for event in events), danger.number, "张三", "E9999"])
    assert (gap.cases, gap.asked) == ([event.number for event in events], 3)
    assert not {"voice", "author", "account", "asker", "name"} & {field.name for field in InfoGap._meta.get_fields()}


def test_the_owner_is_of_the_department_and_hears_of_it(cast: Cast) -> None:
    assert refused(lambda: made(cast, owner=cast.works_liaison)) == "owner_elsewhere"
    made(cast)
    assert Notice.objects.filter(recipient="tech_liaison", title__contains="补信息任务").exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"due_at": dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)}, "due_in_the_past"),
        ({"question": "啥"}, "too_short"),
    ],
)
def test_a_task_that_cannot_be_done_is_refused(cast: Cast, change: dict[str, Any], code: str) -> None:
    assert refused(lambda: made(cast, **change)) == code


@pytest.mark.parametrize("who", ["inspector", "duty", "deputy"])
def test_who_neither_handles_nor_drafts_makes_none(cast: Cast, who: str) -> None:
    assert refused(lambda: made(cast, actor=cast.people[who])) == "not_permitted"


def test_reminders_come_before_at_and_after_once(cast: Cast, frozen: FrozenClock) -> None:
    gap = made(cast)
    frozen.advance(dt.timedelta(days=4) - dt.timedelta(minutes=1))
    assert remind_of_gaps(clock.now(), 10) == 0
    frozen.advance(dt.timedelta(minutes=1))
    assert remind_of_gaps(clock.now(), 10) == 1
    assert remind_of_gaps(clock.now(), 10) == 0
    assert late_gaps() == []
    frozen.set(gap.due_at)
    assert remind_of_gaps(clock.now(), 10) == 1
    late = set(Notice.objects.filter(title__startswith="已经超期").values_list("recipient", flat=True))
    assert late == {"tech_liaison", "tech_head", "office", "office2"}
    frozen.advance(dt.timedelta(days=1))
    assert remind_of_gaps(clock.now(), 10) == 0
    assert [finding.code for finding in late_gaps()] == ["gap.late"]


def test_done_says_where_everybody_finds_it(cast: Cast) -> None:
    gap = made(cast)
    assert refused(lambda: finish_gap(gap, "官网", cast.tech_liaison)) == "url"
    assert refused(lambda: finish_gap(gap, "", cast.tech_liaison)) == "url"
    gap = finish_gap(gap, "/answers/20260914-01/", cast.tech_liaison)
    assert (gap.url, gap.done_at, gap.next_action_at) == ("/answers/20260914-01/", clock.now(), None)
    assert refused(lambda: finish_gap(gap, URL, cast.tech_liaison)) == "is_over"
    assert refused(lambda: drop_gap(gap, "不再需要了", cast.office)) == "is_over"


def test_owner_department_office_and_editors_settle_it_nobody_else(cast: Cast) -> None:
    for who in ("tech_liaison", "tech_head", "office", "editor"):
        finish_gap(made(cast), URL, cast.people[who])
    for who in ("works_head", "inspector", "duty", "deputy"):
        gap = made(cast)
        assert refused(lambda gap=gap, who=who: finish_gap(gap, URL, cast.people[who])) == "not_permitted"  # type: ignore[misc]


def test_dropping_needs_a_reason_and_everything_is_recorded(cast: Cast) -> None:
    gap = made(cast)
    assert refused(lambda: drop_gap(gap, "", cast.office)) == "too_short"
    drop_gap(gap, "已在别处写明", cast.office)
    kinds = list(LedgerEntry.objects.filter(kind__startswith="gap.").values_list("chain", "kind"))
    assert kinds == [("system", "gap.made"), ("system", "gap.dropped")]
