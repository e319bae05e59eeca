"""Signs of life of the processes beside the loop: who works, who stands by, who is silent."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from typing import Final

from django.db.models import Q

from huiying.kernel import clock
from huiying.work import outbox
from huiying.work.models import Heartbeat

STREAM: Final = "stream:"
FORGOTTEN_AFTER: Final = timedelta(days=1)


def name(kind: str) -> str:
    """How this very process is called."""
    return f"{kind}{socket.gethostname()}:{os.getpid()}"[:100]


def beat(called: str) -> None:
    """This process lives."""
    Heartbeat.objects.update_or_create(name=called, defaults={"at": clock.now(), "pid": os.getpid(), "note": ""})


def forget_the_dead() -> int:
    """Signs of processes that ended long ago."""
    ours = Q(name__startswith=outbox.WORKER) | Q(name__startswith=STREAM)
    return Heartbeat.objects.filter(ours, at__lt=clock.now() - FORGOTTEN_AFTER).delete()[0]
