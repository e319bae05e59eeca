"""监测规则 on the desk: the list, one rule, a change by two persons, trying texts, importing words (C5.11, C5.16)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cast import Cast
from desk_helpers import text_of
from huiying.desk.views.watch import pieces
from huiying.judging import watchbook
from huiying.judging.actions.watching import Draft, agree, propose
from huiying.judging.models import WatchHit, WatchProposal, WatchVerdict
from huiying.kernel.clock import FrozenClock
from huiying.people.models import User
from stream_of import LIFE, bring

Browser = Callable[[User], Client]
RIGGED = "鞍山这个项目围 * 标了"
NEW = {
    "rule": "B001",
    "name": "唱双簧",
    "group": "工程",
    "expression": "唱双簧 AND ($BID OR 采购)",
    "sensitivity": "3",
    "lead": "JDC",
    "reason": "近来都这样说，现有规则听不见",
}


def post(client: Client, address: str, **form: Any) -> Any:
    return client.post(f"/desk/watch/{address}", form, follow=True)


def test_the_list_shows_hits_precision_and_the_last_hit(cast: Cast, browser: Browser) -> None:
    client = browser(cast.duty)
    assert "还没有统计到一次命中" in text_of(client.get("/desk/watch/"))
    found = bring(RIGGED, "鞍山串标成风")
    post(client, f"posts/{found[0].pk}/irrelevant/", rule="K010")
    post(client, f"posts/{found[1].pk}/relevant/", rule="K010")
    page = text_of(client.get("/desk/watch/"))
    assert "K010 围标串标陪标" in page
    assert "命中 2 次" in page
    assert "准确 50%（评价过的 2 条里 1 条相关）" in page


def test_the_list_of_silent_rules_and_the_one_sentence_that_keeps_one(cast: Cast, browser: Browser) -> None:
    bring(RIGGED)
    client = browser(cast.duty)
    silent = text_of(client.get("/desk/watch/?show=silent"))
    assert "K067" in silent
    assert "K010" not in silent
    assert "复核过，保留" in text_of(client.get("/desk/watch/rules/K067/"))
    assert "已记录复核" in text_of(post(client, "rules/K067/reviewed/", note="水权交易还没到旺季"))
    assert "K067" not in text_of(client.get("/desk/watch/?show=silent"))
    assert "为什么保留" in text_of(post(client, "rules/K066/reviewed/", note=""))


def test_a_rule_shows_its_latest_hits_with_the_words_marked_and_never_a_danger_to_life(
    cast: Cast, browser: Browser
) -> None:
    bring(RIGGED, f"{LIFE}，鞍山招标围标")
    response = browser(cast.inspector).get("/desk/watch/rules/K010/")
    html = response.content.decode()
    assert "<mark>围 * 标</mark>" in html
    assert "活不下去" not in html
    assert "/irrelevant/" not in html, "who may not judge is not asked to"


def test_not_relevant_is_one_press_and_may_be_taken_back(cast: Cast, browser: Browser) -> None:
    (found,) = bring(RIGGED)
    client = browser(cast.duty)
    assert "来文仍在原处" in text_of(post(client, f"posts/{found.pk}/irrelevant/", rule="K010"))
    assert not WatchVerdict.objects.get(post=found).relevant
    assert "评价：不相关" in text_of(client.get("/desk/watch/rules/K010/"))
    post(client, f"posts/{found.pk}/relevant/", rule="K010")
    assert WatchVerdict.objects.get(post=found).relevant


def test_a_change_is_proposed_looked_at_and_agreed_to_by_another(cast: Cast, browser: Browser) -> None:
    bring("鞍山唱双簧的又来招标了")
    duty, office = browser(cast.duty), browser(cast.office)
    page = text_of(post(duty, "rules/new/", **NEW))
    assert "会多命中 1 条，少命中 0 条" in page
    assert "须由另一个人同意" in page
    proposal = WatchProposal.objects.get()
    assert "等第二人表态" in text_of(office.get("/desk/watch/"))
    assert "同意，立即生效" in text_of(office.get(f"/desk/watch/proposals/{proposal.pk}/"))
    assert "现在就照新的听" in text_of(post(office, f"proposals/{proposal.pk}/agree/"))
    assert "B001" in watchbook.rows_now()
    rule = text_of(office.get("/desk/watch/rules/B001/"))
    assert "值班员小周提议，办公室主任同意" in rule
    assert "本局修改 b1" in rule


def test_the_difference_of_two_wordings_is_shown_word_by_word(cast: Cast, browser: Browser) -> None:
    row = watchbook.rows_now()["K038"]
    form = {
        **{key: row[key] for key in ("name", "group", "sensitivity", "lead")},
        "expression": row["expression"].replace("茅台", "名酒"),
        "reason": "酒换了牌子，说法也换了一轮",
    }
    html = post(browser(cast.duty), "rules/K038/change/", **form).content.decode()
    assert "<del>" in html
    assert "<ins>" in html
    assert "名酒" in html
    made = WatchProposal.objects.get().changes.get()
    assert made.body["co_leads"] == row["co_leads"], "what the form does not ask for stays"


def test_removing_asks_for_a_reason_and_says_what_would_no_longer_be_heard(cast: Cast, browser: Browser) -> None:
    bring(RIGGED)
    client = browser(cast.duty)
    assert client.post("/desk/watch/rules/K010/remove/", {}).status_code == 422
    page = text_of(post(client, "rules/K010/remove/", reason="想看看没有它会漏掉什么"))
    assert "少命中 1 条" in page
    assert "不再命中" in page
    assert "有一项改动在等人同意" in text_of(client.get("/desk/watch/rules/K010/"))
    assert "已撤回" in text_of(post(client, f"proposals/{WatchProposal.objects.get().pk}/withdraw/"))
    assert "提议删去" in text_of(client.get("/desk/watch/rules/K010/"))


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"expression": "(唱双簧"}, 409, "第 5 列"),
        ({"expression": "@某人"}, 409, "不得指向账号或个人"),
        ({"expression": "唱双簧 OR 信息部部长"}, 409, "不得指向个人"),
        ({"rule": "K010"}, 409, "已有编号"),
        ({"reason": "改"}, 409, "至少 10 个字"),
        ({"sensitivity": "9"}, 422, "5"),
        ({"lead": "NOBODY"}, 422, "NOBODY"),
    ],
)
def test_what_cannot_be_proposed_is_said_on_the_form(
    cast: Cast, browser: Browser, change: dict[str, str], status: int, said: str
) -> None:
    response = browser(cast.duty).post("/desk/watch/rules/new/", {**NEW, **change})
    assert response.status_code == status
    assert said in text_of(response)
    assert not WatchProposal.objects.exists()


def test_refusing_keeps_the_rules_and_the_reason(cast: Cast, browser: Browser) -> None:
    propose([Draft("K010", "remove")], "想看看没有它会漏掉什么", cast.duty)
    proposal = WatchProposal.objects.get()
    page = text_of(post(browser(cast.deputy), f"proposals/{proposal.pk}/refuse/", note="围标是头等大事"))
    assert "围标是头等大事" in page
    assert "K010" in watchbook.rows_now()


def test_a_removed_rule_keeps_its_page(cast: Cast, browser: Browser) -> None:
    agree(propose([Draft("K010", "remove")], "想看看没有它会漏掉什么", cast.duty), cast.office)
    client = browser(cast.duty)
    assert "已经不在用了" in text_of(client.get("/desk/watch/rules/K010/"))
    assert client.get("/desk/watch/rules/K010/change/").status_code == 404


def test_the_tester_says_which_clause_stands_where_and_stores_nothing(cast: Cast, browser: Browser) -> None:
    client = browser(cast.duty)
    assert client.get("/desk/watch/try/?rule=K083").status_code == 200
    response = post(client, "try/", texts="保证金一直不退\n租房保证金不退\n今天天气好", rule="K083")
    page, html = text_of(response), response.content.decode()
    assert "3 条里命中 1 条" in page
    assert "<mark>保证金</mark>" in html
    assert "NOT (租房 OR 房东 OR 押金 OR 驾校 OR 健身卡)" in page
    assert "「租房」0–2" in page
    assert not WatchHit.objects.exists()


def test_the_tester_reads_another_wording_for_this_once_and_says_what_it_would_change(
    cast: Cast, browser: Browser
) -> None:
    bring(RIGGED)
    client = browser(cast.duty)
    page = text_of(post(client, "try/", texts="唱双簧", rule="K010", expression="唱双簧"))
    assert "1 条里命中 1 条" in page
    assert "少命中 1 条" in page
    assert "唱双簧" not in watchbook.rows_now()["K010"]["expression"]
    wrong = client.post("/desk/watch/try/", {"texts": "唱双簧", "rule": "K010", "expression": "唱双簧 AND"})
    assert wrong.status_code == 422
    assert "第 8 列" in text_of(wrong)


def test_a_word_list_is_shown_with_its_losses_and_then_proposed(cast: Cast, browser: Browser) -> None:
    client = browser(cast.duty)
    form = {
        "words": "唱双簧\n托儿\n!相声\n\n/黑话\\d+/\n",
        "numbering": "TR",
        "group": "导入",
        "sensitivity": "2",
        "lead": "JDC",
        "reason": "同行整理的说法，先接过来用",
    }
    page = text_of(post(client, "import/", **form))
    assert "会得到 1 条规则" in page
    assert "(唱双簧 OR 托儿) AND NOT 相声" in page
    assert "第 5 行" in page
    assert not WatchProposal.objects.exists()
    assert "TR001" in text_of(post(client, "import/", **form, do="propose"))
    assert WatchProposal.objects.get().origin == "frequency_words"
    short = client.post("/desk/watch/import/", {**form, "reason": "", "do": "propose"})
    assert short.status_code == 409


def test_hits_older_than_ninety_days_leave_the_list_but_not_the_page(
    cast: Cast, browser: Browser, frozen: FrozenClock
) -> None:
    bring(RIGGED)
    frozen.advance(dt.timedelta(days=91))
    page = text_of(browser(cast.duty).get("/desk/watch/rules/K010/"))
    assert "围 * 标" in page
    assert "还没有人评价过它的命中" in page


def test_the_rules_are_reached_from_the_tray_and_from_the_regulation(cast: Cast, browser: Browser) -> None:
    for address in ("/desk/suspects/", "/desk/regulation/"):
        assert 'href="/desk/watch/"' in browser(cast.duty).get(address).content.decode()
    assert 'href="/desk/watch/"' not in browser(cast.tech_head).get("/desk/regulation/").content.decode()


def test_the_list_asks_for_few_rows_whatever_was_hit(
    cast: Cast, browser: Browser, django_assert_max_num_queries: Any
) -> None:
    bring(*(f"鞍山围标第{n}起" for n in range(12)))
    client = browser(cast.duty)
    client.get("/desk/watch/")
    with django_assert_max_num_queries(24):
        client.get("/desk/watch/")


def test_pieces_cover_the_text_and_overlaps_are_marked_once() -> None:
    assert pieces("有人围标串标", [(2, 4), (3, 6), (2, 4)]) == [
        ("same", "有人"),
        ("new", "围标"),
        ("new", "串标"),
    ]
    assert pieces("没有", []) == [("same", "没有")]
    assert pieces("", []) == []


def test_a_wrong_hit_is_said_on_the_events_page_where_it_is_read(cast: Cast, browser: Browser) -> None:
    (found,) = bring(RIGGED)
    event = found.membership.event
    client, page = browser(cast.duty), f"/desk/events/{event.number}/"
    assert "规则不该命中它" in text_of(client.get(page))
    after = post(client, f"posts/{found.pk}/irrelevant/", event=event.number)
    assert after.redirect_chain[-1][0] == page
    assert "已评价：规则不该命中它。" in text_of(after)
    assert WatchVerdict.objects.get(post=found).relevant is False
    assert event.members.filter(post=found).exists(), "the post stays in the event (INV-1)"
    assert "规则不该命中它" not in text_of(post(client, f"posts/{found.pk}/relevant/", event="E00000000-01"))
    assert "改为该命中" not in text_of(client.get(page))
    assert "规则不该命中它" not in text_of(browser(cast.top).get(page))
