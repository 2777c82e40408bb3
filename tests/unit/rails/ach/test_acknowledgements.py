"""The bank's word on a file as a whole."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.kernel.errors import ClearwayError
from shared.kernel.party import Direction
from shared.ports.rail import RailStatus
from shared.rails.commands.ach.acknowledgements import requeue, take_acknowledgements
from shared.rails.commands.ach.run_cutoffs import run_cutoffs
from shared.rails.domain.ach.errors import AchError
from shared.rails.domain.ach.terms import short_reference
from tests.support.ach import AchWorld, an_instruction
from tests.support.crashes import Crash, CrashPoints

FILE = "2026-11-04T0215-standard"


def sent(points: CrashPoints | None = None) -> AchWorld:
    """Seven debits in one file, in the evening before they settle."""
    world = AchWorld(points)
    for number in range(7):
        world.rail.submit(an_instruction(f"pay_{number}.debit", direction=Direction.DEBIT))
    world.at("2026-11-03T20:01")
    run_cutoffs(world.clock.now(), world.desk)
    return world


def says(world: AchWorld, data: Any) -> dict[str, int]:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    world.objects.put_new(f"ach/acknowledgements/{FILE}.json", raw)
    return dict(take_acknowledgements(world.clock.now(), world.seen))


def status(world: AchWorld) -> RailStatus:
    answer = world.rail.inquire("pay_0.debit")
    assert answer is not None
    return answer.status


@pytest.mark.parametrize(
    ("data", "word", "case"),
    [
        ({"status": "accepted", "reason": ""}, "accepted", []),
        ({"status": "duplicate", "reason": "of another"}, "duplicate", ["ach_file_duplicate"]),
        ({"status": "perhaps"}, "unreadable", ["ach_file_unreadable"]),
        ({"status": "refused", "reason": 17}, "unreadable", ["ach_file_unreadable"]),
        ([], "unreadable", ["ach_file_unreadable"]),
        (b"\xff", "unreadable", ["ach_file_unreadable"]),
        (b"[" * 100_000, "unreadable", ["ach_file_unreadable"]),
    ],
)
def test_a_file_that_is_not_refused_settles_and_the_word_is_taken_once(data: Any, word: str, case: list[str]) -> None:
    world = sent()
    assert says(world, data) == {word: 1}
    assert take_acknowledgements(world.clock.now(), world.seen) == {}
    assert world.cases() == case
    world.at("2026-11-04T08:30")
    assert status(world) is RailStatus.ACCEPTED


def test_without_a_word_a_file_settles() -> None:
    world = sent()
    assert take_acknowledgements(world.clock.now(), world.seen) == {}
    world.at("2026-11-04T08:30")
    assert status(world) is RailStatus.ACCEPTED


def test_the_entries_of_a_refused_file_never_settle_with_it() -> None:
    world = sent()
    assert says(world, {"status": "refused", "reason": "line 2, company_name: is unknown"}) == {"refused": 1}
    assert world.cases() == ["ach_file_refused"]
    (case,) = world.documents.find("cases")
    assert "company_name: is unknown" in case.fields["reasons"][0]["text"]
    (day,) = world.documents.find("ach_days")
    assert day.fields == {"debits": 0}, "they were not originated"
    world.at("2026-11-06T09:00").cut()
    assert status(world) is RailStatus.PENDING
    assert len(world.outbound()) == 1, "nobody sends them again by himself"


def test_what_was_refused_goes_into_the_next_file_when_people_say_so() -> None:
    world = sent()
    says(world, {"status": "refused", "reason": "a mistake of the bank"})
    assert requeue(FILE, world.desk) == 7
    assert requeue(FILE, world.desk) == 0
    world.at("2026-11-04T20:01").cut()
    (name,) = [name for name in world.outbound() if FILE not in name]
    found = [entry.detail for entry in world.outbound()[name].entries]
    references = sorted(getattr(one, "identification_number", "") for one in found)
    assert references == sorted(short_reference(f"pay_{number}.debit") for number in range(7))
    world.at("2026-11-05T08:30")
    assert status(world) is RailStatus.ACCEPTED
    assert sum(day.fields["debits"] for day in world.documents.find("ach_days")) == 7


def test_requeueing_that_dies_anywhere_goes_on() -> None:
    points = CrashPoints()
    world = sent(points)
    says(world, {"status": "refused", "reason": ""})
    before = len(points.calls)
    requeue(FILE, world.seen)
    for number in range(before + 1, len(points.calls) + 1):
        world = sent(CrashPoints(number))
        says(world, {"status": "refused", "reason": ""})
        with pytest.raises(Crash):
            requeue(FILE, world.seen)
        requeue(FILE, world.seen)
        assert len(world.documents.find("ach_entries", equal={"status": "queued"})) == 7


@pytest.mark.parametrize("file_id", [FILE, "2026-11-04T1030-same-day"])
def test_what_was_not_refused_is_not_sent_again(file_id: str) -> None:
    world = sent()
    with pytest.raises(ClearwayError) as caught:
        requeue(file_id, world.desk)
    assert caught.value.code is AchError.NOT_REFUSED
    assert world.documents.find("ach_entries", equal={"status": "queued"}) == []
