"""`python -m huiying.listening.search_process`: indexes until its standard input is closed.

That is how the program which started it says that it ends, and what happens by itself when it dies.
"""

from __future__ import annotations

import os
import select
import sys
from typing import Final

REST_SECONDS: Final = 1.0


def main() -> None:
    """Index what waits, rest when nothing does, end with the pipe. A database that is away for a moment is waited for:
    the cursor stands where it stood.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiying.settings")
    import django

    django.setup()
    from django.db import OperationalError, close_old_connections

    from huiying.listening import searching

    while True:
        try:
            close_old_connections()
            busy = searching.catch_up(searching.STEP) > 0
        except OperationalError:
            busy = False
        if select.select([sys.stdin], [], [], 0 if busy else REST_SECONDS)[0]:
            return


if __name__ == "__main__":
    main()
