"""One contract for every rail, held by the bank's adapter against the simulator, and by the twin in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from emulators.bank.magic import MAGIC
from emulators.bank.server import BankServer
from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.rail import InMemoryRail
from shared.adapters.memory.rail_outcomes import OUTCOMES, Loss, Outcome
from shared.adapters.rails.bank import BankRail
from shared.adapters.rails.deadline import DeadlineClient
from shared.kernel.errors import ClearwayError, Disposition, KernelError
from shared.kernel.money import Money
from shared.kernel.party import Instrument, InstrumentKind
from shared.kernel.usage import measured
from shared.ports.rail import Answer, Direction, Instruction, Rail, RailError, RailStatus
from shared.rails.domain.reasons import REASONS

UNSEEN_S = 60.0
PATIENCE_S = 30.0  # far above what a busy machine needs
HASTE_S = 0.4  # for calls that will not be answered
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
NO_ANSWER = {"0201", "0202", "0203", "0204", "0205"}


@dataclass
class Subject:
    """A rail, the same one with little patience, the other side's clock, and what the other side counted."""

    rail: Rail
    hasty: Rail
    advance: Callable[[float], object]
    taken: Callable[[str], int]
    moved: Callable[[str], int]
    dealt_with: Callable[[], int] | None = None

    def wait_for(self, calls: int) -> None:
        """Return when the other side has dealt with so many submissions: a caller may have given up before that."""
        deadline = time.monotonic() + 10
        while self.dealt_with is not None and self.dealt_with() < calls:
            assert time.monotonic() < deadline, "the bank never dealt with the submission"
            threading.Event().wait(0.005)


@pytest.fixture(params=["bank", "memory"])
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    """The bank's adapter with the simulator behind it, then the twin."""
    if request.param == "memory":
        clock = ManualClock(NOON)
        twin = InMemoryRail(clock, timeout_s=HASTE_S, unseen_s=UNSEEN_S)
        yield Subject(twin, twin, clock.sleep, lambda key: twin.instructions[key], lambda key: twin.moved[key])
        return
    server = BankServer(hold_s=UNSEEN_S, slow_s=0.05)
    server.start()
    patient, impatient = (DeadlineClient(server.url, timeout_s=one) for one in (PATIENCE_S, HASTE_S))
    rail, hasty = BankRail(patient, timeout_s=PATIENCE_S), BankRail(impatient, timeout_s=HASTE_S)
    yield _over_http(server, rail, hasty)
    patient.close()
    impatient.close()
    server.stop()


def _over_http(server: BankServer, rail: BankRail, hasty: BankRail) -> Subject:
    def count(name: str, key: str) -> int:
        listed = server.bank.listing(0, 1_000)["transfers"]
        return sum(int(transfer[name]) for transfer in listed if transfer["key"] == key)

    def dealt_with() -> int:
        summary = server.bank.summary()
        return int(summary["instructions"]["total"] + sum(summary["turned_away"].values()) + summary["conflicts"])

    return Subject(
        rail,
        hasty,
        server.clock.advance,
        lambda key: count("instructions", key),
        lambda key: count("moved", key),
        dealt_with,
    )


def instruction(last4: str = "0000", direction: Direction = Direction.CREDIT, key: str = "pay_1.leg") -> Instruction:
    """Ten dollars to or from an account that ends in `last4`."""
    account = Instrument(
        "main", InstrumentKind.BANK_ACCOUNT, "USD", routing_number="021000021", account_number=f"55501{last4}"
    )
    return Instruction(key, direction, Money(1_000, "USD"), account, "Ada Example", "invoice 7")


def told(call: Callable[[], Answer | None]) -> str:
    """What a call said, in a word or two."""
    try:
        answer = call()
    except ClearwayError as error:
        return error.code.code
    if answer is None:
        return "never heard of it"
    return f"{answer.status} {answer.reason_code}".strip()


UNKNOWN = RailError.OUTCOME_UNKNOWN.code
NEVER_HEARD = "never heard of it"

