"""What `DocumentReader.find` asks for, and its rules: one description for every store, so that no twin is laxer. Pure.

Order of types and values: https://cloud.google.com/firestore/docs/concepts/data-types. A comparison is within one type:
a null is never at most a time, and True is not 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.documents import Document

# Types that have one order among themselves; datetime has subclasses, so it is looked up by `isinstance`.
_KINDS: dict[type, str] = {bool: "boolean", int: "number", float: "number", str: "text", bytes: "bytes"}


@dataclass(frozen=True, slots=True)
class Selection:
    """The conditions of one query; see `DocumentReader.find` for their meaning. Raises MISUSE when they do not fit."""

    equal: Mapping[str, Any] = field(default_factory=dict)
    contains: tuple[str, Any] | None = None
    at_least: tuple[str, Any] | None = None
    at_most: tuple[str, Any] | None = None
    descending: bool = False

    def __post_init__(self) -> None:
        """Refuse what Firestore would refuse, and what would never find anything."""
        if self.at_least and self.at_most and self.at_least[0] != self.at_most[0]:
            raise ClearwayError(KernelError.MISUSE, "a query has a range of one field only")
        if self.descending and self.ordered_by is None:
            raise ClearwayError(KernelError.MISUSE, "only a query with a range has an order that can descend")
        for condition in (self.contains, self.at_least, self.at_most):
            if condition and _kind(condition[1]) is None:
                raise ClearwayError(KernelError.MISUSE, f"{condition[0]} cannot be compared with a value of its type")

    @property
    def ordered_by(self) -> str | None:
        """The field whose range is asked for, which is what the result is ordered by; None for the order of ids."""
        bound = self.at_least or self.at_most
        return bound[0] if bound else None

    def position(self, document: Document) -> tuple[Any, ...]:
        """Where a document that was found stands in the ascending order."""
        return (document.fields[self.ordered_by], document.key.id) if self.ordered_by else (document.key.id,)

    def among(self, documents: Iterable[Document]) -> list[Document]:
        """Those of the documents that are asked for."""
        left = list(documents)
        # Condition by condition, and what is cheap to ask before what is dear: most documents fail the first.
        for name, value in self.equal.items():
            left = [one for one in left if one.fields.get(name) == value and _has(one, name, value)]
        if self.contains:
            name, item = self.contains
            left = [one for one in left if _holds(one.fields.get(name), item)]
        if ordered_by := self.ordered_by:
            left = [one for one in left if _within(one.fields.get(ordered_by), self.at_least, self.at_most)]
        return left


def _has(document: Document, name: str, value: Any) -> bool:
    """A field that is not there is not a null that is."""
    return name in document.fields and _same(document.fields[name], value)


def _within(value: Any, at_least: tuple[str, Any] | None, at_most: tuple[str, Any] | None) -> bool:
    if value is None:
        return False
    kind = _kind(value)
    for bound in (at_least, at_most):
        if bound is not None and _kind(bound[1]) != kind:
            return False
    return (at_least is None or at_least[1] <= value) and (at_most is None or value <= at_most[1])


def _holds(value: Any, item: Any) -> bool:
    return isinstance(value, list) and item in value and any(_same(one, item) for one in value)


def _same(value: Any, other: Any) -> bool:
    return bool(value == other) and _kind(value) == _kind(other)


def _kind(value: Any) -> str | None:
    """The type by which a value is compared; None for null, lists and maps, which have no range here."""
    return "moment" if isinstance(value, datetime) else _KINDS.get(type(value))
