"""Verbs of reading pictures: asked for, read, taken over by a person who checked it, or forgotten (C5.7, C5.13); the
loop's part.

What a machine read is a draft. It lies sealed until its person takes it over, at most a day. The loop reads one
picture at a time in a thread of its own, so that no clock waits for it.
"""

from __future__ import annotations

import datetime as dt
import json
import queue
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from huiying.kernel import clock, sealing
from huiying.ledger.actions import lock, record
from huiying.listening import attachments
from huiying.listening.actions import CHAIN
from huiying.listening.models import PictureReading
from huiying.listening.ocr import door, readings
from huiying.people import personal_data
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import actor_of
from huiying.work import leases, loop
from huiying.work.schedule import every, poller

DRAFT: Final = "picture.draft"
READABLE: Final = frozenset({"image/png", "image/jpeg", "image/webp"})
#: As long as a preview of an import: what names people and what nobody went on with does not stay.
KEPT: Final = personal_data.fixed("reading")
MOST_WAITING: Final = 30
_OPEN: Final = (PictureReading.WAITING, PictureReading.READ, PictureReading.FAILED)


def ask(pictures: Sequence[UploadedFile[Any]], form: Mapping[str, str], actor: User) -> PictureReading:
    """Have pictures read; `form` is what was typed beside them. Raises Refused where that can not be done."""
    require(actor, "post.take_in")
    if not door.installed():
        raise Refused(_("本机没有装文字识别。"), code="not_installed")
    if not pictures:
        raise Refused(_("请先选择照片，再读上面的文字。"), code="no_picture")
    contents = attachments.contents_of(pictures)
    if not any(media_type in READABLE for _content, media_type in contents):
        raise Refused(_("只能读照片和截图上的文字，PDF 不能读。请另存为图片，或自己打上要点。"), code="only_pdf")
    if PictureReading.objects.filter(state=PictureReading.WAITING).count() >= MOST_WAITING:
        raise Refused(_("排队等着读的照片太多。请过几分钟再试，或先自己打上要点。"), code="too_busy")
    kept = [attachments.seal_away(content, media_type) for content, media_type in contents]
    told = [{**one, "problem": "" if one["media_type"] in READABLE else door.NOT_A_PICTURE} for one in kept]
    with transaction.atomic():
        lock(CHAIN)
        row = PictureReading.objects.create(
            user=actor,
            asked_at=clock.now(),
            pictures=told,
            sealed_form=sealing.seal(json.dumps(dict(form), ensure_ascii=False), DRAFT),
        )
        payload = {"reading": row.pk, "pictures": [one["sha256"] for one in kept]}
        record(CHAIN, "picture.reading_asked", payload, actor_of(actor))
    return row


def mine(pk: int, user: User) -> PictureReading | None:
    """The reading that this person asked for and has not used yet; None for every other."""
    return PictureReading.objects.filter(pk=pk, user=user, state__in=_OPEN).first()


def form_of(row: PictureReading) -> dict[str, str]:
    """What stood in the form."""
    return dict(json.loads(sealing.unseal(row.sealed_form, DRAFT))) if row.sealed_form else {}


def draft_of(row: PictureReading) -> str:
    """The text as the machine read it; "" where there is none."""
    return sealing.unseal(row.sealed_draft, DRAFT).decode() if row.sealed_draft else ""


def settle(pk: int, drafts: Sequence[door.Draft]) -> None:
    """Write down what was read of each picture, inside the caller's transaction. Whoever is second writes nothing."""
    row = PictureReading.objects.select_for_update().get(pk=pk)
    if row.state != PictureReading.WAITING:
        return
    texts, unsure = [], 0
    asked = [one for one in row.pictures if one["problem"] != door.NOT_A_PICTURE]
    for one, draft in zip(asked, drafts, strict=True):
        one["problem"] = draft.problem if draft.problem in door.PROBLEMS or not draft.problem else door.BROKE
        texts.append(draft.text.replace("\x00", "").strip())
        unsure += draft.unsure
        row.engine = draft.engine[:60] or row.engine
    text = "\n\n".join(filter(None, texts))
    row.sealed_draft = sealing.seal(text, DRAFT) if text else None
    row.state, row.unsure, row.done_at = PictureReading.READ if text else PictureReading.FAILED, unsure, clock.now()
    row.save()


