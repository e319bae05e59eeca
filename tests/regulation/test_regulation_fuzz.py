"""Whatever is done to the file, the loader answers with problems or a regulation, never with another error."""

from hypothesis import given, settings, strategies as st

from huiying.regulation import Regulation, RegulationError, loads
from huiying.regulation.loader import built_in_file

LINES = built_in_file("anshan.yaml").splitlines()
WORDS = ["", "null", "true", "[]", "{}", "PT0H", "P3WD", "2016-09-08", "-1", "0", "1e9", "[[x]]", "{a: b}", "特别重大"]
WORDS += ["'", '"', "*x", "&x y", "!!int 3", "PT99999H", "99999999999999999999", "\t", ": :", "- -", "L9", "???"]


def outcome(text: str) -> Regulation | RegulationError:
    try:
        return loads(text, "x.yaml")
    except RegulationError as error:
        refused = error
    assert refused.problems
    assert all(p.line >= 1 and p.message and p.fix and p.en for p in refused.problems)
    return refused


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(LINES) - 1), st.integers(1, 3))
def test_a_file_with_lines_deleted_is_answered(at: int, count: int) -> None:
    outcome("\n".join(LINES[:at] + LINES[at + count :]))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(LINES) - 1), st.integers(-4, 4))
def test_a_file_with_a_shifted_indent_is_answered(at: int, shift: int) -> None:
    line = LINES[at]
    moved = " " * shift + line if shift > 0 else line.removeprefix(" " * -shift)
    outcome("\n".join([*LINES[:at], moved, *LINES[at + 1 :]]))


@settings(max_examples=80, deadline=None)
@given(st.integers(0, len(LINES) - 1), st.sampled_from(WORDS))
def test_a_file_with_a_value_swapped_is_answered(at: int, word: str) -> None:
    key, colon, _ = LINES[at].partition(":")
    outcome("\n".join([*LINES[:at], f"{key}{colon} {word}", *LINES[at + 1 :]]))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(LINES) - 1), st.data())
def test_a_file_with_a_word_swapped_in_a_line_is_answered(at: int, data: st.DataObject) -> None:
    parts = LINES[at].split(", ")
    index = data.draw(st.integers(0, len(parts) - 1))
    key, colon, _ = parts[index].partition(": ")
    parts[index] = f"{key}{colon}{data.draw(st.sampled_from(WORDS))}"
    outcome("\n".join([*LINES[:at], ", ".join(parts), *LINES[at + 1 :]]))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    assert isinstance(outcome(text), RegulationError)


def test_every_single_line_left_out_is_either_harmless_or_named() -> None:
    """A regulation never loads half: what is left out is refused, or is optional by the schema."""
    start = next(n for n, line in enumerate(LINES) if line.startswith("clocks:"))
    end = next(n for n, line in enumerate(LINES) if line.startswith("overlays:"))
    refused = [
        n for n in range(start, end) if isinstance(outcome("\n".join(LINES[:n] + LINES[n + 1 :])), RegulationError)
    ]
    assert len(refused) >= 11
