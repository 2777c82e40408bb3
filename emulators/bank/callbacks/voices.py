"""Turns a change of an instruction into callbacks, in the manner that its row of the table asks for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from emulators.bank.callbacks.news import News
from emulators.bank.callbacks.outbox import Message, Outbox
from emulators.bank.table.outcomes import CALLED_BACK_S, Voice, Word

# The body of a message and its content type.
Encode = Callable[[News], tuple[bytes, str]]

AGAIN = timedelta(seconds=CALLED_BACK_S)
HOURS_LATE = timedelta(hours=6)
DAYS_LATE = timedelta(days=3)
REPLAY_AGE = timedelta(days=1)


class Teller:
    """Calls back for one rail. `seed` goes into the ids of messages, `rejection` is the code of a false rejection."""

    def __init__(self, outbox: Outbox, encode: Encode, *, seed: int, rejection: str) -> None:
        self._outbox = outbox
        self._encode = encode
        self._seed = seed
        self._rejection = rejection

    def early(self, news: News) -> None:
        """Call back before the answer leaves to the instruction itself."""
        self._outbox.send_before_answer(self._message(news))

    def tell(self, news: News, voice: Voice, at: datetime) -> None:
        """Call back about something that happened at `at`."""
        denial = replace(news, status=Word.REJECTED, reason_code=self._rejection, settled_on=None, unposted=False)
        match voice:
            case Voice.PLAIN | Voice.EARLY:
                self._outbox.send(self._message(news), at)
            case Voice.TWICE:
                self._outbox.send(self._message(news), at)
                self._outbox.send(self._message(news), at + AGAIN)
            case Voice.HOURS_LATE:
                self._outbox.send(self._message(news), at + HOURS_LATE)
            case Voice.DAYS_LATE:
                self._outbox.send(self._message(news), at + DAYS_LATE)
            case Voice.CONTRADICTORY:
                self._outbox.send(self._message(news), at)
                self._outbox.send(self._message(replace(denial, occurred_at=at + AGAIN)), at + AGAIN)
            case Voice.FORGED:
                self._outbox.send(self._message(denial, forged=True), at)
            case Voice.REPLAYED:
                self._outbox.send(self._message(denial, age=REPLAY_AGE), at)
            case Voice.DISORDERED:
                before = replace(news, status=Word.PENDING, settled_on=None, occurred_at=at - AGAIN / 2)
                self._outbox.send(self._message(news), at)
                self._outbox.send(self._message(before), at + AGAIN)
            case Voice.MUTE:
                return

    def _message(self, news: News, *, forged: bool = False, age: timedelta = timedelta()) -> Message:
        content = f"{self._seed}:{news.rail}:{news.key}:{news.status}:{news.occurred_at.isoformat()}:{forged}:{age}"
        identified = replace(news, id=f"msg_{hashlib.sha256(content.encode()).hexdigest()[:24]}")
        body, content_type = self._encode(identified)
        return Message(identified.id, news.rail, body, content_type, forged=forged, age=age)
