"""Keys of the routing."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from huiying.desk.bar import Verb
from huiying.desk.forms_routing import KeysForm
from huiying.handling.actions.routing import set_keys

VERBS: dict[str, Verb] = {
    "set_keys": Verb(
        KeysForm,
        lambda case, data, user: set_keys(case, data["category"], data["nature"], data.get("trade", case.trade), user),
        _("已核定，转办建议随之更新。"),
    ),
}
