"""No card number may enter anywhere (PCI DSS v4.0.1, 3.2.1 and 3.5.1): texts that hold one are refused at the edge."""

from __future__ import annotations

import re

_DIGITS = re.compile(r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)")


def holds_card_number(text: str) -> bool:
    """Whether the text has 13 to 19 digits, maybe grouped by spaces or hyphens, that pass the Luhn check (ISO 7812)."""
    return any(_luhn(re.sub(r"\D", "", found.group())) for found in _DIGITS.finditer(text))


def _luhn(digits: str) -> bool:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
