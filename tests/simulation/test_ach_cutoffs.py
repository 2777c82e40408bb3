"""The cut-off job dies, or meets another of its kind, at every point: one file a cut-off, each payment in it once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from shared.adapters.memory.clock import ManualClock
from shared.kernel.party import Direction, PartyType
from shared.ports.rail import Instruction, RailStatus, Speed
from shared.rails.commands.ach.ach_rail import AchRail
from shared.rails.commands.ach.run_cutoffs import run_cutoffs
from shared.rails.domain.ach.terms import short_reference
from tests.support.ach import MORNING, ORIGIN, AchWorld, an_account, an_instruction
from tests.support.crashes import Crash, CrashPoints, Meanwhile

STANDARD = [
    an_instruction("pay_a.credit", 12_50),
    an_instruction("pay_b.debit", 99_99, direction=Direction.DEBIT),
    an_instruction("pay_c.credit", 1, holder_type=PartyType.ORGANISATION),
    an_instruction("pay_d.credit", 5_00, instrument=an_account(account_type="savings")),
    an_instruction("pay_e.debit", 7_00, direction=Direction.DEBIT, holder_type=PartyType.ORGANISATION),
    an_instruction("pay_f.credit", 1_000_000_01, speed=Speed.FASTEST),  # too much for the same day
    an_instruction("pay_g.credit", 44_00),
]
SAME_DAY = [an_instruction(f"pay_s{number}.credit", 1_00 + number, speed=Speed.SAME_DAY) for number in range(4)]
# What is queued in the morning, when the job runs, and the file that it makes.
SCENARIOS: dict[str, tuple[list[Instruction], str, str]] = {
    "standard": (STANDARD, "2026-11-03T20:01", "2026-11-04T0215-standard"),
    "same-day": (SAME_DAY, "2026-11-03T10:16", "2026-11-03T1030-same-day"),
    "both after a sleep": ([*STANDARD, *SAME_DAY], "2026-11-03T20:01", "2026-11-04T0215-standard"),
    "empty": ([], "2026-11-03T20:01", ""),
}


def world_of(scenario: str, points: CrashPoints | None = None) -> AchWorld:
    """Everything queued at nine, and the clock at the moment of the job."""
    instructions, at, _ = SCENARIOS[scenario]
    world = AchWorld(points)
    run_cutoffs(world.clock.now(), world.desk)  # the cut-offs before nine are done
    for instruction in instructions:
        assert world.rail.submit(instruction).status is RailStatus.PENDING
    return world.at(at)


def run_until_done(world: AchWorld, *, pause_s: float = 0.0) -> None:
    """Call the job again and again, as the scheduler does, until a call ends by itself."""
    while True:
        try:
            world.cut()
            return
        except Crash:
            world.clock.advance(pause_s)


def check(world: AchWorld, scenario: str) -> None:
    """One file, with each payment once; nothing is left in the queue, and a further call finds nothing to do."""
    instructions, _, name = SCENARIOS[scenario]
    expected = sorted(short_reference(instruction.key) for instruction in instructions)
    assert sorted(world.sent()) == expected
    assert list(world.outbound()) == ([f"ach/outbound/{name}.ach"] if name else [])
    assert world.documents.find("ach_entries", equal={"status": "queued"}) == []
    statuses = {file.key.id: file.fields["status"] for file in world.documents.find("ach_files")}
    assert [one for one, status in statuses.items() if status != "empty"] == [name] * bool(name)
    assert statuses.get(name, "sent") == "sent"
    assert world.cut() == ()
    assert len(world.outbound()) == bool(name)


@cache
def calls_of(scenario: str) -> tuple[str, ...]:
    """The port calls of a job that nothing disturbs."""
    points = CrashPoints()
    world = world_of(scenario, points)
    world.cut()
    calls = tuple(points.calls)
    check(world, scenario)
    return calls


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_an_undisturbed_job_passes_every_stage(scenario: str) -> None:
    calls = calls_of(scenario)
    assert calls.count("objects.put_new") == (scenario != "empty")
    assert len(calls) >= (14 if SCENARIOS[scenario][0] else 8)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_job_that_dies_after_any_port_call_still_makes_the_one_file(scenario: str) -> None:
    for number, call in enumerate(calls_of(scenario), start=1):
        points = CrashPoints(number)
        world = world_of(scenario, points)
        run_until_done(world, pause_s=60)
        assert points.calls[number - 1] == call
        check(world, scenario)


def test_a_job_that_dies_twice_still_makes_the_one_file() -> None:
    for first in range(1, len(calls_of("same-day")) + 1):
        points = CrashPoints(first)
        run_until_done(world_of("same-day", points))
        for second in range(first + 1, len(points.calls) + 1):
            world = world_of("same-day", CrashPoints(first, second))
            run_until_done(world)
            check(world, "same-day")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_second_job_within_the_first_at_any_port_call_makes_no_second_file(scenario: str) -> None:
    for number in range(1, len(calls_of(scenario)) + 1):
        worlds: list[AchWorld] = []

        def other(worlds: list[AchWorld] = worlds) -> None:
            run_cutoffs(worlds[0].clock.now(), worlds[0].desk)

        worlds.append(world_of(scenario, Meanwhile(number, other)))
        worlds[0].cut()
        check(worlds[0], scenario)


def test_a_second_job_that_dies_within_the_first_leaves_the_one_file() -> None:
    count = len(calls_of("same-day"))
    for number in range(1, count + 1):
        for death in range(1, count + 1):
            worlds: list[AchWorld] = []

            def other(worlds: list[AchWorld] = worlds, death: int = death) -> None:
                points, desk = CrashPoints(death), worlds[0].desk
                documents = points.documents(worlds[0].documents)
                dying = replace(desk, documents=documents, objects=points.objects(desk.objects))
                with contextlib.suppress(Crash):
                    run_cutoffs(desk.clock.now(), dying)

            worlds.append(world_of("same-day", Meanwhile(number, other)))
            worlds[0].cut()
            check(worlds[0], "same-day")


def test_a_payment_queued_at_any_point_of_the_job_is_in_this_file_or_in_the_next() -> None:
    late = an_instruction("pay_late.credit", 3_33)
    for number in range(1, len(calls_of("standard")) + 1):
        worlds: list[AchWorld] = []
        worlds.append(world_of("standard", Meanwhile(number, queues(worlds, late))))
        worlds[0].cut()
        first = worlds[0].sent()
        assert len(first) == len(STANDARD), "what came after the cut-off waits"
        worlds[0].at("2026-11-04T20:01").cut()
        assert sorted(worlds[0].sent()) == sorted([*first, short_reference(late.key)])


def test_a_payment_whose_commit_came_after_another_jobs_seal_is_in_the_next_file() -> None:
    late = an_instruction("pay_late.credit", 3_33)
    for number in range(1, len(calls_of("standard")) + 1):
        worlds: list[AchWorld] = []

        def other(worlds: list[AchWorld] = worlds) -> None:
            run_cutoffs(worlds[0].clock.now(), worlds[0].desk)
            # Begun before the cut-off by a process that was slow to commit: by its time it belongs into this file.
            AchRail(worlds[0].documents, ManualClock(MORNING), ORIGIN).submit(late)

        worlds.append(world_of("standard", Meanwhile(number, other)))
        worlds[0].cut()
        assert len(worlds[0].sent()) == len(STANDARD)
        worlds[0].at("2026-11-04T20:01").cut()
        expected = [short_reference(instruction.key) for instruction in [*STANDARD, late]]
        assert sorted(worlds[0].sent()) == sorted(expected)


def queues(worlds: list[AchWorld], instruction: Instruction) -> Callable[[], object]:
    return lambda: worlds[0].rail.submit(instruction)


def test_the_bytes_of_a_sealed_file_do_not_depend_on_who_builds_them() -> None:
    plain = world_of("standard")
    plain.cut()
    expected = [plain.objects.get(name) for name in plain.objects.list("ach/outbound/")]
    put = calls_of("standard").index("objects.put_new")
    for number in range(put, len(calls_of("standard")) + 1):  # from the commit of the seal on
        world = world_of("standard", CrashPoints(number))
        with contextlib.suppress(Crash):
            world.cut()
        world.clock.advance(3600)
        run_until_done(world)
        assert [world.objects.get(name) for name in world.objects.list("ach/outbound/")] == expected
