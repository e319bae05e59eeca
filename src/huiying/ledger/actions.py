"""Verbs of the ledger: record, erase, anchor. `record` belongs inside the caller's transaction (habit 3)."""

from __future__ import annotations

import json
import re
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any, ClassVar

from django.db import IntegrityError, connection, models, transaction

from huiying.kernel import canonical, clock
from huiying.ledger import anchors, append_only, hashing, verifying
from huiying.ledger.comparing import Difference, differences
from huiying.ledger.kept import ROWS, TABLES, Gone, Read, described, names_of, place_of, read
from huiying.ledger.models import ChainHead, Erasure, LedgerEntry
from huiying.work.rows import insert, rewrite

SYSTEM_CHAIN = "system"
# The ledger's own word on the anchor file: how many lines it has. Its head stands in no anchor, or each would need one.
ANCHORS_CHAIN = verifying.ANCHORS_CHAIN
ANCHORED, LOST = verifying.ANCHORED, verifying.ANCHORS_LOST
ERASED, ADOPTED = "ledger.erased", "ledger.adopted"
ADOPT_LEAST = 8  # characters of a reason
ADOPT_AT_ONCE = 500  # rows of one entry
_KIND = re.compile(r"[a-z_]+\.[a-z_]+")


class LedgerError(Exception):
    """The ledger refuses; the caller's transaction must not go on (S11: write to the record or fail the
    act).
    """


@dataclass(frozen=True)
class Actor:
    """Who acted, as copied text."""

    name: str
    post: str = ""
    department: str = ""
    user_id: int | None = None

    SYSTEM: ClassVar[Actor]
    PUBLIC: ClassVar[Actor]

    def as_json(self) -> str:
        return canonical.dumps(asdict(self))


Actor.SYSTEM = Actor(name="系统")
Actor.PUBLIC = Actor(name="公众")


def lock(*chains: str) -> dict[str, ChainHead]:
    """Lock the heads of `chains`, in sorted order so that two verbs cannot wait for each other.

    A verb that writes on several chains locks all of them first. Raises LedgerError outside a transaction.
    """
    _require_transaction("lock")
    return {chain: _lock_one(chain) for chain in sorted(set(chains))}


def record(
    chain: str, kind: str, payload: dict[str, Any], actor: Actor, rows: Iterable[models.Model | Gone] = ()
) -> LedgerEntry:
    """Append one entry. Its time is the server's and never before the chain's last entry (INV-13).

    `rows` are those that the verb wrote, as they stand when this is called: the entry keeps digests of their columns,
    with which `huiying check` compares the tables (`ledger/kept.py`).
    Raises LedgerError outside a transaction, for a kind not written `noun.verb`, for a payload that has no canonical
    JSON form, and for a row of which nothing is kept or that is not stored.
    """
    _require_transaction("record")
    if not _KIND.fullmatch(kind):
        raise LedgerError(f"台账条目的类别“{kind}”不合规定；应为小写的 名词.动词，例如 case.opened")
    if not chain or len(chain) > 100:
        raise LedgerError(f"台账链名“{chain}”应为 1–100 个字符")
    if ROWS in payload:
        raise LedgerError(f"{chain} 的条目 {kind} 用了保留的字段名“{ROWS}”")
    together = _together.get()
    if together is not None:
        return together.add(chain, kind, payload, actor, rows)
    told, salt = list(rows), secrets.token_hex(16)
    text = "" if told else _text(chain, kind, payload)
    head = _lock_one(chain)
    entry = _next(head, kind, actor)
    if told:
        text = _with_digests(entry, payload, told, salt, _read(chain, kind, told))
    _seal(entry, head, text, salt)
    entry.save(force_insert=True)
    ChainHead.objects.filter(pk=chain).update(seq=entry.seq, hash=entry.hash, at=entry.at)
    return entry


def vouch(chain: str, rows: Iterable[models.Model | Gone], kind: str) -> None:
    """The rows belong to what the running `together` records on `chain`: its last entry there keeps their digests too.

    Where nothing is recorded there, they get an entry of the given kind: a nudge that the loop sets, no person's act.
    """
    told = list(rows)
    together = _together.get()
    if together is not None:
        together.queue.append((chain, kind, told))
    elif told:
        record(chain, kind, {}, Actor.SYSTEM, told)


def _text(chain: str, kind: str, payload: dict[str, Any]) -> str:
    try:
        return canonical.dumps(payload)
    except (TypeError, ValueError) as error:
        raise LedgerError(f"{chain} 的条目 {kind} 内容不能写成规范 JSON：{error}") from error


