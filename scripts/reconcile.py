"""`make reconcile`: take the bank's new statements, compare them with the books, and show where each account stands.

For each rail account it prints our balance, the bank's, the difference, and what explains it; then the open breaks.
`--show` takes nothing and compares nothing, and only prints. Exit code 1 when a break is open. It works on the system
that `make up` runs, or on the project of the environment (GOOGLE_CLOUD_PROJECT, CLEARWAY_FILES_BUCKET and application
default credentials).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence

from scripts.connection import connected
from shared.kernel.errors import ClearwayError
from shared.kernel.money import Money
from shared.ports.clock import Clock
from shared.ports.documents import DocumentReader, every_document
from shared.ports.objects import ObjectStore
from shared.reconciliation.commands.reconcile import reconcile
from shared.reconciliation.documents import CASES, GATE, OPEN
from shared.reconciliation.queries.positions import Position
from shared.runtime.backbone import Documents
from shared.runtime.steps.timer_reconcile import rail_positions, reconciliation_desk


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="make reconcile", description=__doc__)
    parser.add_argument("--show", action="store_true", help="only show where the accounts stand")
    arguments = parser.parse_args()
    try:
        with connected() as at:
            return run(at.documents, at.objects, at.clock, only_show=arguments.show)
    except ClearwayError as error:
        print(error.detail, file=sys.stderr)
        return 1


def run(documents: Documents, objects: ObjectStore, clock: Clock, *, only_show: bool = False) -> int:
    """Reconcile unless told otherwise, print, and return the exit code."""
    if not only_show:
        print(told(reconcile(reconciliation_desk(documents, objects, clock))))
    shown = rail_positions(documents, clock)
    for line in table(shown):
        print(line)
    open_breaks = list(breaks(documents))
    for line in open_breaks:
        print(line)
    if not open_breaks:
        print("no break is open")
    return 1 if open_breaks else 0


def told(counts: Mapping[str, int]) -> str:
    """What the job did, in one line."""
    return (
        f"{counts['statements']} statements with {counts['entries']} entries taken, {counts['refused']} files refused, "
        f"{counts['held']} pages held; {counts['matched']} matched, {counts['opened']} breaks opened, "
        f"{counts['closed']} closed"
    )


def table(shown: Sequence[Position]) -> Iterator[str]:
    """Each account: the two balances, their difference, and the parts that it is made of."""
    for one in shown:
        yield ""
        yield f"{one.rail} {one.currency}"
        bank = "no statement yet" if one.day is None else f"on {one.day.isoformat()}"
        rows = [
            ("our balance", one.ours_minor, ""),
            ("the bank's", one.bank_minor or 0, bank),
            ("difference", one.difference_minor, ""),
            ("  in transit", one.in_transit_minor, "booked here, on no statement yet"),
            ("  waiting", one.waiting_minor, "one side has it, and the other still has time"),
            ("  breaks", one.broken_minor, ", ".join(f"{count} {kind}" for kind, count in sorted(one.breaks.items()))),
            ("  between statements", one.unexplained_minor, "gaps, and days without a statement"),
        ]
        for name, amount_minor, why in rows:
            if amount_minor or not name.startswith("  ") or (why and name == "  breaks"):
                yield f"  {name:<22}{Money(amount_minor, one.currency)!s:>24}  {why}".rstrip()
    yield ""


def breaks(reader: DocumentReader) -> Iterator[str]:
    """Each open break: its kind, and what its case says."""
    for case in every_document(reader, CASES, equal={"gate": GATE, "status": OPEN}):
        reason = case.fields["reasons"][0]
        yield f"{reason['code']:<24}{reason['text']}"


if __name__ == "__main__":
    sys.exit(main())
