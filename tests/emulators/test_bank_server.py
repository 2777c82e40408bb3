"""The bank on the wire: status codes, keep-alive, lost answers, many callers at once, and a clean end."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import urllib3

from emulators.bank.magic import MAGIC, Magic, Reply
from emulators.bank.server import BODY_BYTES_MAX, HOST, BankServer
from tests.support.waiting import until

HOLD_S = 60.0
STATUS = {
    Reply.ANSWER: 200,
    Reply.SLOW: 200,
    Reply.MALFORMED: 200,
    Reply.ERROR: 500,
    Reply.UNAVAILABLE: 503,
    Reply.THROTTLED: 429,
}


class Caller:
    """A client of the bank that keeps its connections and repeats nothing."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(30), maxsize=32)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> urllib3.BaseHTTPResponse:
        raw = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        renamed = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.pool.request(method, self.url + path, body=raw, headers=renamed)

    def transfer(self, key: str = "k", last4: str = "0000", direction: str = "credit", **more: Any) -> Any:
        return self.call("POST", "/v1/transfers", order(last4, direction) | more, Idempotency_Key=key)

    def summary(self) -> Any:
        return self.call("GET", "/v1/admin/summary").json()


def order(last4: str = "0000", direction: str = "credit") -> dict[str, Any]:
    return {
        "direction": direction,
        "amount_minor": 1_250,
        "currency": "EUR",
        "routing_number": "021000021",
        "account_number": f"7770{last4}",
        "holder_name": "Ada Example",
        "description": "rent",
    }


@pytest.fixture
def server() -> Iterator[BankServer]:
    server = BankServer(hold_s=HOLD_S, slow_s=0.02)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def caller(server: BankServer) -> Iterator[Caller]:
    caller = Caller(server.url)
    yield caller
    caller.pool.clear()


def send_raw(server: BankServer, raw: bytes) -> socket.socket:
    """A connection on which these bytes were sent; the caller closes it."""
    connection = socket.create_connection((HOST, server.server_port), timeout=30)
    connection.sendall(raw)
    return connection


def transfer_raw(last4: str, key: str = "k") -> bytes:
    body = json.dumps(order(last4)).encode()
    head = f"POST /v1/transfers HTTP/1.1\r\nHost: bank\r\nIdempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


ANSWERED = [row for row in MAGIC.values() if (row.door or row.reply) in STATUS]


@pytest.mark.parametrize("row", ANSWERED, ids=lambda row: row.last4)
def test_magic_that_answers_has_its_status(caller: Caller, row: Magic) -> None:
    response = caller.transfer(last4=row.last4, direction=row.directions[0])
    assert response.status == STATUS[row.door or row.reply]
    if row.door is None and row.reply in (Reply.ANSWER, Reply.SLOW):
        answer = response.json()
        assert set(answer) == {"key", "status", "reference", "reason_code", "reason_text"}
        assert answer["reason_code"] == (row.reason_code if answer["status"] == "rejected" else "")


def test_a_throttled_caller_is_told_when_to_come_again(caller: Caller) -> None:
    assert caller.transfer(last4="0429").headers["Retry-After"] == "1"
    assert caller.transfer(last4="0429").json()["status"] == "accepted"


def test_half_a_json_text_is_what_malformed_means(caller: Caller) -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads(caller.transfer(last4="0602").data)
    assert caller.call("GET", "/v1/transfers/k").json()["status"] == "accepted"


def test_a_reset_is_a_reset_and_the_money_has_moved(caller: Caller, server: BankServer) -> None:
    with send_raw(server, transfer_raw("0601")) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)
    assert caller.call("GET", "/v1/transfers/k").json()["status"] == "accepted"


@pytest.mark.parametrize(("last4", "acted"), [("0201", True), ("0202", False), ("0203", False)])
def test_silence_ends_with_the_hold_and_without_a_byte(last4: str, acted: bool) -> None:
    server = BankServer(hold_s=0.05)
    server.start()
    with send_raw(server, transfer_raw(last4)) as connection:
        assert connection.recv(1) == b""
    assert server.bank.summary()["moved"]["total"] == int(acted)
    server.stop()


