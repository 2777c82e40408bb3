"""A bank's rail over HTTP, in the API that `emulators/bank` documents.

The translation rests on one question: can the bank have acted? Only what certainly says no is NOT_SENT or a rejection;
all else, every 5xx included, is OUTCOME_UNKNOWN, and nothing is ever sent a second time in here.
"""

from __future__ import annotations

import json

from shared.adapters.rails.json_answers import answer_in, parsed, pointer_in
from shared.adapters.rails.transport import Exchange, Transport
from shared.ports.rail import Answer, Instruction
from shared.ports.rail_words import check_key, invalid_instruction, key_reused


class BankRail:
    """The Rail port over a bank's HTTP API. Safe for threads. `token` is sent as a bearer token."""

    def __init__(
        self,
        transport: Transport,
        *,
        name: str = "bank",
        timeout_s: float = 5.0,
        token: str | None = None,
    ) -> None:
        self.name = name
        self.timeout_s = timeout_s
        self._exchange = Exchange(name, transport)
        self._headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})

    def submit(self, instruction: Instruction) -> Answer:
        """See `Rail.submit`. Raises MISUSE when the bank knows the key with other content."""
        check_key(instruction.key)
        headers = {**self._headers, "Content-Type": "application/json", "Idempotency-Key": instruction.key}
        status, raw = self._exchange.instruct("/v1/transfers", headers=headers, body=_body(instruction))
        if status == 409:
            raise key_reused()
        if status in (400, 422):
            return invalid_instruction(pointer_in(raw))
        answer = answer_in(parsed(raw)) if status == 200 else None
        if answer is None:
            raise self._exchange.unusable(status)
        return answer

    def inquire(self, key: str) -> Answer | None:
        """See `Rail.inquire`. Only a 404 in the bank's own words counts as "never heard of it", not a proxy's."""
        check_key(key)
        status, raw = self._exchange.ask("GET", f"/v1/transfers/{key}", headers=self._headers)
        if status == 404 and parsed(raw).get("code") == "transfer_not_found":
            return None
        answer = answer_in(parsed(raw)) if status == 200 else None
        if answer is None:
            raise self._exchange.unasked(status)
        return answer


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
