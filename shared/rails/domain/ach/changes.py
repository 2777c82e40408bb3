"""Notifications of change: what the corrected data of each change code hold.

Source: Nacha Operating Rules, Appendix Five (Notification of Change), table of change codes. C04 (name), C09 (the
identification number), C13 (addenda) and C14 (class of an international entry) name nothing that an instrument has.
A name is not changed on a bank's word, since names are screened; people see the notice.
"""

from __future__ import annotations

from shared.rails.domain.ach.known import Numbers
from shared.rails.domain.ach.terms import fault_of_account

# First digits of transaction codes; loans and general ledger accounts are not reached from here.
_TYPES = {"2": "checking", "3": "savings"}
# What each code corrects, as positions in the corrected data: routing number, account number, transaction code.
_LAYOUTS: dict[str, tuple[slice | None, slice | None, slice | None]] = {
    "C01": (None, slice(0, 17), None),
    "C02": (slice(0, 9), None, None),
    "C03": (slice(0, 9), slice(12, 29), None),
    "C05": (None, None, slice(0, 2)),
    "C06": (None, slice(0, 17), slice(20, 22)),
    "C07": (slice(0, 9), slice(9, 26), slice(26, 28)),
}


def corrected(code: str, data: str, present: Numbers) -> Numbers | None:
    """The numbers after a change; None when it is about something else, or holds what no account can have."""
    layout = _LAYOUTS.get(code)
    if layout is None:
        return None
    routing, account, transaction_code = (data[part].strip() if part else None for part in layout)
    kind = present.account_type if transaction_code is None else _TYPES.get(transaction_code[:1], "")
    right = Numbers(
        present.routing_number if routing is None else routing,
        present.account_number if account is None else account,
        kind,
    )
    if transaction_code is not None and not kind:
        return None
    return None if fault_of_account(right.routing_number, right.account_number, kind) else right
