"""One JSON line an event, as Cloud Logging reads it from standard output. Never personal data, never a secret."""

from __future__ import annotations

import json
import sys
from typing import Any


def log(severity: str, message: str, **fields: Any) -> None:
    """Write one line: `severity` is Cloud Logging's (INFO, WARNING, ERROR), fields are ids, codes and counts."""
    line = json.dumps({"severity": severity, "message": message, **fields}, separators=(",", ":"), default=str)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
