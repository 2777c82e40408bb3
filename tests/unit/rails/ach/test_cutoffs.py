"""Cut-offs: which file an entry goes with, what a file is called, and what happens when a job slept or was late."""

from __future__ import annotations

from typing import Any

import pytest

from shared.kernel.errors import ClearwayError
from shared.kernel.party import Direction
from shared.ports.documents import Transaction
from shared.ports.rail import RailStatus, Speed
from shared.rails.ach_documents import TRACE_COUNTER, file_from
from shared.rails.commands.ach.run_cutoffs import run_cutoffs
from shared.rails.domain.ach.errors import AchError
from shared.rails.domain.ach.file import AchFile, FileStatus
from tests.support.ach import AchWorld, an_instruction, new_york
from tests.support.crashes import Crash, CrashPoints

FAST: dict[str, Any] = {"speed": Speed.SAME_DAY}


def started(points: CrashPoints | None = None) -> AchWorld:
    """Tuesday at nine, with the cut-offs of the night done."""
    world = AchWorld(points)
    run_cutoffs(world.clock.now(), world.desk)
    return world


def names(world: AchWorld) -> list[str]:
    return [name.removeprefix("ach/outbound/").removesuffix(".ach") for name in world.outbound()]


def where(world: AchWorld, key: str) -> str:
    return world.entry(key).file_id


def test_a_job_before_the_cutoff_does_nothing_and_one_at_it_cuts() -> None:
    world = started()
    world.rail.submit(an_instruction(**FAST))
    assert world.at("2026-11-03T10:14:59").cut() == ()
    (file,) = world.at("2026-11-03T10:15").cut()
    assert (file.id, file.status, file.entries) == ("2026-11-03T1030-same-day", FileStatus.SENT, 1)


def test_a_standard_entry_is_not_in_a_same_day_file() -> None:
    world = started()
    world.rail.submit(an_instruction("pay_s.credit"))
    world.rail.submit(an_instruction("pay_f.credit", **FAST))
    world.at("2026-11-03T10:15").cut()
    world.at("2026-11-03T20:00").cut()
    assert where(world, "pay_f.credit") == "2026-11-03T1030-same-day"
    assert where(world, "pay_s.credit") == "2026-11-04T0215-standard"
    assert [file.control.total_credit_cents for file in world.outbound().values()] == [12_50, 12_50]


@pytest.mark.parametrize(
    ("woken", "files", "fast", "effective"),
    [
        # Over two same-day windows: one file, for the third.
        ("2026-11-03T15:00", ["2026-11-03T1445-same-day"], "2026-11-03T1445-same-day", ["261103"]),
        # Over the third: no window is left, and the standard file of the night takes all.
        ("2026-11-03T17:00", [], "", []),
        ("2026-11-03T20:00", ["2026-11-04T0215-standard"], "2026-11-04T0215-standard", ["261104"]),
        # Over the night too: the standard file goes a day later, while same-day entries still make this day.
        (
            "2026-11-04T11:00",
            ["2026-11-04T0215-standard", "2026-11-04T1030-same-day"],
            "2026-11-04T1030-same-day",
            ["261105", "261104"],
        ),
        # Over a weekend.
        (
            "2026-11-07T12:00",
            ["2026-11-06T1645-same-day", "2026-11-07T0215-standard"],
            "2026-11-06T1645-same-day",
            ["261109", "261110"],
        ),
    ],
)
def test_after_a_sleep_one_file_of_a_kind_goes_with_the_next_open_window(
    woken: str, files: list[str], fast: str, effective: list[str]
) -> None:
    world = started()
    world.rail.submit(an_instruction("pay_s.credit"))
    world.rail.submit(an_instruction("pay_f.credit", **FAST))
    world.at(woken).cut()
    assert names(world) == files
    assert where(world, "pay_f.credit") == fast
    assert [
        batch.header.effective_entry_date for file in world.outbound().values() for batch in file.batches
    ] == effective


def test_files_of_a_day_are_told_apart_and_trace_numbers_go_on() -> None:
    world = started()
    for number, moment in enumerate(("2026-11-03T10:15", "2026-11-03T14:30", "2026-11-03T16:30")):
        world.rail.submit(an_instruction(f"pay_{number}.credit", **FAST))
        world.at(moment).cut()
    files = list(world.outbound().values())
    assert [file.header.id_modifier for file in files] == ["A", "B", "C"]
    traces = [entry.detail.trace_number for file in files for entry in file.entries]
    assert traces == ["121042880000001", "121042880000002", "121042880000003"]


def test_trace_numbers_begin_again_after_seven_digits_of_nines() -> None:
    world = started()
    world.documents.run(lambda tx: tx.create(TRACE_COUNTER, {"next": 9_999_999}))
    for number in range(3):
        world.rail.submit(an_instruction(f"pay_{number}.credit"))
    world.at("2026-11-03T20:00").cut()
    (file,) = world.outbound().values()
    found = [entry.detail.trace_number[8:] for entry in file.entries]
    assert found == ["0000001", "0000002", "9999999"], "ascending, as the rules ask of a batch"


