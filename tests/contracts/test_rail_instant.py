"""What the instant rail sends and how it reads what it is told: pacs.008 and pacs.028 out, pacs.002 and pacs.004 in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from shared.adapters.memory.clock import ManualClock
from shared.adapters.rails.inbox import SignedInbox
from shared.adapters.rails.instant import InstantRail
from shared.adapters.rails.instant_answers import UNPOSTED_CHECK_S
from shared.formats.iso20022 import pacs008, pacs028
from shared.formats.iso20022.parts import Agent, Code, Party
from shared.formats.leg_reference import reference_of
from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.money import Money
from shared.kernel.party import Direction, InstrumentKind
from shared.ports.callbacks import CallbackError
from shared.ports.rail import Answer, RailError, RailStatus
from tests.contracts.rails import (
    KEY,
    NOON,
    ORIGINATOR,
    PAYEE_BANK,
    TEN_DOLLARS,
    TODAY,
    key_of_leg,
    original,
    outcome,
    payment_return,
    report,
    to_account,
)

NOT_SENT = RailError.NOT_SENT
UNKNOWN = RailError.OUTCOME_UNKNOWN
INBOX = SignedInbox({})


class Line:
    """A transport that gives one answer after the other and keeps what was sent."""

    def __init__(self, *answers: tuple[int, bytes]) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[str, str, Mapping[str, str], bytes]] = []

    def call(
        self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None = None
    ) -> tuple[int, bytes]:
        self.sent.append((method, path, headers, body or b""))
        return self.answers.pop(0)


def over(*answers: bytes, clock: ManualClock | None = None) -> tuple[InstantRail, Line]:
    line = Line(*((200, answer) for answer in answers))
    return InstantRail(ORIGINATOR, line, clock or ManualClock(NOON), token="t-1"), line


def test_a_payment_is_a_pacs_008_in_our_name() -> None:
    rail, line = over(report())
    rail.submit(to_account())
    ((method, path, headers, body),) = line.sent
    assert (method, path) == ("POST", "/v1/instant/messages")
    assert (headers["Content-Type"], headers["Authorization"]) == ("application/xml", "Bearer t-1")
    sent = pacs008.from_xml(body)
    assert (sent.amount, sent.clearing_system, sent.created_at) == (TEN_DOLLARS, "FDN", NOON)
    assert sent.debtor == Party("Clearway Demo Inc", "9876543210")
    assert sent.creditor == Party("Ada Example", "555010000")
    assert sent.debtor_agent == sent.instructing_agent == Agent("021000021")
    assert sent.creditor_agent == sent.instructed_agent == Agent(PAYEE_BANK)
    assert sent.remittance == ("invoice 7",)
    assert sent.end_to_end_id == sent.instruction_id == reference_of(KEY)


@pytest.mark.parametrize(
    ("network", "levels", "instrument"),
    [
        ("FDN", (), Code("FDNA", proprietary=True)),
        ("TCH", (Code("SDVA"),), Code("STANDARD", proprietary=True)),
        ("XYZ", (), None),
    ],
)
def test_a_payment_is_of_the_type_that_its_network_takes(
    network: str, levels: tuple[Code, ...], instrument: Code | None
) -> None:
    line = Line((200, report()))
    InstantRail(replace(ORIGINATOR, clearing_system=network), line, ManualClock(NOON)).submit(to_account())
    sent = pacs008.from_xml(line.sent[0][3])
    assert (sent.service_levels, sent.local_instrument) == (levels, instrument)


def test_a_payment_that_is_sent_again_is_the_same_message_to_every_bank_on_its_way() -> None:
    clock = ManualClock(NOON)
    rail, line = over(report(), report(), clock=clock)
    rail.submit(to_account())
    clock.advance(3_600)
    rail.submit(to_account())
    first, second = (pacs008.from_xml(body) for _, _, _, body in line.sent)
    assert replace(second, created_at=first.created_at) == first
    other, line = over(report(key=key_of_leg(2)))
    other.submit(to_account(key=key_of_leg(2)))
    third = pacs008.from_xml(line.sent[0][3])
    assert not {first.message_id, first.uetr, first.end_to_end_id} & {third.message_id, third.uetr, third.end_to_end_id}


def test_an_inquiry_names_the_payment_in_every_way_that_it_was_named() -> None:
    clock = ManualClock(NOON)
    rail, line = over(report(), report(), report(), clock=clock)
    rail.submit(to_account())
    rail.inquire(KEY)
    clock.advance(1)
    rail.inquire(KEY)
    payment = pacs008.from_xml(line.sent[0][3])
    first, second = (pacs028.from_xml(body) for _, _, _, body in line.sent[1:])
    about = first.original
    assert (about.message_id, about.message_name) == (payment.message_id, pacs008.MESSAGE)
    assert (about.end_to_end_id, about.uetr) == (payment.end_to_end_id, payment.uetr)
    assert first.message_id != second.message_id, "each question is a message of its own"


def test_a_payment_without_a_description_has_no_remittance() -> None:
    rail, line = over(report())
    rail.submit(to_account(description=" "))
    assert pacs008.from_xml(line.sent[0][3]).remittance == ()


SETTLED = Answer(RailStatus.ACCEPTED, "clr-1", settled_on=TODAY)
EASTERN = timezone(timedelta(hours=-5))
READ: list[tuple[str, bytes, Answer]] = [
    ("ACSC", report("ACSC"), SETTLED),
    ("ACCC", report("ACCC"), SETTLED),
    (
        "accepted the day before",
        report(accepted_at=NOON - timedelta(days=1)),
        replace(SETTLED, settled_on=date(2026, 1, 4)),
    ),
    ("settled on another day", report(settlement_date=date(2026, 1, 6)), replace(SETTLED, settled_on=date(2026, 1, 6))),
    ("ACTC", report("ACTC"), Answer(RailStatus.PENDING, "clr-1")),
    ("ACSP", report("ACSP"), Answer(RailStatus.PENDING, "clr-1")),
    ("PDNG", report("PDNG"), Answer(RailStatus.PENDING, "clr-1")),
    (
        "ACWP",
        report("ACWP"),
        Answer(
            RailStatus.PENDING,
            "clr-1",
            "ACWP",
            "sent, and not yet posted to the payee's account",
            NOON + timedelta(seconds=UNPOSTED_CHECK_S),
        ),
    ),
    (
        "BLCK",
        report("BLCK"),
        replace(SETTLED, reason_code="BLCK", reason_text="sent, and blocked by the payee's bank"),
    ),
    ("RJCT", report("RJCT", code="AC04"), Answer(RailStatus.REJECTED, "clr-1", "AC04", "account closed")),
    (
        "a code that nobody knows",
        report("RJCT", code="ZZ99"),
        Answer(RailStatus.REJECTED, "clr-1", "ZZ99", "a code that is not known here"),
    ),
    ("another reference", report(clearing_reference="", bank_reference="bnk-7"), replace(SETTLED, reference="bnk-7")),
    ("the same amount", report(amount=TEN_DOLLARS), SETTLED),
    ("named as EndToEndId alone", report(original=original(instruction_id="")), SETTLED),
    ("named as InstrId alone", report(original=original(end_to_end_id="")), SETTLED),
    ("beside a reference of another", report(original=original(instruction_id="NOTPROVIDED")), SETTLED),
    ("pacs.004", payment_return(), Answer(RailStatus.RETURNED, "ret-1", "AC04", "account closed")),
]


@pytest.mark.parametrize(("raw", "answer"), [case[1:] for case in READ], ids=[case[0] for case in READ])
def test_a_message_is_read_alike_however_it_comes(raw: bytes, answer: Answer) -> None:
    rail, _ = over(raw, raw)
    assert rail.submit(to_account()) == answer
    assert rail.inquire(KEY) == answer
    news = INBOX.read_kept("instant", raw)
    assert (news.rail, news.key, news.answer) == ("instant", KEY, answer)


def test_without_any_other_reference_the_uetr_is_the_payments() -> None:
    rail, _ = over(report(clearing_reference=""))
    answer = rail.submit(to_account())
    assert answer.reference == original().uetr


def test_the_day_of_acceptance_is_the_banks_own() -> None:
    late = datetime(2026, 1, 5, 23, 30, tzinfo=EASTERN)
    raw = report(accepted_at=NOON).replace(
        b"<AccptncDtTm>2026-01-05T12:00:00Z", f"<AccptncDtTm>{late.isoformat()}".encode()
    )
    rail, _ = over(raw)
    assert rail.submit(to_account()).settled_on == date(2026, 1, 5)


def test_what_waits_to_be_posted_is_asked_for_later_and_later() -> None:
    clock = ManualClock(NOON)
    rail, _ = over(report("ACWP"), report("ACWP"), clock=clock)
    first = rail.submit(to_account())
    clock.advance(UNPOSTED_CHECK_S)
    second = rail.inquire(KEY)
    assert second is not None
    assert first.check_at is not None
    assert second.check_at == first.check_at + timedelta(seconds=UNPOSTED_CHECK_S)


@pytest.mark.parametrize("code", ["AM05", "DUPL"])
def test_the_refusal_of_a_duplicate_is_no_outcome_of_the_first(code: str) -> None:
    raw = report("RJCT", code=code)
    rail, _ = over(raw, report(), raw)
    assert outcome(lambda: rail.submit(to_account())) is UNKNOWN
    assert rail.inquire(KEY) == SETTLED
    known = rail.inquire(KEY)
    assert known is not None
    assert (known.status, known.reason_code) == (RailStatus.REJECTED, code), "an inquiry is about the payment itself"
    assert INBOX.read_kept("instant", raw).answer.status is RailStatus.PENDING, "so that somebody asks"


NOT_ABOUT_IT = [
    ("another payment", report(key=key_of_leg(2))),
    ("another leg", report(key=key_of_leg(leg="debit"))),
    ("another amount", report(amount=Money(999, "USD"))),
    ("our inquiry", report("RJCT", code="FF02", original=original(message_name="pacs.028.001.03"))),
]


@pytest.mark.parametrize("raw", [case[1] for case in NOT_ABOUT_IT], ids=[case[0] for case in NOT_ABOUT_IT])
def test_an_answer_about_something_else_leaves_the_outcome_open(raw: bytes) -> None:
    rail, _ = over(raw)
    assert outcome(lambda: rail.submit(to_account())) is UNKNOWN


NOTHING_OF_OURS = [
    ("a reference that is none", report(original=original(instruction_id="", end_to_end_id="NOTPROVIDED"))),
    ("no reference", report(original=original(instruction_id="", end_to_end_id=""))),
    ("two of our legs", report(original=original(instruction_id=reference_of(key_of_leg(2))))),
    ("the answer to an inquiry", report("RJCT", code="NOOR")),
    ("the refusal of an inquiry", report("RJCT", code="FF02", original=original(message_name="pacs.028.001.03"))),
    ("the status of a return", report(original=original(message_name="pacs.004.001.10"))),
    ("a part of the amount", payment_return(returned=Money(400, "USD"))),
    ("no word of the amount", payment_return(original_amount=None)),
    (
        "another message",
        pacs028.to_xml(pacs028.StatusRequest("m-1", NOON, original(), Agent("021000021"), Agent("021000021"))),
    ),
    ("no message", b"<Document/>"),
    ("no XML", b'{"key": "k"}'),
]


@pytest.mark.parametrize("raw", [case[1] for case in NOTHING_OF_OURS], ids=[case[0] for case in NOTHING_OF_OURS])
def test_a_callback_that_tells_nothing_of_a_payment_of_ours_is_malformed(raw: bytes) -> None:
    with pytest.raises(ClearwayError) as caught:
        INBOX.read_kept("instant", raw)
    assert caught.value.code is CallbackError.MALFORMED
    assert "NOTPROVIDED" not in caught.value.detail


BANK_ACCOUNT = to_account().instrument
UNSENDABLE: list[tuple[dict[str, Any], str]] = [
    ({"direction": Direction.DEBIT}, "/direction"),
    ({"money": Money(1_000, "EUR")}, "/currency"),
    ({"money": Money(0, "USD")}, "/amount_minor"),
    ({"money": Money(-5, "USD")}, "/amount_minor"),
    ({"holder_name": ""}, "/holder_name"),
    ({"holder_name": "x" * 141}, "/holder_name"),
    ({"holder_name": "a\x00b"}, "/holder_name"),
    ({"description": "x" * 141}, "/description"),
    ({"instrument": replace(BANK_ACCOUNT, account_number="")}, "/account_number"),
    ({"instrument": replace(BANK_ACCOUNT, account_number="1" * 35)}, "/account_number"),
    ({"instrument": replace(BANK_ACCOUNT, routing_number="")}, "/routing_number"),
    ({"instrument": replace(BANK_ACCOUNT, routing_number="12345678X")}, "/routing_number"),
    ({"instrument": replace(BANK_ACCOUNT, kind=InstrumentKind.CARD)}, "/account_number"),
]


@pytest.mark.parametrize(("changes", "pointer"), UNSENDABLE, ids=[str(case[0])[:60] for case in UNSENDABLE])
def test_what_does_not_fit_into_the_message_is_rejected_and_not_sent(changes: dict[str, Any], pointer: str) -> None:
    rail, line = over()
    answer = rail.submit(to_account(**changes))
    assert (answer.status, answer.reason_code) == (RailStatus.REJECTED, "invalid_instruction")
    assert answer.reason_text.endswith(f": {pointer}")
    assert line.sent == []


@pytest.mark.parametrize(
    ("place", "named"),
    [
        ("/Document/FIToFICstmrCdtTrf/CdtTrfTxInf/CdtrAcct/Id/Othr/Id", ": /account_number"),
        ("/Document/FIToFICstmrCdtTrf/CdtTrfTxInf/Cdtr/Nm", ": /holder_name"),
        ("/Document/FIToFICstmrCdtTrf/GrpHdr/MsgId", ": /Document/FIToFICstmrCdtTrf/GrpHdr/MsgId"),
        ("/Document/555010000", "the rail refused the instruction"),
        ("Ada Example", "the rail refused the instruction"),
    ],
)
def test_the_place_that_the_bank_refused_is_named_as_a_field_of_the_instruction(place: str, named: str) -> None:
    line = Line((400, f'{{"field": "{place}"}}'.encode()))
    answer = InstantRail(ORIGINATOR, line, ManualClock(NOON)).submit(to_account())
    assert answer.reason_text.endswith(named)


@pytest.mark.parametrize("key", ["", "pay_1.leg", "k" * 35, KEY.upper()])
def test_a_key_that_is_none_of_a_leg_is_misuse(key: str) -> None:
    rail, line = over()
    assert outcome(lambda: rail.submit(to_account(key=key))) is KernelError.MISUSE
    assert outcome(lambda: rail.inquire(key)) is KernelError.MISUSE
    assert line.sent == []
