"""What a long-lived process has loaded is taken out of the garbage collector's sight.

Each full collection looks at every object that lives, and most of them are the program itself: with Django and a
thousand rules loaded that held up a batch of fifty posts for a tenth of a second, again and again, to find nothing.
"""

from __future__ import annotations

import gc


def settle() -> None:
    """Call once the process has loaded what it needs. What it makes later is collected as ever."""
    gc.collect()
    gc.freeze()
