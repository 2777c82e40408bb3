"""A card processor's rail: money pushed to a card, pulled from one, and reversed. Tokens only, never a card number.

The API, which `emulators/bank` speaks too:

- `POST /v1/card/transactions` with an `Idempotency-Key`: a JSON object of `type` (`push` pays out to the card, `pull`
  collects from it), `amount_minor`, `currency`, `card_token`, `holder_name` and `description`;
- `POST /v1/card/transactions/{key}/reversals` with an `Idempotency-Key` of its own: an object of `amount_minor` and
  `currency`; it undoes the transaction in the path, and is a transaction itself;
- `GET /v1/card/transactions/{key}`: what became of either. 404 with the code `transaction_not_found` is the processor's
  own word that it never heard of the key.

Each answers 200 with `key`, `status` (see `CARD_STATUSES`), `reference`, `reason_code`, `reason_text` and `settled_on`.
A transaction that our own reversal undid stays `approved`: `reversed` and `charged_back` are what others did to it. As
in `bank.py`, only what certainly says no is NOT_SENT or a rejection.
"""

from __future__ import annotations

import json
import re

from shared.adapters.rails.json_answers import CARD_STATUSES, answer_in, parsed, pointer_in
from shared.adapters.rails.transport import Exchange, Transport
from shared.kernel.party import Direction, InstrumentKind
from shared.ports.rail import Answer, Instruction
from shared.ports.rail_words import check_key, invalid_instruction, key_reused

TRANSACTIONS = "/v1/card/transactions"
_TYPES = {Direction.CREDIT: "push", Direction.DEBIT: "pull"}
# What consists of digits alone may be a card's number, which has no business here.
_TOKEN = re.compile(r"(?![0-9]+$)[A-Za-z0-9._~-]{1,255}")
_NEVER_HEARD = "transaction_not_found"


class CardRail:
    """The Rail port over a card processor's API. Safe for threads; `token` is sent as a bearer token.

    `timeout_s` is the transport's own: it ends each call by then.
    """

    def __init__(
        self, transport: Transport, *, name: str = "card", timeout_s: float = 5.0, token: str | None = None
    ) -> None:
        self.name = name
        self.timeout_s = timeout_s
        self._exchange = Exchange(name, transport)
        self._headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})

    def submit(self, instruction: Instruction) -> Answer:
        """See `Rail.submit`. With `reverses` it reverses that transaction; the card itself is then not told again.

        Raises MISUSE when the processor knows the key with other content.
        """
        check_key(instruction.key)
        card = instruction.instrument
        if card.kind is not InstrumentKind.CARD or not _TOKEN.fullmatch(card.card_token):
            # Nothing is sent: whatever else such an instrument holds is no business of a card processor.
            return invalid_instruction("/card_token")
        path = TRANSACTIONS
        if instruction.reverses:
            check_key(instruction.reverses)
            path = f"{TRANSACTIONS}/{instruction.reverses}/reversals"
        headers = {**self._headers, "Content-Type": "application/json", "Idempotency-Key": instruction.key}
        status, raw = self._exchange.instruct(path, headers=headers, body=_body(instruction))
        if status == 409:
            raise key_reused()
        if status in (400, 422):
            return invalid_instruction(pointer_in(raw))
        if status == 404 and instruction.reverses and _never_heard(raw):
            # There is nothing to undo under that key: the processor has not acted, and will not on this one.
            return invalid_instruction("/reverses")
        answer = _answer(status, raw, instruction.key)
        if answer is None:
            raise self._exchange.unusable(status)
        return answer

    def inquire(self, key: str) -> Answer | None:
        """See `Rail.inquire`. Only a 404 in the processor's own words counts as "never heard of it"."""
        check_key(key)
        status, raw = self._exchange.ask("GET", f"{TRANSACTIONS}/{key}", headers=self._headers)
        if status == 404 and _never_heard(raw):
            return None
        answer = _answer(status, raw, key)
        if answer is None:
            raise self._exchange.unasked(status)
        return answer


def _body(instruction: Instruction) -> bytes:
    fields: dict[str, str | int] = {
        "amount_minor": instruction.money.amount_minor,
        "currency": instruction.money.currency,
    }
    if not instruction.reverses:
        fields |= {
            "type": _TYPES[instruction.direction],
            "card_token": instruction.instrument.card_token,
            "holder_name": instruction.holder_name,
            "description": instruction.description,
        }
    return json.dumps(fields, separators=(",", ":")).encode()


def _answer(status: int, raw: bytes, key: str) -> Answer | None:
    """What the processor says of the transaction with this key; None when it says nothing, or speaks of another."""
    body = parsed(raw)
    return answer_in(body, CARD_STATUSES) if status == 200 and body.get("key") == key else None


def _never_heard(raw: bytes) -> bool:
    return bool(parsed(raw).get("code") == _NEVER_HEARD)
