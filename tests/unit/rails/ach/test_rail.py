"""The ACH rail: what is queued, what is refused, and what is answered until money has moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.documents import InMemoryDocuments
from shared.adapters.staging import Write
from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.money import Money
from shared.kernel.party import Direction, InstrumentKind, PartyType
from shared.ports.documents import Document, Key
from shared.ports.rail import Instruction, RailError, RailStatus, Speed
from shared.rails.ach_documents import account_key, entry_key
from shared.rails.commands.ach.ach_rail import AchRail
from shared.rails.domain.ach.known import KnownAccount, Numbers
from shared.rails.domain.ach.origin import Authorisation
from shared.rails.domain.ach.terms import account_ref
from tests.support.ach import ORIGIN, AchWorld, an_account, an_instruction, new_york


@pytest.fixture
def world() -> AchWorld:
    return AchWorld()


@pytest.mark.parametrize(
    ("changes", "code", "sec", "account_type"),
    [
        ({}, "22", "PPD", "checking"),
        ({"direction": Direction.DEBIT}, "27", "WEB", "checking"),
        ({"instrument": an_account(account_type="savings")}, "32", "PPD", "savings"),
        ({"instrument": an_account(account_type="savings"), "direction": Direction.DEBIT}, "37", "WEB", "savings"),
        ({"instrument": an_account(account_type="")}, "22", "PPD", "checking"),
        ({"holder_type": PartyType.ORGANISATION}, "22", "CCD", "checking"),
        ({"holder_type": PartyType.ORGANISATION, "direction": Direction.DEBIT}, "27", "CCD", "checking"),
    ],
)
def test_an_instruction_becomes_an_entry_of_its_class_and_code(
    world: AchWorld, changes: dict[str, Any], code: str, sec: str, account_type: str
) -> None:
    world.rail.submit(an_instruction(**changes))
    world.at("2026-11-03T20:01").cut()
    header, entry = world.batch_of("pay_a.credit")
    assert (entry.detail.transaction_code, header.standard_entry_class_code) == (code, sec)
    assert world.entry("pay_a.credit").account_type == account_type


def test_a_standing_authorisation_makes_a_debit_ppd(world: AchWorld) -> None:
    standing = AchRail(world.documents, world.clock, replace(ORIGIN, consumer_debits=Authorisation.STANDING))
    standing.submit(an_instruction(direction=Direction.DEBIT))
    assert world.entry("pay_a.credit").sec_code == "PPD"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"money": Money(100, "EUR")}, "/currency"),
        ({"money": Money(0, "USD")}, "/amount_minor"),
        ({"money": Money(-1, "USD")}, "/amount_minor"),
        ({"money": Money(10_000_000_000, "USD")}, "/amount_minor"),
        ({"holder_name": "李小龍"}, "/holder_name"),
        ({"instrument": an_account(kind=InstrumentKind.CARD)}, "/instrument"),
        ({"instrument": an_account(routing_number="021000022")}, "/routing_number"),
        ({"instrument": an_account(account_number="1" * 18)}, "/account_number"),
        ({"instrument": an_account(account_type="loan")}, "/account_type"),
    ],
)
def test_what_ach_cannot_carry_is_refused_with_a_pointer_and_not_kept(
    world: AchWorld, changes: dict[str, Any], pointer: str
) -> None:
    answer = world.rail.submit(an_instruction(**changes))
    assert (answer.status, answer.reason_code) == (RailStatus.REJECTED, "invalid_instruction")
    assert answer.reason_text.endswith(pointer)
    assert world.rail.inquire("pay_a.credit") is None


def test_the_same_instruction_again_is_the_same_entry(world: AchWorld) -> None:
    first = world.rail.submit(an_instruction())
    world.clock.advance(60)
    assert world.rail.submit(an_instruction()) == first
    world.at("2026-11-03T20:01").cut()
    assert len(world.sent()) == 1
    assert world.rail.submit(an_instruction()) == world.rail.inquire("pay_a.credit")


@pytest.mark.parametrize(
    "changes",
    [
        {"cents": 12_51},
        {"direction": Direction.DEBIT},
        {"holder_name": "Bob Lane"},
        {"instrument": an_account(account_number="100000001")},
        {"money": Money(0, "USD")},  # invalid too, and yet no answer to what was sent
        {"speed": Speed.FASTEST},
    ],
)
def test_a_key_with_other_content_is_misused(world: AchWorld, changes: dict[str, Any]) -> None:
    world.rail.submit(an_instruction())
    with pytest.raises(ClearwayError) as caught:
        world.rail.submit(an_instruction(**changes))
    assert caught.value.code is KernelError.MISUSE


def statuses(world: AchWorld, instruction: Instruction, *moments: str) -> list[str]:
    """Status, and when to ask again or when it settled, as the rail answers at each moment, after the job."""
    found = []
    for moment in moments:
        world.at(moment).cut()
        answer = world.rail.inquire(instruction.key)
        assert answer is not None
        at = answer.check_at.astimezone(new_york(moment).tzinfo) if answer.check_at else answer.settled_on
        found.append(f"{answer.status.value} {at:%d %H:%M}")
    return found


def test_a_standard_entry_is_pending_until_the_next_banking_day_settles(world: AchWorld) -> None:
    instruction = an_instruction()
    answer = world.rail.submit(instruction)
    assert (answer.status, answer.check_at) == (RailStatus.PENDING, new_york("2026-11-04T08:30"))
    moments = ("2026-11-03T19:59", "2026-11-03T20:01", "2026-11-04T08:29", "2026-11-04T08:30", "2026-12-24T09:00")
    assert statuses(world, instruction, *moments) == [
        "pending 04 08:30",
        "pending 04 08:30",
        "pending 04 08:30",
        "accepted 04 00:00",
        "accepted 04 00:00",
    ]


@pytest.mark.parametrize(
    ("speed", "cents", "now", "settles"),
    [
        (Speed.FASTEST, 1_00, "2026-11-03T09:00", "2026-11-03T13:00"),
        (Speed.SAME_DAY, 1_00, "2026-11-03T09:00", "2026-11-03T13:00"),
        (Speed.STANDARD, 1_00, "2026-11-03T09:00", "2026-11-04T08:30"),
        (Speed.FASTEST, 1_000_000_00, "2026-11-03T09:00", "2026-11-03T13:00"),
        (Speed.FASTEST, 1_000_000_01, "2026-11-03T09:00", "2026-11-04T08:30"),  # too much for the same day
        (Speed.FASTEST, 1_00, "2026-11-03T10:14", "2026-11-03T13:00"),
        (Speed.FASTEST, 1_00, "2026-11-03T10:15", "2026-11-03T17:00"),  # our cut-off is before the operator's
        (Speed.FASTEST, 1_00, "2026-11-03T16:30", "2026-11-04T08:30"),  # no window of this day is left
        (Speed.STANDARD, 1_00, "2026-11-03T19:59", "2026-11-04T08:30"),
        (Speed.STANDARD, 1_00, "2026-11-03T20:00", "2026-11-05T08:30"),  # the evening's file is cut
        (Speed.FASTEST, 1_00, "2026-11-03T20:00", "2026-11-04T13:00"),
        (Speed.FASTEST, 1_00, "2026-11-04T02:30", "2026-11-04T13:00"),
        (Speed.FASTEST, 1_00, "2026-11-07T09:00", "2026-11-09T13:00"),  # a Saturday
    ],
)
def test_same_day_where_speed_amount_and_window_allow(speed: Speed, cents: int, now: str, settles: str) -> None:
    answer = AchWorld(now=new_york(now)).rail.submit(an_instruction(cents=cents, speed=speed))
    assert answer.check_at == new_york(settles)


class Broken:
    """A store that raises one error."""

    def __init__(self, code: KernelError) -> None:
        self.code = code

    def run(self, *_: object, **__: object) -> Any:
        raise ClearwayError(self.code, "the store")

    def get(self, *_: object) -> Any:
        raise ClearwayError(self.code, "the store")

    def find(self, *_: object, **__: object) -> Any:
        raise ClearwayError(self.code, "the store")


@pytest.mark.parametrize(
    ("code", "told", "asked"),
    [
        (KernelError.CONTENDED, RailError.OUTCOME_UNKNOWN, RailError.NOT_SENT),
        (KernelError.UNAVAILABLE, RailError.OUTCOME_UNKNOWN, RailError.NOT_SENT),
        (KernelError.MISUSE, KernelError.MISUSE, KernelError.MISUSE),
    ],
)
def test_a_store_that_fails_says_whether_the_entry_may_be_queued(
    world: AchWorld, code: KernelError, told: object, asked: object
) -> None:
    rail = AchRail(Broken(code), world.clock, ORIGIN)
    with pytest.raises(ClearwayError) as caught:
        rail.submit(an_instruction())
    assert caught.value.code is told
    with pytest.raises(ClearwayError) as caught:
        rail.inquire("pay_a.credit")
    assert caught.value.code is asked


class Repeating(InMemoryDocuments):
    """A store whose commit is applied, loses its answer after some seconds, and is sent again."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.clock = clock

    def _commit(self, writes: Sequence[Write]) -> Mapping[Key, Document]:
        super()._commit(writes)
        self.clock.advance(6)
        return super()._commit(writes)


