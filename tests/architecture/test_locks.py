"""Pinned requirements follow from the code: each function pins what it imports, at the versions that are tested."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emulators.description import load_system
from scripts.closure import ROOT
from scripts.lock import BIGQUERY, CHECKOV, DEV, requirements_of

MAINS = sorted(ROOT.glob("functions/*/main.py"))


def pins(lock: Path) -> dict[str, str]:
    """Version by distribution, whatever extras are pinned with it."""
    return dict(
        re.findall(
            r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z,]+\])?==([^ ;\\]+)", lock.read_text(encoding="utf-8"), re.MULTILINE
        )
    )


@pytest.mark.parametrize("main", MAINS, ids=lambda main: main.parent.name)
def test_a_function_pins_what_it_imports_at_the_versions_that_are_tested(main: Path) -> None:
    pinned, tested = pins(main.parent / "requirements.txt"), pins(DEV)
    wanted = {re.split(r"[<>=]", requirement)[0] for requirement in requirements_of(main)}
    assert wanted <= set(pinned)
    assert {"functions-framework", "google-cloud-firestore"} <= wanted
    assert pinned.items() <= tested.items()


@pytest.mark.parametrize(
    "lock",
    [DEV, BIGQUERY, CHECKOV, *(main.parent / "requirements.txt" for main in MAINS)],
    ids=lambda lock: str(lock.relative_to(ROOT)),
)
def test_every_pin_has_its_hashes(lock: Path) -> None:
    entries = re.split(r"^(?=[a-z0-9])", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = [entry for entry in entries if re.match(r"[a-z0-9]", entry)]
    assert len(found) > 10
    assert [entry.split()[0] for entry in found if "--hash=sha256:" not in entry] == []


def test_only_compliance_screens_only_fraud_evaluates_rules_and_only_who_has_a_bucket_reads_files() -> None:
    wanted = {
        "rapidfuzz": {"compliance"},
        "cel-expr-python": {"fraud"},
        "google-cloud-storage": {one.name for one in load_system().functions if one.buckets},
        "google-cloud-bigquery": set(),
    }
    users = {
        distribution: {main.parent.name for main in MAINS if distribution in pins(main.parent / "requirements.txt")}
        for distribution in wanted
    }
    assert users == wanted
