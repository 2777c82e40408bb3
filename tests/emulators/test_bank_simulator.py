"""The simulator as a whole: one clock for everything, a side door for tests, and the same over sockets."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import urllib3

from emulators.bank.agenda import Agenda
from emulators.bank.clock import BankClock
from emulators.bank.server import BODY_BYTES_MAX, BankServer
from emulators.bank.simulator import BankSimulator
from shared.adapters.memory.objects import InMemoryObjects
from tests.emulators.bank_client import AMOUNT, START, CardClient, InstantClient, World
from tests.support.waiting import until

DAY = 86_400


def admin(world: World, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    raw = None if body is None else json.dumps(body).encode()
    status, answer = world.transport.call(method, f"/v1/admin/{path}", headers={}, body=raw)
    return status, json.loads(answer)


def test_actions_run_in_the_order_of_their_moments_and_may_note_more() -> None:
    agenda = Agenda()
    done: list[int] = []

    def note(at: datetime) -> None:
        done.append(at.hour)

    def note_and_go_on(at: datetime) -> None:
        note(at)
        agenda.at(at + timedelta(hours=1), note)

    agenda.at(START.replace(hour=18), note)
    agenda.at(START.replace(hour=16), note_and_go_on)
    assert agenda.run_until(START.replace(hour=17)) == 2
    assert (done, agenda.next_due()) == ([16, 17], START.replace(hour=18))


def test_sixty_days_pass_at_once_and_in_order() -> None:
    world = World()
    card = CardClient(world)
    for key, ending in (("a", "0860"), ("b", "0801"), ("c", "0830")):
        card.instruct(key, ending, "debit")
    status, answer = admin(world, "POST", "clock/advance", {"duration_s": 61 * DAY})
    assert (status, answer["now"]) == (200, world.clock.now().isoformat())
    assert [one.json()["key"] for one in world.believed()] == ["b", "c", "a"]
    assert [(one.at - START).days for one in world.heard] == [1, 30, 60]


def test_a_clock_that_was_moved_by_others_catches_up_in_run_due_and_answers_are_never_old() -> None:
    world = World()
    card = CardClient(world)
    card.instruct("k", "0303", "debit")
    world.clock.advance(2 * DAY)
    assert card.ask("k")[1] == "accepted"
    assert world.heard == []
    assert world.bank.next_due() is not None
    world.bank.run_due()
    assert [one.json()["status"] for one in world.believed()] == ["approved"]
    assert len(world.objects.list("statements/")) == 2


def test_a_slow_answer_takes_the_callers_time() -> None:
    world = World()
    CardClient(world).instruct("k", "0603", "debit")
    assert (world.clock.now() - START).total_seconds() == 1.0


def test_the_summary_shows_every_rail() -> None:
    world = World()
    CardClient(world).instruct("k", "0000", "debit")
    InstantClient(world).instruct("l", "0000")
    status, summary = admin(world, "GET", "rails")
    assert (status, list(summary["rails"])) == (200, ["bank", "ach", "instant", "card"])
    assert [rail["moved"]["total"] for rail in summary["rails"].values()] == [0, 0, 1, 1]
    listed = admin(world, "GET", "card/transactions")[1]["transactions"]
    assert [(one["key"], one["ending"], one["moved"]) for one in listed] == [("k", "0000", True)]
    assert admin(world, "GET", "instant/transactions")[1]["transactions"][0]["key"] == "l"
    assert "tok_visa" not in json.dumps(listed)


def test_the_side_door_plants_faults_and_breaks() -> None:
    world = World()
    assert admin(world, "POST", "faults", {"kind": "unavailable", "rail": "card"})[0] == 200
    assert admin(world, "POST", "faults", {"kind": "unavailable", "rail": "ach"})[1]["field"] == "/rail"
    card = CardClient(world)
    assert [card.instruct("k", "0000", "debit")[0] for _ in range(2)] == [503, 200]
    assert admin(world, "POST", "breaks", {"kind": "missing", "rail": "card", "currency": "USD"})[0] == 200
    world.bank.advance(DAY)
    assert admin(world, "GET", "rails")[1]["statements"]["breaks"][0]["key"] == "k"


def test_a_reset_forgets_everything_but_the_files() -> None:
    world = World()
    empty = world.bank.summary()
    CardClient(world).instruct("k", "0303", "debit")
    InstantClient(world).instruct("l", "0801")
    world.bank.advance(DAY)
    world.bank.reset()
    assert world.bank.summary() == empty
    assert world.bank.next_due() is None
    assert InstantClient(world).ask("l")[1] == "unknown"


def test_files_go_in_and_out_over_the_api() -> None:
    world = World()
    call = world.transport.call
    assert call("POST", "/v1/files/ach/outbound/A.ach", headers={}, body=b"x")[0] == 201
    assert call("POST", "/v1/files/ach/outbound/A.ach", headers={}, body=b"y")[0] == 409
    assert call("GET", "/v1/files/ach/outbound/A.ach", headers={}) == (200, b"x")
    assert call("GET", "/v1/files/ach/outbound/B.ach", headers={})[0] == 404
    assert call("GET", "/v1/files/ach//B.ach", headers={})[0] == 400
    world.bank.run_due()
    names = json.loads(call("GET", "/v1/files?prefix=ach/ack", headers={})[1])["names"]
    assert names == ["ach/acknowledgements/A.json"]
    assert admin(world, "GET", "ach/files")[1]["files"][0]["status"] == "refused"


def test_all_rails_want_the_token_and_the_side_door_does_not() -> None:
    world = World(token="t-1")
    for method, path in (
        ("POST", "/v1/card/transactions"),
        ("GET", "/v1/card/transactions/k"),
        ("POST", "/v1/instant/messages"),
        ("GET", "/v1/files"),
        ("POST", "/v1/files/ach/outbound/A.ach"),
    ):
        assert world.transport.call(method, path, headers={}, body=b"")[0] == 401
    headers = {"Authorization": "Bearer t-1"}
    assert world.transport.call("GET", "/v1/files", headers=headers)[0] == 200
    assert admin(world, "GET", "rails")[0] == 200


def test_one_seed_gives_one_set_of_references() -> None:
    def reference(seed: int) -> str:
        world = World()
        world.bank = BankSimulator(world.clock, world.objects, seed=seed)
        world.transport = world.bank.transport(2.0)
        card = CardClient(world)
        card.instruct("k", "0000", "debit")
        return str(card.answer("k")["reference"])

    assert reference(1) == reference(1)
    assert reference(1) != reference(2)


def test_one_key_many_times_at_once_moves_once() -> None:
    world = World()
    start = threading.Barrier(16)

    def submit(_: int) -> tuple[int, str]:
        start.wait()
        return CardClient(world).instruct("k", "0000", "debit")

    with ThreadPoolExecutor(16) as callers:
        assert set(callers.map(submit, range(16))) == {(200, "accepted")}
    rail = world.rail("card")
    assert (rail["instructions"]["total"], rail["moved"]["total"]) == (16, 1)
    assert rail["balances_minor"] == {"USD": AMOUNT}


class Receiver(HTTPServer):
    """Takes callbacks over HTTP and keeps their paths and bodies."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Any]] = []
        super().__init__(("127.0.0.1", 0), ReceiverHandler)


