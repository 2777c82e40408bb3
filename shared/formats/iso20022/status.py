"""Reasons and statuses, as pacs.002 reports them and pacs.004 gives them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from shared.formats.iso20022.kinds import NARRATIVE105
from shared.formats.iso20022.parts import Code, read_code, write_code
from shared.formats.iso20022.reading import Fields
from shared.formats.iso20022.writing import Writer


class TransactionStatus(StrEnum):
    """ExternalPaymentTransactionStatus1Code, as far as RTP and FedNow use it; any other code is refused.

    BLCK follows ACWP alone: the receiving bank keeps the money and neither posts nor returns it.
    """

    ACCEPTED_TECHNICAL = "ACTC"
    ACCEPTED_IN_PROCESS = "ACSP"
    ACCEPTED_WITHOUT_POSTING = "ACWP"  # settled between the banks, not yet posted to the creditor
    SETTLED = "ACSC"
    SETTLED_CREDITOR = "ACCC"  # settled and posted to the creditor
    PENDING = "PDNG"
    BLOCKED = "BLCK"
    REJECTED = "RJCT"

    @property
    def settled(self) -> bool:
        """Whether money has moved between the banks, so that only a return can bring it back."""
        return self in {
            TransactionStatus.ACCEPTED_WITHOUT_POSTING,
            TransactionStatus.SETTLED,
            TransactionStatus.SETTLED_CREDITOR,
            TransactionStatus.BLOCKED,
        }

    @property
    def final(self) -> bool:
        """Whether no further status changes what became of the payment; a return is another message."""
        return self in {
            TransactionStatus.SETTLED,
            TransactionStatus.SETTLED_CREDITOR,
            TransactionStatus.BLOCKED,
            TransactionStatus.REJECTED,
        }


@dataclass(frozen=True, slots=True)
class ReasonGiven:
    """Why: a code (see reasons.py; unknown ones are kept) and lines of at most 105 characters of text."""

    code: Code | None = None
    additional_info: tuple[str, ...] = field(default=(), repr=False)


def read_reasons(fields: Fields, name: str) -> tuple[ReasonGiven, ...]:
    """All reasons of a transaction (`StsRsnInf`, `RtrRsnInf`)."""
    reasons = []
    for node in fields.every(name):
        one = node.open("Orgtr? Rsn? AddtlInf*")
        reasons.append(ReasonGiven(read_code(one.maybe("Rsn")), one.texts("AddtlInf", NARRATIVE105)))
    return tuple(reasons)


def write_reasons(out: Writer, name: str, reasons: tuple[ReasonGiven, ...]) -> None:
    """All reasons, in their order."""
    for number, reason in enumerate(reasons, 1):
        with out.inside(name, number=number):
            write_code(out, "Rsn", reason.code)
            out.put_texts("AddtlInf", NARRATIVE105, reason.additional_info)


def first_code(reasons: tuple[ReasonGiven, ...]) -> str:
    """The code that comes first, empty without any."""
    return next((reason.code.value for reason in reasons if reason.code), "")
