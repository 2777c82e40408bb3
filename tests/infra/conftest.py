"""Tests of the infrastructure need Terraform, and its providers: from the network, or from CLEARWAY_TERRAFORM."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from emulators.description import System, load_system
from scripts.closure import ROOT
from scripts.infra import terraform
from scripts.infra.planned import Plan, Resource
from scripts.infra.steps import plan_of
from tests.support.once import once_a_run
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
def plan(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """What Terraform would make, in dev and in prod."""

    def resources() -> list[dict[str, Any]]:
        return [asdict(one) for one in plan_of(request.param, ROOT).resources]

    kept = once_a_run(tmp_path_factory, f"plan-of-{request.param}", resources)
    return Plan(tuple(Resource(**one) for one in kept))
