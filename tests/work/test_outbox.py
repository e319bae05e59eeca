"""The outbox: at least once, by lease, retry and idempotency key (habits 3, 8, 11)."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import given, strategies as st

from huiying.kernel import clock
from huiying.work import leases, outbox
from huiying.work.models import Counter, Job

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _handlers(monkeypatch: pytest.MonkeyPatch, frozen: clock.FrozenClock) -> None:
    monkeypatch.setattr(outbox, "_handlers", {})


def count(job: Job) -> dict[str, int]:
    """Writes something, so that a test sees whether the write stood."""
    Counter.objects.get_or_create(pk="written")
    counter = Counter.objects.get(pk="written")
    Counter.objects.filter(pk="written").update(value=counter.value + 1)
    return {"value": counter.value + 1}


def written() -> int:
    return Counter.objects.filter(pk="written").values_list("value", flat=True).first() or 0


def test_a_job_is_done_once_and_marked(frozen: clock.FrozenClock) -> None:
    outbox.handler("count")(count)
    job = outbox.enqueue("count", {"case": 1}, "count:1")
    assert outbox.run_due("w") == 1
    assert outbox.run_due("w") == 0
    job.refresh_from_db()
    assert (job.done_at, job.result, job.attempts, job.lease_until) == (frozen(), {"value": 1}, 1, None)
    assert written() == 1


def test_the_same_key_is_the_same_job() -> None:
    outbox.handler("count")(count)
    first = outbox.enqueue("count", {"case": 1}, "count:1")
    assert outbox.enqueue("count", {"case": 2}, "count:1").pk == first.pk
    outbox.run_due("w")
    assert outbox.enqueue("count", {"case": 1}, "count:1").pk == first.pk
    assert outbox.run_due("w") == 0
    assert Job.objects.get().payload == {"case": 1}


def test_a_rolled_back_change_takes_its_job_along() -> None:

    def act() -> None:
        with transaction.atomic():
            outbox.enqueue("count", {}, "count:1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert not Job.objects.exists()


def test_a_job_waits_for_its_time(frozen: clock.FrozenClock) -> None:
    outbox.handler("count")(count)
    outbox.enqueue("count", {}, "late", run_at=frozen() + 5 * MINUTE)
    assert outbox.run_due("w") == 0
    frozen.advance(5 * MINUTE)
    assert outbox.run_due("w") == 1


def test_the_most_overdue_job_comes_first(frozen: clock.FrozenClock) -> None:
    order: list[str] = []
    outbox.handler("note")(lambda job: order.append(job.idempotency_key))
    for key, late in (("b", 1), ("a", 3), ("c", 2)):
        outbox.enqueue("note", {}, key, run_at=frozen() - late * MINUTE)
    outbox.run_due("w")
    assert order == ["a", "c", "b"]


def test_what_a_failing_handler_wrote_is_rolled_back_and_tried_again(frozen: clock.FrozenClock) -> None:
    failures = [OSError("网关超时"), OSError("网关超时")]

    def flaky(job: Job) -> None:
        count(job)
        if failures:
            raise failures.pop()

    outbox.handler("flaky")(flaky)
    job = outbox.enqueue("flaky", {}, "f")
    outbox.run_due("w")
    job.refresh_from_db()
    assert written() == 0
    assert "网关超时" in job.error
    assert job.failed_at is None
    assert timedelta(seconds=8) <= job.next_action_at - frozen() <= timedelta(seconds=12)
    assert outbox.run_due("w") == 0
    for _ in range(2):
        frozen.advance(MINUTE)
        outbox.run_due("w")
    job.refresh_from_db()
    assert (written(), job.attempts, job.error) == (1, 3, "")


def test_after_the_last_attempt_the_job_fails_and_stays(frozen: clock.FrozenClock) -> None:
    def broken(job: Job) -> None:
        raise OSError("拒绝连接")

    outbox.handler("broken")(broken)
    job = outbox.enqueue("broken", {}, "b", max_attempts=3)
    for _ in range(5):
        outbox.run_due("w")
        frozen.advance(timedelta(hours=1))
    job.refresh_from_db()
    assert job.attempts == 3
    assert job.failed_at is not None
    assert "拒绝连接" in job.error
    assert outbox.retry_failed(job)
    assert not outbox.retry_failed(job)
    outbox._handlers["broken"] = outbox._Registered(count, False, MINUTE, None)
    outbox.run_due("w")
    assert written() == 1


def test_a_handler_may_give_up_at_once() -> None:
    def hopeless(job: Job) -> None:
        raise outbox.GiveUp("收件人已离职")

    outbox.handler("hopeless")(hopeless)
    outbox.enqueue("hopeless", {}, "h")
    outbox.run_due("w")
    job = Job.objects.get()
    assert (job.attempts, job.error) == (1, "收件人已离职")
    assert job.failed_at is not None


def test_an_unknown_kind_fails_with_a_clear_error() -> None:
    outbox.enqueue("nobody.knows", {}, "n")
    outbox.run_due("w")
    job = Job.objects.get()
    assert "nobody.knows" in job.error
    assert job.failed_at is not None


def test_a_kind_cannot_have_two_handlers() -> None:
    outbox.handler("count")(count)
    outbox.handler("count")(count)
    with pytest.raises(ValueError, match="两次"):
        outbox.handler("count")(lambda job: None)


def test_a_worker_that_died_leaves_the_job_to_the_next_after_the_lease(frozen: clock.FrozenClock) -> None:
    outbox.handler("count", lease=5 * MINUTE)(count)
    outbox.enqueue("count", {}, "c")
    assert outbox.claim("dead") is not None
    frozen.advance(4 * MINUTE)
    assert outbox.run_due("next") == 0
    frozen.advance(MINUTE)
    assert outbox.run_due("next") == 1
    assert (written(), Job.objects.get().attempts) == (1, 2)


def test_a_worker_that_was_only_slow_cannot_write(frozen: clock.FrozenClock) -> None:
    outbox.handler("count")(count)
    outbox.enqueue("count", {}, "c")
    slow = outbox.claim("slow")
    assert slow is not None
    frozen.advance(2 * MINUTE)
    assert outbox.run_due("next") == 1
    outbox.run(slow)
    job = Job.objects.get()
    assert (written(), job.holder, job.result) == (1, "next", {"value": 1})


def test_a_slow_worker_that_fails_does_not_spoil_the_job_of_the_next(frozen: clock.FrozenClock) -> None:
    def broken(job: Job) -> None:
        frozen.advance(2 * MINUTE)
        raise OSError

    outbox.handler("x", external=True)(broken)
    outbox.enqueue("x", {}, "c")
    slow = outbox.claim("slow")
    frozen.advance(2 * MINUTE)
    assert outbox.claim("next") is not None
    outbox.run(slow)
    job = Job.objects.get()
    assert (job.holder, job.error) == ("next", "")
    assert job.lease_until is not None


def test_a_loop_that_lost_its_lease_cannot_write(frozen: clock.FrozenClock) -> None:
    outbox.handler("count")(count)
    outbox.enqueue("count", {}, "c")
    old = leases.acquire("loop", "old", MINUTE)
    job = outbox.claim("old", old)
    frozen.advance(2 * MINUTE)
    new = leases.acquire("loop", "new", MINUTE)
    with pytest.raises(leases.LeaseLost):
        outbox.run(job, old)
    assert written() == 0
    with pytest.raises(leases.LeaseLost):
        outbox.claim("old", old)
    assert outbox.run_due("new", new) == 1
    assert written() == 1


def test_a_job_that_kills_every_worker_is_given_up(frozen: clock.FrozenClock) -> None:
    outbox.handler("deadly")(count)
    outbox.enqueue("deadly", {}, "d", max_attempts=2)
    for _ in range(2):
        assert outbox.claim("dies") is not None
        frozen.advance(2 * MINUTE)
    outbox.run_due("w")
    job = Job.objects.get()
    assert job.failed_at is not None
    assert "中途退出" in job.error
    assert written() == 0


def test_an_outside_effect_happens_before_its_mark_and_outside_the_transaction() -> None:
    depth: list[int] = []

    def effect(job: Job) -> dict[str, str]:
        depth.append(len(connection.savepoint_ids))
        return {"receipt": job.idempotency_key}

    def then(job: Job, result: object) -> None:
        depth.append(len(connection.savepoint_ids))
        count(job)

    outbox.handler("outside", external=True, then=then)(effect)
    outbox.enqueue("outside", {}, "o")
    outbox.run_due("w")
    assert depth[1] == depth[0] + 1
    assert (Job.objects.get().result, written()) == ({"receipt": "o"}, 1)


def test_an_outside_effect_is_repeated_when_the_mark_failed(frozen: clock.FrozenClock) -> None:
    keys: list[str] = []
    errors = [OSError("disk full")]

    def then(job: Job, result: object) -> None:
        if errors:
            raise errors.pop()

    outbox.handler("outside", external=True, then=then)(lambda job: keys.append(job.idempotency_key))
    outbox.enqueue("outside", {}, "o")
    outbox.run_due("w")
    frozen.advance(MINUTE)
    outbox.run_due("w")
    assert keys == ["o", "o"]
    assert Job.objects.get().done_at is not None


def test_no_more_than_the_limit_is_taken() -> None:
    outbox.handler("count")(count)
    for number in range(5):
        outbox.enqueue("count", {}, str(number))
    assert outbox.run_due("w", limit=3) == 3
    assert written() == 3


@given(key=st.text(max_size=30), attempts=st.integers(1, 60))
def test_retries_grow_up_to_an_hour_and_are_the_same_each_time(key: str, attempts: int) -> None:
    delay = outbox.retry_delay(key, attempts)
    base = min(10 * 2 ** (attempts - 1), 3600)
    assert 0.8 * base <= delay.total_seconds() <= 1.2 * base
    assert outbox.retry_delay(key, attempts) == delay


def test_jobs_that_failed_together_do_not_return_together() -> None:
    assert len({outbox.retry_delay(str(number), 3) for number in range(20)}) == 20


def test_what_comes_first_is_done_before_all_that_waited_longer(frozen: clock.FrozenClock) -> None:
    done: list[str] = []
    outbox.handler("note")(lambda job: done.append(job.idempotency_key))
    for number in range(3):
        outbox.enqueue("note", {}, f"old:{number}")
    frozen.advance(MINUTE)
    outbox.enqueue("note", {}, "life", comes_first=True)
    outbox.enqueue("note", {}, "later life", frozen() + MINUTE, comes_first=True)
    assert outbox.run_due("w", limit=2) == 2
    assert done == ["life", "old:0"]
    assert [pk for pk, _since in outbox.to_hand_out(10)] == list(
        Job.objects.filter(idempotency_key__in=["old:1", "old:2"]).values_list("pk", flat=True)
    )
    frozen.advance(MINUTE)
    assert outbox.to_hand_out(1)[0][0] == Job.objects.get(idempotency_key="later life").pk
    outbox.run_due("w")
    assert done == ["life", "old:0", "later life", "old:1", "old:2"]


def test_what_comes_first_and_failed_waits_for_its_next_time_like_any_other(frozen: clock.FrozenClock) -> None:
    done: list[str] = []

    def note(job: Job) -> None:
        if job.idempotency_key == "life" and job.attempts == 1:
            raise OSError("the gateway is down")
        done.append(job.idempotency_key)

    outbox.handler("note")(note)
    outbox.enqueue("note", {}, "life", comes_first=True)
    outbox.enqueue("note", {}, "old")
    outbox.run_due("w")
    assert done == ["old"]
    frozen.advance(MINUTE)
    outbox.run_due("w")
    assert done == ["old", "life"]
