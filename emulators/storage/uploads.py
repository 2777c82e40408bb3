"""How content arrives: with its description in one multipart body, or piece by piece in a resumable session."""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from emulators.storage.errors import StorageError, invalid
from emulators.storage.objects import StoredObject

_RANGE = re.compile(r"bytes (?:(\d{1,15})-(\d{1,15})|\*)/(\d{1,15}|\*)")
# The service keeps a session for a week; here only so many are kept, the oldest is forgotten first.
_SESSIONS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Described:
    """An object's description as its sender gives it: the fields that are kept, all optional."""

    name: str = ""
    content_type: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)


def described(raw: bytes) -> Described:
    """Read a description in JSON; an empty one says nothing. Raises StorageError for what is none."""
    try:
        content: Any = json.loads(raw) if raw.strip() else {}
    except ValueError:
        raise invalid("Parse Error") from None
    if not isinstance(content, dict):
        raise invalid("Parse Error")
    metadata = content.get("metadata") or {}
    texts = [content.get(name, "") for name in ("name", "contentType", "crc32c", "md5Hash")]
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in (*texts, *metadata.values())):
        raise invalid("Invalid value in the object's description.")
    hashes = {name: content[name] for name in ("crc32c", "md5Hash") if content.get(name)}
    return Described(content.get("name", ""), content.get("contentType", ""), metadata, hashes)


def split_multipart(content_type: str, body: bytes) -> tuple[Described, bytes, str]:
    """Description, content and the content's own type of a multipart/related body of two parts (RFC 2387)."""
    found = re.search(r'^multipart/related\b.*boundary="?([^";]+)', content_type, re.IGNORECASE)
    if not found:
        raise invalid("A multipart upload has the content type multipart/related.")
    mark = b"--" + found[1].encode()
    # The content may hold anything, also what looks like a line of its own: only the first and the last marks count.
    opened, first, rest = body.partition(mark + b"\r\n")
    description, middle, rest = rest.partition(b"\r\n" + mark + b"\r\n")
    content, last, _ = rest.rpartition(b"\r\n" + mark + b"--")
    if opened.strip() or not (first and middle and last):
        raise invalid("Malformed multipart body.")
    (_, text), (headers, data) = _part(description), _part(content)
    return described(text), data, headers.get("content-type", "")


def _part(raw: bytes) -> tuple[dict[str, str], bytes]:
    head, between, body = raw.partition(b"\r\n\r\n")
    if not between:
        raise invalid("Malformed multipart body.")
    lines = (line.partition(":") for line in head.decode("latin-1").split("\r\n"))
    return {name.strip().lower(): value.strip() for name, _, value in lines}, body


@dataclass(slots=True)
class Session:
    """A resumable upload: what it will become, what has arrived of it, and at the end the object that it became."""

    bucket: str
    described: Described
    content_type: str
    if_generation: int | None
    received: bytearray = field(default_factory=bytearray)
    stored: StoredObject | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, content_range: str, body: bytes) -> bool:
        """Add a piece; True when it was the last. A piece that has arrived before is not added twice.

        Raises StorageError for a piece that does not follow, and for one whose range is not that of its body.
        """
        found = _RANGE.fullmatch(content_range) if content_range else None
        if content_range and not found:
            raise invalid("Failed to parse Content-Range header.")
        if found is None:  # the whole content in one request
            self.received[:] = body
            return True
        first, last, total = found.groups()
        if first is not None:
            self._append(int(first), int(last), body)
        return total != "*" and len(self.received) == int(total)

    def _append(self, first: int, last: int, body: bytes) -> None:
        if len(body) != last - first + 1:
            raise invalid("The Content-Range header does not fit the length of the content.")
        if first > len(self.received):
            raise StorageError(HTTPStatus.SERVICE_UNAVAILABLE, "backendError", "A piece of this upload is missing.")
        self.received[first:] = body


class Sessions:
    """The resumable uploads under way, by the id that is in their URL."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}

    def open(self, session: Session) -> str:
        """Remember an upload; returns its id."""
        upload_id = secrets.token_urlsafe(24)
        with self._lock:
            while len(self._sessions) >= _SESSIONS_MAX:
                del self._sessions[next(iter(self._sessions))]
            self._sessions[upload_id] = session
        return upload_id

    def get(self, upload_id: str) -> Session:
        """The upload of this id. Raises StorageError for one that is not under way."""
        with self._lock:
            if upload_id not in self._sessions:
                raise StorageError(HTTPStatus.NOT_FOUND, "notFound", "There is no upload of this id under way.")
            return self._sessions[upload_id]

    def close(self, upload_id: str) -> None:
        """Forget an upload that was refused or given up."""
        with self._lock:
            self._sessions.pop(upload_id, None)
