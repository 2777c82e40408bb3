"""What is deployed where, and what a machine needs for it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.closure import ROOT
from scripts.deploy.errors import DeployError
from shared.kernel.errors import ClearwayError

INFRA = ROOT / "infra"
WORK = ROOT / ".clearway" / "deploy"


@dataclass(frozen=True, slots=True)
class Target:
    """One deployment: the environment, whose files say what it is like, and the project that it is in."""

    environment: str
    project: str
    infra: Path = INFRA
    work: Path = WORK

    @property
    def state_bucket(self) -> str:
        """The bucket that infra/bootstrap makes."""
        return f"{self.project}-terraform-state"

    @property
    def folder(self) -> Path:
        """Where what belongs to this deployment alone lies on this machine: plug-ins, the plan, a state on its way."""
        return self.work / self.project

    @property
    def plan(self) -> Path:
        """The plan that is shown and then applied."""
        return self.folder / f"{self.environment}.tfplan"

    @property
    def bootstrap(self) -> Path:
        """A copy of infra/bootstrap, so that its first state can be local without a change to the checkout."""
        return self.folder / "bootstrap"

    @property
    def first_state(self) -> Path:
        """The state of a bootstrap that is not yet in the bucket which it makes."""
        return self.folder / "bootstrap.tfstate"

    def tfvars(self) -> str:
        """The environment's file of variables."""
        return (self.infra / "environments" / f"{self.environment}.tfvars").read_text(encoding="utf-8")


def target_of(environment: str, project: str, infra: Path = INFRA, work: Path = WORK) -> Target:
    """The deployment. Raises REFUSED for an environment without its files and for what is no project id."""
    known = sorted(path.stem for path in (infra / "environments").glob("*.tfvars"))
    if environment not in known:
        raise ClearwayError(
            DeployError.REFUSED, f"ENVIRONMENT must be one that infra/environments has: {', '.join(known)}"
        )
    if not re.fullmatch(r"[a-z][a-z0-9-]{4,28}[a-z0-9]", project):
        raise ClearwayError(
            DeployError.REFUSED, "PROJECT must be the id of a Google Cloud project, such as clearway-dev"
        )
    return Target(environment, project, infra, work)


def missing(action: str, environ: Mapping[str, str], home: Path) -> list[str]:
    """What this machine lacks for the action, each in a sentence that says how to get it."""
    lacks = []
    if shutil.which("terraform", path=environ.get("PATH", "")) is None:
        lacks.append("terraform is not installed (1.11 or later): https://developer.hashicorp.com/terraform/install")
    if action == "bootstrap" and shutil.which("gcloud", path=environ.get("PATH", "")) is None:
        lacks.append("gcloud is not installed: https://cloud.google.com/sdk/docs/install")
    folder = Path(environ.get("CLOUDSDK_CONFIG", home / ".config" / "gcloud"))
    named = environ.get("GOOGLE_APPLICATION_CREDENTIALS")
    credentials = Path(named) if named else folder / "application_default_credentials.json"
    if "GOOGLE_OAUTH_ACCESS_TOKEN" not in environ and not credentials.is_file():
        lacks.append(f"there are no Google credentials at {credentials}: gcloud auth application-default login")
    return lacks


def refuse_protected(target: Target) -> None:
    """Raises REFUSED unless the environment's file takes deletion protection off; it is on by default."""
    said = re.findall(r"^\s*deletion_protection\s*=\s*(\S+)", target.tfvars(), re.MULTILINE)
    if said != ["false"]:
        detail = f"{target.environment} has deletion protection: its books must outlive a command (infra/README.md)"
        raise ClearwayError(DeployError.REFUSED, detail)
