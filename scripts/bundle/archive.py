"""A zip whose bytes follow from the names and the contents of its files alone."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that the format knows
_MODE = (stat.S_IFREG | 0o644) << 16
_UNIX = 3


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files in the order of their names, stored as they are: what a compressor makes differs by its version, and
    with it would the hash of the same code on two machines.
    """
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = _UNIX
            entry.external_attr = _MODE
            archive.writestr(entry, files[name], zipfile.ZIP_STORED)
    return written.getvalue()
