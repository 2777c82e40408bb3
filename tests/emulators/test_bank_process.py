"""The bank as a process: it says where it is, and ends at once when it is told to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from emulators.bank.server import HOST, BankServer
from tests.emulators.test_bank_server import Caller, transfer_raw
from tests.support.waiting import until

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_the_process_says_where_it_is_and_ends_at_once_when_told(told: signal.Signals) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "CLEARWAY_BANK_TOKEN"}
    arguments = [sys.executable, "-m", "emulators.bank", "--port", "0", "--seed", "3", "--hold-s", "3600"]
    with subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        try:
            caller = Caller(url)
            assert caller.call("GET", "/healthz").status == 200
            assert caller.transfer("a").json()["reference"].startswith("bnk_")
            with socket.create_connection((HOST, int(url.rpartition(":")[2])), timeout=30) as held:
                held.sendall(transfer_raw("0201"))
                until(lambda: caller.summary()["instructions"]["total"] == 2)
                process.send_signal(told)
                assert process.wait(30) == 0
                assert held.recv(1) == b""
            caller.pool.clear()
        finally:
            process.kill()


def test_a_taken_port_is_a_word_and_no_traceback() -> None:
    server = BankServer()
    arguments = [sys.executable, "-m", "emulators.bank", "--port", str(server.server_port)]
    ended = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert str(server.server_port) in ended.stderr
    server.server_close()
