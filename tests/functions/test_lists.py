"""Lists from their bucket: what a function does without one, with a broken one, and when one is replaced."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from emulators.lists import put_lists
from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.objects import InMemoryObjects
from shared.compliance.lists import watchlist_of
from shared.kernel.errors import ClearwayError, KernelError
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import State
from shared.rails.domain.errors import RailsError
from shared.runtime.kept_lists import CHECKED_EVERY
from shared.runtime.list_names import ALT, PARTICIPANTS, SDN
from shared.runtime.participants import listed_participants, participants_of
from shared.runtime.steps.compliance import listed_gate
from tests.support.builders import ADA, NOON
from tests.support.world import LISTED, World
from tests.unit.compliance.lists import alt_row, sdn_row

END = b"\x1a"
# The sample's own list has the payee of LISTED; this one has nobody of this world.
OTHERS = sdn_row("1", "SOMEBODY, Else Entirely", "individual").encode() + END


def lines(capsys: pytest.CaptureFixture[str], severity: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in found if line["severity"] == severity]


def evidence(payment: Payment) -> dict[str, Any]:
    (found,) = [entry.evidence["watchlist"] for entry in payment.history if entry.step == "compliance"]
    return dict(found)


def run_for(world: World, span: timedelta) -> None:
    end = world.twins.clock.now() + span
    while world.twins.clock.now() < end:
        world.cloud.step()
        world.twins.clock.advance(1)


# Where a file was cut off: within its last row, behind a row, at its beginning.
CUT: Mapping[str, tuple[str, Callable[[bytes], bytes]]] = {
    "a row": (SDN, lambda content: content[:-40]),
    "behind a row": (SDN, lambda content: content[: content.rindex(b"\r\n", 0, -10) + 2]),
    "other names": (ALT, lambda content: content[: content.rindex(b"\r\n", 0, -10) + 2]),
    "all other names": (ALT, lambda content: b""),
}


@pytest.mark.parametrize("spoil", [SDN, ALT, *CUT])
def test_without_its_whole_list_no_payment_passes_and_with_it_all_go_on(
    spoil: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World()
    lists = world.twins.lists
    kept = {name: lists.get(name) or b"" for name in (SDN, ALT)}
    if spoil in CUT:
        name, cut = CUT[spoil]
        lists.upload(name, cut(kept[name]))
    else:
        lists.delete(spoil)
    world.pay()
    run_for(world, timedelta(seconds=10))
    assert world.payment().state is State.SCORED
    told = [line for line in lines(capsys, "ERROR") if line["message"] == "compliance: watchlist: not loaded"]
    assert {line["code"] for line in told} == {"watchlist_malformed" if spoil in CUT else "watchlist_missing"}
    assert all(line["detail"] for line in told)
    for name, content in kept.items():
        lists.upload(name, content)
    assert world.cloud.settle_down()
    assert world.payment().state is State.COMPLETED


def test_a_new_list_reaches_a_running_function_and_each_decision_names_the_one_that_it_stood_on() -> None:
    world = World()
    lists = world.twins.lists
    listed = {"destination": (ADA, LISTED)}
    before = watchlist_of(lists.get(SDN), lists.get(ALT))
    lists.upload(SDN, OTHERS)
    lists.upload(ALT, END)
    other = watchlist_of(OTHERS, END)
    world.pay("first", **listed)
    assert world.cloud.settle_down()
    assert world.payment("first").state is State.COMPLETED
    assert evidence(world.payment("first"))["version"] == other.version
    sample = World().twins.lists
    for name in (SDN, ALT):
        lists.upload(name, sample.get(name) or b"")
    world.twins.clock.advance(CHECKED_EVERY.total_seconds())
    world.pay("second", **listed)
    assert world.cloud.settle_down()
    assert world.payment("second").state is State.HELD
    assert evidence(world.payment("second"))["version"] == before.version
    assert before.version != other.version


class Replaced(InMemoryObjects):
    """A store in which both files are replaced, the other names first, as soon as a named one has been read."""

    after: str | None = None
    new: Mapping[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        found = super().get(name)
        if name == self.after:
            self.after = None
            for each in (ALT, SDN):
                self.upload(each, self.new[each])
        return found


@pytest.mark.parametrize("after", [SDN, ALT])
def test_a_list_that_is_replaced_while_it_is_read_has_no_entry_without_its_other_names(
    after: str,
) -> None:
    clock = ManualClock(NOON)
    lists = Replaced(clock)
    old = sdn_row("1", "SOMEBODY, Else Entirely", "individual")
    lists.upload(ALT, END)
    lists.upload(SDN, old.encode() + END)
    lists.new = {
        SDN: (old + sdn_row("2", "GULL, Salt", "individual")).encode() + END,
        ALT: alt_row("2", "ALBATROSS, Grey").encode() + END,
    }
    lists.after = after
    gate = listed_gate(lists, clock)
    first = gate.gates.current()
    assert [entry.id for entry in first.screener.watchlist.entries] == ["1"], "the older list, whole"
    clock.advance(CHECKED_EVERY.total_seconds())
    later = gate.gates.current()
    assert [len(entry.aliases) for entry in later.screener.watchlist.entries] == [0, 1]


def test_other_names_of_nobody_on_the_list_are_told_as_files_of_two_days(capsys: pytest.CaptureFixture[str]) -> None:
    clock = ManualClock(NOON)
    lists = InMemoryObjects(clock)
    lists.upload(ALT, alt_row("2", "ALBATROSS, Grey").encode() + END)
    lists.upload(SDN, OTHERS)
    listed_gate(lists, clock).gates.current()
    (line,) = lines(capsys, "WARNING")
    assert (line["message"], line["orphans"]) == ("compliance: watchlist loaded", 1)


def test_a_list_is_put_there_with_its_other_names_first(tmp_path: Path) -> None:
    """Whoever reads between the two has yesterday's list, and none with entries whose other names are still to come."""
    (tmp_path / "sdn.csv").write_bytes(OTHERS)
    lists = InMemoryObjects(ManualClock(NOON))
    put_lists(lists, tmp_path)
    names, entries = lists.describe(ALT), lists.describe(SDN)
    assert names is not None
    assert entries is not None
    assert names.generation < entries.generation
    assert watchlist_of(lists.get(SDN), lists.get(ALT)).entries[0].aliases == ()


