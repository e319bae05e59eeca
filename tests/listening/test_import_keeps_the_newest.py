"""An import is an upsert by platform, kind and native id: newest figures, first text, later texts kept (INV-1)."""

from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given, strategies as st

from cast import Cast
from huiying.engine.cues import may_hold_signal
from huiying.engine.normalise import normalise
from huiying.kernel import home, masking
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.listening.ingest import ingest
from huiying.listening.models import Import, Post, RejectedRow
from importing_of import jsonl
from mediacrawler_rows import ROWS, WEIBO, WEIBO_COMMENT


def take(path: Path) -> dict:
    return ingest([path], actor=Actor.SYSTEM).summary


def test_a_post_and_a_comment_of_the_same_number_are_two(staff: Cast, tmp_path: Path):
    assert take(jsonl(tmp_path / "a.jsonl", [WEIBO, WEIBO_COMMENT]))["new"] == 2
    assert sorted(Post.objects.values_list("kind", "native_id")) == [("comment", "5060"), ("post", "5060")]


def test_figures_read_later_win_and_an_older_file_only_fills_what_is_unknown(staff: Cast, tmp_path: Path):
    later = {**WEIBO, "liked_count": "900", "comments_count": "", "last_modify_ts": WEIBO["last_modify_ts"] + 60_000}
    earlier = {**WEIBO, "liked_count": "10", "comments_count": "4"}
    assert take(jsonl(tmp_path / "later.jsonl", [later]))["new"] == 1
    assert take(jsonl(tmp_path / "earlier.jsonl", [earlier]))["duplicate"] == 1
    assert Post.objects.get().metrics == {"likes": 900, "comments": 4, "reposts": None}
    newest = {**WEIBO, "liked_count": "901", "last_modify_ts": WEIBO["last_modify_ts"] + 120_000}
    take(jsonl(tmp_path / "newest.jsonl", [newest]))
    assert Post.objects.get().metrics["likes"] == 901


def test_the_first_text_stays_and_a_later_one_is_a_version(staff: Cast, tmp_path: Path):
    edited = {**WEIBO, "content": "（已编辑）登录恢复了"}
    assert take(jsonl(tmp_path / "a.jsonl", [WEIBO, edited, WEIBO]))["versions"] == 1
    assert list(Post.objects.order_by("version").values_list("text", flat=True)) == [
        WEIBO["content"],
        edited["content"],
    ]


PLANTED = ["鞍山老李", "778899", "a/1.jpg", "SECRET", "c0ffee", "签名", "吧友", "知友", "某UP", "13812345678"]


def test_no_word_about_a_person_stands_anywhere_in_the_home_inv_10(staff: Cast, tmp_path: Path):
    """Every byte of every file that the program keeps, the database's journal with it."""
    phone = {**WEIBO, "note_id": "77", "content": "打 13812345678 找我", "source_keyword": "13812345678"}
    take(jsonl(tmp_path / "a.jsonl", [*ROWS.values(), phone]))
    kept = b""
    if connection.vendor == "sqlite":
        kept = bytes(connection.connection.serialize())
        assert "交易中心今天登录不上".encode() in kept, "the place that is searched holds the posts"
    for row in [*Post.objects.values(), *Import.objects.values(), *RejectedRow.objects.values()]:
        kept += repr(row).encode()
    kept += "".join(LedgerEntry.objects.values_list("payload", flat=True)).encode()
    for path in home.home().rglob("*"):
        kept += path.read_bytes() if path.is_file() and path.suffix not in (".key", ".keyid") else b""
    assert [word for word in PLANTED if word.encode() in kept] == []


def test_an_import_leaves_its_record_and_the_ledger_says_who_brought_what(staff: Cast, tmp_path: Path):
    path = jsonl(tmp_path / "a.jsonl", [WEIBO, {"note_id": ""}])
    take(path)
    row = Import.objects.get()
    assert (row.state, row.format, row.rows_read, row.new, row.rejected) == ("done", "mediacrawler", 2, 1, 1)
    assert [(one.line, bool(one.reason)) for one in row.rejected_rows.all()] == [(2, True)]
    entry = LedgerEntry.objects.get(kind="import.finished")
    assert entry.data is not None
    assert (entry.data["name"], entry.data["new"], entry.data["rejected"]) == (row.name, 1, 1)


FRAGMENTS = st.lists(
    st.one_of(
        st.sampled_from([
            "鞍山招标", "13812345678", "１３８１２３４５６７８", "138 1234 5678", "0412-2234567",
            "(0412) 2234567", "辽C·12345",
            "辽C12345", "3单元", "三号楼二层201室", "微信:abcdef", "VX：zhang_san", "ｑｑ12345", "a@b.cn",
            "联系人：张三、李四",
            "我叫李四，", "身份证110101199003074514", "卡号 6222 0200 0000 0000 000", "金苑小区 3-2-101",
            "62220200000000000",
            "2026年9月14日", "110", "预算 1234567.00 元", "@某某", " ", "\n",
        ]),
        st.text(max_size=6),
    ),
    max_size=6,
).map("".join)  # fmt: skip


@given(FRAGMENTS)
def test_the_quick_look_before_masking_lets_nothing_through(text: str):
    if not masking.may_tell(text):
        assert masking._spans(text) == []


@pytest.mark.parametrize("text", ["跳楼", "跳*楼", "tiao楼", "跳樓", "ＴＩＡＯ楼", "跳\u200b楼"])
def test_the_quick_look_sees_a_term_that_is_written_in_disguise(text: str):
    assert may_hold_signal(normalise(f"再不退钱我就{text}"))


def test_the_quick_look_sees_every_term_of_the_lexicon():
    from huiying.engine.cues import _lexicon

    _automaton, terms, ranks = _lexicon()
    assert all(may_hold_signal(normalise(term)) for term, rank in zip(terms, ranks, strict=True) if rank != "guards")
    assert not may_hold_signal(normalise("交易中心今天登录不上"))
