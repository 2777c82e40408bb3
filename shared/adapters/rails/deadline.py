"""HTTP calls that end by a deadline, and whose failures tell whether anything can have been sent.

A read time-out of sockets starts anew with every byte, so a peer that trickles could hold a caller for hours; and a
connect time-out starts anew with every address of a host. Here one deadline bounds all of a call. Only the resolver is
left out: how long it may take is its own setting (resolv.conf).
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse
from typing import Any

from urllib3 import BaseHTTPResponse, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from urllib3.util import parse_url

from shared.kernel.errors import ClearwayError, KernelError

BODY_BYTES_MAX = 65_536
_CHUNK_BYTES = 16_384
# Of the whole: at most this share for TCP and again for TLS, so that a call that was sent has time left for its answer.
_CONNECT_SHARE = 0.4


class UnansweredError(Exception):
    """A call without a usable response; `sent` unless the other side has certainly seen nothing of it."""

    def __init__(self, *, sent: bool, cause: Exception) -> None:
        super().__init__(type(cause).__name__)
        self.sent = sent


class DeadlineClient:
    """A pooled client of one base URL. It never repeats a call and follows no redirect.

    `connections` is how many idle ones are kept; more may be open at a time. `ca_file` replaces the system's list of
    certification authorities (PEM).
    """

    def __init__(self, base_url: str, *, timeout_s: float, connections: int = 16, ca_file: str | None = None) -> None:
        url = parse_url(base_url)
        if url.scheme not in ("http", "https") or not url.host:
            raise ClearwayError(KernelError.MISUSE, "a rail's URL begins with http:// or https:// and names a host")
        self._prefix = (url.path or "").rstrip("/")
        self._timeout_s = timeout_s
        self._pool = (
            _Pool(url.host, url.port, maxsize=connections)
            if url.scheme == "http"
            else _TlsPool(url.host, url.port, maxsize=connections, ca_certs=ca_file)
        )

    def call(
        self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None = None
    ) -> tuple[int, bytes]:
        """Status and body, within `timeout_s`. Raises UnansweredError, also for a body that is cut off or too long."""
        try:
            response = self._pool.urlopen(
                method,
                self._prefix + path,
                body=body,
                headers=headers,
                retries=False,
                redirect=False,
                timeout=Timeout(total=self._timeout_s, connect=self._timeout_s * _CONNECT_SHARE),
                preload_content=False,
                decode_content=False,
            )
            return response.status, _read(response)
        except (NewConnectionError, ConnectTimeoutError) as error:
            raise UnansweredError(sent=False, cause=error) from error
        except (HTTPError, OSError) as error:
            # A pooled connection that broke before the first byte is in here too: its request may have arrived.
            raise UnansweredError(sent=True, cause=error) from error

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.close()


def _read(response: BaseHTTPResponse) -> bytes:
    raw = b""
    try:
        while chunk := response.read(_CHUNK_BYTES):
            raw += chunk
            if len(raw) > BODY_BYTES_MAX:
                raise HTTPError("the body is too long")
    except BaseException:
        response.close()
        raise
    response.release_conn()
    return raw


class _UntilDeadline(io.RawIOBase):
    """The receiving side of a socket whose reads, taken together, end by a deadline (of `time.monotonic`)."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, deadline: float) -> None:
        self._raw = raw
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left_s = self._deadline - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        self._sock.settimeout(left_s)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        # urllib3 has just set what is left of the total as the socket's time-out; from here on it is one deadline.
        deadline = time.monotonic() + (sock.gettimeout() or 0.0)
        self.fp = io.BufferedReader(_UntilDeadline(self.fp.detach(), sock, deadline))

    def begin(self) -> None:
        super().begin()
        lengths = self.headers.get_all("Content-Length", [])
        if len(lengths) > 1 or any("," in length for length in lengths):
            # urllib3 would refuse two lengths as well, but without closing the response.
            raise HTTPException("more than one Content-Length")


class _Connecting(HTTPConnection):
    """Connects to the first address that answers, all of them within one connect time-out."""

    response_class = _Response

    def _new_conn(self) -> socket.socket:
        deadline = time.monotonic() + float(self.timeout or 0.0)
        try:
            found = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NewConnectionError(self, "the host's name does not resolve") from error
        last: OSError | None = None
        for family, kind, protocol, _, address in found:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                break
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(left_s)
                for option in self.socket_options or ():
                    sock.setsockopt(*option)
                sock.connect(address)
            except OSError as error:
                sock.close()
                last = error
            else:
                return sock
        raise ConnectTimeoutError(self, "no address could be connected to") from last


class _ConnectingTls(_Connecting, HTTPSConnection):
    """The same with TLS: a handshake that fails, for whatever reason, is a connection that never was."""

    def connect(self) -> None:
        try:
            super().connect()
        except (HTTPError, OSError, ValueError) as error:  # a refused certificate is a ValueError in places
            raise NewConnectionError(self, "no secure connection") from error


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connecting


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _ConnectingTls