# What a careful caller sees: submit; inquire; inquire when the unseen have surfaced; submit again, but only where the
# rail never heard of it; inquire; inquire an hour later. Then: instructions taken, movements.
STORIES: dict[str, tuple[list[str], int, int]] = {
    "0000": (["accepted", "accepted", "accepted", "accepted", "accepted"], 1, 1),
    "0201": ([UNKNOWN, "accepted", "accepted", "accepted", "accepted"], 1, 1),
    "0202": ([UNKNOWN, NEVER_HEARD, NEVER_HEARD, "accepted", "accepted", "accepted"], 1, 1),
    "0203": ([UNKNOWN, NEVER_HEARD, NEVER_HEARD, UNKNOWN, NEVER_HEARD, NEVER_HEARD], 0, 0),
    "0204": ([UNKNOWN, NEVER_HEARD, "accepted", "accepted", "accepted"], 1, 1),
    "0205": ([UNKNOWN, "rejected R02", "rejected R02", "rejected R02", "rejected R02"], 1, 0),
    "0301": (["pending", "pending", "accepted", "accepted", "accepted"], 1, 1),
    "0302": (["pending", "pending", "rejected R03", "rejected R03", "rejected R03"], 1, 0),
    "0303": (["pending", "pending", "pending", "pending", "accepted"], 1, 1),
    "0304": (["pending", "pending", "pending", "pending", "pending"], 1, 0),
    "0429": ([RailError.NOT_SENT.code, NEVER_HEARD, NEVER_HEARD, "accepted", "accepted", "accepted"], 1, 1),
    "0500": ([UNKNOWN, "accepted", "accepted", "accepted", "accepted"], 1, 1),
    "0503": ([UNKNOWN, NEVER_HEARD, NEVER_HEARD, "accepted", "accepted", "accepted"], 1, 1),
    "0601": ([UNKNOWN, "accepted", "accepted", "accepted", "accepted"], 1, 1),
    "0602": ([UNKNOWN, "accepted", "accepted", "accepted", "accepted"], 1, 1),
    "0603": (["accepted", "accepted", "accepted", "accepted", "accepted"], 1, 1),
}
BOTH_WAYS = {"0102": "R02", "0103": "R03", "0104": "R04", "0113": "R13", "0116": "R16", "0120": "R20"}
DEBITS = {"0101": "R01", "0107": "R07", "0108": "R08", "0109": "R09", "0110": "R10", "0129": "R29"}
CREDITS = {"0123": "R23"}


def _cases() -> Iterator[tuple[str, Direction, tuple[list[str], int, int]]]:
    for last4, story in STORIES.items():
        yield last4, Direction.CREDIT, story
    for last4, code in (BOTH_WAYS | DEBITS | CREDITS).items():
        rejected = ([f"rejected {code}"] * 5, 1, 0)
        yield last4, Direction.CREDIT, STORIES["0000"] if last4 in DEBITS else rejected
        yield last4, Direction.DEBIT, STORIES["0000"] if last4 in CREDITS else rejected


@pytest.mark.parametrize(("last4", "direction", "story"), list(_cases()))
def test_every_outcome_is_told_alike(
    subject: Subject, last4: str, direction: Direction, story: tuple[list[str], int, int]
) -> None:
    order = instruction(last4, direction)
    heard = [told(lambda: (subject.hasty if last4 in NO_ANSWER else subject.rail).submit(order))]
    subject.wait_for(1)
    heard.append(told(lambda: subject.rail.inquire(order.key)))
    subject.advance(UNSEEN_S + 1)
    heard.append(told(lambda: subject.rail.inquire(order.key)))
    if heard[-1] == NEVER_HEARD:
        heard.append(told(lambda: (subject.hasty if last4 == "0203" else subject.rail).submit(order)))
        subject.wait_for(2)
    heard.append(told(lambda: subject.rail.inquire(order.key)))
    subject.advance(3_600)
    heard.append(told(lambda: subject.rail.inquire(order.key)))
    assert (heard, subject.taken(order.key), subject.moved(order.key)) == story


def test_the_stories_and_both_tables_hold_the_same_cases() -> None:
    assert set(STORIES) | set(BOTH_WAYS) | set(DEBITS) | set(CREDITS) == set(MAGIC)
    assert set(OUTCOMES) == set(MAGIC) - {"0000", "0603"}


def test_every_code_that_a_rail_answers_is_explained() -> None:
    codes = {row.reason_code for row in MAGIC.values()} | {outcome.reason_code for outcome in OUTCOMES.values()}
    assert codes - {""} <= set(REASONS)


def test_an_answer_carries_a_reference_that_stays(subject: Subject) -> None:
    answer = subject.rail.submit(instruction())
    assert answer.reference
    assert subject.rail.inquire("pay_1.leg") == answer


def test_a_rejection_says_why_in_words(subject: Subject) -> None:
    answer = subject.rail.submit(instruction("0116"))
    assert (answer.status, answer.reason_code) == (RailStatus.REJECTED, "R16")
    assert answer.reason_text


def test_the_same_instruction_again_moves_nothing_and_is_counted(subject: Subject) -> None:
    first = subject.rail.submit(instruction())
    assert subject.rail.submit(instruction()) == first
    assert (subject.taken("pay_1.leg"), subject.moved("pay_1.leg")) == (2, 1)


