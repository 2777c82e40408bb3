"""Take one entry of a received file: what it says is recorded in one commit, once, however often the file is taken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.kernel.party import Direction
from shared.ports.documents import Document, Key, Transaction, keep
from shared.rails.ach_documents import (
    PRENOTES,
    account_key,
    case_fields,
    case_key,
    day_key,
    entry_from,
    entry_key,
    entry_to_fields,
    file_from,
    file_key,
    inbound_entry_key,
)
from shared.rails.ach_entries import entry_of_trace
from shared.rails.commands.ach.desk import AchDesk
from shared.rails.domain.ach.changes import corrected
from shared.rails.domain.ach.dishonor import dishonor_of
from shared.rails.domain.ach.entry import AchEntry, EntryKind, EntryStatus, Service
from shared.rails.domain.ach.file import AchFile
from shared.rails.domain.ach.inbound import Item, ItemKind
from shared.rails.domain.ach.known import KnownAccount, Numbers, PrenoteStatus
from shared.rails.domain.ach.terms import account_ref


class Outcome(StrEnum):
    """What became of a received entry."""

    RETURNED = "returned"
    REPEATED = "repeated"  # said before, in another file
    DISHONORED = "dishonored"  # a return that goes back in the next file
    CONTESTED = "contested"  # a return that went back, and stands
    CHANGED = "changed"
    PRENOTE_FAILED = "prenote_failed"
    UNKNOWN = "unknown"  # of no entry that we sent: a case
    UNREADABLE = "unreadable"  # a change that says nothing about an account: a case
    UNEXPECTED = "unexpected"  # nothing that we are a party to: a case


_CASES = {
    Outcome.UNKNOWN: "a bank answers an entry that was not sent from here",
    Outcome.UNREADABLE: "a notification of change does not say how to reach the account",
    Outcome.UNEXPECTED: "a bank sends what only a receiving bank is sent",
    Outcome.DISHONORED: "a return was sent back; its money comes back unless the bank contests that",
    Outcome.CONTESTED: "a bank contests that we sent its return back; the return stands",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """The outcome, the entry as it stands now, its file, and the account's numbers after a change."""

    outcome: Outcome
    entry: AchEntry | None = None
    file: AchFile | None = None
    corrected: Numbers | None = None


def take_item(item: Item, inbound: Key, received_at: datetime, desk: AchDesk) -> Taken:
    """Record what an item of an inbound file says; the same item again is answered with what was recorded.

    `inbound` is where its file stands. A return that stands marks the entry; one that does not is queued to go back
    with the next file. What nobody can act on by rule opens a case. Raises what the store raises.
    """
    found = entry_of_trace(item.original_trace, desk.documents)
    place = inbound_entry_key(inbound, item.number)

    def work(tx: Transaction) -> Taken:
        recorded, *rest = tx.get(place, *_keys(item, found))
        present, file_document, sent_back = rest or (None, None, None)
        entry = entry_from(present) if present else None
        file = file_from(file_document) if file_document else None
        if recorded is not None:
            return _again(recorded, entry, file, item)
        if item.kind is ItemKind.UNEXPECTED:
            taken = Taken(Outcome.UNEXPECTED)
        elif entry is None or file is None:
            taken = Taken(Outcome.UNKNOWN)
        else:
            repeated = item.kind is ItemKind.RETURN and sent_back is not None
            taken = Taken(Outcome.REPEATED, entry, file) if repeated else _taken(item, entry, file, desk)
        accounts = _accounts(tx, taken)
        prenote = _prenote(tx, taken)
        _record(tx, item, place, taken, received_at)
        if taken.entry is not None and taken.entry != entry:
            tx.replace(entry_key(taken.entry.key), entry_to_fields(taken.entry))
        if taken.outcome is Outcome.DISHONORED and taken.entry is not None:
            tx.create(*_sent_back(item, taken.entry, desk.clock.now()))
        if taken.entry is not None:
            _count(tx, item, taken.outcome, taken.entry)
        _learn(tx, accounts, prenote, taken)
        return taken

    return desk.documents.run(work).value


def _keys(item: Item, found: AchEntry | None) -> tuple[Key, ...]:
    """Where our entry, its file, and the return of it that we sent back stand, if we know the entry."""
    return (entry_key(found.key), file_key(found.file_id), _sent_back_key(item, found)) if found else ()


def _sent_back_key(item: Item, entry: AchEntry) -> Key:
    return entry_key(f"dishonored.{item.trace_number}.{entry.reference}")


def _taken(item: Item, entry: AchEntry, file: AchFile, desk: AchDesk) -> Taken:
    match item.kind:
        case ItemKind.CHANGE:
            present = Numbers(entry.routing_number, entry.account_number, entry.account_type)
            right = corrected(item.code, item.corrected_data, present)
            return Taken(Outcome.CHANGED if right else Outcome.UNREADABLE, entry, file, right)
        case ItemKind.CONTESTED if entry.dishonored_code and entry.status is not EntryStatus.RETURNED:
            returned = entry.returned(item.answers_code, item.trace_number, item.settled_on)
            return Taken(Outcome.CONTESTED, returned, file)
        case ItemKind.CONTESTED:
            repeated = entry.answer_trace == item.trace_number
            return Taken(Outcome.REPEATED if repeated else Outcome.UNEXPECTED, entry, file)
        case ItemKind.RETURN if entry.answer_trace == item.trace_number:
            return Taken(Outcome.REPEATED, entry, file)
        case ItemKind.RETURN:
            return _returned(item, entry, file, desk)
        case _:
            return Taken(Outcome.UNEXPECTED, entry, file)


