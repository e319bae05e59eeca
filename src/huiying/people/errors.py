"""The one way in which a verb says no."""

from __future__ import annotations

from django.utils.translation import gettext as _


class Refused(Exception):
    """The regulation or a permission forbids it; nothing was changed.

    `sentence` says what happened, why, and what to do, in the reader's language; `code` is for programs.
    """

    def __init__(self, sentence: str, code: str = "refused") -> None:
        super().__init__(str(sentence))
        self.sentence = str(sentence)
        self.code = code


class Altered(Refused):
    """What a person approved by its hash is not what stands there: the row was changed behind the verbs (F10).

    `what` says which text, for the ledger.
    """

    def __init__(self, what: str) -> None:
        super().__init__(
            _(
                "数据库里的内容与送审、审定时的不一致，是绕过系统改的（%(what)s）。这一步没有办。"
                "请告诉系统管理员用 huiying check 核对，查清以后重新保存、重新送审。"
            )
            % {"what": what},
            code="altered",
        )
        self.what = what
