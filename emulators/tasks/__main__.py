"""Cloud Tasks on this machine: `python -m emulators.tasks --port 8123 --admin-port 8124 [--virtual-clock]`."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from datetime import UTC, datetime, timedelta

from emulators.tasks.emulator import WORKERS, TasksEmulator
from shared.adapters.memory.clock import ManualClock
from shared.adapters.tasks.rules import NAME_KEPT
from shared.kernel.errors import ClearwayError

_STOP = {signal.SIGTERM, signal.SIGINT}


def main() -> int:
    """Run until SIGTERM or SIGINT; 0 then, 1 when the ports cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m emulators.tasks", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port of the API; 0 takes a free one")
    parser.add_argument("--admin-port", type=int, default=0, help="port of the admin page; 0 takes a free one")
    parser.add_argument("--virtual-clock", action="store_true", help="time moves only by POST /clock/advance")
    parser.add_argument(
        "--name-kept-s",
        type=float,
        default=NAME_KEPT.total_seconds(),
        help="how long the name of an ended task is refused, in seconds (default: %(default)s)",
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=WORKERS,
        help="how many calls are in flight at most, over all queues (default: %(default)s)",
    )
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    # Blocked before any thread starts, so that no other thread takes the signal that the last line waits for.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)
    try:
        emulator = TasksEmulator(
            port=options.port,
            admin_port=options.admin_port,
            clock=ManualClock(datetime.now(UTC)) if options.virtual_clock else None,
            name_kept=timedelta(seconds=options.name_kept_s),
            workers=options.workers,
        )
    except ClearwayError as error:
        print(error.detail, file=sys.stderr)
        return 1
    with emulator:
        print(f"Cloud Tasks is ready on {emulator.address}, its admin page on {emulator.admin_url}", flush=True)
        signal.sigwait(_STOP)
    return 0


if __name__ == "__main__":
    sys.exit(main())
