"""The office's layer of templates over the built-in ones （九）: a change ends one row and makes another."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling.actions.base import require_text
from huiying.kernel import clock as time
from huiying.kernel.wording import normalised
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import Bureau, User
from huiying.people.permissions import require
from huiying.people.queries import regulation_now
from huiying.people.standing import actor_of
from huiying.responding.models import AnswerTemplate
from huiying.responding.readiness.blanks import BLANK

CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,59}")


@transaction.atomic
def save_template(
    code: str,
    title: str,
    text: str,
    actor: User,
    *,
    levels: Sequence[str] = (),
    concerns: Sequence[str] = (),
    targets: Sequence[str] = (),
    stage: str = "",
) -> AnswerTemplate:
    """Lay a template over the built-in one of the same code, or beside them. The same again is no change (habit 12)."""
    require(actor, "template.edit")
    _one_at_a_time()
    code = code.strip().lower()
    if not CODE.fullmatch(code):
        raise Refused(_("代号用小写字母、数字和短横线，例如 outage-2。"), code="code")
    title = require_text(title, 2, _("模板名称"))[:100]
    text = normalised(require_text(text, 10, _("模板正文")))
    _check_blanks(text)
    _check_words(levels, concerns, stage)
    told = {
        "title": title,
        "text": text,
        "levels": list(levels),
        "concerns": list(concerns),
        "targets": list(targets),
        "stage": stage,
    }
    live = AnswerTemplate.objects.filter(code=code, until__isnull=True).first()
    if live is not None and all(getattr(live, name) == value for name, value in told.items()):
        return live
    now = time.now()
    if live is not None:
        live.until = now
        live.save(update_fields=["until"])
    made = AnswerTemplate.objects.create(code=code, by=actor.name, at=now, **told)
    rows = [made] if live is None else [live, made]
    record("system", "template.saved", {"code": code, "title": title}, actor_of(actor), rows=rows)
    return made


@transaction.atomic
def retire_template(code: str, actor: User) -> AnswerTemplate:
    """End the office's row: the built-in one of the same code speaks again, any other code is gone from the list."""
    require(actor, "template.edit")
    _one_at_a_time()
    live = AnswerTemplate.objects.filter(code=code, until__isnull=True).first()
    if live is None:
        raise Refused(_("本局没有改过这个模板。"), code="not_ours")
    live.until = time.now()
    live.save(update_fields=["until"])
    record("system", "template.retired", {"code": code, "title": live.title}, actor_of(actor), rows=[live])
    return live


def _one_at_a_time() -> None:
    """Two editors at the same second: the second one sees what the first one did."""
    list(Bureau.objects.select_for_update().filter(pk=1).values_list("pk", flat=True))


def _check_blanks(text: str) -> None:
    """A bracket that is no blank would be published as it stands."""
    if text.count("【请填") != len(BLANK.findall(text)):
        raise Refused(_("空要写成【请填：名称】，名称不超过 40 个字，不换行。"), code="blank")


def _check_words(levels: Sequence[str], concerns: Sequence[str], stage: str) -> None:
    regulation = regulation_now()
    known = {level.code for level in regulation.levels} | {level.name for level in regulation.levels}
    if set(levels) - known or set(concerns) - set(regulation.concerns):
        raise Refused(_("级别和性质请用制度里的词。"), code="unknown_word")
    if stage:
        try:
            regulation.stage(stage)
        except KeyError:
            raise Refused(_("没有这样的发布阶段。"), code="unknown_word") from None
