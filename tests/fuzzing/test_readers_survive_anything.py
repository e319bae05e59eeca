"""Whatever arrives, a reader answers or refuses in its own words: importers, feeds, pages, letters, rules, regulations,
copies, the mask (issue 9, S12). `FUZZ_EXAMPLES=2000` tries more; `make fuzz` lets atheris look for new ways in.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from fuzzing.targets import targets

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
TARGETS = targets()
# A second of processor time each, more or less: these read slowly.
SLOW = {"regulation": 8, "sealed_copy": 6, "opened_copy": 6, "pdf": 30, "import_workbook": 30, "page": 40}
PIECES = (
    b"\x00", b"\xff", b"\xed\xa0\x80", b"<", b"<script>", b"<!ENTITY x SYSTEM 'file:///etc/passwd'>", b"{", b"[",
    b'"', b"'", b"\\u0000", b"\\ud800", b"\\", b"null", b"-1", b"1e999", b"99999999999999999999999", b"NaN", b"\r",
    b"\n\n", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"&#x110000;", b"%00", b": ", b"- ", b"*x", b"&x ",
    b"!!python/object:os.system ", b"]]>", b"-->", b"=?utf-8?b?", b"=?x?q?", b"2026-02-30", b"0000-00-00", b"+99:99",
    b"\t", b"PK\x03\x04", b"((((", b"))))", b" AND ", b" NEAR(0) ", b" AND NOT ", b"http://127.0.0.1", b"user:pw@",
    b"0x7f.1", b"[::ffff:10.0.0.1]", b"$", b"\xf0\x9f\x98\x80", b"a" * 3000, b"{" * 2000, b"[" * 3000, b"<a>" * 1500,
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """An honest input with a few pieces taken out, doubled, exchanged or pushed in; sometimes only bytes."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=300))
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(start + draw(st.sampled_from((0, 1, 1, 2, 4, 16, 200))), len(data))
        new = draw(
            st.one_of(st.just(b""), st.sampled_from(PIECES), st.binary(max_size=4), st.just(data[start:end] * 2))
        )
        data = data[:start] + new + data[end:]
    return data


@pytest.mark.parametrize("name", TARGETS)
def test_honest_inputs_are_taken(name: str) -> None:
    """Otherwise what is made out of them would never come further than the door."""
    refused = [place for place, seed in enumerate(TARGETS[name].seeds) if not TARGETS[name].run(seed)]
    assert refused == []


@pytest.mark.parametrize("name", TARGETS)
def test_a_damaged_input_is_answered_or_refused_in_words(name: str) -> None:
    target = TARGETS[name]

    @settings(
        max_examples=EXAMPLES or SLOW.get(name, 60), derandomize=not EXAMPLES, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(damaged(target.seeds))
    def tried(data: bytes) -> None:
        target.run(data)

    tried()
