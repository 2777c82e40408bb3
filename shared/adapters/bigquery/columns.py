"""Columns of a table and what fits them, refused before the call so that every warehouse refuses the same.

BigQuery itself names the row that does not fit; its emulator answers with an internal error, or takes a null for a
required column and drops what it does not know. Types: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NoReturn

from shared.kernel.errors import ClearwayError, KernelError

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
# RFC 3339 with a time zone and at most microseconds, which is what a TIMESTAMP keeps.
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_ALIASES = {"INTEGER": "INT64"}  # the name under which BigQuery's API gives the type back


class Mode(StrEnum):
    """Whether a column must hold a value, may hold one, or holds a list of them."""

    REQUIRED = "REQUIRED"
    NULLABLE = "NULLABLE"
    REPEATED = "REPEATED"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `type` is STRING, INT64, TIMESTAMP or JSON."""

    name: str
    type: str
    mode: Mode = Mode.NULLABLE


def columns_from_schema(schema: Iterable[Mapping[str, Any]]) -> tuple[Column, ...]:
    """Columns from BigQuery's JSON form of a schema. Raises MISUSE for a type or a mode that is not known here."""
    columns = []
    for field in schema:
        kind = _ALIASES.get(field["type"], field["type"])
        mode = field.get("mode", "NULLABLE")
        if kind not in _FAULTS or mode not in Mode.__members__:
            raise ClearwayError(KernelError.MISUSE, f"column {field['name']} is {mode} {kind}, which is not known here")
        columns.append(Column(field["name"], kind, Mode(mode)))
    return tuple(columns)


def check_row(row: Mapping[str, Any], columns: Iterable[Column]) -> None:
    """Raises MISUSE for a row that does not fit; the error names the column and never the value.

    A row holds JSON values by column name: text, integers, RFC 3339 times with a zone, JSON as text, lists of these
    where the column is repeated. An absent column is null.
    """
    known = {column.name: column for column in columns}
    for name in row:
        if name not in known:
            raise ClearwayError(KernelError.MISUSE, f"{name[:64]!r} is not a column of the table")
    for column in known.values():
        fault = _column_fault(row.get(column.name), column)
        if fault:
            raise ClearwayError(KernelError.MISUSE, f"column {column.name} {fault}", field=f"/{column.name}")


def stored(row: Mapping[str, Any], columns: Iterable[Column]) -> dict[str, Any]:
    """A row that fits, as a query gives it back: every column, aware times in UTC, JSON decoded, a list never null."""
    return {column.name: _read(row.get(column.name), column) for column in columns}


def _column_fault(value: Any, column: Column) -> str:
    """What is wrong with the value in this column; empty when it fits."""
    if value is None:
        return "must hold a value" if column.mode is Mode.REQUIRED else ""
    fault = _FAULTS[column.type]
    if column.mode is not Mode.REPEATED:
        return fault(value)
    if not isinstance(value, list):
        return "must be a list"
    # BigQuery keeps no null inside of an array.
    return next((found for item in value if (found := fault(item))), "")


def _string_fault(value: Any) -> str:
    if not isinstance(value, str):
        return "must be text"
    try:
        value.encode()
    except UnicodeEncodeError:  # JSON can spell half of a surrogate pair, which no UTF-8 text holds
        return "must be text in UTF-8"
    return ""


def _int64_fault(value: Any) -> str:
    return "" if type(value) is int and INT64_MIN <= value <= INT64_MAX else "must be a whole number of 64 bits"


def _timestamp_fault(value: Any) -> str:
    if not isinstance(value, str) or not _TIMESTAMP.fullmatch(value):
        return "must be a time in RFC 3339 with a zone"
    try:
        _moment(value)
    except (ValueError, OverflowError):
        return "must be a moment of the years 1 to 9999 in UTC"
    return ""


def _json_fault(value: Any) -> str:
    if _string_fault(value):
        return "must be JSON as text"
    try:
        json.loads(value, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return "must be JSON as text"
    return ""


def _no_constant(name: str) -> NoReturn:
    """Refuse NaN and the infinities, which Python reads and JSON does not have."""
    raise ValueError(name)


_FAULTS: Mapping[str, Callable[[Any], str]] = {
    "STRING": _string_fault,
    "INT64": _int64_fault,
    "TIMESTAMP": _timestamp_fault,
    "JSON": _json_fault,
}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _read(value: Any, column: Column) -> Any:
    if column.mode is Mode.REPEATED:
        return [_read(item, Column(column.name, column.type)) for item in value or ()]
    if value is None:
        return None
    if column.type == "TIMESTAMP":
        return _moment(value)
    return json.loads(value) if column.type == "JSON" else value
