"""No card number may enter anywhere (PCI DSS v4.0.1, 3.2.1 and 3.5.1): texts that hold one are refused at the edge."""

from __future__ import annotations

import re

# Groups of digits with one separator between each: a card number, perhaps with an expiry or a number of something else.
_GROUPS = re.compile(r"\d+(?:[ _-]\d+)*")
_DIGITS_MIN, _DIGITS_MAX = 13, 19


def holds_card_number(text: str) -> bool:
    """Whether the text has 13 to 19 digits, maybe in groups, that pass the Luhn check (ISO 7812).

    Groups are parted by a space, a hyphen or an underscore; more digits may stand before or behind, in groups of
    their own, as an expiry date does.
    """
    return any(_in_groups(re.split(r"\D", found.group())) for found in _GROUPS.finditer(text))


def _in_groups(groups: list[str]) -> bool:
    """Whether some groups in a row are a card number together."""
    for first in range(len(groups)):
        digits = ""
        for group in groups[first:]:
            digits += group
            if len(digits) > _DIGITS_MAX:
                break
            if len(digits) >= _DIGITS_MIN and _luhn(digits):
                return True
    return False


def _luhn(digits: str) -> bool:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
