"""The command line. Every command: `--json`, exit 0 done / 1 found something wrong / 2 bad usage, errors on stderr."""

from huiying.cli.main import main as main
