"""The totals of a statement's entries (`TxsSummry`): checked when read, worked out when written."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from shared.formats.iso20022.entries import CreditDebit, Entry
from shared.formats.iso20022.errors import Iso20022Error, refusal
from shared.formats.iso20022.kinds import CONTROL_SUM, COUNT, decimal_of
from shared.formats.iso20022.reading import Fields, Node
from shared.formats.iso20022.statements import Statement
from shared.formats.iso20022.writing import Writer

SUMMARY = "TtlNtries? TtlCdtNtries? TtlDbtNtries? TtlNtriesPerBkTxCd*"
ALL = "NbOfNtries? Sum? TtlNetNtryAmt? CdtDbtInd? TtlNetNtry?"  # the third and fourth up to version 02
ONE_DIRECTION = "NbOfNtries? Sum?"


def check_summary(node: Node, statement: Statement) -> None:
    """Numbers and sums against the entries: of all, of the credits, of the debits. Raises INCONSISTENT."""
    fields = node.open(SUMMARY)
    for name, line, direction in (
        ("TtlNtries", ALL, None),
        ("TtlCdtNtries", ONE_DIRECTION, CreditDebit.CREDIT),
        ("TtlDbtNtries", ONE_DIRECTION, CreditDebit.DEBIT),
    ):
        part = fields.maybe(name)
        if part is not None:
            _check(part.open(line), _of(statement, direction))


def write_summary(out: Writer, statement: Statement) -> None:
    """Number and sum of the credits and of the debits."""
    with out.inside("TxsSummry"):
        for name, direction in (("TtlCdtNtries", CreditDebit.CREDIT), ("TtlDbtNtries", CreditDebit.DEBIT)):
            entries = _of(statement, direction)
            with out.inside(name):
                out.put("NbOfNtries", COUNT, len(entries))
                out.put("Sum", CONTROL_SUM, _sum(entries))


def _check(fields: Fields, entries: Sequence[Entry]) -> None:
    count, total = fields.maybe_value("NbOfNtries", COUNT), fields.maybe_value("Sum", CONTROL_SUM)
    if count is not None and count != len(entries):
        raise refusal(Iso20022Error.INCONSISTENT, f"{fields.place}/NbOfNtries", "not the number of the entries")
    if total is not None and total != _sum(entries):
        raise refusal(Iso20022Error.INCONSISTENT, f"{fields.place}/Sum", "not the sum of the entries")


def _of(statement: Statement, direction: CreditDebit | None) -> list[Entry]:
    return [one for one in statement.entries if direction in {None, one.direction}]


def _sum(entries: Sequence[Entry]) -> Decimal:
    return sum((decimal_of(one.amount) for one in entries), Decimal(0))
