"""What rails with a JSON API answer, read without trust: wrong types and long texts are told apart from an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from shared.ports.rail import Answer, RailStatus

REFERENCE_CHARS_MAX = 255
CODE_CHARS_MAX = 40
TEXT_CHARS_MAX = 200

# A bank's own words are those of the Rail port.
BANK_STATUSES: Mapping[str, RailStatus] = {status.value: status for status in RailStatus}
# A transaction that our own reversal undid stays approved: the last two are what others did to one.
CARD_STATUSES: Mapping[str, RailStatus] = {
    "approved": RailStatus.ACCEPTED,
    "declined": RailStatus.REJECTED,
    "pending": RailStatus.PENDING,
    "reversed": RailStatus.RETURNED,
    "charged_back": RailStatus.RETURNED,
}

_POINTER = re.compile(r"/[a-z_]{1,40}")


def parsed(raw: bytes) -> dict[str, Any]:
    """The JSON object in a body; empty for anything else."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def answer_in(body: Mapping[str, Any], statuses: Mapping[str, RailStatus] = BANK_STATUSES) -> Answer | None:
    """The answer that a body gives, None when it lacks what it must say or mistypes it.

    Read are `status` in the rail's own words (`statuses`), `reference`, and as far as they are there `reason_code`,
    `reason_text` and `settled_on` (YYYY-MM-DD).
    """
    texts = [body.get(name, "") for name in ("status", "reference", "reason_code", "reason_text")]
    if not all(isinstance(text, str) for text in texts):
        return None
    status, reference, code, text = texts
    if status not in statuses or not 0 < len(reference) <= REFERENCE_CHARS_MAX or len(code) > CODE_CHARS_MAX:
        return None
    try:
        settled_on = date.fromisoformat(body["settled_on"]) if body.get("settled_on") else None
    except (ValueError, TypeError):
        return None
    said = statuses[status]
    settled_on = settled_on if said is RailStatus.ACCEPTED else None
    return Answer(said, reference, code, text[:TEXT_CHARS_MAX], settled_on=settled_on)


def pointer_in(raw: bytes) -> str:
    """The JSON pointer of the field that a rail refused; only what cannot hold a value of that field."""
    pointer = parsed(raw).get("field", "")
    return pointer if isinstance(pointer, str) and _POINTER.fullmatch(pointer) else ""
