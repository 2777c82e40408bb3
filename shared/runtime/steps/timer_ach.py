"""The ACH jobs of the function `timer`: cut what is due, take what the bank has put there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.customers.commands.correct_instrument import correct_instrument
from shared.customers.domain.customer import BankAccount
from shared.customers.domain.errors import CustomerError
from shared.kernel.errors import ClearwayError
from shared.kernel.party import Direction
from shared.payments.documents import payment_from, payment_key
from shared.payments.domain.errors import PaymentError
from shared.ports.corrections import Correction
from shared.ports.objects import ObjectStore
from shared.ports.rail import News
from shared.rails.ach_documents import ENTRIES
from shared.rails.commands.ach.acknowledgements import ACCEPTED, take_acknowledgements
from shared.rails.commands.ach.desk import AchDesk
from shared.rails.commands.ach.prenotes import verify_prenotes
from shared.rails.commands.ach.run_cutoffs import run_cutoffs
from shared.rails.commands.ach.take_inbound import take_inbound_files
from shared.rails.domain.ach.entry import EntryStatus
from shared.rails.domain.ach.origin import AchOrigin
from shared.runtime.backbone import Backbone
from shared.runtime.logs import log


def ach_desk(backbone: Backbone, objects: ObjectStore, origin: AchOrigin) -> AchDesk:
    """What the jobs below work with."""
    return AchDesk(backbone.documents, objects, backbone.clock, origin)


def cut(backbone: Backbone, objects: ObjectStore, origin: AchOrigin) -> Mapping[str, int]:
    """Cut every file that is due: counts of `files`, `empty` cut-offs, `entries`, and files that `failed`.

    May be called at any time and by any number of processes; with `failed` above zero it is to be called again.
    """
    run = run_cutoffs(backbone.clock.now(), ach_desk(backbone, objects, origin))
    for file in run.files:
        log("INFO", "timer: ACH cut-off", file_id=file.id, status=file.status.value, entries=file.entries)
    for error in run.errors:
        log("ERROR", "timer: ACH file not finished", code=error.code.code, detail=error.detail)
    sent = [file for file in run.files if file.entries]
    return {
        "files": len(sent),
        "empty": len(run.files) - len(sent),
        "entries": sum(file.entries for file in sent),
        "failed": len(run.errors),
    }


def without_origin(backbone: Backbone) -> Mapping[str, int]:
    """What there is to do where we have no identity on the ACH network: nothing, or else something is amiss.

    Entries that are queued would wait for ever, so they count as `failed`, which the scheduler shows.
    """
    if not backbone.documents.find(ENTRIES, equal={"status": EntryStatus.QUEUED.value}, limit=1):
        return {}
    log("ERROR", "timer: ACH entries are queued, and the timer has no CLEARWAY_ACH_ORIGIN")
    return {"failed": 1}


def inbound(
    backbone: Backbone, objects: ObjectStore, origin: AchOrigin, take_news: Callable[[News], object]
) -> Mapping[str, int]:
    """Take what the bank has put there: acknowledgements and inbound files; and verify prenotes whose time has passed.

    Counts entries by outcome, `files`, `refused` and `failed` inbound ones, `outbound_accepted` (and `..._refused`,
    `..._duplicate`, `..._unreadable`) of our own, and `verified` prenotes.

    `take_news` hears of each entry's return, perhaps more than once. With `failed` above zero the job is to be called
    again; it goes on where it was.
    """
    desk = ach_desk(backbone, objects, origin)
    words = take_acknowledgements(backbone.clock.now(), desk)
    counts = Counter(take_inbound_files(desk=desk, take_news=take_news, corrections=InstrumentCorrections(backbone)))
    counts.update({f"outbound_{word}": count for word, count in words.items()})
    counts["verified"] = verify_prenotes(backbone.clock.now(), backbone.documents)
    if any(word != ACCEPTED for word in words):
        log("ERROR", "timer: ACH file not accepted", **words)
    if counts["refused"] or counts["failed"]:
        log("ERROR", "timer: ACH inbound", refused=counts["refused"], failed=counts["failed"])
    return dict(counts)


@dataclass(frozen=True, slots=True)
class InstrumentCorrections:
    """The `Corrections` port over customers: a leg's payment says whose instrument it is."""

    backbone: Backbone

    def apply(self, correction: Correction) -> bool:
        """See `Corrections.apply`."""
        owner = correction.customer_id or self._owner(correction)
        wrong = BankAccount(correction.was_routing_number, correction.was_account_number)
        right = BankAccount(correction.routing_number, correction.account_number, correction.account_type)
        try:
            correct_instrument(
                owner,
                correction.instrument_id,
                wrong,
                right,
                change_code=correction.change_code,
                at=self.backbone.clock.now(),
                transactor=self.backbone.documents,
            )
        except ClearwayError as error:
            if error.code in (CustomerError.NOT_FOUND, CustomerError.STALE_CORRECTION):
                return False
            raise
        return True

    def _owner(self, correction: Correction) -> str:
        """The customer whose instrument a leg used: what it collects from, or what it pays out to.

        Raises NOT_FOUND when there is no such payment.
        """
        payment_id, _, role = correction.entry_key.rpartition(".")
        document = self.backbone.documents.get(payment_key(payment_id))
        if document is None:
            raise ClearwayError(PaymentError.NOT_FOUND, "a correction names a payment that does not exist")
        payment = payment_from(document)
        party = payment.destination if role == Direction.CREDIT else payment.source
        return party.customer_id if party else ""
