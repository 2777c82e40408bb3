"""python -m emulators.bridge --config FILE: stand in for Pub/Sub's BigQuery subscription until stopped.

Google's Pub/Sub emulator, which PUBSUB_EMULATOR_HOST points to, stores such a subscription and delivers nothing.
The file is described in `emulators.bridge.config`.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from emulators.bigquery.schema import load_columns
from emulators.bridge.bridge import Bridge
from emulators.bridge.config import BridgeConfig, load_config
from emulators.bridge.source import Source
from shared.adapters.bigquery.client import make_client
from shared.adapters.bigquery.warehouse import BigQueryWarehouse
from shared.kernel.errors import ClearwayError

INSERT_TIMEOUT_S = 15.0


def run(config: BridgeConfig, host: str, stop: threading.Event) -> None:
    """Bridge until `stop` is set, then close what was opened."""
    source = Source(host, config.project, config.subscription)
    client = make_client(config.project, config.bigquery_url)
    try:
        warehouse = BigQueryWarehouse(client, config.dataset, INSERT_TIMEOUT_S, table=config.table)
        Bridge(
            source,
            warehouse,
            load_columns(),
            batch_rows_max=config.batch_rows_max,
            batch_wait_s=config.batch_wait_s,
        ).run(stop)
    finally:
        client.close()  # type: ignore[no-untyped-call]
        source.close()


def main() -> int:
    """Returns 0 after SIGTERM or SIGINT, 1 when the bridge could not start or broke."""
    parser = argparse.ArgumentParser(prog="python -m emulators.bridge")
    parser.add_argument("--config", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    host = os.environ.get("PUBSUB_EMULATOR_HOST")
    if not host:
        print("PUBSUB_EMULATOR_HOST does not say where the Pub/Sub emulator is", file=sys.stderr)
        return 1
    try:
        config = load_config(arguments.config)
    except ClearwayError as error:
        print(error.detail, file=sys.stderr)
        return 1
    stop = threading.Event()
    # The work is a thread's, so that the handlers below never interrupt a thread which holds the event's own lock.
    worker = threading.Thread(target=run, args=(config, host, stop), name="bridge")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker.start()
    worker.join()
    return 0 if stop.is_set() else 1


if __name__ == "__main__":
    sys.exit(main())
