"""Does nothing."""

from __future__ import annotations

import functions_framework
from flask import Request


@functions_framework.http
def handle(request: Request) -> tuple[str, int]:
    """Take one call."""
    del request
    return "", 204
