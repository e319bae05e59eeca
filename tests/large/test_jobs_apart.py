"""Jobs done by other processes: a task carries a number, the row is the truth, and it may come twice (habit 11)."""

import datetime as dt

import pytest

from huiying.hub import broker, signs, tasks
from huiying.kernel import clock
from huiying.work import outbox
from huiying.work.models import Counter, Heartbeat, Job

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _registry(monkeypatch: pytest.MonkeyPatch, frozen: clock.FrozenClock) -> None:
    monkeypatch.setattr(outbox, "_handlers", {})
    outbox.handler("count")(count)
    outbox.handler("home", beside_loop=True)(lambda job: None)


def count(job: Job) -> None:
    Counter.objects.create(pk=f"done {job.pk}")


class Meter:
    """Seconds that a test moves on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Line:
    """Takes numbers as the broker would, or is away."""

    def __init__(self) -> None:
        self.told: list[int] = []
        self.is_away = False

    def __call__(self, pk: int) -> None:
        if self.is_away:
            raise ConnectionRefusedError("away")
        self.told.append(pk)


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
def hand_out(line: Line, meter: Meter) -> tasks.HandOut:
    return tasks.HandOut(line, meter)


def test_a_task_carries_a_number_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_BUREAU", "unit")
    job = outbox.enqueue("count", {"secret": "居民张某的电话"}, "k")
    publish = tasks.Publisher("memory://")
    publish(job.pk)
    with broker.connection("memory://") as connection:
        queue = broker.queue("huiying.unit.work", {})(connection.default_channel)
        message = queue.get(no_ack=True)
        assert message is not None
        arguments, keywords, _embedded = message.decode()
        assert (arguments, keywords) == ([job.pk], {})
        assert message.headers["task"] == "huiying.job"
        assert "张某" not in str(message.headers) + str(message.properties)
        assert queue.get(no_ack=True) is None
    publish.close()


def test_the_worker_takes_one_at_a_time_and_confirms_when_it_is_done() -> None:
    conf = tasks.make("memory://").conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.task_ignore_result
    (queue,) = conf.task_queues
    assert queue.queue_arguments == {"x-queue-type": "quorum", "x-delivery-limit": -1}
    assert queue.durable
    assert conf.broker_transport_options["confirm_publish"]


def test_a_number_that_comes_twice_is_done_once() -> None:
    job = outbox.enqueue("count", {}, "k")
    assert tasks.job(job.pk)
    assert not tasks.job(job.pk)
    assert Counter.objects.count() == 1
    row = Job.objects.get()
    assert row.done_at is not None
    assert row.holder == tasks.holder()


def test_a_number_that_came_too_early_or_of_no_row_does_nothing(frozen: clock.FrozenClock) -> None:
    job = outbox.enqueue("count", {}, "k", run_at=frozen() + SECOND)
    assert not tasks.job(job.pk)
    assert not tasks.job(10**9)
    frozen.advance(SECOND)
    assert tasks.job(job.pk)


def test_what_somebody_else_has_in_hand_is_left_to_him() -> None:
    job = outbox.enqueue("count", {}, "k")
    taken = outbox.claim("worker:other:1")
    assert taken is not None
    assert not tasks.job(job.pk)
    outbox.run(taken)
    assert Counter.objects.count() == 1


def test_what_is_due_is_told_once_and_what_is_not_is_not(
    hand_out: tasks.HandOut, line: Line, frozen: clock.FrozenClock
) -> None:
    first = outbox.enqueue("count", {}, "1")
    second = outbox.enqueue("count", {}, "2")
    outbox.enqueue("count", {}, "later", run_at=frozen() + dt.timedelta(hours=1))
    outbox.enqueue("home", {}, "home")
    assert hand_out() == 2
    assert hand_out() == 0
    assert line.told == [first.pk, second.pk]


def test_what_stays_due_is_told_again(hand_out: tasks.HandOut, line: Line, meter: Meter) -> None:
    job = outbox.enqueue("count", {}, "1")
    hand_out()
    meter.now = tasks.AGAIN_AFTER
    assert hand_out() == 1
    assert line.told == [job.pk, job.pk]
    tasks.job(job.pk)
    meter.now *= 3
    assert hand_out() == 0


def test_a_job_that_failed_is_told_when_its_next_turn_comes(
    hand_out: tasks.HandOut, line: Line, frozen: clock.FrozenClock
) -> None:
    def fail(job: Job) -> None:
        raise RuntimeError("坏了")

    outbox.handler("fails")(fail)
    job = outbox.enqueue("fails", {}, "1")
    hand_out()
    tasks.job(job.pk)
    assert hand_out() == 0
    frozen.advance(dt.timedelta(seconds=13))
    assert hand_out() == 1
    assert line.told == [job.pk, job.pk]


def test_while_the_broker_is_away_rows_wait_and_are_told_later(
    hand_out: tasks.HandOut, line: Line, meter: Meter
) -> None:
    jobs = [outbox.enqueue("count", {}, str(n)) for n in range(3)]
    line.is_away = True
    assert hand_out() == 0
    line.is_away = False
    assert hand_out() == 0  # left alone for a moment
    meter.now += tasks.REST
    assert hand_out() == 3
    assert line.told == [job.pk for job in jobs]
    assert Job.objects.filter(failed_at__isnull=True, attempts=0).count() == 3


def test_what_a_dead_worker_had_is_due_again_and_what_a_living_one_has_is_not(
    hand_out: tasks.HandOut, line: Line, frozen: clock.FrozenClock
) -> None:
    for name in ("dead", "alive"):
        outbox.enqueue("count", {}, name)
        job = outbox.claim(f"worker:{name}:1")
        assert job is not None
        Heartbeat.objects.create(name=f"worker:{name}:1", at=frozen(), pid=1)
    frozen.advance(7 * SECOND)
    Heartbeat.objects.filter(name="worker:alive:1").update(at=frozen())
    assert hand_out() == 1
    freed = Job.objects.get(pk=line.told[0])
    assert freed.idempotency_key == "dead"


def test_a_worker_that_was_only_slow_writes_nothing_once_its_job_was_given_away(frozen: clock.FrozenClock) -> None:
    outbox.enqueue("count", {}, "k")
    slow = outbox.claim("worker:slow:1")
    assert slow is not None
    frozen.advance(7 * SECOND)
    assert outbox.free_jobs_of_the_dead(frozen() - 6 * SECOND) == 1
    assert tasks.job(slow.pk)
    outbox.run(slow)
    assert Counter.objects.count() == 1
    assert Job.objects.get().holder == tasks.holder()


def test_the_loops_own_lease_is_not_taken_for_a_dead_workers(frozen: clock.FrozenClock) -> None:
    outbox.enqueue("count", {}, "k")
    assert outbox.claim("host:1") is not None
    frozen.advance(30 * SECOND)
    assert outbox.free_jobs_of_the_dead(frozen()) == 0


def test_signs_of_life_are_renewed_and_old_ones_forgotten(frozen: clock.FrozenClock) -> None:
    tasks.beat()
    frozen.advance(SECOND)
    tasks.beat()
    assert Heartbeat.objects.get().at == frozen()
    signs.beat("stream:other:1")
    frozen.advance(2 * signs.FORGOTTEN_AFTER)
    assert signs.forget_the_dead() == 2
