"""The door, the hosts, the files and the numbers at their edges (C4.1, C4.3, C5.13, C5.16, INV-10, INV-13)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from cast import Cast
from huiying.engine import storable
from huiying.engine.post import FUTURE_TOLERANCE
from huiying.kernel import clock
from huiying.ledger.actions import Actor
from huiying.listening import hosts, ingest_masking, queries
from huiying.listening.actions import receive, receive_message, take_in
from huiying.listening.actions.receiving import _message_number
from huiying.listening.ingest import UsageError, ingest
from huiying.listening.models import Message, Post
from huiying.people.errors import Refused
from lines_of import parsed, post

NOW = dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "gone", "stays"),
    [
        ("投标人电话 13812345678", "13812345678", "投标人电话"),
        ("全角 １３８１２３４５６７８ 也一样", "１３８１２３４５６７８", "也一样"),
        ("身份证 11010119900307451X", "11010119900307451X", "身份证"),
        ("邮箱 someone@example.com 联系", "someone@example.com", "联系"),
        ("请拨 12345 反映", "", "12345"),
        ("项目编号：ASZC20260914001 已流标", "", "ASZC20260914001"),
        ("合同价 1234567 元", "", "1234567"),
    ],
)
def test_private_numbers_are_hidden_and_public_ones_are_not(text: str, gone: str, stays: str):
    """§6.2"""
    shown = ingest_masking.readable(text)
    assert stays in shown
    assert not gone or gone not in shown
    assert ingest_masking.readable(shown) == shown, "twice changes nothing"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("转发//@鞍山老李:围标了", ["鞍山老李"]),
        ("//@甲乙丙：真的//@丁戊己:是真的", ["甲乙丙", "丁戊己"]),
    ],
)
def test_who_passed_it_on_is_a_letter_inv_10(text: str, names: list[str]):
    shown = ingest_masking.readable(text)
    assert not any(name in shown for name in names)
    assert "用户A" in shown
    assert ("用户B" in shown) is (len(names) == 2)


def test_the_same_name_in_one_chain_keeps_its_letter_inv_10():
    shown = ingest_masking.readable("//@老李同志:一//@小张同志:二//@老李同志:三")
    assert (shown.count("用户A"), shown.count("用户B"), shown.count("用户C")) == (2, 1, 0)


@pytest.mark.parametrize(
    ("ahead", "future"),
    [(dt.timedelta(0), False), (FUTURE_TOLERANCE, False), (FUTURE_TOLERANCE + dt.timedelta(seconds=1), True)],
)
def test_a_time_that_has_not_come_is_none_inv_13(staff: Cast, ahead: dt.timedelta, future: bool):
    receive([parsed("1", "鞍山围标", published_at=(clock.now() + ahead).isoformat())], how="import", actor=Actor.SYSTEM)
    assert (Post.objects.get().time_confidence == "future") is future


def test_a_post_without_time_is_of_unknown_time_inv_13(staff: Cast):
    receive([parsed("1", "鞍山围标")], how="import", actor=Actor.SYSTEM)
    row = Post.objects.get()
    assert (row.published_at, row.time_confidence, row.received_at) == (None, "unknown", clock.now())


@given(st.integers(150, 260), st.text(min_size=1, max_size=3))
def test_a_long_id_is_cut_without_meeting_another(length: int, end: str):
    """C5.16"""
    one, other = "x" * length, "x" * length + end
    assert storable._fitted(one) != storable._fitted(other)
    assert len(storable._fitted(other)) <= 200


def test_title_and_text_are_two_things():
    """C5.16: what stood in the title is not the same post when it stands in the text."""
    assert ingest_masking.sha256_of(parsed("1", "乙", title="甲")) != ingest_masking.sha256_of(parsed("1", "甲乙"))


@pytest.mark.parametrize("host", sorted(hosts._HOSTS))
def test_every_known_host_is_found_below_itself_and_not_beside_itself(host: str):
    """C5.13"""
    place = hosts._HOSTS[host]
    for name in (host, f"www.{host}", f"m.a.{host}", host.upper()):
        assert hosts.place_of(f"https://{name}/p/1") == place
    assert hosts.place_of(f"https://not{host}/p/1") != place or host.startswith("mp.")
    assert hosts.place_of(f"https://{host}.example.org/") not in hosts._HOSTS.values()


def test_the_longer_host_comes_before_the_shorter():
    assert hosts.place_of("https://liuyan.people.com.cn/x").platform == "领导留言板"  # type: ignore[union-attr]
    assert hosts.place_of("https://edu.people.com.cn/x").tier == 4  # type: ignore[union-attr]
    assert hosts.place_of("https://mp.weixin.qq.com/s/x").platform == "微信公众号"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("看 https://a.cn/x。转发", "https://a.cn/x"),
        ("（https://a.cn/x）", "https://a.cn/x"),
        ("https://a.cn/x?a=1&b=2, 和 http://b.cn", "https://a.cn/x?a=1&b=2"),
        ("HTTPS://A.cn/x!", "HTTPS://A.cn/x"),
        ("ftp://a.cn 没有", ""),
        ("", ""),
    ],
)
def test_the_first_link_ends_before_the_stop(text: str, link: str):
    assert hosts.first_link(text) == link


def test_a_pages_id_is_its_own_number_only_where_the_platform_is_known():
    assert hosts.native_id_of("https://weibo.com/1/Nz9abcdef/") == "Nz9abcdef"
    assert hosts.native_id_of("https://www.163.com/dy/article/ABC12345.html") == "ABC12345"
    for url in ("https://weibo.com/u/abcdefgh", "https://weibo.com/1/a1", "https://bbs.cn/thread-123456.html"):
        assert hosts.native_id_of(url).startswith("url:"), url
    assert hosts.native_id_of("https://b.cn/t?a=1&b=2") == hosts.native_id_of("http://WWW.b.cn/t/?b=2&a=1&spm=9")


def test_what_a_person_says_of_a_link_comes_before_the_table(staff: Cast):
    """C5.13"""
    row = take_in("鞍山围标 https://weibo.com/1/Nz9abcdef", platform="自报平台", actor=staff.duty).post
    assert (row.platform, row.channel_class) == ("自报平台", "微博客")
    typed = take_in("鞍山又围标", title="题目", actor=staff.duty).post
    assert (typed.platform, typed.channel_class, typed.url) == ("值班录入", "未分类", "")


def take(path: Path) -> dict:
    return ingest([path], actor=Actor.SYSTEM).summary


ROWS = [post("1", "鞍山某校操场围标了，没有人管"), post("2", "保证金一直不退，电话没人接")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("shape", ["lines", "array", "crlf"])
def test_other_peoples_files_are_read_as_they_are(staff: Cast, tmp_path: Path, encoding: str, shape: str):
    """C5.16"""
    lines = [json.dumps(row, ensure_ascii=False) for row in ROWS]
    text = {"lines": "\n".join(lines), "array": json.dumps(ROWS, ensure_ascii=False), "crlf": "\r\n".join(lines)}
    path = tmp_path / "a.jsonl"
    path.write_bytes(text[shape].encode(encoding))
    result = take(path)
    assert (result["received"], result["new"], result["rejected"]) == (2, 2, [])
    assert Post.objects.get(native_id="1").text == ROWS[0]["text"]


def test_a_bad_item_of_an_array_costs_itself_only(staff: Cast, tmp_path: Path):
    """C5.16 INV-1: received = new + duplicate + rejected."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps([ROWS[0], 5, {"text": "没有编号"}, ROWS[0], ROWS[1]], ensure_ascii=False))
    result = take(path)
    assert (result["received"], result["new"], result["duplicate"], len(result["rejected"])) == (5, 2, 1, 2)


