"""Event centres: sparse TF-IDF vectors with decay, found over postings, merged with a work budget."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from huiying.engine.entities import conflict

Vector = dict[str, float]

_FEATURES: Final = 64
_CENTRE: Final = 160
_POSTINGS: Final = 32
_NEAREST: Final = 4
_TIDY_EVERY: Final = 16
_TIDY_BUDGET: Final = 8
_STALE_HALF_LIVES: Final = 8.0
_LIVE: Final = 50_000
_VOCABULARY: Final = 2_000_000
_NAMES: Final = 24


@dataclass(slots=True)
class _Cluster:
    centre: Vector = field(default_factory=dict)
    norm: float = 0.0
    size: int = 0
    touched: float = 0.0
    names: dict[str, int] = field(default_factory=dict)


class Clusters:
    """Live events. Every method is deterministic; ties go to the older event."""

    def __init__(self, half_life: float, merge_at: float) -> None:
        self._half_life = half_life
        self._merge_at = merge_at
        self._live: dict[int, _Cluster] = {}
        self._postings: dict[str, dict[int, None]] = {}
        self._seen: dict[str, int] = {}
        self._posts = 0
        self._into: dict[int, int] = {}
        self._dirty: dict[int, None] = {}
        self._ticks = 0
        self.next_number = 1
        self.merges: list[tuple[int, int, float]] = []

    def final(self, number: int) -> int:
        """Follow merges to the event that is left."""
        while number in self._into:
            number = self._into[number]
        return number

    def names(self, number: int) -> frozenset[str]:
        """Names (roads, projects, lots, numbers) which the event's posts carry."""
        cluster = self._live.get(number)
        return frozenset(cluster.names) if cluster else frozenset()

    def count(self, grams: Mapping[str, int]) -> None:
        """Count a post's grams towards their rarity."""
        self._posts += 1
        for gram in grams:
            self._seen[gram] = self._seen.get(gram, 0) + 1
        if len(self._seen) > _VOCABULARY:
            # Rare words of long ago: forgetting them makes them look new, which is what they are by then.
            self._seen = {gram: seen // 2 for gram, seen in self._seen.items() if seen > 1}
            self._posts //= 2

    def vector(self, grams: Mapping[str, int]) -> Vector:
        """The post's strongest features, unit length."""
        weighed = [((1.0 + math.log(count)) * self._rarity(gram), gram) for gram, count in grams.items()]
        best = heapq.nlargest(_FEATURES, weighed)
        length = math.sqrt(sum(weight * weight for weight, _ in best))
        return {gram: weight / length for weight, gram in best} if length else {}

    def nearest(self, vector: Vector, moment: float) -> list[tuple[int, float]]:
        """The nearest live events with their time-decayed cosine, best first."""
        touched: dict[int, float] = {}
        for gram, weight in vector.items():
            for number in self._postings.get(gram, ()):
                touched[number] = touched.get(number, 0.0) + weight * self._live[number].centre.get(gram, 0.0)
        scored = [
            (dot / self._live[number].norm * self._fresh(self._live[number], moment), -number)
            for number, dot in touched.items()
            if self._live[number].norm
        ]
        return [(-number, score) for score, number in heapq.nlargest(_NEAREST, scored)]

    def add(self, number: int, vector: Vector, names: frozenset[str], moment: float) -> None:
        """Add a post to an event, new or known."""
        self.next_number = max(self.next_number, number + 1)
        cluster = self._live.get(number)
        if cluster is None:
            cluster = self._live[number] = _Cluster(touched=moment)
        cluster.size += 1
        cluster.touched = max(cluster.touched, moment)
        for name in sorted(names):
            if name in cluster.names or len(cluster.names) < _NAMES:
                cluster.names[name] = cluster.names.get(name, 0) + 1
        self._mix(number, cluster, vector)
        self._dirty[number] = None

    def tidy(self, now: float) -> None:
        """Merge a few changed events and drop stale ones: little work now and then, never a long pause."""
        self._ticks += 1
        if self._ticks % _TIDY_EVERY:
            return
        for number in list(self._dirty)[:_TIDY_BUDGET]:
            # A merge earlier in this very tick may have taken it off the list.
            self._dirty.pop(number, None)
            if number in self._live:
                self._merge_one(number)
        self._drop_stale(now)

    def _rarity(self, gram: str) -> float:
        return math.log(1.0 + (self._posts + 1) / (self._seen.get(gram, 0) + 0.5))

    def _fresh(self, cluster: _Cluster, moment: float) -> float:
        return float(2.0 ** (-max(moment - cluster.touched, 0.0) / (4 * self._half_life)))

    def _mix(self, number: int, cluster: _Cluster, vector: Vector) -> None:
        centre = cluster.centre
        for gram, weight in vector.items():
            if gram not in centre:
                centre[gram] = 0.0
                self._post(gram, number)
            centre[gram] += weight
        if len(centre) > 2 * _CENTRE:
            kept = heapq.nlargest(_CENTRE, ((weight, gram) for gram, weight in centre.items()))
            for gram in centre.keys() - {gram for _, gram in kept}:
                self._unpost(gram, number)
            cluster.centre = {gram: weight for weight, gram in kept}
        cluster.norm = math.sqrt(math.fsum(weight * weight for weight in cluster.centre.values()))

    def _post(self, gram: str, number: int) -> None:
        row = self._postings.setdefault(gram, {})
        row[number] = None
        if len(row) > _POSTINGS:
            # A gram in so many events tells none apart; the event touched longest ago leaves its row.
            oldest = min(row, key=lambda one: (self._live[one].touched if one in self._live else -math.inf, one))
            del row[oldest]

    def _unpost(self, gram: str, number: int) -> None:
        row = self._postings.get(gram)
        if row is not None:
            row.pop(number, None)
            if not row:
                del self._postings[gram]

    def _merge_one(self, number: int) -> None:
        cluster = self._live[number]
        if not cluster.norm:
            return
        unit = {gram: weight / cluster.norm for gram, weight in cluster.centre.items()}
        for other, similarity in self.nearest(unit, cluster.touched):
            if other == number or similarity < self._merge_at:
                continue
            if conflict(self.names(number), self.names(other)):
                # Two like tenders talk in the same words; their names keep them apart.
                continue
            older, younger = min(number, other), max(number, other)
            self._merge(younger, older, similarity)
            return

    def _merge(self, source: int, target: int, similarity: float) -> None:
        gone = self._live.pop(source)
        kept = self._live[target]
        for gram in gone.centre:
            self._unpost(gram, source)
        kept.size += gone.size
        kept.touched = max(kept.touched, gone.touched)
        for name, seen in gone.names.items():
            if name in kept.names or len(kept.names) < _NAMES:
                kept.names[name] = kept.names.get(name, 0) + seen
        self._mix(target, kept, gone.centre)
        self._into[source] = target
        self._dirty.pop(source, None)
        self._dirty[target] = None
        self.merges.append((source, target, round(similarity, 4)))

    def _drop_stale(self, now: float) -> None:
        """Forget the oldest events once stale or too many; looks at a few, so the work is bounded."""
        for number in list(self._live)[:_TIDY_BUDGET]:
            stale = now - self._live[number].touched > _STALE_HALF_LIVES * self._half_life
            if stale or len(self._live) > _LIVE:
                for gram in self._live.pop(number).centre:
                    self._unpost(gram, number)
                self._dirty.pop(number, None)
