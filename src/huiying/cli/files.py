"""Commands that read a file: `ingest`, and without a database `screen`, `cluster`, `eval`, `clocks` and the like."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from huiying.cli.main import DONE, FOUND, USAGE, complain, line, say, text


def ingest(options: argparse.Namespace) -> int:
    from huiying.cli.ready import ready

    ready(bare=True)
    from huiying.judging import commands, watchbook

    watchbook.lay_over()
    from huiying.listening.ingest import UsageError

    try:
        result = commands.ingest([Path(name) for name in options.files], options.format, as_history=options.history)
    except UsageError as error:
        complain(str(error))
        return USAGE
    for row in result["rejected"]:
        complain(f"{row['file']}:{row['line']} {row['reason']}")
    if options.json:
        say(result)
    else:
        text(
            f"收到 {result['received']} 条：新 {result['new']}，重复 {result['duplicate']}，"
            f"拒收 {len(result['rejected'])}；命中 {result['in_scope']} 条，涉及 {result['events']} 个事件。"
        )
        for source in result.get("sources", ()):
            text(f"来源清单：{source['title']} {source['url']}")
    return FOUND if result["rejected"] else DONE


def screen(options: argparse.Namespace) -> int:
    from huiying.engine import commands

    return _rows(lambda path, rejected: commands.screen_file(path, options.rules, rejected=rejected), options.file)


def cluster(options: argparse.Namespace) -> int:
    from huiying.engine import commands

    return _rows(
        lambda path, rejected: commands.cluster_file(
            path, options.ignore_parents, rules=options.rules, rejected=rejected
        ),
        options.file,
    )


def _rows(command: Callable[[Path, list[dict[str, Any]]], Iterable[dict[str, Any]]], name: str) -> int:
    """A JSON line a post on standard output, what could not be read on standard error."""
    path = Path(name)
    if not path.is_file():
        complain(f"没有文件 {name}。请写一个 JSON lines 文件的路径，一行一条帖子。")
        return USAGE
    from huiying.engine.expression import ExpressionError
    from huiying.engine.lines import FileUnreadable
    from huiying.engine.rules import RuleError

    rejected: list[dict[str, Any]] = []
    try:
        for row in command(path, rejected):
            line(row)
    except (FileUnreadable, RuleError, ExpressionError) as error:
        complain(str(error))
        return USAGE
    for refused in rejected:
        complain(f"{refused['file']}:{refused['line']} {refused['reason']}")
    return FOUND if rejected else DONE


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


def clocks(options: argparse.Namespace) -> int:
    from huiying.regulation import commands
    from huiying.regulation.errors import RegulationError, UsageError

    try:
        result = commands.clocks(options.regulation, options.level, options.first_known, options.emergency)
    except (UsageError, RegulationError) as error:
        complain(str(error))
        return USAGE
    if options.json:
        say(result)
        return DONE
    for item in result["deadlines"]:
        text(f"{item['act']}\t{item['due_at']}\t{item['source']}\t{item['explanation']}")
    return DONE


def regulation_check(options: argparse.Namespace) -> int:
    from huiying.regulation import commands
    from huiying.regulation.errors import UsageError

    if not Path(options.file).is_file():
        complain(f"没有文件 {options.file}。请写一个制度文件（YAML）的路径。")
        return USAGE
    try:
        result = commands.check_file(options.file)
    except UsageError as error:
        complain(str(error))
        return USAGE
    if options.json:
        say(result)
    elif result["valid"]:
        text(f"{options.file}：合格。")
    for problem in result["problems"]:
        complain(f"{problem['file']}:{problem['line']} {problem['key']}：{problem['message']} {problem['fix']}")
    return DONE if result["valid"] else FOUND
