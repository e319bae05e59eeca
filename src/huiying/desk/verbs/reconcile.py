"""What comes from outside and what goes there: lists (C5.16), packages (C5.18)."""

from __future__ import annotations

from django.utils.translation import gettext as _t

from huiying.desk.bar import Verb
from huiying.desk.forms_patrol import OutsideListForm, ShareForm
from huiying.handling.actions.reconciling import take_list
from huiying.judging.actions.sharing import share

VERBS: dict[str, Verb] = {}
RECONCILE_VERBS: dict[str, Verb] = {
    "take": Verb(
        OutsideListForm,
        lambda _nothing, data, user: take_list(
            data["body"], data["period_from"], data["period_to"], data["text"], user
        ),
        lambda made: _t("已收下 %(n)d 行，请逐行核对。") % {"n": made.items.count()},
    ),
}
SHARE_VERBS: dict[str, Verb] = {
    "share": Verb(
        ShareForm,
        lambda event, data, user: share(event, data["body"], data["purpose"], user),
        "",  # the page says it with the link, which is shown once
    ),
}
