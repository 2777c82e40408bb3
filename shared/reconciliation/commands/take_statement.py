"""Take a whole statement: what its entries claim goes into slots, a bounded number in each commit.

A statement that comes again for a day, under another name and not made before the first, replaces it: what it no
longer shows is taken out of the slots, what it shows besides is put in. Killed anywhere, the next run goes on: the
day's document says which files are being taken in the place of which, and slots take an entry once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from shared.formats.iso20022.balances import OPENING, join_pages
from shared.formats.iso20022.statements import Statement
from shared.ports.documents import Document, Transaction, keep
from shared.ports.reconciliation import BatchRef
from shared.reconciliation.commands.batch_changes import batch_changes
from shared.reconciliation.commands.desk import Desk
from shared.reconciliation.commands.receive_file import Received, pin_of, read_again
from shared.reconciliation.commands.settle_slots import Settled, SlotChange, settle_slots
from shared.reconciliation.documents import (
    TAKEN,
    TAKING,
    account_from,
    account_key,
    account_name,
    account_to_fields,
    statement_key,
)
from shared.reconciliation.domain.breaks import Limits
from shared.reconciliation.domain.claims import Claim, claims_of, day_of_statement, traces_in
from shared.reconciliation.domain.slot import SlotName, name_of_batch


@dataclass(frozen=True, slots=True)
class Whole:
    """A statement with all of its pages. `created_at` is when the bank made it."""

    rail: str
    currency: str
    names: tuple[str, ...]
    created_at: datetime
    statement: Statement

    @property
    def day(self) -> date:
        """The day that it is of."""
        return day_of_statement(self.statement)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a statement; `superseded` when the day has a later version of it, and then nothing was done."""

    settled: Settled = Settled()  # noqa: RUF009 - frozen, so one serves all
    entries: int = 0
    superseded: bool = False


def whole_of(pages: Sequence[Received]) -> Whole:
    """The statement whose pages these are. Raises the refusals of `join_pages`."""
    ordered = sorted(pages, key=lambda one: one.page.number)
    statement = join_pages([one.message for one in ordered])
    created_at = max(one.statement.created_at or one.message.created_at for one in ordered)
    names = tuple(one.name for one in ordered)
    return Whole(ordered[0].rail, ordered[0].currency, names, created_at, statement)


def take_statement(whole: Whole, limits: Limits, desk: Desk) -> Taken:
    """Take it, go on with taking it, or find that it was taken. Raises what the stores and the ports raise."""
    day = _begin(whole, desk)
    if day["status"] == TAKING and tuple(day["files"]) != whole.names:
        # Another version of the day was being taken when a process died; it comes first.
        take_statement(_again(day["files"], desk), limits, desk)
        return take_statement(whole, limits, desk)
    if tuple(day["files"]) != whole.names:
        return Taken(superseded=True)
    if day["status"] == TAKEN:
        return Taken()
    before = _again(day["replaces"], desk) if day["replaces"] else None
    settled = settle_slots(_changes(whole, before, desk), limits, desk)
    _finish(whole, desk)
    return Taken(settled, len(whole.statement.entries))


def _again(names: Sequence[str], desk: Desk) -> Whole:
    return whole_of([read_again(name, desk) for name in names])


def _begin(whole: Whole, desk: Desk) -> dict[str, Any]:
    """The day's document as it stands now: with this statement's files, unless another version has the day."""
    key, account = statement_key(whole.rail, whole.currency, whole.day), account_key(whole.rail, whole.currency)

    def work(tx: Transaction) -> dict[str, Any]:
        document, state_document = tx.get(key, account)
        stored = dict(document.fields) if document else None
        if stored is not None and not _gives_way(stored, whole):
            return stored
        replaces = list(stored["files"]) if stored else []
        fields = _fields(whole, replaces)
        keep(tx, key, document, fields)
        state = account_from(state_document, whole.rail, whole.currency)
        first = min(state.first_day or whole.day, whole.day)
        known = replace(state, pin=pin_of(whole.statement), first_day=first)
        keep(tx, account, state_document, account_to_fields(known))
        return fields

    return desk.documents.run(work).value


def _gives_way(stored: dict[str, Any], whole: Whole) -> bool:
    """Whether a day's statement gives way to another one: it was taken, and was not made later."""
    created_at: datetime = stored["created_at"]
    others = stored["status"] == TAKEN and tuple(stored["files"]) != whole.names
    return others and list(whole.names) != stored["replaces"] and created_at <= whole.created_at


def _fields(whole: Whole, replaces: list[str]) -> dict[str, Any]:
    statement = whole.statement
    opening, closing = statement.balance(*OPENING), statement.balance("CLBD")
    return {
        "rail": whole.rail,
        "currency": whole.currency,
        "account": account_name(whole.rail, whole.currency),
        "day": whole.day.isoformat(),
        "status": TAKING,
        "files": list(whole.names),
        "replaces": replaces,
        "created_at": whole.created_at,
        "number": statement.sequence_number,
        "opening_minor": opening.signed.amount_minor if opening else 0,
        "closing_minor": closing.signed.amount_minor if closing else 0,
        "entries": len(statement.entries),
    }


def _finish(whole: Whole, desk: Desk) -> None:
    key = statement_key(whole.rail, whole.currency, whole.day)

    def work(tx: Transaction) -> None:
        (document,) = tx.get(key)
        if document is not None and _is_being_taken(document, whole):
            tx.replace(key, {**document.fields, "status": TAKEN})

    desk.documents.run(work)


def _is_being_taken(document: Document, whole: Whole) -> bool:
    return document.fields["status"] == TAKING and tuple(document.fields["files"]) == whole.names


def _changes(whole: Whole, before: Whole | None, desk: Desk) -> Iterator[SlotChange]:
    """What the statement says besides, and no longer says, compared with the one that it replaces."""
    said = {(claim.name.id, claim.item): claim for claim in _claims(whole, desk)}
    known = {(claim.name.id, claim.item): claim for claim in _claims(before, desk)} if before else {}
    for place, claim in known.items():
        if place not in said:
            yield SlotChange(_meant(claim, desk).name, removed=frozenset({claim.item.id}))
    for place, claim in said.items():
        if place not in known:
            meant = _meant(claim, desk)
            if meant.batch is None:
                yield SlotChange(meant.name, added=(claim.item,))
            else:
                yield from batch_changes(meant.name, meant.batch, meant.contents, day=whole.day, shown=claim.item)


def _claims(whole: Whole, desk: Desk) -> Iterator[Claim]:
    keys = desk.batches.keys_of(whole.rail, sorted(traces_in(whole.statement)))
    return claims_of(whole.statement, whole.rail, keys)


@dataclass(frozen=True, slots=True)
class _Meant:
    """The slot that a claim is about, and of a batch what it holds."""

    name: SlotName
    batch: BatchRef | None = None
    contents: Mapping[str, int] = field(default_factory=dict)


def _meant(claim: Claim, desk: Desk) -> _Meant:
    """A file is looked for in the direction shown, then in the other one, where that is what is wrong with it."""
    if not claim.file_id:
        return _Meant(claim.name)
    for outgoing in (claim.outgoing, not claim.outgoing):
        batch = BatchRef(claim.file_id, outgoing)
        contents = desk.batches.contents(claim.name.rail, batch)
        if contents:
            return _Meant(replace(claim.name, key=name_of_batch(batch.file_id, outgoing=outgoing)), batch, contents)
    return _Meant(SlotName.of_stranger(claim.name.rail, claim.name.currency, claim.name.key))
