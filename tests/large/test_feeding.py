"""The way into the hub: a number never without its batch, and a broker that is away loses nothing (INV-1, habit 11)."""

from __future__ import annotations

import datetime as dt

import pytest

from huiying.hub import broker, feeding, loop_tasks
from huiying.hub.hubfile import Hub
from huiying.hub.models import Batch
from huiying.kernel import clock
from huiying.work.auditor import check
from lines_of import parsed

pytestmark = pytest.mark.django_db
POSTS = [parsed(str(n), f"鞍山第{n}条", voice=f"v{n}") for n in range(120)]


@pytest.fixture(autouse=True)
def _frozen(frozen: clock.FrozenClock) -> None:
    pass


def test_posts_become_numbered_batches_in_their_order(hub: Hub, secret: bytes) -> None:
    assert feeding.feed(POSTS, hub, how="import") == 3
    assert feeding.fed() == 3
    batches = [broker.open_(row.body, secret) for row in Batch.objects.order_by("number")]
    assert [batch.number for batch in batches] == [1, 2, 3]
    assert [post for batch in batches for post in batch.posts()] == POSTS


def test_nobody_reads_a_waiting_batch_in_the_database(hub: Hub) -> None:
    feeding.feed(POSTS[:1], hub, how="import")
    assert "鞍山".encode() not in bytes(Batch.objects.get().body)


def test_a_batch_is_sent_once_when_the_broker_confirmed_it(hub: Hub) -> None:
    feeding.feed(POSTS, hub, how="import")
    sent: list[bytes] = []
    assert feeding.send_waiting(sent.append) == 3
    assert feeding.send_waiting(sent.append) == 0
    assert sent == [bytes(row.body) for row in Batch.objects.order_by("number")]
    assert not feeding.waits()


def test_what_the_broker_did_not_take_waits_and_goes_later_in_its_order(hub: Hub, secret: bytes) -> None:
    feeding.feed(POSTS, hub, how="import")
    sent: list[bytes] = []

    def away(body: bytes) -> None:
        if len(sent) == 1:
            raise ConnectionResetError("away")
        sent.append(body)

    with pytest.raises(ConnectionResetError):
        feeding.send_waiting(away)
    assert feeding.waits()
    assert feeding.send_waiting(sent.append) == 2
    assert [broker.open_(body, secret).number for body in sent] == [1, 2, 3]


def test_a_failed_feed_takes_no_number(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(broker, "seal", _fail)
        with pytest.raises(RuntimeError):
            feeding.feed(POSTS[:1], hub, how="import")
    feeding.feed(POSTS[:1], hub, how="import")
    assert Batch.objects.get().number == 1


def _fail(*_: object) -> bytes:
    raise RuntimeError("坏了")


def test_sent_batches_are_kept_for_days_to_be_sent_again(hub: Hub, frozen: clock.FrozenClock) -> None:
    feeding.feed(POSTS, hub, how="import")
    feeding.send_waiting(lambda body: None)
    assert feeding.forget_sent() == 0
    assert feeding.send_again(2) == 2
    sent: list[bytes] = []
    assert feeding.send_waiting(sent.append) == 2
    frozen.advance(feeding.KEPT + dt.timedelta(seconds=1))
    assert feeding.forget_sent() == 3
    assert feeding.fed() == 3


def test_the_auditor_tells_of_a_broker_that_is_away_and_of_a_gap(hub: Hub, frozen: clock.FrozenClock) -> None:
    feeding.feed(POSTS[:1], hub, how="import")
    Batch.objects.create(way=Batch.CAME, number=9, body=b"x", at=frozen())
    assert not {"hub.unsent", "hub.gap"} & {one.code for one in check()}
    frozen.advance(loop_tasks.LATE + dt.timedelta(seconds=1))
    assert {"hub.unsent", "hub.gap"} <= {one.code for one in check()}


def test_a_bureau_of_no_hub_has_nothing_to_do(monkeypatch: pytest.MonkeyPatch, hub: Hub) -> None:
    monkeypatch.delenv("HUIYING_HUB", raising=False)
    feeding.feed(POSTS[:1], hub, how="import")
    assert loop_tasks.hub() is None
    assert not loop_tasks._has_something_to_send(clock.now())
    assert not loop_tasks._may_have_changed(clock.now())


def test_a_process_knows_which_bureau_of_the_hub_it_is(monkeypatch: pytest.MonkeyPatch, hub: Hub) -> None:
    for bureau in hub.bureaus:
        monkeypatch.setenv("HUIYING_HUB", str(hub.path))
        monkeypatch.setenv("HUIYING_BUREAU", hub.environment(bureau)["HUIYING_BUREAU"])
        found = loop_tasks.hub()
        assert found == hub
        assert loop_tasks.own(hub) == bureau
