"""Prenotes: an entry without money that asks whether an account can be reached; silence for some days says that it can.

Source: Nacha Operating Rules, Section 2.6 (Prenotification Entries): entries may follow some banking days after the
settlement date of a prenote, if it did not come back. How many is in `ach_originator.toml`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from shared.kernel.errors import ClearwayError
from shared.kernel.party import Direction, Instrument, InstrumentKind, PartyType
from shared.ports.clock import Clock
from shared.ports.documents import Document, DocumentReader, Key, Transaction, Transactor, keep
from shared.rails.ach_documents import PRENOTES, account_key, entry_key, entry_to_fields, file_from, file_key
from shared.rails.commands.ach.desk import Documents
from shared.rails.domain.ach.entry import AchEntry, EntryKind, Service
from shared.rails.domain.ach.errors import AchError
from shared.rails.domain.ach.known import KnownAccount, PrenoteStatus
from shared.rails.domain.ach.origin import Authorisation
from shared.rails.domain.ach.rendering import fault_of_entry
from shared.rails.domain.ach.schedule import clear_after_prenote, window_of
from shared.rails.domain.ach.terms import account_ref, fault_of_account, receiver_name, sec_code, short_reference

BATCH = 100
DESCRIPTION = "PRENOTE"


@dataclass(frozen=True, slots=True)
class Prenote:
    """A prenote of one instrument of a customer. `clear_at` is when it counts as verified, if nothing comes back.

    `code` is the return code of a failed one.
    """

    id: str
    customer_id: str
    instrument_id: str
    tenant: str
    entry_key: str
    account_ref: str
    sent_at: datetime
    clear_at: datetime
    status: PrenoteStatus = PrenoteStatus.SENT
    code: str = ""


def send_prenote(
    customer_id: str,
    instrument: Instrument,
    *,
    tenant: str,
    holder_name: str,
    holder_type: PartyType,
    transactor: Transactor,
    clock: Clock,
    direction: Direction = Direction.CREDIT,
) -> Prenote:
    """Queue a prenote with the key `prenote.{customer}.{instrument}`; the same account again is the same prenote.

    An instrument that has other numbers than those that were prenoted is prenoted anew (`...~2`, `...~3`).
    A credit prenote needs no authorisation of the holder; a debit one needs that of the debits that follow.
    Raises INVALID_PRENOTE, naming the field, for what ACH cannot reach.
    """
    ref = _checked(instrument, holder_name)
    key = Key(PRENOTES, f"prenote.{customer_id}.{instrument.id}")

    def work(tx: Transaction) -> Prenote:
        document, known = tx.get(key, account_key(ref))
        before = prenote_from(document) if document else None
        if before is not None and before.account_ref == ref:
            return before
        now = clock.now()
        entry = AchEntry(
            key=_next_key(key.id, before),
            kind=EntryKind.PRENOTE,
            service=Service.STANDARD,
            direction=direction,
            sec_code=sec_code(holder_type, direction, Authorisation.STANDING),
            account_type=instrument.account_type or "checking",
            routing_number=instrument.routing_number,
            account_number=instrument.account_number,
            amount_cents=0,
            name=receiver_name(holder_name),
            reference=short_reference(_next_key(key.id, before)),
            description=DESCRIPTION,
            account_ref=ref,
            instrument_id=instrument.id,
            customer_id=customer_id,
            queued_at=now,
            due_from=now,
        )
        if fault_of_entry(entry):
            raise ClearwayError(AchError.INVALID_PRENOTE, "no ACH entry can be made for the instrument")
        clear_at = clear_after_prenote(window_of(now, same_day=False).settles_on)
        prenote = Prenote(key.id, customer_id, instrument.id, tenant, entry.key, ref, now, clear_at)
        tx.create(entry_key(entry.key), entry_to_fields(entry))
        keep(tx, key, document, _to_fields(prenote))
        account = KnownAccount.from_fields(known.fields if known else None)
        keep(tx, account_key(ref), known, _noted(account, prenote).to_fields())
        return prenote

    return transactor.run(work).value


def get_prenote(customer_id: str, instrument_id: str, *, tenant: str, reader: DocumentReader) -> Prenote:
    """The last prenote of an instrument; raises PRENOTE_NOT_FOUND, also for another tenant's."""
    document = reader.get(Key(PRENOTES, f"prenote.{customer_id}.{instrument_id}"))
    if document is None or document.fields["tenant"] != tenant:
        raise ClearwayError(AchError.PRENOTE_NOT_FOUND, "the instrument was not prenoted")
    return prenote_from(document)


