"""What is done once for each project: infra/bootstrap, whose state ends in the bucket that it makes.

The first run has no bucket to keep its state in, so that state is a file at first and moved in the same run. A run that
was interrupted is taken up where it stopped: as long as the file is there, the state is in it.
"""

from __future__ import annotations

import shutil
import subprocess

from scripts.deploy.errors import DeployError
from scripts.deploy.target import Target
from scripts.deploy.terraform import CHANGES, NOTHING_TO_DO, agreed, plan_taken_away, run
from shared.kernel.errors import ClearwayError

DATA = "bootstrap"
# Without these, nothing about a project can be asked, hence no other be enabled by Terraform.
FIRST_APIS = ("cloudresourcemanager.googleapis.com", "serviceusage.googleapis.com")
# Terraform lets a file of this name replace the backend that versions.tf declares.
OVERRIDE = "backend_override.tf"


def override(target: Target) -> str:
    """The file that keeps the first state on this machine."""
    return f'terraform {{\n  backend "local" {{\n    path = "{target.first_state}"\n  }}\n}}\n'


def init_command(target: Target, *, local: bool, migrate: bool = False) -> list[str]:
    """`terraform init` of the copy: with the first, local state; with the bucket; or moving the one to the other."""
    return [
        *("terraform", f"-chdir={target.bootstrap}", "init", "-input=false"),
        *(["-migrate-state", "-force-copy"] if migrate else ["-reconfigure"]),
        *([] if local else [f"-backend-config=bucket={target.state_bucket}"]),
    ]


def plan_command(target: Target) -> list[str]:
    """`terraform plan` of the copy."""
    return [
        *("terraform", f"-chdir={target.bootstrap}", "plan", "-input=false", "-detailed-exitcode"),
        f"-var-file=environments/{target.environment}.tfvars",
        *("-var", f"environment={target.environment}", "-var", f"project={target.project}"),
        f"-out={target.plan}",
    ]


def copy_sources(target: Target, *, local: bool) -> None:
    """The sources as the checkout has them now, with the override when the state is local."""
    shutil.rmtree(target.bootstrap, ignore_errors=True)
    shutil.copytree(target.infra / "bootstrap", target.bootstrap, ignore=shutil.ignore_patterns("tests", ".terraform"))
    if local:
        (target.bootstrap / OVERRIDE).write_text(override(target), encoding="utf-8")


def bucket_exists(target: Target) -> bool:
    """Whether the state's bucket is there, in this project: names are all the world's, and one that somebody else took
    first holds a state of their choice. Raises REFUSED when Google cannot say, since a guess could lose a state.
    """
    command = ["gcloud", "storage", "buckets", "list", "--project", target.project, "--format=value(name)"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ClearwayError(DeployError.REFUSED, f"gcloud does not say which buckets {target.project} has")
    return target.state_bucket in done.stdout.split()


def bootstrap(target: Target, *, yes: bool) -> int:
    """Plan, ask, apply; then move the state into the bucket, if it is not there already."""
    target.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    run(["gcloud", "services", "enable", *FIRST_APIS, "--project", target.project], target, data=DATA)
    local = target.first_state.exists() or not bucket_exists(target)
    copy_sources(target, local=local)
    run(init_command(target, local=local), target, data=DATA)
    with plan_taken_away(target):
        if run(plan_command(target), target, data=DATA, allowed=(NOTHING_TO_DO, CHANGES)) == CHANGES:
            if not yes and not agreed(f"Apply this plan to {target.project}?", "yes"):
                print("nothing was changed")
                return 1
            apply = ["terraform", f"-chdir={target.bootstrap}", "apply", "-input=false", str(target.plan)]
            run(apply, target, data=DATA)
    if local:
        (target.bootstrap / OVERRIDE).unlink()
        run(init_command(target, local=False, migrate=True), target, data=DATA)
        # Terraform leaves the old file; with it the next run would take the state for one that has yet to move.
        target.first_state.replace(target.first_state.with_suffix(".moved"))
    run(["terraform", f"-chdir={target.bootstrap}", "output"], target, data=DATA)
    return 0
