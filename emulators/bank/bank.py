"""The bank itself: it takes instructions, decides, moves money and counts what it was asked, without any network."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from emulators.bank.counting import by_key
from emulators.bank.fields import Call, Fault, Order
from emulators.bank.magic import PENDING_INQUIRIES, PENDING_S, Magic, Reply, Settles, magic_for
from emulators.bank.transfers import Status, Transfer


@dataclass(frozen=True, slots=True)
class Reaction:
    """What becomes of a call: how it is replied to, and with what where there is an answer."""

    reply: Reply
    answer: dict[str, str] | None = None
    pointer: str = ""  # of a CONFLICT: the field that differs


class Watcher(Protocol):
    """Who wants to know what becomes of transfers; called under the bank's lock, so it may not call the bank."""

    def due_at(self, moment: datetime) -> None:
        """A transfer will be decided by the clock at this moment, when the bank is told to catch up."""
        ...

    def decided(self, transfer: Transfer, moment: datetime) -> None:
        """A transfer has just been decided, as of this moment."""
        ...


class Bank:
    """All of the bank's state, in memory and behind one lock.

    `clock` gives the present moment. `seed` goes into the references, so that two runs with one seed and the same keys
    give the same ones, in whatever order calls arrive. `unseen_s` is how long an UNSEEN instruction lies in the queue.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        seed: int = 0,
        unseen_s: float = 8.0,
        watcher: Watcher | None = None,
    ) -> None:
        self._clock = clock
        self._seed = seed
        self._unseen_s = unseen_s
        self._watcher = watcher
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget everything but the clock and the seed."""
        with self._lock:
            self._transfers: dict[str, Transfer] = {}
            self._in_order: list[Transfer] = []
            self._moved: Counter[str] = Counter()
            self._sums: dict[str, Counter[str]] = {"credit": Counter(), "debit": Counter()}
            self._faults: list[Fault] = []
            self._at_door: Counter[str] = Counter()
            self._turned_away: Counter[Reply] = Counter()
            self._conflicts = 0
            self._inquiries = 0

    def plant(self, fault: Fault) -> None:
        """Let a fault strike from the next call on; of two that fit a call, the older one strikes."""
        with self._lock:
            self._faults.append(fault)

    def submit(self, key: str, order: Order) -> Reaction:
        """Take an instruction.

        A repeated one changes nothing but its count, and is told what the bank knows by now. The key with other content
        is a CONFLICT.
        """
        with self._lock:
            fault = self._struck(Call.TRANSFER, key)
            known = self._transfers.get(key)
            door = self._door(key, magic_for(order.account_number, order.direction), fault, known)
            if door is not None:
                self._turned_away[door] += 1
                return Reaction(door)
            if known is None:
                known = self._take(key, order)
                reply = known.magic.reply
            else:
                pointer = known.order.first_difference(order)
                if pointer is not None:
                    self._conflicts += 1
                    return Reaction(Reply.CONFLICT, pointer=pointer)
                known.instructions += 1
                self._catch_up(known)
                reply = Reply.SILENT if known.status is Status.UNSEEN else Reply.ANSWER
            if fault is not None and fault.kind.reply is not None:
                reply = fault.kind.reply
            return Reaction(reply, known.answer())

    def inquire(self, key: str) -> Reaction:
        """What became of an instruction; NOT_FOUND for a key that the bank never heard of, or does not know of yet."""
        with self._lock:
            self._inquiries += 1
            fault = self._struck(Call.INQUIRY, key)
            if fault is not None and fault.kind.door is not None:
                return Reaction(fault.kind.door)
            transfer = self._transfers.get(key)
            if transfer is not None:
                self._catch_up(transfer)
            reply = fault.kind.reply if fault is not None else None
            if transfer is None or transfer.status is Status.UNSEEN:
                return Reaction(reply if reply is Reply.SILENT else Reply.NOT_FOUND)
            transfer.inquiries += 1
            if transfer.status is Status.PENDING and transfer.inquiries == transfer.decide_at_inquiry:
                self._decide(transfer)
            return Reaction(reply or Reply.ANSWER, transfer.answer())

    def catch_up(self) -> None:
        """Decide all that the clock has made due."""
        with self._lock:
            for transfer in self._in_order:
                self._catch_up(transfer)

    def summary(self) -> dict[str, Any]:
        """Everything counted, and what must never be: a key instructed twice, a key whose money moved twice.

        `instructions` are those that the bank took; those that it turned away at the door are counted by how.
        """
        with self._lock:
            for transfer in self._in_order:
                self._catch_up(transfer)
            instructed = {transfer.key: transfer.instructions for transfer in self._in_order}
            statuses = Counter(transfer.status for transfer in self._in_order)
            return {
                "instructions": by_key(instructed),
                "moved": by_key(self._moved),
                **{status.value: statuses[status] for status in Status},
                "sums_minor": {direction: dict(sorted(each.items())) for direction, each in self._sums.items()},
                "turned_away": {reply.value: count for reply, count in sorted(self._turned_away.items())},
                "conflicts": self._conflicts,
                "inquiries": self._inquiries,
            }

    def listing(self, after: int, limit: int) -> dict[str, Any]:
        """Transfers in the order of their arrival, from behind number `after`; `next_after` is null at the end."""
        with self._lock:
            page = self._in_order[after : after + limit]
            for transfer in page:
                self._catch_up(transfer)
            more = after + limit < len(self._in_order)
            return {
                "transfers": [transfer.listed(self._moved[transfer.key]) for transfer in page],
                "next_after": after + limit if more else None,
            }

    def _struck(self, call: Call, key: str) -> Fault | None:
        for fault in self._faults:
            if fault.call is call and key.startswith(fault.key_prefix):
                fault.count -= 1
                if fault.count == 0:
                    self._faults.remove(fault)
                return fault
        return None

    def _door(self, key: str, magic: Magic, fault: Fault | None, known: Transfer | None) -> Reply | None:
        if fault is not None:
            return fault.kind.door
        if magic.door is None or known is not None:
            return None
        self._at_door[key] += 1
        return magic.door if self._at_door[key] <= magic.door_times else None

    def _take(self, key: str, order: Order) -> Transfer:
        magic = magic_for(order.account_number, order.direction)
        now = self._clock()
        digest = hashlib.sha256(f"{self._seed}:{key}".encode()).hexdigest()
        transfer = Transfer(len(self._in_order) + 1, key, order, magic, f"bnk_{digest[:20]}", received_at=now)
        match magic.settles:
            case Settles.AT_ONCE:
                self._decide(transfer)
            case Settles.ON_INQUIRY:
                transfer.decide_at_inquiry = PENDING_INQUIRIES
            case Settles.BY_CLOCK:
                transfer.decide_at = now + timedelta(seconds=PENDING_S)
            case Settles.UNSEEN:
                transfer.status = Status.UNSEEN
                transfer.decide_at = now + timedelta(seconds=self._unseen_s)
            case Settles.NEVER:
                pass
        self._transfers[key] = transfer
        self._in_order.append(transfer)
        if transfer.decide_at is not None and self._watcher is not None:
            self._watcher.due_at(transfer.decide_at)
        return transfer

    def _catch_up(self, transfer: Transfer) -> None:
        """Decide what the clock has made due since the last look."""
        due = transfer.decide_at
        if not transfer.status.decided and due is not None and due <= self._clock():
            self._decide(transfer, due)

    def _decide(self, transfer: Transfer, moment: datetime | None = None) -> None:
        transfer.status = Status.REJECTED if transfer.magic.reason_code else Status.ACCEPTED
        if transfer.status is Status.ACCEPTED:
            order = transfer.order
            self._moved[transfer.key] += 1
            self._sums[order.direction][order.currency] += order.amount_minor
        if self._watcher is not None:
            self._watcher.decided(transfer, moment or self._clock())