def test_a_format_that_nobody_knows_is_named_and_nothing_is_stored(staff: Cast, tmp_path: Path):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(ROWS[0]))
    with pytest.raises(UsageError, match="xml"):
        ingest([path], format="xml", actor=Actor.SYSTEM)
    with pytest.raises(UsageError):
        ingest([], actor=Actor.SYSTEM)
    assert not Post.objects.exists()


def checked(number: str) -> bool:
    """ISO 7064, mod 97-10: the whole number leaves one."""
    return int(number.replace("-", "")) % 97 == 1


def test_one_wrong_or_swapped_digit_is_noticed(staff: Cast):
    """C4.3: numbers are told over the telephone."""
    number = _message_number("20260914")
    assert number.startswith("20260914-0001-")
    assert checked(number)
    digits = number.replace("-", "")
    for place, digit in enumerate(digits):
        for other in set("0123456789") - {digit}:
            assert not checked(digits[:place] + other + digits[place + 1 :])
        swapped = digits[:place] + digits[place : place + 2][::-1] + digits[place + 2 :]
        assert swapped == digits or not checked(swapped)


def test_numbers_of_a_day_follow_each_other_and_all_check(staff: Cast, frozen: clock.FrozenClock):
    """C4.1"""
    first = [receive_message("投诉", f"保证金不退，第 {place} 次", "").number for place in range(3)]
    assert [number[:13] for number in first] == ["20260914-0001", "20260914-0002", "20260914-0003"]
    frozen.set(dt.datetime(2026, 9, 14, 16, 0, tzinfo=dt.UTC))
    assert receive_message("投诉", "保证金不退", "").number.startswith("20260915-0001-")
    assert all(checked(number) for number in Message.objects.values_list("number", flat=True))


@pytest.mark.parametrize(("chars", "fits"), [(5000, True), (5001, False)])
def test_a_message_holds_five_thousand_characters(staff: Cast, chars: int, fits: bool):
    """C4.1"""
    if fits:
        assert receive_message("投诉", "字" * chars, "").number
    else:
        with pytest.raises(Refused):
            receive_message("投诉", "字" * chars, "")
    assert Message.objects.exists() is fits


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1}", "{2}"])
def test_a_number_is_found_as_a_citizen_types_it(staff: Cast, typed: str):
    """C4.3"""
    receipt = receive_message("投诉", "保证金不退", "")
    plain = receipt.number.replace("-", "")
    wide = plain.translate({ord("0") + n: 0xFF10 + n for n in range(10)})
    found = queries.message_by_code(typed.format(receipt.number, plain, wide), receipt.query_code)
    assert found is not None
    assert found.number == receipt.number


def test_a_code_opens_its_own_message_only(staff: Cast):
    """C4.3"""
    one, other = (receive_message("投诉", f"保证金不退 {place}", "") for place in range(2))
    assert queries.message_by_code(one.number, other.query_code) is None
    assert queries.message_by_code(one.number, "") is None


def test_what_waits_is_judged_in_the_order_it_came(staff: Cast, frozen: clock.FrozenClock):
    """INV-1"""
    assert queries.waiting_since() is None
    receive([parsed("1", "一")], how="import", actor=Actor.SYSTEM)
    frozen.advance(dt.timedelta(minutes=3))
    receive([parsed("2", "二")], how="import", actor=Actor.SYSTEM)
    assert [row.native_id for row in queries.unscreened()] == ["1", "2"]
    assert queries.waiting_since() == NOW
    Post.objects.filter(native_id="1").update(screened=True)
    assert queries.waiting_since() == NOW + dt.timedelta(minutes=3)