def _read(chain: str, kind: str, rows: list[models.Model | Gone]) -> Read:
    try:
        return read(rows)
    except LookupError as error:
        raise LedgerError(f"{chain} 的条目 {kind} 说到的行不能对照：{error}") from error


def _with_digests(
    entry: LedgerEntry, payload: dict[str, Any], rows: list[models.Model | Gone], salt: str, there: Read
) -> str:
    try:
        return canonical.dumps({**payload, ROWS: described(rows, place_of(entry.chain, entry.seq, salt), there)})
    except (TypeError, ValueError) as error:
        raise LedgerError(f"{entry.chain} 的条目 {entry.kind} 说到的行不能写成规范 JSON：{error}") from error


def _next(head: ChainHead, kind: str, actor: Actor) -> LedgerEntry:
    """The next entry of a chain, with its place and time; the head moves on."""
    now = clock.now()
    head.seq, head.at = head.seq + 1, max(now, head.at) if head.at else now
    return LedgerEntry(chain=head.chain, seq=head.seq, at=head.at, kind=kind, actor=actor.as_json())


def _seal(entry: LedgerEntry, head: ChainHead, text: str, salt: str) -> None:
    """What the entry says, hashed onto what the chain said before."""
    entry.payload, entry.salt, entry.digest = text, salt, hashing.digest(salt, text)
    entry.prev_hash = head.hash
    entry.hash = head.hash = hashing.entry_hash(entry)


@dataclass
class _Pending:
    """An entry of `together` and the rows that it tells; text and hash follow at the end."""

    entry: LedgerEntry
    payload: dict[str, Any]
    text: str
    rows: list[models.Model | Gone] = field(default_factory=list)


class _Together:
    """Entries that are written in one go, with the heads of their chains as they will stand."""

    def __init__(self) -> None:
        self.heads: dict[str, ChainHead] = {}
        self.pending: list[_Pending] = []
        self.queue: list[tuple[str, str, list[models.Model | Gone]]] = []  # chain, kind, rows

    def take(self, chains: Iterable[str], opening: Iterable[str]) -> None:
        """Lock the heads of `chains` and open those of `opening`, with one statement each."""
        new = sorted(set(opening) - self.heads.keys())
        ChainHead.objects.bulk_create(
            (ChainHead(chain=chain, seq=0, hash=hashing.genesis(chain)) for chain in new), ignore_conflicts=True
        )
        wanted = {*chains, *new} - self.heads.keys()
        heads = ChainHead.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
        self.heads |= {head.pk: head for head in heads}

    def add(
        self, chain: str, kind: str, payload: dict[str, Any], actor: Actor, rows: Iterable[models.Model | Gone]
    ) -> LedgerEntry:
        text = _text(chain, kind, payload)
        if chain not in self.heads:
            self.heads[chain] = _lock_one(chain)
        entry = _next(self.heads[chain], kind, actor)
        self.pending.append(_Pending(entry, payload, text, list(rows)))
        return entry

    def mark(self) -> tuple[int, int, set[str]]:
        """How far it has come, for `back_to`."""
        return len(self.pending), len(self.queue), set(self.heads)

    def back_to(self, mark: tuple[int, int, set[str]]) -> None:
        """What was recorded since is undone with a part of the transaction; so are the chains that were opened."""
        entries, queued, known = mark
        for one in self.pending[entries:]:
            self.heads[one.entry.chain].seq -= 1  # its time stays: no entry is earlier than one that was meant
        del self.pending[entries:], self.queue[queued:]
        self.heads = {chain: head for chain, head in self.heads.items() if chain in known}

    def _hand_over(self) -> None:
        """What was vouched for goes with the last entry of its chain."""
        last = {one.entry.chain: one for one in self.pending}
        for chain, kind, rows in self.queue:
            if rows and chain not in last:
                self.add(chain, kind, {}, Actor.SYSTEM, [])
                last[chain] = self.pending[-1]
            if rows:
                last[chain].rows += rows

    def write(self) -> None:
        """Every row is read as it stands at the end, all rows of a table with one query."""
        self._hand_over()
        there: Read = {}
        told = [row for one in self.pending for row in one.rows]
        if told:
            there = _read(self.pending[0].entry.chain, self.pending[0].entry.kind, told)
        for one in self.pending:
            entry, salt = one.entry, secrets.token_hex(16)
            if one.rows:
                one.text = _with_digests(entry, one.payload, one.rows, salt, there)
            _seal(entry, self.heads[entry.chain], one.text, salt)
        insert([one.entry for one in self.pending])
        moved = {one.entry.chain for one in self.pending}
        rewrite([self.heads[chain] for chain in sorted(moved)])


_together: ContextVar[_Together | None] = ContextVar("ledger_together", default=None)


