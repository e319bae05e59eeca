"""Log lines as JSON, for a collector of the office (S18), without personal data: what could tell a person is masked, of
an error only its kind and the places in the code are written, and of a request its route but not its address, which
may hold a query code.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

from huiying.kernel.masking import mask_personal

_FRAMES = 12


class JsonFormatter(logging.Formatter):
    """One object a line: `at`, `level`, `logger`, `message`, and `error` and `at_code` where something broke."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._message(record),
        }
        if record.exc_info and record.exc_info[0] is not None:
            told["error"] = record.exc_info[0].__qualname__
            frames = traceback.extract_tb(record.exc_info[2])[-_FRAMES:]
            told["at_code"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(told, ensure_ascii=False)

    @staticmethod
    def _message(record: logging.LogRecord) -> str:
        request = getattr(record, "request", None)
        if request is not None:
            match = getattr(request, "resolver_match", None)
            route = match.route if match else "?"
            return f"{getattr(request, 'method', '?')} {route} {getattr(record, 'status_code', '')}".strip()
        return mask_personal(record.getMessage()).text
