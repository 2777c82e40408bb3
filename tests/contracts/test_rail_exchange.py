"""The card and the instant rail against a peer that answers anything, or nothing: can the other side have acted?"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from shared.kernel.errors import KernelError
from shared.kernel.usage import measured
from shared.ports.rail import Answer, Instruction, Rail, RailError, RailStatus
from tests.contracts.peer import Peer, http
from tests.contracts.rails import (
    KEY,
    card_over,
    card_says,
    instant_over,
    key_of_leg,
    outcome,
    over_sockets,
    payment_return,
    report,
    to_account,
    to_card,
)
from tests.contracts.test_rail import HASTE_S, PATIENCE_S

NOT_SENT = RailError.NOT_SENT
UNKNOWN = RailError.OUTCOME_UNKNOWN
BOMB = b"""<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/hostname">]>"""


@dataclass(frozen=True)
class Kind:
    """A rail, what it sends, and what its other side says when all is well."""

    make: Callable[..., Rail]
    order: Instruction
    accepted: bytes
    never_heard: bytes
    never_usable: tuple[bytes, ...]


KINDS = {
    "card": Kind(
        card_over,
        to_card(),
        http("200 OK", card_says()),
        http("404 Not Found", b'{"code":"transaction_not_found"}'),
        (
            http("200 OK", card_says("accepted")),
            http("200 OK", card_says("delivered")),
            http("200 OK", card_says(reference="")),
            http("200 OK", card_says(reference=7)),
            http("200 OK", card_says(reference="r" * 256)),
            http("200 OK", card_says(reason_code=None)),
            http("200 OK", card_says(reason_code="c" * 41)),
            http("200 OK", card_says(settled_on="today")),
            http("200 OK", card_says(settled_on=20_260_105)),
            http("200 OK", card_says(key=key_of_leg(2))),
            http("200 OK", b'{"status":"approved","reference":"crd-1"}'),
            http("200 OK", b"[" * 60_000),
            http("200 OK", card_says() + b" " * 100_000),
            http("201 Created", card_says()),
            http("500 Internal Server Error", card_says()),
            http("404 Not Found", b'{"code":"no_such_path"}'),
        ),
    ),
    "instant": Kind(
        instant_over,
        to_account(),
        http("200 OK", report()),
        http("200 OK", report("RJCT", code="NOOR")),
        (
            http("200 OK", report(key=key_of_leg(2))),
            http("200 OK", report(key=key_of_leg(leg="put-back"))),
            http("200 OK", report()[:-20]),
            http("200 OK", report().replace(b"ACSC", b"DONE")),
            http("200 OK", report().replace(b"<TxSts>ACSC</TxSts>", b"")),
            http("200 OK", report().replace(b"pacs.002.001.10", b"pacs.002.001.99")),
            http("200 OK", report("RJCT", code="AC04").replace(b"<Rsn><Cd>AC04</Cd></Rsn>", b"")),
            http("200 OK", BOMB + report().partition(b"?>")[2]),
            http("200 OK", OUTSIDE + report().partition(b"?>")[2]),
            http("200 OK", report() + b" " * 100_000),
            http("200 OK", report().decode().encode("utf-16")),
            http("200 OK", b"<html><body>ACSC</body></html>", "Content-Type: text/html"),
            http("200 OK", b'{"status":"accepted","reference":"r-1"}', "Content-Type: application/json"),
            http("200 OK", payment_return(original_amount=None)),
            http("202 Accepted", report()),
            http("404 Not Found", report("RJCT", code="NOOR")),
            http("500 Internal Server Error", report()),
        ),
    ),
}
ALWAYS_UNUSABLE = [
    http("200 OK"),
    http("200 OK", b"\xff\xfe"),
    http("200 OK", b"<"),
    http("204 No Content"),
    http("301 Moved Permanently", b"", "Location: /v1/elsewhere"),
    http("404 Not Found", b"<h1>not found</h1>"),
    http("408 Request Timeout"),
    http("500 Internal Server Error"),
    http("502 Bad Gateway"),
    http("503 Service Unavailable", b"", "Retry-After: 1"),
    http("504 Gateway Timeout"),
    b"",
    b"220 mail.example ESMTP\r\n",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nabcdef",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
]
USELESS = [
    (name, reply)
    for name, kind in KINDS.items()
    for reply in (*kind.never_usable, *ALWAYS_UNUSABLE, kind.accepted[:-5])
]


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each rail in turn."""
    return KINDS[request.param]


@contextlib.contextmanager
def rail_to(kind: Kind, url: str, timeout_s: float = PATIENCE_S) -> Iterator[Rail]:
    """A rail to somewhere, closed at the end."""
    rail, client = over_sockets(kind.make, url, timeout_s)
    try:
        yield rail
    finally:
        client.close()


@pytest.mark.parametrize(("name", "reply"), USELESS, ids=[f"{name}-{reply[-60:]!r}" for name, reply in USELESS])
def test_an_answer_that_says_nothing_leaves_the_outcome_open(name: str, reply: bytes) -> None:
    kind = KINDS[name]
    with Peer(reply) as peer, rail_to(kind, peer.url) as rail:
        assert outcome(lambda: rail.submit(kind.order)) is UNKNOWN
    assert len(peer.requests) == 1, "and nothing is sent a second time in here"
    with Peer(reply) as peer, rail_to(kind, peer.url) as rail:
        assert outcome(lambda: rail.inquire(KEY)) is NOT_SENT


def test_all_is_well(kind: Kind) -> None:
    with Peer(kind.accepted, kind.accepted, kind.never_heard) as peer, rail_to(kind, peer.url) as rail:
        answer = rail.submit(kind.order)
        assert (answer.status, rail.inquire(KEY)) == (RailStatus.ACCEPTED, answer)
        assert rail.inquire(KEY) is None
    assert all(b"\r\nAuthorization: Bearer t-1\r\n" in request for request in peer.requests)


def test_never_heard_of_it_is_no_answer_to_an_instruction(kind: Kind) -> None:
    with Peer(kind.never_heard) as peer, rail_to(kind, peer.url) as rail:
        assert outcome(lambda: rail.submit(kind.order)) is UNKNOWN


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden", "429 Too Many Requests"])
def test_what_took_nothing_in_may_be_instructed_again(kind: Kind, status: str) -> None:
    with Peer(http(status), http(status)) as peer, rail_to(kind, peer.url) as rail:
        assert outcome(lambda: rail.submit(kind.order)) is NOT_SENT
        assert outcome(lambda: rail.inquire(KEY)) is NOT_SENT


def test_a_reused_key_is_misuse(kind: Kind) -> None:
    with Peer(http("409 Conflict")) as peer, rail_to(kind, peer.url) as rail:
        assert outcome(lambda: rail.submit(kind.order)) is KernelError.MISUSE


@pytest.mark.parametrize("body", [b"", b"no", b'{"field":"5550100"}', b'{"field":["/x"]}', b'{"field":"/5550100"}'])
@pytest.mark.parametrize("status", ["400 Bad Request", "422 Unprocessable Content"])
def test_a_refused_instruction_is_rejected_and_nothing_of_it_is_repeated(kind: Kind, status: str, body: bytes) -> None:
    with Peer(http(status, body)) as peer, rail_to(kind, peer.url) as rail:
        answer = rail.submit(kind.order)
    assert (answer.status, answer.reason_code) == (RailStatus.REJECTED, "invalid_instruction")
    assert answer.reason_text == "the rail refused the instruction"


def test_nobody_listening_means_not_sent(kind: Kind) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with rail_to(kind, f"http://127.0.0.1:{port}") as rail:
        assert outcome(lambda: rail.submit(kind.order)) is NOT_SENT
        assert outcome(lambda: rail.inquire(KEY)) is NOT_SENT


def test_silence_leaves_the_outcome_open(kind: Kind) -> None:
    over = threading.Event()

    def answer_late(connection: socket.socket) -> None:
        over.wait(2)
        connection.sendall(kind.accepted)

    with Peer(answer_late) as peer, rail_to(kind, peer.url, HASTE_S) as rail:
        assert outcome(lambda: rail.submit(kind.order)) is UNKNOWN
        over.set()


def test_a_trickle_does_not_stretch_the_call(kind: Kind) -> None:
    over = threading.Event()

    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n")
        while not over.wait(0.025):  # each byte is well within the time-out
            connection.sendall(b" ")

    with Peer(trickle) as peer, rail_to(kind, peer.url, HASTE_S) as rail:
        assert outcome(lambda: rail.submit(kind.order)) is UNKNOWN
        over.set()


def test_a_kept_connection_that_breaks_is_not_used_for_a_second_attempt(kind: Kind) -> None:
    with Peer(kind.accepted, b"", kind.accepted) as peer, rail_to(kind, peer.url) as rail:
        assert isinstance(outcome(lambda: rail.submit(kind.order)), Answer)
        assert outcome(lambda: rail.submit(kind.order)) is UNKNOWN
    assert len(peer.requests) == 2


def test_every_call_is_counted_whatever_comes_of_it(kind: Kind) -> None:
    replies = (kind.accepted, http("500 Internal Server Error"), kind.never_heard)
    with measured() as counts, Peer(*replies) as peer, rail_to(kind, peer.url) as rail:
        rail.submit(kind.order)
        assert outcome(lambda: rail.submit(kind.order)) is UNKNOWN
        rail.inquire(KEY)
    assert counts.rail_calls == 3
