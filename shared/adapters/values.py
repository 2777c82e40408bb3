"""What a document may hold: Firestore's own limits, refused before the call so that every store refuses the same.

Limits: https://cloud.google.com/firestore/quotas (1 MiB a document, 64-bit integers, no array in an array).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.documents import Fields, Key

DOCUMENT_BYTES_MAX = 1_048_576
INTEGER_MAX = 2**63 - 1


def check_fields(key: Key, fields: Fields) -> Fields:
    """A deep copy of the fields; raises MISUSE for what Firestore cannot hold, naming the field and never its value."""
    if not all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) for name in fields):
        # Firestore reads a dot in the name of an updated field as a path into a map.
        raise ClearwayError(KernelError.MISUSE, f"a field name of {key.collection} is not an identifier")
    copied = {name: _plain(value, f"{key.collection}.{name}", in_list=False) for name, value in fields.items()}
    if sum(len(name) + 1 + _size(value) for name, value in copied.items()) > DOCUMENT_BYTES_MAX:
        raise ClearwayError(KernelError.MISUSE, f"a document of {key.collection} is larger than 1 MiB")
    return copied


def _plain(value: Any, path: str, *, in_list: bool) -> Any:
    if value is None or isinstance(value, bool | float | str | bytes):
        return value
    if type(value) is int and abs(value) <= INTEGER_MAX:
        return value
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value
    if isinstance(value, list) and not in_list:
        return [_plain(item, f"{path}[]", in_list=True) for item in value]
    if isinstance(value, dict) and all(isinstance(name, str) and name for name in value):
        return {name: _plain(item, f"{path}.{name}", in_list=False) for name, item in value.items()}
    raise ClearwayError(KernelError.MISUSE, f"{path} cannot hold a {type(value).__name__}")


def _size(value: Any) -> int:
    """Bytes as Firestore counts them: https://cloud.google.com/firestore/docs/storage-size."""
    if value is None or isinstance(value, bool):
        return 1
    if isinstance(value, str):
        return len(value.encode()) + 1
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, list):
        return sum(_size(item) for item in value)
    if isinstance(value, dict):
        return sum(len(name) + 1 + _size(item) for name, item in value.items())
    return 8
