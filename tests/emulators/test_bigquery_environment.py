"""The BigQuery emulator's own environment: built once, whole or not at all, and started without touching our home."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from google.cloud import bigquery

from emulators.bigquery import environment
from emulators.bigquery.schema import create_tables
from emulators.errors import LocalError
from emulators.ports import free_port, is_open
from emulators.stand_ins import ROOT
from shared.adapters.bigquery.client import make_client
from shared.adapters.bigquery.warehouse import BigQueryWarehouse
from shared.kernel.errors import ClearwayError
from tests.support.waiting import until

pytestmark = pytest.mark.emulators

ROW = {
    "event_id": "evt_1",
    "payment_id": "pay_1",
    "tenant": "acme",
    "type": "payment.received",
    "payment_version": 1,
    "occurred_at": "2026-11-02T12:00:00Z",
}


@pytest.fixture
def client(bigquery_url: str, project: str) -> Iterator[bigquery.Client]:
    made = make_client(project, bigquery_url)
    create_tables(made)
    yield made
    made.close()  # type: ignore[no-untyped-call]


def test_what_is_built_is_not_built_again(bigquery_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    stamp = environment.ENVIRONMENT_DIR / "clearway.stamp"
    before = stamp.stat().st_mtime_ns
    environment.ensure_environment()
    assert stamp.stat().st_mtime_ns == before
    assert capsys.readouterr() == ("", "")


def test_a_build_that_fails_leaves_nothing_that_passes_for_built(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory, lock = tmp_path / ".venv-x", tmp_path / "lock.txt"
    lock.write_text("# nothing: so what the next step needs is not there\n")
    (directory / "lib").mkdir(parents=True)
    (directory / "lib" / "rest").write_text("of a build that was interrupted")
    with pytest.raises(ClearwayError, match="duckdb") as caught:
        environment.ensure_environment(directory, lock)
    assert caught.value.code is LocalError.NOT_INSTALLED
    assert not (directory / "lib" / "rest").exists()
    assert not (directory / "clearway.stamp").exists()
    assert capsys.readouterr().err.count("\n") == 1


def test_the_program_builds_if_need_be_and_becomes_the_emulator(bigquery_url: str, tmp_path: Path) -> None:
    port = free_port()
    home = tmp_path / "home"
    home.mkdir()
    command = [sys.executable, "-m", "emulators.bigquery", "--rest-port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        program = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "HOME": str(home)}, stdout=log, stderr=log)
    try:
        until(lambda: is_open(port))
        listening = {
            (one.laddr.ip, one.laddr.port)
            for one in psutil.Process(program.pid).net_connections("tcp")
            if one.status == psutil.CONN_LISTEN
        }
        assert ("127.0.0.1", port) in listening
        assert {address for address, _ in listening} == {"127.0.0.1"}
        assert list(home.iterdir()) == []
    finally:
        program.terminate()
        try:
            program.wait(10)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


def test_no_copies_of_a_table_are_kept_for_time_travel(client: bigquery.Client) -> None:
    warehouse = BigQueryWarehouse(client, "clearway", 20.0)
    warehouse.append_events([ROW])
    warehouse.append_events([ROW])
    # With copies, a moment before the first of them is out of range; without any, it reads the table as it is.
    long_ago = "FOR SYSTEM_TIME AS OF TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 HOUR)"
    asked = client.query(f"SELECT COUNT(*) AS landed FROM `{client.project}.clearway.events` {long_ago}")
    assert [row["landed"] for row in asked.result()] == [2]


def test_a_query_asked_again_sees_what_has_landed_since(client: bigquery.Client) -> None:
    warehouse = BigQueryWarehouse(client, "clearway", 20.0)
    seen = []
    for number in range(3):
        seen.append((warehouse.totals().events, len(warehouse.events_of("pay_1"))))
        warehouse.append_events([ROW | {"event_id": f"evt_{number}"}])
    assert seen == [(0, 0), (1, 1), (2, 2)]
