"""The stream's state in one file, whole or not at all: what it saves is the replay, never the log itself.

First line: the format, the version of code and parameters, and a digest of all that follows. A file which does not
match in every one of these is as good as none.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from huiying.engine.stream import EventStream

_FORMAT: Final = "huiying.stream/1"
_LARGE: Final = 1 << 16
_ROWS: Final = "~rows"
_SHAPE: Final = "~shape"


def write(path: Path, stream: EventStream, place: dict[str, Any]) -> None:
    """Write the state, and with it `place`: where in the log it stands. Atomic; readable by the owner only."""
    body = io.BytesIO()
    arrays: dict[str, Any] = {"place": np.frombuffer(json.dumps(place).encode(), np.uint8), **_packed(stream.dump())}
    np.savez(body, **arrays)
    content = body.getbuffer()
    head = f"{_FORMAT} {stream.version} {hashlib.blake2b(content, digest_size=16).hexdigest()}\n"
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(head.encode())
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read(path: Path, stream: EventStream) -> dict[str, Any] | None:
    """Load the state into `stream` and return its place; None, with the stream empty, where there is no good file."""
    stream.clear()
    try:
        with path.open("rb") as file:
            head, content = file.readline(200).decode("ascii", "replace").split(), file.read()
    except OSError:
        return None
    if head != [_FORMAT, stream.version, hashlib.blake2b(content, digest_size=16).hexdigest()]:
        return None
    with np.load(io.BytesIO(content), allow_pickle=False) as held:
        arrays = {name: held[name] for name in held.files}
    place: dict[str, Any] = json.loads(arrays.pop("place").tobytes())
    stream.load(_unpacked(arrays))
    return place


def _packed(arrays: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    """Large tables are mostly empty: of those only the rows with anything in them."""
    packed: dict[str, npt.NDArray[Any]] = {}
    for name, array in arrays.items():
        if array.ndim != 2 or array.size < _LARGE:
            packed[name] = array
            continue
        rows = np.flatnonzero(array.any(axis=1))
        packed[name] = array[rows]
        packed[name + _ROWS] = rows
        packed[name + _SHAPE] = np.array(array.shape)
    return packed


def _unpacked(packed: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, array in packed.items():
        if name.endswith((_ROWS, _SHAPE)):
            continue
        if name + _ROWS not in packed:
            arrays[name] = array
            continue
        whole = np.zeros(tuple(packed[name + _SHAPE].tolist()), array.dtype)
        whole[packed[name + _ROWS]] = array
        arrays[name] = whole
    return arrays
