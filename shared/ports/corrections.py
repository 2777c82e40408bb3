"""Corrections: what a receiving bank says of the account behind an instrument, for whoever keeps the instrument."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Correction:
    """One notification of change. A field that is empty stays as it is.

    `entry_key` is the key of the instruction that the bank answered; a payment's leg, or a prenote, whose customer
    is then given. `was_...` are the numbers that the bank found wrong: an instrument that has others by now was
    corrected by somebody else, and stays as it is.
    """

    entry_key: str
    instrument_id: str
    change_code: str
    was_routing_number: str
    was_account_number: str = field(repr=False)
    customer_id: str = ""
    routing_number: str = ""
    account_number: str = field(default="", repr=False)
    account_type: str = ""


class Corrections(Protocol):
    """Applies corrections."""

    def apply(self, correction: Correction) -> bool:
        """Correct the instrument, and keep what was before; the same correction again changes nothing.

        False when there is no such instrument, or it has other numbers by now. Raises UNAVAILABLE, CONTENDED.
        """
        ...