def take_over(row: PictureReading, actor: User) -> list[attachments.Kept]:
    """The pictures, for the entry that is made of them, inside its transaction. Raises Refused the second time."""
    locked = PictureReading.objects.select_for_update().get(pk=row.pk)
    if locked.state not in _OPEN or locked.user_id != actor.pk:
        raise Refused(_("这些照片已经登记过，或者放了一天已经删除。请重新上传。"), code="reading_over")
    _close(locked, PictureReading.USED)
    names: tuple[Any, ...] = ("sha256", "stored", "media_type", "size")
    return [{name: one[name] for name in names} for one in locked.pictures]  # type: ignore[misc]


def forget_old() -> int:
    """Pictures and drafts that nobody went on with for a day; returns how many readings."""
    old = PictureReading.objects.filter(state__in=_OPEN, asked_at__lt=clock.now() - KEPT)
    pks: Iterable[int] = list(old.values_list("pk", flat=True))
    return sum(_forget(pk) for pk in pks)


def _forget(pk: int) -> bool:
    with transaction.atomic():
        row = PictureReading.objects.select_for_update().get(pk=pk)
        if row.state not in _OPEN:
            return False
        _close(row, PictureReading.DROPPED)
    for one in row.pictures:  # after the commit: a row that can still be used has its files
        attachments.forget(one["stored"])
    return True


def _close(row: PictureReading, state: str) -> None:
    row.state, row.sealed_form, row.sealed_draft = state, None, None
    row.done_at = row.done_at or clock.now()
    row.save()


#: A reading during which the process died so often is not begun again.
TRIES: Final = 3

_Done = tuple[int, list[door.Draft]]


class Bench:
    """One reading under way. A daemon thread: the exit does not wait for a picture, the row is read again."""

    def __init__(self) -> None:
        self.thread: threading.Thread | None = None
        self._done: queue.SimpleQueue[_Done] = queue.SimpleQueue()

    @property
    def is_free(self) -> bool:
        return self.thread is None

    @property
    def has_answer(self) -> bool:
        return not self._done.empty()

    def begin(self, pk: int, stored: Sequence[str]) -> None:
        self.thread = threading.Thread(target=self._read, args=(pk, list(stored)), name="ocr", daemon=True)
        self.thread.start()

    def _read(self, pk: int, stored: list[str]) -> None:
        self._done.put((pk, [_draft(name) for name in stored]))

    def answer(self) -> _Done | None:
        if self._done.empty():
            return None
        self.thread = None
        return self._done.get()


def _draft(stored: str) -> door.Draft:
    try:
        return door.read(attachments.opened(stored))
    except Exception:  # a file that somebody removed, a key that is gone: said at the picture, the others are read
        return door.Draft(problem=door.BROKE)


bench = Bench()


def to_do() -> QuerySet[PictureReading]:
    return PictureReading.objects.filter(state=PictureReading.WAITING).order_by("id")


@poller("readings", due=lambda _now: bench.has_answer or (bench.is_free and to_do().exists()), transactional=False)
def go_on(_now: dt.datetime, _limit: int) -> int:
    """Write down what was read, begin the next."""
    acted = 0
    if (done := bench.answer()) is not None:
        with transaction.atomic():
            leases.require(loop.current())
            readings.settle(*done)
        acted += 1
    row = to_do().first() if bench.is_free else None
    if row is not None:
        _begin(row)
        acted += 1
    return acted


def _begin(row: PictureReading) -> None:
    asked = [one["stored"] for one in row.pictures if one["problem"] != door.NOT_A_PICTURE]
    with transaction.atomic():
        leases.require(loop.current())
        if row.tries >= TRIES:
            readings.settle(row.pk, [door.Draft(problem=door.BROKE)] * len(asked))
            return
        PictureReading.objects.filter(pk=row.pk).update(tries=row.tries + 1)
    bench.begin(row.pk, asked)


@every("readings.sweep", 600, transactional=False)
def sweep() -> None:
    """Pictures and drafts that nobody went on with."""
    readings.forget_old()
