"""Who sends the money: our own name and account at the settlement bank, as the rails' messages carry them.

It is configuration, not data of a payment: the environment variable CLEARWAY_ORIGINATOR holds it as JSON.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, fields

from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.routing_numbers import has_right_check_digit

_PATTERNS = {
    # Max140Text, in the characters that every rail here takes.
    "name": (re.compile(r"[!-~]([ -~]{0,138}[!-~])?"), "1 to 140 printable ASCII characters, none a blank at its ends"),
    "routing_number": (re.compile(r"[0-9]{9}"), "nine digits"),
    # As Nacha's files and Max34Text both take it: 17 characters.
    "account_number": (re.compile(r"[0-9A-Za-z-]{1,17}"), "1 to 17 letters, digits or hyphens"),
    # ExternalCashClearingSystem1Code: TCH is RTP, FDN is FedNow.
    "clearing_system": (re.compile(r"[A-Z0-9]{3}"), "a code of three capital letters or digits, such as FDN or TCH"),
}


@dataclass(frozen=True, slots=True)
class Originator:
    """Our side of every instruction. `clearing_system` says which instant rail the settlement bank sends over.

    `routing_number` is the settlement bank's, of nine digits with their check digit; `account_number` is ours there.
    """

    name: str
    routing_number: str
    account_number: str = field(repr=False)
    clearing_system: str

    def __post_init__(self) -> None:
        for name, (pattern, wanted) in _PATTERNS.items():
            value = getattr(self, name)
            if not isinstance(value, str) or not pattern.fullmatch(value):
                raise _invalid(name, f"is {wanted}")
        if not has_right_check_digit(self.routing_number):
            raise _invalid("routing_number", "has a wrong check digit")

    @staticmethod
    def parse(text: str) -> Originator:
        """From JSON, an object with exactly the fields above as strings. Raises MISUSE, which names the field."""
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise ClearwayError(KernelError.MISUSE, "CLEARWAY_ORIGINATOR is not a JSON object")
        wanted = [one.name for one in fields(Originator)]
        for name in wanted:
            if name not in found:
                raise _invalid(name, "is missing")
        if len(found) > len(wanted):
            raise ClearwayError(
                KernelError.MISUSE, f"CLEARWAY_ORIGINATOR has the fields {', '.join(wanted)}, no others"
            )
        return Originator(**found)


def _invalid(name: str, what: str) -> ClearwayError:
    return ClearwayError(KernelError.MISUSE, f"CLEARWAY_ORIGINATOR: {name} {what}", field=f"/{name}")
