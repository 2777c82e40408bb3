"""The bank simulator's own statements, over every magic ending: no break but those that its side door plants."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from emulators.bank.settlement.breaks import Break, BreakKind, Struck
from emulators.bank.simulator import BankSimulator
from emulators.bank.table.outcomes import Row
from emulators.bank.table.table import ROWS
from shared.adapters.memory.clock import ManualClock
from shared.adapters.rails.card import CardRail
from shared.adapters.rails.instant import InstantRail
from shared.formats.originator import Originator
from shared.kernel.errors import ClearwayError
from shared.kernel.money import Money
from shared.kernel.party import Direction, Instrument, InstrumentKind, Speed
from shared.ports.rail import Answer, Instruction, News, Rail, RailStatus
from shared.rails.commands.ach.ach_rail import AchRail
from shared.rails.commands.ach.desk import AchDesk
from shared.rails.commands.ach.run_cutoffs import run_cutoffs
from shared.rails.commands.ach.take_inbound import take_inbound_files
from tests.support.ach import ORIGIN, Heard
from tests.support.booked_world import MONDAY, BookedWorld

DAYS = 75  # a consumer has sixty days to dispute a debit, and what is then dishonoured takes some more
START = datetime(MONDAY.year, MONDAY.month, MONDAY.day, 13, tzinfo=UTC)


class ReconciledBank:
    """Legs driven as settlement and the timer do, over one clock and one file store."""

    def __init__(self) -> None:
        self.world = BookedWorld(clock=ManualClock(START))
        clock, documents = self.world.clock, self.world.documents
        self.bank = BankSimulator(clock, self.world.objects)
        originator = Originator("Clearway Demo Inc", "021000021", "9876543210", "FDN")
        self.rails: dict[str, Rail] = {
            "card": CardRail(self.bank.transport(20.0), timeout_s=20.0),
            "instant": InstantRail(originator, self.bank.transport(20.0), clock),
            "ach": AchRail(documents, clock, ORIGIN),
        }
        self.ach = AchDesk(documents, self.world.objects, clock, ORIGIN)
        self.legs: dict[str, tuple[Rail, Instruction]] = {}
        self.known: dict[str, RailStatus] = {}

    def begin(self, rows: Iterable[Row]) -> None:
        """One leg for every row and direction."""
        for row in rows:
            for direction in row.directions:
                number = len(self.legs)
                self._begin(f"leg-{number}", row, Direction(direction), 10_00 + number)

    def _begin(self, name: str, row: Row, direction: Direction, amount_minor: int) -> None:
        signed_minor = amount_minor if direction is Direction.DEBIT else -amount_minor
        key = self.world.begin(name, row.rail.value, signed_minor, self.world.clock.now())
        card = Instrument("card", InstrumentKind.CARD, "USD", card_token=f"tok_visa_{row.ending}")
        account = Instrument(
            "main",
            InstrumentKind.BANK_ACCOUNT,
            "USD",
            routing_number="021000021",
            account_number=f"55501{row.ending}",
            account_type="checking",
        )
        instruction = Instruction(
            key,
            direction,
            Money(amount_minor, "USD"),
            card if row.rail == "card" else account,
            "Ada Example",
            "invoice 7",
            speed=Speed.STANDARD,
        )
        self.legs[key] = (self.rails[row.rail.value], instruction)

    def live(self, days: int, *, runs_a_day: int = 1) -> None:
        """Days of news, cut-offs and files, each with some runs of the job."""
        for _ in range(days * runs_a_day):
            self.bank.advance(86_400 / runs_a_day)
            self._ask()
            run_cutoffs(self.world.clock.now(), self.ach)
            self.bank.run_due()
            heard = Heard()
            take_inbound_files(desk=self.ach, take_news=self._take, corrections=heard)
            self.world.run()

    def _ask(self) -> None:
        for key, (rail, instruction) in self.legs.items():
            if self.known.get(key) in (RailStatus.REJECTED, RailStatus.RETURNED):
                continue
            try:
                answer = rail.inquire(key) or rail.submit(instruction)
            except ClearwayError as error:
                if not error.retryable:
                    raise
                continue
            self._hear(key, answer)

    def _take(self, news: News) -> None:
        self._hear(news.key, news.answer)

    def _hear(self, key: str, answer: Answer) -> None:
        before, now = self.known.get(key), self.world.clock.now()
        match before, answer.status:
            case None, RailStatus.ACCEPTED:
                self.world.accept(key, now)
            case None, RailStatus.REJECTED | RailStatus.RETURNED:
                self.world.bounce(key, now)
            case RailStatus.ACCEPTED, RailStatus.RETURNED:
                self.world.send_back(key, now)
            case _:
                return
        self.known[key] = answer.status


def test_every_ending_of_every_rail_leaves_no_break_on_the_statements() -> None:
    bank = ReconciledBank()
    bank.begin(row for row in ROWS if row.rail in bank.rails)
    bank.live(3, runs_a_day=6)
    bank.live(DAYS)
    assert len(bank.legs) > 100
    assert bank.world.cases() == {}
    assert bank.world.cases("resolved") == {}
    positions = bank.world.positions()
    assert set(positions) == {"ach.USD", "card.USD", "instant.USD"}
    for position in positions.values():
        assert (position.unexplained_minor, position.broken_minor) == (0, 0)
        assert position.difference_minor == 0


CODES = {
    BreakKind.MISSING: "missing_from_statement",
    BreakKind.UNKNOWN: "unknown_entry",
    BreakKind.WRONG_AMOUNT: "amount_mismatch",
    BreakKind.DUPLICATED: "duplicate_entry",
}


def code_of(struck: Struck) -> str:
    """What a break that the bank planted is called here; of a batch, another amount is a mismatch of the batch."""
    code = CODES[struck.planted.kind]
    return "batch_mismatch" if struck.booking.batched and code == "amount_mismatch" else code


@pytest.mark.parametrize("rail", ["card", "instant", "ach"])
def test_what_the_bank_plants_in_its_statements_is_found_and_nothing_else(rail: str) -> None:
    bank = ReconciledBank()
    ordinary = [row for row in ROWS if row.rail == rail and row.ending == "0000"]
    bank.begin(ordinary)
    bank.live(1)
    for number, kind in enumerate(BreakKind, 1):
        bank.bank.plant_break(Break(kind, rail, "USD", amount_minor=1_23))
        while len(bank.bank.statements.struck) < number:
            bank.begin(ordinary * 2)
            bank.live(1)
            assert len(bank.legs) < 200
    bank.live(8)
    struck = [one for one in bank.bank.statements.struck if one.planted.kind is not BreakKind.DAY_LATE]
    assert sorted(bank.world.cases().values()) == sorted(code_of(one) for one in struck)
    for position in bank.world.positions().values():
        assert position.unexplained_minor == 0
