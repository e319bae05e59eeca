"""Every file that proves something, hashed once more: seen, published, attached, handed in, learned (S15, INV-8).

One walk for `evidence verify`, `check`, copies and restores. Not walked, because nothing is said of their bytes: what
waits to be taken in (`imports/`, `inbox/`, `evidence/waiting/`), logs, and what is made anew. A part of all files and
rows is compared every day, by a process of its own: deadlines must not wait for it.

HUIYING_LOOK    `off` where somebody else calls `huiying check --today` or `huiying check --full`, e.g. a timer
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from huiying.handling.models import Attachment
from huiying.judging.models import LearningRun
from huiying.kernel import clock, home, store
from huiying.kernel.store import Unfit
from huiying.ledger.models import LedgerEntry
from huiying.listening import attachments, evidence as seen
from huiying.listening.models import Evidence as Seen, PictureReading, PostAttachment
from huiying.responding.models import Evidence
from huiying.work import auditor, kept_files
from huiying.work.auditor import LISTED, WHOLE, Finding, Part, rolling
from huiying.work.models import Look
from huiying.work.schedule import every

MOST = 200  # findings of one walk
YOUNG = 86_400.0  # seconds: a file is on disk before its row is committed
SEEN = "网页等证据"


@dataclass(frozen=True)
class Bad:
    """What is wrong with one kept file: what its row is called, its number, the file under the home, a sentence."""

    what: str
    pk: int
    file: str
    why: str

    def __str__(self) -> str:
        return f"{self.what} {self.pk} {self.file}：{self.why}"


@dataclass
class Report:
    """`checked` files that should be there, `purged` ones destroyed in time, `unknown` ones that no row names."""

    checked: int = 0
    purged: int = 0
    bad: list[Bad] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Kind:
    """A kind of kept file: `rows(part)` gives the row's number, file and digest; `opens` reads what it seals."""

    what: str
    rows: Callable[[Part], Iterator[tuple[int, Path, str]]]
    opens: Callable[[int, Path], None] | None = None


def _published(part: Part) -> Iterator[tuple[int, Path, str]]:
    """An address without a snapshot has no file."""
    rows = part.of_rows(Evidence.objects.exclude(sha256="")).order_by("pk").values_list("pk", "sha256")
    return ((pk, store.path_in(home.evidence(), sha), sha) for pk, sha in rows.iterator())


def _attached(part: Part) -> Iterator[tuple[int, Path, str]]:
    rows = part.of_rows(Attachment.objects.all()).order_by("pk").values_list("pk", "sha256")
    return ((pk, store.path_in(home.files(), sha), sha) for pk, sha in rows.iterator())


def _handed_in(part: Part) -> Iterator[tuple[int, Path, str]]:
    rows = part.of_rows(PostAttachment.objects.all()).order_by("pk").values_list("pk", "stored")
    return ((pk, store.path_in(home.evidence(), stored), stored) for pk, stored in rows.iterator())


def _open_handed_in(pk: int, _path: Path) -> None:
    row = PostAttachment.objects.get(pk=pk)
    attachments.opened(row.stored, row.sha256)


def _to_be_read(part: Part) -> Iterator[tuple[int, Path, str]]:
    """Pictures whose text is read, until they are used or dropped."""
    waiting = (PictureReading.WAITING, PictureReading.READ, PictureReading.FAILED)
    for row in part.of_rows(PictureReading.objects.filter(state__in=waiting)).order_by("pk"):
        for one in row.pictures:
            yield row.pk, store.path_in(home.evidence(), one["stored"]), one["stored"]


def _learned(part: Part) -> Iterator[tuple[int, Path, str]]:
    rows = part.of_rows(LearningRun.objects.exclude(sha256="")).order_by("pk").values_list("pk", "sha256")
    return ((pk, home.models() / sha, sha) for pk, sha in rows.iterator())


KINDS: tuple[Kind, ...] = (
    Kind("公开证据", _published),
    Kind("附件", _attached),
    Kind("来信来件附件", _handed_in, _open_handed_in),
    Kind("待识别照片", _to_be_read),
    Kind("学到的模型", _learned),
)


def verify(part: Part = WHOLE) -> Report:
    """Walk the files of a part of the rows; with the whole also look for files that no row names."""
    pages = seen.verify(part)
    report = Report(pages.checked, pages.purged)
    report.bad = [Bad("证据", item.pk, f"evidence/{item.file}" if item.file else "", item.why) for item in pages.bad]
    for kind in KINDS:
        for pk, path, sha in kind.rows(part):
            report.checked += 1
            try:
                store.read(path, sha)
                if kind.opens is not None:
                    kind.opens(pk, path)
            except Unfit as unfit:
                report.bad.append(Bad(kind.what, pk, unfit.file, unfit.why))
    if part.whole:
        report.unknown = unknown()
    return report


def unknown() -> list[str]:
    """Files under evidence/, files/ and models/ that no row names, once they are a day old."""
    named = {f"evidence/{name}" for name in _pages()}
    root = home.home()
    for kind in KINDS:
        named |= {path.relative_to(root).as_posix() for _pk, path, _sha in kind.rows(WHOLE)}
    return [name for name in _on_disk() if name not in named]


