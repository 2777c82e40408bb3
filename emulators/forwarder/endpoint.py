"""The push endpoint of one subscription: POST requests over kept connections, one for each message in flight."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from emulators.forwarder.connection import Connection, HungUpError

# What the service sends, seen at endpoints on Cloud Run and elsewhere; documented at
# https://developers.google.com/search/docs/crawling-indexing/google-special-case-crawlers#apis-google.
USER_AGENT = "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)"


class RefusedError(Exception):
    """No connection came about: nobody has seen the request."""


class Endpoint:
    """An `http` URL on this machine."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or 80
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._start = (
            f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: {USER_AGENT}\r\n"
            "Accept: application/json\r\nFrom: noreply@google.com\r\nContent-Type: application/json\r\n"
        )
        self._token = ""
        self._head = self._start.encode()
        self._idle: list[Connection] = []

    async def post(self, body: bytes, token: str) -> int:
        """Post the body with the bearer token, if there is one, and return the status.

        Raises RefusedError when nothing was sent, HungUpError when the connection ended without an answer.
        """
        if token != self._token:
            self._token = token
            self._head = f"{self._start}Authorization: Bearer {token}\r\n".encode()
        request = b"%bContent-Length: %d\r\n\r\n%b" % (self._head, len(body), body)
        while True:
            connection = await self._connection()
            try:
                status = await connection.exchange(request)
            except HungUpError as error:
                # A server may close a kept connection at the very moment at which we write to it.
                if connection.exchanges > 1 and not error.begun:
                    continue
                raise
            if connection.usable:
                self._idle.append(connection)
            else:
                connection.close()
            return status

    def close(self) -> None:
        """Close the connections that wait."""
        while self._idle:
            self._idle.pop().close()

    async def _connection(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
            connection.close()
        try:
            _, made = await asyncio.get_running_loop().create_connection(Connection, self._host, self._port)
        except OSError as error:
            raise RefusedError from error
        return made
