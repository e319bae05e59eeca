"""`huiying bench`: runs what stands in the project's `bench/` folder."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import huiying

FOLDER = Path(huiying.__file__).resolve().parents[2] / "bench"


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))


def peers(given: Sequence[str]) -> dict[str, Path]:
    """`NAME=PATH` each. Raises LookupError where one is written otherwise or its path is not there."""
    found: dict[str, Path] = {}
    for each in given:
        name, _, path = each.partition("=")
        if not name or not path:
            raise LookupError(f"--peer 应写成 名称=路径，而不是“{each}”。")
        if not Path(path).exists():
            raise LookupError(f"--peer {name} 的路径不存在：{path}。")
        found[name] = Path(path).resolve()
    return found


def run(name: str | None, peers: Mapping[str, Path] | None = None) -> list[dict[str, Any]]:
    """Rows of `name`, of all benches without one. Raises LookupError where there is no such bench.

    `peers` are checkouts of other projects by name; a bench that compares with one takes them, others need not.
    """
    if not names():
        raise LookupError(f"没有找到性能基准：{FOLDER} 不存在或是空的。请在源码目录里运行。")
    if name is not None and name not in names():
        raise LookupError(f"没有叫“{name}”的基准，应为：{'、'.join(names())}。")
    rows: list[dict[str, Any]] = []
    for each in [name] if name else names():
        spec = importlib.util.spec_from_file_location(f"huiying_bench_{each}", FOLDER / f"{each}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        rows += module.run(peers or {}) if inspect.signature(module.run).parameters else module.run()
    return rows
