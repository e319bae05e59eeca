"""`make sbom` and `make licences`: what the program consists of, and under which terms."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def inventory() -> ModuleType:
    spec = importlib.util.spec_from_file_location("inventory", ROOT / "tools" / "inventory.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["inventory"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def lock() -> str:
    return (ROOT / "requirements-large.lock").read_text("utf-8")


def test_every_line_of_the_lock_is_a_component_with_its_hashes(inventory: ModuleType, lock: str) -> None:
    made = inventory.sbom(lock, "1.2.3")
    pins = re.findall(r"(?m)^\S+==\S+", lock)
    assert len(made["components"]) == len(pins) > 50
    refs = [component["bom-ref"] for component in made["components"]]
    assert len(set(refs)) == len(refs)
    assert all(component["hashes"] for component in made["components"])
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.5")
    django = next(component for component in made["components"] if component["name"] == "django")
    assert django["purl"] == f"pkg:pypi/django@{django['version']}"
    assert "BSD" in django["licenses"][0]["license"]["name"]


def test_the_same_lock_gives_the_same_bill(inventory: ModuleType, lock: str) -> None:
    assert inventory.sbom(lock, "1.2.3") == inventory.sbom(lock, "1.2.3")


def test_every_package_of_the_lock_may_be_shipped(inventory: ModuleType, lock: str) -> None:
    lines, bad = inventory.licences(lock)
    assert bad == []
    assert len(lines) > 50


@pytest.mark.parametrize(
    ("words", "fine"),
    [
        ("MIT", True),
        ("BSD-3-Clause AND 0BSD", True),
        ("OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", True),
        ("GPL-2.0-or-later", False),
        ("OSI Approved :: GNU General Public License v3 (GPLv3)", False),
        ("AGPL-3.0-or-later", False),
        ("OSI Approved :: GNU Affero General Public License v3", False),
        ("Free for non-commercial use", False),
        ("CC-BY-NC-4.0", False),
        ("MIT AND AGPL-3.0", False),
        ("Ask the author", False),
        ("", False),
    ],
)
def test_terms_are_judged_by_their_words(inventory: ModuleType, words: str, fine: bool) -> None:
    assert inventory.judged(words)[1] is fine
