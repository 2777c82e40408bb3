"""Reading a watchlist: OFAC's `sdn.csv` and `alt.csv`, as files' content or out of a folder, plain or gzipped."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from pathlib import Path

from shared.compliance.domain.errors import ComplianceError
from shared.compliance.domain.sdn import parse_watchlist
from shared.compliance.domain.watchlist import Watchlist
from shared.kernel.errors import ClearwayError

# A list read whole has to fit a function; OFAC's own is below 10 MB.
BYTES_MAX = 200_000_000
SDN_FILE, ALT_FILE = "sdn.csv", "alt.csv"
NAME = "ofac-sdn"


def watchlist_of(sdn: bytes | None, alt: bytes | None, name: str = NAME) -> Watchlist:
    """The list of two files' content; None is a file that is not there.

    Raises LIST_MISSING unless both are there (a list without other names has an empty second file: one that was lost
    must not go unnoticed), and LIST_MALFORMED for one that cannot be read.
    """
    for content, file in ((sdn, SDN_FILE), (alt, ALT_FILE)):
        if content is None:
            raise ClearwayError(ComplianceError.LIST_MISSING, f"there is no {file}")
    return parse_watchlist(name, _decoded(sdn or b"", SDN_FILE), _decoded(alt or b"", ALT_FILE))


def load_watchlist(folder: Path, name: str = NAME) -> Watchlist:
    """The list in `folder`, where `alt.csv` may be missing.

    Raises LIST_MISSING without an SDN file, LIST_MALFORMED for one that cannot be read.
    """
    files = files_in(folder)
    return watchlist_of(files.get(SDN_FILE), files.get(ALT_FILE, b""), name)


def files_in(folder: Path) -> Mapping[str, bytes]:
    """The content of `sdn.csv` and `alt.csv`, as far as they are there. Raises LIST_MALFORMED for a broken gzip."""
    contents = ((file, _content(folder, file)) for file in (SDN_FILE, ALT_FILE))
    return {file: content for file, content in contents if content is not None}


def _content(folder: Path, file: str) -> bytes | None:
    plain, zipped = folder / file, folder / f"{file}.gz"
    if plain.is_file():
        return plain.read_bytes()
    if not zipped.is_file():
        return None
    try:
        with gzip.open(zipped) as stream:
            return stream.read(BYTES_MAX + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ClearwayError(ComplianceError.LIST_MALFORMED, f"{zipped.name} is no whole gzip file") from error


def _decoded(raw: bytes, file: str) -> str:
    if len(raw) > BYTES_MAX:
        raise ClearwayError(ComplianceError.LIST_MALFORMED, f"{file} is above {BYTES_MAX} bytes")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ClearwayError(ComplianceError.LIST_MALFORMED, f"{file} is not UTF-8 at byte {error.start}") from error
