"""Files made by somebody else: what cannot be taken is named, everything else goes on (C5.16, INV-1)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from huiying.engine import lines
from huiying.engine.lines import FileUnreadable, Rejected, parse_object, read_objects


def _read(tmp_path, raw: bytes):
    path = tmp_path / "posts.jsonl"
    path.write_bytes(raw)
    rows = list(read_objects(path))
    taken = [(row[0], row[1]) for row in rows if not isinstance(row, Rejected)]
    return taken, [row for row in rows if isinstance(row, Rejected)]


def test_lines_keep_their_numbers_and_blank_ones_are_skipped(tmp_path):
    taken, rejected = _read(tmp_path, '{"a": 1}\n\n  \n{"a": "鞍山"}'.encode())
    assert taken == [(1, {"a": 1}), (4, {"a": "鞍山"})]
    assert rejected == []


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ('{"a": ', "JSON"),
        ('{"a": NaN}', "NaN"),
        ('{"a": -Infinity}', "Infinity"),
        ('{"a": 1e999}', "数字过大"),
        ('{"a": ' + "9" * 5000 + "}", "数字过长"),
        ("[1, 2]", "对象"),
        ('"text"', "对象"),
        ('{"a": 1, "a": 2}', "两次"),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "嵌套"),
        ('{"a": ' + "[" * 60 + "]" * 60 + "}", "嵌套"),
    ],
)
def test_a_hostile_line_is_rejected_and_its_neighbours_kept(tmp_path, line, word):
    taken, rejected = _read(tmp_path, f'{{"n": 1}}\n{line}\n{{"n": 3}}\n'.encode())
    assert [number for number, _ in taken] == [1, 3]
    assert [row.line for row in rejected] == [2]
    assert word in rejected[0].reason


def test_a_line_of_ten_megabytes_is_rejected_without_being_held(tmp_path):
    taken, rejected = _read(tmp_path, b'{"n": 1}\n{"a": "' + b"x" * 10_000_000 + b'"}\n{"n": 3}\n')
    assert [number for number, _ in taken] == [1, 3]
    assert "8 MB" in rejected[0].reason


def test_an_endless_line_ends_the_file_but_not_the_program(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "MAX_LINE_BYTES", 1000)
    taken, rejected = _read(tmp_path, b'{"n": 1}\n' + b"x" * 50_000)
    assert len(taken) == 1
    assert [row.line for row in rejected] == [2]


def test_one_line_of_broken_utf8_costs_that_line_only(tmp_path):
    good = '{"t": "鞍山公共资源交易中心"}\n'.encode()
    taken, rejected = _read(tmp_path, good + b'{"t": "\xe9\x9e"}\n' + good)
    assert [row["t"] for _, row in taken] == ["鞍山公共资源交易中心"] * 2
    assert [row.line for row in rejected] == [2]


def test_a_gb18030_file_is_read_as_such(tmp_path):
    raw = '{"t": "鞍山围标"}\n{"t": "保证金没退"}\n'.encode("gb18030")
    taken, rejected = _read(tmp_path, raw)
    assert [row["t"] for _, row in taken] == ["鞍山围标", "保证金没退"]
    assert rejected == []


def test_a_byte_order_mark_is_fine(tmp_path):
    assert _read(tmp_path, b'\xef\xbb\xbf{"a": 1}\n')[0] == [(1, {"a": 1})]


def test_a_utf16_file_is_refused_with_the_way_out(tmp_path):
    taken, rejected = _read(tmp_path, '{"a": 1}'.encode("utf-16"))
    assert taken == []
    assert "另存为 UTF-8" in rejected[0].reason


def test_a_json_array_is_read_with_line_numbers(tmp_path):
    taken, rejected = _read(tmp_path, '[\n {"a": 1},\n 5,\n {"a": "鞍山"}\n]\n'.encode())
    assert taken == [(2, {"a": 1}), (4, {"a": "鞍山"})]
    assert [row.line for row in rejected] == [3]


def test_a_broken_array_keeps_what_stands_before_the_break(tmp_path):
    taken, rejected = _read(tmp_path, b'[{"a": 1}, {"a": 2}, {"a": ')
    assert [row["a"] for _, row in taken] == [1, 2]
    assert len(rejected) == 1


def test_a_missing_file_is_said_in_words(tmp_path):
    with pytest.raises(FileUnreadable, match="请检查路径"):
        list(read_objects(tmp_path / "none.jsonl"))


def test_a_rejection_has_the_shape_that_ingest_prints(tmp_path):
    _, rejected = _read(tmp_path, b"{")
    assert set(rejected[0].as_row()) == {"file", "line", "reason"}


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(tmp_path_factory, raw):
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_bytes(raw)
    for row in read_objects(path):
        assert isinstance(row, Rejected) or isinstance(row[1], dict)


@given(st.lists(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=9), max_size=4), max_size=6))
def test_every_written_object_is_read_back_in_order(tmp_path_factory, objects):
    path = tmp_path_factory.getbasetemp() / "good.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in objects), "utf-8")
    assert [row[1] for row in read_objects(path) if not isinstance(row, Rejected)] == objects


def test_a_repeated_key_names_the_key():
    with pytest.raises(ValueError, match="text"):
        parse_object('{"text": "a", "text": "b"}')
