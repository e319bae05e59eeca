"""First story detection, the classic baseline: a post joins its nearest neighbour's event, or opens one."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from huiying.engine.clusters import Clusters
from huiying.engine.duplicates import Scratch, read
from huiying.engine.post import Post
from huiying.engine.texts import post_text

JOINS: Final = 0.4
_POSTINGS: Final = 200


def first_stories(posts: Sequence[Post], joins: float = JOINS) -> list[int]:
    """An event for each post: cosine of TF-IDF vectors with every earlier post, counts as they were on arrival."""
    from huiying.engine.kernels import step

    clusters, scratch = Clusters(live=1), Scratch()
    seen: dict[int, int] = defaultdict(int)
    postings: dict[int, list[tuple[int, float]]] = defaultdict(list)
    events: list[int] = []
    for number, post in enumerate(posts):
        read(post_text(post), scratch, clusters.rarity)
        found = int(scratch.facts[step.ROWS])
        rows, tallies = scratch.arrays[0][:found].tolist(), scratch.arrays[1][:found].tolist()
        weighed = {
            row: (1 + math.log(tally)) * math.log(1 + (number + 1) / (seen[row] + 0.5))
            for row, tally in zip(rows, tallies, strict=True)
        }
        length = math.sqrt(math.fsum(weight * weight for weight in weighed.values())) or 1.0
        dots: dict[int, float] = defaultdict(float)
        for row, weight in weighed.items():
            for other, theirs in postings[row][-_POSTINGS:]:
                dots[other] += weight / length * theirs
            postings[row].append((number, weight / length))
            seen[row] += 1
        nearest = max(dots, key=lambda other: (dots[other], -other), default=-1)
        events.append(events[nearest] if nearest >= 0 and dots[nearest] >= joins else number)
    return events
