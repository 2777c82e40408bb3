"""The function `compliance`: the gate over the sanctions list as it stands in the bucket of lists."""

from __future__ import annotations

from dataclasses import dataclass

from shared.compliance.commands.screen_payment import ComplianceGate
from shared.compliance.lists import watchlist_of
from shared.kernel.assessment import Assessment
from shared.kernel.facts import PaymentFacts
from shared.ports.clock import Clock
from shared.ports.documents import Key, Transaction
from shared.ports.objects import ObjectStore
from shared.runtime.kept_lists import Files, KeptLists
from shared.runtime.list_names import ALT, SDN, WATCHLIST
from shared.runtime.logs import log


@dataclass(frozen=True, slots=True)
class ListedGate:
    """Implements `Gate`: each payment is judged by the list that this process knows at that moment, whole.

    Raises UNAVAILABLE while there is no list: a gate without its list does not open.
    """

    gates: KeptLists[ComplianceGate]
    step: str = "compliance"

    def prefetch(self, source_customer_id: str) -> tuple[Key, ...]:
        """See `Gate.prefetch`. What has to be loaded is loaded here, before anything of the payment is read."""
        return self.gates.current().prefetch(source_customer_id)

    def assess(self, tx: Transaction, facts: PaymentFacts) -> Assessment:
        """See `Gate.assess`; the evidence names the list's version."""
        return self.gates.current().assess(tx, facts)


def listed_gate(lists: ObjectStore, clock: Clock) -> ListedGate:
    """The gate over the watchlist in `lists`. Nothing is called before the first payment."""
    return ListedGate(KeptLists(lists, WATCHLIST, gate_over, clock=clock, what="compliance: watchlist"))


def gate_over(files: Files) -> ComplianceGate:
    """The gate over the content of the files. Raises LIST_MISSING, LIST_MALFORMED or LIMITS_MALFORMED."""
    watchlist = watchlist_of(files[SDN], files[ALT])
    gate = ComplianceGate.over(watchlist)
    counts = {"entries": len(watchlist.entries), "orphans": watchlist.orphans}
    # Other names of nobody on the list: the files are of two days, or somebody is just uploading the newer ones.
    severity = "WARNING" if watchlist.orphans else "INFO"
    log(severity, "compliance: watchlist loaded", version=watchlist.version, **counts)
    return gate
