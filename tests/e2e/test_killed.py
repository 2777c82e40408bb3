"""Each function is killed at a random moment while 300 payments are under way, and nothing is lost or done twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest

from emulators.local import LocalCloud
from emulators.traffic.generate import generate
from scripts.demo.drive import drive
from scripts.demo.findings import find
from scripts.demo.stage import EmulatedStage
from tests.support.client import Client
from tests.support.waiting import eventually

pytestmark = [pytest.mark.emulators, pytest.mark.e2e]

PAYMENTS = 300
SEED = 7


class Killer:
    """Kills every function once, in random order and at random moments, from the first payment on."""

    def __init__(self, cloud: LocalCloud, random: Random) -> None:
        self.killed: list[str] = []
        self._cloud, self._random = cloud, random
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._kill_all)

    def told(self, what: str, _: int, __: int) -> None:
        """The driver's progress: payments begin with funding."""
        if what.startswith("funding") and not self._thread.ident:
            self._thread.start()

    def stop(self) -> None:
        """Kill no more."""
        self._over.set()
        self._thread.join()

    def _kill_all(self) -> None:
        names = sorted(self._cloud.functions)
        self._random.shuffle(names)
        for name in names:
            if self._over.wait(self._random.uniform(0.5, 2.0)):
                return
            self._cloud.functions[name].kill()
            self.killed.append(name)


@contextmanager
def sweeping(cloud: LocalCloud) -> Iterator[None]:
    """Call the timer every few seconds; the scheduler's minute is long for a test."""
    over = threading.Event()
    client = Client(cloud)

    def sweep() -> None:
        while not over.wait(3.0):
            client.sweep()

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    try:
        yield
    finally:
        over.set()
        sweeper.join()
        client.close()


def test_every_payment_ends_once_though_each_function_was_killed(cloud: LocalCloud) -> None:
    plan = generate(SEED, PAYMENTS, tenant="demo")
    stage, killer = EmulatedStage(cloud), Killer(cloud, Random(SEED))
    try:
        with sweeping(cloud):
            done = drive(stage, plan, killer.told, patience_s=180)
        killer.stop()
        # Sound: none lost, stuck, asked or paid twice; books balanced; every event once behind the dedupe view.
        findings = eventually(lambda: find(stage, plan, done), lambda found: found.sound, within_s=30, every_s=2)
    finally:
        stage.close()
    assert sorted(killer.killed) == sorted(cloud.functions)
    assert sum(findings.outcomes.values()) >= PAYMENTS
    answered = zip(done.answers, plan.payments, strict=True)
    assert [answer for answer, sent in answered if answer not in sent.expected.http] == []
