"""Byte code that travels in a bundle (PEP 552), the same bytes wherever this version of Python builds it.

`marshal` marks a value that has other users as one that may be referred to, and refers to it the second time. Whether
it has other users depends on what else the process has loaded, and so do the bytes. They are therefore written anew
without references, and texts without the mark that they were interned. A check holds the result against the code.
"""

from __future__ import annotations

import marshal
import sys
from functools import cache
from importlib.util import MAGIC_NUMBER, source_hash
from pathlib import PurePosixPath

from scripts.bundle.errors import BundleError

# Where Cloud Run functions have a runtime: https://docs.cloud.google.com/functions/docs/runtime-support
RUNTIMES = ("3.11", "3.12", "3.13", "3.14")
# The byte code is taken as it is: its source is in the same bundle, and neither changes after it is built.
_UNCHECKED_HASH = (0b01).to_bytes(4, "little")

# The format of `marshal`, version 4, and 5 of Python 3.14, which adds slices. The high bit marks what is referred to.
_MAY_BE_REFERRED_TO = 0x80
_REFERENCE = b"r"
_BYTES_OF = {b"N": 0, b"F": 0, b"T": 0, b"S": 0, b".": 0, b"i": 4, b"g": 8, b"y": 16}
_LENGTH_BYTES = {b"s": 4, b"u": 4, b"a": 4, b"z": 1}  # of bytes, text, and ASCII long and short
_NOT_INTERNED = {b"t": b"u", b"A": b"a", b"Z": b"z"}
_COUNT_BYTES = {b"(": 4, b")": 1, b"<": 4, b">": 4}  # of tuples long and short, set and frozenset
_SETS = (b"<", b">")
# Five numbers, eight values from the instructions to the qualified name, the first line, and two tables.
_CODE = (20, 8, 4, 2)
_SLICE_VALUES = 3


def runtime_version(version: tuple[int, ...] = sys.version_info[:2], name: str = sys.implementation.name) -> str:
    """`3.11`: the Python that byte code of this process is for. Raises BundleError where functions have no such one."""
    found = ".".join(map(str, version))
    if name != "cpython" or found not in RUNTIMES:
        detail = f"the byte code would be for {name} {found}, and Cloud Run functions have CPython"
        raise BundleError(f"{detail} {', '.join(RUNTIMES)}; build with one of these")
    return found


def cached_as(name: str) -> str:
    """Where Python looks for the byte code of a file: `a/b.py` gives `a/__pycache__/b.cpython-311.pyc`."""
    path = PurePosixPath(name)
    return str(path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc")


@cache
def byte_code(source: bytes, name: str) -> bytes:
    """The .pyc of a file that the bundle holds under `name`, which is the only path in it.

    Raises BundleError when this Python writes what the rewriting does not know, SyntaxError for a broken source.
    """
    # Without -O and without the future statements of this module, whatever this process was started with.
    code = compile(source, name, "exec", dont_inherit=True, optimize=0)
    written = without_references(marshal.dumps(code))
    if marshal.loads(written) != code:  # noqa: S302 - what was written a line above
        raise BundleError(f"{name}: its byte code cannot be written without references by this Python")
    return MAGIC_NUMBER + _UNCHECKED_HASH + source_hash(source) + written


def without_references(dumped: bytes) -> bytes:
    """One value as `marshal` dumped it, with every reference replaced by what it refers to.

    Raises BundleError for a kind of value that no code holds.
    """
    reading = _Reading(dumped)
    written = reading.value()
    if reading.at != len(dumped):
        raise BundleError("the byte code of this Python has a form that is not known here")
    return written


class _Reading:
    """The dumped bytes, up to where they were read, and the values that may be referred to, as they are written."""

    def __init__(self, dumped: bytes) -> None:
        self.at = 0
        self._dumped = dumped
        self._seen: list[bytes] = []

    def value(self) -> bytes:
        """The next value, written anew."""
        first = self._take(1)[0]
        kind = bytes([first & ~_MAY_BE_REFERRED_TO])
        if kind == _REFERENCE:
            return self._seen[int.from_bytes(self._take(4), "little")]
        if not first & _MAY_BE_REFERRED_TO:
            return self._rest(kind)
        place = len(self._seen)
        self._seen.append(b"")  # a value is counted before those inside it
        self._seen[place] = self._rest(kind)
        return self._seen[place]

    def _rest(self, kind: bytes) -> bytes:
        kind = _NOT_INTERNED.get(kind, kind)
        if kind in _BYTES_OF:
            return kind + self._take(_BYTES_OF[kind])
        if kind in _LENGTH_BYTES:
            length = self._take(_LENGTH_BYTES[kind])
            return kind + length + self._take(int.from_bytes(length, "little"))
        if kind == b"l":  # a long number: how many digits of 15 bits, negative for a negative one
            digits = self._take(4)
            return kind + digits + self._take(2 * abs(int.from_bytes(digits, "little", signed=True)))
        if kind in _COUNT_BYTES:
            count = self._take(_COUNT_BYTES[kind])
            inside = self._values(int.from_bytes(count, "little"))
            # The order of a set is that of its values' bytes, which have just changed.
            return kind + count + b"".join(sorted(inside) if kind in _SETS else inside)
        if kind == b"c":
            numbers, values, line, tables = _CODE
            head = self._take(numbers) + b"".join(self._values(values))
            return kind + head + self._take(line) + b"".join(self._values(tables))
        if kind == b":":
            return kind + b"".join(self._values(_SLICE_VALUES))
        raise BundleError(f"the byte code of this Python holds a value of the kind {kind!r}, which is not known here")

    def _values(self, count: int) -> list[bytes]:
        return [self.value() for _ in range(count)]

    def _take(self, count: int) -> bytes:
        self.at += count
        return self._dumped[self.at - count : self.at]
