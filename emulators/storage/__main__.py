"""Cloud Storage on this machine: `python -m emulators.storage --port 9023`."""

from __future__ import annotations

import argparse
import signal
import sys

from emulators.storage.server import StorageServer

_STOP = {signal.SIGTERM, signal.SIGINT}


def main() -> int:
    """Serve until SIGTERM or SIGINT; 0 then, 1 when the port cannot be had. The first line printed is the URL."""
    parser = argparse.ArgumentParser(prog="python -m emulators.storage", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="TCP port on loopback; 0 takes a free one")
    arguments = parser.parse_args()
    # Blocked before any thread starts, so that no other thread takes the signal that the last line waits for.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)
    try:
        server = StorageServer(arguments.port)
    except OSError as error:
        print(f"Cloud Storage cannot have port {arguments.port}: {error.strerror}", file=sys.stderr)
        return 1
    with server:
        print(server.url, flush=True)
        signal.sigwait(_STOP)
    return 0


if __name__ == "__main__":
    sys.exit(main())
