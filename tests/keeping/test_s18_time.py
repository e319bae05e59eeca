"""S18, scenario 19: a clock that is more than a minute wrong is said on every page and stands on record."""

from __future__ import annotations

import datetime as dt
import socket
import struct
import threading
from collections.abc import Iterator

import pytest
from django.test import Client

from cast import Cast
from huiying.keeping import drift
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.work.models import Notice

BANNER = "本机时间不准"


@pytest.fixture
def meter(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotone meter, moved by hand."""
    reading = [1000.0]
    monkeypatch.setattr(drift, "_meter", lambda: reading[0])
    monkeypatch.setattr(drift, "_since", {})
    monkeypatch.setattr(drift, "_ahead_of_database", lambda: None)
    return reading


class TimeServer:
    """SNTP on the loopback, `slow` seconds behind the injected clock."""

    def __init__(self) -> None:
        self.behind = 0.0
        self.stratum = 2
        self.line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.line.bind(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.line.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            _question, who = self.line.recvfrom(512)
            if not _question:
                return
            at = clock.now().timestamp() - self.behind + 2_208_988_800
            stamp = struct.pack(">II", int(at), int(at % 1 * 2**32))
            self.line.sendto(bytes([0x24, self.stratum]) + bytes(30) + stamp * 2, who)

    def stop(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self.line.getsockname())
        self.thread.join(5)
        self.line.close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[TimeServer]:
    found = TimeServer()
    monkeypatch.setenv("HUIYING_TIME_SERVER", found.address)
    yield found
    found.stop()


def kinds() -> list[str]:
    return list(LedgerEntry.objects.filter(kind__startswith="time.").order_by("id").values_list("kind", flat=True))


def test_scenario_19_a_clock_that_was_set_is_on_record_and_on_every_page(
    cast: Cast, frozen: clock.FrozenClock, meter: list[float], client: Client
) -> None:
    drift.watch()
    frozen.advance(dt.timedelta(seconds=300))
    meter[0] += 300
    drift.watch()
    assert kinds() == []
    frozen.advance(dt.timedelta(seconds=300 + 61))
    meter[0] += 300
    drift.watch()
    entry = LedgerEntry.objects.get(kind="time.drifted")
    assert entry.data == {"by": "本机计时器", "seconds": 61}
    told = Notice.objects.filter(key__startswith="time.drifted:")
    assert [notice.recipient for notice in told] == [cast.admin.username]
    client.force_login(cast.duty)
    assert BANNER in client.get("/desk/").content.decode()
    drift.watch()
    assert kinds() == ["time.drifted"], "it is as wrong as before"
    frozen.set(clock.now() - dt.timedelta(seconds=61))
    drift.watch()
    assert kinds() == ["time.drifted", "time.settled"]
    assert BANNER not in client.get("/desk/").content.decode()


def test_a_minute_is_borne(cast: Cast, server: TimeServer, meter: list[float]) -> None:
    server.behind = 59
    drift.watch()
    assert kinds() == []
    assert drift.clock_is_right() == []


@pytest.mark.parametrize(("behind", "way"), [(90.0, "快 90 秒"), (-90.0, "慢 90 秒")])
def test_a_time_server_of_the_office_is_believed(
    cast: Cast, server: TimeServer, meter: list[float], behind: float, way: str
) -> None:
    server.behind = behind
    (finding,) = drift.clock_is_right()
    assert (finding.severity, way in finding.sentence_zh) == ("error", True)
    drift.watch()
    drift.watch()
    assert kinds() == ["time.drifted"], "said once, not at every look"
    server.behind = 0.0
    drift.watch()
    assert kinds() == ["time.drifted", "time.settled"]


def test_a_time_server_that_has_no_time_itself_is_not_believed(
    cast: Cast, server: TimeServer, meter: list[float]
) -> None:
    server.behind, server.stratum = 900.0, 0
    drift.watch()
    assert kinds() == []
    (finding,) = drift.clock_is_right()
    assert (finding.code, finding.severity) == ("time.no_peer", "warning")


def test_a_time_server_that_is_silent_is_said_and_is_no_drift(
    cast: Cast, meter: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift, "_PATIENCE", 0.05)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HUIYING_TIME_SERVER", f"127.0.0.1:{deaf.getsockname()[1]}")
        drift.watch()
        (finding,) = drift.clock_is_right()
    assert kinds() == []
    assert finding.code == "time.no_peer"


def test_the_meter_only_goes_forward() -> None:
    readings = [drift._meter() for _turn in range(3)]
    assert readings == sorted(readings)


@pytest.mark.django_db
def test_the_database_servers_clock_is_one_to_compare_with(frozen: clock.FrozenClock) -> None:
    """SQLite has none; PostgreSQL's is that of this machine, and the test's clock stands in September 2026."""
    from django.db import connection

    ahead = drift._ahead_of_database()
    if connection.vendor == "sqlite":
        assert ahead is None
        return
    assert ahead is not None
    real = (clock.now() - dt.datetime.now(dt.UTC)).total_seconds()
    assert abs(ahead - real) < 60
