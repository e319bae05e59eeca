"""`clocks` and `regulation check`: pure, no database."""

from __future__ import annotations

import argparse
from pathlib import Path

from huiying.cli.main import DONE, FOUND, USAGE
from huiying.cli.output import complain, say, text
from huiying.regulation import commands
from huiying.regulation.errors import RegulationError, UsageError


def clocks(options: argparse.Namespace) -> int:
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