def verify_prenotes(now: datetime, documents: Documents) -> int:
    """Verify the prenotes whose time has passed without a return, at most 100 a call; returns how many.

    A prenote that settled later than was planned gets its time from its file.
    """
    due = documents.find(PRENOTES, equal={"status": PrenoteStatus.SENT.value}, at_most=("clear_at", now), limit=BATCH)
    return sum(_verified(document.key, now, documents) for document in due)


def _verified(key: Key, now: datetime, documents: Documents) -> bool:
    def work(tx: Transaction) -> bool:
        (document,) = tx.get(key)
        prenote = prenote_from(document) if document else None
        if document is None or prenote is None or prenote.status is not PrenoteStatus.SENT:
            return False
        known, entry = tx.get(account_key(prenote.account_ref), entry_key(prenote.entry_key))
        file_id = entry.fields["file_id"] if entry else ""
        file = tx.get(file_key(file_id))[0] if file_id else None
        settles_on = file_from(file).settles_on if file else window_of(now, same_day=False).settles_on
        clear_at = clear_after_prenote(settles_on)
        verified = clear_at <= now
        after = replace(prenote, clear_at=clear_at, status=PrenoteStatus.VERIFIED if verified else PrenoteStatus.SENT)
        account = KnownAccount.from_fields(known.fields if known else None)
        if account.prenote_id == prenote.entry_key:
            keep(tx, account_key(prenote.account_ref), known, _noted(account, after).to_fields())
        keep(tx, key, document, _to_fields(after))
        return verified

    return documents.run(work).value


def _checked(instrument: Instrument, holder_name: str) -> str:
    """The reference of the instrument's account."""
    field = fault_of_account(instrument.routing_number, instrument.account_number, instrument.account_type)
    if instrument.kind is not InstrumentKind.BANK_ACCOUNT or instrument.currency != "USD":
        field = "/kind"
    if not receiver_name(holder_name):
        field = "/holder_name"
    if field:
        detail = "a prenote needs a bank account in US dollars that ACH can reach"
        raise ClearwayError(AchError.INVALID_PRENOTE, detail, field=field)
    return account_ref(instrument.routing_number, instrument.account_number)


def _next_key(prenote_id: str, before: Prenote | None) -> str:
    if before is None:
        return prenote_id
    return f"{prenote_id}~{int(before.entry_key.partition('~')[2] or 1) + 1}"


def _noted(account: KnownAccount, prenote: Prenote) -> KnownAccount:
    """What the prenote says of its account: the rail looks there, since it knows accounts and no customers."""
    return replace(
        account,
        prenote_id=prenote.entry_key,
        prenote_status=prenote.status.value,
        prenote_code=prenote.code,
        clear_at=prenote.clear_at,
    )


def prenote_from(document: Document) -> Prenote:
    """A prenote from its document."""
    stored = document.fields
    return Prenote(**{**stored, "id": document.key.id, "status": PrenoteStatus(stored["status"])})


def _to_fields(prenote: Prenote) -> dict[str, object]:
    return {
        "customer_id": prenote.customer_id,
        "instrument_id": prenote.instrument_id,
        "tenant": prenote.tenant,
        "entry_key": prenote.entry_key,
        "account_ref": prenote.account_ref,
        "sent_at": prenote.sent_at,
        "clear_at": prenote.clear_at,
        "status": prenote.status.value,
        "code": prenote.code,
    }