def test_an_empty_cutoff_makes_no_file_and_is_done() -> None:
    world = started()
    assert [file.status for file in world.at("2026-11-03T10:15").cut()] == [FileStatus.EMPTY]
    world.rail.submit(an_instruction(**FAST))
    assert world.at("2026-11-03T10:20").cut() == (), "what came later waits for its own cut-off"
    assert names(world) == []


def test_a_file_that_is_handed_over_too_late_settles_later_and_says_so() -> None:
    # The process dies once the file is sealed, and the next one comes after the last window.
    points = CrashPoints()
    world = started(points)
    world.rail.submit(an_instruction(**FAST))
    world.at("2026-11-03T16:30").cut()
    put = points.calls.index("objects.put_new")
    points = CrashPoints(put)
    world = started(points)
    world.rail.submit(an_instruction(**FAST))
    with pytest.raises(Crash):
        world.at("2026-11-03T16:30").cut()
    planned = world.rail.inquire("pay_a.credit")
    assert planned is not None
    assert planned.check_at == new_york("2026-11-03T18:00")
    (file,) = world.at("2026-11-03T19:00").cut()
    assert (file.settles_on, file.settles_at) == (
        new_york("2026-11-04T08:30").date(),
        new_york("2026-11-04T08:30"),
    )
    answer = world.rail.inquire("pay_a.credit")
    assert answer is not None
    assert (answer.status, answer.check_at) == (RailStatus.PENDING, new_york("2026-11-04T08:30"))


def test_while_a_sealed_file_is_not_sent_its_entries_are_to_be_asked_for_again_later() -> None:
    points = CrashPoints()
    world = started(points)
    world.rail.submit(an_instruction(**FAST))
    world.at("2026-11-03T10:15").cut()
    points = CrashPoints(points.calls.index("objects.put_new"))
    world = started(points)
    world.rail.submit(an_instruction(**FAST))
    with pytest.raises(Crash):
        world.at("2026-11-03T10:15").cut()
    answer = world.at("2026-11-03T13:30").rail.inquire("pay_a.credit")
    assert answer is not None
    assert (answer.status, answer.check_at) == (RailStatus.PENDING, new_york("2026-11-03T17:00"))


def test_another_file_under_the_name_is_not_taken_for_ours_and_later_cutoffs_go_on() -> None:
    world = started()
    world.rail.submit(an_instruction(**FAST))
    world.objects.put_new("ach/outbound/2026-11-03T1030-same-day.ach", b"somebody else's")
    run = run_cutoffs(world.at("2026-11-03T10:15").clock.now(), world.desk)
    assert [error.code for error in run.errors] == [AchError.FILE_DIFFERS]
    world.rail.submit(an_instruction("pay_b.credit", **FAST))
    run = run_cutoffs(world.at("2026-11-03T14:30").clock.now(), world.desk)
    assert [file.id for file in run.files] == ["2026-11-03T1445-same-day"]
    assert [error.code for error in run.errors] == [AchError.FILE_DIFFERS], "it is tried again, and said again"
    assert where(world, "pay_b.credit") == "2026-11-03T1445-same-day"


def test_a_sealed_file_whose_entries_were_tampered_with_is_not_built() -> None:
    points = CrashPoints()
    world = started(points)
    world.rail.submit(an_instruction(**FAST))
    world.at("2026-11-03T10:15").cut()
    world = started(CrashPoints(points.calls.index("objects.put_new")))
    world.rail.submit(an_instruction(**FAST))
    with pytest.raises(Crash):
        world.at("2026-11-03T10:15").cut()
    (entry,) = world.documents.find("ach_entries")

    def tamper(tx: Transaction) -> None:
        tx.get(entry.key)
        tx.replace(entry.key, {**entry.fields, "amount_cents": 99_99})

    world.documents.run(tamper)
    run = run_cutoffs(world.clock.now(), world.desk)
    assert [error.code for error in run.errors] == [AchError.FILE_DIFFERS]
    assert names(world) == []


def test_a_day_has_at_most_36_files() -> None:
    file = AchFile(
        id="f",
        cutoff_at=new_york("2026-11-03T10:15"),
        same_day=True,
        all_services=False,
        effective_on=new_york("2026-11-03T10:15").date(),
        settles_on=new_york("2026-11-03T10:15").date(),
        settles_at=new_york("2026-11-03T13:00"),
        opened_at=new_york("2026-11-03T10:15"),
    )
    modifiers = [file.sealed(number, file.opened_at).id_modifier for number in range(36)]
    assert "".join(modifiers) == "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    with pytest.raises(ClearwayError) as caught:
        file.sealed(36, file.opened_at)
    assert caught.value.code is AchError.OUT_OF_NUMBERS


def test_totals_and_debits_are_counted_as_entries_are_claimed() -> None:
    world = started()
    for number in range(5):
        direction = Direction.DEBIT if number % 2 else Direction.CREDIT
        world.rail.submit(an_instruction(f"pay_{number}.x", 1_00, direction=direction))
    (sent,) = world.at("2026-11-03T20:00").cut()
    assert (sent.entries, sent.debit_entries, sent.debit_cents, sent.credit_cents) == (5, 2, 2_00, 3_00)
    (document,) = world.documents.find("ach_files", equal={"status": "sent"})
    assert file_from(document) == sent
    (day,) = world.documents.find("ach_days")
    assert (day.key.id, day.fields) == ("2026-11-04", {"debits": 2})
