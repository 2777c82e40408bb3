"""Terraform on one of our root modules, where nothing of ours is touched and nobody's credentials are used.

Providers come from Terraform's registry. Where there is no network, CLEARWAY_TERRAFORM names a command that does what
this file does: it is called as `COMMAND FOLDER validate|json|test ARGUMENTS`, initialises FOLDER without its backend,
and `json` prints the plan as JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emulators.errors import LocalError
from scripts.closure import ROOT
from scripts.infra.errors import InfraError
from shared.kernel.errors import ClearwayError

_PLUGINS = ROOT / ".clearway" / "terraform"
_LEFT_OUT = {".terraform", ".terraform.lock.hcl", "terraform.tfstate"}
# A plan must not depend on what the developer's own shell or home says.
_LOCAL_BACKEND = 'terraform {\n  backend "local" {}\n}\n'


def require(folder: Path) -> None:
    """Raises NOT_INSTALLED where there is no Terraform, or where the providers of `folder` cannot be had."""
    if shutil.which("terraform") is None:
        hint = "Terraform is not installed: https://developer.hashicorp.com/terraform/install"
        raise ClearwayError(LocalError.NOT_INSTALLED, hint)
    if "CLEARWAY_TERRAFORM" not in os.environ:
        with _shadow(folder) as shadow:
            _initialise(shadow, _environment())


def validate(folder: Path) -> None:
    """Hold a root module against its providers' schemas. Raises REFUSED with what Terraform says."""
    _run(folder, "validate", [])


def test(folder: Path) -> str:
    """Run the module's *.tftest.hcl files; returns what Terraform says. Raises REFUSED."""
    return _run(folder, "test", [])


def plan(folder: Path, arguments: Sequence[str]) -> Mapping[str, Any]:
    """The plan from nothing, in Terraform's JSON form. `arguments` are its own: -var, -var-file.

    Raises REFUSED with what Terraform says. https://developer.hashicorp.com/terraform/internals/json-format
    """
    planned: dict[str, Any] = json.loads(_run(folder, "json", arguments))
    return planned


def _run(folder: Path, command: str, arguments: Sequence[str]) -> str:
    if stand_in := os.environ.get("CLEARWAY_TERRAFORM"):
        return _call([stand_in, str(folder), command, *arguments], folder, os.environ)
    with _shadow(folder) as shadow:
        environment = _environment()
        _initialise(shadow, environment)
        if command != "json":
            return _call(["terraform", command, "-no-color", *arguments], shadow, environment)
        saved = str(shadow / "saved.tfplan")
        planning = ["terraform", "plan", "-input=false", "-no-color", "-lock=false", f"-out={saved}", *arguments]
        _call(planning, shadow, environment)
        return _call(["terraform", "show", "-json", saved], shadow, environment)


def _initialise(shadow: Path, environment: Mapping[str, str]) -> None:
    try:
        _call(["terraform", "init", "-input=false", "-no-color"], shadow, environment)
    except ClearwayError as error:
        if "Failed to query available provider packages" not in error.detail:
            raise
        hint = "Terraform's providers cannot be had: its registry does not answer (or see CLEARWAY_TERRAFORM)"
        raise ClearwayError(LocalError.NOT_INSTALLED, hint) from None


def _environment() -> dict[str, str]:
    """A token that opens nothing: planning from nothing asks Google nothing, and so it stays."""
    _PLUGINS.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "GOOGLE_"))}
    kept |= {"TF_PLUGIN_CACHE_DIR": str(_PLUGINS), "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "1"}
    return {**kept, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1", "GOOGLE_OAUTH_ACCESS_TOKEN": "none"}


@contextmanager
def _shadow(folder: Path) -> Iterator[Path]:
    """A copy of the checkout made of links, in which `folder` has a local state in place of its remote one."""
    folder = folder.resolve()
    with tempfile.TemporaryDirectory(prefix="clearway-infra.") as base:
        real = next(above for above in folder.parents if (above / "functions").is_dir())
        here = Path(base)
        for part in folder.relative_to(real).parts:
            _link(real, here, without={part})
            here, real = here / part, real / part
            here.mkdir()
        _link(real, here, without=_LEFT_OUT)
        (here / "clearway_override.tf").write_text(_LOCAL_BACKEND)
        yield here


def _link(real: Path, here: Path, *, without: set[str]) -> None:
    for entry in real.iterdir():
        if entry.name not in without:
            (here / entry.name).symlink_to(entry)


def _call(argv: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> str:
    said = subprocess.run(argv, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if said.returncode:
        raise ClearwayError(
            InfraError.REFUSED, f"{argv[0]} {' '.join(argv[1:3])}:\n{said.stdout}{said.stderr}".rstrip()
        )
    return said.stdout
