"""The task queue's contract: the same cases on the in-memory twin and on Google's client with our emulator."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import grpc
import pytest
from google.auth import jwt
from google.cloud import tasks_v2

from emulators.oidc import TokenSigner
from emulators.tasks.emulator import TasksEmulator
from emulators.tasks.wire_queues import retry_message
from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.tasks import InMemoryTaskQueue
from shared.adapters.tasks.client import make_client
from shared.adapters.tasks.queue import CloudTasksQueue
from shared.adapters.tasks.rules import RetryPolicy
from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.usage import measured
from shared.ports.tasks import Task, TaskQueue
from tests.support.tasks import Received, Reply, TaskTarget

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
LOCATION = "projects/demo/locations/here"
QUICK = RetryPolicy(max_attempts=-1, min_backoff_s=0.2, max_backoff_s=100, max_doublings=16)
TWICE = RetryPolicy(max_attempts=2, min_backoff_s=1)
ACCOUNT = "queue@demo.iam.gserviceaccount.com"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A call as its function saw it, at a time in seconds after noon."""

    queue: str
    name: str
    retry_count: int
    body: bytes
    at_s: float


class Bench(Protocol):
    """A task queue with queues `settlement` (unlimited attempts) and `notify` (two), on a clock moved by hand."""

    clock: ManualClock
    deliveries: list[Delivery]
    answer: Callable[[Delivery], int]

    @property
    def queue(self) -> TaskQueue:
        """What is tested."""
        ...

    def advance(self, duration_s: float) -> None:
        """Let time pass, with every delivery that falls due in it, at its time."""
        ...


class MemoryBench:
    """The twin."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOON)
        self.deliveries: list[Delivery] = []
        self.answer: Callable[[Delivery], int] = lambda _: 200
        self.queue = InMemoryTaskQueue(self.clock)
        self.queue.register("settlement", self._handle, retry=QUICK)
        self.queue.register("notify", self._handle, retry=TWICE)

    def _handle(self, body: bytes, headers: Mapping[str, str]) -> int:
        return self.answer(_delivery(self.deliveries, headers, body, self.clock.now()))

    def advance(self, duration_s: float) -> None:
        target = self.clock.now() + timedelta(seconds=duration_s)
        while (due := self.queue.next_due()) is not None and due <= target:
            self.clock.advance_to(max(due, self.clock.now()))
            self.queue.run_due()
        self.clock.advance_to(target)


class EmulatorBench:
    """Google's client, the emulator, and a server for the calls."""

    def __init__(self, emulator: TasksEmulator, client: tasks_v2.CloudTasksClient, target: TaskTarget) -> None:
        assert isinstance(target.clock, ManualClock)
        self.clock = target.clock
        self.deliveries: list[Delivery] = []
        self.answer: Callable[[Delivery], int] = lambda _: 200
        self.target = target
        self.client = client
        self.emulator = emulator
        self.queue = CloudTasksQueue(
            client,
            project="demo",
            location="here",
            targets={name: f"{target.url}/{name}" for name in ("settlement", "notify", "nowhere")},
            service_account=ACCOUNT,
        )
        for name, retry in (("settlement", QUICK), ("notify", TWICE)):
            queue = tasks_v2.Queue(name=f"{LOCATION}/queues/{name}", retry_config=retry_message(retry))
            client.create_queue(parent=LOCATION, queue=queue)
        target.answer = self._handle

    def _handle(self, received: Received) -> Reply:
        return Reply(self.answer(_delivery(self.deliveries, received.headers, received.body, received.at)))

    def advance(self, duration_s: float) -> None:
        self.emulator.advance(duration_s)


def _delivery(kept: list[Delivery], headers: Mapping[str, str], body: bytes, at: datetime) -> Delivery:
    delivery = Delivery(
        headers["X-CloudTasks-QueueName"],
        headers["X-CloudTasks-TaskName"],
        int(headers["X-CloudTasks-TaskRetryCount"]),
        body,
        (at - NOON).total_seconds(),
    )
    kept.append(delivery)
    return delivery


@pytest.fixture(scope="module")
def signer() -> TokenSigner:
    return TokenSigner()


