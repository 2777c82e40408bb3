"""Terraform's command lines, and running them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from scripts.closure import ROOT
from scripts.deploy.errors import DeployError
from scripts.deploy.target import Target
from shared.kernel.errors import ClearwayError

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
    REFUSED when the exit code is none of `allowed`.
    """
    code = subprocess.run(command, cwd=ROOT, env=_environment(target, data), check=False).returncode
    if code not in allowed:
        raise _ended(command, code)
    return code


def outputs_of(target: Target) -> dict[str, object]:
    """The outputs of what was deployed, by name. Raises REFUSED when Terraform cannot say."""
    command = ["terraform", f"-chdir={target.infra}", "output", "-json"]
    environment = _environment(target, target.environment)
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise _ended(command, done.returncode)
    return {name: one["value"] for name, one in json.loads(done.stdout).items()}


def _environment(target: Target, data: str) -> dict[str, str]:
    return os.environ | {"TF_DATA_DIR": str(target.folder / f"{data}.terraform"), "TF_IN_AUTOMATION": "1"}


def _ended(command: Sequence[str], code: int) -> ClearwayError:
    return ClearwayError(DeployError.REFUSED, f"`{' '.join(command[:3])} ...` ended with exit code {code}")


def agreed(question: str, word: str) -> bool:
    """Whether the person types the word. Raises REFUSED where nobody is there to type."""
    if not sys.stdin.isatty():
        raise ClearwayError(
            DeployError.REFUSED, "nobody is there to agree to the plan (--yes agrees, but never to destroy)"
        )
    return input(f"{question} Type {word} to go on: ").strip() == word
