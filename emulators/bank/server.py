"""The bank on the wire: threads, keep-alive, and the ways in which an answer may fail to arrive."""

from __future__ import annotations

import os
import select
import socket
import struct
import sys
import threading
from datetime import UTC, datetime
from http import HTTPStatus

from emulators.bank.callbacks.outbox import DEFAULT_SECRET
from emulators.bank.callbacks.post import HttpPost
from emulators.bank.clock import BankClock
from emulators.bank.exchange import JSON, Request, Response, problem
from emulators.bank.followers import Followers
from emulators.bank.magic import Reply
from emulators.bank.simulator import BankSimulator
from emulators.loopback_server import LoopbackHandler, LoopbackServer
from shared.adapters.memory.objects import InMemoryObjects
from shared.kernel.errors import ClearwayError
from shared.ports.objects import ObjectStore

HOST = "127.0.0.1"
BODY_BYTES_MAX = 65_536
FILE_BYTES_MAX = 64 * 1024 * 1024  # an ACH file of some 300,000 entries with an addenda record each
# How often the bank looks whether something is due by its clock.
PUMP_S = 0.25
# Linux tells when a peer has closed its side; elsewhere a hold ends with the hold's own time at the latest.
_HUNG_UP = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR


class BankServer(LoopbackServer):
    """A bank simulator on loopback: one thread a connection, and no thread outlives `stop`.

    `hold_s` is how long a silent reply holds its connection (less when the caller hangs up), and how long an
    instruction may lie unseen; `slow_s` is the pause of a slow reply. Port 0 takes a free one: see `url`. Callbacks are
    posted to `callback_url` (`{rail}` in it stands for the rail's name), signed with `secret`; without one, there are
    none. Files are exchanged through `objects`, by default a store in memory, which `/v1/files` shows. `bank_rail` is
    what the JSON rail is called on callbacks and accounts. `followers` live by the bank's clock, and so does then
    whoever is called back.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        seed: int = 0,
        hold_s: float = 8.0,
        slow_s: float = 1.0,
        token: str = "",
        callback_url: str = "",
        secret: str = DEFAULT_SECRET,
        objects: ObjectStore | None = None,
        bank_rail: str = "bank",
        followers: Followers | None = None,
    ) -> None:
        self.clock = BankClock()
        self._post = HttpPost(callback_url) if callback_url else None
        self.simulator = BankSimulator(
            self.clock,
            InMemoryObjects() if objects is None else objects,
            callback=self._post,
            seed=seed,
            unseen_s=hold_s,
            secret=secret,
            # However far the bank's clock is put forward, its callbacks are received in the present of who gets them.
            signing_clock=self.clock.now if followers else lambda: datetime.now(UTC),
            token=token,
            bank_rail=bank_rail,
            followers=followers,
        )
        self.bank = self.simulator.bank
        self.hold_s = hold_s
        self.slow_s = slow_s
        self.stopping = threading.Event()
        super().__init__(port, _Handler, "bank")
        self._pump = threading.Thread(target=self._let_due_happen, name="bank-clock")

    def start(self) -> None:
        """Serve, in threads of its own, until `stop`."""
        self.begin()
        self._pump.start()

    def stop(self) -> None:
        """Stop at once: no call is waited for, and every open connection is shut."""
        self.stopping.set()
        self.end()
        self._pump.join()
        if self._post is not None:
            self._post.close()

    def _let_due_happen(self) -> None:
        said = ""
        while not self.stopping.wait(PUMP_S):
            if self.simulator.advancing:
                continue
            try:
                self.simulator.run_due()
            except ClearwayError as error:
                # What was due stays due, and is tried again: the store of the files may come up after the bank.
                if error.detail != said:
                    print(f"the bank's clock stands still: {error.detail}", file=sys.stderr, flush=True)
                said = error.detail
            else:
                said = ""


class _Handler(LoopbackHandler):
    server: BankServer
    server_version = "ClearwayBank"

    def serve(self) -> None:
        """See `LoopbackHandler.serve`."""
        body = self.read_body(FILE_BYTES_MAX if self.path.startswith("/v1/files/") else BODY_BYTES_MAX)
        if body is None:
            self.close_connection = True
            detail = f"a body needs a Content-Length of at most {BODY_BYTES_MAX}"
            self._send(problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", detail))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        response = self.server.simulator.handle(Request(self.command, self.path, headers, body))
        match response.reply:
            case Reply.SILENT:
                self._hold()
            case Reply.RESET:
                self._reset()
            case Reply.SLOW:
                self.server.stopping.wait(self.server.slow_s)
                self._send(response)
            case _:
                self._send(response)

    def _send(self, response: Response) -> None:
        raw = response.raw
        self.send_response(response.status)
        for name, value in {"Content-Type": JSON, **response.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(raw)

    def _hold(self) -> None:
        """Say nothing until the caller hangs up, the hold is over or the server stops; then close."""
        self.close_connection = True
        if self.server.stopping.is_set():
            return
        watch = select.poll()
        watch.register(self.connection, _HUNG_UP)
        watch.poll(self.server.hold_s * 1_000)

    def _reset(self) -> None:
        """Cut the connection with a TCP reset: closing with no time to linger sends one instead of an orderly end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
