"""What is read off a text in one walk: grams with their counts, names, and the fingerprint of its letters.

Texts come as code points (uint32) with a class each: 0 none, 1 letter of a script without spaces, 2 letter or digit
of one with spaces. Runs of class 1 give character 2- and 3-grams, runs of class 2 whole words. Hashing, logarithm,
halving, damping and sorting for all kernels stand first.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit

u64: Final = np.uint64
_LN2: Final = 0.6931471805599453
_HALF_ROOT: Final = 0.7071067811865476


@njit(cache=True, inline="always")
def mix(value: Any) -> Any:
    """Murmur's finaliser: 64 bits in, 64 well mixed bits out."""
    value ^= value >> u64(33)
    value *= u64(0xFF51AFD7ED558CCD)
    value ^= value >> u64(33)
    value *= u64(0xC4CEB9FE1A85EC53)
    return value ^ (value >> u64(33))


@njit(cache=True)
def ln(value: float) -> float:
    """Natural logarithm of a positive number, by the series of atanh; within 1e-12 of the library's."""
    part, power = math.frexp(value)
    if part < _HALF_ROOT:
        part *= 2.0
        power -= 1
    z = (part - 1.0) / (part + 1.0)
    square = z * z
    total = 0.0
    for odd in range(17, 0, -2):
        total = total * square + 1.0 / odd
    return 2.0 * z * total + power * _LN2


@njit(cache=True)
def halved(times: float) -> float:
    """2 to the power of minus `times`; 0 beyond 60 halvings and 1 for what is not positive."""
    if times <= 0.0:
        return 1.0
    if times >= 60.0:
        return 0.0
    whole = int(times)
    x = -(times - whole) * _LN2
    total = 1.0
    for term in range(14, 0, -1):
        total = 1.0 + x * total / term
    return total / float(1 << whole)


@njit(cache=True)
def damped(weight: float) -> float:
    """`weight` to the power of 3/4, from square roots only: what many posts say must not drown what some say."""
    half = math.sqrt(weight)
    return half * math.sqrt(half)


@njit(cache=True)
def eased(rarity: float) -> float:
    """`rarity` to the power of 7/8: a word seen once counts for more than a rare one, yet not for everything."""
    half = math.sqrt(rarity)
    quarter = math.sqrt(half)
    return half * quarter * math.sqrt(quarter)


@njit(cache=True)
def sort(values: Any, count: int) -> None:
    """Sort the first `count` of `values` in place, smallest first (Shell's sort)."""
    gap = 1
    while gap < count // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for index in range(gap, count):
            value = values[index]
            place = index
            while place >= gap and values[place - gap] > value:
                values[place] = values[place - gap]
                place -= gap
            values[place] = value
        gap //= 3


