"""INV-8: what was heard, kept and looked at through the verbs differs in nothing; each lie beside them is found."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cast import Cast
from huiying.handling.tasks import purge_originals
from huiying.judging.pipeline import judge_pending
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.comparing import differences, sentence
from huiying.ledger.models import LedgerEntry
from huiying.listening import attachments, evidence, import_queue
from huiying.listening.actions import imports, patrolling, receive, receive_message, sources, take_in
from huiying.listening.actions.by_hand import Entry, enter
from huiying.listening.actions.receiving import purge_contact
from huiying.listening.models import Evidence, Import, Message, PatrolCard, Post, Source, SourcePage
from huiying.listening.tasks import keep_the_patrol
from huiying.people.actions import hand_over
from huiying.work import auditor
from huiying.work.auditor import Part
from lines_of import parsed
from listening.sources_of import World, added, minutes, told
from local_web import rss
from planting import every_lie_is_found, tables_of

HOST = "http://93.184.216.34"
PNG = b"\x89PNG\r\n\x1a\n" + b"picture-of-a-letter" * 9
SAID = "鞍山公共资源交易平台登录不上，九点半开标，打 13812345678 没人接"
TABLE = "标题,正文,作者,备注\n开标推迟,打 13812345678,张三,甲\n,,,\n排队,三小时,李四,乙\n,,张三,x\n"
TABLES = tables_of("listening")


def article(title: str, body: str) -> str:
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}_本地新闻网</title>
    <meta property="article:published_time" content="2026-09-14T09:12:00+08:00"></head><body><h1>{title}</h1>
    <div class="content"><p>{body}</p><p>{body}交易中心表示会尽快答复各投标人。</p></div></body></html>"""


@pytest.fixture
def heard(cast: Cast, home: Path, frozen: FrozenClock) -> Cast:
    _by_hand(cast)
    _files(cast)
    _patrol(cast, frozen)
    _collected(cast, frozen)
    judge_pending()
    return cast


def _by_hand(cast: Cast) -> None:
    take_in("https://bbs.example/t/1 鞍山开标系统打不开，急", actor=cast.duty)
    enter(Entry("slip", SAID, number="GD1"), [SimpleUploadedFile("a.png", PNG)], cast.duty)
    enter(Entry("slip", SAID, number="GD1"), [SimpleUploadedFile("b.png", PNG + b"2")], cast.duty)
    held = attachments.hold([(PNG, "image/png")])
    receive_message("投诉", SAID, "13912345678", title="登录不上", files=held, statutory=["complaint"])
    receive_message("建议", "希望开标大厅多设几个座位", "", title="座位")
    purge_contact(Message.objects.get(kind="投诉"))


def _files(cast: Cast) -> None:
    row = imports.propose(SimpleUploadedFile("日报.csv", TABLE.encode()), cast.duty)
    imports.begin(imports.correct(row, row.format, {"备注": ""}, cast.duty), cast.duty)
    for _turn in range(10):
        import_queue.go_on(clock.now(), 1)
    imports.cancel(imports.propose(SimpleUploadedFile("误.csv", TABLE.encode()), cast.duty), cast.duty)
    imports.let_lapse(imports.propose(SimpleUploadedFile("忘.csv", TABLE.encode()), cast.duty))


def _patrol(cast: Cast, frozen: FrozenClock) -> None:
    point = patrolling.add_point(
        name="本地论坛", channel_class="论坛", url="", what="", owner=cast.department("WGC"),
        backup=cast.department("BGS"), actor=cast.office,
    )  # fmt: skip
    patrolling.tick(point.cards.latest("opens_at"), "nil", cast.duty)
    watch = patrolling.declare_emergency("开标系统大面积中断", ["解密"], cast.duty, every_minutes=10)
    frozen.advance(minutes(15))
    keep_the_patrol()
    first = PatrolCard.objects.filter(emergency=watch).order_by("opens_at")[0]
    patrolling.tick(first, "found", cast.duty, text="https://bbs.example/t/2 解密又超时了")
    patrolling.end_emergency(watch, "系统已经恢复，转入日常", cast.shift)
    patrolling.retire_point(point, "论坛关了", cast.office)
    patrolling.note_class("博客", "本地没有人写博客了", cast.office)


