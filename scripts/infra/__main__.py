"""`make infra`: everything about the infrastructure that can be proved without a cloud account.

Form and schemas, plans of dev and prod, our policies over them, Terraform's own tests, and checkov. Needs Terraform,
and the network for its providers the first time. Exit code 1 when something is wrong.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.closure import ROOT
from scripts.infra import terraform
from scripts.infra.steps import Step, all_steps
from shared.kernel.errors import ClearwayError


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="make infra", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout to look at")
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    try:
        terraform.require(root / "infra")
    except ClearwayError as error:
        print(error.detail, file=sys.stderr)
        return 1
    with ThreadPoolExecutor(2) as at_once:
        outcomes = list(at_once.map(_told, all_steps(root)))
    return 0 if all(outcomes) else 1


def _told(step: Step) -> bool:
    """Run a step and say at once how it went."""
    started = time.monotonic()
    found = step.findings()
    lines = [f"{'FAILED' if found else 'ok':6} {step.name} ({time.monotonic() - started:.0f} s)"]
    print("\n".join([*lines, *(f"       {line}" for line in "\n".join(found).splitlines())]), flush=True)
    return not found


if __name__ == "__main__":
    sys.exit(main())
