"""Signatures of callbacks on the raw body, as Standard Webhooks 1.0.0 (standardwebhooks.com) has them.

Three headers: `webhook-id` (constant over every delivery of one message), `webhook-timestamp` (of this delivery, in
seconds since 1970) and `webhook-signature` (tokens `v1,<base64>` with a space between). What is signed, with
HMAC-SHA256, is `{id}.{timestamp}.{body}` where the body is the bytes as sent, before anything has parsed them.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.formats.errors import SigningError
from shared.kernel.errors import ClearwayError

ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"

SECRET_PREFIX = "whsec_"  # noqa: S105, it marks a secret and is none
SECRET_BYTES_MIN = 24  # Standard Webhooks 1.0.0: between 24 and 64 bytes
SECRET_BYTES_MAX = 64

# No full stop: it parts the id from the timestamp in what is signed, so that with one inside an id a signature of one
# message would also be a signature of another.
ID = re.compile(r"[!-\-/-~]{1,255}")
TIMESTAMP = re.compile(r"[0-9]{1,11}")
VERSION = "v1"


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """A message whose signature was believed: its `id`, by which a repeated delivery is known, and when it was sent."""

    id: str
    at: datetime


def sign(secret: str, message_id: str, at: datetime, body: bytes, *, also: Iterable[str] = ()) -> dict[str, str]:
    """The three headers for one delivery of `body` at `at` (aware; whole seconds are kept).

    `also` holds further secrets to sign with while a receiver moves from one to another. Raises UNUSABLE_SECRET, and
    UNUSABLE_ID for an id that is empty, longer than 255 characters or holds a full stop, a space or a non-ASCII letter.
    """
    if not ID.fullmatch(message_id):
        raise ClearwayError(SigningError.UNUSABLE_ID, "1 to 255 visible ASCII characters, none a full stop")
    timestamp = str(int(at.timestamp()))
    tokens = [f"{VERSION},{_digest(one, message_id, timestamp, body)}" for one in (secret, *also)]
    return {ID_HEADER: message_id, TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: " ".join(tokens)}


def verify(
    secrets: Iterable[str], headers: Mapping[str, str], body: bytes, *, now: datetime, tolerance_s: int
) -> SignedMessage:
    """The message that these headers and this raw body make, if one of `secrets` signed it about `now`.

    Header names are compared without regard to case. Raises MISSING_HEADER, UNUSABLE_ID, BAD_TIMESTAMP (not a whole
    number of seconds), TOO_OLD or TOO_NEW (further than `tolerance_s` seconds from `now`), NO_MATCH, and
    UNUSABLE_SECRET for a secret of ours that is none. That a message id was seen before is for the caller to know.
    """
    given = {name.lower(): value for name, value in headers.items()}
    for name in (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER):
        if not given.get(name):
            raise ClearwayError(SigningError.MISSING_HEADER, f"the header {name} is missing or empty", field=name)
    message_id, timestamp = given[ID_HEADER], given[TIMESTAMP_HEADER]
    if not ID.fullmatch(message_id):
        raise ClearwayError(SigningError.UNUSABLE_ID, "not an id that could have been signed", field=ID_HEADER)
    if not TIMESTAMP.fullmatch(timestamp):
        raise ClearwayError(SigningError.BAD_TIMESTAMP, "not a whole number of seconds", field=TIMESTAMP_HEADER)
    at = datetime.fromtimestamp(int(timestamp), UTC)
    if now - at > timedelta(seconds=tolerance_s):
        raise ClearwayError(SigningError.TOO_OLD, f"signed more than {tolerance_s} s ago", field=TIMESTAMP_HEADER)
    if at - now > timedelta(seconds=tolerance_s):
        raise ClearwayError(SigningError.TOO_NEW, f"signed more than {tolerance_s} s ahead", field=TIMESTAMP_HEADER)
    offered = [token[len(VERSION) + 1 :] for token in given[SIGNATURE_HEADER].split(" ") if _is_ours(token)]
    matches = False
    for secret in secrets:
        expected = _digest(secret, message_id, timestamp, body).encode()
        for one in offered:
            # Every pair is compared to its end, so that the time taken says nothing of which one matched.
            matches |= hmac.compare_digest(expected, one.encode())
    if not matches:
        raise ClearwayError(SigningError.NO_MATCH, "no signature is one of ours", field=SIGNATURE_HEADER)
    return SignedMessage(message_id, at)


def _is_ours(token: str) -> bool:
    """Whether a token is of the one version that is known here; `v1a` (ed25519) and later ones are passed over."""
    return token.startswith(f"{VERSION},")


def _digest(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    content = f"{message_id}.{timestamp}.".encode() + body
    return b64encode(hmac.new(_key(secret), content, hashlib.sha256).digest()).decode()


def _key(secret: str) -> bytes:
    """The bytes of a secret: base64 after an optional prefix, with or without its padding."""
    text = secret.removeprefix(SECRET_PREFIX)
    try:
        key = b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ClearwayError(SigningError.UNUSABLE_SECRET, "a signing secret is not base64") from None
    if not SECRET_BYTES_MIN <= len(key) <= SECRET_BYTES_MAX:
        raise ClearwayError(
            SigningError.UNUSABLE_SECRET, f"a signing secret is {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} bytes"
        )
    return key
