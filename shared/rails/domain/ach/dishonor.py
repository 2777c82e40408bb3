"""Whether a return must be sent back, and with which code.

Source: Nacha Operating Rules, Appendix Four, dishonoured returns: R67 (duplicate return), R68 (untimely return), R69
(field errors, with a number for each field in the addenda information).
"""

from __future__ import annotations

from shared.formats.nacha.codes import forward_code, returned_code
from shared.kernel.party import Direction
from shared.rails.domain.ach.entry import AchEntry, EntryKind, EntryStatus
from shared.rails.domain.ach.file import AchFile
from shared.rails.domain.ach.inbound import Item
from shared.rails.domain.ach.schedule import return_is_late
from shared.rails.domain.ach.terms import ACCOUNT_TYPES

DUPLICATE, UNTIMELY, FIELD_ERRORS = "R67", "R68", "R69"


def dishonor_of(item: Item, entry: AchEntry, file: AchFile, company_identification: str) -> tuple[str, str]:
    """The code with which the return of a sent entry goes back, and its addenda information; empty when it stands.

    The return of a prenote always stands: no money is at stake, and what it says of the account is news enough.
    """
    if entry.kind is EntryKind.PRENOTE:
        return "", ""
    if entry.status is EntryStatus.RETURNED:
        return DUPLICATE, ""
    wrong = _wrong_fields(item, entry, company_identification)
    if wrong:
        return FIELD_ERRORS, "*".join(wrong)
    if return_is_late(item.code, file.settles_on, item.settled_on):
        return UNTIMELY, ""
    return "", ""


def _wrong_fields(item: Item, entry: AchEntry, company_identification: str) -> list[str]:
    """Numbers of the fields in which the return differs from the entry, as R69 names them."""
    credit = entry.direction is Direction.CREDIT
    forward = forward_code(ACCOUNT_TYPES[entry.account_type], credit=credit)
    differs = {
        "01": _bare(item.account_number) != _bare(entry.account_number),
        "03": item.amount_cents != entry.amount_cents,
        "04": bool(item.identification) and item.identification != entry.reference,
        # A bank may leave the forward code in a return.
        "05": item.transaction_code not in (returned_code(forward), forward),
        "06": item.company_identification != company_identification,
    }
    return [number for number, wrong in differs.items() if wrong]


def _bare(account_number: str) -> str:
    """An account number without what banks leave out or fill in as they like: blanks, hyphens, leading zeros."""
    return account_number.replace(" ", "").replace("-", "").lstrip("0")
