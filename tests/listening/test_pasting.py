"""The paste box: one link or text, the rest is guessed (C5.13)."""

import pytest

from cast import Cast
from huiying.listening import hosts
from huiying.listening.actions import take_in
from huiying.listening.models import Post
from huiying.people.errors import Refused


def test_a_link_tells_platform_class_and_id(staff: Cast):
    taken = take_in("转来看看 https://weibo.com/1234567890/Nz9abcdef?from=feed 鞍山围标", actor=staff.duty)
    row = taken.post
    assert taken.is_new
    assert (row.platform, row.channel_class, row.native_id) == ("微博", "微博客", "Nz9abcdef")
    assert row.url.startswith("https://weibo.com/")
    assert row.received_how == "paste"


def test_a_date_in_the_text_is_not_believed_inv_13(staff: Cast):
    row = take_in("2020年1月1日发布：鞍山围标", actor=staff.duty).post
    assert row.published_at is None
    assert row.time_confidence == "unknown"


def test_the_same_text_pasted_twice_is_one_post(staff: Cast):
    first = take_in("鞍山围标了", actor=staff.duty)
    second = take_in("  鞍山围标了 ", actor=staff.office)
    assert (second.post.pk, second.is_new) == (first.post.pk, False)


def test_an_unknown_host_is_its_own_platform(staff: Cast):
    row = take_in("https://www.example.cn/thread-12-1-1.html", actor=staff.duty).post
    assert (row.platform, row.channel_class) == ("example.cn", "未分类")
    assert row.native_id.startswith("url:")


def test_who_passed_a_link_on_makes_no_other_page():
    plain, shared = "https://bbs.example.cn/t?id=7", "https://www.bbs.example.cn/t?id=7&utm_source=x&from=wx"
    assert hosts.native_id_of(plain) == hosts.native_id_of(shared)
    assert hosts.native_id_of(plain) != hosts.native_id_of("https://bbs.example.cn/t?id=8")


@pytest.mark.parametrize("url", ["https://[broken", "http://", "https://a", "https:///x/12345678"])
def test_a_strange_address_never_breaks_the_box(url: str):
    assert hosts.native_id_of(url)
    hosts.place_of(url)


def test_nothing_is_refused_kindly(staff: Cast):
    with pytest.raises(Refused, match="没有内容"):
        take_in("   ", actor=staff.duty)
    assert Post.objects.count() == 0


def test_the_administrator_cannot_paste(staff: Cast):
    with pytest.raises(Refused):
        take_in("鞍山围标", actor=staff.admin)
    assert Post.objects.count() == 0
