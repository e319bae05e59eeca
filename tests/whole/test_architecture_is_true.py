"""What ARCHITECTURE.md says stands in the source: its order of rooms, every file it names, every model, every name."""

from __future__ import annotations

import importlib
import re
import tomllib
from pathlib import Path

import pytest

from huiying.people.permissions import PERMISSIONS

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
QUOTED = sorted(set(re.findall(r"`([^`\n]+)`", TEXT)))
FILES = [word for word in QUOTED if "/" in word and " " not in word]
MODELS = [word for word in QUOTED if re.fullmatch(r"[a-z]+\.models\.[A-Z]\w+", word)]
PLACES = re.findall(r"`(\w+)` (?:\(|in )`([\w/]+\.py)`", TEXT)


def test_the_rooms_stand_in_the_order_that_is_checked() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    checked = [re.findall(r"[a-z]+", layer) for layer in contracts[0]["layers"]]
    table = TEXT.split("|---|---|\n", 1)[1].split("\n\n", 1)[0]
    told = [re.findall(r"`([a-z]+)`", row.split("|")[1]) for row in table.splitlines()]
    assert told == checked


@pytest.mark.parametrize("word", FILES)
def test_every_file_that_it_names_is_there(word: str) -> None:
    assert any((base / word).exists() for base in (ROOT, ROOT / "src/huiying", ROOT / "src")), word


@pytest.mark.parametrize("word", MODELS)
def test_every_model_of_the_glossary_is_there(word: str) -> None:
    module, _, name = f"huiying.{word}".rpartition(".")
    assert hasattr(importlib.import_module(module), name)


@pytest.mark.parametrize(("name", "path"), PLACES)
def test_every_function_stands_in_the_file_it_is_said_to_stand_in(name: str, path: str) -> None:
    text = (ROOT / "src/huiying" / path).read_text(encoding="utf-8")
    assert re.search(rf"^(def|class) {name}\b", text, re.MULTILINE)


def test_the_permission_to_publish_is_called_so() -> None:
    assert "`release.publish`" in TEXT
    assert "release.publish" in PERMISSIONS
