"""The case room (C7.5): what those who handle a case together say to one another, and the files they share."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from huiying.handling.access import get_case
from huiying.handling.actions.base import locked, require_text
from huiying.handling.models import Attachment, Case, Note
from huiying.kernel import clock as time
from huiying.kernel import home, store
from huiying.ledger.actions import record, together
from huiying.listening.attachments import check_points
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.standing import actor_of
from huiying.work import notify

LONGEST = 2000
_MENTION = re.compile(r"@([\w.\-]{1,60})")


@transaction.atomic
@together()
def say(case: Case, text: str, actor: User) -> Note:
    """Say something to everybody on the case; `@名字` calls a person, who must be one of those who may see it."""
    case = locked(case)
    require(actor, "case.room", case)
    text = require_text(text, 1, _("要说的话"))
    if len(text) > LONGEST:
        raise Refused(_("最多 %(limit)d 字，请缩短，或作为附件上传。") % {"limit": LONGEST}, code="too_long")
    called = mentioned(text)
    for user in called:
        _check_sees(user, case)
    row = Note.objects.create(
        case=case,
        text=text,
        mentions=[user.username for user in called],
        by=actor.name,
        by_user=actor.pk,
        department=actor.department.name if actor.department else "",
        at=time.now(),
    )
    told = {"mentions": [user.name for user in called]}
    record(f"case:{case.number}", "note.made", told, actor_of(actor), rows=[row])
    notify.send(
        f"{case.number} {actor.name}提到了您",
        case.number if case.event.reserved else f"{case.title}：{text}"[:300],
        [user.username for user in called if user.pk != actor.pk],
        "warning",
        key=f"note:{row.pk}",
        url=f"/desk/cases/{case.number}/",
    )
    return row


def mentioned(text: str) -> list[User]:
    """The staff named after an @, by name or user name. Words follow a name without a space: the longest name wins."""
    runs = _MENTION.findall(text)
    if not runs:
        return []
    people = list(User.objects.filter(is_active=True).select_related("department"))
    found: list[User] = []
    for run in runs:
        by_name = [user for user in people if run.startswith(user.name) or run == user.username]
        longest = max((len(user.name) for user in by_name), default=0)
        same = [user for user in by_name if len(user.name) == longest or user.username == run]
        if not same:
            raise Refused(_("没有找到“%(name)s”这个人，请核对名字。") % {"name": run[:40]}, code="unknown_person")
        found.extend(same)
    return list(dict.fromkeys(found))


def _check_sees(user: User, case: Case) -> None:
    try:
        get_case(user, case.number)
    except Http404:
        raise Refused(
            _("%(name)s看不到此件，不能在这里叫到。需要协办请先转办给其部门，或另派任务。") % {"name": user.name},
            code="outsider",
        ) from None


@transaction.atomic
@together()
def attach(case: Case, upload: UploadedFile[Any], actor: User) -> Attachment:
    """Keep a file with the case: its bytes say what it is, up to 10 MiB."""
    case = locked(case)
    require(actor, "case.room", case)
    if (upload.size or 0) > store.LARGEST:
        raise Refused(_("附件超过 10 MB。请压缩或拆开后再上传。"), code="too_large")
    content = upload.read()
    media_type = store.media_type_of(content)
    if media_type is None:
        check_points(content)
        raise Refused(_("附件须为图片（PNG、JPEG、WebP）、PDF、纯文本、docx 或 xlsx，且不含宏。"), code="media_type")
    row = Attachment.objects.create(
        case=case,
        name=file_name(upload.name or "", media_type),
        sha256=store.keep(home.files(), content),
        media_type=media_type,
        size=len(content),
        by=actor.name,
        at=time.now(),
    )
    told = {"name": row.name, "sha256": row.sha256}
    record(f"case:{case.number}", "attachment.added", told, actor_of(actor), rows=[row])
    return row


def file_name(name: str, media_type: str) -> str:
    """The sender's name for it, without a path and without what hides an ending; the ending follows the bytes."""
    plain = "".join(char for char in name if unicodedata.category(char)[0] != "C")
    stem = re.sub(r'[\\/:*?"<>|]+', "_", plain.replace("\\", "/").rsplit("/", 1)[-1]).rsplit(".", 1)[0].strip(" .")
    return f"{stem[:120] or '附件'}.{store.ENDINGS[media_type]}"


def path_of(row: Attachment) -> Path:
    return store.path_in(home.files(), row.sha256)


def content_of(row: Attachment) -> bytes:
    """The file, compared with its digest. Raises store.Unfit."""
    return store.read(path_of(row), row.sha256)
