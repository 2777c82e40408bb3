"""python -m emulators.scheduler --config FILE: run the jobs of the file until stopped.

The file: {"jobs": [{"name", "schedule", "url", "audience", "service_account", "deadline_s"}]}.
"""

from __future__ import annotations

import argparse
import json
import logging
import threading
from pathlib import Path

from emulators.oidc import TokenSigner
from emulators.scheduler.cron import Cron, parse
from emulators.scheduler.jobs import Signer, Target, fire, times
from shared.adapters.system_clock import SystemClock


def _serve(cron: Cron, target: Target, signer: Signer) -> None:
    for due in times(cron, SystemClock()):
        fire(target, due, signer)


def main() -> None:
    """Read the file, then one thread for each job."""
    arguments = argparse.ArgumentParser(prog="python -m emulators.scheduler")
    arguments.add_argument("--config", type=Path, required=True)
    config = json.loads(arguments.parse_args().config.read_text())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    signer = TokenSigner()
    threads = []
    for job in config["jobs"]:
        cron = parse(job.pop("schedule"))
        threads.append(
            threading.Thread(target=_serve, args=(cron, Target(**job), signer), name=job["name"], daemon=True)
        )
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
