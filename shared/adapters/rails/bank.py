"""A bank's rail over HTTP, in the API that `emulators/bank` documents.

The translation rests on one question: can the bank have acted? Only what certainly says no is NOT_SENT or a rejection;
all else, every 5xx included, is OUTCOME_UNKNOWN, and nothing is ever sent a second time in here.
"""

from __future__ import annotations

import json
import re
from typing import Any

from shared.adapters.rails.deadline import DeadlineClient, UnansweredError
from shared.adapters.rails.wording import check_key, invalid_instruction, key_reused
from shared.kernel.errors import ClearwayError
from shared.kernel.usage import usage
from shared.ports.rail import Answer, Instruction, RailError, RailStatus

# Statuses with which a bank says that it took nothing in: not authenticated, not allowed, too fast.
_NOT_TAKEN = frozenset({401, 403, 429})
_POINTER = re.compile(r"/[a-z_]{1,40}")
_REFERENCE_CHARS_MAX = 255
_CODE_CHARS_MAX = 40
_TEXT_CHARS_MAX = 200


class BankRail:
    """The Rail port over a bank's HTTP API. Safe for threads; `close` ends its idle connections.

    `token` is sent as a bearer token. `ca_file` replaces the system's certification authorities (PEM).
    """

    def __init__(
        self,
        base_url: str,
        *,
        name: str = "bank",
        timeout_s: float = 5.0,
        token: str | None = None,
        ca_file: str | None = None,
    ) -> None:
        self.name = name
        self.timeout_s = timeout_s
        self._client = DeadlineClient(base_url, timeout_s=timeout_s, ca_file=ca_file)
        self._headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})

    def submit(self, instruction: Instruction) -> Answer:
        """See `Rail.submit`. Raises MISUSE when the bank knows the key with other content."""
        check_key(instruction.key)
        headers = {**self._headers, "Content-Type": "application/json", "Idempotency-Key": instruction.key}
        usage().rail_calls += 1
        try:
            status, raw = self._client.call("POST", "/v1/transfers", headers=headers, body=_body(instruction))
        except UnansweredError as error:
            code = RailError.OUTCOME_UNKNOWN if error.sent else RailError.NOT_SENT
            raise ClearwayError(code, f"{self.name} gave no answer ({error})") from error
        if status == 409:
            raise key_reused()
        if status in (400, 422):
            return invalid_instruction(_pointer(raw))
        if status in _NOT_TAKEN:
            raise ClearwayError(RailError.NOT_SENT, f"{self.name} took nothing in (status {status})")
        answer = _answer(raw) if status == 200 else None
        if answer is None:
            raise ClearwayError(RailError.OUTCOME_UNKNOWN, f"{self.name} gave no usable answer (status {status})")
        return answer

    def inquire(self, key: str) -> Answer | None:
        """See `Rail.inquire`. Only a 404 in the bank's own words counts as "never heard of it", not a proxy's."""
        check_key(key)
        usage().rail_calls += 1
        try:
            status, raw = self._client.call("GET", f"/v1/transfers/{key}", headers=self._headers)
        except UnansweredError as error:
            raise ClearwayError(RailError.NOT_SENT, f"{self.name} cannot be asked now ({error})") from error
        if status == 404 and _parsed(raw).get("code") == "transfer_not_found":
            return None
        answer = _answer(raw) if status == 200 else None
        if answer is None:
            raise ClearwayError(RailError.NOT_SENT, f"{self.name} cannot be asked now (status {status})")
        return answer

    def close(self) -> None:
        """Close the idle connections."""
        self._client.close()


def _body(instruction: Instruction) -> bytes:
    fields = {
        "direction": instruction.direction.value,
        "amount_minor": instruction.money.amount_minor,
        "currency": instruction.money.currency,
        "routing_number": instruction.instrument.routing_number,
        "account_number": instruction.instrument.account_number,
        "holder_name": instruction.holder_name,
        "description": instruction.description,
    }
    return json.dumps(fields, separators=(",", ":")).encode()


def _parsed(raw: bytes) -> dict[str, Any]:
    """The JSON object in a body; empty for anything else."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _answer(raw: bytes) -> Answer | None:
    """The bank's answer; None for a body that does not say what it must in the types that it must."""
    body = _parsed(raw)
    texts = [body.get(name, "") for name in ("reference", "reason_code", "reason_text")]
    if body.get("status") not in list(RailStatus) or not all(isinstance(text, str) for text in texts):
        return None
    reference, code, text = texts
    if not reference or len(reference) > _REFERENCE_CHARS_MAX or len(code) > _CODE_CHARS_MAX:
        return None
    return Answer(RailStatus(body["status"]), reference, code, text[:_TEXT_CHARS_MAX])


def _pointer(raw: bytes) -> str:
    """The JSON pointer of the field that the bank refused; only what cannot hold a value of that field."""
    pointer = _parsed(raw).get("field", "")
    return pointer if isinstance(pointer, str) and _POINTER.fullmatch(pointer) else ""