@njit(cache=True)
def strongest(weights: Any, count: int, wanted: int, chosen: Any) -> int:
    """Put the indices of the `wanted` greatest of `weights[:count]` into `chosen` in no order; how many they are.

    A heap of the chosen with the least on top; of equal weights the earlier index is kept.
    """
    taken = min(count, wanted)
    for index in range(taken):
        chosen[index] = index
    for root in range(taken // 2 - 1, -1, -1):
        _sink(weights, chosen, root, taken)
    for index in range(taken, count):
        if weights[index] > weights[chosen[0]]:
            chosen[0] = index
            _sink(weights, chosen, 0, taken)
    return taken


@njit(cache=True)
def _sink(weights: Any, chosen: Any, root: int, count: int) -> None:
    while True:
        least = 2 * root + 1
        if least >= count:
            return
        if least + 1 < count and weights[chosen[least + 1]] < weights[chosen[least]]:
            least += 1
        if weights[chosen[root]] <= weights[chosen[least]]:
            return
        chosen[root], chosen[least] = chosen[least], chosen[root]
        root = least


ROW_BITS: Final = 20
ROWS: Final = 1 << ROW_BITS
MAX_GRAMS: Final = 4096
MAX_NAMES: Final = 24
BINS: Final = 32
BANDS: Final = 16
SKETCH: Final = 64
NUMBER: Final = 1
LOT: Final = 2
FIRST_PLACE: Final = 3
_MASK: Final = u64(ROWS - 1)
_CHAR: Final = u64(1 << 21)
_PAIR: Final = u64(1 << 60)
_THREE: Final = u64(2)
_WORD: Final = u64(31)
_FNV: Final = u64(0x100000001B3)
_GOLDEN: Final = u64(0x9E3779B97F4A7C15)
_NAME_BITS: Final = 28
_ZERO: Final = 48
_NINE: Final = 57
_BIAO: Final = 0x6807
_DUAN: Final = 0x6BB5
_BAO: Final = 0x5305
_FULL: Final = 0xFFFFFFFF


@njit(cache=True)
def _count(row: int, weight: float, rows: Any, counts: Any, rarity: Any, found: int) -> int:
    """Add `weight` to the count of a row. Where it stands is noted beside its rarity: checked there, never trusted."""
    at = np.int64(rarity[row, 1])
    if 0 <= at < found and rows[at] == row:
        counts[at] += weight
        return found
    if found == MAX_GRAMS:
        return found
    rows[found] = row
    counts[found] = weight
    rarity[row, 1] = found
    return found + 1


@njit(cache=True)
def grams(
    codes: Any, classes: Any, start: int, stop: int, weight: float, rows: Any, counts: Any, rarity: Any, found: int
) -> int:
    """Count the grams of `codes[start:stop]` into `rows` and `counts` (the first MAX_GRAMS); returns how many rows."""
    at = start
    while at < stop:
        kind = classes[at]
        end = at + 1
        while end < stop and classes[end] == kind:
            end += 1
        if kind == 2:
            word = u64(7)
            for place in range(at, end):
                word = mix(word * _WORD + u64(codes[place]))
            found = _count(np.int64(word & _MASK), weight, rows, counts, rarity, found)
        elif kind == 1:
            for place in range(at, end - 1):
                pair = u64(codes[place]) * _CHAR + u64(codes[place + 1])
                found = _count(np.int64(mix(pair + _PAIR) & _MASK), weight, rows, counts, rarity, found)
                if place + 2 < end:
                    three = mix(pair * _CHAR + u64(codes[place + 2]) + _THREE)
                    found = _count(np.int64(three & _MASK), weight, rows, counts, rarity, found)
        at = end
    return found


@njit(cache=True)
def names(codes: Any, classes: Any, length: int, ends: Any, fillers: Any, kinds: Any, starts: Any, stops: Any) -> int:
    """Numbers of three digits or more, lots (二标段, 3包), and places: two characters before an end like 路 or 小学.

    `ends` has a row an end: first code, second code or 0, kind. `fillers` has (code, end's first code or 0): a
    character that is no part of a name, before any end or before this one. Returns how many were found.
    """
    found = 0
    run = -1
    for at in range(length + 1):
        code = codes[at] if at < length else 0
        if _ZERO <= code <= _NINE:
            run = at if run < 0 else run
            continue
        if run >= 0:
            after = codes[at + 1] if at + 1 < length else 0
            lot = (code == _BIAO and after in (_DUAN, _BAO)) or code == _BAO
            # A number at the very end may be half of one: texts are cut there.
            if (
                (at - run >= 3 or lot)
                and at < length
                and not (at - run == 4 and _is_year(codes, run))
                and found < MAX_NAMES
            ):
                kinds[found], starts[found], stops[found] = (LOT if lot else NUMBER), run, at
                found += 1
            run = -1
        if at >= length or found == MAX_NAMES or classes[at] != 1:
            continue
        if _is_numeral(code) and at + 2 < length and codes[at + 1] == _BIAO and codes[at + 2] == _DUAN:
            kinds[found], starts[found], stops[found] = LOT, at, at + 3
            found += 1
        elif at >= 2 and classes[at - 1] == 1 and classes[at - 2] == 1:
            kind = _place(codes, at, length, ends)
            if kind and not _fills(codes[at - 1], code, fillers) and not _fills(codes[at - 2], 0, fillers):
                kinds[found], starts[found], stops[found] = kind, at - 2, at
                found += 1
    return found


@njit(cache=True)
def _is_year(codes: Any, at: int) -> bool:
    """Whether it begins with 19 or 20: a year tells no two matters apart."""
    return (codes[at] == _ZERO + 1 and codes[at + 1] == _NINE) or (codes[at] == _ZERO + 2 and codes[at + 1] == _ZERO)


@njit(cache=True)
def _is_numeral(code: int) -> bool:
    """Whether it is one of 一 to 十."""
    return (
        code == 0x4E00 or code == 0x4E8C or code == 0x4E09 or code == 0x56DB or code == 0x4E94
        or code == 0x516D or code == 0x4E03 or code == 0x516B or code == 0x4E5D or code == 0x5341
    )  # fmt: skip


@njit(cache=True)
def _place(codes: Any, at: int, length: int, ends: Any) -> int:
    for row in range(ends.shape[0]):
        if ends[row, 0] == codes[at]:
            second = ends[row, 1]
            if second == 0 or (at + 1 < length and codes[at + 1] == second):
                return np.int64(ends[row, 2])
    return 0


@njit(cache=True)
def _fills(code: int, end: int, fillers: Any) -> bool:
    for row in range(fillers.shape[0]):
        if fillers[row, 0] == code and (fillers[row, 1] == 0 or fillers[row, 1] == end):
            return True
    return False


@njit(cache=True)
def name_hashes(codes: Any, kinds: Any, starts: Any, stops: Any, found: int, hashes: Any) -> int:
    """Each name once, as kind (4 bits) and hash (28 bits); returns how many."""
    distinct = 0
    for index in range(found):
        value = _GOLDEN
        for place in range(starts[index], stops[index]):
            value = mix(value + u64(codes[place]))
        named = np.uint32((np.int64(kinds[index]) << _NAME_BITS) | np.int64(value >> u64(64 - _NAME_BITS)))
        known = False
        for other in range(distinct):
            known = known or hashes[other] == named
        if not known:
            hashes[distinct] = named
            distinct += 1
    return distinct


@njit(cache=True)
def number_marks(codes: Any, kinds: Any, starts: Any, stops: Any, found: int, room: int, marks: Any) -> int:
    """Numbers and lots, for telling two like notices apart: what stands around one, then its value, 16 bits each."""
    kept = 0
    for index in range(found):
        if kinds[index] >= FIRST_PLACE or kept == room:
            continue
        value, before = _GOLDEN, _GOLDEN
        for place in range(starts[index], stops[index]):
            value = mix(value + u64(codes[place]))
        for place in range(max(starts[index] - 2, 0), starts[index]):
            before = mix(before + u64(codes[place]))
        if stops[index] < codes.shape[0]:
            before = mix(before + u64(codes[stops[index]]))
        marks[kept] = np.uint32(((before >> u64(48)) << u64(16)) | (value >> u64(48)))
        kept += 1
    return kept


@njit(cache=True)
def letters(codes: Any, classes: Any, length: int, plain: Any) -> int:
    """Copy letters and digits to `plain`; returns how many."""
    kept = 0
    for at in range(length):
        if classes[at]:
            plain[kept] = codes[at]
            kept += 1
    return kept


@njit(cache=True)
def digest(plain: Any, length: int, rest: Any) -> Any:
    """64 bits of the letters; `rest` stands for what was cut off a very long text. Never 0, which means none."""
    value = mix(rest + _GOLDEN)
    for at in range(length):
        value = mix((value ^ u64(plain[at])) * _FNV)
    return value if value else _GOLDEN


@njit(cache=True)
def three_grams(plain: Any, length: int, hashes: Any) -> int:
    """The distinct hashes of the letters' 3-grams, sorted, in `hashes`; returns how many."""
    total = max(length - 2, 0)
    for at in range(total):
        three = (u64(plain[at]) * _CHAR + u64(plain[at + 1])) * _CHAR + u64(plain[at + 2])
        hashes[at] = np.uint32(mix(three + _GOLDEN) >> u64(32))
    sort(hashes, total)
    distinct = 0
    for at in range(total):
        if at == 0 or hashes[at] != hashes[distinct - 1]:
            hashes[distinct] = hashes[at]
            distinct += 1
    return distinct


@njit(cache=True)
def band_keys(hashes: Any, count: int, bands: Any) -> None:
    """One-permutation MinHash of sorted `hashes`: the least in each of 32 bins, two bins a band."""
    least = np.full(BINS, _FULL, np.int64)
    for at in range(count):
        bin_ = np.int64(hashes[at] >> np.uint32(27))
        least[bin_] = min(least[bin_], np.int64(hashes[at]))
    for bin_ in range(BINS):
        # Rotation densification: the next filled bin stands in, so that short texts still have all bands.
        step = 0
        while least[bin_] == _FULL and step < BINS:
            step += 1
            other = least[(bin_ + step) % BINS]
            if other != _FULL and np.int64(np.uint32(other) >> np.uint32(27)) == (bin_ + step) % BINS:
                least[bin_] = other
    for band in range(BANDS):
        both = u64(least[2 * band]) * _CHAR * u64(2048) + u64(least[2 * band + 1])
        bands[band] = mix(both + u64(band))
