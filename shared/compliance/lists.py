"""Reading a watchlist: OFAC's `sdn.csv` and `alt.csv`, as files' content or out of a folder, plain or gzipped."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from pathlib import Path

from shared.compliance.domain.errors import ComplianceError
from shared.compliance.domain.sdn import END_OF_FILE, parse_watchlist
from shared.compliance.domain.watchlist import Watchlist
from shared.kernel.errors import ClearwayError

# A list read whole has to fit a function; OFAC's own are of 4 and 1 MB.
BYTES_MAX = 20_000_000
SDN_FILE, ALT_FILE = "sdn.csv", "alt.csv"
# An alt.csv in which nobody has another name.
NO_OTHER_NAMES = END_OF_FILE.encode()
NAME = "ofac-sdn"


def watchlist_of(sdn: bytes | None, alt: bytes | None, name: str = NAME) -> Watchlist:
    """The list of two files' content, as payments are screened against it; None is a file that is not there.

    Both have to be there, to their ends: names that were lost on the way must not go unnoticed, and that a file was cut
    off behind a row, or before the first, shows in its last byte alone. A list without other names: NO_OTHER_NAMES.
    Raises LIST_MISSING, and LIST_MALFORMED for one that cannot be read or was cut short.
    """
    for content, file in ((sdn, SDN_FILE), (alt, ALT_FILE)):
        if content is None:
            raise ClearwayError(ComplianceError.LIST_MISSING, f"there is no {file}")
        if not content.rstrip().endswith(NO_OTHER_NAMES):
            raise ClearwayError(ComplianceError.LIST_MALFORMED, f"{file} was cut short: its last byte is not 0x1A")
    return _parsed(name, sdn or b"", alt or b"")


def load_watchlist(folder: Path, name: str = NAME) -> Watchlist:
    """The list in `folder`, where `alt.csv` may be missing, as may the last byte of a list that people wrote.

    Raises LIST_MISSING without an SDN file, LIST_MALFORMED for one that cannot be read.
    """
    files = files_in(folder)
    if SDN_FILE not in files:
        raise ClearwayError(ComplianceError.LIST_MISSING, f"there is no {SDN_FILE}")
    return _parsed(name, files[SDN_FILE], files.get(ALT_FILE, NO_OTHER_NAMES))


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


def _parsed(name: str, sdn: bytes, alt: bytes) -> Watchlist:
    return parse_watchlist(name, _decoded(sdn, SDN_FILE), _decoded(alt, ALT_FILE))


def _decoded(raw: bytes, file: str) -> str:
    if len(raw) > BYTES_MAX:
        raise ClearwayError(ComplianceError.LIST_MALFORMED, f"{file} is above {BYTES_MAX} bytes")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ClearwayError(ComplianceError.LIST_MALFORMED, f"{file} is not UTF-8 at byte {error.start}") from error
