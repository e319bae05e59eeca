"""`huiying bench`: runs what stands in the project's `bench/` folder."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Iterator, Mapping, Sequence
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


def chosen(name: str | None) -> list[str]:
    """The benches to run. Raises LookupError where there is none."""
    if not names():
        raise LookupError(f"没有找到性能基准：{FOLDER} 不存在或是空的。请在源码目录里运行。")
    if name is not None and name not in names():
        raise LookupError(f"没有叫“{name}”的基准，应为：{'、'.join(names())}。")
    return [name] if name else names()


def run(name: str | None, peers: Mapping[str, Path] | None = None) -> list[dict[str, Any]]:
    """Rows of `name`, of all benches without one. Raises LookupError where there is no such bench."""
    return [row for each in chosen(name) for row in rows_of(each, peers)]


def rows_of(name: str, peers: Mapping[str, Path] | None = None) -> Iterator[dict[str, Any]]:
    """The rows of one bench, each as it is measured. A bench that breaks off ends in a row without a figure that says
    why: whoever waits for ten minutes wants the others all the same.

    `peers` are checkouts of other projects by name; a bench that compares with one takes them, others need not.
    """
    try:
        spec = importlib.util.spec_from_file_location(f"huiying_bench_{name}", FOLDER / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for row in module.run(peers or {}) if inspect.signature(module.run).parameters else module.run():
            yield _explained(row)
    except (Exception, SystemExit) as error:  # sys.exit is how a bench says that it gives up
        kind = "" if isinstance(error, SystemExit) else f"{type(error).__name__}: "
        none = dict.fromkeys(("figure", "unit", "peer_or_floor", "ratio", "goal", "met"))
        yield {"name": name, **none, "why": f"中断了：{kind}{' '.join(str(error).split())[-300:]}"}


def _explained(row: dict[str, Any]) -> dict[str, Any]:
    """A row without a figure says why."""
    if row["figure"] is not None or "why" in row:
        return row
    here = "postgresql" in row["name"]
    return row | {"why": "127.0.0.1:5432（PostgreSQL）没有应答" if here else "没有给出用来比较的对手（--peer）"}


def in_words(row: Mapping[str, Any]) -> str:
    if row.get("why"):
        return f"{row['name']}：没有测，{row['why']}"
    met = {True: "达到", False: "未达到", None: "无从比较"}[row["met"]]
    return f"{row['name']}: {row['figure']} {row['unit']}，比值 {row['ratio']}，目标 {row['goal']}，{met}"
