"""What the BigQuery adapter makes of failures: of the emulator's, and of answers that only the real service gives."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from google.api_core import exceptions as api
from google.auth import exceptions as auth
from google.cloud import bigquery

from emulators.bigquery.schema import create_tables, load_schema
from emulators.ports import free_port
from shared.adapters.bigquery.client import make_client
from shared.adapters.bigquery.errors import translated
from shared.adapters.bigquery.warehouse import BigQueryWarehouse
from shared.kernel.errors import ClearwayError, ErrorCode, KernelError

ROW = {
    "event_id": "evt_1",
    "payment_id": "pay_1",
    "tenant": "acme",
    "type": "payment.received",
    "payment_version": 1,
    "occurred_at": "2026-11-02T12:00:00Z",
}


class Service:
    """Answers as BigQuery's REST API does for a table with the events' schema; `insert` is what an insert gets."""

    def __init__(self) -> None:
        self.insert: tuple[int, dict[str, Any]] = (200, {})
        self.inserts: list[dict[str, Any]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                reference = {"projectId": "p", "datasetId": "clearway", "tableId": "events"}
                self._answer(200, {"tableReference": reference, "schema": {"fields": load_schema()}})

            def do_POST(self) -> None:
                service.inserts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self._answer(*service.insert)

            def _answer(self, status: int, content: dict[str, Any]) -> None:
                body = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    worker = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    worker.start()
    yield made
    made.server.shutdown()
    worker.join()
    made.server.server_close()


@contextmanager
def client_of(project: str, url: str) -> Iterator[bigquery.Client]:
    client = make_client(project, url)
    yield client
    client.close()  # type: ignore[no-untyped-call]


def raised(call: Callable[[], object]) -> ClearwayError:
    with pytest.raises(ClearwayError) as caught:
        call()
    return caught.value


def test_rows_go_out_without_row_ids_as_one_request(service: Service) -> None:
    with client_of("p", service.url) as client:
        BigQueryWarehouse(client, "clearway", 5.0).append_events([ROW, ROW])
    (request,) = service.inserts
    assert [row["json"] for row in request["rows"]] == [ROW, ROW]
    assert all(row.get("insertId") is None for row in request["rows"])


def test_a_row_that_the_service_refuses_is_misuse_told_by_its_column_and_without_its_value(service: Service) -> None:
    invalid = {"reason": "invalid", "location": "occurred_at", "message": "Could not parse 'Alice 4111'"}
    failures = [{"index": 0, "errors": [{"reason": "stopped"}]}, {"index": 1, "errors": [invalid]}]
    service.insert = (200, {"insertErrors": failures})
    with client_of("p", service.url) as client:
        error = raised(lambda: BigQueryWarehouse(client, "clearway", 5.0).append_events([ROW, ROW]))
    assert (error.code, error.field) == (KernelError.MISUSE, "/occurred_at")
    assert "4111" not in str(error)


def test_rows_that_the_service_could_not_take_now_may_be_sent_again(service: Service) -> None:
    service.insert = (200, {"insertErrors": [{"index": 0, "errors": [{"reason": "backendError"}]}]})
    with client_of("p", service.url) as client:
        error = raised(lambda: BigQueryWarehouse(client, "clearway", 5.0).append_events([ROW]))
    assert error.code is KernelError.UNAVAILABLE


@pytest.mark.parametrize(
    ("status", "reason", "code"),
    [
        (403, "rateLimitExceeded", KernelError.UNAVAILABLE),
        (403, "quotaExceeded", KernelError.UNAVAILABLE),
        (403, "accessDenied", KernelError.MISUSE),
        (404, "notFound", KernelError.MISUSE),
        (408, "timeout", KernelError.UNAVAILABLE),
        (413, "uploadTooLarge", KernelError.MISUSE),
        (429, "rateLimitExceeded", KernelError.UNAVAILABLE),
        (500, "backendError", KernelError.UNAVAILABLE),
        (503, "backendError", KernelError.UNAVAILABLE),
    ],
)
def test_an_insert_is_sent_once_and_its_failure_says_whether_to_send_it_again(
    service: Service, status: int, reason: str, code: ErrorCode
) -> None:
    service.insert = (status, {"error": {"code": status, "message": "no", "errors": [{"reason": reason}]}})
    with client_of("p", service.url) as client:
        error = raised(lambda: BigQueryWarehouse(client, "clearway", 5.0).append_events([ROW]))
    assert error.code is code
    assert len(service.inserts) == 1


@pytest.mark.parametrize(
    ("vendor", "code"),
    [
        (api.RetryError("too long", cause=None), KernelError.UNAVAILABLE),  # type: ignore[no-untyped-call]
        (requests.ConnectionError(), KernelError.UNAVAILABLE),
        (requests.Timeout(), KernelError.UNAVAILABLE),
        (auth.TransportError(), KernelError.UNAVAILABLE),  # type: ignore[no-untyped-call]
        (TimeoutError(), KernelError.UNAVAILABLE),
        (api.BadRequest("no"), KernelError.MISUSE),  # type: ignore[no-untyped-call]
    ],
    ids=lambda value: type(value).__name__,
)
def test_exceptions_of_the_libraries_below_become_ours(vendor: Exception, code: ErrorCode) -> None:
    def fail() -> None:
        with translated("answer"):
            raise vendor

    error = raised(fail)
    assert error.code is code
    assert error.__cause__ is vendor


def test_a_bug_passes_through_as_it_is() -> None:
    with pytest.raises(LookupError), translated("answer"):
        raise LookupError


def test_a_warehouse_that_nobody_answers_for_is_unavailable() -> None:
    with client_of("p", f"http://127.0.0.1:{free_port()}") as client:
        warehouse = BigQueryWarehouse(client, "clearway", 0.5)
        for call in (lambda: warehouse.append_events([ROW]), lambda: warehouse.events_of("pay_1"), warehouse.totals):
            assert raised(call).code is KernelError.UNAVAILABLE


@pytest.mark.parametrize("names", [("a`b", "t", "v"), ("d", "t; DROP", "v"), ("d", "t", "")])
def test_a_name_that_is_none_of_bigquerys_is_refused(names: tuple[str, str, str]) -> None:
    dataset, table, view = names
    with client_of("p", "http://127.0.0.1:1") as client:
        error = raised(lambda: BigQueryWarehouse(client, dataset, 1.0, table=table, view=view))
    assert error.code is KernelError.MISUSE


@pytest.mark.emulators
def test_a_dataset_that_is_not_there_is_misuse(bigquery_url: str, project: str) -> None:
    with client_of(project, bigquery_url) as client:
        warehouse = BigQueryWarehouse(client, "clearway", 10.0)
        for call in (lambda: warehouse.append_events([ROW]), lambda: warehouse.events_of("pay_1"), warehouse.totals):
            assert raised(call).code is KernelError.MISUSE


@pytest.mark.emulators
def test_projects_are_kept_apart(bigquery_url: str, project: str) -> None:
    with client_of(project, bigquery_url) as client, client_of(f"{project}-b", bigquery_url) as other:
        create_tables(client)
        create_tables(other)
        BigQueryWarehouse(client, "clearway", 10.0).append_events([ROW])
        assert BigQueryWarehouse(other, "clearway", 10.0).totals().rows == 0
