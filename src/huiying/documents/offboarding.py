"""What a leaver holds of the papers (§6.1 S5, C6.10)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiying.documents.models import Instruction
from huiying.people.models import User
from huiying.people.offboarding import Kind, Thing, day, passes, register


def _instructions(user: User) -> list[Thing]:
    rows = Instruction.objects.filter(owner=user).exclude(state=Instruction.CLOSED)
    return [Thing(row.pk, _("%(day)s到期") % {"day": day(row.due_at)}) for row in rows]


register(
    Kind("instruction", gettext_lazy("承办的批示"), _instructions, passes(Instruction, "owner", name="owner_name"))
)
