"""Reading a watchlist out of a folder: OFAC's `sdn.csv` and, where it is there, `alt.csv`; each plain or gzipped."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from shared.compliance.domain.errors import ComplianceError
from shared.compliance.domain.sdn import parse_watchlist
from shared.compliance.domain.watchlist import Watchlist
from shared.kernel.errors import ClearwayError

# A list read whole has to fit a function; OFAC's own is below 10 MB.
BYTES_MAX = 200_000_000


def load_watchlist(folder: Path, name: str = "ofac-sdn") -> Watchlist:
    """The list in `folder`. Raises LIST_MISSING without an SDN file, LIST_MALFORMED for one that cannot be read."""
    sdn = _text(folder, "sdn.csv")
    if sdn is None:
        raise ClearwayError(ComplianceError.LIST_MISSING, "the folder of the watchlist holds no sdn.csv")
    return parse_watchlist(name, sdn, _text(folder, "alt.csv") or "")


def _text(folder: Path, file: str) -> str | None:
    plain, zipped = folder / file, folder / f"{file}.gz"
    if plain.is_file():
        return _decoded(plain.read_bytes(), file)
    if not zipped.is_file():
        return None
    try:
        with gzip.open(zipped) as stream:
            return _decoded(stream.read(BYTES_MAX + 1), file)
    except (OSError, EOFError, zlib.error) as error:
        raise ClearwayError(ComplianceError.LIST_MALFORMED, f"{zipped.name} is no whole gzip file") from error


def _decoded(raw: bytes, file: str) -> str:
    if len(raw) > BYTES_MAX:
        raise ClearwayError(ComplianceError.LIST_MALFORMED, f"{file} is above {BYTES_MAX} bytes")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ClearwayError(ComplianceError.LIST_MALFORMED, f"{file} is not UTF-8 at byte {error.start}") from error