@pytest.mark.parametrize(
    "other",
    [
        replace(instruction(), money=Money(1_001, "USD")),
        replace(instruction(), money=Money(1_000, "EUR")),
        replace(instruction(), direction=Direction.DEBIT),
        replace(instruction(), holder_name="Bob Example"),
        replace(instruction(), description="invoice 8"),
        instruction("0001"),
    ],
)
def test_a_key_with_other_content_is_a_bug_of_the_caller(subject: Subject, other: Instruction) -> None:
    subject.rail.submit(instruction())
    with pytest.raises(ClearwayError) as caught:
        subject.rail.submit(other)
    assert caught.value.disposition is Disposition.BROKEN
    assert (subject.taken("pay_1.leg"), subject.moved("pay_1.leg")) == (1, 1)


def test_what_never_reaches_the_rail_is_no_part_of_the_content(subject: Subject) -> None:
    first = subject.rail.submit(instruction())
    renamed = replace(instruction(), instrument=replace(instruction().instrument, id="other"))
    assert subject.rail.submit(renamed) == first


@pytest.mark.parametrize(
    ("order", "pointer"),
    [
        (replace(instruction(), money=Money(0, "USD")), "/amount_minor"),
        (replace(instruction(), money=Money(-5, "USD")), "/amount_minor"),
        (replace(instruction(), holder_name=""), "/holder_name"),
        (replace(instruction(), holder_name="x" * 141), "/holder_name"),
        (replace(instruction(), description="x" * 141), "/description"),
        (replace(instruction(), instrument=replace(instruction().instrument, account_number="1")), "/account_number"),
        (replace(instruction(), instrument=replace(instruction().instrument, routing_number="")), "/routing_number"),
    ],
)
def test_an_instruction_that_the_rail_cannot_take_is_rejected(
    subject: Subject, order: Instruction, pointer: str
) -> None:
    answer = subject.rail.submit(order)
    assert (answer.status, answer.reason_code) == (RailStatus.REJECTED, "invalid_instruction")
    assert pointer in answer.reason_text
    assert REASONS[answer.reason_code].final
    assert subject.rail.inquire(order.key) is None


@pytest.mark.parametrize("key", ["", "a b", "a/b", "ä", "a\r\nX: y", "k" * 256])
def test_a_key_that_would_not_travel_unchanged_is_refused(subject: Subject, key: str) -> None:
    calls: list[Callable[[], object]] = [
        lambda: subject.rail.submit(instruction(key=key)),
        lambda: subject.rail.inquire(key),
    ]
    for call in calls:
        with pytest.raises(ClearwayError) as caught:
            call()
        assert caught.value.code is KernelError.MISUSE


def test_an_unseen_instruction_that_is_repeated_too_early_is_counted_twice_and_moves_once(
    subject: Subject,
) -> None:
    for number in (1, 2):
        assert told(lambda: subject.hasty.submit(instruction("0204"))) == UNKNOWN
        subject.wait_for(number)
    assert told(lambda: subject.rail.inquire("pay_1.leg")) == NEVER_HEARD
    subject.advance(UNSEEN_S)
    assert told(lambda: subject.rail.inquire("pay_1.leg")) == "accepted"
    assert (subject.taken("pay_1.leg"), subject.moved("pay_1.leg")) == (2, 1)


def test_every_call_is_counted_whatever_comes_of_it(subject: Subject) -> None:
    with measured() as counts:
        subject.rail.submit(instruction())
        told(lambda: subject.rail.submit(instruction("0500", key="pay_2.leg")))
        subject.rail.inquire("pay_3.leg")
    assert counts.rail_calls == 3


def test_instructions_given_at_the_same_moment_move_once(subject: Subject) -> None:
    start = threading.Barrier(8)
    answers: list[Answer] = []

    def submit() -> None:
        start.wait()
        answers.append(subject.rail.submit(instruction()))

    threads = [threading.Thread(target=submit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert (subject.taken("pay_1.leg"), subject.moved("pay_1.leg")) == (8, 1)


def test_the_twin_takes_a_script_of_its_own() -> None:
    outcomes = {"4242": Outcome("R16"), "4343": Outcome(lost_after=Loss.BROKEN)}
    rail = InMemoryRail(ManualClock(NOON), outcomes=outcomes)
    assert told(lambda: rail.submit(instruction("4242"))) == "rejected R16"
    assert told(lambda: rail.submit(instruction("4343", key="pay_2.leg"))) == UNKNOWN
    assert told(lambda: rail.submit(instruction("0116", key="pay_3.leg"))) == "accepted"
    assert [order.key for order in rail.movements] == ["pay_2.leg", "pay_3.leg"]


def test_a_time_out_of_the_twin_takes_its_time() -> None:
    clock = ManualClock(NOON)
    told(lambda: InMemoryRail(clock, timeout_s=5.0).submit(instruction("0201")))
    assert clock.now() - NOON == timedelta(seconds=5)