@contextmanager
def emulated(signer: TokenSigner) -> Iterator[EmulatorBench]:
    clock = ManualClock(NOON)
    with TaskTarget(clock) as target, TasksEmulator(clock=clock, signer=signer) as emulator:
        client = make_client(emulator.address)
        yield EmulatorBench(emulator, client, target)
        client.transport.close()  # type: ignore[no-untyped-call]


@pytest.fixture
def cloud(signer: TokenSigner) -> Iterator[EmulatorBench]:
    with emulated(signer) as bench:
        yield bench


@pytest.fixture(params=["memory", "google"])
def bench(request: pytest.FixtureRequest, signer: TokenSigner) -> Iterator[Bench]:
    if request.param == "memory":
        yield MemoryBench()
        return
    with emulated(signer) as bench:
        yield bench


def task(name: str = "pay_a-1", *, queue: str = "settlement", in_s: float | None = None, body: bytes = b"{}") -> Task:
    return Task(queue, name, body, None if in_s is None else NOON + timedelta(seconds=in_s))


def raises(code: KernelError, call: Callable[[], object]) -> None:
    with pytest.raises(ClearwayError) as caught:
        call()
    assert caught.value.code is code


def refused_once(status: int = 500) -> Callable[[Delivery], int]:
    return lambda delivery: status if delivery.retry_count == 0 else 200


def test_a_task_reaches_its_function_once_with_its_body_and_names(bench: Bench) -> None:
    assert bench.queue.enqueue(task("t-1_X", body=b'{"a": "\xc3\xab"}'))
    bench.advance(3600)
    assert bench.deliveries == [Delivery("settlement", "t-1_X", 0, b'{"a": "\xc3\xab"}', 0)]


def test_a_name_in_use_is_refused(bench: Bench) -> None:
    assert bench.queue.enqueue(task("one", in_s=10))
    assert not bench.queue.enqueue(task("one"))
    bench.advance(10)
    assert [delivery.at_s for delivery in bench.deliveries] == [10]


def test_a_name_is_refused_for_an_hour_after_its_task_ended_and_no_longer(bench: Bench) -> None:
    bench.queue.enqueue(task("one"))
    bench.advance(3599)
    assert not bench.queue.enqueue(task("one"))
    bench.advance(1)
    assert bench.queue.enqueue(task("one"))
    bench.advance(0)
    assert [delivery.at_s for delivery in bench.deliveries] == [0, 3600]


def test_the_hour_counts_from_the_end_not_from_the_creation(bench: Bench) -> None:
    bench.queue.enqueue(task("one", in_s=3000))
    bench.advance(3000 + 3599)
    assert not bench.queue.enqueue(task("one"))


def test_two_queues_do_not_share_names(bench: Bench) -> None:
    assert bench.queue.enqueue(task("one", queue="settlement"))
    assert bench.queue.enqueue(task("one", queue="notify"))
    bench.advance(0)
    assert sorted(delivery.queue for delivery in bench.deliveries) == ["notify", "settlement"]


def test_a_task_waits_for_its_time(bench: Bench) -> None:
    bench.queue.enqueue(task("later", in_s=90.5))
    bench.advance(90)
    assert bench.deliveries == []
    bench.advance(1)
    assert [delivery.at_s for delivery in bench.deliveries] == [90.5]


def test_a_time_in_the_past_is_now(bench: Bench) -> None:
    bench.queue.enqueue(task("late", in_s=-5))
    bench.advance(0)
    assert [delivery.at_s for delivery in bench.deliveries] == [0]


def test_a_task_that_fails_comes_back_after_ever_longer_pauses(bench: Bench) -> None:
    bench.answer = lambda delivery: 500 if delivery.retry_count < 4 else 200
    bench.queue.enqueue(task())
    bench.advance(3600)
    assert [(delivery.retry_count, delivery.at_s) for delivery in bench.deliveries] == [
        (0, 0),
        (1, 0.2),
        (2, 0.6),
        (3, 1.4),
        (4, 3.0),
    ]


