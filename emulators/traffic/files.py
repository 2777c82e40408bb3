"""Reads a file of payments: CSV or JSON lines, plain or gzipped, or the Fraud Handbook's parquet.

CSV has a header line; JSON lines have an object a line with the same names:

- `key`: the payment's idempotency key, at most 255 printable ASCII characters without blanks
- `source_reference`, `source_instrument`, `destination_reference`, `destination_instrument`: who pays whom through
  which instrument, by the tenant's own references
- `amount_minor`: whole minor units (cents), above zero
- `currency`: ISO 4217
- `description`: free text of at most 140 characters, may be empty
- `label` (may be left out): what was planted, such as `fraud:card_testing`; `ordinary` where it is empty
- `at_s` (may be left out): when it is sent, in seconds from the start; the order of the file where it is empty
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TextIO, cast

from emulators.traffic.errors import TrafficError
from emulators.traffic.handbook import handbook_rows
from emulators.traffic.plan import Kind, Label
from emulators.traffic.world import Endpoint
from shared.contracts.card_numbers import holds_card_number
from shared.kernel.errors import ClearwayError
from shared.kernel.money import AMOUNT_MINOR_MAX, Money

COLUMNS = (
    "key",
    "source_reference",
    "source_instrument",
    "destination_reference",
    "destination_instrument",
    "amount_minor",
    "currency",
    "description",
)
COLUMNS_OPTIONAL = ("label", "at_s")
# What the API takes (shared/contracts), so that a row which is read here is not refused there. The models themselves
# need pydantic, which the environment with DuckDB, where parquet is read, need not have.
_REFERENCE = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_INSTRUMENT = re.compile(r"[A-Za-z0-9._-]{1,64}")
_FORMS = {
    "key": re.compile(r"[\x21-\x7e]{1,255}"),
    "source_reference": _REFERENCE,
    "source_instrument": _INSTRUMENT,
    "destination_reference": _REFERENCE,
    "destination_instrument": _INSTRUMENT,
    "description": re.compile(r".{0,140}"),
}
_MAY_BE_EMPTY = {"description", *COLUMNS_OPTIONAL}


@dataclass(frozen=True, slots=True)
class Row:
    """One payment of a file; `line` is the line of the file on which it starts, from 1."""

    line: int
    key: str
    source: Endpoint
    destination: Endpoint
    money: Money
    description: str
    label: Label
    at_s: int


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be a payment: where, in which column, and why."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """The payments of a file, and the rows that are none; the caller decides whether bad rows stop it."""

    rows: tuple[Row, ...]
    bad: tuple[BadRow, ...]


class _BadValueError(Exception):
    """Carries column and reason of a bad value to the row's reader."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


def read_payments(path: Path, limit: int | None = None) -> PaymentFile:
    """Read at most `limit` rows of `.csv`, `.jsonl` (each also with `.gz`) or the Handbook's `.parquet`.

    Raises FILE_UNREADABLE for a file that is missing, of another kind, not UTF-8, or lacks columns; PACKAGE_MISSING for
    parquet where no DuckDB is installed.
    """
    rows: list[Row] = []
    bad: list[BadRow] = []
    try:
        for line, values in islice(_records(path, limit), limit):
            try:
                if isinstance(values, BadRow):
                    bad.append(values)
                else:
                    rows.append(_row(line, values, at_s=len(rows)))
            except _BadValueError as error:
                bad.append(BadRow(line, error.column, error.reason))
    except (OSError, UnicodeDecodeError, csv.Error, EOFError) as error:
        detail = f"{path.name} cannot be read: {type(error).__name__}"
        raise ClearwayError(TrafficError.FILE_UNREADABLE, detail) from error
    return PaymentFile(tuple(rows), tuple(bad))


