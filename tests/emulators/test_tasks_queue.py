"""One queue of the Cloud Tasks emulator, without a network: rates, retries, names. Time is an argument."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from grpc import StatusCode

from emulators.tasks.errors import TasksError
from emulators.tasks.queue import TaskQueue
from emulators.tasks.rates import RatePolicy
from emulators.tasks.task import HttpCall, Result, StoredTask
from shared.adapters.tasks.ended_names import EndedNames
from shared.adapters.tasks.rules import RetryPolicy
from shared.kernel.errors import ClearwayError

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DONE = Result(200, StatusCode.OK, "")
FAILED = Result(500, StatusCode.INTERNAL, "HTTP status code 500")


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def queue(*, retry: RetryPolicy | None = None, rate: RatePolicy | None = None) -> TaskQueue:
    return TaskQueue("projects/p/locations/l/queues/q", retry or RetryPolicy(), rate or RatePolicy(), NOON)


def added(target: TaskQueue, task_id: str, in_s: float = 0, now_s: float = 0) -> StoredTask:
    task = StoredTask(task_id, HttpCall("POST", "http://host/", {}, b""), at(now_s), at(in_s), 600)
    target.add(task, at(now_s))
    return task


def dispatch_times(target: TaskQueue, count: int) -> list[float]:
    """When each of the next attempts may start, if every one succeeds at once; in seconds after noon."""
    times: list[float] = []
    while len(times) < count and (due := target.next_at()) is not None:
        now = max(due, at(times[-1]) if times else NOON)
        started = target.start_due(now)
        assert started is not None
        target.finish(*started, DONE, now)
        times.append((now - NOON).total_seconds())
    return times


def test_pauses_double_then_grow_by_the_last_step_then_stay_at_the_maximum() -> None:
    # The example of the reference of RetryConfig.max_doublings.
    policy = RetryPolicy(min_backoff_s=10, max_backoff_s=300, max_doublings=3)
    assert [policy.backoff_s(attempts) for attempts in range(1, 10)] == [10, 20, 40, 80, 160, 240, 300, 300, 300]


def test_pauses_double_sixteen_times_by_default_and_end_at_an_hour() -> None:
    policy = RetryPolicy()
    assert [policy.backoff_s(attempts) for attempts in (1, 2, 3, 15, 16, 17, 10_000)] == [
        0.1,
        0.2,
        0.4,
        1638.4,
        3276.8,
        3600,
        3600,
    ]


def test_without_doublings_pauses_grow_evenly() -> None:
    policy = RetryPolicy(min_backoff_s=5, max_backoff_s=18, max_doublings=0)
    assert [policy.backoff_s(attempts) for attempts in (1, 2, 3, 4)] == [5, 10, 15, 18]


@pytest.mark.parametrize(
    ("max_attempts", "max_duration_s", "attempts", "age_s", "given_up"),
    [
        (3, 0, 2, 9e5, False),
        (3, 0, 3, 0, True),
        (-1, 0, 10**6, 9e5, False),
        (3, 60, 3, 59, False),  # both limits have to be passed
        (3, 60, 2, 61, False),
        (3, 60, 3, 60, True),
        (-1, 60, 1, 60, True),
        (-1, 60, 99, 59, False),
    ],
)
def test_a_task_is_given_up_when_every_limit_that_is_set_is_passed(
    max_attempts: int, max_duration_s: float, attempts: int, age_s: float, given_up: bool
) -> None:
    policy = RetryPolicy(max_attempts=max_attempts, max_retry_duration_s=max_duration_s)
    age = timedelta(seconds=age_s)
    assert policy.exhausted(attempts, since_first_attempt=age, since_creation=age) is given_up


def test_a_rate_lets_a_burst_through_and_then_one_at_a_time() -> None:
    limited = queue(rate=RatePolicy(10, 100))
    for number in range(30):
        added(limited, f"t{number}")
    assert dispatch_times(limited, 30) == [0] * 10 + [round(0.1 * n, 6) for n in range(1, 21)]


def test_tokens_come_back_while_nothing_is_dispatched_but_never_more_than_the_burst() -> None:
    limited = queue(rate=RatePolicy(2, 100))
    for number in range(4):
        added(limited, f"t{number}")
    assert dispatch_times(limited, 4) == [0, 0, 0.5, 1]
    for number in range(4, 8):
        added(limited, f"t{number}", in_s=60, now_s=1)
    assert dispatch_times(limited, 4) == [60, 60, 60.5, 61]


def test_a_rate_below_one_a_second_dispatches_one_at_a_time() -> None:
    limited = queue(rate=RatePolicy(0.25, 100))
    for number in range(3):
        added(limited, f"t{number}")
    assert dispatch_times(limited, 3) == [0, 4, 8]


def test_a_changed_rate_holds_at_once() -> None:
    limited = queue(rate=RatePolicy(1, 100))
    for number in range(4):
        added(limited, f"t{number}")
    assert dispatch_times(limited, 2) == [0, 1]
    limited.configure(RetryPolicy(), RatePolicy(10, 100), at(1))
    assert [limited.start_due(at(1)) is not None for _ in range(3)] == [True, True, False]


def test_no_more_are_in_flight_than_may_be() -> None:
    limited = queue(rate=RatePolicy(500, 2))
    for number in range(3):
        added(limited, f"t{number}")
    first, second = limited.start_due(NOON), limited.start_due(NOON)
    assert first is not None
    assert second is not None
    assert (limited.start_due(at(99)), limited.next_at()) == (None, None)
    limited.finish(*first, FAILED, at(99))
    assert limited.start_due(at(99)) is not None


def test_tasks_go_in_order_of_time_then_of_creation() -> None:
    plain = queue()
    for task_id, in_s in (("c", 2), ("a", 1), ("d", 2), ("b", 1)):
        added(plain, task_id, in_s)
    order = [started[0].id for _ in range(4) if (started := plain.start_due(at(2)))]
    assert order == ["a", "b", "c", "d"]


def test_a_paused_queue_dispatches_nothing_but_what_is_forced() -> None:
    paused = queue()
    added(paused, "one")
    paused.paused = True
    assert (paused.next_at(), paused.start_due(at(99))) == (None, None)
    task, attempt = paused.run("one", at(99))
    paused.finish(task, attempt, FAILED, at(99))
    assert task.scheduled_at == at(99.1)


def test_a_forced_run_leaves_no_second_entry_in_the_schedule() -> None:
    plain = queue()
    added(plain, "one", in_s=60)
    task, attempt = plain.run("one", NOON)
    assert plain.next_at() is None
    plain.finish(task, attempt, FAILED, NOON)
    assert plain.next_at() == at(0.1)
    assert plain.start_due(at(60)) is not None
    assert plain.next_at() is None


def test_a_task_that_is_deleted_in_flight_stays_deleted_whatever_its_attempt_says() -> None:
    plain = queue()
    added(plain, "one")
    started = plain.start_due(NOON)
    assert started is not None
    plain.delete("one", NOON)
    assert plain.finish(*started, FAILED, at(1))
    assert (list(plain.tasks()), plain.next_at(), plain.in_flight) == ([], None, 0)


@pytest.mark.parametrize("ended_by", ["success", "deletion", "purge"])
def test_an_ended_name_is_refused_for_an_hour(ended_by: str) -> None:
    plain = queue()
    task = added(plain, "one")
    if ended_by == "success":
        started = plain.start_due(NOON)
        assert started is not None
        plain.finish(*started, DONE, NOON)
    elif ended_by == "deletion":
        plain.delete("one", NOON)
    else:
        plain.purge(NOON)
    with pytest.raises(ClearwayError) as caught:
        plain.add(task, at(3599.999))
    assert caught.value.code is TasksError.EXISTS
    plain.add(task, at(3600))


def test_names_are_forgotten_after_their_hour() -> None:
    plain = queue()
    for number in range(100):
        added(plain, f"t{number}", now_s=number)
        plain.delete(f"t{number}", at(number))
    added(plain, "last", now_s=4000)
    plain.delete("last", at(4000))
    assert list(plain._ended._until) == ["last"]


def test_a_name_that_ends_again_is_kept_from_its_last_end() -> None:
    names: EndedNames[str] = EndedNames(timedelta(hours=1))
    names.add("one", at(0))
    names.add("one", at(10))
    names.add("other", at(3605))
    assert [names.refuses("one", at(seconds)) for seconds in (3605, 3609, 3610)] == [True, True, False]


@pytest.mark.parametrize(
    ("status", "retry_after_s", "pause_s"),
    [(429, 30, 30), (503, 30, 30), (503, 0, 0.1), (500, 30, 0.1), (429, 10**9, 30 * 86_400)],
)
def test_retry_after_can_only_make_a_pause_longer(status: int, retry_after_s: float, pause_s: float) -> None:
    plain = queue()
    added(plain, "one")
    started = plain.start_due(NOON)
    assert started is not None
    plain.finish(*started, Result(status, StatusCode.UNAVAILABLE, "", timedelta(seconds=retry_after_s)), NOON)
    assert plain.next_at() == at(pause_s)


def test_a_task_may_have_a_retry_policy_of_its_own() -> None:
    plain = queue(retry=RetryPolicy(max_attempts=5, min_backoff_s=9))
    added(plain, "one").retry = RetryPolicy(max_attempts=2, min_backoff_s=1)
    for now_s, kept in ((0, True), (1, False)):
        started = plain.start_due(at(now_s))
        assert started is not None
        assert plain.finish(*started, FAILED, at(now_s)) is kept


def test_the_counts_tell_attempts_and_their_ends() -> None:
    plain = queue(retry=RetryPolicy(max_attempts=1))
    for task_id, result in (("a", DONE), ("b", FAILED), ("c", DONE)):
        added(plain, task_id)
        started = plain.start_due(NOON)
        assert started is not None
        plain.finish(*started, result, NOON)
    counts = plain.counts
    assert (counts.dispatched, counts.succeeded, counts.failures, counts.dropped) == (3, 2, 1, 1)