class ReceiverHandler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.taken.append((self.path, body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_over_sockets_the_bank_calls_back_by_itself(receiver: Receiver) -> None:
    objects = InMemoryObjects()
    url = f"http://127.0.0.1:{receiver.server_port}/v1/rails/{{rail}}/callbacks"
    server = BankServer(callback_url=url, objects=objects)
    server.start()
    pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(30))
    try:
        body = {"type": "pull", "amount_minor": 5, "currency": "USD", "card_token": "tok_visa_0801"}
        headers = {"Idempotency-Key": "k"}
        answer = pool.request("POST", f"{server.url}/v1/card/transactions", body=json.dumps(body), headers=headers)
        assert (answer.status, answer.json()["status"]) == (200, "approved")
        server.clock.advance(2 * DAY)
        until(lambda: receiver.taken)
        path, said = receiver.taken[0]
        assert (path, said["key"], said["status"]) == ("/v1/rails/card/callbacks", "k", "charged_back")
        until(lambda: len(objects.list("statements/inbound/card/USD/")) >= 2)
        large = b"x" * (2 * BODY_BYTES_MAX)
        assert pool.request("POST", f"{server.url}/v1/files/ach/outbound/L.ach", body=large).status == 201
        assert pool.request("POST", f"{server.url}/v1/card/transactions", body=large).status == 413
        name = objects.list("statements/inbound/card/USD/")[0]
        file = pool.request("GET", f"{server.url}/v1/files/{name}")
        assert (file.headers["Content-Type"], file.data) == ("application/xml", objects.get(name))
    finally:
        pool.clear()
        server.stop()


def test_a_receiver_that_is_not_there_is_no_error_of_the_banks() -> None:
    server = BankServer(callback_url="http://127.0.0.1:1/")
    server.start()
    try:
        CardClient(_World(server.simulator)).instruct("k", "0701", "debit")
        assert server.simulator.summary()["callbacks"]["card"]["attempts"] == 1
    finally:
        server.stop()


class _World(World):
    """A simulator that is there already, as the clients of these tests want it."""

    def __init__(self, bank: BankSimulator) -> None:
        self.bank = bank
        self.transport = bank.transport(2.0)


def test_the_banks_clock_is_a_clock_like_any_other() -> None:
    clock = BankClock()
    before = clock.now()
    clock.advance(60)
    clock.sleep(0)
    assert (clock.now() - before).total_seconds() >= 60