def _records(path: Path, limit: int | None) -> Iterator[tuple[int, Mapping[str, Any] | BadRow]]:
    name = path.name.removesuffix(".gz")
    if name.endswith(".parquet"):
        return enumerate(handbook_rows(path, limit), start=1)
    if name.endswith(".csv"):
        return _csv_records(path)
    if name.endswith(".jsonl"):
        return _json_records(path)
    raise ClearwayError(TrafficError.FILE_UNREADABLE, f"{path.name} is neither .csv, .jsonl (also .gz) nor .parquet")


def _open(path: Path) -> TextIO:
    # utf-8-sig: spreadsheets put a byte order mark before the first column's name.
    if path.name.endswith(".gz"):
        return cast("TextIO", gzip.open(path, "rt", encoding="utf-8-sig", newline=""))
    return path.open(encoding="utf-8-sig", newline="")


def _csv_records(path: Path) -> Iterator[tuple[int, Mapping[str, Any] | BadRow]]:
    with _open(path) as file:
        reader = csv.DictReader(file, strict=True)
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            detail = f"{path.name} lacks the columns {', '.join(missing)}"
            raise ClearwayError(TrafficError.FILE_UNREADABLE, detail)
        # A quoted value may span lines: a record starts behind the line where the one before it ended.
        start = reader.line_num + 1
        for values in reader:
            if None in values:
                yield start, BadRow(start, "", "more values than columns")
            else:
                yield start, values
            start = reader.line_num + 1


def _json_records(path: Path) -> Iterator[tuple[int, Mapping[str, Any] | BadRow]]:
    with _open(path) as file:
        for line, text in enumerate(file, start=1):
            if not text.strip():
                continue
            try:
                values = json.loads(text)
            except ValueError:
                values = None
            if isinstance(values, dict):
                yield line, values
            else:
                yield line, BadRow(line, "", "not a JSON object")


def _row(line: int, values: Mapping[str, Any], at_s: int) -> Row:
    text = {column: _text(values, column) for column in (*COLUMNS, *COLUMNS_OPTIONAL)}
    for column, form in _FORMS.items():
        if not form.fullmatch(text[column]) or not text[column].isprintable():
            raise _BadValueError(column, "too long, or with characters that the API refuses")
        if holds_card_number(text[column]):
            raise _BadValueError(column, "holds what looks like a card number")
    source = Endpoint(text["source_reference"], text["source_instrument"])
    destination = Endpoint(text["destination_reference"], text["destination_instrument"])
    if source == destination:
        raise _BadValueError("destination_instrument", "the money would go where it comes from")
    amount_minor = _whole("amount_minor", text["amount_minor"])
    if not 0 < amount_minor <= AMOUNT_MINOR_MAX:
        raise _BadValueError("amount_minor", "not above zero, or too large")
    try:
        money = Money(amount_minor, text["currency"])
    except ClearwayError as error:
        raise _BadValueError("currency", error.detail) from error
    return Row(
        line=line,
        key=text["key"],
        source=source,
        destination=destination,
        money=money,
        description=text["description"],
        label=_label(text["label"]),
        at_s=_whole("at_s", text["at_s"]) if text["at_s"] else at_s,
    )


def _text(values: Mapping[str, Any], column: str) -> str:
    value = values.get(column)
    if value is None or value == "":
        if column in _MAY_BE_EMPTY:
            return ""
        raise _BadValueError(column, "missing")
    # JSON's true is an int to Python, and 12.0 is no whole number of cents to anybody who wrote it on purpose.
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise _BadValueError(column, "neither text nor a whole number")
    return str(value).strip()


def _whole(column: str, text: str) -> int:
    # int() would also take "1_000", " 7 " and digits of other scripts.
    if not (text.isascii() and text.isdigit()):
        raise _BadValueError(column, "not a whole number")
    return int(text)


def _label(text: str) -> Label:
    kind, _, variety = text.partition(":")
    try:
        return Label(Kind(kind or Kind.ORDINARY), variety)
    except ValueError as error:
        raise _BadValueError("label", "no such kind of label") from error
