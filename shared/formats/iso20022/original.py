"""How a later message refers to the payment that it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.formats.iso20022.errors import Iso20022Error, refusal
from shared.formats.iso20022.kinds import MAX35, UETR
from shared.formats.iso20022.reading import Fields
from shared.formats.iso20022.writing import Writer

GROUP = "OrgnlMsgId OrgnlMsgNmId OrgnlCreDtTm?"
IDENTIFIERS = "OrgnlInstrId|OrgnlEndToEndId|OrgnlTxId|OrgnlUETR"


@dataclass(frozen=True, slots=True)
class Original:
    """The message and the transaction in it that are meant; at least one of the four identifiers is there.

    `message_name` is the original's name with its version, such as `pacs.008.001.08`.
    """

    message_id: str
    message_name: str
    created_at: datetime | None = None
    instruction_id: str = ""
    end_to_end_id: str = ""
    transaction_id: str = ""
    uetr: str = ""


def read_original(transaction: Fields, group: Fields | None) -> Original:
    """The original of a transaction, whose message is named beside it (`OrgnlGrpInf`) or once above it (`group`)."""
    beside = transaction.maybe("OrgnlGrpInf")
    near = group if beside is None else beside.open(GROUP)
    if near is None:
        raise refusal(Iso20022Error.MISSING, f"{transaction.place}/OrgnlGrpInf", "missing, here and above")
    message_id = near.value("OrgnlMsgId", MAX35)
    if group is not None and group.value("OrgnlMsgId", MAX35) != message_id:
        raise refusal(
            Iso20022Error.INCONSISTENT, f"{near.place}/OrgnlMsgId", "another message than the one named above"
        )
    original = Original(
        message_id=message_id,
        message_name=near.value("OrgnlMsgNmId", MAX35),
        created_at=near.moment("OrgnlCreDtTm"),
        instruction_id=transaction.text("OrgnlInstrId", MAX35),
        end_to_end_id=transaction.text("OrgnlEndToEndId", MAX35),
        transaction_id=transaction.text("OrgnlTxId", MAX35),
        uetr=transaction.text("OrgnlUETR", UETR),
    )
    _check(original, transaction.place)
    return original


def write_original(out: Writer, original: Original) -> None:
    """The original beside the transaction that is about it. Raises MISSING when nothing identifies it."""
    _check(original, out.place)
    with out.inside("OrgnlGrpInf"):
        out.put("OrgnlMsgId", MAX35, original.message_id)
        out.put("OrgnlMsgNmId", MAX35, original.message_name)
        out.moment("OrgnlCreDtTm", original.created_at)
    out.put_text("OrgnlInstrId", MAX35, original.instruction_id)
    out.put_text("OrgnlEndToEndId", MAX35, original.end_to_end_id)
    out.put_text("OrgnlTxId", MAX35, original.transaction_id)
    out.put_text("OrgnlUETR", UETR, original.uetr)


def _check(original: Original, place: str) -> None:
    if not (original.instruction_id or original.end_to_end_id or original.transaction_id or original.uetr):
        raise refusal(Iso20022Error.MISSING, f"{place}/{IDENTIFIERS}", "nothing identifies the transaction")
