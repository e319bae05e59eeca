"""`huiying bench`: runs what stands in the project's `bench/` folder."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import huiying

FOLDER = Path(huiying.__file__).resolve().parents[2] / "bench"


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))


def run(name: str | None) -> list[dict[str, Any]]:
    """Rows of `name`, of all benches without one. Raises LookupError where there is no such bench."""
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
        rows += module.run()
    return rows
