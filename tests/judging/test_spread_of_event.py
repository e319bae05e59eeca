"""How an event spread: posts and outlets only, explicit and inferred apart (C10.5, INV-10)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from huiying.judging import material, spread
from huiying.judging.material import Material, PostFacts
from huiying.judging.models import Event, EventPost
from huiying.judging.queries import event_of_post
from huiying.listening.models import Post
from stream_of import COMPLAINT, bring

T0 = dt.datetime(2026, 9, 14, 8, tzinfo=dt.UTC)


def row(post: int, minutes: float = 0, **more: Any) -> PostFacts:
    given = {
        "copy_of": None, "parent": "", "evidence": "", "confidence": None, "platform": "微博客", "channel": "微博客",
        "kind": "post", "native_id": f"n{post}", "outlet": "", "tier": None, "own": False, "url": "", "title": "",
        "at": T0 + dt.timedelta(minutes=minutes), "timed": True, "metrics": {}, "concern": "", "sensitivity": 0,
        "begins": "",
    } | more  # fmt: skip
    return PostFacts(post=post, **given)


def of(*rows: PostFacts, unread: int = 0) -> Material:
    return Material(rows, {one.post: one.post for one in rows}, unread)


def taken(post: int, parent: int, minutes: float = 0, **more: Any) -> PostFacts:
    return row(post, minutes, parent=f"#{parent}", evidence="明示：来源给出了上一条的编号", confidence=1.0, **more)


# --- first seen, outlets, platforms ---


def test_the_first_seen_is_the_earliest_across_platforms_not_the_first_received():
    found = spread.spread_of(of(row(1, 30), row(2, 5, platform="论坛"), row(3, 60)))
    assert found.first is not None
    assert found.first.post == 2


def test_a_post_without_a_time_is_first_only_where_no_other_has_one():
    assert spread.spread_of(of(row(1, 0, timed=False), row(2, 50))).first.post == 2  # type: ignore[union-attr]
    assert spread.spread_of(of(row(1, 0, timed=False))).first.post == 1  # type: ignore[union-attr]


def test_outlets_stand_by_tier_the_highest_first_each_named_once():
    found = spread.spread_of(
        of(
            row(1),
            row(2, 10, outlet="鞍山日报", tier=2),
            row(3, 20, outlet="辽宁日报", tier=3),
            row(4, 30, outlet="鞍山日报", tier=2),
        )
    )
    assert [(tier.tier, tier.outlets, tier.posts) for tier in found.tiers] == [
        (3, ("辽宁日报",), 1),
        (2, ("鞍山日报",), 2),
    ]


def test_platforms_stand_in_the_order_they_were_reached_with_their_hours():
    found = spread.spread_of(of(row(1, 70, platform="论坛"), row(2, 0), row(3, 65), row(4, 10)))
    assert [(one.name, one.posts) for one in found.platforms] == [("微博客", 3), ("论坛", 1)]
    assert [count for _hour, count in found.platforms[0].hours] == [2, 1]


def test_no_posts_have_no_spread():
    found = spread.spread_of(of())
    assert (found.first, found.posts, found.nodes, found.depth) == (None, 0, (), 0)


# --- who took it from where ---


def test_edges_that_the_source_names_are_explicit_and_their_depth_is_counted():
    found = spread.spread_of(of(row(1), taken(2, 1, 10), taken(3, 2, 20)))
    assert [(edge.child, edge.parent, edge.inferred) for edge in found.edges] == [(2, 1, False), (3, 2, False)]
    assert (found.depth, found.explicit, found.inferred, found.lone) == (2, 2, 0, 1)


def test_a_copy_without_another_word_of_its_source_is_an_inferred_edge():
    (edge,) = spread.spread_of(of(row(1), row(2, 10, copy_of=1))).edges
    assert (edge.parent, edge.inferred, edge.evidence[:2]) == (1, True, "推断")
    assert edge.confidence is not None
    assert edge.confidence <= 0.6


def test_a_comment_that_nothing_is_known_of_stands_under_its_platforms_first_post_as_inferred():
    found = spread.spread_of(of(row(1), row(2, 10, kind="comment"), row(3, 20, kind="comment", platform="论坛")))
    (edge,) = found.edges
    assert (edge.child, edge.parent, edge.inferred) == (2, 1, True)
    assert 0 < (edge.confidence or 0) < 1
    assert found.lone == 2, "on the forum there is nothing that it could be a comment on"


def test_two_posts_that_nobody_took_from_each_other_have_no_edge():
    assert spread.spread_of(of(row(1), row(2, 10))).edges == ()


def test_a_parent_that_never_came_in_is_counted_and_not_drawn():
    found = spread.spread_of(of(row(1), row(2, 10, parent="S-gone", evidence="明示")))
    assert (found.edges, found.outside, found.lone) == ((), 1, 1)


def test_a_copy_stands_under_its_original_where_the_named_parent_never_came_in():
    (edge,) = spread.spread_of(of(row(1), row(2, 10, parent="S-gone", evidence="明示", copy_of=1))).edges
    assert (edge.parent, edge.inferred) == (1, True)


def test_a_parent_in_another_event_is_outside_of_this_one():
    assert spread.spread_of(of(row(1), taken(2, 99, 10))).outside == 1


# --- bounded ---


def test_few_posts_are_drawn_and_the_rest_is_counted_under_the_nearest_that_is():
    rows = [row(1), taken(2, 1, 5), *(taken(n, 2, n) for n in range(3, 40)), row(90, 500, platform="论坛")]
    found = spread.spread_of(of(*rows), most=5)
    drawn = {node.post: node for node in found.nodes}
    assert len(drawn) == 5
    assert {1, 2} <= set(drawn)
    assert drawn[2].below == 37
    assert sum(node.folded for node in found.nodes) + len(drawn) == 39, "the lone one on the forum hangs nowhere"
    assert dict(found.rest)["论坛"] == 1
    assert sum(count for _place, count in found.rest) + len(found.nodes) == len(rows)


def test_outlets_are_drawn_before_posts_that_nobody_took_up():
    rows = [row(1), *(row(n, n) for n in range(2, 30)), row(50, 400, outlet="辽宁日报", tier=3)]
    assert 50 in {node.post for node in spread.spread_of(of(*rows), most=4).nodes}


def test_an_edge_over_posts_that_are_not_drawn_is_as_unsure_as_its_worst_part():
    rows = [
        row(1),
        row(2, 1, copy_of=1),
        taken(3, 2, 2),
        *(taken(n, 3, n) for n in range(10, 14)),
        *(taken(n, 1, n) for n in range(20, 24)),
    ]
    found = spread.spread_of(of(*rows), most=2)
    assert {node.post for node in found.nodes} == {1, 2}
    far = spread._shown_edges(spread.edges_of(of(*rows))[0], {1, 3}, {2: 1, 3: 2})
    (edge,) = list(far)
    assert (edge.child, edge.parent, edge.inferred, edge.confidence) == (3, 1, True, 0.6)


def test_posts_that_were_not_looked_at_are_counted():
    found = spread.spread_of(of(row(1), unread=70))
    assert (found.posts, found.unread) == (71, 70)


# --- 跟帖情况 ---


def test_comments_are_summed_over_posts_and_what_is_not_known_stays_unknown():
    found = spread.following_of(of(row(1, metrics={"comments": 240}), row(2, metrics={}), row(3, kind="comment")))
    assert (found.comments, found.unknown, found.comments_heard, found.reposts) == (240, 1, 1, None)
    assert spread.following_of(of(row(1))).comments is None


def test_a_comments_own_answers_are_not_counted_as_comments_on_the_matter_twice():
    found = spread.following_of(of(row(1, metrics={"comments": 3}), row(2, kind="comment", metrics={"comments": 1})))
    assert found.comments == 3


def test_copies_of_copies_are_copies_of_the_first():
    read = of(row(1), row(2, 1, copy_of=1), row(3, 2, copy_of=2))
    assert read.copies == {1: 2}
    assert spread.following_of(read).copies == 2


drawn_rows = st.lists(
    st.tuples(
        st.integers(0, 14), st.none() | st.integers(0, 14), st.sampled_from(["post", "repost", "comment"]),
        st.sampled_from(["微博客", "论坛"]), st.floats(0, 500),
    ),
    max_size=15,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(drawn_rows, st.integers(1, 6))
def test_edges_never_close_a_ring_and_every_post_is_drawn_or_counted(drawn: list[Any], most: int):
    rows = []
    for n, (up, copy, kind, platform, at) in enumerate(drawn):
        if up % 2:
            rows.append(taken(n, up, at, kind=kind, platform=platform))
        else:
            rows.append(row(n, at, kind=kind, platform=platform, copy_of=copy))
    read = of(*rows)
    found = spread.spread_of(read, most)
    edges, _outside = spread.edges_of(read)
    above = {edge.child: edge.parent for edge in edges}
    assert len(above) == len(edges), "one parent a post"
    for post in above:
        assert post not in spread.ancestor_path_of(post, above)[1:]
    assert all(edge.confidence is None or 0 <= edge.confidence <= 1 for edge in edges)
    assert len(found.nodes) + sum(count for _place, count in found.rest) == len(rows)
    assert found.explicit + found.inferred + found.lone + found.outside == len(rows)
    shown = {node.post for node in found.nodes}
    assert all(edge.child in shown and edge.parent in shown for edge in found.edges)
    assert found == spread.spread_of(read, most)


# --- from the stored posts ---


@pytest.mark.usefixtures("staff")
class TestStored:
    def test_the_stream_keeps_how_sure_it_was_of_a_parent(self) -> None:
        bring(COMPLAINT)
        bring(f"我家也是//@甲:{COMPLAINT}", start=1, kind="repost")
        place = EventPost.objects.exclude(parent="").get()
        assert 0.9 <= (place.parent_confidence or 0) <= 1
        read = material.of_event(place.event)
        (edge,) = spread.spread_of(read).edges
        assert (edge.inferred, edge.confidence) == (False, place.parent_confidence)

    def test_reading_an_event_costs_one_query(self, django_assert_num_queries: Any) -> None:
        event = event_of_post(bring(COMPLAINT, f"{COMPLAINT}啊")[0])
        assert event is not None
        with django_assert_num_queries(1):
            read = material.of_event(event)
            spread.spread_of(read)
        assert len(read.rows) == 2

    def test_what_was_merged_into_an_event_is_read_with_it_at_any_depth(self) -> None:
        posts = bring(*(COMPLAINT + "啊" * number for number in range(3)))
        first = event_of_post(posts[0])
        assert first is not None
        above = first
        for number, post in enumerate(posts[1:], 1):
            above = Event.objects.create(
                number=f"E-{number}", stream_no=900 + number, opened_at=T0, last_post_at=T0, first_known_at=T0,
                state=Event.MERGED, merged_into=above,
            )  # fmt: skip
            EventPost.objects.filter(post=post).update(event=above)
        third = above
        assert {row.post for row in material.of_event(first).rows} == set(Post.objects.values_list("pk", flat=True))
        assert len(material.of_event(third).rows) == 1

    def test_an_edited_post_is_one_post_where_it_first_stood_with_its_newest_figures(self) -> None:
        when = "2026-09-14T08:50:00+08:00"
        bring(COMPLAINT, published_at=when, metrics={"comments": 1})
        first = Post.objects.get()
        bring(COMPLAINT + "，没人管", published_at="2026-09-14T09:50:00+08:00", metrics={"comments": 9})
        second = Post.objects.exclude(pk=first.pk).get()
        Post.objects.filter(pk=second.pk).update(native_id=first.native_id, version=2)
        event = event_of_post(first)
        assert event is not None
        (only,) = material.of_event(event).rows
        assert only.at == first.published_at
        assert only.figure("comments") == 9

    def test_a_post_taken_back_is_no_part_of_the_spread(self) -> None:
        posts = bring(COMPLAINT, f"{COMPLAINT}啊")
        EventPost.objects.filter(post=posts[1]).update(withdrawn_at=T0)
        event = event_of_post(posts[0])
        assert event is not None
        assert [one.post for one in material.of_event(event).rows] == [posts[0].pk]

    def test_a_huge_event_is_read_from_both_ends_and_says_how_many_lie_between(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(material, "FIRST", 3)
        monkeypatch.setattr(material, "LAST", 2)
        posts = bring(*(COMPLAINT + "啊" * number for number in range(8)))
        event = event_of_post(posts[0])
        assert event is not None
        read = material.of_event(event)
        assert [one.post for one in read.rows] == [posts[n].pk for n in (0, 1, 2, 6, 7)]
        assert read.unread == 3
        assert spread.spread_of(read).posts == 8

    def test_rows_that_were_loaded_already_read_the_same(self) -> None:
        event = event_of_post(bring(COMPLAINT, f"{COMPLAINT}啊")[0])
        assert event is not None
        loaded = material.loaded(EventPost.objects.filter(event=event).select_related("post__screening").order_by("id"))
        assert loaded == material.of_event(event)
