"""What the instant rail answers and calls back with: pacs.002 on the status of a payment, pacs.004 for its return."""

from __future__ import annotations

from datetime import datetime

from emulators.bank.callbacks.news import News
from emulators.bank.table.outcomes import Word
from emulators.bank.table.reasons import INSTANT
from shared.formats.iso20022 import pacs002, pacs004, pacs008
from shared.formats.iso20022.original import Original
from shared.formats.iso20022.pacs002 import StatusReport
from shared.formats.iso20022.pacs004 import PaymentReturn, ReturnChain
from shared.formats.iso20022.pacs008 import CreditTransfer
from shared.formats.iso20022.pacs028 import StatusRequest
from shared.formats.iso20022.parts import Code
from shared.formats.iso20022.status import ReasonGiven, TransactionStatus

NEVER_RECEIVED = "NOOR"
DUPLICATE = "DUPL"
OTHER_CURRENCY = "AM03"


def report(payment: CreditTransfer, news: News, *, pending: str = "PDNG", about: Original | None = None) -> bytes:
    """The pacs.002 for a state of a payment; `about` names another original than the payment itself."""
    status = _status(news, pending)
    rejected = status is TransactionStatus.REJECTED
    return pacs002.to_xml(
        StatusReport(
            message_id=news.id,
            created_at=news.occurred_at,
            original=about or original_of(payment),
            status=status,
            instructing_agent=payment.instructed_agent,
            instructed_agent=payment.instructing_agent,
            reasons=(_reason(news.reason_code),) if rejected else (),
            accepted_at=news.occurred_at if status.settled else None,
            settlement_date=news.settled_on if status.settled else None,
            bank_reference=news.reference,
            amount=payment.amount,
        )
    )


def returned(payment: CreditTransfer, news: News) -> bytes:
    """The pacs.004 with which all of a payment comes back."""
    return pacs004.to_xml(
        PaymentReturn(
            message_id=news.id,
            created_at=news.occurred_at,
            clearing_system=payment.clearing_system,
            original=original_of(payment),
            returned=payment.amount,
            instructing_agent=payment.instructed_agent,
            instructed_agent=payment.instructing_agent,
            reasons=(_reason(news.reason_code),),
            return_id=f"{news.reference}-R",
            original_amount=payment.amount,
            original_settlement_date=news.settled_on,
            settlement_date=news.occurred_at.date(),
            chain=ReturnChain(debtor=payment.creditor, creditor=payment.debtor),
        )
    )


def refused(payment: CreditTransfer, code: str, message_id: str, at: datetime) -> bytes:
    """The pacs.002 that refuses a message, and says nothing of a payment that is known already."""
    return pacs002.to_xml(
        StatusReport(
            message_id=message_id,
            created_at=at,
            original=original_of(payment),
            status=TransactionStatus.REJECTED,
            instructing_agent=payment.instructed_agent,
            instructed_agent=payment.instructing_agent,
            reasons=(_reason(code),),
        )
    )


def never_received(request: StatusRequest, message_id: str, at: datetime) -> bytes:
    """The pacs.002 that answers an inquiry about a payment of which the bank knows nothing: RJCT with NOOR."""
    return pacs002.to_xml(
        StatusReport(
            message_id=message_id,
            created_at=at,
            original=request.original,
            status=TransactionStatus.REJECTED,
            instructing_agent=request.instructed_agent,
            instructed_agent=request.instructing_agent,
            reasons=(_reason(NEVER_RECEIVED),),
        )
    )


def original_of(payment: CreditTransfer) -> Original:
    """How later messages refer to a payment."""
    return Original(
        message_id=payment.message_id,
        message_name=pacs008.MESSAGE,
        created_at=payment.created_at,
        instruction_id=payment.instruction_id,
        end_to_end_id=payment.end_to_end_id,
        transaction_id=payment.transaction_id,
        uetr=payment.uetr,
    )


def _status(news: News, pending: str) -> TransactionStatus:
    if news.unposted:
        return TransactionStatus.ACCEPTED_WITHOUT_POSTING
    if news.status is Word.ACCEPTED:
        return TransactionStatus.SETTLED
    return TransactionStatus.REJECTED if news.status is Word.REJECTED else TransactionStatus(pending)


def _reason(code: str) -> ReasonGiven:
    return ReasonGiven(Code(code), (INSTANT[code],))