def test_a_queued_entry_whose_answer_was_lost_is_not_said_to_be_unsent(world: AchWorld) -> None:
    documents = Repeating(world.clock)
    rail = AchRail(documents, world.clock, ORIGIN)
    with pytest.raises(ClearwayError) as caught:
        rail.submit(an_instruction())
    assert documents.get(entry_key("pay_a.credit")) is not None
    assert caught.value.code is RailError.OUTCOME_UNKNOWN, "or another rail would pay it as well"


class UnreadableFiles:
    """A store whose transactions work, and whose single reads do not."""

    def __init__(self, world: AchWorld) -> None:
        self.run = world.documents.run
        self.find = world.documents.find

    def get(self, *_: object) -> Any:
        raise ClearwayError(KernelError.UNAVAILABLE, "the store")


def test_an_entry_whose_file_cannot_be_read_is_never_called_unsent(world: AchWorld) -> None:
    world.rail.submit(an_instruction())
    world.at("2026-11-03T20:01").cut()
    with pytest.raises(ClearwayError) as caught:
        AchRail(UnreadableFiles(world), world.clock, ORIGIN).submit(an_instruction())
    assert caught.value.code is RailError.OUTCOME_UNKNOWN, "or the payment would go over another rail as well"


def test_a_key_that_no_url_could_hold_is_misused(world: AchWorld) -> None:
    with pytest.raises(ClearwayError) as caught:
        world.rail.submit(an_instruction("a key"))
    assert caught.value.code is KernelError.MISUSE


