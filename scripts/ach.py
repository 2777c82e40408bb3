"""`make ach`: what people do about ACH. It works on the system that `make up` runs, or on the environment's project
(GOOGLE_CLOUD_PROJECT, CLEARWAY_FILES_BUCKET, CLEARWAY_ACH_ORIGIN and application default credentials).

    make ach                                   the files of the last days, and the return rates beside their limits
    make ach ARGS="--requeue FILE"             put the entries of a file that the bank refused into the next file

Exit code 1 when a rate is above its limit, or when what was asked for could not be done.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from datetime import datetime

from emulators.identity import ACH_ORIGIN
from scripts.connection import connected
from shared.kernel.errors import ClearwayError
from shared.kernel.money import Money
from shared.ports.documents import DocumentReader, every_document
from shared.rails.ach_documents import FILES, file_from
from shared.rails.commands.ach.acknowledgements import requeue
from shared.rails.commands.ach.desk import AchDesk
from shared.rails.domain.ach.eastern import EASTERN
from shared.rails.domain.ach.file import AchFile
from shared.rails.domain.ach.origin import AchOrigin
from shared.rails.domain.ach.return_rates import ReturnRate
from shared.rails.queries.return_rates import return_rates

FILES_SHOWN = 20


def main() -> int:
    """Command line."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="make ach", description=__doc__, formatter_class=raw)
    parser.add_argument("--requeue", metavar="FILE", help="a file that the bank refused")
    arguments = parser.parse_args()
    try:
        with connected() as at:
            origin = ACH_ORIGIN if at.local else AchOrigin.parse(os.environ.get("CLEARWAY_ACH_ORIGIN", ""))
            desk = AchDesk(at.documents, at.objects, at.clock, origin)
            return put_back(arguments.requeue, desk) if arguments.requeue else show(desk, at.clock.now())
    except ClearwayError as error:
        print(error.detail, file=sys.stderr)
        return 1


def put_back(file_id: str, desk: AchDesk) -> int:
    """Requeue, and say how many entries that was."""
    print(f"{requeue(file_id, desk)} entries of {file_id} are in the queue again")
    return 0


def show(desk: AchDesk, now: datetime) -> int:
    """Print the newest files and the return rates; 1 when a rate is above its limit."""
    for file in newest_files(desk.documents):
        print(line_of(file))
    rates = return_rates(now.astimezone(EASTERN).date(), desk.documents)
    for one in rates:
        print(rate_line(one))
    return 1 if any(one.over for one in rates) else 0


def newest_files(reader: DocumentReader) -> Iterator[AchFile]:
    """The files that were cut last, the newest first, without those of cut-offs for which nothing was queued."""
    files = sorted(map(file_from, every_document(reader, FILES)), key=lambda file: file.cutoff_at, reverse=True)
    yield from [file for file in files if file.entries][:FILES_SHOWN]


def line_of(file: AchFile) -> str:
    """One file: its state, what is in it, and the bank's word on it."""
    debits, credits_ = Money(file.debit_cents, "USD"), Money(file.credit_cents, "USD")
    word = f", {file.acknowledged} by the bank" if file.acknowledged else ""
    return f"{file.id:<26}{file.status.value:<9}{file.entries:>6} entries  {debits!s:>18} in {credits_!s:>18} out{word}"


def rate_line(one: ReturnRate) -> str:
    """One rate beside its limit."""
    share = 100 * one.numerator / one.denominator if one.denominator else 0.0
    limit = one.limit.limit_basis_points / 100
    verdict = "above its limit" if one.over else "within"
    return (
        f"{one.limit.name:<16}{one.numerator:>6} of {one.denominator:<8}{share:>7.2f} %  limit {limit:.2f} %  {verdict}"
    )


if __name__ == "__main__":
    sys.exit(main())
