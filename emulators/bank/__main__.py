"""`python -m emulators.bank`: the bank simulator as a process, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from datetime import time

from emulators.bank.callbacks.outbox import DEFAULT_SECRET
from emulators.bank.followers import Followers
from emulators.bank.server import BankServer
from shared.ports.objects import ObjectStore

CALLBACK_VARIABLE = "CLEARWAY_CALLBACK_URL"
SECRET_VARIABLE = "CLEARWAY_RAIL_SECRET"  # noqa: S105 - the name of a variable, not its value
TOKEN_VARIABLE = "CLEARWAY_BANK_TOKEN"  # noqa: S105 - the name of a variable, not its value


def main() -> int:
    """Serve until told to stop. The first line on standard output is the base URL."""
    parser = argparse.ArgumentParser(prog="python -m emulators.bank", description="A bank to test against.")
    parser.add_argument("--port", type=int, required=True, help="TCP port on loopback; 0 takes a free one")
    parser.add_argument("--seed", type=int, default=0, help="goes into the references (default 0)")
    parser.add_argument("--hold-s", type=float, default=8.0, help="how long a silent reply is held (default 8)")
    parser.add_argument("--slow-s", type=float, default=1.0, help="the pause of a slow reply (default 1)")
    help_ = f"where callbacks are posted to, with {{rail}} for the rail's name (default: {CALLBACK_VARIABLE})"
    parser.add_argument("--callback-url", default=os.environ.get(CALLBACK_VARIABLE, ""), help=help_)
    parser.add_argument("--bank-rail", default="bank", help="what the JSON rail is called (default bank)")
    parser.add_argument("--files-bucket", default="", help="a Cloud Storage bucket for files (default: in memory)")
    parser.add_argument(
        "--follower-url", action="append", default=[], help="posted to when the clock was put forward; may be repeated"
    )
    parser.add_argument(
        "--follower-stop",
        action="append",
        default=[],
        type=time.fromisoformat,
        help="a time of day (HH:MM, US Eastern) at which the clock stops on its way for those; may be repeated",
    )
    arguments = parser.parse_args()
    told_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told_to_stop.set())
    try:
        server = BankServer(
            arguments.port,
            seed=arguments.seed,
            hold_s=arguments.hold_s,
            slow_s=arguments.slow_s,
            token=os.environ.get(TOKEN_VARIABLE, ""),
            callback_url=arguments.callback_url,
            bank_rail=arguments.bank_rail,
            objects=_files(arguments.files_bucket),
            followers=Followers(arguments.follower_url, arguments.follower_stop) if arguments.follower_url else None,
            secret=os.environ.get(SECRET_VARIABLE, "") or DEFAULT_SECRET,
        )
    except OSError as error:
        print(f"the bank cannot have port {arguments.port}: {error.strerror}", file=sys.stderr)
        return 1
    server.start()
    print(server.url, flush=True)
    told_to_stop.wait()
    server.stop()
    return 0


def _files(bucket: str) -> ObjectStore | None:
    """The bucket, in the service that STORAGE_EMULATOR_HOST names, or else in Google's."""
    if not bucket:
        return None
    # Only where there is a bucket: a bank without one starts without Google's libraries.
    from shared.adapters.storage.client import make_client
    from shared.adapters.storage.objects import CloudStorageObjects

    return CloudStorageObjects(make_client("bank", os.environ.get("STORAGE_EMULATOR_HOST")), bucket)


if __name__ == "__main__":
    sys.exit(main())
