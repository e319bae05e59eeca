"""One post through the kernels: read it, look for its copy, place it; and the index of near-duplicates.

A post's position is its number in the sequence; its slot is that modulo the window. Chains of a MinHash band run from
the newest post to older ones through `before`; an overwritten slot is younger than the one which points to it, and that
ends the chain. Everything is bounded: probes, steps of a chain, candidates, the length of a sketch.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit

from huiying.engine.kernels import events, features
from huiying.engine.kernels.features import BANDS, SKETCH, u64

PROBES: Final = 16
STEPS: Final = 12
CANDIDATES: Final = 48
MIN_CONTAINED: Final = 14
SAME_JACCARD: Final = 0.5
SAME_CONTAINED: Final = 0.8
NEARLY_EXACT: Final = 0.9
MAX_NUMBERS: Final = 8
_TAG: Final = u64(56)


@njit(cache=True)
def lookup(hashes: Any, positions: Any, words: Any, which: int, oldest: int) -> int:
    """The position kept for the 64-bit hash `words[which]`, or -1 where there is none as young as `oldest`.

    Positions are kept one higher: 0 is none.
    """
    wanted = words[which]
    size = hashes.shape[0]
    base = np.int64(wanted & u64(size // PROBES - 1)) * PROBES
    for probe in range(base, base + PROBES):
        if hashes[probe] == wanted and positions[probe] > oldest:
            return np.int64(positions[probe]) - 1
    return -1


@njit(cache=True)
def keep(hashes: Any, positions: Any, wanted: Any, position: int, oldest: int) -> None:
    """Keep a position for a hash, unless one as young as `oldest` is kept already. The oldest of its row gives way."""
    size = hashes.shape[0]
    base = np.int64(wanted & u64(size // PROBES - 1)) * PROBES
    place = base
    for probe in range(base, base + PROBES):
        if hashes[probe] == wanted and positions[probe] > oldest:
            return
        if positions[probe] < positions[place]:
            place = probe
    hashes[place] = wanted
    positions[place] = position + 1


@njit(cache=True)
def overlap(
    left: Any,
    left_start: int,
    left_count: int,
    left_total: int,
    right: Any,
    right_start: int,
    right_count: int,
    right_total: int,
) -> tuple[float, float]:
    """(Jaccard, share of the shorter text in the longer) of two sorted sketches of `count` of `total` hashes.

    Where a sketch is cut, only the range that both know whole is counted, and the shares are estimates.
    """  # fmt: skip
    if left_count == 0 or right_count == 0:
        return 0.0, 0.0
    limit = np.uint32(0xFFFFFFFF)
    if left_count < left_total:
        limit = min(limit, left[left_start + left_count - 1])
    if right_count < right_total:
        limit = min(limit, right[right_start + right_count - 1])
    one = other = shared = 0
    while one < left_count or other < right_count:
        has_one = one < left_count and left[left_start + one] <= limit
        has_other = other < right_count and right[right_start + other] <= limit
        if not has_one or not has_other:
            break
        first, second = left[left_start + one], right[right_start + other]
        shared += first == second
        one += first <= second
        other += second <= first
    while one < left_count and left[left_start + one] <= limit:
        one += 1
    while other < right_count and right[right_start + other] <= limit:
        other += 1
    if one == 0 or other == 0:
        return 0.0, 0.0
    return shared / (one + other - shared), shared / min(one, other)


@njit(cache=True)
def _differ(left: Any, left_start: int, left_count: int, right: Any, right_start: int, right_count: int) -> bool:
    """Whether the same words stand before two different numbers: two like notices of two matters.

    A number which an edit broke has other words before it, so that an edited copy stays a copy.
    """
    for one in range(left_start, left_start + left_count):
        other_value = same_value = False
        for other in range(right_start, right_start + right_count):
            if left[one] == right[other]:
                same_value = True
            elif left[one] >> np.uint32(16) == right[other] >> np.uint32(16):
                other_value = True
        if other_value and not same_value:
            return True
    return False


@njit(cache=True)
def alike(
    shapes: Any,
    marks: Any,
    arena: Any,
    head: Any,
    slot: int,
    sketch: Any,
    sketched: int,
    total: int,
    numbers: Any,
    numbered: int,
) -> float:
    """How alike a text is to the one in `slot`: 0 where it is no copy, else Jaccard or containment."""  # fmt: skip
    start = marks[slot, 0]
    kept, held = shapes[slot, 0], shapes[slot, 1]
    if kept == 0 or start + kept + held > head[1] or start < head[1] - arena.shape[0]:
        return 0.0
    place = start % arena.shape[0]
    if _differ(numbers, 0, numbered, arena, place + kept, held):
        return 0.0
    jaccard, contained = overlap(sketch, 0, sketched, total, arena, place, kept, shapes[slot, 2])
    long_enough = min(total, shapes[slot, 2]) >= MIN_CONTAINED
    if jaccard >= SAME_JACCARD or (long_enough and contained >= SAME_CONTAINED):
        return max(jaccard, contained) if long_enough else jaccard
    return 0.0


@njit(cache=True)
def _candidates(state: Any, window: int, bands: Any, slots: Any) -> int:
    """Slots which share a band with the text, youngest first in each band; how many.

    The chains of all bands are followed side by side: each step of one is a place in memory that has to be waited for,
    and sixteen are waited for at once.
    """
    heads, before, tags, count = state[2], state[3], state[4], state[8][0]
    walked = np.full((STEPS, BANDS), -1, np.int64)
    ages = np.full(BANDS, -1, np.int64)
    nexts = np.empty(BANDS, np.int64)
    for band in range(BANDS):
        nexts[band] = np.int64(heads[band, np.int64(bands[band] & u64(heads.shape[1] - 1))]) - 1
    for step in range(STEPS):
        alive = False
        for band in range(BANDS):
            slot = nexts[band]
            aged = (count - 1 - slot) % window
            if slot < 0 or aged <= ages[band] or aged >= count:
                nexts[band] = -1
                continue
            alive = True
            ages[band] = aged
            if tags[slot, band] == np.uint8(bands[band] >> _TAG):
                walked[step, band] = slot
            nexts[band] = np.int64(before[slot, band]) - 1
        if not alive:
            break
    found = 0
    for band in range(BANDS):
        for step in range(STEPS):
            slot = walked[step, band]
            at = 0
            while at < found and slots[at] != slot:
                at += 1
            if slot >= 0 and at == found and found < CANDIDATES:
                slots[found] = slot
                found += 1
    return found


@njit(cache=True)
def find(
    state: Any, window: int, sketch: Any, sketched: int, total: int, bands: Any, numbers: Any, numbered: int
) -> tuple[int, float]:
    """(position, likeness) of the best near-copy, the earliest of its family where that is alike too; or (-1, 0)."""
    shapes, marks, arena, head = state[5], state[6], state[7], state[8]
    count = head[0]
    slots = np.empty(CANDIDATES, np.int64)
    found = _candidates(state, window, bands, slots)
    best, likeness = -1, 0.0
    for at in range(found):
        near = alike(shapes, marks, arena, head, slots[at], sketch, sketched, total, numbers, numbered)
        if near > likeness or (near == likeness and near > 0 and _older(slots[at], best, count, window)):
            best, likeness = slots[at], near
    if best < 0:
        return -1, 0.0
    origin = marks[best, 1]
    if origin >= 0 and origin >= count - window:
        near = alike(shapes, marks, arena, head, origin % window, sketch, sketched, total, numbers, numbered)
        if near > 0.0:
            return origin, near
    return count - 1 - (count - 1 - best) % window, likeness


@njit(cache=True)
def _older(left: int, right: int, count: int, window: int) -> bool:
    return (count - 1 - left) % window > (count - 1 - right) % window


@njit(cache=True)
def add(
    state: Any,
    window: int,
    words: Any,
    which: int,
    sketch: Any,
    sketched: int,
    total: int,
    bands: Any,
    numbers: Any,
    numbered: int,
    mergeable: bool,
    copy: int,
) -> None:
    """Remember the next text. `copy` is the position of the text it copies, or -1.

    A text nearly the same as its original gets no bands: what is like it is like the original, and a storm of
    copies stays cheap.
    """  # fmt: skip
    digests, positions, heads, before, tags = state[0], state[1], state[2], state[3], state[4]
    shapes, marks, arena, head = state[5], state[6], state[7], state[8]
    word = words[which]
    position = head[0]
    slot = position % window
    shapes[slot, 0] = 0
    shapes[slot, 1] = 0
    shapes[slot, 2] = total
    marks[slot, 1] = -1
    if copy >= 0 and copy >= position - window:
        origin = marks[copy % window, 1]
        marks[slot, 1] = origin if origin >= position - window and origin >= 0 else copy
    if word != u64(0):
        keep(digests, positions, word, position, position - window + 1)
    original = marks[slot, 1]
    exact = False
    if original >= 0:
        near = alike(shapes, marks, arena, head, original % window, sketch, sketched, total, numbers, numbered)
        exact = near >= NEARLY_EXACT
    if mergeable and not exact:
        need = sketched + numbered
        if head[1] % arena.shape[0] + need > arena.shape[0]:
            head[1] += arena.shape[0] - head[1] % arena.shape[0]
        place = head[1] % arena.shape[0]
        for at in range(sketched):
            arena[place + at] = sketch[at]
        for at in range(numbered):
            arena[place + sketched + at] = numbers[at]
        marks[slot, 0] = head[1]
        head[1] += need
        shapes[slot, 0], shapes[slot, 1] = sketched, numbered
        for band in range(BANDS):
            row = np.int64(bands[band] & u64(heads.shape[1] - 1))
            before[slot, band] = heads[band, row]
            heads[band, row] = slot + 1
            tags[slot, band] = np.uint8(bands[band] >> _TAG)
    else:
        for band in range(BANDS):
            before[slot, band] = 0
            tags[slot, band] = 0
    head[0] = position + 1


assert SKETCH + MAX_NUMBERS < 256


MIN_CHARS: Final = 8
MIN_GRAMS: Final = 6
# Places in `facts`: what was read of the post that is being placed.
ROWS, NAMED, SKETCHED, TOTAL, NUMBERED, LETTERS, OWN_LETTERS, MERGEABLE = range(8)
# Places in `words`, after the bands: digest of the letters, hash of the post's id, digest of what was cut off.
DIGEST, KEY, REST = range(features.BANDS, features.BANDS + 3)


@njit(cache=True, nogil=True)
def read(
    codes: Any,
    classes: Any,
    title: int,
    own: int,
    title_weight: float,
    ends: Any,
    fillers: Any,
    scratch: Any,
    rarity: Any,
) -> None:
    """Read a text into the scratch arrays: grams, names, and the fingerprint of its letters.

    `codes[:title]` is the title, `codes[title:]` the body of which `own` characters are the poster's own words.
    """
    rows, tallies, spans, named, plain, hashes, numbers, words, facts = scratch
    length = codes.shape[0]
    found = features.grams(codes, classes, title, length, 1.0, rows, tallies, rarity, 0)
    facts[ROWS] = features.grams(codes, classes, 0, title, title_weight, rows, tallies, rarity, found)
    found = features.names(codes, classes, length, ends, fillers, spans[0], spans[1], spans[2])
    facts[NAMED] = features.name_hashes(codes, spans[0], spans[1], spans[2], found, named)
    facts[NUMBERED] = features.number_marks(codes, spans[0], spans[1], spans[2], found, MAX_NUMBERS, numbers)
    kept = features.letters(codes, classes, length, plain)
    own_letters = 0
    for at in range(title + own):
        own_letters += classes[at] != 0
    total = features.three_grams(plain, kept, hashes)
    facts[LETTERS], facts[OWN_LETTERS], facts[TOTAL] = kept, own_letters, total
    facts[SKETCHED] = min(total, features.SKETCH)
    facts[MERGEABLE] = kept >= MIN_CHARS and total >= MIN_GRAMS
    features.band_keys(hashes, total, words)
    words[DIGEST] = features.digest(plain, kept, words[REST]) if kept else u64(0)


@njit(cache=True, nogil=True)
def copy_of(window: int, scratch: Any, known: Any) -> tuple[int, float]:
    """(position, likeness) of the copy of the text just read: 1.0 for the same letters; (-1, 0) for none."""
    hashes, numbers, words, facts = scratch[5], scratch[6], scratch[7], scratch[8]
    if not facts[MERGEABLE]:
        return -1, 0.0
    exact = lookup(known[0], known[1], words, DIGEST, known[8][0] - window)
    if exact >= 0:
        return exact, 1.0
    return find(known, window, hashes, facts[SKETCHED], facts[TOTAL], words, numbers, facts[NUMBERED])


@njit(cache=True, nogil=True)
def place(
    forced: int,
    copy: int,
    moment: float,
    now: float,
    platform: int,
    window: int,
    scratch: Any,
    known: Any,
    places: Any,
    state: Any,
    settings: Any,
    merges: Any,
    scores: Any,
) -> tuple[int, float, bool, int]:
    """Give the text just read its event and let every part of the state learn of it.

    `forced` is the event of its parent or copy or what the log says, or 0.
    Returns (event, similarity, whether it is new, merges made).
    """  # fmt: skip
    rows, tallies, named, hashes = scratch[0], scratch[1], scratch[3], scratch[5]
    numbers, words, facts = scratch[6], scratch[7], scratch[8]
    counts = state[11]
    chosen = np.empty(events.FEATURES, np.int64)
    weights = np.empty(events.FEATURES, np.float64)
    taken = events.vector(rows, tallies, facts[ROWS], state, chosen, weights)
    event, similarity = forced, 1.0
    if event == 0:
        event, similarity = events.choose(
            chosen, weights, taken, named, facts[NAMED], moment, platform, facts[OWN_LETTERS], state, settings
        )
    is_new = event == 0
    if is_new:
        event = counts[events.NEXT]
    home = events.final(state[9], event)
    share = 0.0 if copy >= 0 else 1.0 if event >= counts[events.NEXT] else settings[events.SHARE]
    events.learn(rows, facts[ROWS], named, facts[NAMED], share, state)
    words_taken = 0 if copy >= 0 else taken
    events.add(home, chosen, weights, words_taken, named, facts[NAMED], moment, platform, state, settings)
    counts[events.NEXT] = max(counts[events.NEXT], event + 1)
    position = known[8][0]
    add(
        known, window, words, DIGEST, hashes, facts[SKETCHED], facts[TOTAL], words, numbers, facts[NUMBERED],
        facts[MERGEABLE] != 0, copy,
    )  # fmt: skip
    keep(places[0], places[1], words[KEY], position, position - window + 1)
    places[2][position % window] = home
    return home, similarity, is_new, events.tidy(now, merges, scores, state, settings)
