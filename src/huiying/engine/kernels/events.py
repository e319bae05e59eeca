"""Event centres: sparse TF-IDF sums found over bounded postings, with decay, merged a few at a time.

An event lives in a slot while it is fresh; its number outlives the slot. All state stands in the arrays of `state`,
in the order of `LAYOUT`. Ties go to the slot met first, which is a function of the sequence of posts alone.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit

from huiying.engine.kernels.features import MAX_NAMES, damped, eased, halved, ln, mix, sort, strongest, u64

FEATURES: Final = 64
CENTRE: Final = 160
PRUNED: Final = 96
POSTINGS: Final = 16
PLATFORMS: Final = 256
RECENT: Final = 8
TIDY_EVERY: Final = 16
MERGES: Final = 8
MAX_PINS: Final = 8192
NAME_ROWS: Final = 1 << 16
UNIT: Final = 16
COMMON_NAME: Final = 3
COMMON_SHARE: Final = 0.02
STALE: Final = 8.0
MIN_LETTERS: Final = 4
SHARED_EVENTS: Final = 2
# Places in `counts`.
POSTS, NEXT, FIRST, LAST, FREE, SWEEP, TICKS, PINS, OWN_POSTS = range(9)
# Places in `settings`.
JOIN, SHORT, BIG, MERGE, MERGE_BIG, HALF_LIFE, RATE, RATE_LIFE = range(8)
SAME, SAME_MERGE, CONFLICT, LEAST, REPLY, GAP, SHARE = range(8, 15)
# Columns of `figures` and of `slots`, of a live event (EASE: what liveliness and size take off the accept at most). The
# queue of changed events and the list of free slots stand in the last two columns, by place and not by slot.
NORM, TOUCHED, LIVELY, EASE = range(4)
SIZE, NUMBER, KEPT, NAMED, DIRTY, QUEUED, FREED = range(7)
# Columns of `numbers`: the event which one was merged into, or 0; its slot and one, or 0.
INTO, SLOT = range(2)
LAYOUT: Final = (
    "rarity", "posted", "posted_weight", "centre", "centre_weight", "figures", "slots", "names", "recent", "numbers",
    "pins", "counts", "name_seen", "met", "dots",
)  # fmt: skip


@njit(cache=True)
def final(numbers: Any, number: int) -> int:
    """Follow merges to the event that is left."""
    while numbers[number, INTO]:
        number = np.int64(numbers[number, INTO])
    return number


@njit(cache=True)
def vector(rows: Any, tallies: Any, found: int, state: Any, features: Any, weights: Any) -> int:
    """The strongest features of a post, by row, unit length; returns how many."""
    rarity, counts = state[0], state[11]
    posts = counts[POSTS] / UNIT + 1.0
    weighed = np.empty(found, np.float64)
    for at in range(found):
        seen = rarity[rows[at], 0] / UNIT
        weighed[at] = (1.0 + ln(tallies[at])) * eased(ln(1.0 + posts / (seen + 0.5)))
    chosen = np.empty(FEATURES, np.int64)
    taken = strongest(weighed, found, FEATURES, chosen)
    total = 0.0
    for at in range(taken):
        features[at] = rows[chosen[at]]
    sort(features, taken)
    for at in range(taken):
        weight = weighed[rarity[features[at], 1]]
        weights[at] = weight
        total += weight * weight
    if total > 0.0:
        length = math.sqrt(total)
        for at in range(taken):
            weights[at] /= length
    return taken


@njit(cache=True)
def _touch(rows: Any, weights: Any, taken: int, state: Any) -> int:
    """Add up what a vector has in common with each event that is posted under its rows; how many events it met."""
    posted, posted_weight, met, dots = state[1], state[2], state[13], state[14]
    near = 0.0  # all rows are fetched at once: one after another, each would be waited for
    for at in range(taken):
        near += posted[rows[at], 0] + posted_weight[rows[at], 0]
    if near < 0.0:  # never; a sum that nobody asked for would not be made
        return 0
    found = 0
    for at in range(taken):
        row, weight = rows[at], weights[at]
        for place in range(POSTINGS):
            slot = posted[row, place] - 1
            if slot < 0:
                break
            if dots[slot] == 0.0:
                met[found] = slot
                found += 1
            dots[slot] += weight * posted_weight[row, place]
    return found


@njit(cache=True)
def _relation(left: Any, left_count: int, right: Any, right_count: int, state: Any) -> int:
    """1 where both name the same, -1 where both name things of one kind and never the same, else 0."""
    seen, counts = state[12], state[11]
    limit = max(COMMON_NAME * UNIT, COMMON_SHARE * counts[OWN_POSTS])
    kinds = 0
    for one in range(left_count):
        # A name which everybody uses here (the city's own) neither joins nor parts.
        if seen[mix(u64(left[one])) & u64(NAME_ROWS - 1)] > limit:
            continue
        for other in range(right_count):
            if left[one] == right[other]:
                return 1
            kinds += (left[one] >> np.uint32(28)) == (right[other] >> np.uint32(28))
    return -1 if kinds else 0


@njit(cache=True)
def choose(
    features: Any,
    weights: Any,
    taken: int,
    name_list: Any,
    named: int,
    moment: float,
    platform: int,
    own_letters: int,
    state: Any,
    settings: Any,
) -> tuple[int, float]:
    """(event's number, similarity) of the event that a post joins, or (0, best similarity)."""  # fmt: skip
    figures, slots, names, met, dots = state[5], state[6], state[7], state[13], state[14]
    found = _touch(features, weights, taken, state)
    best, margin, similar, nearest = -1, 0.0, 0.0, 0.0
    most_asked = settings[JOIN] + settings[SHORT] / math.sqrt(taken) if taken else 0.0
    bonus = settings[SAME] if named else 0.0
    for at in range(found):
        slot = met[at]
        near = dots[slot] / figures[slot, NORM]
        dots[slot] = 0.0
        # Silence only lowers a score and names raise it by so much: nearly all fall out here, by a bound and not by a
        # guess, before anything is worked out that costs a logarithm.
        if near + bonus <= nearest and near + bonus < most_asked - figures[slot, EASE]:
            continue
        idle = moment - figures[slot, TOUCHED]
        score = near * halved(idle / settings[HALF_LIFE])
        if named and slots[slot, NAMED]:
            relation = _relation(name_list, named, names[slot], slots[slot, NAMED], state)
            if relation < 0:
                score *= settings[CONFLICT]
            elif relation > 0 and score > settings[LEAST]:
                score += settings[SAME]
        nearest = max(nearest, score)
        lively = ln(1.0 + figures[slot, LIVELY] * halved(idle / settings[RATE_LIFE]))
        asked = settings[JOIN] + settings[SHORT] / math.sqrt(taken)
        asked -= settings[RATE] * lively + settings[BIG] * ln(float(slots[slot, SIZE]))
        if score >= asked and (best < 0 or score - asked > margin):
            best, margin, similar = slot, score - asked, score
    if best >= 0:
        return np.int64(slots[best, NUMBER]), similar
    if platform and not named and MIN_LETTERS <= own_letters <= settings[REPLY]:
        replied = _replied(platform, moment, state, settings)
        if replied:
            return replied, nearest
    return 0, nearest


@njit(cache=True)
def _replied(platform: int, moment: float, state: Any, settings: Any) -> int:
    """The event of which most recent posts of a platform are, where it has several: what a few words there answer."""
    slots, recent, numbers = state[6], state[8], state[9]
    heard, best, most = 0, 0, 0
    for at in range(RECENT):
        if recent[platform, at] == 0 or moment - recent[platform, RECENT + at] > settings[GAP]:
            continue
        heard += 1
        event = final(numbers, np.int64(recent[platform, at]))
        same = 0
        for other in range(RECENT):
            if recent[platform, other] and moment - recent[platform, RECENT + other] <= settings[GAP]:
                same += final(numbers, np.int64(recent[platform, other])) == event
        if same > most:
            best, most = event, same
    if best and 2 * most > heard and numbers[best, SLOT] and slots[numbers[best, SLOT] - 1, SIZE] >= SHARED_EVENTS:
        return best
    return 0


@njit(cache=True)
def _unpost(row: int, slot: int, posted: Any, posted_weight: Any) -> None:
    place = last = -1
    for at in range(POSTINGS):
        if posted[row, at] == 0:
            break
        if posted[row, at] == slot + 1:
            place = at
        last = at
    if place >= 0:
        posted[row, place] = posted[row, last]
        posted_weight[row, place] = posted_weight[row, last]
        posted[row, last] = 0


@njit(cache=True)
def _post(row: int, slot: int, weight: float, posted: Any, posted_weight: Any, figures: Any) -> None:
    """Enter an event under a feature; of too many the one touched longest ago leaves the row."""
    place, longest = -1, math.inf
    for at in range(POSTINGS):
        if posted[row, at] == 0 or posted[row, at] == slot + 1:
            place = at
            break
    if place < 0:
        for at in range(POSTINGS):
            touched = figures[posted[row, at] - 1, TOUCHED]
            if touched < longest:
                place, longest = at, touched
    posted[row, place] = slot + 1
    posted_weight[row, place] = weight


@njit(cache=True)
def mixed(slot: int, features: Any, weights: Any, taken: int, sign: float, state: Any) -> None:
    """Add a vector to an event's centre (`sign` -1 takes it out again); only the strongest features stay."""
    posted, posted_weight, centre, centre_weight = state[1], state[2], state[3], state[4]
    figures, slots = state[5], state[6]
    had = np.int64(slots[slot, KEPT])
    rows = np.empty(had + taken, np.int64)
    sums = np.empty(had + taken, np.float64)
    one = other = count = 0
    while one < had or other < taken:
        if other >= taken or (one < had and centre[slot, one] < features[other]):
            rows[count], sums[count] = centre[slot, one], centre_weight[slot, one]
            one += 1
        elif one >= had or features[other] < centre[slot, one]:
            rows[count], sums[count] = features[other], sign * weights[other]
            other += 1
        else:
            rows[count], sums[count] = centre[slot, one], centre_weight[slot, one] + sign * weights[other]
            one += 1
            other += 1
        count += 1
    stays = np.ones(count, np.bool_)
    if count > CENTRE:
        chosen = np.empty(PRUNED, np.int64)
        strongest(sums, count, PRUNED, chosen)
        stays[:] = False
        for at in range(PRUNED):
            stays[chosen[at]] = True
    kept, total, at_feature = 0, 0.0, 0
    for at in range(count):
        row = rows[at]
        while at_feature < taken and features[at_feature] < row:
            at_feature += 1
        fresh = at_feature < taken and features[at_feature] == row
        if not stays[at] or sums[at] <= 1e-6:
            _unpost(row, slot, posted, posted_weight)
            continue
        weight = damped(sums[at])
        centre[slot, kept], centre_weight[slot, kept] = row, sums[at]
        total += weight * weight
        kept += 1
        if fresh:
            _post(row, slot, weight, posted, posted_weight, figures)
    slots[slot, KEPT], figures[slot, NORM] = kept, math.sqrt(total)


@njit(cache=True)
def drop(slot: int, state: Any) -> None:
    """Forget an event's centre; its number stays known and its slot is free."""
    centre, slots, numbers, counts = state[3], state[6], state[9], state[11]
    for at in range(slots[slot, KEPT]):
        _unpost(np.int64(centre[slot, at]), slot, state[1], state[2])
    numbers[slots[slot, NUMBER], SLOT] = 0
    slots[slot, NUMBER] = 0
    slots[slot, DIRTY] = 0
    slots[slot, KEPT] = 0
    slots[counts[FREE], FREED] = slot
    counts[FREE] += 1


@njit(cache=True)
def _opened(event: int, moment: float, state: Any) -> int:
    """A slot for an event which has none; where all are taken, the one idle longest of the next 64 gives way."""
    figures, slots, numbers, counts = state[5], state[6], state[9], state[11]
    if counts[FREE] == 0:
        oldest = -1
        for step in range(64):
            slot = (counts[SWEEP] + step) % slots.shape[0]
            if oldest < 0 or figures[slot, TOUCHED] < figures[oldest, TOUCHED]:
                oldest = slot
        counts[SWEEP] += 64
        drop(oldest, state)
    counts[FREE] -= 1
    slot = np.int64(slots[counts[FREE], FREED])
    slots[slot, NUMBER] = event
    numbers[event, SLOT] = slot + 1
    slots[slot, SIZE], slots[slot, NAMED] = 0, 0
    figures[slot, TOUCHED], figures[slot, LIVELY] = moment, 0.0
    return np.int64(slot)


@njit(cache=True)
def _mark(slot: int, state: Any) -> None:
    slots, counts = state[6], state[11]
    # A slot freed and given again while it stood in the queue waits where it stood.
    if not slots[slot, DIRTY] and counts[LAST] - counts[FIRST] < slots.shape[0]:
        slots[slot, DIRTY] = 1
        slots[counts[LAST] % slots.shape[0], QUEUED] = slot
        counts[LAST] += 1


@njit(cache=True)
def _name(slot: int, name_list: Any, named: int, state: Any) -> None:
    slots, names = state[6], state[7]
    for one in range(named):
        known = slots[slot, NAMED] == MAX_NAMES
        for other in range(slots[slot, NAMED]):
            known = known or names[slot, other] == name_list[one]
        if not known:
            names[slot, slots[slot, NAMED]] = name_list[one]
            slots[slot, NAMED] += 1


@njit(cache=True)
def learn(rows: Any, found: int, name_list: Any, named: int, share: float, state: Any) -> None:
    """Count a post's grams and names towards their rarity; `share` is 1 for a new event, little for one more voice.

    So a storm does not make its own words common. Everything is halved when the count is full, a millisecond's work.
    """
    rarity, counts, seen = state[0], state[11], state[12]
    step = int(share * UNIT)
    if step == 0:
        return
    for at in range(found):
        rarity[rows[at], 0] += step
    for at in range(named):
        seen[mix(u64(name_list[at])) & u64(NAME_ROWS - 1)] += step
    counts[POSTS] += step
    counts[OWN_POSTS] += step
    if counts[POSTS] >= 2_000_000 * UNIT:
        counts[POSTS] //= 2
        counts[OWN_POSTS] //= 2
        for row in range(rarity.shape[0]):
            rarity[row, 0] //= 2
        for row in range(seen.shape[0]):
            seen[row] //= 2


@njit(cache=True)
def _ease(slot: int, state: Any, settings: Any) -> float:
    figures, slots = state[5], state[6]
    lively, size = ln(1.0 + figures[slot, LIVELY]), ln(float(slots[slot, SIZE]))
    return settings[RATE] * lively + settings[BIG] * size + 1e-9  # more than rounding can make of the two logarithms


@njit(cache=True)
def add(
    event: int,
    features: Any,
    weights: Any,
    taken: int,
    name_list: Any,
    named: int,
    moment: float,
    platform: int,
    state: Any,
    settings: Any,
) -> None:
    """Add a post to an event, live or not; `taken` is 0 for a copy, which adds no words."""  # fmt: skip
    figures, slots, recent, numbers, counts = state[5], state[6], state[8], state[9], state[11]
    counts[NEXT] = max(counts[NEXT], event + 1)
    slot = np.int64(numbers[event, SLOT]) - 1
    if slot < 0:
        slot = _opened(event, moment, state)
    mixed(slot, features, weights, taken, 1.0, state)
    lively = figures[slot, LIVELY] * halved((moment - figures[slot, TOUCHED]) / settings[RATE_LIFE])
    figures[slot, LIVELY] = lively + 1.0
    slots[slot, SIZE] += 1
    figures[slot, EASE] = _ease(slot, state, settings)
    figures[slot, TOUCHED] = max(figures[slot, TOUCHED], moment)
    _name(slot, name_list, named, state)
    _mark(slot, state)
    if platform:
        at = int(recent[platform, 2 * RECENT]) % RECENT
        recent[platform, at], recent[platform, RECENT + at] = event, moment
        recent[platform, 2 * RECENT] += 1.0


@njit(cache=True)
def parted(left: int, right: int, state: Any) -> bool:
    """Whether a person has said that the events of these two are two matters."""
    numbers, pins, counts = state[9], state[10], state[11]
    for at in range(counts[PINS]):
        one, other = final(numbers, np.int64(pins[at, 0])), final(numbers, np.int64(pins[at, 1]))
        if (one == left and other == right) or (one == right and other == left):
            return True
    return False


@njit(cache=True)
def fuse(source: int, target: int, state: Any, settings: Any) -> None:
    """Make `source` part of `target`: two numbers of events that stand for themselves."""
    centre, centre_weight, figures, slots = state[3], state[4], state[5], state[6]
    names, numbers = state[7], state[9]
    gone, kept = np.int64(numbers[source, SLOT]) - 1, np.int64(numbers[target, SLOT]) - 1
    numbers[source, INTO] = target
    if gone < 0:
        return
    if kept < 0:
        slots[gone, NUMBER] = target
        numbers[target, SLOT], numbers[source, SLOT] = gone + 1, 0
        return
    had = np.int64(slots[gone, KEPT])
    features = centre[gone, :had].astype(np.int64)
    weights = centre_weight[gone, :had].astype(np.float64)
    drop(gone, state)
    mixed(kept, features, weights, had, 1.0, state)
    slots[kept, SIZE] += slots[gone, SIZE]
    figures[kept, LIVELY] += figures[gone, LIVELY]
    figures[kept, EASE] = _ease(kept, state, settings)
    figures[kept, TOUCHED] = max(figures[kept, TOUCHED], figures[gone, TOUCHED])
    _name(kept, names[gone].copy(), np.int64(slots[gone, NAMED]), state)
    _mark(kept, state)


@njit(cache=True)
def _partner(slot: int, state: Any, settings: Any) -> tuple[int, float]:
    """(slot, similarity) of the event with which the one in `slot` is one matter; (-1, 0) where there is none."""
    centre, centre_weight, figures, slots = state[3], state[4], state[5], state[6]
    names, met, dots = state[7], state[13], state[14]
    bonus = settings[SAME_MERGE] if slots[slot, NAMED] else 0.0
    held = np.int64(slots[slot, KEPT])
    weights = np.empty(held, np.float64)
    for at in range(held):
        weights[at] = damped(centre_weight[slot, at])
    found = _touch(centre[slot], weights, held, state)
    best, margin, similar = -1, 0.0, 0.0
    for at in range(found):
        other = met[at]
        near = dots[other] / figures[other, NORM] / figures[slot, NORM]
        dots[other] = 0.0
        # No event asks for less than MERGE, whatever its size.
        if other == slot or near + bonus < settings[MERGE]:
            continue
        apart = abs(figures[other, TOUCHED] - figures[slot, TOUCHED])
        score = near * halved(apart / settings[HALF_LIFE])
        if slots[slot, NAMED] and slots[other, NAMED]:
            relation = _relation(
                names[slot], np.int64(slots[slot, NAMED]), names[other], np.int64(slots[other, NAMED]), state
            )
            if relation < 0:
                score *= settings[CONFLICT]
            elif relation > 0 and score > settings[LEAST]:
                score += settings[SAME_MERGE]
        asked = settings[MERGE] + settings[MERGE_BIG] * ln(float(min(slots[slot, SIZE], slots[other, SIZE])))
        if score < asked or (best >= 0 and score - asked <= margin):
            continue
        if not parted(np.int64(slots[slot, NUMBER]), np.int64(slots[other, NUMBER]), state):
            best, margin, similar = other, score - asked, score
    return best, similar


@njit(cache=True)
def tidy(now: float, merges: Any, scores: Any, state: Any, settings: Any) -> int:
    """Every few posts: merge a few changed events and drop a few stale ones. Returns the number of merges made."""
    figures, slots, counts = state[5], state[6], state[11]
    counts[TICKS] += 1
    if counts[TICKS] % TIDY_EVERY:
        return 0
    made = 0
    for _ in range(MERGES):
        if counts[FIRST] == counts[LAST]:
            break
        slot = np.int64(slots[counts[FIRST] % slots.shape[0], QUEUED])
        counts[FIRST] += 1
        if not slots[slot, DIRTY] or slots[slot, NUMBER] == 0:
            continue
        slots[slot, DIRTY] = 0
        other, score = _partner(slot, state, settings)
        if other >= 0:
            one, two = slots[slot, NUMBER], slots[other, NUMBER]
            older, younger = min(one, two), max(one, two)
            merges[made, 0], merges[made, 1], scores[made] = younger, older, score
            fuse(np.int64(younger), np.int64(older), state, settings)
            made += 1
    for _ in range(MERGES):
        slot = counts[SWEEP] % slots.shape[0]
        counts[SWEEP] += 1
        if slots[slot, NUMBER] and now - figures[slot, TOUCHED] > STALE * settings[HALF_LIFE]:
            drop(np.int64(slot), state)
    return made
