"""Who is told when the machine itself is in trouble: the administrators, once a day for each trouble."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from huiying.kernel import clock
from huiying.people.models import User
from huiying.work import notify
from huiying.work.auditor import Finding


def tell_administrators(findings: Sequence[Finding]) -> None:
    names = list(User.objects.filter(is_active=True, is_administrator=True).values_list("username", flat=True))
    today = timezone.localtime(clock.now()).date()
    for finding in findings:
        if finding.severity == "error":
            key = f"{finding.code}:{today}"
            notify.send(finding.sentence_zh[:200], finding.sentence_zh, names, "warning", key=key)
