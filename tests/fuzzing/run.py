"""`make fuzz`: every reader under atheris (libFuzzer) for some seconds each; prints inputs tried and faults found.

    python tests/fuzzing/run.py SECONDS [NAME]

An input that broke a reader is kept under dist/fuzz/NAME and goes as a test into test_readers_survive_anything.py.
Exits 1 where one did.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "dist" / "fuzz"


def main(seconds: int, only: str = "") -> int:
    prepare()
    from fuzzing.targets import targets

    names = [name for name in targets() if only in ("", name)]
    if not names:
        print(f"no reader is called {only}: {', '.join(targets())}", file=sys.stderr)
        return 2
    broken = 0
    print(f"{'reader':<18}{'inputs':>10}{'faults':>8}", flush=True)
    for name in names:
        inputs, faults = one_process(name, seconds)
        broken += faults
        print(f"{name:<18}{inputs:>10}{faults:>8}", flush=True)
    return 1 if broken else 0


def one_process(name: str, seconds: int) -> tuple[int, int]:
    """libFuzzer ends its process at the first fault, so each reader has one of its own."""
    folder = KEPT / name
    folder.mkdir(parents=True, exist_ok=True)
    before = set(folder.iterdir())
    command = [sys.executable, __file__, "--one", name, str(seconds), f"{folder}/"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    inputs = re.search(r"stat::number_of_executed_units:\s+(\d+)", done.stderr)  # libFuzzer's own words
    faults = {path for path in set(folder.iterdir()) - before if not path.name.startswith("slow-unit")}
    if faults or not inputs:
        (folder / "said.txt").write_text(f"{done.stdout}\n{done.stderr[-20_000:]}", "utf-8")
        print(done.stdout[-3000:], file=sys.stderr)
    return int(inputs[1]) if inputs else 0, max(len(faults), 0 if inputs else 1)


def one(name: str, seconds: str, kept: str) -> None:
    import atheris

    with atheris.instrument_imports(include=["huiying"]):
        prepare()
        from fuzzing.targets import targets

        target = targets()[name]
        for seed in target.seeds:  # what a reader imports when it is first used is instrumented too
            target.run(seed)
    with tempfile.TemporaryDirectory(prefix="corpus-") as corpus:
        for index, seed in enumerate(target.seeds):
            (Path(corpus) / f"seed-{index}").write_bytes(seed)
        arguments = [f"-max_total_time={seconds}", f"-artifact_prefix={kept}", "-print_final_stats=1", "-seed=1",
                     "-max_len=65536", "-rss_limit_mb=4096", "-timeout=60", corpus]  # fmt: skip

        def tried(data: bytes) -> None:
            target.run(data)

        atheris.Setup([sys.argv[0], *arguments], tried)
        atheris.Fuzz()


def prepare() -> None:
    """A home of its own and Django's translations; no database is opened."""
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]
    os.environ["DJANGO_SETTINGS_MODULE"] = "huiying.settings"
    os.environ["HUIYING_HOME"] = tempfile.mkdtemp(prefix="fuzz-home-")
    import django

    django.setup()


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        one(*sys.argv[2:])
    else:
        sys.exit(main(int(sys.argv[1]), *sys.argv[2:]))