def _pages() -> Iterator[str]:
    return iter(Seen.objects.values_list("file", flat=True))


def _on_disk() -> Iterator[str]:
    root, now = home.home(), time.time()
    for folder in (home.evidence(), home.files(), home.models()):
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(root).as_posix()
            if name.startswith(f"evidence/{attachments.WAITING}/") or path.is_symlink() or not path.is_file():
                continue
            if now - path.stat().st_mtime > YOUNG:
                yield name


def rows_gone(names: list[str]) -> list[tuple[str, str]]:
    """Of files that no row names those of which the ledger tells: their row was deleted. Name and the entry's place."""
    found = []
    for name in names:
        entry = LedgerEntry.objects.filter(payload__contains=f'"{Path(name).name}"').order_by("pk").first()
        if entry is not None:
            found.append((name, f"{entry.chain} 第 {entry.seq} 条"))
    return found


@rolling(kept_files.CHECK)
def files_are_what_was_kept(part: Part) -> list[Finding]:
    """Each file against its digest; files without a row once a week, and with the whole."""
    report = verify(part)
    found = [kept_files.finding(f"{bad.what} {bad.pk}", bad.file, bad.why) for bad in report.bad[:MOST]]
    if len(report.bad) > MOST:
        more = len(report.bad)
        zh = f"共有 {more} 份文件不对，这里只列出 {MOST} 份；全部见 huiying evidence verify"
        found.append(Finding("file.unfit", "error", zh, f"{more} kept files are unfit; see huiying evidence verify."))
    names = report.unknown if part.whole else unknown() if part.number == 0 else []
    return found + _strangers(names)


def _strangers(names: list[str]) -> list[Finding]:
    gone = rows_gone(names[:LISTED])
    found = [
        Finding(
            "file.row_gone",
            "error",
            f"文件 {name} 在台账 {place}登记过，数据库里却没有哪一行记着它：那一行被删除了。请查明是谁删除的",
            f"The ledger tells of file {name}, but its row was deleted from the database.",
        )
        for name, place in gone
    ]
    rest = [name for name in names if name not in {name for name, _place in gone}]
    if rest:
        listed = "、".join(rest[:LISTED]) + (f" 等 {len(rest)} 个" if len(rest) > LISTED else "")
        zh = f"数据目录里有没人记着的文件：{listed}。多半是断电留下的；确认无用后可以移走"
        found.append(
            Finding("file.unknown", "warning", zh, f"{len(rest)} files belong to no row: {', '.join(rest[:3])}")
        )
    return found


AT = dt.time(4, 0)  # in the bureau's zone: after the night's copy
TOO_OLD = dt.timedelta(days=auditor.PARTS + 2)
_TURN = 600
_TRY_AGAIN = dt.timedelta(hours=1)


@dataclass
class _Running:
    """The process that looks, and when one was last begun."""

    child: subprocess.Popen[bytes] | None = None
    begun: dt.datetime | None = None


_now = _Running()


def wanted() -> bool:
    """Not in a demonstration, whose day is an hour, and not where somebody else calls it."""
    return not settings.DEMO and os.environ.get("HUIYING_LOOK", "") != "off"


@every("keeping.look", _TURN, transactional=False)
def look_when_due() -> None:
    """Begin today's look when there was none since AT."""
    now = clock.now()
    if not wanted() or (_now.child is not None and _now.child.poll() is None) or not is_due(now):
        return
    if _now.begun is None or now - _now.begun >= _TRY_AGAIN:
        _now.begun = now
        _now.child = begin()


def begin() -> subprocess.Popen[bytes]:
    """`huiying check --today`, behind everything else that the machine has to do; what it says goes to a log."""
    with (home.logs() / "check.log").open("ab") as log:
        words = [sys.executable, "-m", "huiying", "check", "--today"]
        child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    os.setpriority(os.PRIO_PROCESS, child.pid, 10)
    return child


def is_due(now: dt.datetime) -> bool:
    local = now.astimezone(timezone.get_default_timezone())
    boundary = dt.datetime.combine(local.date(), AT, local.tzinfo)
    if boundary > local:
        boundary -= dt.timedelta(days=1)
    return not Look.objects.filter(at__gte=boundary).exclude(part=auditor.MET).exists()


@auditor.auditor("looks")
def everything_is_looked_at() -> list[Finding]:
    """Each part within a little more than a week of the first look."""
    if not wanted():
        return []
    begun = Look.objects.exclude(part=auditor.MET).order_by("at").values_list("at", flat=True).first()
    if begun is None:
        return []
    since = clock.now() - begun
    ages = [age if age is not None else since for age in auditor.last_looked_at().values()]
    if not ages or max(ages) <= TOO_OLD:
        return []
    days = max(ages).days
    return [
        Finding(
            "look.too_old",
            "error",
            f"有的文件和信息已 {days} 天没有核对，应每 {auditor.PARTS} 天核对一遍；请看 logs/check.log，"
            "或现在运行 huiying check --full",
            f"Some files and rows were not compared for {days} days; see logs/check.log or run huiying check --full.",
        )
    ]
