"""A child process that is ready when it says so, and certainly gone at the end."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from emulators import ports
from emulators.errors import LocalError
from emulators.watchdog import Watchdog
from shared.kernel.errors import ClearwayError

_POLL_S = 0.02
_TAIL_LINES = 20
_watchdog = Watchdog()

# The child waits for one line before it turns into the program. By then the watchdog knows its process group; if we die
# first, the pipe ends and the program never starts. So there is no moment at which a SIGKILL leaves an orphan.
_HELD_START = 'IFS= read -r go && exec "$@" </dev/null'


class Service:
    """One child in a process group of its own, with a log file and a way to see that it is ready.

    `port` (TCP on loopback) and `ready_path` (an HTTP path on that port that must answer below 500) say when it is
    ready; with neither it is ready once it runs. `env` is added to ours; None takes a variable away. `stop_signal` asks
    it to end; after `grace_s` seconds it is killed. With `watch` a supervisor starts it again whenever it dies, as the
    platform replaces an instance; without, its death ends the run.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        log: Path,
        port: int | None = None,
        ready_path: str | None = None,
        env: Mapping[str, str | None] | None = None,
        cwd: Path | None = None,
        watch: bool = False,
        stop_signal: signal.Signals = signal.SIGTERM,
        grace_s: float = 5.0,
    ) -> None:
        self.name = name
        self.argv = [str(argument) for argument in argv]
        self.log = log
        self.port = port
        self.ready_path = ready_path
        self.watch = watch
        self.wanted = False  # started, and not stopped on purpose since
        self.replaced = False  # a supervisor would start it again now
        self._env = dict(env or {})
        self._cwd = cwd
        self._stop_signal = stop_signal
        self._grace_s = grace_s
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._buried = True

    @property
    def address(self) -> str:
        """`127.0.0.1:port`, as client libraries want it. Raises SERVICE_FAILED for a service without a port."""
        if self.port is None:
            raise ClearwayError(LocalError.SERVICE_FAILED, f"{self.name} listens on no port")
        return f"{ports.HOST}:{self.port}"

    @property
    def url(self) -> str:
        """`http://127.0.0.1:port`."""
        return f"http://{self.address}"

    @property
    def pid(self) -> int | None:
        """Process id of the child, which is its process group's number too; None when none runs."""
        with self._lock:
            return self._process.pid if self._process is not None and self.alive() else None

    def start(self) -> None:
        """Start the child, unless it runs, and return at once. Raises PORT_TAKEN when somebody else has its port."""
        with self._lock:
            if self.alive():
                return
            self.kill()  # whatever a child that died by itself has left
            if self.port is not None:
                ports.require_free(self.port, self.name)
            environment = {**os.environ, **self._env}
            self.log.parent.mkdir(parents=True, exist_ok=True)
            held, release = os.pipe()
            with self.log.open("ab") as log, open(held), open(release, "w") as go:
                self._process = subprocess.Popen(
                    ["/bin/sh", "-c", _HELD_START, self.name, *self.argv],
                    stdin=held,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env={name: value for name, value in environment.items() if value is not None},
                    cwd=self._cwd,
                    start_new_session=True,
                )
                self.wanted, self._buried = True, False
                _watchdog.guard(self._process.pid)
                go.write("go\n")

    def wait_ready(self, timeout_s: float = 30.0) -> None:
        """Return when the child is ready.

        Raises SERVICE_FAILED, with the last lines of its log, as soon as it ends before that or when time is up. A
        child that a supervisor is about to start again is waited for.
        """
        deadline = time.monotonic() + timeout_s
        while not self.ready():
            if not self.alive() and not (self.wanted and self.replaced):
                raise ClearwayError(LocalError.SERVICE_FAILED, self.epitaph())
            if time.monotonic() > deadline:
                said = f"{self.name} was not ready after {timeout_s:g} s"
                raise ClearwayError(LocalError.SERVICE_FAILED, f"{said}\n{self.tail()}")
            time.sleep(_POLL_S)

    def ready(self) -> bool:
        """Whether the child runs and answers now."""
        if not self.alive():
            return False
        if self.port is None:
            return True
        if self.ready_path is None:
            return ports.is_open(self.port)
        connection = http.client.HTTPConnection(ports.HOST, self.port, timeout=2.0)
        try:
            connection.request("GET", self.ready_path)
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def alive(self) -> bool:
        """Whether the child runs now."""
        with self._lock:
            return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Ask the child to end, kill what is left after the grace, and return when it is gone."""
        self.ask_to_stop()
        self.finish()

    def ask_to_stop(self) -> None:
        """Send the stop signal to the whole group, without waiting; nothing starts it again."""
        with self._lock:
            self.wanted = False
            if self.alive():
                self._signal(self._stop_signal)

    def finish(self) -> None:
        """Wait out the grace of a child that was asked to stop, then kill what is left of its group."""
        with self._lock:
            if self._process is None:
                return
            with contextlib.suppress(subprocess.TimeoutExpired):  # then it is killed
                self._process.wait(self._grace_s)
            self.kill()

    def kill(self) -> None:
        """Kill the whole group at once, as when an instance is lost. A supervisor replaces it if `watch` is set."""
        with self._lock:
            # Once only: later its number may be somebody else's.
            if self._process is None or self._buried:
                return
            self._signal(signal.SIGKILL)
            self._process.wait()
            self._buried = True
            _watchdog.release(self._process.pid)

    def restart(self, timeout_s: float = 30.0) -> None:
        """Stop, start and wait until ready."""
        with self._lock:
            self.stop()
            self.start()
        self.wait_ready(timeout_s)

    def tail(self) -> str:
        """The last lines of its log, for an error message."""
        lines = self.log.read_text(errors="replace").splitlines()[-_TAIL_LINES:] if self.log.exists() else []
        return "\n".join([f"{self.log}:" if lines else f"{self.log} is empty", *(f"  {line}" for line in lines)])

    def epitaph(self) -> str:
        """How a child that ended unasked ended, with the last lines of its log."""
        code = self._process.poll() if self._process is not None else None
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        return f"{self.name} ended by itself ({how})\n{self.tail()}"

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        # macOS answers EPERM for a group of which only zombies are left.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)
