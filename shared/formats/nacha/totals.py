"""What control records must say: counted by the reader's checks and written by the builders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.formats.nacha.codes import is_credit
from shared.formats.nacha.file import Entry
from shared.formats.nacha.lines import BLOCK_LINES

HASH_MODULUS = 10**10


@dataclass(frozen=True, slots=True)
class Totals:
    """Of a batch or a file: records counted, hash of routing numbers, debits and credits in cents."""

    entry_addenda_count: int
    entry_hash: int
    debit_cents: int
    credit_cents: int

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            self.entry_addenda_count + other.entry_addenda_count,
            (self.entry_hash + other.entry_hash) % HASH_MODULUS,
            self.debit_cents + other.debit_cents,
            self.credit_cents + other.credit_cents,
        )


NOTHING = Totals(0, 0, 0, 0)


def totals_of(entries: Iterable[Entry]) -> Totals:
    """The totals of a batch's entries. Of the hash, the last ten digits count."""
    count, routing_sum, debits, credits_ = 0, 0, 0, 0
    for entry in entries:
        detail = entry.detail
        count += 1 + len(entry.addenda)
        routing_sum += int(detail.rdfi_identification)
        if is_credit(detail.transaction_code):
            credits_ += detail.amount_cents
        else:
            debits += detail.amount_cents
    return Totals(count, routing_sum % HASH_MODULUS, debits, credits_)


def lines_of(entry_addenda_count: int, batches: int) -> int:
    """The number of lines of a file, its filler apart."""
    return 2 + 2 * batches + entry_addenda_count


def blocks_of(lines: int) -> int:
    """How many blocks of ten lines hold these, the last one filled up."""
    return -(-lines // BLOCK_LINES)
