"""Sources over REST: the same gates and verbs as the desk's （五）C5.2, C5.6, C5.8."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cast import Cast
from huiying.kernel import clock
from huiying.listening.models import Import, Post, Source
from huiying.listening.source_check import secret_of
from listening.sources_of import World, feed, minutes
from local_mail import PASSWORD, Mail, delivering
from local_web import Web, rss, serving

As = Callable[[str], Any]
BY_HAND = {"name": "鞍山晚报", "adapter": "by_hand", "channel_class": "传统媒体"}


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "127.0.0.0/8")
    with serving() as found:
        yield found


def test_an_address_alone_is_enough(cast: Cast, as_: As, web: Web) -> None:
    web.pages["/feed"] = rss("开标公告")
    status, made = as_("duty").post("sources", {"url": web.url("/feed"), "channel_class": "论坛"})
    assert status == 200, made
    assert (made["adapter"], made["name"], made["state"]) == ("feed", "本地新闻", "unchecked")
    assert (made["owner"], made["backup"]) == ("duty_officer", "shift_leader")
    assert as_("inspector").get("sources")[1] == {"count": 1, "items": [made | {"hook": "", "signing_key": ""}]}


def test_owner_and_backup_are_people_or_posts(cast: Cast, as_: As) -> None:
    status, made = as_("duty").post("sources", BY_HAND | {"owner": "user:editor", "backup": "role:office_head"})
    assert (status, made["owner"], made["backup"]) == (200, "editor", "office_head")
    status, said = as_("duty").post("sources", BY_HAND | {"owner": "user:nobody"})
    assert (status, said["fields"][0]["field"]) == (422, "owner")
    status, said = as_("duty").post("sources", BY_HAND | {"adapter": "telepathy"})
    assert (status, said["fields"][0]["field"]) == (422, "adapter")


def test_a_look_by_hand_and_the_list_of_looks(cast: Cast, as_: As) -> None:
    made = as_("duty").post("sources", BY_HAND)[1]
    status, seen = as_("editor").post(f"sources/{made['id']}/looked", {"found": 0, "note": "看了四版"})
    assert (status, seen["state"]) == (200, "nothing")
    (look,) = as_("duty").get(f"sources/{made['id']}/checks")[1]
    assert (look["words"], look["collected"], look["by"]) == ("人工看过", True, "采编小林")


def test_a_failure_is_not_taken_for_nothing_new(cast: Cast, as_: As, frozen: Any) -> None:
    source = feed()
    World(frozen, {"http://news.example/feed": 403}).run(minutes(1))
    row = as_("duty").get(f"sources/{source.pk}")[1]
    assert (row["state"], row["why"]) == ("failed", "对方拒绝访问")
    (look,) = as_("duty").get(f"sources/{source.pk}/checks")[1]
    assert (look["collected"], look["status"]) == (False, 403)


def test_pause_resume_edit_retire(cast: Cast, as_: As) -> None:
    duty = as_("duty")
    pk = duty.post("sources", BY_HAND)[1]["id"]
    assert duty.post(f"sources/{pk}/pause", {"reason": "停刊到月底"})[1]["state"] == "paused"
    assert duty.post(f"sources/{pk}/resume")[1]["state"] == "unchecked"
    assert duty.post(f"sources/{pk}/edit", BY_HAND | {"name": "鞍山日报"})[1]["name"] == "鞍山日报"
    assert duty.post(f"sources/{pk}/look")[0] == 409
    assert duty.post(f"sources/{pk}/retire", {"reason": "报纸停刊了"})[0] == 200
    assert duty.get("sources")[1]["count"] == 0
    assert Source.objects.count() == 1, "it never disappears"


def test_who_may_not_hears_409_who_has_no_post_404_a_stranger_401(cast: Cast, as_: As, stranger: Any) -> None:
    assert as_("inspector").post("sources", BY_HAND)[0] == 409
    assert as_("admin").post("sources", BY_HAND)[0] == 404
    assert as_("admin").get("sources")[0] == 404
    assert stranger.get("sources")[0] == 401


def test_an_article_is_watched_once(cast: Cast, as_: As, frozen: Any) -> None:
    feed(kind="news")
    World(frozen, {"http://news.example/feed": rss("开标公告")}).run(minutes(1))
    pk = Post.objects.get().pk
    first = as_("editor").post(f"posts/{pk}/watch")[1]
    assert (first["channel_class"], first["state"]) == ("新闻跟帖", "unchecked")
    assert as_("duty").post(f"posts/{pk}/watch")[1]["id"] == first["id"]


def test_a_hook_gives_its_address_and_secret_once(cast: Cast, as_: As) -> None:
    made = as_("duty").post("sources", {"name": "推送", "adapter": "changedetection", "channel_class": "论坛"})[1]
    assert made["hook"].startswith(f"/api/hooks/{made['id']}/")
    assert made["signing_key"]
    assert as_("duty").get(f"sources/{made['id']}")[1]["signing_key"] == ""


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mail]:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "127.0.0.0/8")
    with delivering() as found:
        yield found


def test_a_mail_box_is_added_and_its_password_is_never_given_back(cast: Cast, as_: As, mail: Mail) -> None:
    duty = as_("duty")
    told = {"name": "局长信箱", "adapter": "mailbox", "channel_class": "局长信箱", "url": mail.url}
    status, said = duty.post("sources", told)
    assert (status, said["code"]) == (409, "no_password")
    status, made = duty.post("sources", told | {"password": PASSWORD, "config": {"since": "2026-09-01"}})
    assert (status, made["adapter"], made["url"], made["state"]) == (200, "mailbox", mail.url, "unchecked")
    assert PASSWORD not in str(made) + str(duty.get("sources")[1]) + str(duty.get(f"sources/{made['id']}")[1])
    status, moved = duty.post(f"sources/{made['id']}/edit", told | {"url": mail.url.replace("INBOX", "Other")})
    assert (status, moved["code"]) == (409, "no_password")
    assert duty.post(f"sources/{made['id']}/edit", told | {"name": "信箱"})[1]["name"] == "信箱"
    source = Source.objects.get()
    assert (secret_of(source), source.config) == (PASSWORD, {"since": "2026-09-01"})


def test_who_may_not_add_a_box_has_nobody_asked(cast: Cast, as_: As, mail: Mail) -> None:
    told = {"adapter": "mailbox", "channel_class": "局长信箱", "url": mail.url, "name": "信", "password": PASSWORD}
    assert as_("inspector").post("sources", told)[0] == 409
    assert mail.said == []


def test_a_list_of_feeds_is_taken_up_over_rest(cast: Cast, as_: As) -> None:
    rows = [
        {"title": "日报", "url": "http://daily.example/rss", "file": "a.opml", "line": 3},
        {"title": "内部", "url": "http://10.0.0.7/rss", "file": "a.opml", "line": 4},
    ]
    now = clock.now()
    told = {"how": Import.UPLOAD, "modified_at": now, "asked_by": "值班员", "asked_at": now, "format": "opml"}
    row = Import.objects.create(batch="b", name="a.opml", state=Import.DONE, sources=rows, **told)
    duty = as_("duty")
    status, made = duty.post(f"imports/{row.pk}/sources", {"channel_class": "论坛"})
    assert (status, len(made["added"]), [bad["line"] for bad in made["rejected"]]) == (200, 1, [4])
    assert Source.objects.get().name == "日报"
    assert duty.post(f"imports/{row.pk}/sources", {"channel_class": "街谈"})[0] == 409
    assert as_("inspector").post(f"imports/{row.pk}/sources", {"channel_class": "论坛"})[0] == 404
