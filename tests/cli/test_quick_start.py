"""What a start loads before the first page: the API waits for who asks it, and nothing is collected meanwhile."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from huiying.cli.ready import gathered

PAGES_ONLY = """
import json, sys
from huiying.cli.ready import ready
ready()
from huiying.wsgi import application
from django.urls import reverse, resolve
from django.utils import translation

def loaded():
    return "huiying.api.urls" in sys.modules

told = [reverse("portal:home"), reverse("desk:sign_in"), resolve("/answers/").view_name, loaded()]
told += [resolve("/api/health").view_name, loaded()]
for language in ("zh-hans", "en"):
    with translation.override(language):
        told.append(reverse("api:openapi-json"))
print(json.dumps(told))
"""


def test_no_page_loads_the_api_and_who_asks_it_finds_all_of_it(home: Path, process: Callable[..., Any]) -> None:
    done = process(home, code=PAGES_ONLY)
    *pages, before, view, after, zh, en = json.loads(done.out)
    assert pages == ["/", "/desk/sign-in/", "portal:answers"]
    assert (before, after) == (False, True)
    assert view.startswith("api:")
    assert zh == en == "/api/openapi.json"


def test_nothing_is_collected_while_modules_are_loaded_and_all_is_as_before_afterwards() -> None:
    def fail() -> None:
        with gathered():
            assert not gc.isenabled()
            raise ImportError

    with pytest.raises(ImportError):
        fail()
    assert gc.isenabled()
    gc.disable()
    try:
        with gathered():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
