"""The loop of the bridge: pull a batch, insert it, and only then acknowledge it."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from google.pubsub_v1 import types

from emulators.bridge.rows import row_of
from shared.adapters.bigquery.columns import Column
from shared.kernel.errors import ClearwayError
from shared.ports.warehouse import Row

T = TypeVar("T")

_log = logging.getLogger(__name__)

# A batch that waits for BigQuery is held for this long at a time, many pauses and a call's time-out together.
_HOLD_S = 120
_PAUSE_MIN_S, _PAUSE_MAX_S = 0.1, 5.0


class _StoppedError(Exception):
    """Told to stop while something could not be done."""


class Messages(Protocol):
    """Where messages come from; see `emulators.bridge.source.Source`."""

    subscription: str

    def pull(self, messages_max: int) -> list[types.ReceivedMessage]: ...
    def acknowledge(self, ack_ids: Sequence[str]) -> None: ...
    def refuse(self, ack_ids: Sequence[str]) -> None: ...
    def hold(self, ack_ids: Sequence[str], duration_s: int) -> None: ...


class Table(Protocol):
    """Where rows go: the one method of `shared.ports.warehouse.Warehouse` that is needed."""

    def append_events(self, rows: Sequence[Row]) -> None: ...


class Bridge:
    """Moves messages into a table, at least once, until it is told to stop.

    A message that fits no row is refused alone, so that the subscription's dead-letter policy takes it in the end; the
    others of its batch land. While the table cannot be reached nothing is acknowledged and nothing more is pulled, and
    what was pulled is held, so that an outage costs no message an attempt.
    """

    def __init__(
        self, messages: Messages, table: Table, columns: Sequence[Column], *, batch_rows_max: int, batch_wait_s: float
    ) -> None:
        self._messages = messages
        self._table = table
        self._columns = columns
        self._batch_rows_max = batch_rows_max
        self._batch_wait_s = batch_wait_s

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; what is in hand then is inserted, or given back if it cannot be."""
        with contextlib.suppress(_StoppedError):
            while not stop.is_set():
                received = self._insist("pull", lambda: self._messages.pull(self._batch_rows_max), stop)
                self._land(received, stop)
                if len(received) < self._batch_rows_max:
                    stop.wait(self._batch_wait_s)

    def _land(self, received: Sequence[types.ReceivedMessage], stop: threading.Event) -> None:
        rows, fitting, misfits = self._sorted(received)
        if misfits:
            self._try("give messages back", lambda: self._messages.refuse(misfits))
        if not rows:
            return
        try:
            self._insist(
                "insert",
                lambda: self._table.append_events(rows),
                stop,
                meanwhile=lambda: self._messages.hold(fitting, _HOLD_S),
            )
        except _StoppedError:
            self._try("give messages back", lambda: self._messages.refuse(fitting))
            raise
        # If this fails the messages come again, and the view drops the repetition.
        self._try("acknowledge", lambda: self._messages.acknowledge(fitting))

    def _sorted(self, received: Sequence[types.ReceivedMessage]) -> tuple[list[dict[str, Any]], list[str], list[str]]:
        """Rows, the acknowledgement ids of their messages, and those of messages that fit no row."""
        rows: list[dict[str, Any]] = []
        fitting: list[str] = []
        misfits: list[str] = []
        for one in received:
            try:
                rows.append(row_of(one.message, self._messages.subscription, self._columns))
                fitting.append(one.ack_id)
            except ClearwayError as error:
                misfits.append(one.ack_id)
                _log.warning(
                    "message %s does not fit, attempt %d: %s",
                    one.message.message_id,
                    one.delivery_attempt,
                    error.detail,
                )
        return rows, fitting, misfits

    def _insist(
        self,
        doing: str,
        call: Callable[[], T],
        stop: threading.Event,
        *,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> T:
        """Call until it works, with pauses that double; raises _StoppedError when told to stop before it did.

        `meanwhile` is called after each failure. The first of a row of failures is logged, and the end of the row.
        """
        pause_s = 0.0
        while True:
            try:
                outcome = call()
            except ClearwayError as error:
                if not pause_s:
                    _log.error("cannot %s, trying until it works: %s", doing, error.detail)
            else:
                if pause_s:
                    _log.warning("could %s again", doing)
                return outcome
            self._try("hold messages", meanwhile)
            pause_s = min(_PAUSE_MAX_S, max(_PAUSE_MIN_S, 2 * pause_s))
            if stop.wait(pause_s):
                raise _StoppedError

    @staticmethod
    def _try(doing: str, call: Callable[[], None]) -> None:
        """Call once; a failure is logged, and Pub/Sub's deadline does the rest."""
        try:
            call()
        except ClearwayError as error:
            _log.warning("could not %s: %s", doing, error.detail)
