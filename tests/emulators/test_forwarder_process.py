"""The forwarder as a process: how it starts, what it prints, how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from emulators.stand_ins import ROOT
from tests.support.push import Emulated, Pushed, PushTarget
from tests.support.waiting import until


def written(folder: Path, project: str, **subscription: Any) -> Path:
    path = folder / "forwarder.json"
    path.write_text(json.dumps({"project": project, "subscriptions": [subscription]}))
    return path


@contextmanager
def started(config: Path, host: str | None) -> Iterator[subprocess.Popen[str]]:
    environment = {name: value for name, value in os.environ.items() if name != "PUBSUB_EMULATOR_HOST"}
    with subprocess.Popen(
        [sys.executable, "-m", "emulators.forwarder", "--config", config],
        cwd=ROOT,
        env={**environment, "PUBSUB_EMULATOR_HOST": host} if host else environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.emulators
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_forwards_says_what_failed_and_ends_well_on_a_signal(
    pubsub_host: str, project: str, tmp_path: Path, number: signal.Signals
) -> None:
    pushes: list[Pushed] = []

    def answer(pushed: Pushed) -> int:
        pushes.append(pushed)
        return 503 if len(pushes) == 1 else 204

    cloud = Emulated(pubsub_host, project)
    for topic in ("events", "dead"):
        cloud.create_topic(topic)
    cloud.subscribe("fraud", "events", dead_letter_topic="dead")
    with PushTarget(answer) as server:
        config = written(tmp_path, project, subscription="fraud", endpoint=server.url, ack_deadline_s=10)
        with started(config, pubsub_host) as process:
            message_id = cloud.publish("events", b"1")
            until(lambda: len(pushes) == 2)
            process.send_signal(number)
            _, errors = process.communicate(timeout=30)
    cloud.close()
    assert process.returncode == 0, errors
    assert [json.loads(line) for line in errors.splitlines()] == [
        {
            "event": "push_failed",
            "subscription": f"projects/{project}/subscriptions/fraud",
            "message_id": message_id,
            "attempt": 1,
            "attempts_max": 5,
            "status": 503,
        }
    ]


def test_it_does_not_start_without_an_emulator_to_pull_from(tmp_path: Path) -> None:
    with started(written(tmp_path, "demo", subscription="fraud", endpoint="http://127.0.0.1:1"), None) as process:
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, "PUBSUB_EMULATOR_HOST" in errors, "Traceback" in errors) == (1, True, False)


def test_it_does_not_start_with_a_bad_configuration(tmp_path: Path) -> None:
    with started(written(tmp_path, "demo", subscription="fraud", endpoint="nowhere"), "127.0.0.1:1") as process:
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert errors == "fraud: the endpoint 'nowhere' is no http URL\n"
