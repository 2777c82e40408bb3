"""Terraform's command lines, and running them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from scripts.closure import ROOT
from scripts.deploy.target import Target
from shared.kernel.errors import ClearwayError, KernelError

# Exit codes of `terraform plan -detailed-exitcode`.
NOTHING_TO_DO, CHANGES = 0, 2


def init_command(target: Target) -> list[str]:
    """`terraform init` with the state of this deployment."""
    return [
        *("terraform", f"-chdir={target.infra}", "init", "-input=false", "-reconfigure"),
        f"-backend-config=environments/{target.environment}.gcs.tfbackend",
        f"-backend-config=bucket={target.state_bucket}",
    ]


def plan_command(target: Target, *, destroy: bool = False, lock: bool = True) -> list[str]:
    """`terraform plan` into the plan's file; exit code 2 says that there are changes."""
    return [
        *("terraform", f"-chdir={target.infra}", "plan", "-input=false", "-detailed-exitcode"),
        f"-var-file=environments/{target.environment}.tfvars",
        *("-var", f"project={target.project}", f"-out={target.plan}"),
        *(["-destroy"] if destroy else []),
        *([] if lock else ["-lock=false"]),
    ]


def apply_command(target: Target) -> list[str]:
    """`terraform apply` of the plan's file, which Terraform refuses once the state has moved on."""
    return ["terraform", f"-chdir={target.infra}", "apply", "-input=false", str(target.plan)]


@contextmanager
def plan_taken_away(target: Target) -> Iterator[None]:
    """However what is done inside ends, the plan's file is gone: it holds all of the state, and can be applied."""
    try:
        yield
    finally:
        target.plan.unlink(missing_ok=True)


def run(command: Sequence[str], target: Target, *, data: str, allowed: tuple[int, ...] = (0,)) -> int:
    """Run a command whose output the person sees; returns its exit code.

    `data` names Terraform's own folder, so that one environment's plug-ins and backend are never another's. Raises
    MISUSE when the exit code is none of `allowed`.
    """
    environment = os.environ | {"TF_DATA_DIR": str(target.folder / f"{data}.terraform"), "TF_IN_AUTOMATION": "1"}
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    if code not in allowed:
        raise ClearwayError(KernelError.MISUSE, f"`{' '.join(command[:3])} ...` ended with exit code {code}")
    return code


def outputs_of(target: Target) -> dict[str, object]:
    """The outputs of what was deployed, by name."""
    environment = os.environ | {"TF_DATA_DIR": str(target.folder / f"{target.environment}.terraform")}
    command = ["terraform", f"-chdir={target.infra}", "output", "-json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return {name: one["value"] for name, one in json.loads(done.stdout).items()}


def agreed(question: str, word: str) -> bool:
    """Whether the person types the word. Raises MISUSE where nobody is there to type."""
    if not sys.stdin.isatty():
        raise ClearwayError(
            KernelError.MISUSE, "nobody is there to agree to the plan (--yes agrees, but never to destroy)"
        )
    return input(f"{question} Type {word} to go on: ").strip() == word
