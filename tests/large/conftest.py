"""A hub of three bureaus for tests that need no broker."""

from pathlib import Path

import pytest

from huiying.hub import broker
from huiying.hub.hubfile import Hub, load

FILE = """hub: unit
broker: amqp://guest:guest@127.0.0.1:5672//
rest: anshan
bureaus:
  - {code: anshan, home: anshan, database: "postgres://127.0.0.1/unit-a"}
  - {code: sixian, home: sixian, database: "postgres://127.0.0.1/unit-b", regulation: sixian}
  - {code: late, home: late, database: "postgres://127.0.0.1/unit-c", from: 3}
"""


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    path = tmp_path / "hub.yaml"
    path.write_text(FILE, "utf-8")
    return load(path)


@pytest.fixture
def secret(hub: Hub) -> bytes:
    return broker.key(hub.key)
