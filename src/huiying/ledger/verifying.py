"""Recomputing the chains, from the database or from an exported file (INV-8). Streams; keeps one row a
chain.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from huiying.ledger import anchors, hashing
from huiying.ledger.anchors import Outside

ERASED = "ledger.erased"
ANCHORED, ANCHORS_LOST = "ledger.anchored", "ledger.anchors_lost"
ANCHORS_CHAIN = "system:anchors"
Place = tuple[str, int]


class Bad(NamedTuple):
    """Where the record is broken and why, in words for people; `seq` is 0 when a whole chain or file is
    meant.
    """

    chain: str
    seq: int
    why: str

    @property
    def sentence(self) -> str:
        return f"链 {self.chain} 第 {self.seq} 条：{self.why}" if self.seq else self.why


class Erased(NamedTuple):
    """An entry that was erased by decision."""

    chain: str
    seq: int
    decision: str
    sentence: str


@dataclass
class Report:
    """What `verify` found. `bad` holds the first fault of each chain, in the order they were met."""

    chains: int = 0
    entries: int = 0
    anchors: int = 0
    bad: list[Bad] = field(default_factory=list)
    erased: list[Erased] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)  # what the ledger says of anchors that are gone for good

    @property
    def ok(self) -> bool:
        return not self.bad

    @property
    def first_bad(self) -> Bad | None:
        return self.bad[0] if self.bad else None


@dataclass(frozen=True)
class Evidence:
    """What was read before the entries: heads, erasure rows (place → decision), anchor lines; and what was delivered
    outside, where somebody brought it.
    """

    heads_before: dict[str, tuple[int, str]]
    erasures: dict[Place, str]
    anchor_lines: Iterable[str]
    outside: tuple[Outside, ...] = ()


class Verifier:
    """Feed the entries in order of (chain, seq), then `finish`.

    Heads and erasures are read before and after the entries, so a ledger that grows meanwhile is not accused.
    """

    def __init__(self, evidence: Evidence) -> None:
        self.report = Report()
        self._evidence = evidence
        self._accused: set[str] = set()
        self._tails: dict[str, tuple[int, str]] = {}
        self._decided: set[tuple[str, int, str]] = set()
        self._erased: list[tuple[str, int]] = []
        self._anchored: dict[str, dict[int, str]] = {}
        self._met: set[Place] = set()
        self._lines: list[str] = []  # the hash of each line of the anchor file
        self._told: anchors.FileState | None = None
        self._read_anchors()

    def feed(self, entry: hashing.Entry) -> None:
        """Judge one entry against its predecessor, its own hash, its content and the anchors."""
        self.report.entries += 1
        seq, hash_before = self._tails.get(entry.chain, (0, hashing.genesis(entry.chain)))
        if not isinstance(entry.seq, int):  # SQLite stores any type in any column
            self._accuse(entry.chain, seq + 1, "序号不是整数")
            return
        self._tails[entry.chain] = (entry.seq, entry.hash)
        if why := self._fault(entry, seq + 1, hash_before):
            self._accuse(entry.chain, min(seq + 1, entry.seq), why)
        self._note_erasure(entry)
        self._note_anchors(entry)
        self._check_places(entry)

    def finish(self, heads_after: dict[str, tuple[int, str]], erasures_after: dict[Place, str]) -> Report:
        """Judge what is missing at the ends, and the erasures."""
        self._check_heads(heads_after)
        self._check_missing()
        self._check_erasures(erasures_after)
        if why := anchors.differs_from(self._told, self._lines):
            self._accuse("anchors", 0, why)
        self.report.chains = len(self._tails)
        return self.report

    def _fault(self, entry: hashing.Entry, expected: int, hash_before: str) -> str | None:
        if entry.seq > expected:
            return f"缺少第 {expected} 条，后面是第 {entry.seq} 条"
        if entry.seq < expected:
            return f"第 {entry.seq} 条重复或次序被改动"
        if entry.prev_hash != hash_before:
            return "与上一条不相连（prev_hash 不符）"
        if not self._hash_holds(entry):
            return "本条的时间、类别、经办人或校验值被改动（hash 不符）"
        if (entry.payload is None) != (entry.salt is None):
            return "内容与盐值只缺其一，不是按决定删除的"
        if entry.payload is None or entry.salt is None:
            return None  # whether a decision stands behind it is judged in `finish`
        if entry.digest != hashing.digest(entry.salt, entry.payload):
            return "本条的内容被改动（digest 不符）"
        if (entry.chain, entry.seq) in self._evidence.erasures:
            return "已有删除决定，内容却仍在"
        return None

    @staticmethod
    def _hash_holds(entry: hashing.Entry) -> bool:
        try:
            return entry.hash == hashing.entry_hash(entry)
        except TypeError:  # a column was given another type
            return False

    def _note_erasure(self, entry: hashing.Entry) -> None:
        if entry.payload is None:
            self._erased.append((entry.chain, entry.seq))
        if entry.kind == ERASED and entry.chain == "system" and entry.payload is not None:
            try:
                data = json.loads(entry.payload)
                self._decided.add((data["chain"], data["seq"], data["decision"]))
            except (ValueError, KeyError, TypeError):
                self._accuse(entry.chain, entry.seq, "删除记录的内容无法读取")

    def _note_anchors(self, entry: hashing.Entry) -> None:
        """What was known before the anchor file was read: a line is there before the ledger says so."""
        if entry.kind not in (ANCHORED, ANCHORS_LOST) or entry.chain != ANCHORS_CHAIN or entry.payload is None:
            return
        if entry.seq > self._evidence.heads_before.get(ANCHORS_CHAIN, (0, ""))[0]:
            return
        try:
            data = json.loads(entry.payload)
            if entry.kind == ANCHORED:
                self._told = anchors.FileState(int(data["lines"]), str(data["sha256"]))
            else:
                self._told = None
                self.report.lost.append(f"锚定文件曾丢失第 {data['left'] + 1} 到 {data['lines']} 行：{data['reason']}")
        except (ValueError, KeyError, TypeError):
            self._accuse(entry.chain, entry.seq, "锚定记录的内容无法读取")

    def _check_places(self, entry: hashing.Entry) -> None:
        """An entry that stands where an anchor or the head pointed must be the one they pointed to."""
        place = (entry.chain, entry.seq)
        anchored = self._anchored.get(entry.chain, {}).get(entry.seq)
        if anchored is not None:
            self._met.add(place)
            if anchored != entry.hash:
                self._accuse(*place, "与数据库之外的锚定记录不符，整条链被重写过")
        seq, head_hash = self._evidence.heads_before.get(entry.chain, (0, ""))
        if seq == entry.seq and head_hash != entry.hash:
            self._accuse(*place, "与链头记录不符")

    def _check_heads(self, heads_after: dict[str, tuple[int, str]]) -> None:
        for chain, (seq, _) in self._evidence.heads_before.items():
            last = self._tails.get(chain, (0, ""))[0]
            if last < seq:
                self._accuse(chain, last + 1, f"链尾被截断：链头记到第 {seq} 条，实际只到第 {last} 条")
        for chain, (last, last_hash) in self._tails.items():
            seq, head_hash = heads_after.get(chain, (0, ""))
            if seq < last:
                self._accuse(chain, seq + 1, f"链头只记到第 {seq} 条，这一条是另外插入的，或链头被改动")
            elif seq == last and head_hash != last_hash:
                self._accuse(chain, last, "与链头记录不符")

    def _check_missing(self) -> None:
        for chain, places in self._anchored.items():
            for seq in places:
                if (chain, seq) not in self._met:
                    last = self._tails.get(chain, (0, ""))[0]
                    self._accuse(chain, min(seq, last + 1), f"锚定记录中有第 {seq} 条，台账中没有")

    def _check_erasures(self, decisions: dict[Place, str]) -> None:
        for place in self._erased:
            decision = decisions.get(place)
            if decision is None:
                self._accuse(*place, "内容缺失，且没有删除决定")
            elif (*place, decision) in self._decided:
                self.report.erased.append(Erased(*place, decision, f"已依决定 {decision} 删除"))
            else:
                self._accuse(*place, f"称已依决定 {decision} 删除，但 system 链上没有这一决定")

    def _read_anchors(self) -> None:
        try:
            for anchor in anchors.parse(self._evidence.anchor_lines):
                self.report.anchors += 1
                self._lines.append(anchor.line_hash)
                self._expect(anchor.heads)
        except anchors.AnchorsBroken as error:
            self._accuse("anchors", error.line, str(error))
        for delivered in self._evidence.outside:
            self.report.anchors += 1
            self._expect(delivered.heads)

    def _expect(self, heads: dict[str, tuple[int, str]]) -> None:
        for chain, (seq, digest) in heads.items():
            known = self._anchored.setdefault(chain, {}).setdefault(seq, digest)
            if known != digest:
                self._accuse(chain, seq, "两次锚定的记录互相矛盾")

    def _accuse(self, chain: str, seq: int, why: str) -> None:
        if chain not in self._accused:
            self._accused.add(chain)
            self.report.bad.append(Bad(chain, seq, why))


def run(
    entries: Iterable[hashing.Entry],
    evidence: Evidence,
    heads_after: dict[str, tuple[int, str]],
    erasures_after: dict[Place, str],
) -> Report:
    """Verify a finished collection, such as an export."""
    verifier = Verifier(evidence)
    for entry in entries:
        verifier.feed(entry)
    return verifier.finish(heads_after, erasures_after)
