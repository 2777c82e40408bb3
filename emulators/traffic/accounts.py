"""Bank accounts that cannot be told from real ones by their form, and that never fall on the bank simulator's magic."""

from __future__ import annotations

from random import Random

from emulators.bank.magic import is_magic
from shared.kernel.routing_numbers import check_digit

# First two digits 01 to 12 are the Federal Reserve districts of ordinary banks.
_DISTRICTS = range(1, 13)


def make_routing_number(random: Random) -> str:
    """A routing number of some bank: a Federal Reserve district, six free digits and the check digit."""
    head = f"{random.choice(_DISTRICTS):02d}{random.randrange(10**6):06d}"
    return head + check_digit(head)


def make_account_number(random: Random, ending: str = "") -> str:
    """Ten digits: ones on which the bank does nothing unusual, or, with `ending`, ones that end so."""
    while True:
        number = f"{random.randrange(10**9, 10**10)}"
        if ending:
            return number[: -len(ending)] + ending
        if not is_magic(number):
            return number
