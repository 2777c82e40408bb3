"""A sealed file's entries as the bytes of a Nacha file: the same entries give the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import time
from functools import cache
from itertools import groupby

from shared.formats.nacha.addenda import DishonoredReturnAddenda, ReturnAddenda
from shared.formats.nacha.building import BatchDraft, Draft, EntryDraft, build_file
from shared.formats.nacha.building import Direction as NachaDirection
from shared.formats.nacha.errors import NachaError
from shared.formats.nacha.fields import form_of
from shared.formats.nacha.file import Batch, Entry
from shared.formats.nacha.records import BatchHeader, EntryDetail
from shared.formats.nacha.sent_back import DishonoredReturn, SentBackDraft
from shared.formats.nacha.writing import write
from shared.kernel.errors import ClearwayError
from shared.kernel.party import Direction
from shared.rails.domain.ach.eastern import EASTERN
from shared.rails.domain.ach.entry import AchEntry, EntryKind
from shared.rails.domain.ach.errors import AchError
from shared.rails.domain.ach.file import AchFile
from shared.rails.domain.ach.origin import AchOrigin
from shared.rails.domain.ach.terms import ACCOUNT_TYPES

# A WEB debit says in the payment type code whether it stands alone; each of ours does, as far as this rail is told.
_SINGLE_ENTRY = "S"

_DIRECTIONS = {Direction.CREDIT: NachaDirection.CREDIT, Direction.DEBIT: NachaDirection.DEBIT}


def render(file: AchFile, entries: Sequence[AchEntry], origin: AchOrigin) -> bytes:
    """The bytes of a sealed file. Raises FILE_DIFFERS when the entries are not those that were sealed."""
    count, debits, credits_ = len(entries), _cents(entries, Direction.DEBIT), _cents(entries, Direction.CREDIT)
    if (count, debits, credits_) != (file.entries, file.debit_cents, file.credit_cents) or file.sealed_at is None:
        raise ClearwayError(AchError.FILE_DIFFERS, f"{file.id} was sealed with other entries")
    built = build_file(
        destination=origin.immediate_destination,
        origin=origin.immediate_origin,
        created_at=file.sealed_at.astimezone(EASTERN),
        batches=_batches(file, entries, origin),
        id_modifier=file.id_modifier,
        destination_name=origin.immediate_destination_name,
        origin_name=origin.immediate_origin_name,
    )
    return write(built)


def _cents(entries: Sequence[AchEntry], direction: Direction) -> int:
    return sum(entry.amount_cents for entry in entries if entry.direction is direction)


def _batches(file: AchFile, entries: Sequence[AchEntry], origin: AchOrigin) -> list[Draft]:
    """One batch for each class, direction and purpose, in a fixed order; trace numbers ascend within each."""

    def purpose(entry: AchEntry) -> tuple[str, ...]:
        # The returns of one batch that we send back go in one batch again, under its header.
        header = entry.received[0] if entry.received else ""
        return (entry.kind.value, entry.sec_code, entry.direction.value, entry.description, header)

    ordered = sorted(entries, key=lambda entry: (purpose(entry), entry.trace_number))
    drafts: list[Draft] = []
    for _, group in groupby(ordered, key=purpose):
        batch = list(group)
        made = _returns(batch, origin) if batch[0].kind is EntryKind.DISHONORED else _payments(file, batch, origin)
        drafts.append(_Traced(made, tuple(entry.trace_number for entry in batch)))
    return drafts


def _payments(file: AchFile, entries: Sequence[AchEntry], origin: AchOrigin) -> BatchDraft:
    first = entries[0]
    asked: time | None = file.asked_at.astimezone(EASTERN).time() if file.same_day and file.asked_at else None
    return BatchDraft(
        sec_code=first.sec_code,
        company_name=origin.company_name,
        company_identification=origin.company_identification,
        entry_description=first.description,
        effective_on=file.effective_on,
        odfi=origin.odfi_identification,
        same_day_at=asked,
        entries=tuple(
            EntryDraft(
                direction=_DIRECTIONS[entry.direction],
                routing_number=entry.routing_number,
                account_number=entry.account_number,
                amount_cents=entry.amount_cents,
                name=entry.name,
                account_type=ACCOUNT_TYPES[entry.account_type],
                prenote=entry.kind is EntryKind.PRENOTE,
                identification=entry.reference,
                discretionary_data=_SINGLE_ENTRY if entry.sec_code == "WEB" else "",
            )
            for entry in entries
        ),
    )


def _returns(entries: Sequence[AchEntry], origin: AchOrigin) -> SentBackDraft:
    received, dishonored = None, []
    for entry in entries:
        received, returned = received_from(entry.received)
        if entry.answered_on is None:
            raise ClearwayError(AchError.FILE_DIFFERS, "a dishonoured return without the day of its return")
        dishonored.append(
            DishonoredReturn(
                entry=returned, code=entry.reason_code, settled_on=entry.answered_on, information=entry.information
            )
        )
    if received is None:
        raise ClearwayError(AchError.FILE_DIFFERS, "a batch without entries")
    return SentBackDraft(received=received, bank=origin.odfi_identification, entries=tuple(dishonored))


def received_lines(header: BatchHeader, detail: EntryDetail, addenda: ReturnAddenda) -> tuple[str, ...]:
    """A return as it was received, to be sent back: the lines of its batch header, entry and addenda record."""
    return (
        form_of(BatchHeader).format(header),
        form_of(EntryDetail).format(detail),
        form_of(ReturnAddenda).format(addenda),
    )


def received_from(lines: Sequence[str]) -> tuple[BatchHeader, Entry]:
    """The batch header and the entry of `received_lines`."""
    header, detail, addenda = lines
    entry = Entry(form_of(EntryDetail).parse(detail, 2), (form_of(ReturnAddenda).parse(addenda, 3),))
    return form_of(BatchHeader).parse(header, 1), entry


@dataclass(frozen=True, slots=True)
class _Traced:
    """A batch whose entries keep the trace numbers that they were given when they were claimed."""

    draft: Draft
    traces: tuple[str, ...]

    @property
    def size(self) -> int:
        return self.draft.size

    def build(self, batch_number: int, first_trace: int) -> Batch:
        batch = self.draft.build(batch_number, first_trace)
        traced = (_with_trace(entry, trace) for entry, trace in zip(batch.entries, self.traces, strict=True))
        return replace(batch, entries=tuple(traced))


def _with_trace(entry: Entry, trace: str) -> Entry:
    addenda = tuple(
        replace(one, trace_number=trace) if isinstance(one, DishonoredReturnAddenda) else one for one in entry.addenda
    )
    if not isinstance(entry.detail, EntryDetail):
        raise ClearwayError(AchError.FILE_DIFFERS, "an entry of a class that is not sent from here")
    return Entry(replace(entry.detail, trace_number=trace), addenda)


def fault_of_entry(entry: AchEntry) -> str:
    """Why no file could hold this entry, as the name of a record's field; empty when one can.

    Asked before an entry is queued: one that the rules refuse would keep its whole file from being built.
    """
    at = entry.queued_at
    alone = AchFile(
        id="probe",
        cutoff_at=at,
        same_day=False,
        all_services=True,
        effective_on=at.date(),
        settles_on=at.date(),
        settles_at=at,
        opened_at=at,
        entries=1,
        debit_cents=_cents([entry], Direction.DEBIT),
        credit_cents=_cents([entry], Direction.CREDIT),
        id_modifier="A",
        sealed_at=at,
    )
    origin = _probe_origin()
    try:
        render(alone, [replace(entry, trace_number=f"{origin.odfi_identification}{1:07d}")], origin)
    except NachaError as error:
        return error.field_name
    return ""


@cache
def _probe_origin() -> AchOrigin:
    """Somebody whose headers are right, so that what is refused is the entry."""
    return AchOrigin(
        immediate_destination="021000021",
        immediate_origin="021000021",
        company_name="PROBE",
        company_identification="1000000000",
        odfi_identification="02100002",
    )
