"""Files of other people: a bad row costs itself only; the file as a whole is refused in words (C5.16, INV-1)."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from cast import Cast
from huiying.ledger.actions import Actor
from huiying.listening.ingest import UsageError, ingest
from huiying.listening.models import Post
from lines_of import post, write


def take(*paths: Path, format: str | None = None) -> dict:
    return ingest(paths, format=format, actor=Actor.SYSTEM).summary


def test_a_bad_row_is_named_and_the_rest_goes_on(staff: Cast, tmp_path: Path):
    file = write(tmp_path / "a.jsonl", [post("1", "甲"), "{broken", post("2", "乙"), {"native_id": "3"}, [1, 2]])
    result = take(file)
    assert (result["received"], result["new"], result["duplicate"]) == (5, 2, 0)
    assert [(row["file"], row["line"]) for row in result["rejected"]] == [
        (str(file), 2),
        (str(file), 4),
        (str(file), 5),
    ]
    assert all(row["reason"] for row in result["rejected"])


def test_missing_folder_and_empty_files_are_refused_before_anything_is_stored(staff: Cast, tmp_path: Path):
    good = write(tmp_path / "a.jsonl", [post("1", "甲")])
    empty = write(tmp_path / "empty.jsonl", [])
    for bad, word in ((tmp_path / "none.jsonl", "找不到"), (tmp_path, "文件夹"), (empty, "空")):
        with pytest.raises(UsageError, match=word):
            take(good, bad)
    assert Post.objects.count() == 0


def test_an_unknown_format_is_refused_with_the_known_ones(staff: Cast, tmp_path: Path):
    file = write(tmp_path / "a.jsonl", [post("1", "甲")])
    with pytest.raises(UsageError, match=r"auto.*open.*vendor"):
        take(file, format="excel")
    assert take(file, format="open")["new"] == 1


def test_html_and_script_stay_text(staff: Cast, tmp_path: Path):
    text = "<script>alert('鞍山招标')</script><b>围标</b>"
    take(write(tmp_path / "a.jsonl", [post("1", text)]))
    assert Post.objects.get().text == text


def test_a_ten_megabyte_line_is_rejected_and_its_neighbours_kept(staff: Cast, tmp_path: Path):
    file = write(tmp_path / "a.jsonl", [post("1", "甲"), post("2", "乙" * 4_000_000), post("3", "丙")])
    result = take(file)
    assert (result["new"], len(result["rejected"])) == (2, 1)
    assert result["rejected"][0]["line"] == 2


def test_broken_utf_8_is_rejected_and_its_neighbours_kept(staff: Cast, tmp_path: Path):
    file = write(tmp_path / "a.jsonl", [post("1", "甲"), b'{"native_id":"2","text":"\xff\xfe\xe4"}', post("3", "丙")])
    result = take(file)
    assert (result["new"], [row["line"] for row in result["rejected"]]) == (2, [2])


def test_a_gb18030_file_is_read(staff: Cast, tmp_path: Path):
    rows = [
        json.dumps(post(str(n), f"鞍山公共资源交易中心第{n}条"), ensure_ascii=False).encode("gb18030") for n in range(3)
    ]
    assert take(write(tmp_path / "a.jsonl", rows))["new"] == 3
    assert Post.objects.filter(text__contains="公共资源").count() == 3


def test_a_post_from_the_future_is_kept_and_marked(staff: Cast, tmp_path: Path):
    row = post("1", "甲", published_at="2199-12-31T23:59:59Z", seen_at="2026-09-14T10:00:00+08:00")
    take(write(tmp_path / "a.jsonl", [row]))
    assert Post.objects.get().time_confidence == "future"


def test_an_id_reused_with_another_text_is_new_and_a_version(staff: Cast, tmp_path: Path):
    result = take(write(tmp_path / "a.jsonl", [post("1", "甲"), post("1", "乙"), post("1", "甲")]))
    assert (result["new"], result["versions"], result["duplicate"]) == (2, 1, 1)


ROWS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["1", "2", "3"]), st.sampled_from(["甲", "乙", "丙丁"])).map(
            lambda pair: post(*pair)
        ),
        st.sampled_from(["{", "[1]", '"text"', '{"text":"没有编号"}', '{"native_id":"9"}']),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_any_mixture_is_accounted_for_row_by_row_inv_1(staff: Cast, tmp_path: Path, rows: list):
    Post.objects.all().delete()
    rows = [post("0", "首"), *rows]  # a file in which no row is of any known format is refused whole
    result = take(write(tmp_path / "mix.jsonl", rows))
    assert result["received"] == len(rows)
    assert result["received"] == result["new"] + result["duplicate"] + len(result["rejected"])
    said = {(row["native_id"], row["text"]) for row in rows if isinstance(row, dict)}
    assert {(row.native_id, row.text) for row in Post.objects.all()} == said
    again = take(tmp_path / "mix.jsonl")
    assert again["new"] == 0
    assert Post.objects.count() == len(said)
