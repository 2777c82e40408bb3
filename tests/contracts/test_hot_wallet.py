"""Sixteen clients on one wallet and one house account at once: no overdraft, and nothing lost."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import pytest

from scripts.hot_wallet import FUNDS_MINOR, hot_wallet
from shared.adapters.firestore.client import make_client
from shared.adapters.firestore.documents import FirestoreDocuments
from shared.adapters.memory.documents import InMemoryDocuments
from shared.adapters.system_clock import SystemClock
from shared.kernel.money import Money
from shared.runtime.backbone import Documents

CLIENTS = 16
ROUNDS = {"memory": 60, "firestore": 12}


@pytest.fixture(params=["memory", pytest.param("firestore", marks=pytest.mark.emulators)])
def stores(request: pytest.FixtureRequest) -> Iterator[tuple[Sequence[Documents], int]]:
    """A client for each thread, as each function's process would have its own."""
    if request.param == "memory":
        # Threads change places so often that some do between reading and committing.
        interval_s = sys.getswitchinterval()
        sys.setswitchinterval(1e-5)
        yield [InMemoryDocuments(SystemClock())] * CLIENTS, ROUNDS["memory"]
        sys.setswitchinterval(interval_s)
        return
    project, host = request.getfixturevalue("project"), request.getfixturevalue("firestore_host")
    clients = [make_client(project, host) for _ in range(CLIENTS)]
    yield [FirestoreDocuments(client, SystemClock()) for client in clients], ROUNDS["firestore"]
    for client in clients:
        client.close()


def test_a_wallet_that_all_reach_for_at_once_is_never_overdrawn(stores: tuple[Sequence[Documents], int]) -> None:
    clients, rounds = stores
    found = hot_wallet(clients, rounds, clock=SystemClock())
    assert found.books.differences == ()
    assert found.account.available.amount_minor >= 0
    assert found.account.posted == Money(found.expected_minor, "USD")
    # There was too little for all of them, and they did get into each other's way: else this proves nothing.
    assert found.refusals > 0
    assert found.conflicts > 0
    assert sum(told.out_minor for told in found.told) > FUNDS_MINOR / 2
