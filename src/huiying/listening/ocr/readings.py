"""Verbs of reading pictures: asked for, read, taken over by a person who checked it, or forgotten (C5.7, C5.13).

What a machine read is a draft. It lies sealed until its person takes it over, at most a day, and becomes text of the
bureau only as that person corrected it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import clock, sealing
from huiying.ledger.actions import lock, record
from huiying.listening import attachments
from huiying.listening.actions import CHAIN
from huiying.listening.models import PictureReading
from huiying.listening.ocr import door, problems
from huiying.people import personal_data
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import actor_of

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
    told = [{**one, "problem": "" if one["media_type"] in READABLE else problems.NOT_A_PICTURE} for one in kept]
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
    asked = [one for one in row.pictures if one["problem"] != problems.NOT_A_PICTURE]
    for one, draft in zip(asked, drafts, strict=True):
        one["problem"] = draft.problem if draft.problem in problems.ALL or not draft.problem else problems.BROKE
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
