"""`python -m emulators.tasks`: it says when it is ready, serves its admin page, and is gone when it is told to stop."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import pytest
from google.auth import jwt
from google.cloud import tasks_v2

from emulators.ports import is_free
from emulators.stand_ins import ROOT
from shared.adapters.system_clock import SystemClock
from shared.adapters.tasks.client import make_client
from shared.adapters.tasks.queue import CloudTasksQueue
from shared.ports.tasks import Task
from tests.support.tasks import TaskTarget
from tests.support.tasks_emulator import LOCATION, QUEUE, tasks_emulator

COMMAND = [sys.executable, "-m", "emulators.tasks"]


@contextmanager
def running(*options: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """The process, the address of its API and the URL of its admin page."""
    with subprocess.Popen([*COMMAND, *options], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            words = process.stdout.readline().split()
            assert words[:5] == ["Cloud", "Tasks", "is", "ready", "on"]
            yield process, words[5].rstrip(","), words[-1]
        finally:
            process.kill()


def call(url: str, body: object = None) -> tuple[int, Any]:
    """GET, or POST of a JSON body; the status and what was answered."""
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data)) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_works_and_is_gone_after_a_signal(stop: signal.Signals) -> None:
    with TaskTarget(SystemClock()) as target, running() as (process, address, admin_url):
        client = make_client(address)
        client.create_queue(parent=LOCATION, queue=tasks_v2.Queue(name=QUEUE))
        queue = CloudTasksQueue(
            client, project="demo", location="here", targets={"q": f"{target.url}/work"}, service_account="a@demo"
        )
        assert queue.enqueue(Task("q", "one", b"{}"))
        [request] = target.wait_for(1)
        _, certs = call(f"{admin_url}/certs")
        token = request.headers["Authorization"].removeprefix("Bearer ")
        assert jwt.decode(token, certs=certs, audience=target.url)["email"] == "a@demo"  # type: ignore[no-untyped-call]
        client.transport.close()  # type: ignore[no-untyped-call]
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(stop)
        assert (process.wait(20), children) == (0, [])
        assert all(is_free(int(place.rsplit(":", 1)[1])) for place in (address, admin_url))


def test_it_stops_with_a_call_in_flight_and_tasks_that_wait() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, running() as (process, address, admin_url):
        client = make_client(address)
        client.create_queue(parent=LOCATION, queue=tasks_v2.Queue(name=QUEUE))
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        client.create_task(parent=QUEUE, task=tasks_v2.Task(http_request={"url": url}))
        silent.settimeout(20)
        connection, _ = silent.accept()
        with connection:
            assert call(f"{admin_url}/queues")[1]["queues"][QUEUE]["in_flight"] == 1
            client.transport.close()  # type: ignore[no-untyped-call]
            process.terminate()
            assert process.wait(20) == 0


def test_time_moves_over_http_when_the_clock_is_virtual() -> None:
    with TaskTarget(SystemClock()) as target, running("--virtual-clock") as (_, address, admin_url):
        client = make_client(address)
        client.create_queue(parent=LOCATION, queue=tasks_v2.Queue(name=QUEUE, retry_config={"max_attempts": -1}))
        target.stop()
        client.create_task(parent=QUEUE, task=tasks_v2.Task(http_request={"url": target.url}))
        status, before = call(f"{admin_url}/clock/advance", {"seconds": 0})
        assert status == 200
        status, after = call(f"{admin_url}/clock/advance", {"seconds": 1.45, "settle": True})
        client.transport.close()  # type: ignore[no-untyped-call]
        counts = call(f"{admin_url}/queues")[1]["queues"][QUEUE]
    # Attempts at 0, 0.1, 0.3 and 0.7 seconds; the next would be at 1.5.
    assert (counts["dispatched"], counts["failures"], counts["pending"], counts["in_flight"]) == (4, 4, 1, 0)
    assert before["now"] < after["now"]


def test_the_admin_page_refuses_what_it_cannot_do() -> None:
    with tasks_emulator() as tasks:
        url = tasks.emulator.admin_url
        assert call(f"{url}/queues") == (200, {"queues": {}})
        assert call(f"{url}/nothing")[0] == 404
        assert call(f"{url}/nothing", {})[0] == 404
        bodies: list[object] = [b"", b"no json", [], {}, {"seconds": "x"}, {"seconds": -1}]
        for body in (*bodies, b'{"seconds": NaN}', b'{"seconds": 1e99}'):
            assert call(f"{url}/clock/advance", body)[0] == 400


def test_time_does_not_move_over_http_when_the_clock_is_real() -> None:
    with running() as (_, _, admin_url):
        assert call(f"{admin_url}/clock/advance", {"seconds": 1})[0] == 409


@pytest.mark.parametrize("option", ["--port", "--admin-port"])
def test_a_port_that_is_taken_ends_it_with_a_word(option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [*COMMAND, option, port], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert f"needs port {port}" in ended.stderr
    assert "Traceback" not in ended.stderr
