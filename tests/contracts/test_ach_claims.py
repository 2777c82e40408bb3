"""Jobs that cut one file at once, on the in-memory twin and on Google's Firestore emulator: no entry in it twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC

import pytest

from shared.adapters.firestore.client import make_client
from shared.adapters.firestore.documents import FirestoreDocuments
from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.documents import InMemoryDocuments
from shared.adapters.memory.objects import InMemoryObjects
from shared.adapters.system_clock import SystemClock
from shared.formats.nacha.reading import read
from shared.formats.nacha.records import EntryDetail
from shared.rails.commands.ach.ach_rail import AchRail
from shared.rails.commands.ach.desk import AchDesk, Documents
from shared.rails.commands.ach.run_cutoffs import run_cutoffs
from shared.rails.domain.ach.terms import short_reference
from tests.support.ach import MORNING, ORIGIN, an_instruction, new_york

PAYMENTS, JOBS = 60, 4


@pytest.fixture(params=["memory", pytest.param("firestore", marks=pytest.mark.emulators)])
def documents(request: pytest.FixtureRequest) -> Iterator[Documents]:
    if request.param == "memory":
        yield InMemoryDocuments(SystemClock())
        return
    client = make_client(request.getfixturevalue("project"), request.getfixturevalue("firestore_host"))
    yield FirestoreDocuments(client, SystemClock())
    client.close()


def test_jobs_that_cut_at_once_make_one_file_with_each_payment_once(documents: Documents) -> None:
    clock, objects = ManualClock(MORNING.astimezone(UTC)), InMemoryObjects()
    desk = AchDesk(documents, objects, clock, ORIGIN, claim_max=10)
    run_cutoffs(clock.now(), desk)
    rail = AchRail(documents, clock, ORIGIN)
    keys = [f"pay_{number:03d}.credit" for number in range(PAYMENTS)]
    for key in keys:
        rail.submit(an_instruction(key))
    clock.advance_to(new_york("2026-11-03T20:01"))
    gate = threading.Barrier(JOBS)

    def job(_: int) -> int:
        gate.wait()
        run = run_cutoffs(clock.now(), desk)
        return len(run.errors)

    with ThreadPoolExecutor(JOBS) as pool:
        assert sum(pool.map(job, range(JOBS))) == 0
    (name,) = objects.list("ach/outbound/")
    found = [entry.detail for entry in read(objects.get(name) or b"").entries if isinstance(entry.detail, EntryDetail)]
    assert sorted(one.identification_number for one in found) == sorted(short_reference(key) for key in keys)
    assert sorted(int(one.trace_number[8:]) for one in found) == list(range(1, PAYMENTS + 1))
    assert documents.find("ach_entries", equal={"status": "queued"}) == []