@pytest.mark.parametrize("status", [200, 204, 299])
def test_every_status_from_200_to_299_ends_a_task(bench: Bench, status: int) -> None:
    bench.answer = lambda _: status
    bench.queue.enqueue(task())
    bench.advance(3600)
    assert len(bench.deliveries) == 1


@pytest.mark.parametrize("status", [301, 400, 409, 429, 500, 503])
def test_every_other_status_brings_a_task_back(bench: Bench, status: int) -> None:
    bench.answer = refused_once(status)
    bench.queue.enqueue(task())
    bench.advance(3600)
    assert [delivery.retry_count for delivery in bench.deliveries] == [0, 1]


def test_a_queue_with_a_limit_gives_up_and_keeps_the_name(bench: Bench) -> None:
    bench.answer = lambda _: 500
    bench.queue.enqueue(task(queue="notify"))
    bench.advance(3000)
    assert [delivery.at_s for delivery in bench.deliveries] == [0, 1]
    assert not bench.queue.enqueue(task(queue="notify"))
    bench.advance(601)
    assert bench.queue.enqueue(task(queue="notify"))


def test_a_queue_without_a_limit_does_not_give_up(bench: Bench) -> None:
    bench.answer = lambda delivery: 500 if delivery.retry_count < 150 else 200
    bench.queue.enqueue(task())
    bench.advance(20_000)
    assert bench.deliveries[-1].retry_count == 150


def test_even_without_a_limit_a_task_is_deleted_after_31_days(bench: Bench) -> None:
    bench.answer = lambda delivery: 500
    bench.queue.enqueue(task(in_s=30 * 86_400))
    bench.advance(32 * 86_400)
    # The pauses have grown to 100 s by then: the attempt at which the task is found too old is its last.
    assert 31 * 86_400 <= bench.deliveries[-1].at_s < 31 * 86_400 + 100


def test_a_failing_task_holds_up_no_other(bench: Bench) -> None:
    bench.answer = lambda delivery: 500 if delivery.name == "bad" else 200
    bench.queue.enqueue(task("bad"))
    bench.queue.enqueue(task("good", in_s=1))
    bench.advance(1)
    assert [delivery.at_s for delivery in bench.deliveries if delivery.name == "good"] == [1]


def test_a_handler_may_enqueue_while_it_runs(bench: Bench) -> None:
    def answer(delivery: Delivery) -> int:
        if delivery.name == "first":
            bench.queue.enqueue(task("second"))
        return 200

    bench.answer = answer
    bench.queue.enqueue(task("first"))
    bench.advance(0)
    bench.advance(0)
    assert [delivery.name for delivery in bench.deliveries] == ["first", "second"]


def test_a_running_task_cannot_be_created_again(bench: Bench) -> None:
    created: list[bool] = []

    def answer(_: Delivery) -> int:
        created.append(bench.queue.enqueue(task()))
        return 200

    bench.answer = answer
    bench.queue.enqueue(task())
    bench.advance(0)
    assert created == [False]


@pytest.mark.parametrize("name", ["", "a/b", "a.b", "a b", "é", "x" * 501, "one\n"])
def test_a_bad_name_is_misuse(bench: Bench, name: str) -> None:
    raises(KernelError.MISUSE, lambda: bench.queue.enqueue(task(name)))


def test_the_longest_name_is_good(bench: Bench) -> None:
    assert bench.queue.enqueue(task("x" * 500))


@pytest.mark.parametrize("queue", ["unknown", "nowhere", ""])
def test_a_queue_that_does_not_exist_is_misuse(bench: Bench, queue: str) -> None:
    raises(KernelError.MISUSE, lambda: bench.queue.enqueue(task(queue=queue)))


def test_a_body_beyond_a_mebibyte_is_misuse(bench: Bench) -> None:
    raises(KernelError.MISUSE, lambda: bench.queue.enqueue(task(body=b"x" * (1024 * 1024 + 1))))


def test_a_schedule_without_a_time_zone_is_misuse(bench: Bench) -> None:
    naive = Task("settlement", "one", b"{}", NOON.replace(tzinfo=None))
    raises(KernelError.MISUSE, lambda: bench.queue.enqueue(naive))


