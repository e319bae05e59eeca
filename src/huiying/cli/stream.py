"""`ingest`, `screen`, `cluster`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from huiying.cli.main import DONE, FOUND, USAGE
from huiying.cli.output import complain, line, say, text


def ingest(options: argparse.Namespace) -> int:
    from huiying.cli.ready import ready

    ready(bare=True)
    from huiying.judging import commands, watchbook

    watchbook.lay_over()
    from huiying.listening.ingest import UsageError

    try:
        result = commands.ingest([Path(name) for name in options.files], options.format)
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
