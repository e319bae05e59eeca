"""The engine's inner loops, compiled by numba on first use and kept: nothing here knows posts, files or words.

Compiled code is kept beside the sources. Where the package is installed read-only it goes under HUIYING_HOME, so that
a service without a home of its own starts quickly too. It stands in a folder named by the sources' digest: numba looks
only at the file of each function, and must never run an old inner function inside a new outer one. All arithmetic is
plain IEEE (no fast-math, no library logarithm or power), so that another machine gets the same bits.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from numba import config

from huiying.kernel.home import home

_HERE: Final = Path(__file__).parent


def version() -> str:
    """A digest of the kernels' sources: compiled code and snapshots of another version are never used."""
    digest = hashlib.blake2b(digest_size=8)
    for file in sorted(_HERE.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _folder() -> Path:
    given = os.environ.get("NUMBA_CACHE_DIR")
    if given:
        return Path(given) / version()
    beside = _HERE / "__pycache__"
    is_open = os.access(beside if beside.is_dir() else _HERE, os.W_OK)
    return (beside if is_open else home() / "kernels") / version()


config.CACHE_DIR = str(_folder())
