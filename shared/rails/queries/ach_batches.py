"""ACH files as reconciliation asks for them: the bank settles the credits of a file as one entry, and its debits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.kernel.party import Direction
from shared.ports.reconciliation import BatchRef
from shared.rails.ach_documents import entry_from, entry_key
from shared.rails.ach_entries import entries_of_file, entry_of_trace
from shared.rails.commands.ach.desk import RAIL, Documents
from shared.rails.domain.ach.entry import AchEntry, EntryKind


@dataclass(frozen=True, slots=True)
class AchBatches:
    """Implements `Batches` over the documents of the ACH rail."""

    documents: Documents

    def contents(self, rail: str, batch: BatchRef) -> Mapping[str, int]:
        """See `Batches.contents`. Prenotes move nothing, and a dishonoured return settles by itself."""
        if rail != RAIL or not batch.file_id:
            return {}
        entries = entries_of_file(batch.file_id, self.documents)
        return {one.key: _signed(one) for one in entries if _pays(one) and _outgoing(one) is batch.outgoing}

    def batches_of(self, rail: str, keys: Sequence[str]) -> Mapping[str, BatchRef]:
        """See `Batches.batches_of`."""
        if rail != RAIL or not keys:
            return {}
        found = self.documents.run(lambda tx: tx.get(*(entry_key(key) for key in keys))).value
        entries = [entry_from(document) for document in found if document]
        return {one.key: BatchRef(one.file_id, _outgoing(one)) for one in entries if one.file_id and _pays(one)}

    def keys_of(self, rail: str, traces: Sequence[str]) -> Mapping[str, str]:
        """See `Batches.keys_of`; of two entries, after ten million, the newer one."""
        if rail != RAIL:
            return {}
        entries = {trace: entry_of_trace(trace, self.documents) for trace in traces}
        return {trace: entry.key for trace, entry in entries.items() if entry is not None and _pays(entry)}


def _pays(entry: AchEntry) -> bool:
    return entry.kind is EntryKind.PAYMENT


def _outgoing(entry: AchEntry) -> bool:
    return entry.direction is Direction.CREDIT


def _signed(entry: AchEntry) -> int:
    return -entry.amount_cents if _outgoing(entry) else entry.amount_cents
