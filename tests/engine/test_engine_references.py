"""Links and content numbers that point at a post (C10.5 传播路径)."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from huiying.engine.post import Post
from huiying.engine.spread import of_link, own_references, references


@pytest.mark.parametrize(
    ("link", "key"),
    [
        ("https://weibo.com/1234567890/Nabc12XYZ", "weibo:Nabc12XYZ"),
        ("https://weibo.com/1234567890/Nabc12XYZ?from=page", "weibo:Nabc12XYZ"),
        ("https://m.weibo.cn/status/Nabc12XYZ", "weibo:Nabc12XYZ"),
        ("https://m.weibo.cn/detail/5000000000000001", "weibo:5000000000000001"),
        ("https://www.bilibili.com/video/BV1xx411c7mD/?p=2", "bv:BV1xx411c7mD"),
        ("https://www.douyin.com/video/7123456789012345678", "video:7123456789012345678"),
        ("https://www.forum.example/thread?tid=12", "url:forum.example/thread?tid=12"),
        ("http://news.example/a/1.html。", "url:news.example/a/1.html"),
    ],
)
def test_an_address_names_its_post(link: str, key: str):
    assert key in references(f"看这里 {link} 大家转")


@pytest.mark.parametrize(
    "link", ["https://t.cn/A6abcdef", "https://v.douyin.com/iAbCdEf/", "https://weibo.com/", "https://"]
)
def test_short_links_and_front_pages_name_none(link: str):
    assert of_link(link) == ()


def test_the_same_site_with_and_without_www_is_one():
    assert of_link("https://www.forum.example/t/1") == of_link("http://forum.example/t/1/")


def test_two_threads_of_one_forum_are_two():
    assert set(of_link("https://forum.example/t?id=1")).isdisjoint(of_link("https://forum.example/t?id=2"))


def test_a_number_inside_a_longer_word_is_none():
    assert references("ABV1xx411c7mDE") == ()


def test_a_post_is_known_by_its_address_and_by_its_own_number():
    video = Post(native_id="BV1xx411c7mD", text="x", url="https://www.bilibili.com/video/BV1xx411c7mD")
    assert "bv:BV1xx411c7mD" in own_references(video)
    weibo = Post(native_id="Nabc12XYZ", text="x", channel_class="微博客")
    assert "weibo:Nabc12XYZ" in own_references(weibo)
    assert own_references(Post(native_id="S1", text="x", channel_class="论坛")) == frozenset()


def test_a_text_full_of_links_is_read_to_a_limit():
    text = " ".join(f"https://forum.example/t/{n}" for n in range(500))
    assert len(references(text)) == 8


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str):
    for reference in references(f"{text} https://{text}/x"):
        assert reference.split(":", 1)[0] in ("bv", "weibo", "video", "url")
