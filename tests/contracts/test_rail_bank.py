"""The bank's adapter against a peer that answers anything, or nothing: can the bank have acted?"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from emulators.bank.server import BankServer
from shared.adapters.rails.bank import BankRail
from shared.adapters.rails.deadline import DeadlineClient
from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.rail import Rail, RailError, RailStatus
from tests.contracts.peer import Peer, http
from tests.contracts.test_rail import HASTE_S, PATIENCE_S, instruction

NOT_SENT = RailError.NOT_SENT
UNKNOWN = RailError.OUTCOME_UNKNOWN
ACCEPTED = b'{"status":"accepted","reference":"r-1","reason_code":"","reason_text":""}'


@contextlib.contextmanager
def rail_to(url: str, *, timeout_s: float = PATIENCE_S, ca_file: str | None = None) -> Iterator[BankRail]:
    """A rail to somewhere, closed at the end."""
    client = DeadlineClient(url, timeout_s=timeout_s, ca_file=ca_file)
    try:
        yield BankRail(client, timeout_s=timeout_s, token="t-1")
    finally:
        client.close()


def refusal(call: Callable[[], object]) -> object:
    """The code of the error that a call raises."""
    with pytest.raises(ClearwayError) as caught:
        call()
    return caught.value.code


def submit(rail: Rail) -> object:
    """Submit the usual instruction; the error's code, if there is one, else the answer."""
    try:
        return rail.submit(instruction())
    except ClearwayError as error:
        return error.code


NEVER_USABLE = [
    http("200 OK", b'{"status":"delivered","reference":"r-1"}'),
    http("200 OK", b'{"status":"accepted"}'),
    http("200 OK", b'{"status":"accepted","reference":""}'),
    http("200 OK", b'{"status":"accepted","reference":7}'),
    http("200 OK", b'{"status":["accepted"],"reference":"r-1"}'),
    http("200 OK", b'{"status":"rejected","reference":"r-1","reason_code":null}'),
    http("200 OK", b'["accepted"]'),
    http("200 OK", b"[" * 60_000),
    http("200 OK", b"accepted"),
    http("200 OK", b'{"status":"accep'),
    http("200 OK", b"\xff\xfe"),
    http("200 OK", ACCEPTED + b" " * 100_000),
    http("200 OK"),
    http("201 Created", ACCEPTED),
    http("204 No Content"),
    http("301 Moved Permanently", ACCEPTED, "Location: /v1/transfers"),
    http("404 Not Found", b"<h1>not found</h1>"),
    http("408 Request Timeout"),
    http("500 Internal Server Error", ACCEPTED),
    http("502 Bad Gateway"),
    http("503 Service Unavailable", b"", "Retry-After: 1"),
    http("504 Gateway Timeout"),
    b"",
    b"220 mail.example ESMTP\r\n",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + ACCEPTED,
    b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nabcdef",
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
]


@pytest.mark.parametrize("reply", NEVER_USABLE, ids=lambda reply: repr(reply[:40]))
def test_an_unusable_answer_leaves_the_outcome_open(reply: bytes) -> None:
    with Peer(reply) as peer, rail_to(peer.url) as rail:
        assert submit(rail) is UNKNOWN
    assert len(peer.requests) == 1


@pytest.mark.parametrize("reply", NEVER_USABLE, ids=lambda reply: repr(reply[:40]))
def test_an_inquiry_without_a_usable_answer_may_be_repeated(reply: bytes) -> None:
    with Peer(reply) as peer, rail_to(peer.url) as rail:
        assert refusal(lambda: rail.inquire("k-1")) is NOT_SENT


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden", "429 Too Many Requests"])
def test_a_bank_that_took_nothing_in_may_be_instructed_again(status: str) -> None:
    with Peer(http(status), http(status)) as peer, rail_to(peer.url) as rail:
        assert submit(rail) is NOT_SENT
        assert refusal(lambda: rail.inquire("k-1")) is NOT_SENT


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b'{"field":"/account_number","detail":"55501 is wrong"}', "/account_number"),
        (b'{"field":"55501"}', ""),
        (b'{"field":["/x"]}', ""),
        (b"bad", ""),
    ],
)
@pytest.mark.parametrize("status", ["400 Bad Request", "422 Unprocessable Content"])
def test_a_refused_instruction_is_rejected_and_nothing_of_it_is_repeated(status: str, body: bytes, named: str) -> None:
    with Peer(http(status, body)) as peer, rail_to(peer.url) as rail:
        answer = rail.submit(instruction())
    assert (answer.status, answer.reason_code) == (RailStatus.REJECTED, "invalid_instruction")
    assert "55501" not in answer.reason_text
    assert answer.reason_text.endswith(named)


def test_a_reused_key_is_misuse() -> None:
    with Peer(http("409 Conflict")) as peer, rail_to(peer.url) as rail:
        assert submit(rail) is KernelError.MISUSE


def test_only_the_banks_own_word_means_never_heard_of_it() -> None:
    with Peer(http("404 Not Found", b'{"code":"transfer_not_found"}')) as peer, rail_to(peer.url) as rail:
        assert rail.inquire("k-1") is None


