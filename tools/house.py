"""Prints how large the source is, by room, and in how many places it tells two of its verbs.

A place is a statement at the top of a module, or of a class, that names the verb, its ledger kind or its step of the
process; imports are not counted. Migrations are counted apart. The goals are those that the rooms were laid out for.
Run it from the repository: `python tools/house.py [--json]`.
"""

from __future__ import annotations

import argparse
import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

SOURCE: Final = Path(__file__).resolve().parents[1] / "src/huiying"
GOALS: Final = {"lines": 108_000, "files": 750, "migrations": 4_000}
VERBS: Final = {
    "return a case": (9, frozenset({"return_case", "case.returned", "return"})),
    "approve a review": (9, frozenset({"decide_step", "review.decided"})),
}
LONG, TOO_LONG, SHORT = 500, 800, 30


def modules() -> Iterator[tuple[Path, str]]:
    """Every module outside migrations, with its text."""
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path, path.read_text(encoding="utf-8")


def places(names: frozenset[str]) -> list[str]:
    """Where `names` are told: `room/module.py:line`, one for each statement."""
    return [
        f"{path.relative_to(SOURCE)}:{statement.lineno}"
        for path, text in modules()
        if any(name in text for name in names)
        for statement in _statements(ast.parse(text).body)
        if any(_tells(node, names) for node in ast.walk(statement))
    ]


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            yield from _statements(statement.body)
        elif not isinstance(statement, ast.Import | ast.ImportFrom):
            yield statement


def _tells(node: ast.AST, names: frozenset[str]) -> bool:
    match node:
        case ast.Constant(value=str(word)) | ast.Name(id=word) | ast.Attribute(attr=word):
            return word in names
        case ast.FunctionDef(name=word):
            return word in names
    return False


def figures() -> dict[str, Any]:
    sizes = {path.relative_to(SOURCE): text.count("\n") for path, text in modules()}
    rooms: dict[str, list[int]] = {}
    for path, size in sizes.items():
        room = rooms.setdefault(path.parts[0] if len(path.parts) > 1 else "huiying", [0, 0])
        room[0] += size
        room[1] += 1
    kept = [path for path in SOURCE.rglob("migrations/*.py") if "__pycache__" not in path.parts]
    return {
        "lines": sum(sizes.values()),
        "files": len(sizes),
        "migrations": sum(path.read_text(encoding="utf-8").count("\n") for path in kept),
        "rooms": rooms,
        "over_500": sorted(str(path) for path, size in sizes.items() if LONG < size <= TOO_LONG),
        "over_800": sorted(str(path) for path, size in sizes.items() if size > TOO_LONG),
        "under_30": sum(path.name != "__init__.py" and size < SHORT for path, size in sizes.items()),
        "verbs": {verb: places(names) for verb, (_, names) in VERBS.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    found = figures()
    if parser.parse_args().json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for name, goal in GOALS.items():
        print(f"{name}: {found[name]} (goal: at most {goal})")
    for room, (lines, files) in sorted(found["rooms"].items(), key=lambda each: -each[1][0]):
        print(f"  {room}: {lines} lines in {files} files")
    print(f"files over {LONG} lines: {', '.join(found['over_500']) or 'none'}")
    print(f"files over {TOO_LONG} lines: {', '.join(found['over_800']) or 'none'}")
    print(f"files under {SHORT} lines: {found['under_30']}")
    for verb, told in found["verbs"].items():
        files = len({place.partition(":")[0] for place in told})
        print(f"{verb}: {len(told)} places in {files} files (goal: at most {VERBS[verb][0]} places)")
        for place in told:
            print(f"  {place}")


if __name__ == "__main__":
    main()
