"""What the group headers of pacs.008 and pacs.004 have in common, and its agreement with the one transaction."""

from __future__ import annotations

from datetime import date

from shared.formats.iso20022.errors import Iso20022Error, refusal
from shared.formats.iso20022.kinds import CODE3, CONTROL_SUM, COUNT, DATE, decimal_of, pattern
from shared.formats.iso20022.reading import Fields
from shared.formats.iso20022.writing import Writer
from shared.kernel.money import Money

SETTLEMENT = (
    "SttlmMtd SttlmAcct? ClrSys? InstgRmbrsmntAgt? InstgRmbrsmntAgtAcct? InstdRmbrsmntAgt? InstdRmbrsmntAgtAcct? "
    "ThrdRmbrsmntAgt? ThrdRmbrsmntAgtAcct?"
)
CLEARING = pattern("CLRG", "CLRG, settlement by the clearing system")


def read_settlement(header: Fields) -> str:
    """The clearing system's code from `SttlmInf`; any other way to settle is refused as INVALID_VALUE."""
    settlement = header.one("SttlmInf").open(SETTLEMENT)
    settlement.value("SttlmMtd", CLEARING)
    return settlement.one("ClrSys").open("(Cd|Prtry)").value("Cd", CODE3)


def write_settlement(out: Writer, clearing_system: str) -> None:
    """`SttlmInf` for settlement by the clearing system."""
    with out.inside("SttlmInf"):
        out.put("SttlmMtd", CLEARING, "CLRG")
        with out.inside("ClrSys"):
            out.put("Cd", CODE3, clearing_system)


def settlement_day(transaction: Fields, header: Fields) -> date | None:
    """The settlement date, which FedNow has in the transaction and RTP in the header; two must agree."""
    days = [day for fields in (transaction, header) if (day := fields.maybe_value("IntrBkSttlmDt", DATE)) is not None]
    if len(set(days)) > 1:
        raise refusal(
            Iso20022Error.INCONSISTENT, f"{transaction.place}/IntrBkSttlmDt", "another date than in the group header"
        )
    return days[0] if days else None


def check_one_transaction(header: Fields, amount: Money, total: str) -> None:
    """Number, control sum and total of the header against the one transaction of `amount`; raises INCONSISTENT."""
    if header.value("NbOfTxs", COUNT) != 1:
        raise refusal(Iso20022Error.INCONSISTENT, f"{header.place}/NbOfTxs", "not the number of transactions, one")
    control = header.maybe_value("CtrlSum", CONTROL_SUM)
    if control is not None and control != decimal_of(amount):
        raise refusal(Iso20022Error.INCONSISTENT, f"{header.place}/CtrlSum", "not the sum of the amounts")
    whole = header.money(total)
    if whole is not None and whole != amount:
        raise refusal(Iso20022Error.INCONSISTENT, f"{header.place}/{total}", "not the sum of the amounts")


def check_positive(amount: Money, place: str) -> None:
    """Money moves: an amount of nothing is refused as INVALID_VALUE."""
    if amount.amount_minor <= 0:
        raise refusal(Iso20022Error.INVALID_VALUE, place, "not above zero")
