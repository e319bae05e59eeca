"""The address of something public is one that the public can open (F10): not by hand, not over REST, in no register."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import releasing_told
import stories
from cast import Cast
from huiying.kernel import clock
from huiying.kernel.addresses import AddressRefused, check_public
from huiying.listening.actions import patrolling
from huiying.people.actions.registers import web_address
from huiying.people.errors import Refused
from huiying.responding import actions
from huiying.responding.actions import releasing
from huiying.responding.models import Publication
from stories import DRAFT

pytestmark = pytest.mark.django_db
BOTH = {"renditions": {**DRAFT["renditions"], "weibo": "系统已恢复，两个标段开标顺延。"}}  # type: ignore[dict-item]
NOT_PUBLIC = (
    "http://127.0.0.1/x", "http://localhost/x", "http://LOCALHOST:8000/", "http://a.localhost/", "http://10.0.0.8/a",
    "http://192.168.1.1/", "https://172.16.3.4/", "http://[::1]/x", "http://[fd00::1]/", "http://169.254.169.254/latest",
    "http://2130706433/", "http://0x7f.1/", "http://127.1/", "http://oa/news/1", "http://oa.local/1", "http://nas.lan/1",
    "http://portal.internal/", "http://router.home.arpa/", "http://0.0.0.0/", "http://100.64.0.1/", "http://①②⑦.⓪.⓪.①/",
    "javascript:alert(1)", "data:text/html,x", "ftp://example.com/1", "http://user:pw@example.com/", "weibo.com/1",
    "http://x.onion/", "http://example.com:99999/",
)  # fmt: skip
PUBLIC = (
    "https://weibo.com/123", "http://www.anshan.gov.cn/html/1.html", "http://93.184.216.34/a", "https://例子.中国/1",
    "http://[2400:3200::1]/",
)  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUIYING_ALLOWED_NETWORKS", raising=False)


def doors(cast: Cast) -> dict[str, Callable[[str], Any]]:
    case = stories.approved(cast, **BOTH)
    (row,) = actions.release(case, ["weibo"], cast.office)
    shot = SimpleUploadedFile("截图.png", b"\x89PNG\r\n\x1a\n" + b"0" * 64)
    item = releasing.plan_disclosure(
        title="三季度统计", kind="statistics", department=cast.department("BGS"), due_on=dt.date(2026, 10, 10),
        repeats="", ground="",
        actor=cast.office,
    )  # fmt: skip
    return {
        "a post by hand": lambda url: actions.record_post(row, url, shot, cast.office),
        "what is published on its own": lambda url: releasing.finish_disclosure(item, url, None, cast.office),
        "every other": web_address,
    }


@pytest.mark.parametrize("url", NOT_PUBLIC)
def test_what_the_public_cannot_open_is_refused_in_words(url: str) -> None:
    with pytest.raises(Refused) as refused:
        web_address(url)
    assert refused.value.code in ("url", "not_public_address")
    assert "网址" in refused.value.sentence


@pytest.mark.parametrize("url", PUBLIC)
def test_what_it_can_open_is_taken_without_asking_a_name_server(url: str) -> None:
    assert web_address(f"  {url} ") == url


def test_every_verb_that_records_one_refuses_it(cast: Cast) -> None:
    for name, record in doors(cast).items():
        for url in ("http://127.0.0.1/x", "http://oa.local/1", "javascript:alert(1)"):
            with pytest.raises(Refused) as refused:
                record(url)
            assert refused.value.code in ("url", "not_public_address"), name
    assert Publication.objects.get().state == Publication.TO_DO


def test_on_the_desk_it_is_said_beside_the_form_and_over_rest_by_its_code(cast: Cast, client: Client) -> None:
    case = stories.approved(cast, **BOTH)
    (row,) = actions.release(case, ["weibo"], cast.office)
    client.force_login(cast.office)
    shot = SimpleUploadedFile("截图.png", b"\x89PNG\r\n\x1a\n" + b"0" * 64)
    page = client.post(f"/desk/publications/{row.pk}/", {"url": "http://127.0.0.1/x", "screenshot": shot}, follow=True)
    assert "公众打" in page.content.decode()
    row.refresh_from_db()
    assert (row.state, row.url) == (Publication.TO_DO, "")
    gap = gaps_of(cast)
    answer = client.post(
        f"/api/gaps/{gap.pk}/finish", json.dumps({"url": "http://10.0.0.1/a"}), content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "not_public_address")


def gaps_of(cast: Cast) -> Any:
    return releasing.make_gap(
        question="保证金什么时候退", department=cast.department("Z-XX"), owner=cast.tech_liaison,
        due_at=clock.now() + dt.timedelta(days=3), actor=cast.office,
    )  # fmt: skip


def test_an_intranet_that_was_opened_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "10.1.0.0/16")
    for url in ("http://10.1.2.3/a", "http://oa.local/1", "http://oa/1"):
        assert web_address(url) == url
    for url in ("http://10.2.0.1/", "http://localhost/", "http://127.0.0.1/"):
        with pytest.raises(AddressRefused):
            check_public(url)
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "127.0.0.0/8")
    check_public("http://localhost:8000/x")


def test_a_place_of_the_patrol_may_be_inside_but_runs_nothing(cast: Cast) -> None:
    def point(url: str) -> Any:
        return patrolling.add_point(
            name="内网论坛", channel_class="论坛", url=url, what="看首页", owner=cast.department("BGS"),
            backup=cast.department("Z-XX"), actor=cast.office,
        )  # fmt: skip

    assert point("http://10.0.0.1/bbs").url == "http://10.0.0.1/bbs"
    with pytest.raises(Refused):
        point("javascript:alert(1)")


def test_a_released_page_of_our_own_is_an_address_too(cast: Cast) -> None:
    release = releasing_told.published(cast)
    item = releasing.plan_disclosure(
        title="三季度统计", kind="statistics", department=cast.department("BGS"), due_on=dt.date(2026, 10, 10),
        repeats="", ground="",
        actor=cast.office,
    )  # fmt: skip
    assert releasing.finish_disclosure(item, "", release, cast.office).url.startswith("/news/")