def test_a_hold_ends_when_the_caller_hangs_up(server: BankServer) -> None:
    with send_raw(server, transfer_raw("0201")):
        until(lambda: server.open_connections == 1 and server.bank.summary()["moved"]["total"] == 1)
    until(lambda: server.open_connections == 0)


def test_stopping_waits_for_no_hold() -> None:
    server = BankServer(hold_s=3_600.0, slow_s=3_600.0)
    server.start()
    held = [send_raw(server, transfer_raw(last4, key=last4)) for last4 in ("0201", "0202", "0603", "0000")]
    until(lambda: server.open_connections == 4 and server.bank.summary()["instructions"]["total"] == 3)
    server.stop()
    assert server.open_connections == 0
    for connection in held:
        connection.close()


def test_a_connection_is_kept_for_many_calls(server: BankServer) -> None:
    with send_raw(server, transfer_raw("0000") * 3) as connection, connection.makefile("rb") as incoming:
        statuses = []
        for _ in range(3):
            statuses.append(incoming.readline())
            length = 0
            while (line := incoming.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            incoming.read(length)
    assert statuses == [b"HTTP/1.1 200 OK\r\n"] * 3


def test_the_same_key_twenty_times_at_once_moves_once(caller: Caller) -> None:
    start = threading.Barrier(20)

    def submit(_: int) -> str:
        start.wait()
        return str(caller.transfer().json())

    with ThreadPoolExecutor(20) as callers:
        answers = set(callers.map(submit, range(20)))
    summary = caller.summary()
    assert len(answers) == 1
    assert summary["instructions"] == {"total": 20, "keys": 1, "per_key_max": 20, "more_than_once": ["k"]}
    assert summary["moved"] == {"total": 1, "keys": 1, "per_key_max": 1, "more_than_once": []}


def test_the_summary_counts_what_happened(caller: Caller) -> None:
    caller.transfer("a")
    caller.transfer("b", direction="debit")
    caller.transfer("c", "0116")
    caller.transfer("d", "0301")
    caller.transfer("e", "0503")
    caller.transfer("a")
    caller.call("GET", "/v1/transfers/a")
    assert caller.summary() == {
        "instructions": {"total": 5, "keys": 4, "per_key_max": 2, "more_than_once": ["a"]},
        "moved": {"total": 2, "keys": 2, "per_key_max": 1, "more_than_once": []},
        "accepted": 2,
        "rejected": 1,
        "pending": 1,
        "unseen": 0,
        "sums_minor": {"credit": {"EUR": 1_250}, "debit": {"EUR": 1_250}},
        "turned_away": {"unavailable": 1},
        "conflicts": 0,
        "inquiries": 1,
    }


def test_the_listing_pages(caller: Caller) -> None:
    for key in "abc":
        caller.transfer(key)
    first = caller.call("GET", "/v1/admin/transfers?limit=2").json()
    rest = caller.call("GET", f"/v1/admin/transfers?after={first['next_after']}").json()
    assert [transfer["key"] for transfer in first["transfers"] + rest["transfers"]] == ["a", "b", "c"]
    assert [transfer["moved"] for transfer in first["transfers"]] == [1, 1]
    assert rest["next_after"] is None


def test_the_other_content_is_a_conflict(caller: Caller) -> None:
    caller.transfer()
    response = caller.transfer(amount_minor=7)
    assert (response.status, response.json()["code"], response.json()["field"]) == (409, "key_reused", "/amount_minor")


def test_a_key_that_was_never_heard_of_is_not_found_in_the_banks_own_words(caller: Caller) -> None:
    response = caller.call("GET", "/v1/transfers/k")
    assert (response.status, response.json()["code"]) == (404, "transfer_not_found")
    assert response.headers["Content-Type"] == "application/problem+json"


def test_faults_and_the_clock_are_set_over_http(caller: Caller) -> None:
    caller.call("POST", "/v1/admin/faults", {"kind": "unavailable", "count": 2, "key_prefix": "x"})
    assert [caller.transfer(key).status for key in ("x1", "a", "x1", "x1")] == [503, 200, 503, 200]
    caller.call("POST", "/v1/admin/faults", {"kind": "throttled", "call": "inquiry"})
    assert [caller.call("GET", "/v1/transfers/a").status for _ in range(2)] == [429, 200]
    caller.transfer("p", "0303")
    assert caller.call("GET", "/v1/transfers/p").json()["status"] == "pending"
    caller.call("POST", "/v1/admin/clock/advance", {"duration_s": 3_601})
    assert caller.call("GET", "/v1/transfers/p").json()["status"] == "accepted"
    caller.call("POST", "/v1/admin/reset")
    assert caller.summary()["instructions"]["total"] == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/v1/transfers", b"{", 400, "invalid_field"),
        ("POST", "/v1/transfers", b"[]", 400, "invalid_field"),
        ("POST", "/v1/transfers", b"[" * 60_000, 400, "invalid_field"),
        ("POST", "/v1/transfers", b"", 400, "invalid_field"),
        ("POST", "/v1/transfers", b"x" * (BODY_BYTES_MAX + 1), 413, "body_too_large"),
        ("POST", "/v1/admin/faults", {"kind": "fire"}, 400, "invalid_field"),
        ("POST", "/v1/admin/clock/advance", {"duration_s": -1}, 400, "invalid_field"),
        ("GET", "/v1/admin/transfers?limit=0", None, 400, "invalid_field"),
        ("GET", "/v1/admin/transfers?limit=1001", None, 400, "invalid_field"),
        ("GET", "/v1/admin/transfers?after=x", None, 400, "invalid_field"),
        ("GET", "/v1/transfers", None, 405, "method_not_allowed"),
        ("POST", "/v1/transfers/k", {}, 405, "method_not_allowed"),
        ("POST", "/v1/admin/summary", {}, 405, "method_not_allowed"),
        ("GET", "/v2/transfers", None, 404, "no_such_path"),
    ],
)
def test_a_bad_call_is_a_problem(caller: Caller, method: str, path: str, body: Any, status: int, code: str) -> None:
    response = caller.call(method, path, body, Idempotency_Key="k")
    assert (response.status, response.json()["code"], response.json()["status"]) == (status, code, status)
    assert caller.summary()["instructions"]["total"] == 0


