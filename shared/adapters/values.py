"""What a document may hold: Firestore's own limits, refused before the call so that every store refuses the same.

Limits: https://cloud.google.com/firestore/quotas (1 MiB a document, 64-bit integers, no array in an array).
Sizes: https://cloud.google.com/firestore/docs/storage-size.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.documents import Fields, Key

DOCUMENT_BYTES_MAX = 1_048_576
INTEGER_MAX = 2**63 - 1
# A datetime takes eight bytes too; bytes take their length.
_FIXED_SIZES: dict[type, int] = {type(None): 1, bool: 1, float: 8, bytes: 0}
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class _UnfitError(Exception):
    """Carries the type of a value that no document can hold."""


def check_fields(key: Key, fields: Fields) -> Fields:
    """A deep copy of the fields; raises MISUSE for what Firestore cannot hold, naming the field and never its value."""
    sizes: list[int] = []
    copied = {}
    for name, value in fields.items():
        if not _IDENTIFIER.fullmatch(name):
            # Firestore reads a dot in the name of an updated field as a path into a map.
            raise ClearwayError(KernelError.MISUSE, f"a field name of {key.collection} is not an identifier")
        sizes.append(len(name) + 1)
        try:
            copied[name] = _plain(value, sizes)
        except _UnfitError as unfit:
            raise ClearwayError(KernelError.MISUSE, f"{key.collection}.{name} cannot hold a {unfit}") from None
    if sum(sizes) > DOCUMENT_BYTES_MAX:
        raise ClearwayError(KernelError.MISUSE, f"a document of {key.collection} is larger than 1 MiB")
    return copied


def _plain(value: Any, sizes: list[int]) -> Any:
    """A copy of the value, its bytes added to `sizes`. By exact type, most frequent first: this is on the hot path."""
    kind = type(value)
    if kind is str:
        sizes.append(len(value.encode()) + 1)
        return value
    if kind is int and -INTEGER_MAX <= value <= INTEGER_MAX:
        sizes.append(8)
        return value
    if kind is dict and all(type(name) is str and name for name in value):
        sizes += [len(name.encode()) + 1 for name in value]
        return {name: _plain(item, sizes) for name, item in value.items()}
    if kind is list and not any(type(item) is list for item in value):
        return [_plain(item, sizes) for item in value]
    if value is None or kind in _FIXED_SIZES or (isinstance(value, datetime) and value.tzinfo is not None):
        sizes.append(_FIXED_SIZES.get(kind, 8) if kind is not bytes else len(value))
        return value
    raise _UnfitError(kind.__name__)
