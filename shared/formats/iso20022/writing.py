"""From values to bytes: one canonical form, without white space, and every value checked as it would be when read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TypeVar

from shared.formats.iso20022.errors import Iso20022Error, refusal
from shared.formats.iso20022.kinds import DATE, Kind, Misfit, write_moment, write_money
from shared.formats.iso20022.reading import NAMESPACE
from shared.kernel.money import Money

T = TypeVar("T")

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
# A carriage return is written as a reference: a parser turns a bare one into a line feed.
ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


class Writer:
    """Collects the elements of one message, in the order of its schema."""

    def __init__(self, message: str, root: str = "Document") -> None:
        """Begins a document of `message`, a name with its version such as `pacs.008.001.08`."""
        self._root = root
        self._parts = [f'<{root} xmlns="{NAMESPACE}{message}">']
        self._place = [root]

    def done(self) -> bytes:
        """The finished document in UTF-8."""
        return f"{DECLARATION}{''.join(self._parts)}</{self._root}>".encode()

    @property
    def place(self) -> str:
        """Where the next element goes."""
        return "/" + "/".join(self._place)

    @contextmanager
    def inside(self, *names: str, number: int | None = None) -> Iterator[None]:
        """Everything put in the block goes inside these elements, one within the other; `number` is for places only."""
        self._parts.extend(f"<{name}>" for name in names)
        self._place.extend(names)
        if number is not None:
            self._place[-1] += f"[{number}]"
        yield
        del self._place[-len(names) :]
        self._parts.extend(f"</{name}>" for name in reversed(names))

    def put(self, name: str, kind: Kind[T], value: T) -> None:
        """An element with a value. Raises INVALID_VALUE."""
        text = self._fit(name, kind.write, value)
        self._parts.append(f"<{name}>{text.translate(ESCAPES)}</{name}>")

    def put_text(self, name: str, kind: Kind[str], value: str) -> None:
        """An element with a text, none for an empty one."""
        if value:
            self.put(name, kind, value)

    def put_texts(self, name: str, kind: Kind[str], values: Iterable[str]) -> None:
        """An element for each text; an empty one is refused, since it would be lost."""
        for value in values:
            self.put(name, kind, value)

    def put_maybe(self, name: str, kind: Kind[T], value: T | None) -> None:
        """An element with a value, none for None."""
        if value is not None:
            self.put(name, kind, value)

    def put_day(self, name: str, value: date | None) -> None:
        """A date inside a choice of `Dt` and `DtTm`."""
        if value is not None:
            with self.inside(name):
                self.put("Dt", DATE, value)

    def moment(self, name: str, value: datetime | None) -> None:
        """A date and time in UTC, none for None. Raises INVALID_VALUE for one without a zone."""
        if value is not None:
            self._parts.append(f"<{name}>{self._fit(name, write_moment, value)}</{name}>")

    def money(self, name: str, value: Money | None) -> None:
        """An amount with its currency, none for None. Raises INVALID_VALUE for a negative one."""
        if value is not None:
            text = self._fit(name, write_money, value)
            self._parts.append(f'<{name} Ccy="{value.currency}">{text}</{name}>')

    def _fit(self, name: str, write: Callable[[T], str], value: T) -> str:
        try:
            return write(value)
        except Misfit as misfit:
            raise refusal(Iso20022Error.INVALID_VALUE, f"{self.place}/{name}", str(misfit)) from None
