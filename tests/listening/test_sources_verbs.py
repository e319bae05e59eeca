"""Verbs of sources: taken up, changed on record, looked at by hand, put aside （五）C5.2, C5.6, C5.10."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cast import Cast
from huiying.engine.post import Post as EnginePost
from huiying.judging.coverage import open_for_new_articles
from huiying.judging.pipeline import judge_pending
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.listening import collecting, rhythm
from huiying.listening.actions import receive, sources
from huiying.listening.collected import engine_posts
from huiying.listening.models import Post, Source
from huiying.listening.probing import probe
from huiying.listening.source_queries import as_row
from huiying.people.errors import Refused
from listening.sources_of import ROLES, feed, told

OUTAGE = "鞍山公共资源交易平台今早登录不上，开标解密超时"


def by_hand(cast: Cast, **more: Any) -> Source:
    return sources.add_source(told("", adapter="by_hand", channel_class="传统媒体", **more), cast.duty).source


def kinds() -> list[str]:
    return list(LedgerEntry.objects.filter(kind__startswith="source.").order_by("id").values_list("kind", flat=True))


def test_a_source_is_taken_up_on_record_and_is_due_at_once(cast: Cast, frozen: FrozenClock) -> None:
    source = sources.add_source(told(), cast.duty).source
    assert (source.kind, source.host_id, source.next_action_at) == ("news", "93.184.216.34", frozen())
    entry = LedgerEntry.objects.get(kind="source.added")
    assert entry.data["name"] == "本地新闻"
    assert "值班员小周" in entry.actor


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"name": " "}, "too_short"),
        ({"channel_class": "街谈巷议"}, "unknown_class"),
        ({"adapter": "telepathy"}, "unknown_adapter"),
        ({"kind": "gossip"}, "unknown_kind"),
        ({"min_minutes": 0}, "interval"),
        ({"min_minutes": 60, "max_minutes": 10}, "interval"),
        ({"url": "http://127.0.0.1/feed"}, "address"),
        ({"url": "http://169.254.169.254/"}, "address"),
        ({"url": "ftp://93.184.216.34/x"}, "address"),
        ({"url": ""}, "address"),
        ({"owner_role": ""}, "no_owner"),
        ({"backup_role": ""}, "no_owner"),
        ({"backup_role": "duty_officer"}, "one_person"),
        ({"owner_role": "astronaut"}, "unknown_role"),
    ],
)
def test_what_cannot_be_a_source_is_refused_in_words(cast: Cast, more: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        sources.add_source(told(**more), cast.duty)
    assert caught.value.code == code
    assert not Source.objects.exists()


def test_owner_and_backup_may_be_people_but_not_one_and_the_same_nor_the_administrator(cast: Cast) -> None:
    people = {"owner": cast.duty, "owner_role": "", "backup": cast.editor, "backup_role": ""}
    made = sources.add_source(told(**people), cast.duty).source
    assert (as_row(made)["owner"], as_row(made)["backup"]) == ("duty", "editor")
    for wrong in ({"backup": cast.duty}, {"backup": cast.admin}):
        with pytest.raises(Refused):
            sources.add_source(told("http://93.184.216.34/other", **(people | wrong)), cast.duty)


def test_the_same_address_is_registered_once(cast: Cast) -> None:
    first = sources.add_source(told(), cast.duty).source
    with pytest.raises(Refused):
        sources.add_source(told(name="又一次"), cast.duty)
    sources.retire_source(first, "网站关闭了", cast.duty)
    assert sources.add_source(told(name="又开了"), cast.duty).source.pk != first.pk


@pytest.mark.parametrize("who", ["editor", "tech_head", "legal", "inspector", "deputy", "admin"])
def test_who_does_not_answer_for_the_list_does_not_change_it(cast: Cast, who: str) -> None:
    source = sources.add_source(told(), cast.office).source
    person = cast.people[who]
    for act in (
        lambda: sources.add_source(told("http://93.184.216.34/b"), person),
        lambda: sources.edit_source(source, told(name="改名"), person),
        lambda: sources.pause_source(source, "不想看了呀", person),
        lambda: sources.retire_source(source, "不想看了呀", person),
        lambda: sources.look_now(source, person),
    ):
        with pytest.raises(Refused):
            act()
    assert kinds() == ["source.added"]


def test_a_change_says_which_fields_and_another_address_starts_afresh(cast: Cast, frozen: FrozenClock) -> None:
    source = sources.add_source(told(), cast.duty).source
    Source.objects.filter(pk=source.pk).update(etag='"1"', body_sha256="x", next_action_at=None)
    sources.edit_source(source, told("http://93.184.216.35/new", name="新名字"), cast.duty)
    source.refresh_from_db()
    assert (source.etag, source.body_sha256, source.host_id) == ("", "", "93.184.216.35")
    assert source.next_action_at == frozen()
    assert LedgerEntry.objects.get(kind="source.changed").data["changed"] == ["name", "platform", "url"]
    sources.edit_source(source, told("http://93.184.216.35/new", name="新名字"), cast.duty)
    assert kinds().count("source.changed") == 1, "the same values change nothing"


def test_pause_and_resume_need_a_reason_and_forget_the_failure(cast: Cast, frozen: FrozenClock) -> None:
    source = sources.add_source(told(), cast.duty).source
    with pytest.raises(Refused):
        sources.pause_source(source, "", cast.duty)
    rhythm.failed(source, frozen(), "unreachable", "")
    source.save()
    paused = sources.pause_source(source, "网站改造到月底", cast.duty)
    assert (rhythm.state_of(paused, frozen()).code, paused.next_action_at) == (rhythm.PAUSED, None)
    frozen.advance(dt.timedelta(days=20))
    again = sources.resume_source(paused, cast.duty)
    assert rhythm.state_of(again, frozen()).code == rhythm.UNCHECKED, "neither failed nor silent"
    with pytest.raises(Refused):
        sources.resume_source(again, cast.duty)
    assert kinds() == ["source.added", "source.paused", "source.resumed"]


def test_a_nil_return_is_a_record_at_server_time(cast: Cast, frozen: FrozenClock) -> None:
    """C5.8: 无异常 is recorded."""
    source = by_hand(cast)
    check = sources.looked_by_hand(source, 0, "头版到四版都看了", cast.editor)
    assert (check.at, check.by, check.new) == (frozen(), "采编小林", 0)
    source.refresh_from_db()
    assert rhythm.state_of(source, frozen()).code == rhythm.NOTHING
    frozen.advance(dt.timedelta(hours=11))
    found = rhythm.state_of(source, frozen())
    assert (found.code, found.why) == (rhythm.FAILED, rhythm.OVERDUE), "the regulation's longest gap is ten hours"
    sources.looked_by_hand(source, 3, "", cast.duty)
    source.refresh_from_db()
    assert rhythm.state_of(source, frozen()).code == rhythm.NEW
    assert kinds()[-2:] == ["source.looked", "source.looked"]


def test_only_those_who_go_the_rounds_record_a_look(cast: Cast) -> None:
    source = by_hand(cast)
    for who in ("inspector", "tech_head", "deputy"):
        with pytest.raises(Refused):
            sources.looked_by_hand(source, 0, "", cast.people[who])
    with pytest.raises(Refused):
        sources.looked_by_hand(source, -1, "", cast.duty)
    with pytest.raises(Refused):
        sources.look_now(source, cast.duty)


def article(url: str = "http://news.example/a/1.html", title: str = OUTAGE) -> Post:
    made = EnginePost(
        native_id=f"n{title[:9]}", title=title, text=f"{title}，多家企业反映。", platform="本地新闻网",
        channel_class="门户网站", kind="news", url=url or None,
    )  # fmt: skip
    received = receive([made], how="import", actor=Actor.SYSTEM)
    return Post.objects.get(pk=received.post_ids[0])


def test_watching_an_article_opens_its_comments_red_until_somebody_looked(cast: Cast, frozen: FrozenClock) -> None:
    """C5.6: recording an article but not its 跟帖 is impossible."""
    post = article()
    source = sources.watch_article(post, cast.duty)
    assert (source.channel_class, source.kind, source.article_id) == ("新闻跟帖", "comment", post.pk)
    assert rhythm.state_of(source, frozen()).code in rhythm.RED
    sources.looked_by_hand(source, 2, "两条追问", cast.duty)
    source.refresh_from_db()
    assert rhythm.state_of(source, frozen()).code == rhythm.NEW
    assert sources.watch_article(post, cast.office).pk == source.pk, "once"


def test_comments_hang_on_their_article(cast: Cast, frozen: FrozenClock) -> None:
    post = article()
    source = sources.watch_article(post, cast.duty)
    from huiying.listening.adapters import Item

    ((comment,), _left_out) = engine_posts(source, [Item("c1", text="我们公司也登录不上")], frozen())
    assert (comment.parent_id, comment.root_id, comment.kind) == (post.native_id, post.native_id, "comment")


def test_an_article_in_scope_is_watched_without_anybody_asking(cast: Cast) -> None:
    article()
    article(title="市里昨天举办了一场马拉松比赛", url="http://news.example/a/2.html")
    article(title="鞍山公共资源交易中心评标专家库打不开", url="")
    judge_pending()
    assert open_for_new_articles() == 1
    assert Source.objects.get().article == Post.objects.get(title=OUTAGE)
    assert open_for_new_articles() == 0


def test_an_article_without_an_address_cannot_be_watched(cast: Cast) -> None:
    with pytest.raises(Refused):
        sources.watch_article(article(url=""), cast.duty)


def test_the_first_posts_on_duty_answer_where_nobody_is_named(cast: Cast) -> None:
    assert sources.default_roles() == (ROLES["owner_role"], ROLES["backup_role"])
    assert feed().owner_role == "duty_officer"


def test_a_demonstration_visits_no_outside_address(cast: Cast, frozen: FrozenClock, settings: Any) -> None:
    """DESIGN.md: the demonstration refuses real channels."""
    settings.DEMO = True
    feed()
    assert not collecting.due(frozen())
    with pytest.raises(Refused):
        probe("http://93.184.216.34/feed")
