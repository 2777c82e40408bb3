"""The whole emulator in one object: gRPC on one port, the admin page on another, both on loopback."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, Self

import grpc

from emulators import ports
from emulators.errors import LocalError
from emulators.oidc import TokenSigner
from emulators.tasks import rpc
from emulators.tasks.admin import AdminServer, queue_counts
from emulators.tasks.dispatcher import Dispatcher
from emulators.tasks.queue import TaskQueue
from emulators.tasks.servicer import CloudTasks
from shared.adapters.system_clock import SystemClock
from shared.adapters.tasks.rules import NAME_KEPT
from shared.kernel.errors import ClearwayError
from shared.ports.clock import Clock

# Room for the largest task and what surrounds it; gRPC's own default would do, but by chance.
_MESSAGE_MAX = 4 * 1024 * 1024
WORKERS = 256


class TasksEmulator:
    """Cloud Tasks on this machine, in memory. Ports of 0 are chosen by the system; see `address` and `admin_url`.

    At most `workers` calls are in flight, whatever its queues allow. With a ManualClock time moves by `advance` alone.
    Raises PORT_TAKEN at construction.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        admin_port: int = 0,
        clock: Clock | None = None,
        name_kept: timedelta = NAME_KEPT,
        workers: int = WORKERS,
        signer: TokenSigner | None = None,
    ) -> None:
        for wanted in filter(None, (port, admin_port)):
            ports.require_free(wanted, "the Cloud Tasks emulator")
        clock = clock or SystemClock()
        self.signer = signer or TokenSigner()
        self._lock = threading.RLock()
        self._queues: dict[str, TaskQueue] = {}
        self._dispatcher = Dispatcher(self._queues, self._lock, clock, self.signer, workers=workers)
        api = CloudTasks(self._queues, self._lock, clock, self._dispatcher, name_kept=name_kept)
        self._calls = ThreadPoolExecutor(8, "tasks-api")
        options = [("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", _MESSAGE_MAX)]
        self._server = grpc.server(self._calls, handlers=[rpc.handler(api)], options=options)
        try:
            self._port = self._server.add_insecure_port(f"{ports.HOST}:{port}")
            self._admin = AdminServer(self, admin_port)
        except (RuntimeError, OSError) as error:  # somebody took one after our look at it
            self._server.stop(None)
            raise ClearwayError(LocalError.PORT_TAKEN, f"port {port} or {admin_port} was taken") from error
        self._admin_thread = threading.Thread(target=self._admin.serve_forever, args=(0.05,), name="tasks-admin")

    @property
    def address(self) -> str:
        """`127.0.0.1:port` of the API."""
        return f"{ports.HOST}:{self._port}"

    @property
    def admin_url(self) -> str:
        """`http://127.0.0.1:port` of the admin page."""
        return f"http://{ports.HOST}:{self._admin.server_port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Answer calls and dispatch tasks from now on."""
        self._dispatcher.start()
        self._server.start()
        self._admin_thread.start()

    def stop(self) -> None:
        """End everything; attempts in flight are cut. Returns when no thread and no socket is left."""
        self._server.stop(grace=0.5).wait()
        self._calls.shutdown()
        self._dispatcher.stop()
        self._admin.shutdown()
        self._admin_thread.join()
        self._admin.server_close()

    def advance(self, duration_s: float, *, settle: bool = True) -> datetime:
        """Move a manual clock on; see `Dispatcher.advance`."""
        return self._dispatcher.advance(duration_s, settle=settle)

    def counts(self) -> dict[str, dict[str, Any]]:
        """The counts of every queue, by its full name; see `queue_counts`."""
        with self._lock:
            return {name: queue_counts(queue) for name, queue in self._queues.items()}
