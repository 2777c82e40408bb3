"""Identifiers that a message asks for, derived from what the caller owns: asking twice gives the same one."""

from __future__ import annotations

import hashlib
import uuid


def uetr(*parts: str) -> str:
    """The unique end-to-end transaction reference of what `parts` name: a UUID in the form of version 4.

    Its bits come from SHA-256 over the length-prefixed parts in place of chance, so that a repeated submission carries
    the same reference. Source of the form: ISO 20022 `UUIDv4Identifier`, RFC 9562.
    """
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode()
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)
    return str(uuid.UUID(bytes=digest.digest()[:16], version=4))
