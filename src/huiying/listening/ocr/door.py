"""Where text comes out of a picture, whatever reads it, and the codes of why it did not; the desk has the sentences.

The recogniser is the extra `[ocr]`; without it there is none. One picture, one child process, one deadline: nothing
that a picture does reaches the process that holds the keys.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

TOO_LARGE: Final = "too_large"  # more pixels than are opened
UNREADABLE: Final = "unreadable"  # the file is damaged
NOTHING: Final = "nothing"  # no text was found on it
TOO_SLOW: Final = "too_slow"  # stopped at the deadline
NOT_A_PICTURE: Final = "not_a_picture"  # a PDF
BROKE: Final = "broke"  # the reader itself failed

PROBLEMS: Final = frozenset({TOO_LARGE, UNREADABLE, NOTHING, TOO_SLOW, NOT_A_PICTURE, BROKE})


SECONDS: Final = 120.0
NEEDED: Final = ("rapidocr", "onnxruntime")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a machine read, as it is: how many lines are unsure, or a code of `problems` where there is no text."""

    text: str = ""
    unsure: int = 0
    engine: str = ""
    problem: str = ""


Reader = Callable[[bytes], Draft]


def in_a_child(content: bytes, seconds: float = SECONDS) -> Draft:
    """Read a picture (PNG, JPEG, WebP) in a process of its own. Never raises."""
    command = [sys.executable, "-m", "huiying.listening.ocr.child"]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=seconds, env=_environment(), check=False
        )
    except subprocess.TimeoutExpired:
        return Draft(problem=TOO_SLOW)
    except OSError as error:
        _log.warning("the reader of pictures did not start: %s", error)
        return Draft(problem=BROKE)
    try:
        told = json.loads(done.stdout)
    except ValueError:
        _log.warning("the reader of pictures ended with %s", done.returncode)
        return Draft(problem=BROKE)
    return Draft(told.get("text", ""), told.get("unsure", 0), told.get("engine", ""), told.get("problem", ""))


def _environment() -> dict[str, str]:
    """Nothing of the bureau's settings: a child that opens strangers' files needs neither database nor keys."""
    kept = ("PATH", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"PYTHONUTF8": "1"}


_reader: Reader | None = None  # another one than the extra's, while a test uses it


def installed() -> bool:
    """Whether pictures can be read here."""
    return _reader is not None or all(find_spec(name) is not None for name in NEEDED)


def read(content: bytes) -> Draft:
    """What stands on a picture. Takes from a second to two minutes: never inside a request or a transaction."""
    return (_reader or in_a_child)(content)


@contextmanager
def use(reader: Reader) -> Iterator[None]:
    """Put another reader in the place of the extra's, for the length of a block."""
    global _reader
    before, _reader = _reader, reader
    try:
        yield
    finally:
        _reader = before
