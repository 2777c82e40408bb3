"""Services and their supervisor: ready when they say so, replaced when they die, and gone at the end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from emulators.errors import LocalError
from emulators.ports import free_port, is_free, is_open
from emulators.processes import _HELD_START, Service
from emulators.supervisor import Supervisor
from shared.kernel.errors import ClearwayError
from tests.support.waiting import until

ROOT = Path(__file__).resolve().parents[2]

# A server with a child of its own, like gunicorn and its worker; both ignore SIGTERM when told to.
SERVER = """
import http.server, os, signal, sys
port, deaf = int(sys.argv[1]), sys.argv[2] == "deaf"
if deaf:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    while True:
        signal.pause()
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/ready" else 503)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", port), Answer).serve_forever()
"""


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    with Supervisor() as one:
        yield one


def server(
    log: Path, *, deaf: bool = False, watch: bool = False, grace_s: float = 20.0, path: str = "/ready"
) -> Service:
    port = free_port()
    argv = [sys.executable, "-c", SERVER, str(port), "deaf" if deaf else "polite"]
    return Service("server", argv, log=log, port=port, ready_path=path, watch=watch, grace_s=grace_s)


def script(log: Path, text: str, *, watch: bool = False, env: dict[str, str | None] | None = None) -> Service:
    return Service("script", [sys.executable, "-c", text], log=log, watch=watch, env=env)


def family(service: Service) -> list[psutil.Process]:
    """The child and its own child."""
    leader = psutil.Process(service.pid)
    return until(lambda: found if len(found := [leader, *leader.children()]) == 2 else [])


def gone(processes: list[psutil.Process]) -> bool:
    return not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in processes)


def test_ready_means_that_it_answers_and_stopped_means_that_all_is_gone(tmp_path: Path) -> None:
    service = server(tmp_path / "log")
    service.start()
    service.wait_ready()
    assert service.port is not None
    assert is_open(service.port)
    both = family(service)
    service.stop()
    assert until(lambda: gone(both))
    assert is_free(service.port)
    assert service.pid is None


def test_a_deaf_child_is_killed_after_its_grace_with_its_own_children(tmp_path: Path) -> None:
    service = server(tmp_path / "log", deaf=True, grace_s=0.1)
    service.start()
    service.wait_ready()
    both = family(service)
    service.stop()
    assert until(lambda: gone(both))


def test_an_answer_of_500_and_above_is_not_ready(tmp_path: Path) -> None:
    service = server(tmp_path / "log", path="/other")
    service.start()
    try:
        with pytest.raises(ClearwayError, match="server was not ready after 1 s"):
            service.wait_ready(timeout_s=1.0)
    finally:
        service.stop()


def test_a_child_that_ends_fails_the_wait_with_its_last_lines(tmp_path: Path) -> None:
    service = script(tmp_path / "log", "print('no configuration'); raise SystemExit(3)")
    service.port = free_port()
    service.start()
    with pytest.raises(ClearwayError, match=r"(?s)exit code 3.*no configuration") as caught:
        service.wait_ready(timeout_s=600.0)
    assert caught.value.code is LocalError.SERVICE_FAILED
    service.stop()


def test_a_program_that_does_not_exist_fails_the_wait(tmp_path: Path) -> None:
    service = Service("absent", ["/nonexistent/program"], log=tmp_path / "log", port=free_port())
    service.start()
    with pytest.raises(ClearwayError, match="exit code 127"):
        service.wait_ready()
    service.stop()


def test_a_taken_port_names_who_has_it(tmp_path: Path) -> None:
    service = server(tmp_path / "log")
    assert service.port is not None
    said = rf"server needs port {service.port}, .*pid {os.getpid()}"
    with socket.create_server(("127.0.0.1", service.port)), pytest.raises(ClearwayError, match=said) as caught:
        service.start()
    assert caught.value.code is LocalError.PORT_TAKEN
    assert service.pid is None


def test_the_environment_is_added_to_and_taken_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEARWAY_TEST_GONE", "x")
    text = "import os; print(os.environ.get('CLEARWAY_TEST_NEW'), os.environ.get('CLEARWAY_TEST_GONE'))"
    service = script(tmp_path / "log", text, env={"CLEARWAY_TEST_NEW": "y", "CLEARWAY_TEST_GONE": None})
    service.start()
    until(lambda: not service.alive())
    service.stop()
    assert (tmp_path / "log").read_text() == "y None\n"


def test_a_killed_service_is_replaced(tmp_path: Path, supervisor: Supervisor) -> None:
    service = server(tmp_path / "log", watch=True)
    supervisor.start(service)
    supervisor.watch()
    first, both = service.pid, family(service)
    service.kill()
    assert until(lambda: gone(both))
    service.wait_ready()
    assert service.pid not in {None, first}
    assert "started again" in (tmp_path / "log").read_text()
    # Only the master: its child must not be left behind either.
    both = family(service)
    both[0].kill()
    assert until(lambda: gone(both))
    until(service.alive)
    service.wait_ready()


def test_a_service_that_was_stopped_on_purpose_stays_stopped(tmp_path: Path, supervisor: Supervisor) -> None:
    stopped, other = server(tmp_path / "stopped", watch=True), server(tmp_path / "other", watch=True)
    supervisor.start(stopped, other)
    supervisor.watch()
    stopped.stop()
    first = other.pid
    other.kill()
    until(lambda: other.pid not in {None, first})  # the monitor has been round
    assert not stopped.alive()
    stopped.restart()
    assert stopped.alive()


def test_a_service_that_keeps_dying_is_tried_again_and_again(tmp_path: Path, supervisor: Supervisor) -> None:
    service = script(tmp_path / "log", "print('up')", watch=True)
    supervisor.launch(service)
    supervisor.watch()
    until(lambda: (tmp_path / "log").read_text().count("up\n") >= 4)
    supervisor.wait(timeout_s=0)  # and it does not end the run


def test_the_death_of_a_service_that_is_not_replaced_ends_the_run(tmp_path: Path, supervisor: Supervisor) -> None:
    service = server(tmp_path / "log")
    supervisor.start(service)
    supervisor.watch()
    service.kill()
    with pytest.raises(ClearwayError, match=r"server ended by itself \(signal 9\)"):
        supervisor.wait(timeout_s=60.0)


def test_when_one_cannot_start_the_others_are_stopped(tmp_path: Path) -> None:
    well, ill = server(tmp_path / "well"), script(tmp_path / "ill", "raise SystemExit('I am ill')")
    both: list[psutil.Process] = []

    before = set(psutil.Process().children())

    def run() -> None:
        with Supervisor() as supervisor:
            supervisor.start(well)
            both.extend(family(well))
            supervisor.start(ill, server(tmp_path / "third"))
            supervisor.watch()
            supervisor.wait(timeout_s=60.0)

    with pytest.raises(ClearwayError, match="I am ill"):
        run()
    assert until(lambda: gone(both))
    assert not set(psutil.Process().children()) - before


def test_nothing_survives_a_parent_that_was_killed(tmp_path: Path) -> None:
    """The parent has no chance to clean up: the watchdog ends the service and its child, then itself."""
    text = (
        "import sys; from pathlib import Path; from tests.emulators.test_runner_processes import server, Supervisor\n"
        "one = server(Path(sys.argv[1]), deaf=True)\n"
        "with Supervisor() as supervisor:\n"
        "    supervisor.start(one); print('up', flush=True); supervisor.wait()\n"
    )
    argv = [sys.executable, "-c", text, str(tmp_path / "log")]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        try:
            assert parent.stdout is not None
            assert parent.stdout.readline() == "up\n"
            process = psutil.Process(parent.pid)
            everybody = until(lambda: found if len(found := process.children(recursive=True)) == 3 else [])
        finally:
            parent.send_signal(signal.SIGKILL)
    assert until(lambda: gone(everybody))


def test_a_child_whose_parent_died_before_the_word_never_starts(tmp_path: Path) -> None:
    argv = ["/bin/sh", "-c", _HELD_START, "name", "touch", str(tmp_path / "started")]
    assert subprocess.run(argv, stdin=subprocess.DEVNULL, check=False).returncode != 0
    assert not (tmp_path / "started").exists()
    assert subprocess.run(argv, input=b"go\n", check=False).returncode == 0
    assert (tmp_path / "started").exists()


def test_a_port_is_given_once_even_before_anybody_listens_on_it() -> None:
    port = free_port()
    assert is_free(port)
    with pytest.raises(ClearwayError, match="no free port") as caught:
        free_port(range(port, port + 1))
    assert caught.value.code is LocalError.PORT_TAKEN
