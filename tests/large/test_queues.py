"""What the queues are: kept by several machines, one consumer at a time where order counts, nothing given up."""

import pytest

from huiying.hub import broker


def test_a_bureaus_posts_have_one_active_consumer_and_are_never_given_up() -> None:
    arguments = broker.in_order()
    assert arguments == {"x-queue-type": "quorum", "x-single-active-consumer": True, "x-delivery-limit": -1}


def test_the_intake_is_for_any_number_of_screeners() -> None:
    assert broker.kept() == {"x-queue-type": "quorum", "x-delivery-limit": -1}


def test_a_bureaus_card_is_a_bounded_log() -> None:
    arguments = broker.last_word()
    assert arguments["x-queue-type"] == "stream"
    assert arguments["x-stream-max-segment-size-bytes"] < arguments["x-max-length-bytes"] <= 64_000_000


def test_queues_outlive_the_broker_and_stand_on_the_default_exchange() -> None:
    queue = broker.queue("huiying.x", broker.kept())
    assert queue.durable
    assert not queue.auto_delete
    assert queue.exchange.name == ""
    assert queue.routing_key == queue.name == "huiying.x"


def test_two_bureaus_never_share_a_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {broker.posts_queue("h", "a"), broker.posts_queue("h", "b"), broker.rules_queue("h", "a")}
    names |= {broker.intake_queue("h"), broker.posts_queue("g", "a")}
    for bureau in ("h.a", "h.b"):
        monkeypatch.setenv("HUIYING_BUREAU", bureau)
        names.add(broker.work_queue())
    assert len(names) == 7


def test_without_a_name_a_bureau_is_called_as_its_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUIYING_BUREAU", raising=False)
    monkeypatch.setenv("HUIYING_DATABASE_URL", "postgres://u@db:5432/anshan")
    assert broker.work_queue() == "huiying.anshan.work"


def test_large_mode_without_a_broker_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUIYING_BROKER_URL", raising=False)
    with pytest.raises(broker.NoBroker, match="HUIYING_BROKER_URL"):
        broker.url()


def test_a_broker_that_is_away_is_an_error_that_callers_wait_for() -> None:
    with pytest.raises(broker.errors()), broker.connection("amqp://127.0.0.1:9//") as connection:
        connection.ensure_connection(max_retries=1, timeout=1)


def test_what_a_vanished_machine_had_locked_is_soon_free_where_there_are_several(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from huiying import settings

    monkeypatch.setenv("HUIYING_DATABASE_URL", "postgres://u@db:5432/anshan")
    monkeypatch.delenv("HUIYING_BROKER_URL", raising=False)
    assert not settings._database().get("OPTIONS")
    monkeypatch.setenv("HUIYING_BROKER_URL", "amqp://b//")
    assert settings._database()["OPTIONS"] == {"options": settings.SOON_GONE}
    seconds = dict(part.split("=") for part in settings.SOON_GONE.split() if "=" in part)
    idle, between, count = (int(seconds[f"tcp_keepalives_{name}"]) for name in ("idle", "interval", "count"))
    assert idle + between * count <= 10
