"""The bridge's order of things, on a subscription and a table in memory that can be out of reach."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from google.pubsub_v1 import types

from emulators.bigquery.schema import load_columns, load_schema
from emulators.bridge.bridge import Bridge
from shared.adapters.memory.warehouse import InMemoryWarehouse
from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.warehouse import Row

DOWN = ClearwayError(KernelError.UNAVAILABLE, "out of reach")


def event(number: int) -> bytes:
    fields = {"event_id": f"evt_{number}", "payment_id": "pay_1", "tenant": "acme", "type": "payment.received"}
    return json.dumps({**fields, "payment_version": number, "occurred_at": "2026-11-02T12:00:00Z"}).encode()


class World:
    """A subscription and a table in one, which writes down what is done to them in what order.

    `outages` names calls that fail and how often. The bridge is stopped when the backlog is empty, or by `stop_when`.
    """

    subscription = "projects/p/subscriptions/s"

    def __init__(self, bodies: Sequence[bytes], outages: dict[str, int] | None = None, stop_when: str = "") -> None:
        self.done: list[tuple[str, int]] = []
        self.stop = threading.Event()
        self.warehouse = InMemoryWarehouse(load_schema())
        self._backlog = {f"ack-{number}": body for number, body in enumerate(bodies)}
        self._held: dict[str, bytes] = {}
        self._outages = dict(outages or {})
        self._stop_when = stop_when

    @property
    def left(self) -> int:
        return len(self._backlog) + len(self._held)

    def pull(self, messages_max: int) -> list[types.ReceivedMessage]:
        self._note("pull", 0)
        taken = list(self._backlog)[:messages_max]
        self._held |= {ack_id: self._backlog.pop(ack_id) for ack_id in taken}
        if not taken:
            self.stop.set()
        return [_received(ack_id, self._held[ack_id]) for ack_id in taken]

    def acknowledge(self, ack_ids: Sequence[str]) -> None:
        self._note("acknowledge", len(ack_ids))
        for ack_id in ack_ids:
            del self._held[ack_id]

    def refuse(self, ack_ids: Sequence[str]) -> None:
        self._note("refuse", len(ack_ids))

    def hold(self, ack_ids: Sequence[str], duration_s: int) -> None:
        assert duration_s > 0
        self._note("hold", len(ack_ids))

    def append_events(self, rows: Sequence[Row]) -> None:
        self._note("append", len(rows))
        self.warehouse.append_events(rows)

    def _note(self, what: str, count: int) -> None:
        if self._stop_when == what:
            self.stop.set()
        if self._outages.get(what, 0):
            self._outages[what] -= 1
            self.done.append((f"{what} failed", count))
            raise DOWN
        self.done.append((what, count))

    def run(self, batch_rows_max: int = 500) -> list[tuple[str, int]]:
        bridge = Bridge(self, self, load_columns(), batch_rows_max=batch_rows_max, batch_wait_s=0.001)
        bridge.run(self.stop)
        return self.done


def _received(ack_id: str, data: bytes) -> types.ReceivedMessage:
    published_at = datetime(2026, 11, 2, 12, tzinfo=UTC)
    message = types.PubsubMessage(data=data, message_id=ack_id, publish_time=published_at)
    return types.ReceivedMessage(ack_id=ack_id, message=message, delivery_attempt=1)


def test_a_batch_is_one_insert_and_is_acknowledged_after_it() -> None:
    world = World([event(number) for number in range(7)])
    assert world.run(batch_rows_max=5) == [
        ("pull", 0),
        ("append", 5),
        ("acknowledge", 5),
        ("pull", 0),
        ("append", 2),
        ("acknowledge", 2),
        ("pull", 0),
    ]
    assert world.warehouse.totals().events == 7


def test_what_fits_no_row_is_given_back_before_the_insert_and_alone() -> None:
    world = World([event(1), b"bad", event(2)])
    assert world.run() == [("pull", 0), ("refuse", 1), ("append", 2), ("acknowledge", 2), ("pull", 0)]
    assert world.left == 1


def test_a_batch_of_misfits_is_no_insert() -> None:
    assert World([b"bad", b"worse"]).run() == [("pull", 0), ("refuse", 2), ("pull", 0)]


def test_an_unreachable_table_is_tried_again_while_the_messages_are_held() -> None:
    world = World([event(1), event(2)], outages={"append": 2})
    assert world.run() == [
        ("pull", 0),
        ("append failed", 2),
        ("hold", 2),
        ("append failed", 2),
        ("hold", 2),
        ("append", 2),
        ("acknowledge", 2),
        ("pull", 0),
    ]
    assert world.warehouse.totals().rows == 2


def test_a_stop_while_the_table_is_unreachable_gives_the_messages_back() -> None:
    world = World([event(1)], outages={"append": 99}, stop_when="append")
    assert world.run() == [("pull", 0), ("append failed", 1), ("hold", 1), ("refuse", 1)]
    assert world.left == 1


def test_a_stop_while_a_batch_is_in_hand_still_lands_it() -> None:
    world = World([event(1)], stop_when="append")
    assert world.run() == [("pull", 0), ("append", 1), ("acknowledge", 1)]


@pytest.mark.parametrize("what", ["acknowledge", "refuse", "hold", "pull"])
def test_pubsub_out_of_reach_does_not_end_the_bridge(what: str, caplog: pytest.LogCaptureFixture) -> None:
    world = World([event(1), b"bad"], outages={what: 1, "append": 1})
    world.run()
    assert world.warehouse.totals().rows == 1
    assert (f"{what} failed", 0 if what == "pull" else 1) in world.done
    assert "out of reach" in caplog.text


def test_a_stop_while_pubsub_is_out_of_reach_is_heeded() -> None:
    assert World([], outages={"pull": 99}, stop_when="pull").run() == [("pull failed", 0)]
