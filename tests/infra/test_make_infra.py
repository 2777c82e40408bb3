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
INVOKER = "infra/modules/function/iam.tf"
SCHEMAS, PLAN, CHECKOV = "root module: schemas", "dev: plan and policies", "checkov"
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


@pytest.mark.parametrize(
    ("step", "file", "old", "new", "said"),
    [
        ("form", SUBSCRIPTION, "  filter  ", "  filter ", "push-subscription/main.tf: `terraform fmt"),
        (SCHEMAS, SUBSCRIPTION, "push_endpoint ", "push_endpiont ", '"push_endpiont" is not expected here'),
        (SCHEMAS, SUBSCRIPTION, "  topic ", "  # topic ", '"topic" is required'),
        (PLAN, SUBSCRIPTION, DEAD_LETTER, "", "has no dead letter"),
        (PLAN, SUBSCRIPTION, "audience              = var.url", 'audience = "x"', "does not prove who calls"),
        (PLAN, "functions/fraud/function.yaml", "  dead_letter:", "  # dead_letter:", "dead_letter"),
        (PLAN, "functions/fraud/function.yaml", "owner: risk", "owner: nobody", "owner"),
        (PLAN, INVOKER, "= each.value", '= "allUsers"', "is open to everybody"),
        (PLAN, "infra/identities.tf", "# One service account", f"{OWNER}# One", "roles/editor is a primitive role"),
        (PLAN, "infra/bigquery.tf", "roles/bigquery.jobUser", "roles/bigquery.user", "not on the reviewed list"),
        (PLAN, "infra/functions.tf", '"ALLOW_INTERNAL_ONLY"', '"ALLOW_ALL"', "through the load balancer besides"),
        (CHECKOV, "infra/modules/bucket/main.tf", '= "enforced"', '= "inherited"', "CKV_GCP_114"),
    ],
)
def test_what_is_broken_on_purpose_is_found(
    step: str, file: str, old: str, new: str, said: str, changed: Change
) -> None:
    (found,) = [one for one in all_steps(changed(file, old, new)) if one.name == step]
    # Terraform breaks its sentences into lines of 78 characters.
    assert said in " ".join("\n".join(found.findings()).split())