def test_a_list_that_is_replaced_by_a_broken_one_stays_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    world = World()
    world.pay("first")
    assert world.cloud.settle_down()
    world.twins.lists.upload(SDN, b"<html>moved</html>")
    world.twins.clock.advance(CHECKED_EVERY.total_seconds())
    capsys.readouterr()
    world.pay("second", destination=(ADA, LISTED))
    assert world.cloud.settle_down()
    assert world.payment("second").state is State.HELD
    assert evidence(world.payment("second")) == evidence(world.payment("first"))
    told = [line["message"] for line in lines(capsys, "ERROR")]
    assert "compliance: watchlist: the older list stays in use" in told


def a_list(names: int) -> bytes:
    return "".join(sdn_row(str(number), f"SOMEBODY {number}") for number in range(1, names + 1)).encode() + END


@pytest.mark.parametrize(
    ("used", "found", "taken"), [(10, 5, True), (10, 4, False), (10, 1, False), (1, 10, True), (3, 1, False)]
)
def test_a_list_with_less_than_half_of_the_names_in_use_does_not_take_its_place(
    used: int, found: int, taken: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = ManualClock(NOON)
    lists = InMemoryObjects(clock)
    lists.upload(SDN, a_list(used))
    lists.upload(ALT, END)
    gates = listed_gate(lists, clock).gates
    assert gates.current().screener.watchlist.names == used
    lists.upload(SDN, a_list(found))
    clock.advance(CHECKED_EVERY.total_seconds())
    assert gates.current().screener.watchlist.names == (found if taken else used)
    told = [(line["message"], line["code"]) for line in lines(capsys, "ERROR")]
    assert told == ([] if taken else [("compliance: watchlist: the older list stays in use", "watchlist_too_short")])


def test_a_list_whose_other_names_are_gone_is_one_that_is_shorter() -> None:
    clock = ManualClock(NOON)
    lists = InMemoryObjects(clock)
    lists.upload(SDN, a_list(2))
    lists.upload(ALT, "".join(alt_row("1", f"ELSE {number}", str(number)) for number in range(1, 4)).encode() + END)
    gates = listed_gate(lists, clock).gates
    before = gates.current()
    lists.upload(ALT, END)
    clock.advance(CHECKED_EVERY.total_seconds())
    assert gates.current() is before


@pytest.mark.parametrize("names", [1, 9, 10])
def test_a_process_that_starts_with_too_short_a_list_lets_nothing_pass(
    names: int, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = ManualClock(NOON)
    lists = InMemoryObjects(clock)
    lists.upload(SDN, a_list(names))
    lists.upload(ALT, END)
    gate = listed_gate(lists, clock, names_min=10)
    if names == 10:
        assert gate.prefetch(ADA)
        return
    with pytest.raises(ClearwayError) as caught:
        gate.prefetch(ADA)
    assert caught.value.code is KernelError.UNAVAILABLE
    (line,) = lines(capsys, "ERROR")
    assert (line["code"], line["detail"]) == ("watchlist_too_short", f"the list has {names} names, and must have 10")


def test_participants_follow_their_lists_and_their_absence_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    clock = ManualClock(NOON)
    lists = InMemoryObjects(clock)
    participants = listed_participants(lists, clock)
    assert [dict(participants()) for _ in range(2)] == [{}, {}]
    (line,) = lines(capsys, "WARNING")
    assert line["services"] == ["rtp", "fednow"]
    clock.advance(CHECKED_EVERY.total_seconds())
    assert participants() == {}
    assert lines(capsys, "WARNING") == [], "as long as nothing changes"
    lists.upload(PARTICIPANTS["rtp"], b"021000021 # a bank\n")
    clock.advance(CHECKED_EVERY.total_seconds())
    assert participants() == {"rtp": {"021000021"}}
    (line,) = lines(capsys, "WARNING")
    assert line["services"] == ["fednow"]


@pytest.mark.parametrize("content", [b"021000022\n", b"# cut short\n", b"\xff"], ids=["number", "empty", "bytes"])
def test_a_broken_list_of_participants_turns_no_bank_away(content: bytes) -> None:
    clock = ManualClock(NOON)
    lists = InMemoryObjects(clock)
    lists.upload(PARTICIPANTS["fednow"], content)
    with pytest.raises(ClearwayError) as refused:
        participants_of({name: lists.get(name) for name in PARTICIPANTS.values()})
    assert refused.value.code is RailsError.INVALID_PARTICIPANTS
    with pytest.raises(ClearwayError) as caught:
        listed_participants(lists, clock)()
    assert caught.value.retryable


def test_the_router_goes_by_the_participants_of_the_moment() -> None:
    """In the world itself: its only rail has no list of its own, so what is read is told by the log alone."""
    world = World()
    world.twins.lists.upload(PARTICIPANTS["rtp"], b"not a routing number")
    world.pay()
    run_for(world, timedelta(seconds=10))
    assert world.payment().state is not State.COMPLETED, "a list that cannot be read is no list that is absent"
    world.twins.lists.upload(PARTICIPANTS["rtp"], b"021000021")
    assert world.cloud.settle_down()
    assert world.payment().state is State.COMPLETED
