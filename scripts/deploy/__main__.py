"""Plan, apply and tear down infra/, and prepare a project for it: `make plan`, `deploy`, `destroy` and `bootstrap`.

What is applied is the plan that was shown, never a newer one. Nothing secret is an argument, a variable or a part of
the state: values of secrets are put into Secret Manager by hand.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from emulators.description import load_system
from scripts.deploy.bootstrap import bootstrap
from scripts.deploy.errors import DeployError
from scripts.deploy.remaining import remaining
from scripts.deploy.target import Target, missing, refuse_protected, target_of
from scripts.deploy.terraform import (
    CHANGES,
    NOTHING_TO_DO,
    agreed,
    apply_command,
    init_command,
    outputs_of,
    plan_command,
    plan_taken_away,
    run,
)
from shared.kernel.errors import ClearwayError


def plan(target: Target, *, destroy: bool = False, lock: bool = True) -> bool:
    """Build the bundles and show what would change; False when nothing would."""
    target.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    run([sys.executable, "-m", "scripts.bundle"], target, data=target.environment)
    run(init_command(target), target, data=target.environment)
    command = plan_command(target, destroy=destroy, lock=lock)
    return run(command, target, data=target.environment, allowed=(NOTHING_TO_DO, CHANGES)) == CHANGES


def apply(target: Target, *, yes: bool) -> int:
    """Plan, ask, apply what was shown, and say what is left to do by hand."""
    if plan(target):
        if not yes and not agreed(f"Apply this plan to {target.project}?", "yes"):
            print("nothing was changed")
            return 1
        run(apply_command(target), target, data=target.environment)
    secrets = sorted({name for function in load_system().functions for name in function.secrets})
    print("\nBy hand, where it was not done before (infra/README.md):")
    for line in remaining(target, outputs_of(target), secrets):
        print(f"- {line}")
    return 0


def destroy(target: Target) -> int:
    """Tear down an environment that may be torn down, after the project's id was typed. Nothing agrees in its stead."""
    if plan(target, destroy=True):
        if not agreed(f"Destroy all of this, with every payment in {target.project}?", target.project):
            print("nothing was changed")
            return 1
        run(apply_command(target), target, data=target.environment)
    print(
        "left: the state's bucket, and the keys, which Google never deletes (another deployment needs another key_ring)"
    )
    return 0


def perform(arguments: argparse.Namespace) -> int:
    """Do what the command line asks. Raises REFUSED when it cannot be done here, before anything was done."""
    target = target_of(arguments.environment, arguments.project)
    if arguments.action == "destroy":
        refuse_protected(target)
    lacks = missing(arguments.action, os.environ, Path.home())
    if lacks:
        raise ClearwayError(DeployError.REFUSED, "\n".join(lacks))
    if arguments.action == "bootstrap":
        return bootstrap(target, yes=arguments.yes)
    with plan_taken_away(target):
        if arguments.action == "apply":
            return apply(target, yes=arguments.yes)
        if arguments.action == "destroy":
            return destroy(target)
        print("there are changes" if plan(target, lock=not arguments.read_only) else "nothing to do")
    return 0


def main(given: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="deploy", description=__doc__)
    parser.add_argument("action", choices=["plan", "apply", "destroy", "bootstrap"])
    parser.add_argument("--environment", required=True, help="one of infra/environments, such as dev")
    parser.add_argument("--project", required=True, help="id of the Google Cloud project")
    parser.add_argument("--yes", action="store_true", help="apply without asking, as CI does after a review")
    parser.add_argument("--read-only", action="store_true", help="plan without locking the state, as CI's planner must")
    try:
        return perform(parser.parse_args(given))
    except ClearwayError as error:
        print(error.detail, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
