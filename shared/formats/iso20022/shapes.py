"""Content models: which children an element has by its schema, in which order and how often.

A shape is a line such as `"MsgId CreDtTm NbOfTxs CtrlSum? SttlmInf AdrLine* (Cd|Prtry)"`: names in the order of the
schema, `?` for at most one, `*` for any number, `+` for at least one, and brackets around a choice of one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

SLOT = re.compile(r"\(?([A-Za-z0-9|]+)\)?([?*+]?)")


@dataclass(frozen=True, slots=True)
class Slot:
    """One position of a shape: any of `names`, at least once if `required`, more than once if `many`."""

    names: tuple[str, ...]
    required: bool
    many: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """The positions in order, and where each name belongs."""

    slots: tuple[Slot, ...]
    position_of: dict[str, int]


@cache
def shape(line: str) -> Shape:
    """The shape that a line describes, worked out once in a process."""
    slots = []
    for word in line.split():
        match = SLOT.fullmatch(word)
        if match is None:
            raise ValueError(f"not a shape: {word}")
        names, often = match.groups()
        slots.append(Slot(tuple(names.split("|")), required=often in {"", "+"}, many=often in {"*", "+"}))
    return Shape(tuple(slots), {name: at for at, slot in enumerate(slots) for name in slot.names})
