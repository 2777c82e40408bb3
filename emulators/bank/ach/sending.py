"""Writes inbound files: what receiving banks send back on one banking day, one file for each originating bank."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

from emulators.bank.ach.entries import AchEntry
from emulators.bank.settlement.banking_days import NEXT_DAY_SETTLES, eastern, moment
from shared.formats.nacha.building import build_file
from shared.formats.nacha.dates import day_of_year
from shared.formats.nacha.file import NachaFile
from shared.formats.nacha.sent_back import Change, ContestedReturn, Return, SentBackDraft
from shared.formats.nacha.writing import write
from shared.kernel.routing_numbers import check_digit
from shared.ports.objects import ObjectStore

INBOUND = "ach/inbound/"
# The ACH operator, from which the files come: the Federal Reserve Bank of Atlanta's routing number.
OPERATOR = "061000146"
_MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to send back, and the entry that it is about."""

    about: AchEntry
    message: Return | Change | ContestedReturn


@dataclass(frozen=True, slots=True)
class Sent:
    """An item with the trace number that it went out under, in the file `file_id`."""

    item: Item
    trace: str
    file_id: str


class Sender:
    """Numbers files by day, and trace numbers without end."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects
        self.reset()

    def reset(self) -> None:
        """Begin to count anew; files that are there stay, and their names are passed over."""
        self._next_trace = 1

    def send(self, day: date, items: list[Item]) -> list[Sent]:
        """Write one file, with the items for the first of their originating banks; returns those, as they went out."""
        odfi = min(item.about.header.odfi_identification for item in items)
        items = [item for item in items if item.about.header.odfi_identification == odfi]
        groups: dict[tuple[object, ...], list[Item]] = defaultdict(list)
        for item in items:
            about, kind = item.about, type(item.message).__name__
            groups[about.file_id, about.header.batch_number, about.detail.rdfi_identification, kind].append(item)
        drafts = [_draft(group) for group in groups.values()]
        for number in range(1, 1_000):
            file = build_file(
                destination=odfi + check_digit(odfi),
                origin=OPERATOR,
                created_at=eastern(moment(day, NEXT_DAY_SETTLES)),
                batches=drafts,
                id_modifier=_MODIFIERS[(number - 1) % len(_MODIFIERS)],
                destination_name="CLEARWAY",
                origin_name="ACH OPERATOR",
                first_trace=self._next_trace,
            )
            file_id = f"ACH-IN-{day:%Y%m%d}-{number:03d}"
            if self._objects.put_new(f"{INBOUND}{file_id}.ach", write(_settled(file, day))):
                break
        self._next_trace += len(items)
        ordered = [item for group in groups.values() for item in group]
        return [
            Sent(item, entry.detail.trace_number, file_id) for item, entry in zip(ordered, file.entries, strict=True)
        ]


def _draft(items: list[Item]) -> SentBackDraft:
    about = items[0].about
    messages = tuple(item.message for item in items)
    return SentBackDraft(received=about.header, bank=about.detail.rdfi_identification, entries=messages)


def _settled(file: NachaFile, day: date) -> NachaFile:
    """The file with the settlement date in its batches, which the ACH operator fills in."""
    batches = tuple(
        replace(batch, header=replace(batch.header, settlement_date=day_of_year(day))) for batch in file.batches
    )
    return replace(file, batches=batches)
