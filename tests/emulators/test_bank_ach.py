"""The ACH desk: files taken once and whole, settlement on its day, and all that banks send back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from emulators.bank.table.outcomes import RailName, Row, Word
from emulators.bank.table.table import ROWS
from shared.adapters.memory.objects import InMemoryObjects
from shared.formats.iso20022 import camt
from shared.formats.nacha.addenda import ChangeAddenda, ContestedReturnAddenda, ReturnAddenda
from shared.formats.nacha.building import BatchDraft, Direction, EntryDraft, build_file
from shared.formats.nacha.file import Entry, NachaFile
from shared.formats.nacha.options import STRICT
from shared.formats.nacha.reading import read
from shared.formats.nacha.records import BatchHeader
from shared.formats.nacha.sent_back import DishonoredReturn, SentBackDraft
from shared.formats.nacha.writing import write
from shared.kernel.errors import ClearwayError, KernelError
from tests.emulators.bank_client import AMOUNT, START, CardClient, World

ODFI = "02100002"
TODAY = date(2026, 3, 2)
NEXT = date(2026, 3, 3)
ACH_ROWS = [row for row in ROWS if row.rail is RailName.ACH]


def at(month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def entry(ending: str = "0000", direction: str = "credit", **other: Any) -> EntryDraft:
    fields: dict[str, Any] = {
        "direction": Direction(direction),
        "routing_number": "026009593",
        "account_number": f"5550{ending}",
        "amount_cents": AMOUNT,
        "name": "Ada Example",
        "identification": f"id-{ending}-{direction[0]}",
    }
    return EntryDraft(**fields | other)


def batch(*entries: EntryDraft, effective_on: date = NEXT, sec_code: str = "PPD") -> BatchDraft:
    return BatchDraft(
        sec_code=sec_code,
        company_name="CLEARWAY",
        company_identification="1234567890",
        entry_description="PAYMENT",
        effective_on=effective_on,
        odfi=ODFI,
        entries=entries,
    )


def file_of(*batches: Any, first_trace: int = 1, id_modifier: str = "A") -> bytes:
    built = build_file(
        destination="021000021",
        origin="021000021",
        created_at=datetime(2026, 3, 2, 10),  # noqa: DTZ001 - a bank's local time
        batches=batches,
        first_trace=first_trace,
        id_modifier=id_modifier,
    )
    return write(built)


def send(world: World, raw: bytes, file_id: str = "ACH-1") -> None:
    assert world.objects.put_new(f"ach/outbound/{file_id}.ach", raw)
    world.bank.run_due()


def inbound(world: World) -> list[NachaFile]:
    """Everything that banks have sent back, held to the letter of the rules."""
    contents = [world.objects.get(name) for name in world.objects.list("ach/inbound/")]
    return [read(content, options=STRICT) for content in contents if content is not None]


def sent_back(world: World) -> list[Entry]:
    return [one for file in inbound(world) for one in file.entries]


def days(world: World, count: float) -> None:
    world.bank.advance(count * 86_400)


def dishonour(world: World, code: str = "R68", file_id: str = "ACH-D") -> None:
    """Send the first return back, on the day after it came."""
    found = inbound(world)[0]
    header = found.batches[0].header
    assert isinstance(header, BatchHeader)
    day = datetime.strptime(f"{world.clock.now().year}{header.settlement_date}", "%Y%j").replace(tzinfo=UTC).date()
    message = DishonoredReturn(entry=found.batches[0].entries[0], code=code, settled_on=day)
    draft = SentBackDraft(received=header, bank=ODFI, entries=(message,))
    send(world, file_of(draft, first_trace=9_000, id_modifier="D"), file_id)


def live(world: World, row: Row) -> None:
    """Let the time pass that the row names, and dishonour its return when it comes."""
    owed = row.expected.dishonour
    for _ in range(row.expected.within.days):
        days(world, 1)
        if owed and inbound(world):
            dishonour(world, owed)
            owed = ""


@pytest.mark.parametrize("row", ACH_ROWS, ids=lambda row: row.ending)
def test_every_row_does_what_it_promises(row: Row) -> None:
    for direction in row.directions:
        world = World()
        send(world, file_of(batch(entry(row.ending, direction))))
        world.bank.advance(86_400)
        assert world.rail("ach")["moved"]["total"] == 1
        live(world, row)
        rail = world.rail("ach")
        assert rail["returned"]["total"] == row.expected.came_back
        kept = 0 if row.expected.came_back else AMOUNT if direction == "debit" else -AMOUNT
        assert rail["balances_minor"]["USD"] == kept
        told = [one.addenda[-1] for one in sent_back(world)]
        codes = [one.return_code for one in told if isinstance(one, ReturnAddenda)]
        changes = [one.change_code for one in told if isinstance(one, ChangeAddenda)]
        assert changes == ([row.expected.change_code] if row.expected.change_code else [])
        if row.expected.word is Word.RETURNED:
            assert codes == [row.expected.reason_code]
        else:
            assert codes == ([] if not row.expected.dishonour else [row.script.return_code])  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "row", [row for row in ACH_ROWS if row.ending[:2] in ("00", "01", "09")], ids=lambda r: r.ending
)
def test_a_prenote_is_answered_and_moves_nothing(row: Row) -> None:
    for direction in row.directions:
        world = World()
        send(world, file_of(batch(entry(row.ending, direction, prenote=True, amount_cents=0))))
        days(world, 10)
        rail = world.rail("ach")
        assert (rail["prenotes"], rail["entries"], rail["moved"]["total"]) == (1, 0, 0)
        assert len(sent_back(world)) == (row.ending != "0000")


def test_a_file_settles_as_one_entry_for_each_direction() -> None:
    world = World()
    send(world, file_of(batch(entry(), entry("4711"), entry("0000", "debit")), batch(entry(amount_cents=5))))
    days(world, 1)
    bookings = world.bank.accounts.bookings("ach")
    assert [(one.amount_minor, one.message_id, one.transactions) for one in bookings] == [
        (-2 * AMOUNT - 5, "ACH-1", 3),
        (AMOUNT, "ACH-1", 1),
    ]


@pytest.mark.parametrize(
    ("came", "effective", "amount_cents", "settles"),
    [
        # Monday the second of March 2026, in winter time: five hours behind UTC.
        (time(15, 0), TODAY, AMOUNT, at(3, 2, 18, 0)),
        (time(15, 31), TODAY, AMOUNT, at(3, 2, 22, 0)),
        (time(21, 0), TODAY, AMOUNT, at(3, 2, 23, 0)),
        (time(21, 46), TODAY, AMOUNT, at(3, 3, 13, 30)),
        (time(15, 0), TODAY, 100_000_001, at(3, 3, 13, 30)),
        (time(15, 0), date(2026, 2, 27), AMOUNT, at(3, 2, 18, 0)),
        (time(15, 0), NEXT, AMOUNT, at(3, 3, 13, 30)),
        (time(15, 0), date(2026, 3, 7), AMOUNT, at(3, 9, 12, 30)),  # a Saturday; then summer time
        (time(15, 0), date(2026, 5, 25), AMOUNT, at(5, 26, 12, 30)),  # Memorial Day
        (time(5, 0), TODAY, AMOUNT, at(3, 2, 18, 0)),
    ],
)
def test_entries_settle_on_their_day_and_in_their_window(
    came: time, effective: date, amount_cents: int, settles: datetime
) -> None:
    world = World(start=datetime.combine(TODAY, came, UTC))
    send(world, file_of(batch(entry(amount_cents=amount_cents), effective_on=effective)))
    assert world.bank.ach.listing(0, 1)["entries"][0]["settles_at"] == settles.isoformat()


def test_a_malformed_file_is_refused_whole_and_says_where() -> None:
    world = World()
    raw = file_of(batch(entry(), entry("4711")))
    lines = raw.split(b"\n")
    lines[2] = lines[2].replace(b"026009593", b"026009590")
    send(world, b"\n".join(lines))
    days(world, 3)
    rail = world.rail("ach")
    assert (rail["instructions"]["total"], rail["moved"]["total"], rail["files"]) == (0, 0, {"refused": 1})
    assert rail["refusals"]["ACH-1"].startswith("line 3, ")
    acknowledged = json.loads(world.objects.get("ach/acknowledgements/ACH-1.json") or b"")
    assert (acknowledged["status"], acknowledged["reason"]) == ("refused", rail["refusals"]["ACH-1"])


def test_a_file_is_taken_once_by_name_and_by_content() -> None:
    world = World()
    raw = file_of(batch(entry()))
    send(world, raw)
    world.bank.run_due()
    send(world, raw, "ACH-2")
    days(world, 2)
    rail = world.rail("ach")
    assert (rail["files"], rail["moved"]["total"]) == ({"accepted": 1, "duplicate": 1}, 1)
    assert world.bank.ach.files()["files"][1]["duplicate_of"] == "ach/outbound/ACH-1.ach"


def test_a_trace_number_that_comes_again_in_another_file_is_counted() -> None:
    world = World()
    send(world, file_of(batch(entry())))
    send(world, file_of(batch(entry()), id_modifier="B"), "ACH-2")
    days(world, 2)
    assert world.rail("ach")["moved"]["more_than_once"] == [f"{ODFI}0000001"]
    assert world.rail("ach")["identifications"]["more_than_once"] == ["id-0000-c"]


def test_a_waiting_file_is_due_now_and_waits_for_run_due() -> None:
    world = World()
    assert world.bank.next_due() is None
    world.objects.put_new("ach/outbound/ACH-1.ach", file_of(batch(entry())))
    assert world.bank.next_due() == START
    world.bank.run_due()
    assert world.bank.next_due() == datetime(2026, 3, 3, 13, 30, tzinfo=UTC)


def test_a_return_names_the_entry_and_the_day_it_settles_on() -> None:
    world = World()
    send(world, file_of(batch(entry("0103"), entry("0000"))))
    days(world, 3)
    (file,) = inbound(world)
    returned = file.batches[0].entries[0].addenda[-1]
    assert isinstance(returned, ReturnAddenda)
    assert (returned.return_code, returned.original_trace_number) == ("R03", f"{ODFI}0000001")
    header = file.batches[0].header
    assert isinstance(header, BatchHeader)
    assert header.settlement_date == f"{date(2026, 3, 5):%j}"
    assert file.header.immediate_destination.strip() == "021000021"


def test_returns_of_one_day_are_one_file_and_names_do_not_collide() -> None:
    world = World()
    world.objects.put_new("ach/inbound/ACH-IN-20260305-001.ach", b"there before")
    send(world, file_of(batch(entry("0103"), entry("0902")), batch(entry("0110", "debit"))))
    days(world, 3)
    assert world.objects.list("ach/inbound/")[1:] == ["ach/inbound/ACH-IN-20260305-002.ach"]
    assert world.rail("ach")["changes"] == 1


def test_a_return_in_time_cannot_be_dishonoured_as_untimely() -> None:
    world = World()
    send(world, file_of(batch(entry("0101", "debit"))))
    days(world, 4)
    dishonour(world)
    days(world, 6)
    last = sent_back(world)[-1].addenda[-1]
    assert isinstance(last, ContestedReturnAddenda)
    assert last.contested_code == "R73"
    assert world.rail("ach")["balances_minor"]["USD"] == 0
    assert world.rail("ach")["returned"]["total"] == 1


def test_a_dishonour_that_is_too_late_is_contested() -> None:
    world = World()
    send(world, file_of(batch(entry("0862"))))
    days(world, 25)
    dishonour(world)
    days(world, 6)
    last = sent_back(world)[-1].addenda[-1]
    assert isinstance(last, ContestedReturnAddenda)
    assert last.contested_code == "R72"


def test_a_dishonour_of_what_was_never_returned_is_counted() -> None:
    world = World()
    send(world, file_of(batch(entry("0101", "debit"))))
    days(world, 4)
    found = inbound(world)[0]
    returned = found.batches[0].entries[0]
    detail = replace(returned.detail, trace_number="026009590009999")  # type: ignore[arg-type]
    message = DishonoredReturn(entry=Entry(detail, returned.addenda), code="R68", settled_on=TODAY)
    header = found.batches[0].header
    assert isinstance(header, BatchHeader)
    send(world, file_of(SentBackDraft(received=header, bank=ODFI, entries=(message,))), "ACH-D")
    assert world.rail("ach")["dishonours_unmatched"] == 1
    assert world.rail("ach")["returned"]["total"] == 1


def test_a_change_is_asked_for_once_and_what_it_asks_for_is_ordinary() -> None:
    world = World()
    send(world, file_of(batch(entry("0901"))))
    days(world, 4)
    change = sent_back(world)[0].addenda[-1]
    assert isinstance(change, ChangeAddenda)
    assert change.corrected_data.strip() == "55500000"
    assert world.rail("ach")["balances_minor"]["USD"] == -AMOUNT


def test_the_statement_shows_the_batch_and_the_return_alone() -> None:
    world = World()
    send(world, file_of(batch(entry("0103"), entry("0000"))))
    days(world, 4)
    names = [f"statements/inbound/ach/USD/2026-03-0{day}.xml" for day in (3, 4, 5)]
    assert world.objects.list("statements/inbound/ach/") == names
    first, between, last = (camt.from_xml(world.objects.get(name) or b"").statements[0] for name in names)
    (batched,) = first.entries
    assert batched.details[0].batch is not None
    assert (batched.details[0].batch.message_id, batched.details[0].batch.count) == ("ACH-1", 2)
    assert between.entries == ()
    (single,) = last.entries[0].transactions
    assert single.end_to_end_id == f"{ODFI}0000001"
    assert single.instruction_id == "id-0103-c"
    assert single.returned is not None
    assert single.returned.reason is not None
    assert single.returned.reason.value == "R03"


def test_after_a_reset_old_files_are_left_alone() -> None:
    world = World()
    send(world, file_of(batch(entry())))
    world.bank.reset()
    world.bank.run_due()
    days(world, 3)
    assert world.rail("ach")["instructions"]["total"] == 0
    assert world.bank.next_due() is None


def test_late_returns_come_on_the_last_banking_day_of_their_time() -> None:
    world = World()
    send(world, file_of(batch(entry("0860", "debit"), entry("0102"), entry("0810", "debit"))))
    days(world, 90)
    dates = [one["returned_on"] for one in world.bank.ach.listing(0, 10)["entries"]]
    # Settled on 3 March: the second banking day, and the last banking days of 59 and of 60 days.
    assert dates == ["2026-05-01", "2026-03-05", "2026-05-01"]
    assert world.clock.now() == START + timedelta(days=90)


class Shaky(InMemoryObjects):
    """An object store that cannot be reached at each call whose number is in `lost`, counted from one."""

    def __init__(self, lost: frozenset[int]) -> None:
        super().__init__()
        self._lost = lost
        self._calls = 0

    def put_new(self, name: str, data: bytes) -> bool:
        self._count()
        return super().put_new(name, data)

    def get(self, name: str) -> bytes | None:
        self._count()
        return super().get(name)

    def _count(self) -> None:
        self._calls += 1
        if self._calls in self._lost:
            raise ClearwayError(KernelError.UNAVAILABLE, "the store cannot be reached")


def week_over(objects: InMemoryObjects) -> tuple[World, dict[str, bytes]]:
    """A file with a return, and a card payment, over a store; all files at the end of the week."""
    world = World(objects=objects)
    InMemoryObjects.put_new(objects, "ach/outbound/ACH-1.ach", file_of(batch(entry("0103"), entry())))
    CardClient(world).instruct("k", "0000", "debit")
    for _ in range(7 * 24):
        world.clock.advance(3_600)
        for _attempt in range(3):
            try:
                world.bank.run_due()
                break
            except ClearwayError:
                continue
    return world, {name: InMemoryObjects.get(objects, name) or b"" for name in objects.list("")}


@pytest.mark.parametrize("lost", range(1, 14))
def test_a_store_that_cannot_be_reached_for_a_moment_changes_nothing_in_the_end(lost: int) -> None:
    steady, expected = week_over(InMemoryObjects())
    world, files = week_over(Shaky(frozenset({lost, lost + 1})))
    assert files == expected
    assert world.bank.summary() == steady.bank.summary()


def test_while_the_store_cannot_be_reached_a_call_that_needs_it_is_told_so() -> None:
    world = World(objects=Shaky(frozenset({1})))
    card = CardClient(world)
    card.instruct("k", "0000", "debit")
    world.clock.advance(86_400)
    assert card.ask("k") == (503, "")
    assert card.ask("k") == (200, "accepted")
