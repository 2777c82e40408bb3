"""What the name of a statement's file says: `statements/inbound/{rail}/[{currency}/]{date}[-{page or version}].xml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from shared.kernel.errors import ClearwayError
from shared.reconciliation.domain.errors import ReconciliationError

_NAME = re.compile(
    r"statements/inbound/(?P<rail>[a-z][a-z0-9-]{0,31})/(?:(?P<currency>[A-Z]{3})/)?"
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:-[A-Za-z0-9_-]{1,32})?\.xml"
)


@dataclass(frozen=True, slots=True)
class FileName:
    """Whose statement a file is, as far as its name says; `day` is when it was delivered for, by the bank's naming."""

    rail: str
    currency: str
    day: date


def parse_name(name: str) -> FileName:
    """What a name says; raises MISPLACED for one of another form."""
    found = _NAME.fullmatch(name)
    try:
        day = date.fromisoformat(found["date"]) if found else None
    except ValueError:
        day = None
    if found is None or day is None:
        detail = "a statement is kept as statements/inbound/{rail}/[{currency}/]{date}[-{page}].xml"
        raise ClearwayError(ReconciliationError.MISPLACED, detail, field="/name")
    return FileName(found["rail"], found["currency"] or "", day)
