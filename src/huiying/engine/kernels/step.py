"""One post through the kernels: read it, look for its copy, place it. Scratch arrays are handed in and reused."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit

from huiying.engine.kernels import copies, events, features
from huiying.engine.kernels.arithmetic import u64

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
    facts[NUMBERED] = features.number_marks(codes, spans[0], spans[1], spans[2], found, copies.MAX_NUMBERS, numbers)
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
    exact = copies.lookup(known[0], known[1], words, DIGEST, known[8][0] - window)
    if exact >= 0:
        return exact, 1.0
    return copies.find(known, window, hashes, facts[SKETCHED], facts[TOTAL], words, numbers, facts[NUMBERED])


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
    copies.add(
        known, window, words, DIGEST, hashes, facts[SKETCHED], facts[TOTAL], words, numbers, facts[NUMBERED],
        facts[MERGEABLE] != 0, copy,
    )  # fmt: skip
    copies.keep(places[0], places[1], words[KEY], position, position - window + 1)
    places[2][position % window] = home
    return home, similarity, is_new, events.tidy(now, merges, scores, state, settings)
