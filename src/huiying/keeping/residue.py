"""What is left behind and nobody needs: ended sessions, old records of who tried to sign in (S10, S16)."""

from __future__ import annotations

import datetime as dt

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session

from huiying.kernel import clock
from huiying.people import personal_data
from huiying.people.queries import regulation_now
from huiying.work.schedule import every


@every("keeping.residue", 86_400)
def clear_residue() -> None:
    """A session that ran out opens nothing any more, and its row would go into every copy."""
    now = clock.now()
    Session.objects.filter(expire_date__lt=now).delete()
    over = _before(now)
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        model.objects.filter(attempt_time__lt=over).delete()


def _before(now: dt.datetime) -> dt.datetime:
    """The moment whose records are over today: at least the six months of the law, as the regulation says (S10)."""
    kept = personal_data.kept("sign_in", regulation_now())
    days = kept.elapsed + dt.timedelta(days=31 * kept.months)  # a month too long rather than a day too short
    return now - days
