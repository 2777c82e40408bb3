"""The reconciliation job dies right after each single port call, and the end is the same every time. Enumerated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any

from shared.formats.iso20022.statements import Page
from shared.ports.objects import ObjectInfo, ObjectStore
from tests.support.bank_statements import Line, leg_line, statement_of
from tests.support.booked_world import MONDAY, BookedWorld, noon
from tests.support.crashes import Crash, CrashPoints

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)


class WatchedObjects:
    """An object store with crash points behind it."""

    def __init__(self, inner: ObjectStore, points: CrashPoints) -> None:
        self.inner, self.points = inner, points

    def put_new(self, name: str, data: bytes) -> bool:
        """Not what the job does."""
        return self.inner.put_new(name, data)

    def get(self, name: str) -> bytes | None:
        """See `ObjectStore.get`."""
        data = self.inner.get(name)
        self.points.passed("objects.get")
        return data

    def describe(self, name: str) -> ObjectInfo | None:
        """Not what the job does."""
        return self.inner.describe(name)

    def list(self, prefix: str, *, after: str = "", limit: int = 1_000) -> Sequence[str]:
        """See `ObjectStore.list`."""
        names = self.inner.list(prefix, after=after, limit=limit)
        self.points.passed("objects.list")
        return names


def prepared() -> BookedWorld:
    """Books and statements of three days with one break of nearly every kind, a refused file, pages, and a version."""
    world = BookedWorld()
    legs = [world.move(f"leg-{number}", "card", 10_00 + number, noon(MONDAY)) for number in range(6)]
    filed = {world.move(f"ach-{number}", "ach", -5_00 - number, noon(MONDAY)): -5_00 - number for number in range(3)}
    world.file("F1", filed)
    undecided = world.begin("undecided", "card", 3_00, noon(MONDAY))
    lines = [
        leg_line(10_00, "B1", legs[0]),
        leg_line(11_01, "B2", legs[1]),
        leg_line(-10_02, "B3", legs[2]),
        leg_line(10_03, "B4", legs[3]),
        leg_line(10_03, "B5", legs[3]),
        leg_line(3_00, "B6", undecided),
    ]
    total_minor = sum(line.amount_minor for line in lines)
    for number, part in enumerate((lines[:3], lines[3:]), 1):
        data = statement_of(MONDAY, part, page=Page(number, number == 2), closing_minor=total_minor)
        world.put(f"card/USD/{MONDAY}-{number:03d}.xml", data)
    world.put("card/USD/unnamed.xml", b"no statement")
    world.put(f"card/USD/{TUESDAY}-1.xml", b"half a statement, and then the whole of it")
    world.put(f"card/USD/{TUESDAY}.xml", statement_of(TUESDAY, [], opening_minor=total_minor))
    world.put(f"card/USD/{WEDNESDAY}.xml", statement_of(WEDNESDAY, [Line(7_00, "B7")], opening_minor=total_minor))
    again = [leg_line(10_04, "B8", legs[4])]
    made_at = datetime.combine(WEDNESDAY, time(23, 59, 59), UTC)
    data = statement_of(WEDNESDAY, again, opening_minor=total_minor, made_at=made_at, identification="AGAIN")
    world.put(f"card/USD/{WEDNESDAY}-2.xml", data)
    for day in (WEDNESDAY + timedelta(days=number) for number in range(1, 5)):
        opening_minor = total_minor + 10_04 + (2_00 if day == WEDNESDAY + timedelta(days=2) else 0)
        data = statement_of(day, [], opening_minor=opening_minor, closing_minor=opening_minor)
        world.put(f"card/USD/{day}.xml", data)
    world.put(f"ach/USD/{MONDAY}.xml", statement_of(MONDAY, [Line(-10_01, "A1", file_id="F1", count=2)]))
    world.clock.advance_to(datetime.combine(MONDAY + timedelta(days=8), time(1), UTC))
    return world


def end_of(world: BookedWorld) -> dict[str, Any]:
    """Everything that must be the same; times are those of the clock, which stands still."""
    collections = ("matches", "statements", "statement_files", "statement_accounts", "cases")
    return {name: {one.key.id: one.fields for one in world.documents.find(name)} for name in collections}


def run(*die_after: int) -> tuple[Mapping[str, Any], CrashPoints]:
    """What is left after jobs that died at these points, and one that did not."""
    world, points = prepared(), CrashPoints(*die_after)
    wrap = points.wrapping().documents
    documents = wrap(world.documents)
    died = BookedWorld(documents, WatchedObjects(world.objects, points), world.clock)
    while True:
        try:
            died.run()
        except Crash:
            continue
        return end_of(world), points


@cache
def undisturbed() -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The end without any death, and the port calls that lead there."""
    state, points = run()
    return state, tuple(points.calls)


def test_without_a_death_every_break_is_found() -> None:
    state, calls = undisturbed()
    codes = sorted(case["reasons"][0]["code"] for case in state["cases"].values() if case["status"] == "open")
    assert codes == [
        "amount_mismatch",
        "balance_gap",
        "balance_gap",
        "batch_mismatch",
        "direction_mismatch",
        "duplicate_entry",
        "missing_from_statement",
        "not_booked",
        "statement_missing",
        "statement_missing",
        "statement_missing",
        "statement_missing",
        "statement_refused",
    ]
    assert len(calls) > 60


def test_a_death_after_any_single_port_call_leaves_the_same_end() -> None:
    expected, calls = undisturbed()
    for number, call in enumerate(calls, start=1):
        state, points = run(number)
        assert points.calls[number - 1] == call
        for part, value in expected.items():
            assert state[part] == value, f"a death after call {number} ({call}) changed {part}"


def test_a_run_after_the_end_changes_nothing() -> None:
    world = prepared()
    world.run()
    before = end_of(world)
    counts = world.run()
    assert set(counts.values()) == {0}
    assert end_of(world) == before
