"""S18, §6.2: log lines for a collector, without personal data."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

from huiying.kernel.jsonlog import JsonFormatter


def line(message: str, *args: object, error: Exception | None = None, **extra: object) -> dict[str, object]:
    told = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("huiying.work", logging.ERROR, "f.py", 1, message, args, told)
    record.__dict__.update(extra)
    text = JsonFormatter().format(record)
    assert "\n" not in text
    found: dict[str, object] = json.loads(text)
    return found


def test_a_line_says_when_where_how_grave_and_what() -> None:
    found = line("tick %s failed", 7)
    assert (found["level"], found["logger"], found["message"]) == ("ERROR", "huiying.work", "tick 7 failed")
    assert str(found["at"]).endswith("+00:00")


def test_what_could_tell_a_person_is_masked() -> None:
    assert "13900001234" not in json.dumps(line("来电 13900001234 请回"))


def test_of_an_error_the_kind_and_the_place_are_written_and_not_its_words() -> None:
    try:
        raise ValueError("王小明的来文读不出来")
    except ValueError as error:
        found = line("reading failed", error=error)
    assert found["error"] == "ValueError"
    assert "test_jsonlog.py" in str(found["at_code"])
    assert "王小明" not in json.dumps(found, ensure_ascii=False)


def test_of_a_request_the_route_is_written_and_not_the_address() -> None:
    request = SimpleNamespace(method="GET", resolver_match=SimpleNamespace(route="status/<str:code>/"))
    found = line("Not Found: %s", "/status/QX7-SECRET/", request=request, status_code=404)
    assert found["message"] == "GET status/<str:code>/ 404"


def test_the_setting_turns_them_on(tmp_path: Path) -> None:
    code = "import django, logging; django.setup(); logging.getLogger('huiying').warning('来电 13900001234')"
    environment = {**os.environ, "HUIYING_HOME": str(tmp_path), "HUIYING_LOG_FORMAT": "json"}
    environment["DJANGO_SETTINGS_MODULE"] = "huiying.settings"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    found = json.loads(done.stderr.splitlines()[-1])
    assert (found["level"], "13900001234" in found["message"]) == ("WARNING", False)
