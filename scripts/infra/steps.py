"""What is held against the infrastructure's description, step by step; each finds nothing when all is well."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from emulators.description import load_system
from scripts.infra import checkov, terraform
from scripts.infra.planned import Plan
from scripts.infra.policies.access import access_findings
from scripts.infra.policies.events import event_findings
from scripts.infra.policies.exposure import exposure_findings
from shared.kernel.errors import ClearwayError

ENVIRONMENTS = ("dev", "prod")
PROJECT_NUMBER = "123456789012"


@dataclass(frozen=True, slots=True)
class Step:
    """`find` returns what is wrong, a line each, or raises the error that kept it from looking."""

    name: str
    find: Callable[[], Sequence[str]]

    def findings(self) -> list[str]:
        """What is wrong, an error included."""
        try:
            return list(self.find())
        except ClearwayError as error:
            return [error.detail]


def all_steps(root: Path) -> list[Step]:
    """Every step for the checkout at `root`, the quick ones first."""
    infra = root / "infra"
    modules = {"root module": infra, "bootstrap": infra / "bootstrap"}
    return [
        Step("form", partial(_form, infra)),
        *(Step(f"{name}: schemas", partial(_schemas, folder)) for name, folder in modules.items()),
        *(Step(f"{name}: plan and policies", partial(_policies, root, name)) for name in ENVIRONMENTS),
        *(Step(f"{name}: terraform test", partial(_tests, folder)) for name, folder in modules.items()),
        Step("checkov", partial(checkov.findings, infra)),
    ]


def plan_of(environment: str, root: Path) -> Plan:
    """What `terraform apply` would make in an empty project, by the bundles of the tests.

    Raises REFUSED with what Terraform says.
    """
    variables = {
        "bundles_dir": str(root / "infra" / "tests" / "bundles"),
        "project": f"clearway-{environment}",
        "project_number": PROJECT_NUMBER,
    }
    given = [f"-var={name}={value}" for name, value in variables.items()]
    return Plan.parse(terraform.plan(root / "infra", [f"-var-file=environments/{environment}.tfvars", *given]))


def policy_findings(plan: Plan, root: Path) -> list[str]:
    """Where a plan of the checkout at `root` breaks our policies, a line each."""
    system = load_system(root / "functions")
    return [
        *event_findings(plan, system),
        *access_findings(plan, system, root / "infra" / "reviewed_roles.yaml"),
        *exposure_findings(plan, system),
    ]


def _form(infra: Path) -> list[str]:
    command = ["terraform", "fmt", "-check", "-recursive", "."]
    said = subprocess.run(command, cwd=infra, capture_output=True, text=True, check=False)
    if said.returncode not in (0, 3):
        return [said.stderr]
    return [f"{name}: `terraform fmt -recursive infra` would change it" for name in said.stdout.split()]


def _schemas(folder: Path) -> list[str]:
    terraform.validate(folder)
    return []


def _policies(root: Path, environment: str) -> list[str]:
    return policy_findings(plan_of(environment, root), root)


def _tests(folder: Path) -> list[str]:
    terraform.test(folder)
    return []