@contextmanager
def together(chains: Iterable[str] = (), opening: Iterable[str] = ()) -> Iterator[None]:
    """Record many entries of `chains` with a handful of statements: a loop's turn over hundreds of clocks.

    The heads are locked at once, the entries written at the end; with an error nothing is. An entry has no row before
    the end, and the rows that it tells are read there: whatever a verb writes to them after `record` is in. So it also
    stands above a verb, `@together()` below `@transaction.atomic`. Chains of `opening` are opened all at once where
    they do not exist yet. Inside another `together` it is that one's.
    """
    _require_transaction("together")
    outer = _together.get()
    if outer is not None:
        mark = outer.mark()
        outer.take(chains, opening)
        try:
            yield
        except BaseException:
            outer.back_to(mark)
            raise
        return
    mine = _Together()
    mine.take(chains, opening)
    token = _together.set(mine)
    try:
        yield
    finally:
        _together.reset(token)
    mine.write()


def erase(
    chain: str,
    seq: int,
    *,
    decision: str,
    reason: str,
    decided_by: Actor,
    second_person: Actor,
    rows: Iterable[models.Model] = (),
) -> Erasure:
    """Erase payload and salt of one entry by a decision of two people; the entry stays as a tombstone
    (INV-1).

    Raises LedgerError when the two are one person, the decision has no number or reason, or the entry does
    not exist, is erased already, or is itself the record of an erasure.
    """
    _check_erasure(decision, reason, decided_by, second_person)
    with transaction.atomic():
        system = lock(SYSTEM_CHAIN, chain)[SYSTEM_CHAIN]
        entry = LedgerEntry.objects.filter(chain=chain, seq=seq).first()
        if entry is None or entry.payload is None or entry.kind == ERASED:
            raise LedgerError(f"台账 {chain} 第 {seq} 条不存在、已被删除，或本身就是删除记录，不能删除")
        spoke_of = names_of(json.loads(entry.payload))  # whose digests go with it
        now = clock.now()
        erasure = Erasure.objects.create(
            decision=decision,
            chain=chain,
            seq=seq,
            reason=reason,
            decided_by=decided_by.as_json(),
            second_person=second_person.as_json(),
            at=max(now, system.at) if system.at else now,
        )
        record(
            SYSTEM_CHAIN,
            ERASED,
            {
                "chain": chain,
                "seq": seq,
                "decision": decision,
                "reason": reason,
                "decided_by": asdict(decided_by),
                "second_person": asdict(second_person),
                **({"spoke_of": spoke_of} if spoke_of else {}),
            },
            decided_by,
            rows=[erasure, *rows],
        )
        LedgerEntry.objects.filter(pk=entry.pk).update(payload=None, salt=None)
    return erasure


def anchor() -> anchors.Anchor | None:
    """Write the heads that moved since the last anchor to `HUIYING_HOME/anchors`; None when none moved.

    Heads are read in a transaction of its own: an anchor of an entry that is rolled back later would accuse
    an honest ledger. The ledger notes how many lines the file has and the last one's hash, so that a file which was
    deleted or cut is told; while it is, nothing is appended. Raises RuntimeError inside another transaction, and
    AnchorsBroken.
    """
    with transaction.atomic(durable=True):
        lock(ANCHORS_CHAIN, SYSTEM_CHAIN)
        if why := anchors.differs_from(_anchors_told()):
            raise anchors.AnchorsBroken(0, why)
        return _append_anchor()


def _append_anchor() -> anchors.Anchor | None:
    rows = ChainHead.objects.filter(seq__gt=0).exclude(pk=ANCHORS_CHAIN)
    made = anchors.append({head.chain: (head.seq, head.hash) for head in rows}, clock.now())
    if made is not None:  # the line is on the disk first: a crash in between leaves a line that nobody misses
        record(ANCHORS_CHAIN, ANCHORED, {"lines": len(anchors.hashes()), "sha256": made.line_hash}, Actor.SYSTEM)
    return made


def _anchors_told() -> anchors.FileState | None:
    """What the ledger last said of the anchor file; None where it said nothing yet, or that the file was lost."""
    last = LedgerEntry.objects.filter(chain=ANCHORS_CHAIN).order_by("-seq").first()
    data = last.data if last is not None and last.kind == ANCHORED else None
    return None if data is None else anchors.FileState(int(data["lines"]), str(data["sha256"]))


def anchors_fault() -> str:
    """Cheap: whether the anchor file is still what the ledger says of it; a sentence where not, else ""."""
    return anchors.differs_from(_anchors_told())


