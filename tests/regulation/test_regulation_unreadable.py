"""Text that is no plain tree, and files that cannot be opened, are refused at once and in words."""

from pathlib import Path

import pytest

from huiying.regulation import Problem, RegulationError, check, loads


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(RegulationError) as caught:
        loads(text, "局.yaml")
    return caught.value.problems


UNREADABLE = {
    "an empty file": ("", "文件是空的"),
    "only a remark": ("# 制度\n", "文件是空的"),
    "an anchor": ("a: &x [1]\nb: 2\n", "锚点"),
    "an alias": ("a: 1\nb: *x\n", "锚点"),
    "a tag": ("a: !!python/object/apply:os.system ['true']\n", "标签"),
    "two documents": ("a: 1\n---\nb: 2\n", "两份文档"),
    "a block as a key": ("? [a, b]\n: 1\n", "键名应当是一个词"),
    "an open bracket": ("a: [1, 2\nb: 3\n", "读不下去"),
    "a tab for an indent": ("a:\n\tb: 1\n", "读不下去"),
    "a bell": ("a: \x07\n", "读不下去"),
    "an impossible escape": ('a: "\\UFFFFFFFF"\n', "读不下去"),
    "half a character": ("a: \udc80\n", "读不下去"),
    "a well of brackets": ("a: " + "[" * 5000 + "\n", "嵌套超过"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_text_that_is_no_plain_tree_is_refused_at_once(case: str) -> None:
    text, said = UNREADABLE[case]
    (found,) = problems_of(text)
    assert said in found.message
    assert found.line >= 1


def test_an_alias_bomb_is_refused_at_its_first_line() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    (found,) = problems_of("\n".join(lines))
    assert found.line == 1


@pytest.mark.parametrize("text", ["一段话", "- a\n- b\n", "12", "{}"])
def test_what_is_not_a_block_of_keys_is_refused(text: str) -> None:
    assert problems_of(text)


def test_a_file_over_one_mebibyte_is_refused_unread(tmp_path: Path) -> None:
    big = tmp_path / "big.yaml"
    big.write_text("a: 1\n" + "#" * (1024 * 1024), encoding="utf-8")
    (found,) = check(big)
    assert "1 MiB" in found.message
    assert "1 MiB" in problems_of(big.read_text(encoding="utf-8"))[0].message


def test_a_file_saved_as_gbk_is_refused_with_the_line(tmp_path: Path) -> None:
    file = tmp_path / "gbk.yaml"
    file.write_bytes("schema: x\ntitle: 制度\n".encode("gbk"))
    (found,) = check(file)
    assert (found.line, found.file) == (2, str(file))
    assert "UTF-8" in found.message


def test_a_missing_file_and_a_folder_are_said_not_raised(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        (found,) = check(path)
        assert "打不开" in found.message
        assert "anshan" in found.fix
