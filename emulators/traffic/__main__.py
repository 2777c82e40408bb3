"""Print a plan as JSON lines: `python -m emulators.traffic --seed 1 --payments 500`, or of a file: `--file FILE`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from emulators.traffic.files import read_payments
from emulators.traffic.generate import BASE, generate
from emulators.traffic.plan import Plan
from emulators.traffic.replay import plan_of
from emulators.traffic.watchlist import SAMPLE
from shared.kernel.errors import ClearwayError


def main(arguments: list[str] | None = None) -> int:
    """Print the plan; 0 when all of it could be made, 1 for arguments or rows that could not be used."""
    parser = argparse.ArgumentParser(prog="python -m emulators.traffic", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same plan (default 1)")
    parser.add_argument("--payments", type=int, default=BASE, help=f"distinct payments (default {BASE})")
    parser.add_argument("--watchlist", type=Path, default=SAMPLE, help="folder with sdn.csv, whose names are planted")
    parser.add_argument("--tenant", default="demo", help="the tenant that customer ids are derived for (default demo)")
    parser.add_argument("--file", type=Path, help="payments from a .csv, .jsonl (also .gz) or Handbook .parquet file")
    parser.add_argument("--limit", type=int, help="with --file: at most so many rows")
    given = parser.parse_args(arguments)
    complaints: list[str] = []
    try:
        plan = _plan(given, complaints)
    except ClearwayError as error:
        print(error.detail, file=sys.stderr)
        return 1
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    try:
        for line in plan.lines():
            print(line)
    except BrokenPipeError:
        # `| head` has read enough. Python would complain once more when it flushes standard output at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1 if complaints else 0


def _plan(given: argparse.Namespace, complaints: list[str]) -> Plan:
    if given.file is None:
        return generate(given.seed, given.payments, watchlist=given.watchlist, tenant=given.tenant)
    read = read_payments(given.file, given.limit)
    complaints += [f"{given.file.name}, line {bad.line}: {bad.column or 'row'}: {bad.reason}" for bad in read.bad]
    return plan_of(read.rows, seed=given.seed, tenant=given.tenant)


if __name__ == "__main__":
    raise SystemExit(main())
