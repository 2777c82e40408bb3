"""The whole local cloud around four small functions: a message travels through all of it, and all of it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest
from google.cloud import firestore
from google.pubsub_v1 import types
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from emulators.errors import LocalError
from emulators.local import LocalCloud
from emulators.ports import is_free
from shared.adapters.bigquery.client import make_client
from shared.adapters.storage.client import make_client as storage_client
from shared.adapters.storage.objects import CloudStorageObjects
from shared.kernel.errors import ClearwayError
from tests.support.stand_ins import installed, require_installed
from tests.support.waiting import until

pytestmark = [pytest.mark.emulators, pytest.mark.e2e]

FUNCTIONS = Path(__file__).resolve().parent / "runner_functions"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    require_installed()


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with (
        installed(),
        LocalCloud(
            fixed_ports=False, functions_dir=FUNCTIONS, run_dir=tmp_path_factory.mktemp("cloud"), project="runner-test"
        ) as one,
    ):
        yield one


@pytest.fixture
def documents(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> firestore.Client:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", cloud.hosts.firestore)
    return firestore.Client(project=cloud.project)


def ask(url: str, method: str = "GET") -> dict[str, Any]:
    with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=30) as answer:
        content: dict[str, Any] = json.load(answer)
    return content


def send(cloud: LocalCloud, note: str, kind: str = "keep") -> None:
    assert ask(f"{cloud.url_of('front')}/?id={note}&kind={kind}", "POST")["message_ids"]


def arrived(documents: firestore.Client, note: str) -> dict[str, Any] | None:
    content: dict[str, Any] | None = documents.document(f"notes/{note}").get().to_dict()
    return content


def test_a_message_travels_from_http_over_pubsub_and_tasks_to_a_document(
    cloud: LocalCloud, documents: firestore.Client
) -> None:
    send(cloud, "dropped", kind="drop")
    send(cloud, "first")
    assert until(lambda: arrived(documents, "first")) == {"from": "work"}
    assert arrived(documents, "dropped") is None


def test_a_function_with_a_role_on_the_files_keeps_one_where_others_find_it(
    cloud: LocalCloud, documents: firestore.Client
) -> None:
    send(cloud, "filed")
    until(lambda: arrived(documents, "filed"))
    with closing(storage_client(cloud.project, dict(cloud.addresses())["Cloud Storage"])) as client:
        files = CloudStorageObjects(client, cloud.place.files_bucket)
        assert "notes/filed" in files.list("notes/")
        assert files.get("notes/filed") == b"kept"


def test_a_lost_function_is_replaced_and_takes_what_came_meanwhile(
    cloud: LocalCloud, documents: firestore.Client
) -> None:
    listen, before = cloud.functions["listen"], cloud.functions["listen"].pid
    listen.kill()
    send(cloud, "second")
    assert until(lambda: arrived(documents, "second"))
    assert listen.pid not in {None, before}


def test_what_fails_too_often_is_kept_as_a_dead_letter(cloud: LocalCloud) -> None:
    send(cloud, "poison")
    kept = types.PullRequest(subscription=cloud.place.subscription("dead-notes-kept"), max_messages=1)
    with grpc.insecure_channel(cloud.hosts.pubsub) as channel:
        client = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
        (received,) = client.pull(request=kept, timeout=60).received_messages
    assert received.message.attributes["id"] == "poison"


def test_a_function_sees_what_it_asked_for_and_no_more(cloud: LocalCloud) -> None:
    seen = set(ask(cloud.url_of("front"))["variables"])
    assert {"GOOGLE_CLOUD_PROJECT", "PUBSUB_EMULATOR_HOST", "CLEARWAY_REGION", "CLEARWAY_API_KEYS"} <= seen
    assert not {"CLEARWAY_RAILS", "CLEARWAY_WORK_URL", "CLEARWAY_LISTS_BUCKET", "CLEARWAY_FILES_BUCKET"} & seen


def test_the_warehouse_is_there(cloud: LocalCloud) -> None:
    client = make_client(cloud.project, cloud.hosts.bigquery_url)
    tables = {table.table_id for table in client.list_tables("clearway")}
    assert tables == {"events", "events_deduplicated", "payments_daily"}
    client.close()  # type: ignore[no-untyped-call]


def test_every_stand_in_runs(cloud: LocalCloud) -> None:
    names = {"pubsub", "firestore", "tasks", "storage", "bank", "bigquery", "forwarder", "bridge", "scheduler"}
    assert {name for name, service in cloud.stand_ins.items() if service.alive()} == names
    assert dict(cloud.addresses())["front"] == cloud.functions["front"].url


def test_no_more_tasks_are_in_flight_than_the_receiver_has_threads(cloud: LocalCloud) -> None:
    told = psutil.Process(cloud.stand_ins["tasks"].pid).cmdline()
    threads = psutil.Process(cloud.functions["work"].pid).environ()["THREADS"]
    assert told[told.index("--workers") + 1] == threads


def test_everything_listens_on_loopback_alone(cloud: LocalCloud) -> None:
    services = [*cloud.stand_ins.values(), *cloud.functions.values()]
    found = {
        (service.name, connection.laddr.ip.removeprefix("::ffff:"))
        for service in services
        for connection in psutil.Process(service.pid).net_connections(kind="tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert {address for _, address in found} == {"127.0.0.1"}
    assert {name for name, _ in found} == {service.name for service in services if service.port is not None}


def test_a_function_that_cannot_load_stops_everything_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "functions" / "front").mkdir(parents=True)
    (tmp_path / "functions" / "front" / "main.py").write_text("raise RuntimeError('no rules to load')\n")
    description = (FUNCTIONS / "front" / "function.yaml").read_text()
    (tmp_path / "functions" / "front" / "function.yaml").write_text(description)
    before = set(psutil.Process().children(recursive=True))
    broken = LocalCloud(
        fixed_ports=False, functions_dir=tmp_path / "functions", run_dir=tmp_path / "run", warehouse=False
    )
    with (
        installed(),
        pytest.raises(ClearwayError, match=r"(?s)front ended by itself.*no rules to load") as caught,
        broken,
    ):
        pytest.fail("it must not come up")
    assert caught.value.code is LocalError.SERVICE_FAILED
    assert set(psutil.Process().children(recursive=True)) <= before


def test_a_variable_without_a_local_value_is_named(tmp_path: Path) -> None:
    (tmp_path / "functions" / "front").mkdir(parents=True)
    description = (
        (FUNCTIONS / "front" / "function.yaml").read_text().replace("CLEARWAY_API_KEYS", "CLEARWAY_UNHEARD_OF")
    )
    (tmp_path / "functions" / "front" / "function.yaml").write_text(description)
    broken = LocalCloud(fixed_ports=False, functions_dir=tmp_path / "functions", run_dir=tmp_path / "run")
    with pytest.raises(ClearwayError, match="CLEARWAY_UNHEARD_OF"), broken:
        pytest.fail("it must not come up")


def test_a_taken_port_is_named_before_anything_starts_or_is_removed(tmp_path: Path) -> None:
    late = LocalCloud(fixed_ports=False, functions_dir=FUNCTIONS, run_dir=tmp_path)
    of_another_run = late.log_dir / "front.log"
    of_another_run.parent.mkdir()
    of_another_run.write_text("still being written\n")
    before = psutil.Process().children(recursive=True)
    said = rf"work needs port {late.ports.functions['work']}, .*pid {os.getpid()}"
    with (
        socket.create_server(("127.0.0.1", late.ports.functions["work"])),
        pytest.raises(ClearwayError, match=said) as caught,
        late,
    ):
        pytest.fail("it must not come up")
    assert caught.value.code is LocalError.PORT_TAKEN
    assert of_another_run.exists()
    assert psutil.Process().children(recursive=True) == before


@contextmanager
def command(run_dir: Path) -> Iterator[tuple[subprocess.Popen[str], str, list[psutil.Process]]]:
    """`python -m emulators up`, what it printed when it was up, and its children; all of them are gone afterwards."""
    argv = [sys.executable, "-m", "emulators", "up", "--free-ports", "--without-bigquery"]
    argv += ["--functions", str(FUNCTIONS), "--run-dir", str(run_dir)]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            shown = "".join(takewhile(lambda line: not line.startswith("up after"), process.stdout))
            children = psutil.Process(process.pid).children(recursive=True)
            yield process, shown, children
        finally:
            process.kill()
    listening = [int(port) for port in re.findall(r"127\.0\.0\.1:(\d+)", shown)]
    assert len(children) > len(listening) >= 8
    until(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in children))
    # A killed process with many threads is already a zombie while the last of them still lets go of its sockets.
    until(lambda: all(is_free(port) for port in listening))


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_the_command_leaves_nothing_behind(number: signal.Signals, status: int, tmp_path: Path) -> None:
    with command(tmp_path) as (process, shown, _):
        assert "cw_local_demo_key" in shown
        process.send_signal(number)
        process.communicate(timeout=60)
        assert process.returncode == status


def test_the_command_ends_with_the_log_of_a_stand_in_that_was_lost(tmp_path: Path) -> None:
    with command(tmp_path) as (process, _, children):
        (pubsub,) = [one for one in children if any("pubsub-emulator" in word for word in one.cmdline())]
        pubsub.kill()
        _, said = process.communicate(timeout=60)
        assert process.returncode == 1
    assert said.startswith("pubsub ended by itself (signal 9)\n")
    assert f"{tmp_path}/logs/pubsub.log:\n" in said
