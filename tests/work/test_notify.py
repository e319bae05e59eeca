"""Notifications go through the outbox to the bureau's gateways, one job a recipient."""

import http.server
import json
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from huiying.kernel import clock
from huiying.work import notify, outbox
from huiying.work.models import Job

pytestmark = pytest.mark.django_db


class Gateway(http.server.BaseHTTPRequestHandler):
    received: list[dict[str, str]] = []
    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append({"path": self.path, **json.loads(body)})
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Gateway]]:
    """A gateway on loopback that remembers what it was told."""
    handler = type("Once", (Gateway,), {"received": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    base = f"json://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("HUIYING_NOTIFY_URLS", f"duty={base}/duty,office={base}/office")
    logging.disable(logging.CRITICAL)
    yield handler
    logging.disable(logging.NOTSET)
    server.shutdown()
    server.server_close()


def test_a_notification_reaches_the_gateway_of_each_recipient(gateway: type[Gateway]) -> None:
    jobs = notify.send("预警", "一项重大舆情待确认", ["duty", "office", "duty"], "urgent")
    assert len(jobs) == 2
    assert gateway.received == []
    assert outbox.run_due("w") == 2
    assert sorted(message["path"] for message in gateway.received) == ["/duty", "/office"]
    assert {message["title"] for message in gateway.received} == {"预警"}
    assert {message["type"] for message in gateway.received} == {"failure"}
    assert {tuple(job.result.items()) for job in Job.objects.all()} == {(("gateways", 1),)}


def test_the_same_key_rings_once(gateway: type[Gateway]) -> None:
    for _ in range(2):
        notify.send("t", "b", ["duty"], key="warning:7")
        outbox.run_due("w")
    notify.send("t", "b", ["duty"])
    notify.send("t", "b", ["duty"])
    outbox.run_due("w")
    assert len(gateway.received) == 3


def test_a_gateway_that_refuses_is_tried_again(gateway: type[Gateway], frozen: clock.FrozenClock) -> None:
    gateway.status = 500
    notify.send("t", "b", ["duty"])
    outbox.run_due("w")
    job = Job.objects.get()
    assert (job.done_at, job.failed_at) == (None, None)
    assert "没有收下" in job.error
    gateway.status = 200
    frozen.advance(timedelta(minutes=1))
    outbox.run_due("w")
    assert Job.objects.get().done_at is not None


def test_a_recipient_without_gateway_fails_with_advice(gateway: type[Gateway]) -> None:
    notify.send("t", "b", ["stranger"])
    outbox.run_due("w")
    job = Job.objects.get()
    assert job.failed_at is not None
    assert "stranger=网址" in job.error


def test_whoever_has_no_gateway_uses_the_common_one(gateway: type[Gateway], monkeypatch: pytest.MonkeyPatch) -> None:
    url = notify.gateways()["duty"][0]
    monkeypatch.setenv("HUIYING_NOTIFY_URLS", f"*={url}/all")
    notify.send("t", "b", ["stranger"])
    outbox.run_due("w")
    assert [message["path"] for message in gateway.received] == ["/duty/all"]


def test_without_any_gateway_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUIYING_NOTIFY_URLS", raising=False)
    assert not notify.gateway_configured()
    assert notify.send("t", "b", ["duty"]) == []
    assert not Job.objects.exists()


def test_a_url_that_is_not_understood_does_not_show_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_NOTIFY_URLS", "duty=nonsense://secret-token")
    logging.disable(logging.CRITICAL)
    notify.send("t", "b", ["duty"])
    outbox.run_due("w")
    logging.disable(logging.NOTSET)
    job = Job.objects.get()
    assert "第 1 个通知网址不被识别" in job.error
    assert "secret" not in job.error


def test_commas_and_equal_signs_inside_a_url_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "duty=mailto://u:p@h?to=a@b.cn,c@d.cn, duty=json://h/1,值班长=json://h/2?x=1,2"
    monkeypatch.setenv("HUIYING_NOTIFY_URLS", text)
    assert notify.gateways() == {
        "duty": ["mailto://u:p@h?to=a@b.cn,c@d.cn", "json://h/1"],
        "值班长": ["json://h/2?x=1,2"],
    }
