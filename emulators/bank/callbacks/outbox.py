"""Delivers callbacks: signed on the raw body, and again with growing pauses until the receiver says 2xx."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from emulators.bank.agenda import Agenda
from shared.formats.signing import sign

# Takes the rail, the headers and the raw body of a callback; returns the receiver's status, 0 when there was none.
Deliver = Callable[[str, Mapping[str, str], bytes], int]

# The pauses that the Standard Webhooks specification gives as its example.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400))
# What the bank signs with when nobody has configured a secret: a simulator's, so not a secret at all.
DEFAULT_SECRET = "whsec_" + base64.b64encode(b"clearway-bank-simulator-secret!!").decode()


@dataclass(frozen=True, slots=True)
class Message:
    """One callback. `forged` signs it with another secret; `age` is how long ago it claims to have been signed.

    A message that is `forged` or has an age is delivered once: nobody repeats what was meant to be refused.
    """

    id: str
    rail: str
    body: bytes
    content_type: str
    forged: bool = False
    age: timedelta = timedelta()

    @property
    def honest(self) -> bool:
        """Whether the receiver should believe it."""
        return not self.forged and not self.age


class _Urgent(threading.local):
    """What must go out before the answer to the call that a thread handles."""

    def __init__(self) -> None:
        self.messages: list[Message] = []


class Outbox:
    """The bank's callbacks. `present` gives the moment that a delivery is signed with: the receiver's own present.

    Without `deliver`, nothing is sent or counted.
    """

    def __init__(
        self, agenda: Agenda, present: Callable[[], datetime], deliver: Deliver | None, *, secret: str = DEFAULT_SECRET
    ) -> None:
        self._agenda = agenda
        self._present = present
        self._deliver = deliver
        self._secret = secret
        self._forgers = "whsec_" + base64.b64encode(hashlib.sha256(secret.encode()).digest()).decode()
        self._lock = threading.Lock()
        self._urgent = _Urgent()
        self.reset()

    def reset(self) -> None:
        """Forget the counts."""
        with self._lock:
            self._counts: dict[str, Counter[str]] = {}

    def send(self, message: Message, at: datetime) -> None:
        """Deliver a message at a moment, and again later if need be."""
        if self._deliver is not None:
            self._agenda.at(at, lambda moment: self._attempt(message, moment, 0))

    def send_before_answer(self, message: Message) -> None:
        """Deliver a message before the answer leaves to the call that is being handled now."""
        if self._deliver is not None:
            self._urgent.messages.append(message)

    def flush(self) -> None:
        """Deliver what must go out before this thread's answer. Called without any lock of the bank's."""
        messages = self._urgent.messages
        while messages:
            self._attempt(messages.pop(0), self._present(), 0)

    def summary(self) -> dict[str, Any]:
        """By rail: `attempts`, and messages `delivered` (2xx), `refused` for good, or `given_up` after the last."""
        with self._lock:
            names = ("attempts", "delivered", "refused", "given_up")
            return {rail: {name: counts[name] for name in names} for rail, counts in sorted(self._counts.items())}

    def _attempt(self, message: Message, moment: datetime, number: int) -> None:
        assert self._deliver is not None  # noqa: S101 - nothing is sent without one
        secret = self._forgers if message.forged else self._secret
        headers = sign(secret, message.id, self._present() - message.age, message.body)
        status = self._deliver(message.rail, {"content-type": message.content_type, **headers}, message.body)
        outcome = ""
        if 200 <= status < 300:
            outcome = "delivered"
        elif not message.honest or status == HTTPStatus.GONE:
            outcome = "refused"
        elif number < len(PAUSES):
            self._agenda.at(moment + PAUSES[number], lambda later: self._attempt(message, later, number + 1))
        else:
            outcome = "given_up"
        with self._lock:
            counts = self._counts.setdefault(message.rail, Counter())
            counts["attempts"] += 1
            if outcome:
                counts[outcome] += 1