def begin_anchors_anew(reason: str, actor: Actor) -> anchors.Anchor | None:
    """The anchor file is lost for good: put that on record, set aside what is left of it, and anchor all heads again.

    Raises LedgerError where the file is not lost, or no reason is given.
    """
    with transaction.atomic(durable=True):
        lock(ANCHORS_CHAIN, SYSTEM_CHAIN)
        told, why = _anchors_told(), anchors.differs_from(_anchors_told())
        if told is None or not why:
            raise LedgerError("锚定文件完好，不需要重新开始")
        if len(reason.strip()) < 4:
            raise LedgerError("请写明锚定文件是怎么丢的、为什么取不回来，至少 4 个字")
        payload = {"lines": told.lines, "left": len(anchors.hashes()), "reason": reason.strip()[:500]}
        record(ANCHORS_CHAIN, LOST, payload, actor)
        anchors.set_aside(clock.now())
        return _append_anchor()


def put_triggers_back() -> list[append_only.Trigger]:
    """Install again what keeps records from being edited in the database; what was wrong goes on record (INV-8)."""
    with transaction.atomic():
        wrong = append_only.put_back(connection)
        if wrong:
            told = [{"name": one.name, "table": one.table, "what": one.what} for one in wrong]
            record(SYSTEM_CHAIN, "ledger.guarded", {"triggers": told}, Actor.SYSTEM)
    return wrong


def adopt(reason: str, actor: Actor) -> int:
    """After an inquiry, vouch for every row that differs as it stands now; gives how many there were (INV-8).

    A row that was deleted and is in no copy, or a lost key of digests, would be told for ever. What differed stands in
    the entries row by row.
    Raises LedgerError without a reason, and for a table that can not be read: that has to be mended first.
    """
    if len(reason.strip()) < ADOPT_LEAST:
        raise LedgerError(f"请写明查明了什么、为什么按现状登记，至少 {ADOPT_LEAST} 个字")
    with transaction.atomic():
        found: dict[str, dict[str, list[Difference]]] = defaultdict(lambda: defaultdict(list))
        for one in differences():
            if one.what == "unreadable":
                raise LedgerError(f"表 {one.kept.table} 读不出来，不能登记；请先从备份恢复数据库")
            found[one.kept.table][one.pk].append(one)
        for table, rows in found.items():
            for part in _parts(rows):
                told = [[pk, one.column, one.what] for pk in part for one in rows[pk]]
                payload = {"table": table, "count": len(part), "reason": reason.strip()[:500], "differed": told}
                record(SYSTEM_CHAIN, ADOPTED, payload, actor, rows=_as_they_are(TABLES[table].model, part))
    return sum(len(rows) for rows in found.values())


def _parts(rows: dict[str, list[Difference]]) -> Iterator[list[str]]:
    names = iter(rows)
    while part := list(islice(names, ADOPT_AT_ONCE)):
        yield part


def _as_they_are(model: type[models.Model], pks: list[str]) -> list[models.Model | Gone]:
    numbers = (
        [pk for pk in pks if pk.isdecimal() and len(pk) < 19] if isinstance(model._meta.pk, models.AutoField) else pks
    )
    there = {str(row.pk): row for row in model._base_manager.filter(pk__in=numbers)}  # a forged entry may name any text
    return [there.get(pk) or Gone(model, pk) for pk in pks]


def _check_erasure(decision: str, reason: str, decided_by: Actor, second_person: Actor) -> None:
    if not decision.strip() or not reason.strip():
        raise LedgerError("删除台账内容必须写明决定编号和理由")
    same_account = decided_by.user_id is not None and decided_by.user_id == second_person.user_id
    same_name = (decided_by.name, decided_by.department) == (second_person.name, second_person.department)
    if same_account or (same_name and None in (decided_by.user_id, second_person.user_id)):
        raise LedgerError(f"删除台账内容必须由两个人决定；这里两次都是{decided_by.name}")
    if Actor.SYSTEM.name in (decided_by.name, second_person.name):
        raise LedgerError("删除台账内容必须由人决定，系统不能代替")


def _require_transaction(verb: str) -> None:
    if not connection.in_atomic_block:
        raise LedgerError(f"ledger.{verb} 必须在 transaction.atomic() 之内调用：改动、台账和待办要么都成，要么都不成")


def _lock_one(chain: str) -> ChainHead:
    head = ChainHead.objects.select_for_update().filter(pk=chain).first()
    if head is not None:
        return head
    try:
        with transaction.atomic():
            ChainHead.objects.create(chain=chain, seq=0, hash=hashing.genesis(chain))
    except IntegrityError:
        pass  # another transaction opened the chain at the same moment; its row is locked below
    return ChainHead.objects.select_for_update().get(pk=chain)
