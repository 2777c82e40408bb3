"""Lists in OFAC's format, written by tests."""

from __future__ import annotations

from shared.compliance.domain.sdn import parse_watchlist
from shared.compliance.domain.watchlist import Watchlist

NOTHING = "-0- "


def sdn_row(number: str, name: str, kind: str = NOTHING, programmes: str = "FIC", remarks: str = NOTHING) -> str:
    rest = ",".join([NOTHING] * 7)
    return f'{number},"{name}",{kind},"{programmes}",{rest},"{remarks}"\r\n'


def alt_row(entry: str, name: str, number: str = "1", kind: str = "aka") -> str:
    return f'{entry},{number},"{kind}","{name}",{NOTHING}\r\n'


def a_watchlist(*rows: str, alt: str = "") -> Watchlist:
    return parse_watchlist("test", "".join(rows) + "\x1a", alt)