def test_a_schedule_beyond_thirty_days_is_misuse(bench: Bench) -> None:
    raises(KernelError.MISUSE, lambda: bench.queue.enqueue(task("a", in_s=30 * 86_400 + 1)))
    assert bench.queue.enqueue(task("b", in_s=30 * 86_400))


def test_what_was_refused_leaves_its_name_free(bench: Bench) -> None:
    raises(KernelError.MISUSE, lambda: bench.queue.enqueue(task("a", in_s=31 * 86_400)))
    assert bench.queue.enqueue(task("a"))


def test_created_tasks_are_counted_and_refused_ones_are_not(bench: Bench) -> None:
    with measured() as counts:
        bench.queue.enqueue(task("one"))
        bench.queue.enqueue(task("one"))
        bench.queue.enqueue(task("two"))
    assert counts.tasks == 2


def test_of_many_who_create_one_name_at_once_one_does(bench: Bench) -> None:
    start = threading.Barrier(8)

    def create(_: int) -> bool:
        start.wait()
        return bench.queue.enqueue(task("one"))

    with futures.ThreadPoolExecutor(8) as threads:
        created = list(threads.map(create, range(8)))
    bench.advance(0)
    assert (sum(created), len(bench.deliveries)) == (1, 1)


# The twin alone


class Crash(BaseException):
    """A process that dies."""


def test_the_twin_counts_an_exception_as_a_failed_attempt() -> None:
    twin = MemoryBench()

    def answer(delivery: Delivery) -> int:
        if delivery.retry_count == 0:
            raise ValueError(delivery)
        return 200

    twin.answer = answer
    twin.queue.enqueue(task())
    twin.advance(1)
    assert [delivery.at_s for delivery in twin.deliveries] == [0, 0.2]


def test_the_twin_lets_a_crash_through_and_keeps_the_task() -> None:
    twin = MemoryBench()

    def answer(delivery: Delivery) -> int:
        if delivery.retry_count == 0:
            raise Crash
        return 200

    twin.answer = answer
    twin.queue.enqueue(task())
    with pytest.raises(Crash):
        twin.queue.run_due()
    assert (twin.queue.pending(), twin.queue.next_due()) == (1, NOON + timedelta(seconds=0.2))
    twin.advance(1)
    assert ([delivery.retry_count for delivery in twin.deliveries], twin.queue.pending()) == ([0, 1], 0)


def test_the_twin_delivers_in_order_of_time_then_of_creation_and_at_most_the_limit() -> None:
    twin = MemoryBench()
    for name, in_s in (("c", 2), ("a", 1), ("d", 2), ("b", 1), ("e", 3)):
        twin.queue.enqueue(task(name, in_s=in_s))
    assert (twin.queue.run_due(), twin.queue.next_due()) == (0, NOON + timedelta(seconds=1))
    twin.clock.advance(2)
    assert (twin.queue.run_due(limit=3), twin.queue.pending()) == (3, 2)
    assert (twin.queue.run_due(), twin.queue.run_due()) == (1, 0)
    assert [delivery.name for delivery in twin.deliveries] == ["a", "b", "c", "d"]


def test_the_twin_says_when_the_next_task_is_due_and_what_is_late_is_due_now() -> None:
    twin = MemoryBench()
    assert twin.queue.next_due() is None
    twin.queue.enqueue(task("late", in_s=-60))
    assert twin.queue.next_due() == NOON


def test_the_twin_delivers_each_task_once_whoever_runs_it() -> None:
    twin = MemoryBench()
    for number in range(200):
        twin.queue.enqueue(task(f"t{number}"))
    with futures.ThreadPoolExecutor(4) as threads:
        delivered = sum(threads.map(lambda _: twin.queue.run_due(), range(4)))
    assert (delivered, len({delivery.name for delivery in twin.deliveries})) == (200, 200)


# Google's client alone


