"""What an instant rail's messages say of one of our payments: pacs.002 its status, pacs.004 that its money came back.

One reading for answers to an instruction, answers to an inquiry and callbacks. Two rejections are no outcome by
themselves (ISO 20022 external code sets, status reason):

- NOOR, no original transaction received, answers an inquiry: the bank never heard of the payment.
- DUPL and AM05 refuse a message because its payment is known already, which does not say what became of that one. Only
  in answer to an inquiry, which is about the payment itself, are they its rejection.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.formats.iso20022 import pacs002, pacs004
from shared.formats.iso20022.errors import Iso20022Error
from shared.formats.iso20022.original import Original
from shared.formats.iso20022.pacs002 import StatusReport
from shared.formats.iso20022.pacs004 import PaymentReturn
from shared.formats.iso20022.reading import read_document
from shared.formats.iso20022.reasons import return_reason, status_reason
from shared.formats.iso20022.status import TransactionStatus
from shared.formats.leg_reference import key_of
from shared.kernel.errors import ClearwayError
from shared.kernel.money import Money
from shared.ports.callbacks import CallbackError
from shared.ports.rail import Answer, News, RailStatus

# How long after "accepted without posting" one asks again. The payee's bank looks at such a payment by hand, and its
# callback comes first where it comes.
UNPOSTED_CHECK_S = 900.0

NEVER_RECEIVED = "NOOR"
DUPLICATES = frozenset({"AM05", "DUPL"})
_PAYMENT = "pacs.008."  # of any version


@dataclass(frozen=True, slots=True)
class Said:
    """What one message says of the payment with this key. `answer` is None for "never received".

    `money` is what the message says was moved, None where it does not say. `repeats` is set when the message is the
    refusal of a duplicate.
    """

    key: str
    answer: Answer | None
    money: Money | None
    repeats: bool = False


def said_in(raw: bytes, *, asked_at: datetime | None = None, unposted_check_s: float = UNPOSTED_CHECK_S) -> Said:
    """Read a pacs.002 or a pacs.004. `asked_at` is when it was asked for; None for a message that came by itself.

    Raises the codes of Iso20022Error, INCONSISTENT also for a message about a payment that is none of ours, and for the
    return of only a part.
    """
    message, _ = read_document(raw, {pacs002.MESSAGE, pacs004.MESSAGE}, UTC)
    if message == pacs004.MESSAGE:
        return _returned(pacs004.from_xml(raw))
    report = pacs002.from_xml(raw)
    reference = _reference(report.original)
    if report.status is TransactionStatus.REJECTED and report.reason_code == NEVER_RECEIVED:
        return Said(_key(reference), None, report.amount)
    check_at = (asked_at or report.created_at) + timedelta(seconds=unposted_check_s)
    repeats = report.status is TransactionStatus.REJECTED and report.reason_code in DUPLICATES
    return Said(_key(reference), _answer(report, reference, check_at), report.amount, repeats)


def news_in_xml(rail: str, raw: bytes) -> News:
    """A callback's message as news; the refusal of a duplicate is told as PENDING, so that somebody asks.

    Raises CallbackError.MALFORMED for whatever tells nothing of a payment of ours.
    """
    try:
        said = said_in(raw)
    except ClearwayError as error:
        detail = f"{error.code.code}: {error.detail}"
        raise ClearwayError(CallbackError.MALFORMED, detail, field=error.field) from None
    answer = said.answer
    if answer is None:
        raise ClearwayError(CallbackError.MALFORMED, "the answer to an inquiry, though nothing was asked")
    if said.repeats:
        answer = Answer(RailStatus.PENDING, answer.reference, answer.reason_code, answer.reason_text)
    return News(rail, said.key, answer)


def _answer(report: StatusReport, fallback: str, check_at: datetime) -> Answer:
    """The reference is what the clearing system or the bank calls the payment; else the UETR; else ours."""
    reference = report.clearing_reference or report.bank_reference or report.original.uetr or fallback
    # The rail's own settlement date where it gives one; else the day of acceptance, else that of the report.
    settled_on = report.settlement_date or (report.accepted_at or report.created_at).date()
    match report.status:
        case TransactionStatus.REJECTED:
            text = status_reason(report.reason_code).text
            return Answer(RailStatus.REJECTED, reference, report.reason_code, text)
        case TransactionStatus.ACCEPTED_WITHOUT_POSTING:
            text = "sent, and not yet posted to the payee's account"
            return Answer(RailStatus.PENDING, reference, report.status.value, text, check_at)
        case TransactionStatus.BLOCKED:
            # The money has left for good; that the payee does not get it is between the payee and the payee's bank.
            text = "sent, and blocked by the payee's bank"
            return Answer(RailStatus.ACCEPTED, reference, report.status.value, text, settled_on=settled_on)
        case status if status.settled:
            return Answer(RailStatus.ACCEPTED, reference, settled_on=settled_on)
        case _:
            return Answer(RailStatus.PENDING, reference)


def _returned(message: PaymentReturn) -> Said:
    if message.original_amount != message.returned:
        raise _inconsistent("not the return of the whole amount, which it must name beside what comes back")
    reference = _reference(message.original)
    named = message.clearing_reference or message.return_id or message.original.uetr or reference
    text = return_reason(message.reason_code).text
    return Said(_key(reference), Answer(RailStatus.RETURNED, named, message.reason_code, text), message.returned)


def _reference(original: Original) -> str:
    """The reference of ours that a message repeats: we give one and the same as EndToEndId and as InstrId."""
    if not original.message_name.startswith(_PAYMENT):
        # The refusal of an inquiry, or the status of a return, repeats the payment's references and is not its own.
        raise _inconsistent("about another message than a payment")
    found = (original.end_to_end_id, original.instruction_id)
    ours = {reference for reference in found if key_of(reference) is not None}
    if len(ours) != 1:
        raise _inconsistent("not about one payment of ours")
    return ours.pop()


def _key(reference: str) -> str:
    return key_of(reference) or ""


def _inconsistent(what: str) -> ClearwayError:
    return ClearwayError(Iso20022Error.INCONSISTENT, what)
