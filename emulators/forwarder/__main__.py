"""python -m emulators.forwarder --config FILE: the push half of Pub/Sub, until SIGTERM or SIGINT.

Google's emulator pushes two messages at a time, ignores filters, and sends neither a token nor the delivery attempt.
This pulls from it, filters, and pushes as the service does. PUBSUB_EMULATOR_HOST says where the emulator is; the file
is described in `emulators.forwarder.config`. Each failed delivery is one line of JSON on the error stream.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

from emulators.forwarder.config import load
from emulators.forwarder.forwarder import Forwarder
from emulators.oidc import TokenSigner
from shared.kernel.errors import ClearwayError


async def _forward(forwarder: Forwarder) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await forwarder.run(stop)


def main() -> int:
    """Returns 0 after a signal, 1 when the forwarder could not start."""
    parser = argparse.ArgumentParser(prog="python -m emulators.forwarder")
    parser.add_argument("--config", type=Path, required=True)
    arguments = parser.parse_args()
    host = os.environ.get("PUBSUB_EMULATOR_HOST")
    if not host:
        print("PUBSUB_EMULATOR_HOST does not say where the Pub/Sub emulator is", file=sys.stderr)
        return 1
    try:
        targets = load(arguments.config)
    except ClearwayError as error:
        print(error.detail, file=sys.stderr)
        return 1
    asyncio.run(_forward(Forwarder(targets, host, TokenSigner())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
