"""`make infra` finds nothing wrong with what is there, and finds what is broken on purpose."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scripts.closure import ROOT
from scripts.infra import checkov
from scripts.infra.planned import Plan
from scripts.infra.steps import all_steps, policy_findings
from tests.support.once import once_a_run

STEPS = {step.name: step for step in all_steps(ROOT)}
SCHEMAS, PLAN = "root module: schemas", "dev: plan and policies"
# Plans are dear: these steps are asked of the plans that other tests look at as well.
PLANS = {PLAN, "prod: plan and policies"}


@pytest.mark.parametrize("name", sorted(set(STEPS) - PLANS))
def test_nothing_is_wrong(name: str) -> None:
    assert STEPS[name].findings() == []


def test_no_plan_breaks_a_policy(plan: Plan) -> None:
    assert set(STEPS) > PLANS
    assert policy_findings(plan, ROOT) == []


SUBSCRIPTION = "infra/modules/push-subscription/main.tf"
INVOKER = "infra/modules/function/iam.tf"
DEAD_LETTER = """  dead_letter_policy {
    dead_letter_topic     = var.dead_letter.topic
    max_delivery_attempts = var.dead_letter.max_delivery_attempts
  }
"""
OWNER = """resource "google_project_iam_member" "owner" {
  project = var.project
  role    = "roles/editor"
  member  = google_service_account.invoker.member
}
"""


def broken(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """A copy of the checkout in which, in each file that is named, one text was replaced by another."""
    for name in ("functions", "infra"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file, old, new in changes:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return folder


def words(findings: list[str]) -> str:
    """In one line, since Terraform breaks its own where they are full."""
    return " ".join(" ".join(findings).split())


@pytest.mark.parametrize(
    ("step", "file", "old", "new", "said"),
    [
        ("form", SUBSCRIPTION, "  filter  ", "  filter ", "push-subscription/main.tf: `terraform fmt"),
        (SCHEMAS, SUBSCRIPTION, "push_endpoint ", "push_endpiont ", '"push_endpiont" is not expected here'),
        (SCHEMAS, SUBSCRIPTION, "  topic ", "  # topic ", '"topic" is required'),
        (PLAN, "functions/fraud/function.yaml", "  dead_letter:", "  # dead_letter:", "dead_letter"),
        (PLAN, "functions/fraud/function.yaml", "owner: risk", "owner: nobody", "owner"),
        (PLAN, "infra/functions.tf", '"ALLOW_INTERNAL_ONLY"', '"ALLOW_ALL"', "through the load balancer besides"),
    ],
)
def test_what_is_broken_on_purpose_is_found(
    step: str, file: str, old: str, new: str, said: str, tmp_path: Path
) -> None:
    (found,) = [one for one in all_steps(broken(tmp_path, (file, old, new))) if one.name == step]
    assert said in words(found.findings())


# Each is planned as well as the others, so they are planned together.
POLICIES_BROKEN = {
    "has no dead letter": (SUBSCRIPTION, DEAD_LETTER, ""),
    "does not prove who calls": (SUBSCRIPTION, "audience              = var.url", 'audience = "x"'),
    "is open to everybody": (INVOKER, "= each.value", '= "allUsers"'),
    "roles/editor is a primitive role": ("infra/identities.tf", "# One service account", f"{OWNER}# One"),
    "roles/bigquery.user on the whole project is not on the reviewed list": (
        "infra/bigquery.tf",
        "roles/bigquery.jobUser",
        "roles/bigquery.user",
    ),
}


@pytest.fixture
def findings_of_broken(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    def findings() -> list[str]:
        root = broken(tmp_path_factory.mktemp("broken"), *POLICIES_BROKEN.values())
        (found,) = [one for one in all_steps(root) if one.name == PLAN]
        return found.findings()

    found: list[str] = once_a_run(tmp_path_factory, "findings-of-broken", findings)
    return found


@pytest.mark.parametrize("said", POLICIES_BROKEN)
def test_a_policy_that_is_broken_on_purpose_is_found(said: str, findings_of_broken: list[str]) -> None:
    assert said in words(findings_of_broken)


def test_a_risky_setting_is_found_by_checkov(tmp_path: Path) -> None:
    root = broken(tmp_path, ("infra/modules/bucket/main.tf", '= "enforced"', '= "inherited"'))
    assert "CKV_GCP_114" in words(checkov.findings(root / "infra" / "modules" / "bucket"))
