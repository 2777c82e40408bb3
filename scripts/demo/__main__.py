"""`make demo`: start everything, drive a seeded world of payments through it, and show what happened.

Exit code 1 when the ledger does not balance, or a payment was lost, stuck or paid twice.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from emulators.local import WATCHLISTS, LocalCloud
from emulators.sdk import missing
from emulators.traffic.files import read_payments
from emulators.traffic.generate import generate
from emulators.traffic.plan import Plan
from emulators.traffic.replay import plan_of
from scripts.demo.drive import drive
from scripts.demo.findings import find
from scripts.demo.show import show
from scripts.demo.stage import EmbeddedStage, EmulatedStage, Stage
from shared.kernel.errors import ClearwayError


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--payments", type=int, default=600, help="how many payments the world makes")
    parser.add_argument("--seed", type=int, default=1, help="another seed is another world")
    parser.add_argument("--file", type=Path, help="drive the payments of a file instead (CSV, CSV.gz or JSON lines)")
    parser.add_argument("--watchlist", type=Path, default=WATCHLISTS, help="folder with sdn.csv and alt.csv")
    parser.add_argument("--embedded", action="store_true", help="in memory, in one process, even with the emulators")
    parser.add_argument("--patience-s", type=float, default=150.0, help="how long to wait for the last payments")
    arguments = parser.parse_args()
    # A pipe has no width of its own.
    width = None if sys.stdout.isatty() else 110
    # This very stream, also while what the functions print is redirected.
    console = Console(file=sys.stdout, width=width)
    try:
        plan = _plan(arguments, console)
        with _stage(arguments, console) as stage:
            return _play(stage, plan, arguments.patience_s, console)
    except ClearwayError as error:
        console.print(error.detail, style="red")
        return 1
    except KeyboardInterrupt:
        return 130


def _plan(arguments: argparse.Namespace, console: Console) -> Plan:
    if arguments.file is None:
        return generate(arguments.seed, arguments.payments, watchlist=arguments.watchlist)
    read = read_payments(arguments.file, arguments.payments)
    for bad in read.bad:
        console.print(f"line {bad.line}: {bad.reason}", style="yellow")
    return plan_of(read.rows, seed=arguments.seed)


@contextmanager
def _stage(arguments: argparse.Namespace, console: Console) -> Iterator[Stage]:
    lacking = missing()
    for line in lacking:
        console.print(f"missing: {line}", style="yellow")
    if lacking or arguments.embedded:
        stage = EmbeddedStage(arguments.watchlist)
        with redirect_stdout(stage.log):
            yield stage
        return
    console.print("starting the emulators and the functions ...")
    with LocalCloud(fixed_ports=False, watchlist_dir=arguments.watchlist) as cloud:
        emulated = EmulatedStage(cloud)
        try:
            yield emulated
        finally:
            emulated.close()


def _play(stage: Stage, plan: Plan, patience_s: float, console: Console) -> int:
    console.print(f"on {stage.name}")
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, redirect_stdout=False) as progress:
        bars: dict[str, int] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in bars:
                bars[what] = progress.add_task(what, total=total)
            progress.update(bars[what], completed=done)  # type: ignore[arg-type]

        done = drive(stage, plan, told, patience_s=patience_s)
        findings = find(stage, plan, done)
    show(findings, console, timed=stage.timed)
    console.print("all is well" if findings.sound else "something is wrong", style="green" if findings.sound else "red")
    return 0 if findings.sound else 1


if __name__ == "__main__":
    sys.exit(main())
