"""The banks that instant services reach, as they stand in the bucket of lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared.ports.clock import Clock
from shared.ports.objects import ObjectStore
from shared.rails.participants import parse_participants
from shared.runtime.kept_lists import Files, KeptLists
from shared.runtime.list_names import PARTICIPANTS
from shared.runtime.logs import log

Participants = Mapping[str, frozenset[str]]


def listed_participants(lists: ObjectStore, clock: Clock) -> Callable[[], Participants]:
    """The participants in `lists`, by service, whenever it is called; nothing is read before that.

    A service without a list is not there, and so is taken to reach all banks, which the log says at each loading. The
    call raises UNAVAILABLE while a list that is there cannot be read.
    """
    names = tuple(PARTICIPANTS.values())
    return KeptLists(lists, names, participants_of, clock=clock, what="settlement: participants").current


def participants_of(files: Files) -> Participants:
    """The lists that are there, by service. Raises INVALID_PARTICIPANTS, naming the file, for one that is broken."""
    found = {
        service: parse_participants(content, name)
        for service, name in PARTICIPANTS.items()
        if (content := files[name]) is not None
    }
    missing = [service for service in PARTICIPANTS if service not in found]
    log("INFO", "settlement: participants loaded", **{service: len(numbers) for service, numbers in found.items()})
    if missing:
        log("WARNING", "settlement: without a list of participants all banks count as reached", services=missing)
    return found
