"""What comes after the answer: effect, going on, correcting, taking back (C3.2, C8.8, C11.1)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from huiying.desk.forms_following import VERDICTS

SENTENCES: dict[str, Any] = {
    "effect.begun": _("开始看回应的效果"),
    "effect.measured": _("回应后 %(hours)s 小时的热度已算出，系统建议：%(suggested)s"),
    "effect.judged": _("回应后 %(hours)s 小时的效果认定为：%(verdict)s"),
    "sustain.planned": _("持续回应，每 %(every_hours)s 小时说一次"),
    "sustain.ended": _("不再持续回应，不再约定续报"),
    "sustain.kept": _("续报已发布，%(every_hours)s 小时后再说一次"),
    "sustain.prompted": _("又起波澜，请重新决定是否持续回应"),
}
WORDS: dict[str, Any] = {**VERDICTS}
