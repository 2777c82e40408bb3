"""`make infra` finds nothing wrong with what is there, and finds what is broken on purpose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.closure import ROOT
from scripts.infra.steps import all_steps

STEPS = {step.name: step for step in all_steps(ROOT)}
Change = Callable[[str, str, str], Path]


@pytest.mark.parametrize("name", STEPS)
def test_nothing_is_wrong(name: str) -> None:
    assert STEPS[name].findings() == []


SUBSCRIPTION = "infra/modules/push-subscription/main.tf"


@pytest.mark.parametrize(
    ("step", "file", "old", "new", "said"),
    [
        ("root module: schemas", SUBSCRIPTION, "retain_acked_messages", "retain_acked_mesages", "not expected here"),
        ("root module: schemas", SUBSCRIPTION, "  topic ", "  # topic ", '"topic" is required'),
    ],
)
def test_what_is_broken_on_purpose_is_found(
    step: str, file: str, old: str, new: str, said: str, changed: Change
) -> None:
    (found,) = [one for one in all_steps(changed(file, old, new)) if one.name == step]
    assert said in "\n".join(found.findings())