def test_a_call_is_a_post_of_json_with_a_token_for_the_targets_origin(
    cloud: EmulatorBench, signer: TokenSigner
) -> None:
    cloud.queue.enqueue(task())
    cloud.advance(0)
    [received] = cloud.target.requests
    assert (received.method, received.path, received.headers["Content-Type"]) == (
        "POST",
        "/settlement",
        "application/json",
    )
    token = received.headers["Authorization"].removeprefix("Bearer ")
    claims: Mapping[str, Any] = jwt.decode(token, certs=signer.certs(), audience=cloud.target.url)  # type: ignore[no-untyped-call]
    assert (claims["email"], claims["email_verified"]) == (ACCOUNT, True)


def test_the_dispatch_deadline_is_the_tasks(cloud: EmulatorBench) -> None:
    cloud.queue.enqueue(task("one", in_s=60))
    kept: Any = cloud.client.get_task(name=f"{LOCATION}/queues/settlement/tasks/one")
    assert kept.dispatch_deadline == timedelta(seconds=60)


@pytest.mark.parametrize("url", ["", "settlement", "ftp://host/x", "https://"])
def test_a_target_that_is_no_url_is_misuse(cloud: EmulatorBench, url: str) -> None:
    raises(
        KernelError.MISUSE,
        lambda: CloudTasksQueue(cloud.client, project="p", location="l", targets={"q": url}, service_account=ACCOUNT),
    )


class Scripted:
    """A gRPC server that answers CreateTask with the statuses it was given, the last of them for ever."""

    def __init__(self, *statuses: grpc.StatusCode) -> None:
        self.statuses = list(statuses)
        self.calls = 0

    def answer(self, request: tasks_v2.CreateTaskRequest, context: grpc.ServicerContext) -> tasks_v2.Task:
        status = self.statuses[min(self.calls, len(self.statuses) - 1)]
        self.calls += 1
        if status is not grpc.StatusCode.OK:
            context.abort(status, "as told")
        return request.task

    @contextmanager
    def queue(self) -> Iterator[CloudTasksQueue]:
        method = grpc.unary_unary_rpc_method_handler(
            self.answer, tasks_v2.CreateTaskRequest.deserialize, tasks_v2.Task.serialize
        )
        handlers = [grpc.method_handlers_generic_handler("google.cloud.tasks.v2.CloudTasks", {"CreateTask": method})]
        with futures.ThreadPoolExecutor(1) as threads:
            server = grpc.server(threads, handlers=handlers)
            client = make_client(f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}")
            server.start()
            yield CloudTasksQueue(
                client, project="p", location="l", targets={"settlement": "https://s"}, service_account=ACCOUNT
            )
            client.transport.close()  # type: ignore[no-untyped-call]
            server.stop(None).wait()


def test_a_create_whose_answer_is_lost_is_repeated() -> None:
    script = Scripted(grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.OK)
    with script.queue() as queue, measured() as counts:
        assert queue.enqueue(task())
    assert (script.calls, counts.tasks) == (3, 1)


def test_a_repeated_create_that_meets_its_own_task_is_no_error() -> None:
    script = Scripted(grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.ALREADY_EXISTS)
    with script.queue() as queue:
        assert not queue.enqueue(task())
    assert script.calls == 2


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (grpc.StatusCode.NOT_FOUND, KernelError.MISUSE),
        (grpc.StatusCode.INVALID_ARGUMENT, KernelError.MISUSE),
        (grpc.StatusCode.OUT_OF_RANGE, KernelError.MISUSE),
        (grpc.StatusCode.FAILED_PRECONDITION, KernelError.MISUSE),
        (grpc.StatusCode.PERMISSION_DENIED, KernelError.MISUSE),
        (grpc.StatusCode.UNAUTHENTICATED, KernelError.MISUSE),
        (grpc.StatusCode.UNIMPLEMENTED, KernelError.MISUSE),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, KernelError.UNAVAILABLE),
        (grpc.StatusCode.ABORTED, KernelError.UNAVAILABLE),
        (grpc.StatusCode.CANCELLED, KernelError.UNAVAILABLE),
        (grpc.StatusCode.UNKNOWN, KernelError.UNAVAILABLE),
    ],
)
def test_each_refusal_has_its_code_and_is_not_repeated(status: grpc.StatusCode, code: KernelError) -> None:
    script = Scripted(status)
    with script.queue() as queue:
        raises(code, lambda: queue.enqueue(task()))
    assert script.calls == 1
