"""Fields of fixed width, described once per record: where they stand, what they hold, and how they become values.

A record is a frozen dataclass whose fields are made by the functions below. The same table reads a line into a value
and writes the value back, so that a line that was read is written with the same characters:

- a number is zero-filled and becomes an int,
- digits keep their leading zeros and stay text; optional ones may be blank as a whole,
- text is left-justified and filled with blanks, which are taken off at its right end only,
- a reserved field is blank, and a constant holds one text.

Positions count from 1, as in the Nacha Operating Rules, Appendix Three (ACH Record Format Specifications).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, Generic, TypeVar, cast, dataclass_transform

from shared.formats.nacha.errors import NachaError, NachaErrorCode

RECORD_LENGTH = 94
_SPEC = "nacha"


class Kind(Enum):
    """What a field may hold; the value says so to people."""

    NUMBER = "digits, filled with zeros"
    DIGITS = "digits"
    OPTIONAL_DIGITS = "digits, or blank"
    TEXT = "printable characters"
    UPPER = "capital letters and digits"
    BLANK = "blank"
    CONSTANT = "a constant"


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a record's table. `required` text is not blank; `constant` is what a constant field holds."""

    name: str
    start: int
    length: int
    kind: Kind
    required: bool = False
    constant: str = ""

    @property
    def end(self) -> int:
        """The last position."""
        return self.start + self.length - 1


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the tables leave to the reader's options: the class of characters of text, and filled reserved fields."""

    text: str = " -~"
    filled_reserved: bool = False


STRICT = Dialect()


def number(start: int, length: int) -> Any:
    """A count or an amount of cents: an int."""
    return _field(start, length, Kind.NUMBER)


def digits(start: int, length: int, *, sensitive: bool = False) -> Any:
    """A code or an identifier of digits only, as text."""
    return _field(start, length, Kind.DIGITS, sensitive=sensitive)


def optional_digits(start: int, length: int, *, default: str) -> Any:
    """Digits, or the empty text for a field that is blank."""
    return _field(start, length, Kind.OPTIONAL_DIGITS, default=default)


def text(
    start: int, length: int, *, required: bool = False, sensitive: bool = False, default: Any = dataclasses.MISSING
) -> Any:
    """Text without the blanks at its right end. What is `sensitive` is not shown by `repr`."""
    return _field(start, length, Kind.TEXT, required=required, sensitive=sensitive, default=default)


def upper(start: int, length: int) -> Any:
    """Capital letters and digits, none of them blank."""
    return _field(start, length, Kind.UPPER)


def blank(start: int, length: int, *, default: str) -> Any:
    """A reserved field: empty, unless `Options.filled_reserved_fields` let something in."""
    return _field(start, length, Kind.BLANK, default=default)


def constant(start: int, length: int, *, default: str) -> Any:
    """A field that always holds its default."""
    return _field(start, length, Kind.CONSTANT, constant=default, default=default)


def _field(
    start: int,
    length: int,
    kind: Kind,
    *,
    required: bool = False,
    sensitive: bool = False,
    constant: str = "",
    default: Any = dataclasses.MISSING,
) -> Any:
    spec = Field("", start, length, kind, required, constant)
    return dataclasses.field(repr=not sensitive, metadata={_SPEC: spec}, default=default)


R = TypeVar("R")


@dataclass_transform(
    kw_only_default=True,
    frozen_default=True,
    field_specifiers=(number, digits, optional_digits, text, upper, blank, constant),
)
def record(record_type: str, type_code: str = "") -> Callable[[type[R]], type[R]]:
    """Make a record of a class: `record_type` is position 1, `type_code` positions 2 and 3 of an addenda record."""

    def make(cls: type[R]) -> type[R]:
        made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        made.__nacha__ = record_type + type_code  # type: ignore[attr-defined]
        return made

    return make