def _collected(cast: Cast, frozen: FrozenClock) -> None:
    """A list of pages one of which is edited, then goes; a feed; a source that people look at."""
    rows = "".join(f'<li><a href="/a/100{n}.html">第{n}号工程开标时间调整公告</a></li>' for n in range(4))
    web: dict[str, Any] = {f"{HOST}/list": f"<html><body><ul>{rows}</ul></body></html>"}
    for n in range(4):
        web[f"{HOST}/a/100{n}.html"] = article(f"第{n}号工程开标时间调整公告", "开标改到下午两点。" * 8)
    web[f"{HOST}/feed"] = rss("鞍山公共资源交易平台今早登录不上", "天气预报")
    told_list = told(f"{HOST}/list", adapter="html_list", config={"links": "ul > li > a"}, name="公告栏")
    listed = added(told_list).source
    feed = added(told(f"{HOST}/feed")).source
    world = World(frozen, web)
    world.run(minutes(30))
    web[f"{HOST}/a/1001.html"] = article("第1号工程开标时间调整公告", "开标改到下午四点。" * 8)
    web[f"{HOST}/a/1002.html"] = web[f"{HOST}/a/1003.html"] = 404
    world.run(minutes(180))
    by_hand = sources.add_source(told("", adapter="by_hand", name="晚报跟帖", owner=cast.network), cast.network).source
    sources.looked_by_hand(by_hand, 2, "有两条", cast.duty)
    sources.edit_source(by_hand, told("", adapter="by_hand", name="晚报的跟帖", owner=cast.network), cast.network)
    hand_over(cast.network, "source", [by_hand.pk], cast.duty, cast.admin)
    sources.pause_source(listed, "网站改版", cast.network)
    sources.resume_source(listed, cast.network)
    sources.retire_source(feed, "不再更新", cast.network)
    sources.watch_article(Post.objects.filter(source=feed).order_by("pk")[0], cast.duty)
    evidence.purge(Evidence.objects.order_by("pk")[0])


def test_what_the_verbs_did_differs_in_nothing_and_nothing_is_unknown(heard: Cast) -> None:
    assert [sentence(one)[1] for one in differences(TABLES)] == []
    assert SourcePage.objects.filter(gone_at__isnull=False).count() == 2
    assert Import.objects.count() == 3
    assert {"listening_post", "listening_message", "listening_postattachment", "listening_source"} <= set(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_each_lie_in_the_tables_of_listening_is_found(heard: Cast, table: str) -> None:
    every_lie_is_found(table)


def test_a_text_put_into_a_post_is_found_on_the_day_of_its_part(heard: Cast) -> None:
    row = Post.objects.order_by("pk")[0]
    Post.objects.filter(pk=row.pk).update(text="一切正常")
    days = [list(differences({"listening_post"}, part=Part(day, 14))) for day in range(14)]
    assert [[one.pk for one in found] for found in days if found] == [[str(row.pk)]]
    assert days[row.pk % 14]


def test_the_check_of_each_day_and_the_full_one_say_so_and_the_others_are_quiet(heard: Cast) -> None:
    row = Post.objects.order_by("pk")[0]
    Post.objects.filter(pk=row.pk).update(text="一切正常")
    words = f"来文（表 listening_post 第 {row.pk} 行）与台账不一致：被改过"
    other, own = auditor.Part((row.pk + 1) % auditor.PARTS, auditor.PARTS), auditor.Part(row.pk % 7, auditor.PARTS)

    def said(full: bool = False) -> bool:
        return any(found.sentence_zh.startswith(words) for found in auditor.check(full=full))

    auditor.look(other)
    assert not said()
    auditor.look(own)
    assert said()
    assert said(full=True)
    Message.objects.filter(kind="建议").update(number="20260914-0001-00")
    assert any("公众留言（表 listening_message" in found.sentence_zh for found in auditor.check()), "these every time"


def test_new_figures_and_an_assigned_voice_accuse_nobody(cast: Cast) -> None:
    told_ = parsed(native_id="7", platform="微博", text="开标系统打不开", metrics={"likes": 1}, voice="甲")
    receive([told_], how="import", actor=cast.duty)
    receive([parsed(native_id="7", platform="微博", text="开标系统打不开", metrics={"likes": 9}, voice="甲")],
            how="import", actor=cast.duty)  # fmt: skip
    row = Post.objects.get()
    assert row.metrics["likes"] == 9
    judge_pending()
    assert list(differences({"listening_post"})) == []


def test_the_original_words_are_destroyed_in_time_by_a_verb_and_otherwise_it_is_found(
    cast: Cast, frozen: FrozenClock
) -> None:
    for n in "12":
        receive([parsed(native_id=n, text=f"第{n}次打 13812345678 没人接")], how="import", actor=cast.duty)
    kept, _gone = Post.objects.order_by("pk")
    Post.objects.filter(pk=kept.pk).update(sealed_text=None)
    assert [one.pk for one in differences({"listening_post"})] == [str(kept.pk)]
    Post.objects.filter(pk=kept.pk).update(sealed_text=kept.sealed_text)
    frozen.advance(dt.timedelta(days=3 * 366))
    purge_originals()
    assert not Post.objects.filter(sealed_text__isnull=False).exists()
    assert list(differences({"listening_post"})) == []
    assert LedgerEntry.objects.filter(kind="post.originals_purged").count() == 1


def test_the_source_of_a_post_stands_in_its_digest(heard: Cast) -> None:
    row = Post.objects.filter(source__isnull=False).order_by("pk")[0]
    other = Source.objects.exclude(pk=row.source_id).order_by("pk")[0]
    Post.objects.filter(pk=row.pk).update(source=other)
    assert [one.pk for one in differences({"listening_post"})] == [str(row.pk)]
