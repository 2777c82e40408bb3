"""One kept-alive HTTP/1.1 connection: a request goes out in one write, its answer's status comes back.

`http.client` needs a thread for each request under way and parses headers as those of an e-mail; a pusher needs the
status alone. Answers end as RFC 9112 section 6.3 says: by their status, by their chunks, by their length, or by the
end of the connection.
"""

from __future__ import annotations

import asyncio
from typing import cast

_NO_BODY = frozenset({204, 304})
_INTERIM = frozenset({100, 103})
_HEAD_BYTES_MAX = 65_536


class HungUpError(Exception):
    """The connection ended without an answer. `begun` when part of one had come."""

    def __init__(self, *, begun: bool) -> None:
        super().__init__()
        self.begun = begun


class Connection(asyncio.Protocol):
    """Carries one exchange at a time; `usable` says whether another may follow."""

    def __init__(self) -> None:
        self.usable = False
        self.exchanges = 0
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[int] | None = None
        self._buffer = bytearray()

    async def exchange(self, request: bytes) -> int:
        """Send the request and return its answer's status, once the whole answer is there.

        Raises HungUpError when the other side ends the connection first. Cancelling closes the connection.
        """
        if self._transport is None or not self.usable:
            raise HungUpError(begun=False)
        self.exchanges += 1
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            return await self._answer
        except asyncio.CancelledError:
            self.close()
            raise

    def close(self) -> None:
        """Close at once, whatever is under way."""
        self.usable = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)
        self.usable = True

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._buffer += data
        try:
            status = self._parse(ended=False)
        except ValueError:
            self.close()  # not HTTP; connection_lost tells the one who waits
            return
        if status is not None:
            self._finish(status)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self.usable = False
        if self._answer is None or self._answer.done():
            return
        try:
            status = None if exc else self._parse(ended=True)
        except ValueError:
            status = None
        if status is None:
            self._answer.set_exception(HungUpError(begun=bool(self._buffer)))
        else:
            self._answer.set_result(status)

    def _finish(self, status: int) -> None:
        if self._answer is None or self._answer.done():
            self.close()  # an answer that nobody asked for
            return
        if self._buffer:
            self.close()  # something follows an answer that is complete: the two sides do not agree where they are
        self._answer.set_result(status)

    def _parse(self, *, ended: bool) -> int | None:
        """The status if the buffer holds a whole answer, which is then taken out; None if more is to come.

        Raises ValueError for what is not HTTP/1.
        """
        while True:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(self._buffer) > _HEAD_BYTES_MAX or not b"HTTP/1."[: len(self._buffer)] == self._buffer[:7]:
                    raise ValueError
                return None
            version, _, rest = bytes(self._buffer[:end]).partition(b" ")
            if not version.startswith(b"HTTP/1.") or not rest[:3].isdigit():
                raise ValueError
            status = int(rest[:3])
            if status not in _INTERIM:
                break
            del self._buffer[: end + 4]
        headers = _headers(rest)
        size = self._size(status, headers, end + 4, ended=ended)
        if size is None:
            return None
        del self._buffer[:size]
        kept = version == b"HTTP/1.1" and b"close" not in headers.get(b"connection", b"").lower()
        if not kept or status < 200:
            self.usable = False
        return status

    def _size(self, status: int, headers: dict[bytes, bytes], start: int, *, ended: bool) -> int | None:
        """How many bytes of the buffer the answer takes, whose body starts at `start`; None while it is incomplete."""
        if status < 200 or status in _NO_BODY:
            return start
        if b"chunked" in headers.get(b"transfer-encoding", b"").lower():
            return _end_of_chunks(self._buffer, start)
        length = headers.get(b"content-length")
        if length is not None:
            if not length.isdigit():
                raise ValueError
            size = start + int(length)
            return size if len(self._buffer) >= size else None
        self.usable = False  # it ends with the connection
        return len(self._buffer) if ended else None


def _headers(head: bytes) -> dict[bytes, bytes]:
    """The header fields by lower-case name; the first line, the reason phrase, is passed over."""
    pairs = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _end_of_chunks(buffer: bytearray, at: int) -> int | None:
    """Where the chunked body that starts at `at` ends, its trailer included; None while it is incomplete."""
    while True:
        line = buffer.find(b"\r\n", at)
        if line < 0:
            return None
        size = int(bytes(buffer[at:line]).partition(b";")[0], 16)
        if size < 0:
            raise ValueError
        at = line + 2
        if size == 0:
            break
        at += size + 2
    while True:
        line = buffer.find(b"\r\n", at)
        if line < 0:
            return None
        if line == at:
            return line + 2
        at = line + 2
