"""The engine as a child process: `python -m huiying.engine.child [--rules NAME]`.

One JSON request a line on standard input, one answer a line on standard output. The child ends when its input
ends, so that it never outlives the process which started it, however that process died.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import BinaryIO, Final

from huiying.engine.expression import ExpressionError
from huiying.engine.facade import Engine
from huiying.engine.grading import GradingModel
from huiying.engine.lines import parse_object
from huiying.engine.rules import RuleError, load_rules
from huiying.kernel.processes import settle

MAX_REQUEST_BYTES: Final = 256_000_000
BAD_USAGE: Final = 2


def serve(engine: Engine, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until the input ends."""
    while line := requests.readline(MAX_REQUEST_BYTES):
        if not line.endswith(b"\n"):
            # Half a request: the other side is gone.
            return
        try:
            request = parse_object(line.decode())
        except ValueError as error:
            answer = {"ok": False, "error": f"请求不是一行 JSON 对象：{error}"}
        else:
            answer = {"n": request.get("n"), **engine.handle(request)}
        answers.write(json.dumps(answer, ensure_ascii=False, allow_nan=False).encode() + b"\n")
        answers.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point. Exits 0 at the end of input, 2 for rules or a grading model that cannot be used."""
    parser = argparse.ArgumentParser(prog="huiying.engine.child")
    parser.add_argument("--rules", default="anshan")
    parser.add_argument("--grading", default="{}")
    options = parser.parse_args(arguments)
    try:
        engine = Engine(load_rules(options.rules), GradingModel(**parse_object(options.grading)))
    except (RuleError, ExpressionError, ValueError, TypeError) as error:
        print(error, file=sys.stderr)
        return BAD_USAGE
    settle()
    try:
        serve(engine, sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        # The reader went away between a request and its answer: there is nobody left to tell.
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
