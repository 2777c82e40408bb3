"""The job over in-memory twins: statements against books, what opens a case, and what closes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest

from shared.formats.iso20022.statements import Page
from shared.reconciliation.documents import FILES
from tests.support.bank_statements import Line, leg_line, statement_of
from tests.support.booked_world import MONDAY, BookedWorld, noon

DAYS = [MONDAY + timedelta(days=number) for number in range(30)]
FRIDAY = DAYS[4]


def morning_after(day: date, days: int = 1) -> datetime:
    return datetime.combine(day + timedelta(days=days), time(1), UTC)


def quiet_days(world: BookedWorld, first: int, last: int, balance_minor: int, rail: str = "card") -> None:
    """Statements without entries from one day to another, both included."""
    for day in DAYS[first : last + 1]:
        world.put(f"{rail}/USD/{day}.xml", statement_of(day, [], opening_minor=balance_minor))


def test_what_the_bank_shows_as_it_was_booked_is_matched() -> None:
    world = BookedWorld()
    paid_in = world.move("in", "card", 50_00, noon(MONDAY))
    paid_out = world.move("out", "card", -20_00, noon(MONDAY))
    lines = [leg_line(50_00, "B1", paid_in), leg_line(-20_00, "B2", paid_out)]
    world.put(f"card/USD/{MONDAY}.xml", statement_of(MONDAY, lines))
    counts = world.run(morning_after(MONDAY))
    assert (counts["statements"], counts["entries"], counts["matched"], counts["opened"]) == (1, 2, 2, 0)
    assert world.cases() == {}
    position = world.positions()["card.USD"]
    assert (position.ours_minor, position.bank_minor, position.unexplained_minor) == (30_00, 30_00, 0)


def test_a_second_run_finds_nothing_to_do() -> None:
    world = BookedWorld()
    key = world.move("in", "card", 50_00, noon(MONDAY))
    world.put(f"card/USD/{MONDAY}.xml", statement_of(MONDAY, [leg_line(49_00, "B1", key)]))
    assert world.run(morning_after(MONDAY))["opened"] == 1
    assert set(world.run().values()) == {0}
    assert list(world.cases().values()) == ["amount_mismatch"]


BOOKED = 50_00


@pytest.mark.parametrize(
    ("lines", "code", "put_right"),
    [
        ([], "missing_from_statement", [(BOOKED, "B9", "key")]),
        ([(49_00, "B1", "key")], "amount_mismatch", [(1_00, "B9", "key")]),
        ([(-BOOKED, "B1", "key")], "direction_mismatch", [(2 * BOOKED, "B9", "key")]),
        ([(BOOKED, "B1", "key"), (BOOKED, "B2", "key")], "duplicate_entry", [(-BOOKED, "B9", "key")]),
        ([(BOOKED, "B1", "key"), (BOOKED, "B1", "key")], "duplicate_entry", [(-BOOKED, "B9", "key")]),
        ([(BOOKED, "B1", "key"), (7_00, "B2", "")], "unknown_entry", [(-7_00, "B2", "")]),
        ([(BOOKED, "B1", "key"), (7_00, "B2", "SOMEBODY-1")], "unknown_entry", [(-7_00, "B3", "SOMEBODY-1")]),
        ([(BOOKED, "B1", "key"), (-7_00, "B2", "undecided")], "not_booked", [(7_00, "B3", "undecided")]),
        ([(BOOKED, "B1", "key"), (-7_00, "B2", "nobody's")], "unknown_entry", [(7_00, "B3", "nobody's")]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_break_is_one_case_which_closes_when_the_bank_puts_it_right(
    lines: list[tuple[int, str, str]], code: str, put_right: list[tuple[int, str, str]]
) -> None:
    world = BookedWorld()
    names = {
        "key": world.move("in", "card", BOOKED, noon(MONDAY))[4:],
        "undecided": world.begin("out", "card", -7_00, noon(MONDAY))[4:],
        "nobody's": f"{'a' * 26}.credit",
    }
    shown = [Line(amount, reference, names.get(name, name)) for amount, reference, name in lines]
    world.put(f"card/USD/{MONDAY}.xml", statement_of(MONDAY, shown))
    balance_minor = sum(line.amount_minor for line in shown)
    quiet_days(world, 1, 7, balance_minor)
    world.run(morning_after(DAYS[7]))
    assert list(world.cases().values()) == [code]
    position = world.positions()["card.USD"]
    assert (position.unexplained_minor, position.difference_minor) == (0, BOOKED - balance_minor)
    later = [Line(amount, reference, names.get(name, name)) for amount, reference, name in put_right]
    world.put(f"card/USD/{DAYS[8]}.xml", statement_of(DAYS[8], later, opening_minor=balance_minor))
    counts = world.run(morning_after(DAYS[8]))
    assert (counts["opened"], counts["closed"]) == (0, 1)
    assert world.cases() == {}
    assert list(world.cases("resolved").values()) == [code]
    assert world.positions()["card.USD"].difference_minor == 0


@pytest.mark.parametrize("name", ["NOTPROVIDED", "notprovided", "NONREF"])
def test_entries_that_both_say_they_have_no_name_are_not_held_against_each_other(name: str) -> None:
    world = BookedWorld()
    world.put(f"card/USD/{MONDAY}.xml", statement_of(MONDAY, [Line(7_00, "B1", name), Line(-7_00, "B2", name)]))
    world.run(morning_after(MONDAY))
    assert list(world.cases().values()) == ["unknown_entry", "unknown_entry"]


def test_an_entry_that_comes_a_day_late_is_no_break() -> None:
    world = BookedWorld()
    key = world.move("in", "card", 50_00, noon(MONDAY))
    world.put(f"card/USD/{MONDAY}.xml", statement_of(MONDAY, []))
    world.run(morning_after(MONDAY))
    assert world.positions()["card.USD"].in_transit_minor == 50_00
    world.put(f"card/USD/{DAYS[1]}.xml", statement_of(DAYS[1], [leg_line(50_00, "B1", key)]))
    assert world.run(morning_after(DAYS[1]))["matched"] == 1
    quiet_days(world, 2, 6, 50_00)
    world.run(morning_after(DAYS[6]))
    assert (world.cases(), world.cases("resolved")) == ({}, {})


def test_a_leg_that_is_decided_days_after_its_money_moved_is_no_break() -> None:
    world = BookedWorld()
    key = world.begin("in", "card", 50_00, noon(MONDAY))
    world.put(f"card/USD/{MONDAY}.xml", statement_of(MONDAY, [leg_line(50_00, "B1", key)]))
    world.run(morning_after(MONDAY))
    assert world.positions()["card.USD"].waiting_minor == -50_00
    quiet_days(world, 1, 3, 50_00)
    world.accept(key, noon(DAYS[3]))
    assert world.run(morning_after(DAYS[3]))["matched"] == 1
    assert (world.cases(), world.cases("resolved")) == ({}, {})


def test_a_return_is_matched_to_its_booking_and_one_before_acceptance_to_nothing() -> None:
    world = BookedWorld()
    sent_back = world.move("back", "card", -50_00, noon(MONDAY))
    bounced = world.begin("bounced", "card", -8_00, noon(MONDAY))
    world.put(
        f"card/USD/{MONDAY}.xml",
        statement_of(MONDAY, [leg_line(-50_00, "B1", sent_back), leg_line(-8_00, "B2", bounced)]),
    )
    world.run(morning_after(MONDAY))
    world.send_back(sent_back, noon(DAYS[1]))
    world.bounce(bounced, noon(DAYS[1]))
    lines = [leg_line(50_00, "B3", sent_back, "62"), leg_line(8_00, "B4", bounced, "62")]
    world.put(f"card/USD/{DAYS[1]}.xml", statement_of(DAYS[1], lines, opening_minor=-58_00))
    quiet_days(world, 2, 9, 0)
    world.run(morning_after(DAYS[9]))
    assert (world.cases(), world.cases("resolved")) == ({}, {})
    assert world.positions()["card.USD"].difference_minor == 0


def test_a_leg_that_came_back_before_acceptance_and_not_at_the_bank_is_not_booked() -> None:
    world = BookedWorld()
    bounced = world.begin("bounced", "card", -8_00, noon(MONDAY))
    world.put(f"card/USD/{MONDAY}.xml", statement_of(MONDAY, [leg_line(-8_00, "B1", bounced)]))
    world.run(morning_after(MONDAY))
    world.bounce(bounced, noon(DAYS[1]))
    quiet_days(world, 1, 9, -8_00)
    world.run(morning_after(DAYS[9]))
    assert list(world.cases().values()) == ["not_booked"]


def test_a_return_that_nobody_booked_is_a_break_of_the_payment() -> None:
    world = BookedWorld()
    key = world.move("in", "card", 50_00, noon(MONDAY))
    lines = [leg_line(50_00, "B1", key), leg_line(-50_00, "B2", key, "13.1")]
    world.put(f"card/USD/{MONDAY}.xml", statement_of(MONDAY, lines))
    quiet_days(world, 1, 7, 0)
    world.run(morning_after(DAYS[7]))
    assert world.cases() == {f"{key}.card.USD.returned.not_booked": "not_booked"}
    (case,) = world.documents.find("cases")
    assert (case.fields["payment_id"], case.fields["tenant"]) == (key.partition(".")[0], "demo")
    world.send_back(key, noon(DAYS[8]))
    assert world.run(morning_after(DAYS[8]))["closed"] == 1


def test_a_leg_of_another_rail_or_currency_is_not_booked_here() -> None:
    world = BookedWorld()
    dollars = world.move("usd", "card", 50_00, noon(MONDAY))
    elsewhere = world.move("bank", "bank", 50_00, noon(MONDAY))
    world.put(f"card/EUR/{MONDAY}.xml", statement_of(MONDAY, [leg_line(50_00, "B1", dollars)], currency="EUR"))
    world.put(f"card/USD/{MONDAY}.xml", statement_of(MONDAY, [leg_line(50_00, "B2", elsewhere)]))
    quiet_days(world, 1, 6, 50_00)
    for day in DAYS[1:7]:
        world.put(f"card/EUR/{day}.xml", statement_of(day, [], opening_minor=50_00, currency="EUR"))
    world.run(morning_after(DAYS[6]))
    found = sorted(code for code in world.cases().values() if code != "statement_missing")
    assert found == ["missing_from_statement", "not_booked", "not_booked"]


def banked(world: BookedWorld, file_id: str, *amounts: int) -> tuple[dict[str, int], dict[str, str]]:
    """Legs of an ACH file, booked at its settlement: signed amounts and trace numbers by key."""
    legs = {world.move(f"{file_id}-{n}", "ach", minor, noon(MONDAY)): minor for n, minor in enumerate(amounts)}
    return legs, world.file(file_id, legs)


@pytest.mark.parametrize(
    ("lines", "codes", "put_right"),
    [
        ([(-60_00, 3), (40_00, 2)], [], []),
        ([(40_00, 2)], ["missing_from_statement"], [(-60_00, 3)]),
        ([(-30_00, 2), (40_00, 2)], ["batch_mismatch"], [(-30_00, 1)]),
        ([(-60_00, 2), (40_00, 2)], ["batch_mismatch"], None),
        ([(-61_00, 3), (40_00, 2)], ["batch_mismatch"], [(1_00, 1)]),
        ([(-60_00, 3), (-60_00, 3), (40_00, 2)], ["duplicate_entry"], None),
    ],
    ids=str,
)
def test_a_file_that_the_bank_settles_as_one_is_one_match_and_one_break(
    lines: list[tuple[int, int]], codes: list[str], put_right: list[tuple[int, int]] | None
) -> None:
    world = BookedWorld()
    banked(world, "F1", -10_00, -20_00, -30_00, 15_00, 25_00)
    shown = [Line(minor, f"A{n}", file_id="F1", count=count) for n, (minor, count) in enumerate(lines)]
    world.put(f"ach/USD/{MONDAY}.xml", statement_of(MONDAY, shown))
    balance_minor = sum(line.amount_minor for line in shown)
    quiet_days(world, 1, 4, balance_minor, "ach")
    world.run(morning_after(DAYS[4]))
    assert list(world.cases().values()) == codes
    assert world.positions()["ach.USD"].unexplained_minor == 0
    if put_right and codes != ["batch_mismatch"]:
        later = [Line(minor, f"Z{n}", file_id="F1", count=count) for n, (minor, count) in enumerate(put_right)]
        world.put(f"ach/USD/{DAYS[7]}.xml", statement_of(DAYS[7], later, opening_minor=balance_minor))
        world.run(morning_after(DAYS[7]))
        assert world.cases() == {}


def test_a_batch_shown_in_the_wrong_direction_is_said_so() -> None:
    world = BookedWorld()
    banked(world, "F1", -10_00, -20_00)
    world.put(f"ach/USD/{MONDAY}.xml", statement_of(MONDAY, [Line(30_00, "A1", file_id="F1", count=2)]))
    world.run(morning_after(MONDAY))
    assert list(world.cases().values()) == ["direction_mismatch"]


def test_a_batch_of_a_file_that_was_never_made_is_unknown() -> None:
    world = BookedWorld()
    world.put(f"ach/USD/{MONDAY}.xml", statement_of(MONDAY, [Line(30_00, "A1", file_id="F9", count=2)]))
    world.run(morning_after(MONDAY))
    assert list(world.cases().values()) == ["unknown_entry"]


def test_an_ach_return_is_found_by_its_trace_and_a_dishonoured_one_comes_to_nothing() -> None:
    world = BookedWorld()
    legs, traces = banked(world, "F1", 15_00, 25_00)
    taken, refused = legs
    lines = [Line(40_00, "A1", file_id="F1", count=2)]
    world.put(f"ach/USD/{MONDAY}.xml", statement_of(MONDAY, lines))
    world.send_back(taken, noon(DAYS[2]))
    back = [Line(-15_00, "A2", traces[taken], "R01"), Line(-25_00, "A3", traces[refused], "R10")]
    world.put(f"ach/USD/{DAYS[1]}.xml", statement_of(DAYS[1], [], opening_minor=40_00))
    world.put(f"ach/USD/{DAYS[2]}.xml", statement_of(DAYS[2], back, opening_minor=40_00))
    world.run(morning_after(DAYS[2]))
    world.put(f"ach/USD/{DAYS[3]}.xml", statement_of(DAYS[3], [Line(25_00, "A4", traces[refused], "R68")]))
    quiet_days(world, 4, 4, 25_00, "ach")
    quiet_days(world, 7, 11, 25_00, "ach")
    world.run(morning_after(DAYS[11]))
    assert (world.cases(), world.cases("resolved")) == ({}, {})
    assert world.positions()["ach.USD"].difference_minor == 0


Put = Callable[[BookedWorld], None]


def test_a_day_without_a_statement_is_a_break_until_it_comes_and_its_entries_are_none() -> None:
    world = BookedWorld()
    key = world.move("in", "card", 50_00, noon(DAYS[1]))
    quiet_days(world, 0, 0, 0)
    quiet_days(world, 2, 5, 50_00)
    world.run(morning_after(DAYS[5]))
    assert world.cases() == {f"card.USD.{DAYS[1]}.statement_missing": "statement_missing"}
    assert world.positions()["card.USD"].unexplained_minor == -50_00 + world.positions()["card.USD"].difference_minor
    world.put(f"card/USD/{DAYS[1]}.xml", statement_of(DAYS[1], [leg_line(50_00, "B1", key)]))
    assert world.run()["closed"] == 1
    assert world.cases() == {}


def test_entries_of_a_day_whose_statement_never_comes_are_missing_in_the_end() -> None:
    world = BookedWorld()
    world.move("in", "card", 50_00, noon(DAYS[1]))
    quiet_days(world, 0, 0, 0)
    quiet_days(world, 2, 14, 50_00)
    world.run(morning_after(DAYS[14]))
    assert sorted(world.cases().values()) == ["missing_from_statement", "statement_missing"]


def test_an_account_that_never_had_a_statement_is_said_so_once() -> None:
    world = BookedWorld()
    world.move("in", "card", 50_00, noon(MONDAY))
    world.run(morning_after(DAYS[9]))
    assert world.cases() == {f"card.USD.{MONDAY}.statement_missing": "statement_missing"}


def test_a_gap_between_balances_is_a_break_until_the_statement_is_made_again() -> None:
    world = BookedWorld()
    quiet_days(world, 0, 0, 10_00)
    world.put(f"card/USD/{DAYS[1]}.xml", statement_of(DAYS[1], [], opening_minor=12_00))
    world.run(morning_after(DAYS[1]))
    assert world.cases() == {f"card.USD.{DAYS[1]}.balance_gap": "balance_gap"}
    assert "+2.00 USD" in world.texts()[0]
    made_at = datetime.combine(DAYS[2], time(9), UTC)
    again = statement_of(DAYS[1], [], opening_minor=10_00, made_at=made_at, identification="AGAIN")
    world.put(f"card/USD/{DAYS[1]}-corrected.xml", again)
    assert world.run()["closed"] == 1
    assert world.cases() == {}


def test_a_statement_made_again_takes_back_what_it_no_longer_shows() -> None:
    world = BookedWorld()
    key = world.move("in", "card", 50_00, noon(MONDAY))
    wrong = [leg_line(49_00, "B1", key), Line(3_00, "B2", "SOMEBODY-1")]
    world.put(f"card/USD/{MONDAY}.xml", statement_of(MONDAY, wrong))
    world.run(morning_after(MONDAY))
    assert sorted(world.cases().values()) == ["amount_mismatch", "unknown_entry"]
    made_at = datetime.combine(DAYS[1], time(9), UTC)
    world.put(f"card/USD/{MONDAY}-2.xml", statement_of(MONDAY, [leg_line(50_00, "B1", key)], made_at=made_at))
    assert world.run()["closed"] == 2
    assert world.cases() == {}
    assert world.positions()["card.USD"].difference_minor == 0


def test_an_older_version_of_a_day_that_comes_later_changes_nothing() -> None:
    world = BookedWorld()
    key = world.move("in", "card", 50_00, noon(MONDAY))
    world.put(f"card/USD/{MONDAY}-2.xml", statement_of(MONDAY, [leg_line(50_00, "B1", key)]))
    world.run(morning_after(MONDAY))
    older = statement_of(MONDAY, [leg_line(49_00, "B1", key)], made_at=noon(MONDAY))
    world.put(f"card/USD/{MONDAY}-1.xml", older)
    assert world.run()["statements"] == 0
    assert world.cases() == {}
    (file,) = world.documents.find(FILES, equal={"status": "superseded"})
    assert file.fields["name"].endswith("-1.xml")


def test_a_statement_in_pages_is_taken_when_the_last_one_is_there() -> None:
    world = BookedWorld()
    keys = [world.move(f"in-{number}", "card", 10_00, noon(MONDAY)) for number in range(3)]
    pages = [
        statement_of(MONDAY, [leg_line(10_00, f"B{number}", key)], page=Page(number, number == 3), closing_minor=30_00)
        for number, key in enumerate(keys, 1)
    ]
    world.put(f"card/USD/{MONDAY}-003.xml", pages[2])
    world.put(f"card/USD/{MONDAY}-001.xml", pages[0])
    counts = world.run(morning_after(MONDAY))
    assert (counts["held"], counts["statements"]) == (2, 0)
    world.put(f"card/USD/{MONDAY}-002.xml", pages[1])
    counts = world.run()
    assert (counts["statements"], counts["matched"], counts["refused"]) == (1, 3, 0)
    assert len(world.documents.find(FILES, equal={"status": "taken"})) == 3
    assert world.run()["held"] == 0


def test_pages_that_do_not_add_up_are_refused_together() -> None:
    world = BookedWorld()
    for number in (1, 2):
        data = statement_of(
            MONDAY, [Line(10_00, f"B{number}", "X")], page=Page(number, number == 2), closing_minor=30_00
        )
        world.put(f"card/USD/{MONDAY}-00{number}.xml", data)
    counts = world.run(morning_after(MONDAY))
    assert (counts["refused"], counts["statements"], counts["opened"]) == (2, 0, 1)
    assert list(world.cases().values()) == ["statement_refused"]
    assert "iso20022_inconsistent" in world.texts()[0]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        (f"card/USD/{MONDAY}.xml", b"<Document", "iso20022_not_xml"),
        (f"card/USD/{MONDAY}.xml", statement_of(MONDAY, [], currency="EUR"), "statement_of_another_currency"),
        (f"card/USD/{MONDAY}.xml", statement_of(MONDAY, [], account="ACCOUNT-2"), "statement_of_another_account"),
        (f"card/USD/{MONDAY}.txt", statement_of(MONDAY, []), "statement_misplaced"),
        ("card/USD/2026-02-30.xml", statement_of(MONDAY, []), "statement_misplaced"),
        ("lost.xml", statement_of(MONDAY, []), "statement_misplaced"),
        ("Card/USD/a/b.xml", statement_of(MONDAY, []), "statement_misplaced"),
    ],
    ids=["not XML", "currency", "account", "ending", "no such day", "no folder", "too deep"],
)
def test_a_file_that_is_no_statement_of_ours_is_refused_with_a_reason_and_a_case(
    name: str, data: bytes, code: str
) -> None:
    world = BookedWorld()
    before = MONDAY - timedelta(days=1)
    world.put(f"card/USD/{before}.xml", statement_of(before, []))
    world.run()
    world.put(name, data)
    counts = world.run(morning_after(MONDAY))
    assert (counts["refused"], counts["statements"], counts["opened"]) == (1, 0, 1)
    (file,) = world.documents.find(FILES, equal={"status": "refused"})
    assert file.fields["code"] == code
    assert file.fields["reason"]
    assert world.run()["refused"] == 0
    assert list(world.cases().values()) == ["statement_refused"]


def test_the_case_of_a_refused_file_closes_when_a_readable_one_of_its_day_comes() -> None:
    world = BookedWorld()
    world.put(f"card/USD/{MONDAY}.xml", b"half a statem")
    world.run(morning_after(MONDAY))
    assert list(world.cases().values()) == ["statement_refused"]
    world.put(f"card/USD/{MONDAY}-2.xml", statement_of(MONDAY, []))
    assert world.run()["closed"] == 1
    assert world.cases() == {}


def resolve_by_hand(world: BookedWorld) -> None:
    """People have looked at the one case that there is."""
    (case,) = world.documents.find("cases")

    def resolve(tx) -> None:  # type: ignore[no-untyped-def]
        (document,) = tx.get(case.key)
        tx.replace(case.key, {**document.fields, "status": "resolved", "resolved_by": "ada"})

    world.documents.run(resolve)


def test_what_people_have_resolved_stays_resolved() -> None:
    world = BookedWorld()
    world.put(f"card/USD/{MONDAY}.xml", statement_of(MONDAY, [Line(7_00, "FEE-1")]))
    world.run(morning_after(MONDAY))
    resolve_by_hand(world)
    quiet_days(world, 1, 1, 7_00)
    assert world.run(morning_after(MONDAY, 2))["opened"] == 0
    assert world.cases() == {}


def test_what_people_have_resolved_is_asked_again_when_the_bank_shows_more_of_it() -> None:
    world = BookedWorld()
    key = world.move("in", "card", 50_00, noon(MONDAY))
    world.put(f"card/USD/{MONDAY}.xml", statement_of(MONDAY, [leg_line(50_00, f"B{n}", key) for n in (1, 2)]))
    world.run(morning_after(MONDAY))
    resolve_by_hand(world)
    again = statement_of(DAYS[1], [leg_line(50_00, "B3", key)], opening_minor=100_00)
    world.put(f"card/USD/{DAYS[1]}.xml", again)
    assert world.run(morning_after(DAYS[1]))["opened"] == 1
    assert list(world.cases().values()) == ["duplicate_entry"]
    assert "+150.00 USD" in world.texts()[0]
    assert world.run()["opened"] == 0


def test_an_open_case_says_what_the_bank_shows_by_now() -> None:
    world = BookedWorld()
    key = world.move("in", "card", 50_00, noon(MONDAY))
    world.put(f"card/USD/{MONDAY}.xml", statement_of(MONDAY, [leg_line(49_00, "B1", key)]))
    world.run(morning_after(MONDAY))
    more = statement_of(DAYS[1], [leg_line(3_00, "B2", key)], opening_minor=49_00)
    world.put(f"card/USD/{DAYS[1]}.xml", more)
    assert world.run(morning_after(DAYS[1]))["opened"] == 0
    assert "+52.00 USD" in world.texts()[0]


def test_a_case_tells_amounts_days_and_references_and_no_stranger_s_words() -> None:
    world = BookedWorld()
    key = world.move("in", "card", 50_00, noon(MONDAY))
    lines = [leg_line(49_00, "B1", key), Line(3_00, "B2", "FROM JOHN SMITH")]
    world.put(f"card/USD/{MONDAY}.xml", statement_of(MONDAY, lines))
    world.run(morning_after(MONDAY))
    mismatch, unknown = sorted(world.texts(), key=len, reverse=True)
    for part in ("+50.00 USD", "+49.00 USD", "2026-03-02", "B1", key, "card"):
        assert part in mismatch
    assert "SMITH" not in unknown
    stored = str([dict(one.fields) for one in world.documents.find("matches")])
    assert "SMITH" not in stored