class Form(Generic[R]):
    """A record's table, made ready to read and to write lines of 94 characters."""

    def __init__(self, cls: type[R], dialect: Dialect) -> None:
        self.cls = cls
        self.head: str = cls.__nacha__  # type: ignore[attr-defined]
        self.fields = tuple(
            dataclasses.replace(one.metadata[_SPEC], name=one.name)
            for one in dataclasses.fields(cls)  # type: ignore[arg-type]
        )
        self._patterns = {one.name: _pattern(one, dialect) for one in self.fields}
        ordered = sorted(self.fields, key=lambda one: one.start)
        body = "".join(f"(?P<{one.name}>{self._patterns[one.name]})" for one in ordered)
        self._line = re.compile(re.escape(self.head) + body)
        self._numbers = tuple(one.name for one in self.fields if one.kind is Kind.NUMBER)
        padded = (Kind.TEXT, Kind.BLANK, Kind.OPTIONAL_DIGITS, Kind.CONSTANT)
        self._padded = tuple(one.name for one in self.fields if one.kind in padded)

    def parse(self, line: str, line_number: int) -> R:
        """The value of a line of 94 characters. Raises INVALID_FIELD, which names the first field that is refused."""
        match = self._line.fullmatch(line)
        if match is None:
            raise self._refusal(line, line_number, NachaErrorCode.INVALID_FIELD)
        values: dict[str, Any] = match.groupdict()
        for name in self._padded:
            values[name] = values[name].rstrip(" ")
        for name in self._numbers:
            values[name] = int(values[name])
        return self.cls(**values)

    def format(self, value: R, line_number: int = 0) -> str:
        """The line of a value. Raises UNFIT_VALUE for one that its field cannot hold."""
        line = self.head
        for one in sorted(self.fields, key=lambda one: one.start):
            held = getattr(value, one.name)
            line += f"{held:0{one.length}d}" if one.kind is Kind.NUMBER else f"{held:{one.length}}"
            if len(line) != one.end:
                raise NachaError(
                    NachaErrorCode.UNFIT_VALUE, line_number, one.name, f"does not fit {one.length} characters"
                )
        if self._line.fullmatch(line) is None:
            raise self._refusal(line, line_number, NachaErrorCode.UNFIT_VALUE)
        return line

    def _refusal(self, line: str, line_number: int, code: NachaErrorCode) -> NachaError:
        for one in sorted(self.fields, key=lambda one: one.start):
            held = line[one.start - 1 : one.end]
            if re.fullmatch(self._patterns[one.name], held) is None:
                wanted = f"must be {one.constant!r}" if one.kind is Kind.CONSTANT else f"must hold {one.kind.value}"
                if one.required and not held.strip():
                    wanted = "is required and must not be blank"
                return NachaError(code, line_number, one.name, wanted)
        return NachaError(code, line_number, "record", "is of another record type")


def _pattern(one: Field, dialect: Dialect) -> str:
    any_text = f"[{dialect.text}]{{{one.length}}}"
    digit = f"[0-9]{{{one.length}}}"
    spaces = f" {{{one.length}}}"
    match one.kind:
        case Kind.NUMBER | Kind.DIGITS:
            return digit
        case Kind.OPTIONAL_DIGITS:
            return f"(?:{digit}|{spaces})"
        case Kind.UPPER:
            return f"[A-Z0-9]{{{one.length}}}"
        case Kind.CONSTANT:
            return re.escape(f"{one.constant:{one.length}}")
        case Kind.BLANK:
            return any_text if dialect.filled_reserved else spaces
    return f"(?!{spaces}){any_text}" if one.required else any_text


def form_of(cls: type[R], dialect: Dialect = STRICT) -> Form[R]:
    """The form of a record class, made on first use."""
    form: Form[R] = _form(cast("Any", cls), dialect)
    return form


@cache
def _form(cls: Any, dialect: Dialect) -> Form[Any]:
    return Form(cls, dialect)
