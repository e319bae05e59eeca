"""`eval`: metrics of one engine part against the labels of a file. Pure: no database."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from huiying.cli.main import DONE, USAGE
from huiying.cli.output import complain, say, text


def evaluate(options: argparse.Namespace) -> int:
    """Each kind is `engine/evaluation/<kind>.py` with `evaluate(path, train=None) -> dict[str, float]`, `n` among it.

    A file that can not be scored raises `engine.evaluation.UsageError` with what was expected of it.
    """
    from huiying.engine.evaluation import UsageError

    path, train = Path(options.file), Path(options.train) if options.train else None
    for name in (path, train):
        if name is not None and not name.is_file():
            complain(f"没有文件 {name}。请写一个带标注的 JSON lines 文件的路径。")
            return USAGE
    module = importlib.import_module(f"huiying.engine.evaluation.{options.kind}")
    try:
        figures = module.evaluate(path, train=train)
    except UsageError as error:
        complain(str(error))
        return USAGE
    if options.json:
        say(figures)
        return DONE
    for name, figure in figures.items():
        text(f"{name}\t{figure:.4f}" if isinstance(figure, float) else f"{name}\t{figure}")
    return DONE
