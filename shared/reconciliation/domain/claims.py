"""What the entries of a statement claim: this much moved, for this leg, this file, or something unknown. Pure.

A leg is named by its key, which banks carry in 35 characters (`leg_reference`), as end-to-end or transaction id; what
came back over ACH is named by the trace number of the entry that it is about. A batched entry (`Btch`) names the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared.formats.iso20022.entries import Batch, Entry, EntryStatus, EntryTransaction
from shared.formats.iso20022.statements import Statement
from shared.formats.leg_reference import key_of
from shared.kernel import ids
from shared.kernel.errors import ClearwayError
from shared.reconciliation.domain.errors import ReconciliationError
from shared.reconciliation.domain.slot import Item, SlotKind, SlotName, name_of_batch

_CLOSING = "CLBD"
_TRACE = re.compile(r"[0-9]{15}")  # Nacha Operating Rules, Appendix Three: the bank's eight digits, and seven more
_PREFIX = "pay_"
# What banks write where nobody gave a name: the usage rules of SEPA credit transfers, and SWIFT's field 21. Two entries
# that both say so have nothing in common.
_NO_NAMES = frozenset({"NOTPROVIDED", "NONREF"})


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a statement says about one slot.

    `file_id` is set for a batched entry; `outgoing` says which of the file's two directions it is of.
    """

    name: SlotName
    item: Item
    file_id: str = ""
    outgoing: bool = False


def day_of_statement(statement: Statement) -> date:
    """The day that a statement is of: that of its closing balance. Raises NOT_A_STATEMENT without one."""
    closing = statement.balance(_CLOSING)
    if closing is None:
        raise ClearwayError(ReconciliationError.NOT_A_STATEMENT, "a statement without a closing balance")
    return closing.date


def traces_in(statement: Statement) -> frozenset[str]:
    """The trace numbers of ACH entries by which a statement may name legs."""
    names = {name for entry in statement.entries for one in entry.transactions for name in _names(one)}
    return frozenset(name for name in names if _TRACE.fullmatch(name))


def claims_of(statement: Statement, rail: str, keys: Mapping[str, str]) -> Iterator[Claim]:
    """What every booked entry claims; `keys` are of legs, by trace number. Pending and announced entries claim nothing.

    An entry is named by the statement's day, the bank's reference, and how often that reference came before it on the
    statement, so that reading it again claims nothing new, and one that stands there twice claims twice.
    """
    seen: Counter[str] = Counter()
    day, currency = day_of_statement(statement), statement.currency or statement.balances[0].amount.currency
    for entry in statement.entries:
        if entry.status is EntryStatus.BOOKED:
            reference = _reference(entry)
            seen[reference] += 1
            item_id = f"{day.isoformat()}/{reference}/{seen[reference]}"
            yield from _claims(_Shown(rail, currency, day, item_id, reference, keys), entry)


@dataclass(frozen=True, slots=True)
class _Shown:
    """Where an entry stands."""

    rail: str
    currency: str
    day: date
    item_id: str
    reference: str
    keys: Mapping[str, str]

    def item(self, amount_minor: int, *, part: int = 0, returned: bool = False, count: int | None = None) -> Item:
        item_id = f"{self.item_id}/{part}" if part else self.item_id
        return Item(item_id, self.day, amount_minor, returned, count, self.reference)

    def name(self, kind: SlotKind, key: str) -> SlotName:
        return SlotName(kind, self.rail, self.currency, key)

    def stranger(self, text: str) -> SlotName:
        return SlotName.of_stranger(self.rail, self.currency, text)


def _claims(shown: _Shown, entry: Entry) -> Iterator[Claim]:
    signed_minor = entry.signed.amount_minor
    transactions = entry.transactions
    batch = next((one.batch for one in entry.details if one.batch), None)
    parts = [_signed(one, entry) for one in transactions]
    if len(transactions) > 1 and sum(parts) == signed_minor:
        for number, (one, part_minor) in enumerate(zip(transactions, parts, strict=True), 1):
            yield _single(shown, one, part_minor, part=number)
    elif batch is not None and _file_id(batch):
        # What a reversal undoes moved the other way.
        outgoing = (signed_minor < 0) is not entry.reversal
        name = shown.name(SlotKind.BATCH, name_of_batch(_file_id(batch), outgoing=outgoing))
        yield Claim(name, shown.item(signed_minor, count=batch.count), _file_id(batch), outgoing)
    elif len(transactions) == 1:
        yield _single(shown, transactions[0], signed_minor)
    else:
        yield Claim(shown.stranger(shown.reference), shown.item(signed_minor))


def _single(shown: _Shown, one: EntryTransaction, signed_minor: int, part: int = 0) -> Claim:
    item = shown.item(signed_minor, part=part, returned=one.returned is not None)
    key = next((key for name in _names(one) if (key := _key(name, shown.keys))), "")
    if key:
        return Claim(shown.name(SlotKind.LEG, key), item)
    return Claim(shown.stranger(next(iter(_names(one)), shown.reference)), item)


def _names(one: EntryTransaction) -> Sequence[str]:
    names = (one.end_to_end_id, one.transaction_id, one.instruction_id)
    return [name for name in names if name and name.upper() not in _NO_NAMES]


def _key(name: str, keys: Mapping[str, str]) -> str:
    return key_of(name.removeprefix(_PREFIX)) or keys.get(name, "")


def _signed(one: EntryTransaction, entry: Entry) -> int:
    if one.amount is None or one.amount.currency != entry.amount.currency:
        return 0
    return (one.direction or entry.direction).signed(one.amount).amount_minor


def _file_id(batch: Batch) -> str:
    return batch.message_id or batch.payment_information_id


def _reference(entry: Entry) -> str:
    """The bank's own reference of an entry, or where it gives none a digest of what the entry says."""
    named = entry.bank_reference or entry.entry_reference
    if named:
        return named
    texts = [name for one in entry.transactions for name in (one.bank_reference, *_names(one))]
    return ids.derive("entry", str(entry.signed.amount_minor), *texts)
