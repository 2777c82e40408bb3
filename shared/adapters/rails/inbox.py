"""Callbacks of rails: verified on the raw body with the rail's own secrets, and only then parsed.

A rail's secrets are a list so that they can be changed without losing a delivery: add the new one here, let the rail
sign with it, take the old one out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from shared.adapters.rails.instant_answers import news_in_xml
from shared.adapters.rails.json_answers import BANK_STATUSES, CARD_STATUSES, answer_in, parsed
from shared.formats.errors import SigningError
from shared.formats.leg_reference import reference_of
from shared.formats.signing import sign, verify
from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.callbacks import CallbackError
from shared.ports.rail import News, RailStatus

# Standard Webhooks 1.0.0 leaves the tolerance to the receiver; five minutes is what its libraries take.
TOLERANCE_S = 300

Secrets = Mapping[str, tuple[str, ...]]
Reader = Callable[[str, bytes], News]

_TRANSLATED = {
    SigningError.MISSING_HEADER: CallbackError.UNSIGNED,
    SigningError.UNUSABLE_ID: CallbackError.UNSIGNED,
    SigningError.BAD_TIMESTAMP: CallbackError.UNSIGNED,
    SigningError.TOO_OLD: CallbackError.NOT_RECENT,
    SigningError.TOO_NEW: CallbackError.NOT_RECENT,
    SigningError.NO_MATCH: CallbackError.BAD_SIGNATURE,
}


def parse_secrets(text: str) -> Secrets:
    """From JSON, `{"<rail>": ["<secret>", ...]}`, as CLEARWAY_RAIL_SECRETS holds it.

    Raises MISUSE, which never repeats a secret, for anything else, for a rail that sends no callbacks and for a secret
    that is none.
    """
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ClearwayError(KernelError.MISUSE, "CLEARWAY_RAIL_SECRETS is not a JSON object of rails")
    for rail, secrets in found.items():
        if rail not in READERS:
            raise ClearwayError(KernelError.MISUSE, f"CLEARWAY_RAIL_SECRETS: {rail} is no rail that sends callbacks")
        if not isinstance(secrets, list) or not secrets or not all(isinstance(secret, str) for secret in secrets):
            raise ClearwayError(KernelError.MISUSE, f"CLEARWAY_RAIL_SECRETS: {rail} needs a list of secrets")
        for secret in secrets:
            try:
                sign(secret, "trial", datetime.fromtimestamp(0, UTC), b"")
            except ClearwayError as error:
                raise ClearwayError(KernelError.MISUSE, f"CLEARWAY_RAIL_SECRETS: {rail}: {error.detail}") from None
    return {rail: tuple(secrets) for rail, secrets in found.items()}


class SignedInbox:
    """The RailInbox port. `secrets` by the rail's name; a rail without one is not listened to."""

    def __init__(self, secrets: Secrets, *, tolerance_s: int = TOLERANCE_S) -> None:
        self._secrets = secrets
        self._tolerance_s = tolerance_s

    def read(self, rail: str, headers: Mapping[str, str], body: bytes, now: datetime) -> News:
        """See `RailInbox.read`."""
        secrets = self._secrets.get(rail, ())
        if not secrets:
            raise ClearwayError(CallbackError.UNKNOWN_RAIL, "no such rail sends callbacks here")
        try:
            verify(secrets, headers, body, now=now, tolerance_s=self._tolerance_s)
        except ClearwayError as error:
            code = next((ours for theirs, ours in _TRANSLATED.items() if error.code is theirs), None)
            if code is None:
                raise
            raise ClearwayError(code, error.detail, field=error.field) from None
        return self.read_kept(rail, body)

    def read_kept(self, rail: str, body: bytes) -> News:
        """See `RailInbox.read_kept`."""
        reader = READERS.get(rail)
        if reader is None:
            raise ClearwayError(CallbackError.UNKNOWN_RAIL, "no such rail sends callbacks here")
        return reader(rail, body)


def _json_reader(statuses: Mapping[str, RailStatus]) -> Reader:
    """Reads an object of the `key` and all that the rail answers to an inquiry, in its own `statuses`."""

    def read(rail: str, body: bytes) -> News:
        said = parsed(body)
        key, answer = said.get("key"), answer_in(said, statuses)
        if not isinstance(key, str) or answer is None:
            raise ClearwayError(CallbackError.MALFORMED, "not a JSON object with the key and the answer of this rail")
        try:
            reference_of(key)
        except ClearwayError:
            raise ClearwayError(CallbackError.MALFORMED, "the key is none of a leg of ours", field="/key") from None
        return News(rail, key, answer)

    return read


READERS: Mapping[str, Reader] = {
    "bank": _json_reader(BANK_STATUSES),
    "simulator": _json_reader(BANK_STATUSES),
    "card": _json_reader(CARD_STATUSES),
    "instant": news_in_xml,
}