A, B, C = (Numbers("021000021", number) for number in ("100000000", "200000000", "300000000"))


@pytest.mark.parametrize(
    ("corrections", "expected"),
    [
        ({}, A),
        ({A: B}, B),
        ({A: B, B: C}, C),
        ({A: B, B: A}, A),  # a bank takes back what it said
        ({B: C}, A),  # another account's
        ({A: replace(B, account_type="savings")}, replace(B, account_type="savings")),
        ({A: replace(A, account_type="savings")}, replace(A, account_type="savings")),
    ],
)
def test_an_entry_goes_to_the_account_that_banks_say_is_meant(
    world: AchWorld, corrections: dict[Numbers, Numbers], expected: Numbers
) -> None:
    for wrong, right in corrections.items():
        key = account_key(account_ref(wrong.routing_number, wrong.account_number))
        fields = KnownAccount(corrected=right).to_fields()
        world.documents.run(lambda tx, key=key, fields=fields: tx.create(key, fields))  # type: ignore[misc]
    world.rail.submit(an_instruction())
    entry = world.entry("pay_a.credit")
    assert (entry.account_number, entry.account_type) == (expected.account_number, expected.account_type or "checking")
    assert entry.account_ref == account_ref(A.routing_number, A.account_number), "as it was instructed"
    assert world.rail.submit(an_instruction()).status is RailStatus.PENDING, "and the same instruction is the same"


def test_corrections_in_a_circle_end(world: AchWorld) -> None:
    for wrong, right in ((A, B), (B, C), (C, B)):
        key = account_key(account_ref(wrong.routing_number, wrong.account_number))
        fields = KnownAccount(corrected=right).to_fields()
        world.documents.run(lambda tx, key=key, fields=fields: tx.create(key, fields))  # type: ignore[misc]
    world.rail.submit(an_instruction())
    assert world.entry("pay_a.credit").account_number in (B.account_number, C.account_number)
