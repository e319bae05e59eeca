"""deploy/ and docs/operations.md say what the program really does: units, commands, settings, tests that are named."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from huiying.cli.main import build

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = (
    "huiying.service", "huiying-check.service", "huiying-web.service", "huiying-worker.service", "huiying-loop.service",
    "huiying-screener@.service", "huiying-stream@.service",
)  # fmt: skip
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
# What a variable is for that no administrator of a server sets.
NOT_HERE = {
    "HUIYING_DEMO", "HUIYING_DEMO_SPEED", "HUIYING_TEST_DATABASE", "HUIYING_MAILBOX_PASSWORD",
    "HUIYING_DRAFT_MODEL", "HUIYING_DRAFT_KEY", "HUIYING_DRAFT_ENDPOINT",
}  # fmt: skip


def unit(name: str) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / name, "utf-8")
    return parser["Service"]


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_calls_a_command_that_exists(name: str) -> None:
    program, *words = shlex.split(unit(name)["ExecStart"])
    assert program == "/opt/huiying/venv/bin/huiying"
    build().parse_args(words)


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_holds_no_more_than_it_needs(name: str) -> None:
    service = unit(name)
    assert service["User"] == "huiying"
    assert service["NoNewPrivileges"] == service["ProtectHome"] == service["PrivateTmp"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert service["UMask"] == "0077"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")
@pytest.mark.parametrize("name", [*UNITS, "huiying-check.timer"])
def test_systemd_reads_the_units(name: str, tmp_path: Path) -> None:
    for other in (*UNITS, "huiying-check.timer"):
        text = (DEPLOY / other).read_text("utf-8").replace("/opt/huiying/venv/bin/huiying", shutil.which("true") or "")
        (tmp_path / other).write_text(text.replace("User=huiying", "User=root").replace("Group=huiying", "Group=root"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)], capture_output=True, text=True, check=False
    )
    assert [line for line in done.stderr.splitlines() if str(tmp_path) in line or "huiying" in line] == []


def test_every_setting_that_the_program_reads_is_on_the_page() -> None:
    read: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        read |= set(re.findall(r"HUIYING_[A-Z_]*[A-Z]", path.read_text("utf-8")))
    told = set(re.findall(r"HUIYING_[A-Z_]*[A-Z]", PAGE))
    assert read - told - NOT_HERE == set()
    assert told - read == set()
    example = set(re.findall(r"HUIYING_[A-Z_]*[A-Z]", (DEPLOY / "huiying.env.example").read_text("utf-8")))
    assert example <= told


def test_every_command_on_the_page_can_be_typed() -> None:
    lines = re.findall(r"(?m)^huiying ((?:backup|restore|export|import) [^#\n]+)", PAGE)
    assert len(lines) == 4
    for line in lines:
        build().parse_args(shlex.split(line.replace("…", "x")))


def test_every_test_that_the_page_names_is_there() -> None:
    names = set(re.findall(r"(test_[a-z0-9_]+\.py)", PAGE))
    there = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    assert len(names) >= 10
    assert names <= there


def test_the_proxy_says_that_it_is_one_and_keeps_the_numbers_inside() -> None:
    """Without the header everybody would be a visitor from this machine."""
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    assert "proxy_set_header X-Forwarded-For" in text
    assert "proxy_set_header X-Forwarded-Proto $scheme" in text
    assert re.search(r"location = /metrics \{ return 404; \}", text)


def test_the_proxy_keeps_one_address_from_taking_everybodys_place() -> None:
    """To the program all of them come from the proxy, so that its own limit of an address does not hold here."""
    text = re.sub(r"#.*", "", (DEPLOY / "nginx.conf").read_text("utf-8"))
    server = text.partition("listen 443")[2]
    zones = dict(re.findall(r"limit_(conn|req)_zone\s+\$binary_remote_addr zone=(\w+):", text))
    assert set(zones) == {"conn", "req"}
    assert re.search(rf"limit_conn {zones['conn']} \d+;", server)
    locations = re.findall(r"location (\S+) \{(.*?)\n    \}", server, re.DOTALL)
    assert [name for name, _ in locations] == ["/", "/desk/sign-in/"]
    for _name, body in locations:
        zone = re.search(r"limit_req zone=(\w+) burst=\d+ nodelay;", body)
        assert zone is not None
        assert re.search(rf"limit_req_zone\s+\$binary_remote_addr zone={zone[1]}:\S+ rate=\d+r/s;", text)
        for header in ("Host $host", "X-Forwarded-Proto $scheme", "X-Forwarded-For $remote_addr"):
            assert f"proxy_set_header {header};" in body  # a location inherits none of them once it sets one
    waits = dict(re.findall(r"(client_header_timeout|client_body_timeout|send_timeout) (\d+)s;", server))
    assert len(waits) == 3
    assert all(int(seconds) <= 20 for seconds in waits.values())


@pytest.mark.skipif(shutil.which("nginx") is None, reason="no nginx")
def test_nginx_reads_its_file(tmp_path: Path) -> None:
    words = (DEPLOY / "nginx.conf").read_text("utf-8")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=x",
         "-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "fullchain.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    words = words.replace("/etc/huiying/tls", str(tmp_path)).replace("listen 443", "listen 18443")
    whole = tmp_path / "nginx.conf"
    words = words.replace("listen 80", "listen 18080")
    whole.write_text(f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n{words}\n}}\n")
    done = subprocess.run(["nginx", "-t", "-c", str(whole)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
