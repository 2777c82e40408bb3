"""checkov over the Terraform files: known mistakes of others, read without running anything."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from emulators.locked_environment import LockedEnvironment
from scripts.closure import ROOT
from scripts.infra.errors import InfraError
from scripts.lock import CHECKOV
from shared.kernel.errors import ClearwayError

# Below this it is a word, not a reason.
REASON_LETTERS_MIN = 20

ENVIRONMENT = LockedEnvironment("checkov", ROOT / ".venv-checkov", CHECKOV)


def findings(folder: Path) -> list[str]:
    """What checkov finds below `folder`, a line each.

    An exception without a reason (`#checkov:skip=ID:reason`) is a finding too. Raises NOT_INSTALLED, or REFUSED when
    checkov itself fails.
    """
    ENVIRONMENT.ensure()
    argv = [str(ENVIRONMENT.python), "-I", "-m", "checkov.main", "-d", str(folder), "--framework", "terraform"]
    # Its parser does not know tests. No network: neither modules nor the policies of its vendor's platform.
    argv += [*("--skip-path", "tests"), *("--download-external-modules", "false"), "--skip-download"]
    argv += [*("--output", "json"), "--soft-fail"]
    said = subprocess.run(argv, capture_output=True, text=True, check=False)
    try:
        report: Any = json.loads(said.stdout)
    except ValueError:
        raise ClearwayError(InfraError.REFUSED, f"checkov: {said.stderr[-500:]}") from None
    if not isinstance(report, dict) or not report.get("summary", {}).get("passed"):
        raise ClearwayError(InfraError.REFUSED, "checkov found no Terraform to read")
    results = report["results"]
    lines = [f"{_place(one)}: {one['check_id']} {one['check_name']}" for one in results["failed_checks"]]
    lines += [
        f"{_place(one)}: the exception from {one['check_id']} gives no reason"
        for one in results["skipped_checks"]
        if len(one["check_result"].get("suppress_comment") or "") < REASON_LETTERS_MIN
    ]
    lines += [f"{path}: cannot be parsed" for path in results["parsing_errors"]]
    return sorted(set(lines))


def _place(found: Any) -> str:
    return f"{found['file_path'].lstrip('/')}:{found['file_line_range'][0]} {found['resource']}"
