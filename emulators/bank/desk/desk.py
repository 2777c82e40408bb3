"""The core of the instant and the card rail: takes instructions, decides them, moves money, tells."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from copy import copy
from datetime import datetime, timedelta
from typing import Any

from emulators.bank.agenda import Agenda
from emulators.bank.callbacks.voices import Teller
from emulators.bank.counting import by_key
from emulators.bank.desk.faults import Faults
from emulators.bank.desk.leg import Leg, Order, Reaction
from emulators.bank.desk.words import booking_of, listed, news_of
from emulators.bank.fields import Call, Fault
from emulators.bank.magic import PENDING_INQUIRIES, Reply, Settles
from emulators.bank.settlement.accounts import Accounts
from emulators.bank.table.outcomes import RailName, Script, Voice, Word


class Desk:
    """All that the bank knows of one rail's instructions, in memory and behind one lock.

    `present` gives the present moment. What is decided later stands in `agenda`, whose actions must have run up to the
    present before a call. `reasons` are the words for this rail's codes. `seed` goes into the references. `unseen_s` is
    how long an UNSEEN instruction lies in a queue.
    """

    def __init__(
        self,
        rail: RailName,
        *,
        present: Callable[[], datetime],
        agenda: Agenda,
        accounts: Accounts,
        teller: Teller,
        reasons: Mapping[str, str],
        seed: int = 0,
        unseen_s: float = 8.0,
    ) -> None:
        self.rail = rail
        self._present = present
        self._agenda = agenda
        self._accounts = accounts
        self._teller = teller
        self._reasons = reasons
        self._seed = seed
        self._unseen = timedelta(seconds=unseen_s)
        self._lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """Forget everything but the seed."""
        with self._lock:
            self._legs: dict[str, Leg] = {}
            self._faults = Faults()
            self._at_door: Counter[str] = Counter()
            self._turned_away: Counter[Reply] = Counter()
            self._conflicts = 0
            self._inquiries = 0

    def plant(self, fault: Fault) -> None:
        """Let a fault strike from the next call on."""
        with self._lock:
            self._faults.plant(fault)

    def submit(self, key: str, order: Order, script: Script) -> Reaction:
        """Take an instruction.

        A repeated one changes nothing but its count, and is told what the bank knows by now. The key with other content
        is a CONFLICT.
        """
        with self._lock:
            fault = self._faults.struck(Call.TRANSFER, key)
            known = self._legs.get(key)
            door = self._door(key, script, fault, known)
            if door is not None:
                self._turned_away[door] += 1
                return Reaction(door)
            if known is None:
                known = self._take(key, order, script)
                reply = script.reply
            else:
                pointer = known.order.first_difference(order)
                if pointer is not None:
                    self._conflicts += 1
                    return Reaction(Reply.CONFLICT, pointer=pointer)
                known.instructions += 1
                reply = Reply.SILENT if known.status is None else Reply.ANSWER
            if fault is not None and fault.kind.reply is not None:
                reply = fault.kind.reply
            return Reaction(reply, copy(known))

    def reverse(self, key: str, order: Order) -> Reaction:
        """Take an instruction to undo `order.reverses`, or a part of it; NOT_FOUND when the bank does not know that.

        What may not be reversed is a rejection like any other: 12 when there is nothing to reverse, 13 when it is more
        than is left, 79 when all of it came back before.
        """
        with self._lock:
            original = self._legs.get(order.reverses)
            if original is None or original.status is None:
                return Reaction(Reply.NOT_FOUND)
            known = self._legs.get(key)
            script = known.script if known is not None else self._reversal_script(original, order)
            reaction = self.submit(key, order, script)
            if known is None and key in self._legs and not script.reason_code:
                original.reversed_minor += order.amount_minor
            return reaction

    def inquire(self, key: str) -> Reaction:
        """What became of an instruction; NOT_FOUND for a key that the bank never heard of, or does not know of yet."""
        with self._lock:
            self._inquiries += 1
            fault = self._faults.struck(Call.INQUIRY, key)
            if fault is not None and fault.kind.door is not None:
                return Reaction(fault.kind.door)
            reply = fault.kind.reply if fault is not None else None
            leg = self._legs.get(key)
            if leg is None or leg.status is None:
                return Reaction(reply if reply is Reply.SILENT else Reply.NOT_FOUND)
            leg.inquiries += 1
            asked_enough = leg.script.settles is Settles.ON_INQUIRY and leg.inquiries == PENDING_INQUIRIES
            if leg.status is Word.PENDING and asked_enough:
                self._decide(leg, self._present(), told=True)
            return Reaction(reply or Reply.ANSWER, copy(leg))

    def leg(self, key: str) -> Leg | None:
        """A copy of what is kept of an instruction, which asks nothing of the bank and counts as no inquiry."""
        with self._lock:
            leg = self._legs.get(key)
            return None if leg is None else copy(leg)

    def summary(self) -> dict[str, Any]:
        """What was counted; money that moved and came back is counted by the accounts, from their entries."""
        with self._lock:
            legs = tuple(self._legs.values())
            sums: dict[str, Counter[str]] = {"credit": Counter(), "debit": Counter()}
            for leg in legs:
                if leg.moved:
                    sums[leg.order.direction][leg.order.currency] += leg.order.amount_minor
            return {
                "instructions": by_key({leg.key: leg.instructions for leg in legs}),
                **{word.value: sum(leg.status is word for leg in legs) for word in Word if word is not Word.UNKNOWN},
                "unseen": sum(leg.status is None for leg in legs),
                "reversals": sum(bool(leg.order.reverses) for leg in legs),
                "sums_minor": {direction: dict(sorted(each.items())) for direction, each in sums.items()},
                "turned_away": {reply.value: count for reply, count in sorted(self._turned_away.items())},
                "conflicts": self._conflicts,
                "inquiries": self._inquiries,
            }

    def listing(self, after: int, limit: int) -> dict[str, Any]:
        """Instructions in the order of their arrival, from behind number `after`; `next_after` is null at the end."""
        with self._lock:
            legs = list(self._legs.values())
            page = [listed(leg) for leg in legs[after : after + limit]]
            return {"transactions": page, "next_after": after + limit if after + limit < len(legs) else None}

    def _door(self, key: str, script: Script, fault: Fault | None, known: Leg | None) -> Reply | None:
        if fault is not None:
            return fault.kind.door
        if script.door is None or known is not None:
            return None
        self._at_door[key] += 1
        return script.door if self._at_door[key] <= script.door_times else None

    def _take(self, key: str, order: Order, script: Script) -> Leg:
        now = self._present()
        digest = hashlib.sha256(f"{self._seed}:{self.rail}:{key}".encode()).hexdigest()
        leg = Leg(len(self._legs) + 1, key, order, script, f"{self.rail}_{digest[:20]}", received_at=now)
        self._legs[key] = leg
        if script.unposted:
            leg.unposted = True
            self._move(leg, now)
        match script.settles:
            case Settles.AT_ONCE:
                self._decide(leg, now, told=True)
            case Settles.BY_CLOCK:
                self._agenda.at(now + timedelta(seconds=script.pending_s), lambda moment: self._due(leg, moment))
            case Settles.UNSEEN:
                leg.status = None
                self._agenda.at(now + self._unseen, lambda moment: self._due(leg, moment, told=True))
            case Settles.ON_INQUIRY | Settles.NEVER:
                return leg  # nothing is due by the clock
        return leg

    def _due(self, leg: Leg, moment: datetime, *, told: bool = False) -> None:
        with self._lock:
            if leg.status is None or leg.status is Word.PENDING:
                self._decide(leg, moment, told=told)

    def _decide(self, leg: Leg, moment: datetime, *, told: bool) -> None:
        """Accept or reject; `told` says that no callback is needed, because an answer or an inquiry tells."""
        leg.changed_at = moment
        if leg.script.reason_code:
            leg.status, leg.reason_code = Word.REJECTED, leg.script.reason_code
        else:
            leg.status, leg.unposted = Word.ACCEPTED, False
            if not leg.moved:
                self._move(leg, moment)
        news = news_of(leg, self._reasons, moment)
        if leg.script.voice is Voice.EARLY:
            self._teller.early(news)
        elif not told:
            self._teller.tell(news, leg.script.voice, moment)

    def _move(self, leg: Leg, moment: datetime) -> None:
        leg.moved, leg.settled_on = True, moment.date()
        self._accounts.book(booking_of(leg, self.rail, moment))
        later = leg.script.comes_back
        if later is not None:
            self._agenda.at(moment + later.after, lambda due: self._come_back(leg, later.code, due))

    def _come_back(self, leg: Leg, code: str, moment: datetime) -> None:
        with self._lock:
            if leg.reversed_minor:
                return  # what was taken back is not charged back as well
            leg.status, leg.reason_code, leg.changed_at, leg.unposted = Word.RETURNED, code, moment, False
            self._accounts.book(booking_of(leg, self.rail, moment, reason_code=code))
            self._teller.tell(news_of(leg, self._reasons, moment), Voice.PLAIN, moment)

    def _reversal_script(self, original: Leg, order: Order) -> Script:
        script = original.script
        left_minor = original.order.amount_minor - original.reversed_minor
        code = ""
        if original.status is Word.RETURNED or not left_minor:
            code = "79"
        elif original.status is not Word.ACCEPTED or original.order.reverses:
            code = "12"
        elif order.amount_minor > left_minor:
            code = "13"
        elif script.reversal is Word.REJECTED:
            code = "57"
        if code:
            return Script(reason_code=code)
        settles = Settles.BY_CLOCK if script.reversal is Word.PENDING else Settles.AT_ONCE
        if script.reversal_reply is Reply.UNAVAILABLE:
            return Script(door=Reply.UNAVAILABLE, door_times=1, settles=settles)
        return Script(settles=settles, reply=script.reversal_reply)
