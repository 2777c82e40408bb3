"""`make verify`: the books against themselves, and against every payment. Silent when all is well, with exit code 0.

Otherwise one line for each difference, which says exactly what differs, and exit code 1. It works on the system that
`make up` runs, on the project of the environment (GOOGLE_CLOUD_PROJECT and application default credentials), or on the
one that is named. Payments that move while it reads look like differences: what it finds is looked for a second time,
and only what is found both times is told. `--trial-balance` prints the trial balance of each currency first.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

from emulators.addresses import Hosts, fixed_ports
from emulators.description import load_system
from emulators.local import LOCAL_PROJECT
from scripts.verify_all import verify
from shared.adapters.firestore.client import make_client
from shared.adapters.firestore.documents import FirestoreDocuments
from shared.adapters.system_clock import SystemClock
from shared.kernel.errors import ClearwayError
from shared.ledger.queries.trial_balance import trial_balance
from shared.ledger.queries.verify_books import Difference
from shared.ports.documents import DocumentReader

SECOND_LOOK_AFTER_S = 3.0


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="make verify", description=__doc__)
    parser.add_argument("--project", help="the project to verify")
    parser.add_argument("--emulator", help="host:port of a Firestore emulator")
    parser.add_argument("--trial-balance", action="store_true", help="print the trial balance of each currency")
    arguments = parser.parse_args()
    project, emulator = where(arguments)
    client = make_client(project, emulator)
    try:
        documents = FirestoreDocuments(client, SystemClock())
        return run(documents, show_trial_balance=arguments.trial_balance, pause_s=SECOND_LOOK_AFTER_S)
    except ClearwayError as error:
        print(error.detail, file=sys.stderr)
        return 1
    finally:
        client.close()


def where(arguments: argparse.Namespace) -> tuple[str, str | None]:
    """The project, and the emulator that it is on, if any."""
    named = arguments.project or os.environ.get("GOOGLE_CLOUD_PROJECT")
    emulator = arguments.emulator or os.environ.get("FIRESTORE_EMULATOR_HOST")
    if named is None and emulator is None:
        emulator = Hosts.on(fixed_ports(load_system())).firestore
    return named or LOCAL_PROJECT, emulator


def run(reader: DocumentReader, *, show_trial_balance: bool = False, pause_s: float) -> int:
    """Verify, print, and return the exit code."""
    if show_trial_balance:
        print_trial_balance(reader)
    differences = verify(reader).differences
    if differences:
        time.sleep(pause_s)
        differences = lasting(differences, verify(reader).differences)
    for difference in differences:
        print(difference)
    return 1 if differences else 0


def lasting(first: tuple[Difference, ...], second: tuple[Difference, ...]) -> tuple[Difference, ...]:
    """Those of the second look that the first one found too, by what is off and by how much."""
    seen = {difference.sign for difference in first}
    return tuple(difference for difference in second if difference.sign in seen)


def print_trial_balance(reader: DocumentReader) -> None:
    """One table for each currency, in minor units."""
    for trial in trial_balance(reader):
        print(f"{trial.currency:<28}{'accounts':>10}{'debits':>20}{'credits':>20}{'balance':>20}")
        for line in trial.lines:
            debits, credits_ = line.counters.debits_posted_minor, line.counters.credits_posted_minor
            print(f"  {line.kind:<26}{line.accounts:>10}{debits:>20,}{credits_:>20,}{line.balance_minor:>20,}")
        print(f"  {'all':<26}{'':>10}{trial.debits_minor:>20,}{trial.credits_minor:>20,}{0:>20}\n")


if __name__ == "__main__":
    sys.exit(main())
