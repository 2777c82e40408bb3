"""The function `compliance`: the gate over the sanctions list as it stands in the bucket of lists."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from shared.compliance.commands.screen_payment import ComplianceGate
from shared.compliance.domain.errors import ComplianceError
from shared.compliance.lists import watchlist_of
from shared.kernel.assessment import Assessment
from shared.kernel.errors import ClearwayError
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


def listed_gate(lists: ObjectStore, clock: Clock, *, names_min: int = 1) -> ListedGate:
    """The gate over the watchlist in `lists`. Nothing is called before the first payment.

    A list that can be read may still be an attack, or a file that was cut off at the end of a line: one with fewer than
    `names_min` names is never used, and one with fewer than half of those in use does not take its place.
    """
    make = partial(gate_over, names_min=names_min)
    return ListedGate(
        KeptLists(lists, WATCHLIST, make, clock=clock, what="compliance: watchlist", replaces=_not_shrunken)
    )


def gate_over(files: Files, *, names_min: int = 1) -> ComplianceGate:
    """The gate over the content of the files.

    Raises LIST_MISSING, LIST_MALFORMED, LIMITS_MALFORMED, or LIST_TOO_SHORT below `names_min` names.
    """
    watchlist = watchlist_of(files[SDN], files[ALT])
    if watchlist.names < names_min:
        raise ClearwayError(
            ComplianceError.LIST_TOO_SHORT, f"the list has {watchlist.names} names, and must have {names_min}"
        )
    gate = ComplianceGate.over(watchlist)
    counts = {"entries": len(watchlist.entries), "names": watchlist.names, "orphans": watchlist.orphans}
    # Other names of nobody on the list: the files are of two days, or somebody is just uploading the newer ones.
    severity = "WARNING" if watchlist.orphans else "INFO"
    log(severity, "compliance: watchlist loaded", version=watchlist.version, **counts)
    return gate


def _not_shrunken(used: ComplianceGate, found: ComplianceGate) -> None:
    """Raises LIST_TOO_SHORT for a list with fewer than half of the names in use: sanctions end one by one."""
    before, after = used.screener.watchlist.names, found.screener.watchlist.names
    if after * 2 < before:
        raise ClearwayError(ComplianceError.LIST_TOO_SHORT, f"the list has {after} names where {before} are in use")