@pytest.mark.parametrize("key", ["", "a b", "k" * 256])
def test_a_transfer_needs_a_key(caller: Caller, key: str) -> None:
    assert caller.transfer(key).status == 400


def test_a_body_of_unknown_length_is_refused(server: BankServer) -> None:
    head = b"POST /v1/transfers HTTP/1.1\r\nHost: bank\r\nTransfer-Encoding: chunked\r\n\r\n"
    with send_raw(server, head) as connection:
        assert connection.recv(12) == b"HTTP/1.1 413"


def test_a_file_whose_sender_hung_up_half_way_is_not_there(caller: Caller, server: BankServer) -> None:
    head = b"POST /v1/files/ach/inbound/half.ach HTTP/1.1\r\nHost: bank\r\nContent-Length: 188\r\n\r\n"
    with send_raw(server, head + b"101 "):
        until(lambda: server.open_connections == 1)
    until(lambda: server.open_connections == 0)
    assert caller.call("GET", "/v1/files/ach/inbound/half.ach").status == 404


@pytest.mark.parametrize(("token", "status"), [("t-1", 200), ("t-2", 401), ("", 401)])
def test_a_bank_with_a_token_wants_it_for_transfers_only(token: str, status: int) -> None:
    server = BankServer(token="t-1")
    server.start()
    caller = Caller(server.url)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    assert caller.call("POST", "/v1/transfers", order(), Idempotency_Key="k", **headers).status == status
    assert caller.call("GET", "/v1/admin/summary").status == 200
    caller.pool.clear()
    server.stop()