def test_long_texts_of_the_bank_are_cut() -> None:
    body = b'{"status":"rejected","reference":"r-1","reason_code":"R03","reason_text":"%s"}' % (b"x" * 999)
    with Peer(http("200 OK", body)) as peer, rail_to(peer.url) as rail:
        assert len(rail.submit(instruction()).reason_text) == 200


def test_nobody_listening_means_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with rail_to(f"http://127.0.0.1:{port}") as rail:
        assert submit(rail) is NOT_SENT
        assert refusal(lambda: rail.inquire("k-1")) is NOT_SENT


def test_a_name_that_does_not_resolve_means_not_sent() -> None:
    # A label of more than 63 characters fails before any resolver is asked.
    with rail_to(f"http://{'a' * 64}.invalid") as rail:
        assert submit(rail) is NOT_SENT


def test_of_a_name_with_several_addresses_the_one_that_answers_is_used() -> None:
    # Where localhost has an IPv6 address, that one comes first and is refused: the peer listens on IPv4 alone.
    with Peer(http("200 OK", ACCEPTED)) as peer, rail_to(peer.url.replace("127.0.0.1", "localhost")) as rail:
        assert rail.submit(instruction()).status is RailStatus.ACCEPTED


def test_a_connection_that_is_never_made_means_not_sent() -> None:
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):  # fill the queue of connections that nobody accepts
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        with rail_to(f"http://127.0.0.1:{full.getsockname()[1]}", timeout_s=HASTE_S) as rail:
            assert submit(rail) is NOT_SENT


def test_silence_leaves_the_outcome_open() -> None:
    over = threading.Event()

    def answer_late(connection: socket.socket) -> None:
        over.wait(2)
        connection.sendall(http("200 OK", ACCEPTED))

    with Peer(answer_late) as peer, rail_to(peer.url, timeout_s=HASTE_S) as rail:
        assert submit(rail) is UNKNOWN
        over.set()


@pytest.mark.parametrize("beginning", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 873\r\n\r\n"])
def test_a_trickle_does_not_stretch_the_call(beginning: bytes) -> None:
    head = http("200 OK", ACCEPTED).removeprefix(b"HTTP/1.1 200 OK\r\n")
    rest = b"x" * 800 + b"\r\n" + head if beginning.endswith(b"X: ") else b" " * 800 + ACCEPTED
    over = threading.Event()

    def trickle(connection: socket.socket) -> None:
        connection.sendall(beginning)
        for byte in rest:  # some twenty seconds, were they waited for; each byte is well within the time-out
            if over.wait(0.025):
                return
            connection.sendall(bytes([byte]))

    assert len(ACCEPTED) + 800 == 873
    with Peer(trickle) as peer, rail_to(peer.url, timeout_s=HASTE_S) as rail:
        assert submit(rail) is UNKNOWN
        over.set()


def test_a_kept_connection_that_breaks_is_not_used_for_a_second_attempt() -> None:
    with Peer(http("200 OK", ACCEPTED), b"", http("200 OK", ACCEPTED)) as peer, rail_to(peer.url) as rail:
        rail.submit(instruction())
        assert submit(rail) is UNKNOWN
    assert len(peer.requests) == 2


def test_a_kept_connection_that_the_bank_closed_while_idle_is_replaced() -> None:
    with Peer(http("200 OK", ACCEPTED), http("200 OK", ACCEPTED), hang_up=True) as peer, rail_to(peer.url) as rail:
        rail.submit(instruction())
        assert peer.hung_up.wait(10)
        assert rail.submit(instruction()).status is RailStatus.ACCEPTED
    assert len(peer.requests) == 2


def test_connections_are_kept_and_carry_the_token_the_key_and_the_content() -> None:
    with Peer(http("200 OK", ACCEPTED), http("200 OK", ACCEPTED)) as peer, rail_to(f"{peer.url}/bank/") as rail:
        rail.submit(instruction())
        rail.inquire("pay_1.leg")
    submitted, asked = peer.requests
    assert submitted.startswith(b"POST /bank/v1/transfers HTTP/1.1\r\n")
    assert b"\r\nAuthorization: Bearer t-1\r\n" in submitted
    assert b"\r\nIdempotency-Key: pay_1.leg\r\n" in submitted
    assert b'"amount_minor":1000' in submitted
    assert asked.startswith(b"GET /bank/v1/transfers/pay_1.leg HTTP/1.1\r\n")
    assert b"\r\nAuthorization: Bearer t-1\r\n" in asked


def test_the_simulator_wants_the_token_that_it_was_given() -> None:
    server = BankServer(token="t-1")
    server.start()
    client = DeadlineClient(server.url, timeout_s=PATIENCE_S)
    stranger = BankRail(client, token="t-2")
    with rail_to(server.url) as rail:
        assert submit(stranger) is NOT_SENT
        assert rail.submit(instruction()).status is RailStatus.ACCEPTED
    client.close()
    server.stop()


@pytest.mark.parametrize("url", ["", "bank", "ftp://bank", "http://"])
def test_a_url_that_is_none_is_misuse(url: str) -> None:
    assert refusal(lambda: DeadlineClient(url, timeout_s=1.0)) is KernelError.MISUSE