def _returned(item: Item, entry: AchEntry, file: AchFile, desk: AchDesk) -> Taken:
    code, information = dishonor_of(item, entry, file, desk.origin.company_identification)
    if code and item.lines:
        if entry.status is EntryStatus.RETURNED:  # a second return: the first one stands as it is
            return Taken(Outcome.DISHONORED, replace(entry, dishonored_code=code, information=information), file)
        sent_back = entry.dishonored(code, item.code, item.trace_number, item.settled_on)
        return Taken(Outcome.DISHONORED, replace(sent_back, information=information), file)
    prenote = entry.kind is EntryKind.PRENOTE
    returned = entry.returned(item.code, item.trace_number, item.settled_on)
    return Taken(Outcome.PRENOTE_FAILED if prenote else Outcome.RETURNED, returned, file)


def _again(recorded: Document, entry: AchEntry | None, file: AchFile | None, item: Item) -> Taken:
    """What was recorded, so that what follows from it can be done again where a process died before."""
    outcome = Outcome(recorded.fields["outcome"])
    right = None
    if outcome is Outcome.CHANGED and entry is not None:
        present = Numbers(entry.routing_number, entry.account_number, entry.account_type)
        right = corrected(item.code, item.corrected_data, present)
    return Taken(outcome, entry, file, right)


def _record(tx: Transaction, item: Item, place: Key, taken: Taken, received_at: datetime) -> None:
    """Stage the record of an item, and a case where people must look."""
    entry = taken.entry
    tx.create(
        place,
        {
            "kind": item.kind.value,
            "code": item.code,
            "trace_number": item.trace_number,
            "original_trace": item.original_trace,
            "amount_cents": item.amount_cents,
            "corrected_data": item.corrected_data,
            "settled_on": item.settled_on.isoformat(),
            "outcome": taken.outcome.value,
            "entry_key": entry.key if entry else "",
            "received_at": received_at,
        },
    )
    text = _CASES.get(taken.outcome)
    if text:
        payment_id = entry.payment_id if entry else ""
        code = f"ach_{taken.outcome.value}"
        said = f"{text} ({item.code or item.kind.value}, trace {item.original_trace or item.trace_number})"
        tx.create(case_key(place.id), case_fields(code, said, received_at, payment_id=payment_id))


def _sent_back(item: Item, entry: AchEntry, now: datetime) -> tuple[Key, dict[str, object]]:
    """The return as an entry of ours again, for the next standard file."""
    dishonored = AchEntry(
        key=_sent_back_key(item, entry).id,
        kind=EntryKind.DISHONORED,
        service=Service.STANDARD,
        direction=entry.direction,
        sec_code=entry.sec_code,
        amount_cents=item.amount_cents,
        account_ref=entry.account_ref,
        queued_at=now,
        due_from=now,
        reason_code=entry.dishonored_code,
        answered_on=item.settled_on,
        received=item.lines,
        information=entry.information,
    )
    return entry_key(dishonored.key), entry_to_fields(dishonored)


def _count(tx: Transaction, item: Item, outcome: Outcome, entry: AchEntry) -> None:
    """Stage the count of a returned debit, beside the entry's own write, which guards it."""
    counted = outcome in (Outcome.RETURNED, Outcome.CONTESTED)
    if counted and entry.direction is Direction.DEBIT and entry.kind is EntryKind.PAYMENT:
        tx.add(day_key(item.settled_on), {"returned": 1, f"returned_{entry.reason_code}": 1})


def _accounts(tx: Transaction, taken: Taken) -> dict[Key, Document | None]:
    """What we know of the accounts that an outcome is about: the one that was given, and the one that was used."""
    entry = taken.entry
    if entry is None or taken.outcome not in (Outcome.CHANGED, Outcome.PRENOTE_FAILED):
        return {}
    refs = dict.fromkeys((entry.account_ref, account_ref(entry.routing_number, entry.account_number)))
    keys = [account_key(ref) for ref in refs]
    return dict(zip(keys, tx.get(*keys), strict=True))


def _prenote(tx: Transaction, taken: Taken) -> Document | None:
    if taken.entry is None or taken.outcome is not Outcome.PRENOTE_FAILED:
        return None
    return tx.get(Key(PRENOTES, taken.entry.key.partition("~")[0]))[0]


def _learn(tx: Transaction, accounts: dict[Key, Document | None], prenote: Document | None, taken: Taken) -> None:
    """Stage what an outcome says of the account."""
    entry = taken.entry
    for key, document in accounts.items():
        known = KnownAccount.from_fields(document.fields if document else None)
        if taken.corrected is not None:
            known = replace(known, corrected=taken.corrected)
        elif entry is not None and known.prenote_id == entry.key:
            known = replace(known, prenote_status=PrenoteStatus.FAILED.value, prenote_code=entry.reason_code)
        if document is not None or known != KnownAccount():
            keep(tx, key, document, known.to_fields())
    if prenote is not None and entry is not None and prenote.fields["entry_key"] == entry.key:
        failed = {"status": PrenoteStatus.FAILED.value, "code": entry.reason_code}
        keep(tx, prenote.key, prenote, {**prenote.fields, **failed})
