"""Lists of the banks that a service reaches: the networks publish them, a deployment keeps them as files."""

from __future__ import annotations

from shared.kernel.errors import ClearwayError
from shared.kernel.routing_numbers import has_right_check_digit
from shared.rails.domain.errors import RailsError


def parse_participants(content: bytes, name: str = "participants") -> frozenset[str]:
    """Routing numbers of nine digits, one at the start of each line; what follows a `#`, and empty lines, are remarks.

    Raises INVALID_PARTICIPANTS, naming the line, for anything else, and for a list without any: a file that was cut
    short would turn every bank away.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        detail = f"{name} is not UTF-8 at byte {error.start}"
        raise ClearwayError(RailsError.INVALID_PARTICIPANTS, detail) from error
    numbers: set[str] = set()
    for count, line in enumerate(text.splitlines(), start=1):
        number = line.partition("#")[0].strip()
        if not number:
            continue
        if not has_right_check_digit(number):
            raise ClearwayError(RailsError.INVALID_PARTICIPANTS, f"{name} line {count}: not a routing number")
        numbers.add(number)
    if not numbers:
        raise ClearwayError(RailsError.INVALID_PARTICIPANTS, f"{name}: no routing number at all")
    return frozenset(numbers)
