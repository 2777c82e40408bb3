"""What the Cloud Tasks emulator sends, when, and what it makes of the answers. Time is moved by hand and exact."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

import pytest
from google.api_core import exceptions as api
from google.auth import exceptions as auth
from google.auth import jwt
from google.cloud import tasks_v2

from emulators.oidc import TokenSigner
from emulators.tasks.emulator import TasksEmulator
from emulators.tasks.errors import TasksError
from shared.adapters.memory.clock import ManualClock
from shared.adapters.system_clock import SystemClock
from shared.adapters.tasks.client import make_client
from shared.kernel.errors import ClearwayError
from tests.support.tasks import WAIT_S, Received, Reply, TaskTarget
from tests.support.tasks_emulator import LOCATION, NOON, QUEUE, Tasks, signer, tasks_emulator

ACCOUNT = "queue@demo.iam.gserviceaccount.com"


@pytest.fixture
def tasks() -> Iterator[Tasks]:
    with tasks_emulator() as bench:
        yield bench


def seconds(value: float) -> timedelta:
    return timedelta(seconds=value)


def failing(times: int, status: int = 500) -> Any:
    return lambda request: Reply(status if request.retry_count < times else 200)


def claims(request: Received, audience: str, key: TokenSigner) -> dict[str, Any]:
    token = request.headers["Authorization"].removeprefix("Bearer ")
    verified: dict[str, Any] = jwt.decode(token, certs=key.certs(), audience=audience)  # type: ignore[no-untyped-call]
    return verified


class Gate:
    """Holds requests until it is opened, and lets everything through from then on."""

    def __init__(self) -> None:
        self._open = threading.Event()

    def __call__(self, _: Received) -> Reply:
        assert self._open.wait(WAIT_S)
        return Reply()

    def open(self) -> None:
        self._open.set()


def test_a_task_that_is_due_goes_out_without_waiting_for_time_to_pass(tasks: Tasks) -> None:
    tasks.create_queue()
    tasks.create("one", body=b"\x00\xff")
    [request] = tasks.target.wait_for(1)
    assert (request.method, request.path, request.body) == ("POST", "/work", b"\x00\xff")


def test_the_headers_of_a_first_attempt(tasks: Tasks) -> None:
    tasks.create_queue()
    reserved = {"X-CloudTasks-TaskName": "x", "User-Agent": "x", "x-google-a": "x", "X-AppEngine-a": "x", "Host": "x"}
    tasks.create("one", headers={"Content-Type": "text/plain", "X-Mine": "1", **reserved})
    tasks.emulator.advance(0)
    headers = dict(tasks.target.requests[0].headers)
    assert headers.pop("Host") == tasks.target.url.removeprefix("http://")
    assert headers.pop("Accept-Encoding") == "identity"
    assert headers == {
        "Content-Type": "text/plain",
        "Content-Length": "2",
        "X-Mine": "1",
        "User-Agent": "Google-Cloud-Tasks",
        "X-CloudTasks-QueueName": "q",
        "X-CloudTasks-TaskName": "one",
        "X-CloudTasks-TaskRetryCount": "0",
        "X-CloudTasks-TaskExecutionCount": "0",
        "X-CloudTasks-TaskETA": f"{NOON.timestamp():.6f}",
    }


def test_the_headers_of_a_retry_tell_of_the_attempts_before(tasks: Tasks) -> None:
    statuses = [404, 503, 409, 200]
    tasks.target.answer = lambda request: Reply(statuses[request.retry_count])
    tasks.create_queue()
    tasks.create("one")
    tasks.emulator.advance(60)
    names = ("TaskRetryCount", "TaskExecutionCount", "TaskPreviousResponse", "TaskRetryReason")
    told = [tuple(request.headers.get(f"X-CloudTasks-{name}") for name in names) for request in tasks.target.requests]
    # A failure with a status of 5xx does not count as an execution.
    assert told == [
        ("0", "0", None, None),
        ("1", "1", "404", "HTTP status code 404"),
        ("2", "1", "503", "HTTP status code 503"),
        ("3", "2", "409", "HTTP status code 409"),
    ]
    etas = [float(request.headers["X-CloudTasks-TaskETA"]) - NOON.timestamp() for request in tasks.target.requests]
    assert etas == pytest.approx([0, 0.1, 0.3, 0.7])


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_a_task_may_use_another_method_and_a_query(tasks: Tasks, method: str) -> None:
    tasks.create_queue()
    body = b"x" if method in {"PUT", "PATCH"} else b""
    url = f"{tasks.target.url}/a%20b?c=d e&f=ë"
    tasks.create(url=url, http_method=getattr(tasks_v2.HttpMethod, method), body=body)
    tasks.emulator.advance(60)
    [request] = tasks.target.requests
    assert (request.method, request.path, request.body) == (method, "/a%20b?c=d%20e&f=%C3%AB", body)


def test_the_token_of_a_call_verifies_with_the_emulators_key(tasks: Tasks) -> None:
    tasks.create_queue()
    tasks.create("one", oidc_token={"service_account_email": ACCOUNT, "audience": "https://function"})
    tasks.emulator.advance(0)
    [request] = tasks.target.requests
    told = claims(request, "https://function", tasks.emulator.signer)
    assert (told["iss"], told["email"], told["email_verified"]) == ("https://accounts.google.com", ACCOUNT, True)
    assert told["exp"] - told["iat"] == 3600
    with pytest.raises(auth.InvalidValue, match="audience"):
        claims(request, "https://other", tasks.emulator.signer)
    with pytest.raises(auth.MalformedError):
        claims(request, "https://function", TokenSigner())


def test_the_audience_is_the_url_unless_one_is_given(tasks: Tasks) -> None:
    tasks.create_queue()
    tasks.create("one", oidc_token={"service_account_email": ACCOUNT})
    tasks.emulator.advance(0)
    assert claims(tasks.target.requests[0], f"{tasks.target.url}/work", signer())["email"] == ACCOUNT


def test_without_an_account_there_is_no_token(tasks: Tasks) -> None:
    tasks.create_queue()
    tasks.create("one", headers={"Authorization": "Basic bWluZQ=="})
    tasks.emulator.advance(0)
    assert tasks.target.requests[0].headers["Authorization"] == "Basic bWluZQ=="


def test_pauses_double_up_to_the_number_of_doublings(tasks: Tasks) -> None:
    tasks.target.answer = failing(7)
    tasks.create_queue(
        retry_config={"min_backoff": seconds(0.2), "max_backoff": seconds(2), "max_doublings": 2, "max_attempts": -1}
    )
    tasks.create("one")
    tasks.emulator.advance(3600)
    times = tasks.at_s()
    pauses = [round(later - earlier, 6) for earlier, later in pairwise(times)]
    assert pauses == [0.2, 0.4, 0.8, 1.6, 2, 2, 2]


def test_after_the_last_attempt_a_task_is_gone(tasks: Tasks) -> None:
    tasks.target.answer = failing(99)
    tasks.create_queue(retry_config={"max_attempts": 3, "min_backoff": seconds(1)})
    tasks.create("one")
    tasks.emulator.advance(2)
    assert tasks.get("one").dispatch_count == 2
    tasks.emulator.advance(1)
    assert tasks.at_s() == [0, 1, 3]
    with pytest.raises(api.NotFound):
        tasks.get("one")
    assert (tasks.counts()["failures"], tasks.counts()["dropped"]) == (3, 1)


def test_a_time_limit_ends_attempts_only_when_it_has_passed(tasks: Tasks) -> None:
    tasks.target.answer = failing(99)
    tasks.create_queue(retry_config={"max_attempts": 2, "max_retry_duration": seconds(10), "min_backoff": seconds(4)})
    tasks.create("one")
    tasks.emulator.advance(3600)
    assert tasks.at_s() == [0, 4, 12]


def test_a_queues_rate_holds_over_all_its_tasks(tasks: Tasks) -> None:
    tasks.create_queue(rate_limits={"max_dispatches_per_second": 10})
    for number in range(30):
        tasks.create(f"t{number:02}")
    tasks.emulator.advance(60)
    assert sorted(tasks.at_s()) == [0] * 10 + [round(0.1 * n, 6) for n in range(1, 21)]


def test_a_retry_needs_a_token_too(tasks: Tasks) -> None:
    tasks.target.answer = failing(3)
    tasks.create_queue(rate_limits={"max_dispatches_per_second": 0.1}, retry_config={"min_backoff": seconds(0.1)})
    tasks.create("one")
    tasks.emulator.advance(60)
    assert tasks.at_s() == [0, 10, 20, 30]


def test_no_more_are_in_flight_than_the_queue_allows(tasks: Tasks) -> None:
    gate = Gate()
    tasks.target.answer = gate
    tasks.create_queue(rate_limits={"max_concurrent_dispatches": 3})
    for number in range(5):
        tasks.create(f"t{number}")
    tasks.target.wait_for(3)
    assert (tasks.counts()["in_flight"], tasks.counts()["pending"]) == (3, 2)
    gate.open()
    tasks.emulator.advance(0)
    assert sorted(request.name for request in tasks.target.requests) == ["t0", "t1", "t2", "t3", "t4"]


def test_queues_take_turns_when_workers_are_few() -> None:
    with tasks_emulator(workers=1) as tasks:
        gate = Gate()
        tasks.target.answer = gate
        for queue in ("a", "b"):
            tasks.create_queue(f"{LOCATION}/queues/{queue}")
            for number in range(3):
                tasks.create(f"{queue}{number}", queue=f"{LOCATION}/queues/{queue}")
        gate.open()
        tasks.emulator.advance(0)
        assert [request.name for request in tasks.target.requests] == ["a0", "b0", "a1", "b1", "a2", "b2"]


def test_an_attempt_beyond_its_deadline_is_cut_and_retried(tasks: Tasks) -> None:
    gate = Gate()
    tasks.target.answer = lambda request: gate(request) if request.retry_count == 0 else Reply()
    tasks.create_queue(retry_config={"min_backoff": seconds(5)})
    task = tasks_v2.Task(
        name=f"{QUEUE}/tasks/one", http_request={"url": tasks.target.url}, dispatch_deadline=seconds(15)
    )
    tasks.client.create_task(parent=QUEUE, task=task)
    tasks.target.wait_for(1)
    tasks.emulator.advance(14.999, settle=False)
    assert tasks.counts()["in_flight"] == 1
    tasks.emulator.advance(0.001, settle=False)
    tasks.emulator.advance(0)
    status = tasks.get("one").last_attempt.response_status
    assert (status.code, tasks.get("one").response_count) == (4, 0)
    tasks.emulator.advance(60)
    gate.open()
    assert tasks.at_s() == [0, 20]


def test_retry_after_in_seconds_is_waited_for(tasks: Tasks) -> None:
    tasks.target.answer = lambda request: Reply(429, {"Retry-After": "30"}) if request.retry_count == 0 else Reply()
    tasks.create_queue()
    tasks.create("one")
    tasks.emulator.advance(60)
    assert tasks.at_s() == [0, 30]


def test_retry_after_as_a_date_is_waited_for(tasks: Tasks) -> None:
    # A date in the header is compared with the time of day that the sender of the header has, which is the real one.
    date = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    tasks.target.answer = lambda request: Reply(503, {"Retry-After": date}) if request.retry_count == 0 else Reply()
    tasks.create_queue()
    tasks.create("one")
    tasks.emulator.advance(3 * 3600)
    assert tasks.at_s() == [0, pytest.approx(7200, abs=120)]


@pytest.mark.parametrize(("status", "value"), [(500, "30"), (503, "soon"), (503, "-5"), (429, "")])
def test_a_retry_after_that_does_not_count_or_cannot_be_read_changes_nothing(
    tasks: Tasks, status: int, value: str
) -> None:
    tasks.target.answer = lambda request: Reply(status if request.retry_count == 0 else 200, {"Retry-After": value})
    tasks.create_queue()
    tasks.create("one")
    tasks.emulator.advance(60)
    assert tasks.at_s() == [0, 0.1]


def test_a_target_that_refuses_connections_is_tried_again(tasks: Tasks) -> None:
    tasks.create_queue(retry_config={"min_backoff": seconds(1), "max_backoff": seconds(1)})
    tasks.target.stop()
    tasks.create("one")
    tasks.emulator.advance(2.5)
    task = tasks.get("one")
    assert (task.dispatch_count, task.response_count, task.last_attempt.response_status.code) == (3, 0, 14)
    assert tasks.counts()["failures"] == 3


def test_a_target_that_dies_in_the_middle_is_tried_again(tasks: Tasks) -> None:
    def answer(request: Received) -> Reply:
        if request.retry_count == 0:
            raise ConnectionAbortedError
        return Reply()

    tasks.target.answer = answer
    tasks.create_queue()
    tasks.create("one")
    tasks.emulator.advance(60)
    assert tasks.at_s() == [0, 0.1]
    assert tasks.target.requests[1].headers["X-CloudTasks-TaskPreviousResponse"] == "0"


def test_connections_are_kept_for_the_next_task(tasks: Tasks) -> None:
    tasks.create_queue()
    for number in range(40):
        tasks.create(f"t{number}", in_s=number)
    tasks.emulator.advance(60)
    # One connection would do, but each that a loaded machine leaves idle for a second is replaced.
    assert (len(tasks.target.requests), tasks.target.connections < 20) == (40, True)


def test_a_connection_that_the_server_closes_is_not_used_again(tasks: Tasks) -> None:
    tasks.target.answer = lambda _: Reply(headers={"Connection": "close"})
    tasks.create_queue()
    for number in range(3):
        tasks.create(f"t{number}", in_s=number)
    tasks.emulator.advance(60)
    assert (tasks.at_s(), tasks.target.connections) == ([0, 1, 2], 3)


def test_a_task_deleted_in_flight_is_not_retried(tasks: Tasks) -> None:
    gate = Gate()
    tasks.target.answer = lambda request: Reply(500) if gate(request) else Reply()
    tasks.create_queue()
    tasks.create("one")
    tasks.target.wait_for(1)
    tasks.client.delete_task(name=f"{QUEUE}/tasks/one")
    gate.open()
    tasks.emulator.advance(3600)
    assert len(tasks.target.requests) == 1


def test_run_dispatches_a_task_a_second_time_while_it_is_in_flight(tasks: Tasks) -> None:
    gate = Gate()
    tasks.target.answer = gate
    tasks.create_queue()
    tasks.create("one")
    tasks.target.wait_for(1)
    tasks.client.run_task(name=f"{QUEUE}/tasks/one")
    assert sorted(request.retry_count for request in tasks.target.wait_for(2)) == [0, 1]
    gate.open()
    tasks.emulator.advance(0)
    assert (tasks.counts()["pending"], tasks.counts()["succeeded"]) == (0, 2)


def test_advance_waits_for_what_is_in_flight_but_not_for_ever(tasks: Tasks) -> None:
    gate = Gate()
    tasks.target.answer = gate
    tasks.create_queue()
    tasks.create("one")
    tasks.target.wait_for(1)
    with pytest.raises(ClearwayError) as caught:
        tasks.emulator._dispatcher.advance(60, patience_s=0.01)
    gate.open()
    assert (caught.value.code, tasks.clock.now()) == (TasksError.UNSETTLED, NOON)


def test_the_same_steps_give_the_same_times() -> None:
    def run() -> list[tuple[float, str, int]]:
        with tasks_emulator() as tasks:
            tasks.target.answer = lambda request: Reply(500 if (request.retry_count + len(request.body)) % 3 else 200)
            tasks.create_queue(rate_limits={"max_dispatches_per_second": 3, "max_concurrent_dispatches": 2})
            for number in range(12):
                tasks.create(f"t{number:02}", in_s=number % 4, body=b"x" * number)
            tasks.emulator.advance(600)
            requests = tasks.target.requests
            return sorted(
                (at, request.name, request.retry_count) for at, request in zip(tasks.at_s(), requests, strict=True)
            )

    first = run()
    assert len(first) > 20
    assert first == run()


def test_on_the_real_clock_tasks_go_out_when_they_are_due_and_not_before() -> None:
    clock = SystemClock()
    with TaskTarget(clock) as target, TasksEmulator(signer=signer()) as emulator:
        client = make_client(emulator.address)
        client.create_queue(parent=LOCATION, queue=tasks_v2.Queue(name=QUEUE))
        now = clock.now()
        due = {"hours": now + timedelta(hours=3), "later": now + seconds(0.3), "sooner": now + seconds(0.1)}
        for name, at in due.items():  # each is due before the one that the timer waits for
            task = tasks_v2.Task(
                name=f"{QUEUE}/tasks/{name}", schedule_time=at, http_request={"url": target.url, "body": b"x"}
            )
            client.create_task(parent=QUEUE, task=task)
        requests = target.wait_for(2)
        client.transport.close()  # type: ignore[no-untyped-call]
    assert {request.name for request in requests} == {"sooner", "later"}
    assert all(request.at >= due[request.name] for request in requests)


def test_on_the_real_clock_time_cannot_be_moved() -> None:
    with TasksEmulator(signer=signer()) as emulator, pytest.raises(ClearwayError) as caught:
        emulator.advance(1)
    assert caught.value.code is TasksError.INVALID


def test_stopping_cuts_what_is_in_flight_and_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    gate = Gate()
    with TaskTarget(ManualClock(NOON), gate) as target:
        with TasksEmulator(clock=SystemClock(), signer=signer()) as emulator:
            client = make_client(emulator.address)
            client.create_queue(parent=LOCATION, queue=tasks_v2.Queue(name=QUEUE))
            client.create_task(parent=QUEUE, task=tasks_v2.Task(http_request={"url": target.url}))
            target.wait_for(1)
            client.transport.close()  # type: ignore[no-untyped-call]
        left = {thread.name for thread in set(threading.enumerate()) - before if thread.name.startswith("tasks-")}
        gate.open()
    assert left == set()
