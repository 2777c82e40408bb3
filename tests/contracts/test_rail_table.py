"""The card and the instant rail against every magic ending of the simulator: what a careful caller comes to know."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from emulators.bank.callbacks.outbox import DEFAULT_SECRET
from emulators.bank.server import BankServer
from emulators.bank.simulator import BankSimulator
from emulators.bank.table.outcomes import RailName, Row, Script, Voice, Word
from emulators.bank.table.table import ROWS
from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.objects import InMemoryObjects
from shared.adapters.rails.inbox import SignedInbox
from shared.adapters.rails.transport import Transport
from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.money import Money
from shared.kernel.party import InstrumentKind
from shared.ports.rail import Answer, Direction, Instruction, News, Rail, RailError, RailStatus
from tests.contracts.rails import (
    KEY,
    NOON,
    card_over,
    instant_over,
    key_of_leg,
    outcome,
    over_sockets,
    to_account,
    to_card,
)
from tests.contracts.test_rail import HASTE_S, PATIENCE_S

UNSEEN_S = 60.0
TIMEOUT_S = 2.0
# More often than any row is turned away.
TRIES_MAX = 5

MAKE: Mapping[RailName, Callable[..., Rail]] = {RailName.CARD: card_over, RailName.INSTANT: instant_over}
ORDERS: Mapping[RailName, Callable[[str], Instruction]] = {RailName.CARD: to_card, RailName.INSTANT: to_account}
CASES = [(row, direction) for row in ROWS if row.rail in MAKE for direction in row.directions]
IDS = [f"{row.rail}-{row.ending}-{direction}" for row, direction in CASES]


@dataclass
class Bench:
    """The simulator on a virtual clock, called in process, and every callback that it made, as it was read."""

    simulator: BankSimulator = field(init=False)
    news: list[News] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = ManualClock(NOON)
        self.inbox = SignedInbox({"card": (DEFAULT_SECRET,), "instant": (DEFAULT_SECRET,)})
        self.simulator = BankSimulator(self.clock, InMemoryObjects(), callback=self._receive, unseen_s=UNSEEN_S)

    def _receive(self, rail: str, headers: Mapping[str, str], body: bytes) -> int:
        try:
            self.news.append(self.inbox.read(rail, headers, body, self.clock.now()))
        except ClearwayError as error:
            self.refused.append(error.code.code)
            return 401
        return 204

    def rail(self, name: RailName) -> Rail:
        return MAKE[name](self.simulator.transport(TIMEOUT_S), timeout_s=TIMEOUT_S)

    def counted(self, rail: RailName, what: str) -> int:
        summary = self.simulator.summary()["rails"][rail]
        assert summary["instructions"]["more_than_once"] == []
        assert summary["moved"]["more_than_once"] == []
        return int(summary[what]["total"])


def order_for(row: Row, direction: str) -> Instruction:
    return replace(ORDERS[row.rail](row.ending), direction=Direction(direction))


def told_carefully(rail: Rail, order: Instruction, advance: Callable[[float], object]) -> Answer | None:
    """Instruct as settlement does: ask after whatever is not known, and tell again only who never heard of it."""
    for _ in range(TRIES_MAX):
        said = outcome(lambda: rail.submit(order))
        if isinstance(said, Answer):
            return said
        if said is RailError.OUTCOME_UNKNOWN:
            advance(UNSEEN_S + 1)
            known = rail.inquire(order.key)
            if known is not None:
                return known
    return None


def word(answer: Answer | None) -> tuple[Word, str]:
    """An answer in the words of the table; a reason is only expected of what went wrong."""
    if answer is None:
        return Word.UNKNOWN, ""
    wrong = answer.status in (RailStatus.REJECTED, RailStatus.RETURNED)
    return Word(answer.status.value), answer.reason_code if wrong else ""


@pytest.mark.parametrize(("row", "direction"), CASES, ids=IDS)
def test_a_careful_caller_comes_to_know_what_the_table_says(row: Row, direction: str) -> None:
    bench = Bench()
    rail, order = bench.rail(row.rail), order_for(row, direction)
    told_carefully(rail, order, bench.simulator.advance)
    bench.simulator.advance(row.expected.within.total_seconds() + 1)
    known = [rail.inquire(order.key) for _ in range(3)][-1]
    expected = row.expected
    assert word(known) == (expected.word, expected.reason_code)
    assert (bench.counted(row.rail, "moved"), bench.counted(row.rail, "returned")) == (
        int(expected.moved),
        int(expected.came_back),
    )
    if known is not None:
        assert (known.settled_on is not None) == (known.status is RailStatus.ACCEPTED)
    if known is not None and known.reason_code:
        assert known.reason_text


@pytest.mark.parametrize(("row", "direction"), CASES, ids=IDS)
def test_what_is_called_back_is_read_as_an_inquiry_would_be(row: Row, direction: str) -> None:
    bench = Bench()
    rail, order = bench.rail(row.rail), order_for(row, direction)
    told_carefully(rail, order, bench.simulator.advance)
    bench.simulator.advance(max(row.expected.within, timedelta(days=4)).total_seconds())
    assert isinstance(row.script, Script)
    voice = row.script.voice
    assert all((news.rail, news.key) == (row.rail, order.key) for news in bench.news)
    if voice is Voice.FORGED:
        assert (bench.news, bench.refused) == ([], ["callback_bad_signature"])
    elif voice is Voice.REPLAYED:
        assert (bench.news, bench.refused) == ([], ["callback_not_recent"])
    elif row.expected.told_by == "callback" or voice is Voice.EARLY:
        known = rail.inquire(order.key)
        said = [news.answer for news in bench.news]
        assert known in said
        assert bench.refused == []
        if voice not in (Voice.CONTRADICTORY, Voice.DISORDERED):
            assert said[-1] == known
    else:
        assert bench.refused == []


WIRED = {
    "0000",
    "0102",
    "0105",
    "0124",
    "0201",
    "0202",
    "0203",
    "0205",
    "0429",
    "0500",
    "0503",
    "0601",
    "0602",
    "0603",
    "0604",
}
ON_THE_WIRE = [(row, direction) for row, direction in CASES if row.ending in WIRED and direction == row.directions[0]]


@pytest.fixture
def server() -> Iterator[BankServer]:
    """The simulator behind a socket."""
    started = BankServer(hold_s=UNSEEN_S, slow_s=0.05, token="t-1")
    started.start()
    yield started
    started.stop()


@contextlib.contextmanager
def wired(server: BankServer, name: RailName, timeout_s: float) -> Iterator[Rail]:
    rail, client = over_sockets(MAKE[name], server.url, timeout_s)
    try:
        yield rail
    finally:
        client.close()


@pytest.mark.parametrize(("row", "direction"), ON_THE_WIRE, ids=[f"{row.rail}-{row.ending}" for row, _ in ON_THE_WIRE])
def test_over_sockets_too(server: BankServer, row: Row, direction: str) -> None:
    order = order_for(row, direction)
    hasty = row.ending in {"0201", "0202", "0203", "0205"}

    def settled(calls: int) -> bool:
        summary = server.simulator.summary()["rails"][row.rail]
        return bool(summary["instructions"]["total"] + sum(summary["turned_away"].values()) >= calls)

    with (
        wired(server, row.rail, HASTE_S if hasty else PATIENCE_S) as rail,
        wired(server, row.rail, PATIENCE_S) as patient,
    ):
        known: Answer | None = None
        for number in range(1, TRIES_MAX):
            said = outcome(lambda: rail.submit(order))
            deadline = time.monotonic() + 10
            while not settled(number):
                assert time.monotonic() < deadline, "the bank never dealt with the instruction"
                threading.Event().wait(0.005)
            if isinstance(said, Answer):
                known = said
                break
            if (known := patient.inquire(order.key)) is not None:
                break
    assert word(known) == (row.expected.word, row.expected.reason_code)
    summary = server.simulator.summary()["rails"][row.rail]
    assert summary["moved"]["total"] == int(row.expected.moved)


# Cards alone.


def reversal(number: int = 1, **changes: Any) -> Instruction:
    """The order that undoes the usual pull."""
    back = to_card(key=key_of_leg(number, "put-back"), direction=Direction.CREDIT, reverses=key_of_leg(number, "debit"))
    return replace(back, **changes)


@pytest.mark.parametrize(
    ("ending", "first", "then"),
    [
        ("0000", "accepted ", "accepted "),
        ("1001", "rejected 57", "rejected 57"),
        ("1002", "rail_outcome_unknown", "accepted "),
        ("1003", "pending ", "accepted "),
        ("1004", "rail_outcome_unknown", "never heard of it"),
    ],
)
def test_a_pull_is_reversed(ending: str, first: str, then: str) -> None:
    bench = Bench()
    rail = bench.rail(RailName.CARD)
    pull = to_card(ending, key=key_of_leg(1, "debit"), direction=Direction.DEBIT)
    assert rail.submit(pull).status is RailStatus.ACCEPTED
    back = reversal(instrument=pull.instrument)

    def said(call: Callable[[], Answer | None]) -> str:
        heard = outcome(call)
        if isinstance(heard, RailError):
            return heard.code
        return f"{heard.status.value} {heard.reason_code}" if isinstance(heard, Answer) else "never heard of it"

    assert said(lambda: rail.submit(back)) == first
    bench.simulator.advance(3_601)
    assert said(lambda: rail.inquire(back.key)) == then
    if then == "never heard of it":
        assert said(lambda: rail.submit(back)) == "accepted "
    assert bench.counted(RailName.CARD, "moved") == (1 if ending == "1001" else 2)
    assert said(lambda: rail.inquire(pull.key)) == "accepted ", "our own reversal is no return of the first"


def test_there_is_nothing_to_reverse_under_a_key_that_nobody_knows() -> None:
    answer = Bench().rail(RailName.CARD).submit(reversal())
    assert (answer.status, answer.reason_code) == (RailStatus.REJECTED, "invalid_instruction")
    assert "/reverses" in answer.reason_text


def test_a_reversal_is_one_instruction_however_often_it_is_given() -> None:
    bench = Bench()
    rail = bench.rail(RailName.CARD)
    rail.submit(to_card(key=key_of_leg(1, "debit"), direction=Direction.DEBIT))
    assert rail.submit(reversal()) == rail.submit(reversal())
    assert outcome(lambda: rail.submit(reversal(money=Money(999, "USD")))) is KernelError.MISUSE
    assert bench.simulator.summary()["rails"]["card"]["moved"]["per_key_max"] == 1
    other = rail.submit(replace(reversal(), key=key_of_leg(2, "put-back")))
    assert (other.status, other.reason_code) == (RailStatus.REJECTED, "79")


class _Nobody:
    """A transport that must not be used."""

    def call(self, *_: object, **__: object) -> tuple[int, bytes]:
        raise AssertionError


@pytest.mark.parametrize(
    "instrument",
    [
        to_account().instrument,
        replace(to_card().instrument, card_token=""),
        replace(to_card().instrument, card_token="4111111111111111"),
        replace(to_card().instrument, card_token="tok visa"),
        replace(to_card().instrument, card_token="tok_visa\n"),
        replace(to_card().instrument, kind=InstrumentKind.WALLET),
    ],
)
def test_only_a_token_leaves_the_house(instrument: object) -> None:
    unused: Transport = _Nobody()
    for order in (to_card(instrument=instrument), to_card(instrument=instrument, reverses=key_of_leg(2, "debit"))):
        answer = card_over(unused).submit(order)
        assert (answer.status, answer.reason_code) == (RailStatus.REJECTED, "invalid_instruction")
        assert answer.reason_text.endswith(": /card_token")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"money": Money(0, "USD")}, "/amount_minor"),
        ({"money": Money(-5, "USD")}, "/amount_minor"),
        ({"holder_name": "x" * 141}, "/holder_name"),
        ({"description": "x" * 141}, "/description"),
        ({"instrument": replace(to_card().instrument, card_token="abc")}, "/card_token"),
    ],
)
def test_the_processor_names_the_field_that_it_refuses(changes: dict[str, Any], pointer: str) -> None:
    bench = Bench()
    answer = bench.rail(RailName.CARD).submit(to_card(**changes))
    assert (answer.status, answer.reason_code) == (RailStatus.REJECTED, "invalid_instruction")
    assert answer.reason_text.endswith(pointer)
    assert bench.rail(RailName.CARD).inquire(KEY) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"money": Money(1_001, "USD")},
        {"money": Money(1_000, "EUR")},
        {"direction": Direction.DEBIT},
        {"holder_name": "Bob Example"},
        {"description": "invoice 8"},
        {"instrument": replace(to_card().instrument, card_token="tok_visa_0001")},
    ],
)
def test_a_key_with_other_content_is_a_bug_of_the_caller(changes: dict[str, Any]) -> None:
    bench = Bench()
    rail = bench.rail(RailName.CARD)
    rail.submit(to_card())
    assert outcome(lambda: rail.submit(to_card(**changes))) is KernelError.MISUSE
    assert bench.counted(RailName.CARD, "moved") == 1


@pytest.mark.parametrize("key", ["", "a b", "a/b", "ä", "a\r\nX: y", "k" * 256])
def test_a_key_that_would_not_travel_unchanged_is_refused(key: str) -> None:
    rail = card_over(_Nobody())
    for call in (
        lambda: rail.submit(to_card(key=key)),
        lambda: rail.submit(to_card(reverses=key or "a b")),
        lambda: rail.inquire(key),
    ):
        assert outcome(call) is KernelError.MISUSE
