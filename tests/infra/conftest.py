"""Tests of the infrastructure need Terraform, and its providers: from the network, or from CLEARWAY_TERRAFORM."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from emulators.description import System, load_system
from scripts.closure import ROOT
from scripts.infra import terraform
from scripts.infra.planned import Plan
from scripts.infra.steps import plan_of
from tests.support.stand_ins import installed


@pytest.fixture(scope="session", autouse=True)
def providers() -> None:
    """Skips with a word, in CI fails, where Terraform or its providers cannot be had."""
    with installed():
        terraform.require(ROOT / "infra")


@pytest.fixture(scope="session")
def system() -> System:
    """functions/*/function.yaml."""
    return load_system()


@pytest.fixture(scope="session", params=["dev", "prod"])
def plan(request: pytest.FixtureRequest) -> Plan:
    """What Terraform would make, in dev and in prod."""
    return plan_of(request.param, ROOT)


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """A copy of the checkout in which one text of one file was replaced by another."""

    def change(file: str, old: str, new: str) -> Path:
        for folder in ("functions", "infra"):
            shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
        text = (tmp_path / file).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / file).write_text(text.replace(old, new), encoding="utf-8")
        return tmp_path

    return change
