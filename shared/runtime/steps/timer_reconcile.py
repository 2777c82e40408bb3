"""The reconciliation job of the function `timer`: the bank's statements against our books, both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.kernel.usage import measured
from shared.ledger.queries.rail_journal import RailJournalOfDocuments
from shared.payments.queries.leg_book import LegBookOfPayments
from shared.ports.clock import Clock
from shared.ports.objects import ObjectStore
from shared.rails.domain.banking_days import is_banking_day
from shared.rails.queries.ach_batches import AchBatches
from shared.reconciliation.commands.desk import Desk
from shared.reconciliation.commands.reconcile import reconcile
from shared.reconciliation.policy import tolerances
from shared.reconciliation.queries.positions import Position, positions
from shared.runtime.backbone import Backbone, Documents
from shared.runtime.logs import log


def reconciliation_desk(documents: Documents, objects: ObjectStore, clock: Clock) -> Desk:
    """What the job works with: the contexts behind the ports of reconciliation."""
    return Desk(
        documents=documents,
        objects=objects,
        clock=clock,
        legs=LegBookOfPayments(documents),
        journal=RailJournalOfDocuments(documents),
        batches=AchBatches(documents),
        tolerances=tolerances(),
        is_banking_day=is_banking_day,
    )


def run_reconciliation(backbone: Backbone, objects: ObjectStore) -> Mapping[str, int]:
    """Take new statements and compare both ways; counts by name, see `reconcile`. Raises what it raises.

    May be called at any time, by any number of processes, and again after a failure.
    """
    with measured() as usage:
        counts = reconcile(reconciliation_desk(backbone.documents, objects, backbone.clock))
        severity = "WARNING" if counts["opened"] else "INFO"
        log(severity, "timer: reconciled", step="timer", **counts, usage=usage.as_dict())
    return counts


def rail_positions(documents: Documents, clock: Clock) -> Sequence[Position]:
    """Each rail account: our balance, the bank's, and what explains the difference."""
    today, policy = clock.now().date(), tolerances()
    return positions(
        documents=documents,
        journal=RailJournalOfDocuments(documents),
        looked_back_to=lambda rail: policy.of(rail, today).looked_back_to(today),
    )
