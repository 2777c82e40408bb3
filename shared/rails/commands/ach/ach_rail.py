"""The ACH rail: an instruction is queued for the file of a coming cut-off, and asked after in what became of that file.

Nothing is sent from here. The document that holds the entry is the outbox, so an instruction that was answered is in
exactly one file, whatever dies when.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from shared.kernel.errors import ClearwayError
from shared.kernel.ids import derive
from shared.kernel.party import InstrumentKind
from shared.ports.clock import Clock
from shared.ports.documents import Document, Transaction
from shared.ports.rail import Answer, Instruction, RailError
from shared.ports.rail_words import check_key, invalid_instruction, key_reused
from shared.rails.ach_documents import account_key, entry_from, entry_key, entry_to_fields, file_from, file_key
from shared.rails.commands.ach.answers import answer_of, refusal
from shared.rails.commands.ach.desk import RAIL, Documents
from shared.rails.domain.ach.entry import AchEntry, EntryKind, Service
from shared.rails.domain.ach.known import KnownAccount, Numbers, PrenoteStatus
from shared.rails.domain.ach.origin import AchOrigin
from shared.rails.domain.ach.rendering import fault_of_entry
from shared.rails.domain.ach.schedule import clear_after_prenote
from shared.rails.domain.ach.terms import (
    AMOUNT_CENTS_MAX,
    account_ref,
    entry_description,
    fault_of_account,
    receiver_name,
    sec_code,
    short_reference,
)

T = TypeVar("T")

# How often an account may have been corrected in a row. A longer chain, or a circle, is left to the bank's next notice.
CORRECTIONS_MAX = 4
_POINTERS = {
    "account_number": "/account_number",
    "routing_number": "/routing_number",
    "individual_name": "/holder_name",
}


class AchRail:
    """The Rail port over the outbox of ACH entries. `timeout_s` bounds the wait for the document store.

    A reversal (`reverses`) is sent as an entry of its own: reversing entries are for erroneous files and entries only
    (Nacha Operating Rules, Subsections 2.9 and 2.10), which a payment that is put back is not.
    """

    def __init__(self, documents: Documents, clock: Clock, origin: AchOrigin, *, timeout_s: float = 5.0) -> None:
        self.name = RAIL
        self.timeout_s = timeout_s
        self._documents = documents
        self._clock = clock
        self._origin = origin

    def submit(self, instruction: Instruction) -> Answer:
        """See `Rail.submit`. Raises MISUSE when the key was used before with other content."""
        check_key(instruction.key)
        fault = _fault(instruction)
        given = instruction.instrument
        ref = account_ref(given.routing_number, given.account_number)
        content = _content(instruction)

        def work(tx: Transaction) -> Answer | AchEntry:
            present, known = tx.get(entry_key(instruction.key), account_key(ref))
            if present is not None:
                if present.fields["content"] != content:
                    raise key_reused()
                return entry_from(present)
            if fault:
                return invalid_instruction(fault)
            numbers, account = _reached(tx, instruction, known)
            if account.prenote_status == PrenoteStatus.FAILED:
                return refusal(account.prenote_code)
            entry = self._entry(instruction, ref, content, numbers, self._due_from(tx, account))
            unfit = fault_of_entry(entry)
            if unfit:
                return invalid_instruction(_POINTERS.get(unfit, ""))
            tx.create(entry_key(entry.key), entry_to_fields(entry))
            return entry

        try:
            outcome = self._documents.run(work, deadline_s=self.timeout_s).value
            return outcome if isinstance(outcome, Answer) else self._answer(outcome)
        except ClearwayError as error:
            # Also after CONTENDED: a commit that was applied, and whose answer was lost, gives way to itself when the
            # store's client sends it again. And what could not be read after the commit says nothing against it.
            if error.retryable:
                raise ClearwayError(RailError.OUTCOME_UNKNOWN, "the entry may have been queued") from error
            raise

    def inquire(self, key: str) -> Answer | None:
        """See `Rail.inquire`."""
        check_key(key)
        document = self._asked(lambda: self._documents.get(entry_key(key)))
        return None if document is None else self._answer(entry_from(document))

    def _answer(self, entry: AchEntry) -> Answer:
        file = self._asked(lambda: self._documents.get(file_key(entry.file_id))) if entry.file_id else None
        return answer_of(entry, file_from(file) if file else None, self._clock.now(), self._origin.schedule)

    def _asked(self, read: Callable[[], Document | None]) -> Document | None:
        try:
            return read()
        except ClearwayError as error:
            if error.retryable:
                raise ClearwayError(RailError.NOT_SENT, f"{self.name} cannot be asked now") from error
            raise

    def _due_from(self, tx: Transaction, account: KnownAccount) -> datetime:
        """From when a file may take an entry: not before the third banking day after a prenote settled (2.6.2).

        That day is counted from the file that took the prenote, or from the one that will: what the account says was
        reckoned when the prenote was asked for, without our cut-offs.
        """
        now = self._clock.now()
        if account.prenote_status != PrenoteStatus.SENT or account.clear_at is None:
            return now
        (found,) = tx.get(entry_key(account.prenote_id))
        prenote = entry_from(found) if found else None
        file = tx.get(file_key(prenote.file_id))[0] if prenote and prenote.file_id else None
        planned = self._origin.schedule.next(now, Service.STANDARD)
        settles_on = file_from(file).settles_on if file else planned.settles_on
        return max(now, account.clear_at, clear_after_prenote(settles_on))

    def _entry(
        self,
        instruction: Instruction,
        ref: str,
        content: str,
        numbers: Numbers,
        due_from: datetime,
    ) -> AchEntry:
        now, amount = self._clock.now(), instruction.money.amount_minor
        sec = sec_code(instruction.holder_type, instruction.direction, self._origin.consumer_debits)
        return AchEntry(
            key=instruction.key,
            kind=EntryKind.PAYMENT,
            service=self._origin.schedule.service_for(instruction.speed, sec, amount, due_from),
            direction=instruction.direction,
            sec_code=sec,
            account_type=numbers.account_type or instruction.instrument.account_type or "checking",
            routing_number=numbers.routing_number,
            account_number=numbers.account_number,
            amount_cents=amount,
            name=receiver_name(instruction.holder_name),
            reference=short_reference(instruction.key),
            description=entry_description(
                instruction.description, sec, instruction.direction, self._origin.entry_description
            ),
            content=content,
            account_ref=ref,
            instrument_id=instruction.instrument.id,
            queued_at=now,
            due_from=due_from,
        )


def _reached(tx: Transaction, instruction: Instruction, known: Document | None) -> tuple[Numbers, KnownAccount]:
    """The account that is meant by the one that was given, after what banks corrected, and what we know of it."""
    given = instruction.instrument
    numbers = Numbers(given.routing_number, given.account_number, given.account_type)
    account = KnownAccount.from_fields(known.fields if known else None)
    for _ in range(CORRECTIONS_MAX):
        if not account.is_corrected:
            break
        right = account.corrected
        numbers = Numbers(right.routing_number, right.account_number, right.account_type or numbers.account_type)
        if right.routing_number == given.routing_number and right.account_number == given.account_number:
            break  # only the kind of account was wrong
        (found,) = tx.get(account_key(account_ref(right.routing_number, right.account_number)))
        account = KnownAccount.from_fields(found.fields if found else None)
    return numbers, account


def _fault(instruction: Instruction) -> str:
    """A JSON pointer to what of an instruction this rail cannot carry, or the empty text."""
    instrument, money = instruction.instrument, instruction.money
    if instrument.kind is not InstrumentKind.BANK_ACCOUNT:
        return "/instrument"
    if money.currency != "USD":
        return "/currency"
    if not 0 < money.amount_minor <= AMOUNT_CENTS_MAX:
        return "/amount_minor"
    if not receiver_name(instruction.holder_name):
        return "/holder_name"
    return fault_of_account(instrument.routing_number, instrument.account_number, instrument.account_type)


def _content(instruction: Instruction) -> str:
    """A digest of everything that was instructed."""
    instrument, money = instruction.instrument, instruction.money
    return derive(
        "instruction",
        instruction.direction.value,
        str(money.amount_minor),
        money.currency,
        instrument.id,
        instrument.kind.value,
        instrument.routing_number,
        instrument.account_number,
        instrument.account_type,
        instruction.holder_name,
        instruction.holder_type.value,
        instruction.description,
        instruction.speed.value,
        instruction.reverses,
    )
