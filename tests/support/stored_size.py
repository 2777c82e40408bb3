"""How many bytes a document and its entries in the composite indexes take in Firestore, by Google's own rules.

https://cloud.google.com/firestore/docs/storage-size
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from shared.ports.documents import Fields, Key

INDEXES = Path(__file__).resolve().parents[2] / "infra" / "firestore" / "indexes.json"


def document_bytes(key: Key, fields: Fields) -> int:
    """A document with its name."""
    return _name_bytes(key) + _map_bytes(fields)


def index_bytes(key: Key, fields: Fields) -> int:
    """Its entries in all composite indexes of its collection; one for each element of a list that is searched."""
    total = 0
    for index in _indexes():
        paths = [one["path"] for one in index["fields"]]
        if index["collection"] != key.collection or any(path not in fields for path in paths):
            continue
        entries, values = 1, 0
        for one in index["fields"]:
            value = fields[one["path"]]
            if "array" in one:
                entries = len(value)
                values += max((_value_bytes(item) for item in value), default=0)
            else:
                values += _value_bytes(value)
        total += entries * (_name_bytes(key) + values + 32)
    return total


@cache
def _indexes() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(INDEXES.read_text(encoding="utf-8"))
    return found


def _name_bytes(key: Key) -> int:
    return len(key.collection.encode()) + 1 + len(key.id.encode()) + 1 + 16


def _map_bytes(fields: Mapping[str, Any]) -> int:
    return 32 + sum(len(name.encode()) + 1 + _value_bytes(value) for name, value in fields.items())


def _value_bytes(value: Any) -> int:
    match value:
        case None | bool():
            return 1
        case int() | float() | datetime():
            return 8
        case str():
            return len(value.encode()) + 1
        case bytes():
            return len(value)
        case Mapping():
            return _map_bytes(value)
        case list():
            return sum(map(_value_bytes, value))
        case _:
            raise TypeError(type(value).__name__)
