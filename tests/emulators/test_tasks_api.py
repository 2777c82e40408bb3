"""The Cloud Tasks emulator's API through Google's client: what each call answers, and with which status it refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from google.api_core import exceptions as api
from google.cloud import tasks_v2
from google.protobuf.field_mask_pb2 import FieldMask

from tests.support.tasks import Reply
from tests.support.tasks_emulator import LOCATION, NOON, QUEUE, Tasks, tasks_emulator

State = tasks_v2.Queue.State


@pytest.fixture
def tasks() -> Iterator[Tasks]:
    with tasks_emulator() as bench:
        bench.create_queue()
        yield bench


def listed(tasks: Tasks, **options: Any) -> list[str]:
    return [task.name.rsplit("/", 1)[1] for task in tasks.client.list_tasks(request={"parent": QUEUE, **options})]


def test_a_new_queue_runs_with_the_services_defaults(tasks: Tasks) -> None:
    queue: Any = tasks.client.get_queue(name=QUEUE)
    limits, retry = queue.rate_limits, queue.retry_config
    assert (queue.name, queue.state) == (QUEUE, State.RUNNING)
    assert (limits.max_dispatches_per_second, limits.max_burst_size, limits.max_concurrent_dispatches) == (
        500,
        100,
        1000,
    )
    assert (retry.max_attempts, retry.max_doublings) == (100, 16)
    assert (retry.min_backoff, retry.max_backoff) == (timedelta(seconds=0.1), timedelta(hours=1))


def test_a_queue_keeps_the_settings_it_was_given(tasks: Tasks) -> None:
    queue = tasks.create_queue(
        f"{LOCATION}/queues/slow",
        rate_limits={"max_dispatches_per_second": 0.5, "max_concurrent_dispatches": 3},
        retry_config={
            "max_attempts": -1,
            "min_backoff": timedelta(seconds=2),
            "max_backoff": timedelta(seconds=20),
            "max_doublings": 4,
            "max_retry_duration": timedelta(hours=2),
        },
    )
    limits, retry = queue.rate_limits, queue.retry_config
    assert (limits.max_dispatches_per_second, limits.max_burst_size, limits.max_concurrent_dispatches) == (0.5, 1, 3)
    assert (retry.max_attempts, retry.max_doublings, retry.max_retry_duration) == (-1, 4, timedelta(hours=2))
    assert (retry.min_backoff, retry.max_backoff) == (timedelta(seconds=2), timedelta(seconds=20))


def test_a_queue_is_created_once(tasks: Tasks) -> None:
    with pytest.raises(api.AlreadyExists, match="Queue already exists"):
        tasks.create_queue()


@pytest.mark.parametrize(
    "settings",
    [
        {"name": "projects/demo/locations/here/queues/under_score"},
        {"name": "projects/demo/locations/here/queues/" + "x" * 101},
        {"name": "projects/demo/locations/elsewhere/queues/q"},
        {"rate_limits": {"max_dispatches_per_second": 501}},
        {"rate_limits": {"max_dispatches_per_second": -1}},
        {"rate_limits": {"max_concurrent_dispatches": 5001}},
        {"retry_config": {"max_attempts": -2}},
        {"retry_config": {"max_doublings": -1}},
        {"retry_config": {"min_backoff": timedelta(seconds=20), "max_backoff": timedelta(seconds=10)}},
    ],
)
def test_a_queue_that_the_service_would_refuse_is_refused(tasks: Tasks, settings: dict[str, Any]) -> None:
    with pytest.raises(api.InvalidArgument):
        tasks.create_queue(**{"name": f"{LOCATION}/queues/new", **settings})


def test_settings_without_effect_here_are_refused_rather_than_ignored(tasks: Tasks) -> None:
    with pytest.raises(api.MethodNotImplemented):
        tasks.create_queue(f"{LOCATION}/queues/new", http_target={"uri_override": {"host": "example.com"}})
    with pytest.raises(api.MethodNotImplemented):
        list(tasks.client.list_queues(request={"parent": LOCATION, "filter": "state: PAUSED"}))


def test_an_update_changes_what_the_mask_names_and_nothing_else(tasks: Tasks) -> None:
    wanted = tasks_v2.Queue(
        name=QUEUE,
        rate_limits={"max_dispatches_per_second": 7, "max_concurrent_dispatches": 9},
        retry_config={"max_attempts": 3, "min_backoff": timedelta(seconds=5)},
    )
    mask = FieldMask(paths=["rate_limits.max_dispatches_per_second", "retry_config.min_backoff"])
    queue: Any = tasks.client.update_queue(queue=wanted, update_mask=mask)
    assert (queue.rate_limits.max_dispatches_per_second, queue.rate_limits.max_concurrent_dispatches) == (7, 1000)
    assert (queue.retry_config.min_backoff, queue.retry_config.max_attempts) == (timedelta(seconds=5), 100)
    queue = tasks.client.update_queue(queue=wanted, update_mask=FieldMask(paths=["retry_config"]))
    assert (queue.retry_config.max_attempts, queue.rate_limits.max_concurrent_dispatches) == (3, 1000)
    queue = tasks.client.update_queue(queue=wanted)
    assert queue.rate_limits.max_concurrent_dispatches == 9


def test_an_update_of_what_cannot_be_updated_is_refused(tasks: Tasks) -> None:
    with pytest.raises(api.InvalidArgument, match="state"):
        tasks.client.update_queue(queue=tasks_v2.Queue(name=QUEUE), update_mask=FieldMask(paths=["state"]))


def test_an_update_creates_a_queue_that_does_not_exist(tasks: Tasks) -> None:
    name = f"{LOCATION}/queues/new"
    tasks.client.update_queue(queue=tasks_v2.Queue(name=name))
    assert tasks.client.get_queue(name=name).state == State.RUNNING


def test_queues_are_listed_by_location_in_pages(tasks: Tasks) -> None:
    for number in range(4):
        tasks.create_queue(f"{LOCATION}/queues/more-{number}")
    other = "projects/other/locations/here"
    tasks.client.create_queue(parent=other, queue=tasks_v2.Queue(name=f"{other}/queues/q"))
    pages = list(tasks.client.list_queues(request={"parent": LOCATION, "page_size": 2}).pages)
    names = [[queue.name.rsplit("/", 1)[1] for queue in page.queues] for page in pages]
    assert names == [["more-0", "more-1"], ["more-2", "more-3"], ["q"]]


def test_a_deleted_queue_is_gone_with_its_tasks_and_its_name_is_kept_for_a_week(tasks: Tasks) -> None:
    tasks.create("one", in_s=60)
    tasks.client.delete_queue(name=QUEUE)
    with pytest.raises(api.NotFound):
        tasks.client.get_queue(name=QUEUE)
    with pytest.raises(api.FailedPrecondition, match="existed too recently"):
        tasks.create_queue()
    tasks.emulator.advance(7 * 86_400)
    tasks.create_queue()
    assert (listed(tasks), tasks.target.requests) == ([], [])


MISSING = f"{LOCATION}/queues/missing"


@pytest.mark.parametrize(
    "call",
    [
        lambda tasks: tasks.client.get_queue(name=MISSING),
        lambda tasks: tasks.client.delete_queue(name=MISSING),
        lambda tasks: tasks.client.purge_queue(name=MISSING),
        lambda tasks: tasks.client.pause_queue(name=MISSING),
        lambda tasks: tasks.client.resume_queue(name=MISSING),
        lambda tasks: list(tasks.client.list_tasks(parent=MISSING)),
        lambda tasks: tasks.create(queue=MISSING),
    ],
)
def test_every_call_to_a_missing_queue_is_not_found(tasks: Tasks, call: Callable[[Tasks], object]) -> None:
    with pytest.raises(api.NotFound, match="Queue does not exist"):
        call(tasks)


@pytest.mark.parametrize(
    "call",
    [
        lambda tasks: tasks.get("missing"),
        lambda tasks: tasks.client.delete_task(name=f"{QUEUE}/tasks/missing"),
        lambda tasks: tasks.client.run_task(name=f"{QUEUE}/tasks/missing"),
    ],
)
def test_every_call_to_a_missing_task_is_not_found(tasks: Tasks, call: Callable[[Tasks], object]) -> None:
    with pytest.raises(api.NotFound, match="Requested entity was not found"):
        call(tasks)


def test_a_created_task_is_told_back_as_it_stands(tasks: Tasks) -> None:
    task = tasks.create("one", in_s=90, headers={"X-Mine": "1"})
    assert (task.name, task.http_request.url) == (f"{QUEUE}/tasks/one", f"{tasks.target.url}/work")
    assert (task.schedule_time, task.create_time) == (NOON + timedelta(seconds=90), NOON)
    assert (task.dispatch_deadline, task.dispatch_count) == (timedelta(minutes=10), 0)
    assert dict(task.http_request.headers) == {"X-Mine": "1"}


def test_a_task_without_a_name_gets_one_that_is_unique(tasks: Tasks) -> None:
    names = {tasks.create(in_s=60).name for _ in range(20)}
    assert len(names) == 20
    assert all(name.removeprefix(f"{QUEUE}/tasks/").isdigit() for name in names)


def test_the_body_is_shown_in_the_full_view_only(tasks: Tasks) -> None:
    assert tasks.create("one", in_s=60, body=b"secret").http_request.body == b""
    assert tasks.get("one").http_request.body == b""
    full = tasks.get("one", response_view=tasks_v2.Task.View.FULL)
    assert (full.http_request.body, full.view) == (b"secret", tasks_v2.Task.View.FULL)


def test_a_task_tells_of_its_attempts(tasks: Tasks) -> None:
    tasks.target.answer = lambda _: Reply(503)
    tasks.create("one", in_s=10)
    tasks.emulator.advance(10.15)
    task = tasks.get("one")
    assert (task.dispatch_count, task.response_count) == (2, 2)
    assert task.first_attempt.dispatch_time == NOON + timedelta(seconds=10)
    last = task.last_attempt
    assert last.dispatch_time == last.response_time == NOON + timedelta(seconds=10.1)
    assert (last.response_status.code, last.response_status.message) == (14, "HTTP status code 503")
    assert task.schedule_time == NOON + timedelta(seconds=10.3)


@pytest.mark.parametrize(
    "fields",
    [
        {"url": ""},
        {"url": "ftp://host/x"},
        {"url": "http://"},
        {"url": "http://host:notaport/"},
        {"url": "http://host/" + "x" * 2083},
        {"http_method": tasks_v2.HttpMethod.GET},
        {"headers": {"X-Bad": "a\r\nX-Smuggled: 1"}},
        {"headers": {"Bad name": "a"}},
        {"headers": {"X-Big": "x" * 81 * 1024}},
        {"body": b"x" * 1024 * 1024},
    ],
)
def test_a_call_that_the_service_would_refuse_is_refused(tasks: Tasks, fields: dict[str, Any]) -> None:
    with pytest.raises(api.InvalidArgument):
        tasks.create(**fields)


def test_what_is_not_emulated_says_so(tasks: Tasks) -> None:
    with pytest.raises(api.MethodNotImplemented):
        tasks.create(oauth_token={"service_account_email": "a@b"})
    app_engine = tasks_v2.Task(app_engine_http_request={"relative_uri": "/x"})
    with pytest.raises(api.MethodNotImplemented):
        tasks.client.create_task(parent=QUEUE, task=app_engine)


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "projects/demo/locations/here/queues/other/tasks/one"},
        {"name": f"{QUEUE}/tasks/"},
        {"name": f"{QUEUE}/tasks/a.b"},
        {"name": "one"},
        {"dispatch_deadline": timedelta(seconds=14)},
        {"dispatch_deadline": timedelta(seconds=1801)},
        {"schedule_time": NOON + timedelta(days=30, seconds=1)},
        {"retry_config": {"max_attempts": -2}},
    ],
)
def test_a_task_that_the_service_would_refuse_is_refused(tasks: Tasks, fields: dict[str, Any]) -> None:
    with pytest.raises(api.InvalidArgument):
        tasks.client.create_task(parent=QUEUE, task=tasks_v2.Task(http_request={"url": "http://host/"}, **fields))


def test_a_name_is_refused_while_in_use_and_after(tasks: Tasks) -> None:
    tasks.create("one", in_s=60)
    with pytest.raises(api.AlreadyExists, match="Requested entity already exists"):
        tasks.create("one")
    tasks.client.delete_task(name=f"{QUEUE}/tasks/one")
    with pytest.raises(api.AlreadyExists, match="existed too recently"):
        tasks.create("one")


def test_how_long_a_name_is_kept_can_be_set() -> None:
    with tasks_emulator(name_kept=timedelta(hours=24)) as tasks:
        tasks.create_queue()
        tasks.create("one")
        tasks.emulator.advance(24 * 3600 - 1)
        with pytest.raises(api.AlreadyExists):
            tasks.create("one")
        tasks.emulator.advance(1)
        tasks.create("one")


def test_tasks_are_listed_in_pages_that_survive_a_deletion(tasks: Tasks) -> None:
    for number in range(5):
        tasks.create(f"t{number}", in_s=60)
    first: Any = tasks.client.list_tasks(request={"parent": QUEUE, "page_size": 2})
    page = next(first.pages)
    assert [task.name[-2:] for task in page.tasks] == ["t0", "t1"]
    tasks.client.delete_task(name=f"{QUEUE}/tasks/t1")
    assert listed(tasks, page_token=page.next_page_token) == ["t2", "t3", "t4"]


@pytest.mark.parametrize("options", [{"page_token": "no token"}, {"page_size": -1}])
def test_a_bad_page_is_refused(tasks: Tasks, options: dict[str, Any]) -> None:
    with pytest.raises(api.InvalidArgument):
        listed(tasks, **options)


def test_a_paused_queue_takes_tasks_and_dispatches_them_when_it_is_resumed(tasks: Tasks) -> None:
    assert tasks.client.pause_queue(name=QUEUE).state == State.PAUSED
    tasks.create("one")
    tasks.emulator.advance(3600)
    assert (tasks.target.requests, tasks.counts()["pending"], tasks.counts()["paused"]) == ([], 1, True)
    assert tasks.client.resume_queue(name=QUEUE).state == State.RUNNING
    tasks.emulator.advance(0)
    assert tasks.at_s() == [3600]


def test_a_purge_ends_every_task(tasks: Tasks) -> None:
    for number in range(3):
        tasks.create(f"t{number}", in_s=60)
    purged: Any = tasks.client.purge_queue(name=QUEUE)
    assert purged.purge_time == NOON
    tasks.emulator.advance(3600)
    assert (listed(tasks), tasks.target.requests) == ([], [])


def test_a_deleted_task_is_not_dispatched(tasks: Tasks) -> None:
    tasks.create("one", in_s=60)
    tasks.create("two", in_s=60)
    tasks.client.delete_task(name=f"{QUEUE}/tasks/one")
    tasks.emulator.advance(60)
    assert [request.name for request in tasks.target.requests] == ["two"]


def test_run_dispatches_now_even_when_the_queue_is_paused(tasks: Tasks) -> None:
    tasks.client.pause_queue(name=QUEUE)
    tasks.create("one", in_s=60)
    task: Any = tasks.client.run_task(name=f"{QUEUE}/tasks/one")
    assert task.dispatch_count == 1
    tasks.emulator.advance(0)
    assert (tasks.at_s(), listed(tasks)) == ([0], [])


def test_a_failed_run_is_retried_from_when_it_was_run(tasks: Tasks) -> None:
    tasks.target.answer = lambda request: Reply(500 if request.retry_count == 0 else 200)
    tasks.create("one", in_s=60)
    tasks.client.run_task(name=f"{QUEUE}/tasks/one")
    tasks.emulator.advance(3600)
    assert tasks.at_s() == [0, 0.1]
