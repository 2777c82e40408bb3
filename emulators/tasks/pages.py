"""Pages of a listing: the token is the last name of the page before, so that changes in between do no harm."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable

from emulators.tasks.errors import invalid


def page_of(names: Iterable[str], size: int, size_max: int, token: str) -> tuple[list[str], str]:
    """The names of one page, sorted, and the token of the next; empty at the end. Raises INVALID."""
    if size < 0:
        raise invalid("page_size must not be negative.")
    try:
        after = base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, ValueError):
        raise invalid("Invalid page_token.") from None
    limit = min(size or size_max, size_max)
    rest = sorted(name for name in names if name > after)
    page = rest[:limit]
    return page, base64.urlsafe_b64encode(page[-1].encode()).decode() if len(rest) > limit else ""
