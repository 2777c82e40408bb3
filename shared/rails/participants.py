"""Lists of the banks that a service reaches: the networks publish them, a deployment keeps them as files."""

from __future__ import annotations

from pathlib import Path

from shared.kernel.errors import ClearwayError
from shared.kernel.routing_numbers import has_right_check_digit
from shared.rails.domain.errors import RailsError


def participants_in(folder: Path | None) -> dict[str, frozenset[str]]:
    """The lists of a folder, by service: `rtp.txt`, `fednow.txt`. No folder, or no file: that service reaches all.

    Raises INVALID_PARTICIPANTS for a broken file.
    """
    if folder is None:
        return {}
    files = sorted(folder.glob("*.txt"))
    return {file.stem: parse_participants(file.read_text(encoding="utf-8"), file.name) for file in files}


def parse_participants(text: str, name: str = "participants") -> frozenset[str]:
    """Routing numbers of nine digits, one at the start of each line; what follows a `#`, and empty lines, are remarks.

    Raises INVALID_PARTICIPANTS, naming the line, for anything else, and for a list without any: a file that was cut
    short would turn every bank away.
    """
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
