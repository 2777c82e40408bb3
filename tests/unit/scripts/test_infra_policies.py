"""What no plan may hold, kind by kind. That the real plans pass, and fail when they are broken, tests/infra asks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from emulators.description import load_system
from scripts.closure import ROOT
from scripts.infra.planned import Plan, Resource
from scripts.infra.policies.access import access_findings
from scripts.infra.policies.exposure import exposure_findings

SYSTEM = load_system()
OURS = "serviceAccount:clearway-api@clearway-prod.iam.gserviceaccount.com"
REVIEWED = ROOT / "infra" / "reviewed_roles.yaml"


def findings(tmp_path: Path, kind: str, values: dict[str, Any]) -> list[str]:
    """What is said of one resource in a plan that has a bucket besides."""
    nothing_agreed = tmp_path / "reviewed.yaml"
    nothing_agreed.write_text("[]")
    private = {"name": "ours", "public_access_prevention": "enforced", "uniform_bucket_level_access": True}
    plan = Plan((Resource("here", kind, values), Resource("bucket", "google_storage_bucket", private)))
    found = [*access_findings(plan, SYSTEM, nothing_agreed), *exposure_findings(plan, SYSTEM)]
    assert all(one.startswith(("here: ", "function ")) for one in found)
    return [one.removeprefix("here: ") for one in found if one.startswith("here: ")]


def grant(role: str | None, member: str = OURS, **more: Any) -> dict[str, Any]:
    return {"role": role, "member": member, **more}


PUBLISHER, RUN, MEMBER = "roles/pubsub.publisher", "roles/run.invoker", "google_pubsub_topic_iam_member"
SERVICE, FUNCTION = "google_cloud_run_v2_service_iam_member", "google_cloudfunctions2_function"


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        (MEMBER, grant("roles/pubsub.admin"), "no role that is given on a pubsub_topic"),
        (MEMBER, grant("projects/clearway-prod/roles/everything"), "no role that is given"),
        (MEMBER, grant(None), "which role"),
        (MEMBER, grant(PUBLISHER, "principalSet://iam.googleapis.com/x"), "more than one account"),
        (MEMBER, grant(PUBLISHER, "domain:example.com"), "more than one account"),
        (MEMBER, grant(PUBLISHER, "projectEditor:clearway-prod"), "more than one account"),
        (MEMBER, grant(PUBLISHER, "allAuthenticatedUsers"), "open to everybody"),
        ("google_pubsub_topic_iam_binding", grant(PUBLISHER), "takes every other grant away"),
        ("google_pubsub_topic_iam_policy", {"policy_data": "{}"}, "takes every other grant away"),
        ("google_storage_bucket_iam_member", grant("roles/storage.admin"), "no role that is given"),
        ("google_storage_bucket_iam_member", grant("roles/storage.legacyBucketOwner"), "no role that is given"),
        ("google_kms_crypto_key_iam_member", grant("roles/cloudkms.admin"), "no role that is given"),
        ("google_kms_key_ring_iam_member", grant("roles/cloudkms.cryptoKeyDecrypter"), "no role that is given"),
        ("google_bigquery_dataset_iam_member", grant("roles/bigquery.dataOwner"), "no role that is given"),
        ("google_secret_manager_secret_iam_member", grant("roles/secretmanager.admin"), "no role that is given"),
        ("google_folder_iam_member", grant("roles/run.invoker"), "no role that is given on a folder"),
        ("google_organization_iam_member", grant("roles/run.invoker"), "no role that is given on a organization"),
        ("google_billing_account_iam_member", grant("roles/billing.user"), "no role that is given"),
        ("google_project_iam_member", grant("roles/run.invoker"), "on the whole project is not on the reviewed list"),
        ("google_project_iam_binding", grant("roles/datastore.user"), "takes every other grant away"),
        ("google_service_account_iam_member", grant("roles/iam.serviceAccountTokenCreator"), "on an account is not"),
        ("google_service_account_iam_member", grant("roles/iam.workloadIdentityUser"), "on an account is not"),
        (SERVICE, grant(RUN, "allUsers", name="settlement"), "open to everybody"),
        (SERVICE, grant(RUN, "allAuthenticatedUsers", name="api"), "open to everybody"),
        (SERVICE, grant("roles/run.admin", "allUsers", name="api"), "open to everybody"),
        ("google_cloud_run_v2_job_iam_member", grant(RUN), "no role that is given"),
        ("google_cloudfunctions2_function_iam_member", grant("roles/cloudfunctions.invoker"), "no role that is given"),
        ("google_project_iam_custom_role", {"permissions": ["*"]}, "in another way"),
        ("google_organization_iam_custom_role", {"permissions": ["*"]}, "in another way"),
        ("google_project_iam_member_remove", grant("roles/datastore.user"), "in another way"),
        ("google_bigquery_dataset_access", {"special_group": "allAuthenticatedUsers"}, "in another way"),
        ("google_storage_bucket_acl", {"predefined_acl": "publicRead"}, "in another way"),
        ("google_storage_default_object_access_control", {"entity": "allUsers"}, "in another way"),
        ("google_iam_workload_identity_pool_provider", {}, "in another way"),
        ("google_org_policy_policy", {}, "in another way"),
        ("google_service_account_key", {}, "can be stolen"),
        ("google_storage_hmac_key", {}, "can be stolen"),
        ("google_bigquery_dataset", {"access": [{"domain": "example.com"}]}, "open to example.com"),
        ("google_bigquery_dataset", {"access": [{"special_group": "projectReaders"}]}, "open to projectReaders"),
        ("google_bigquery_dataset", {"access": [{"iam_member": "allUsers"}]}, "open to allUsers"),
        ("google_bigquery_dataset", {"access": []}, "open to every viewer"),
        ("google_secret_manager_secret_version", {"secret_data": "{}"}, "stands in Terraform's state"),
        ("google_cloud_run_v2_service", {"invoker_iam_disabled": True}, "beside the functions"),
        ("google_cloud_run_v2_job", {}, "beside the functions"),
        ("google_cloudfunctions_function", {}, "beside the functions"),
        ("google_compute_instance", {}, "beside the functions"),
        ("google_compute_backend_bucket", {}, "beside the functions"),
        ("google_compute_network_firewall_policy_rule", {}, "beside the functions"),
        (FUNCTION, {"name": "shadow", "service_config": [{"ingress_settings": "ALLOW_INTERNAL_ONLY"}]}, "no function"),
        (FUNCTION, {"name": "timer", "service_config": [{"ingress_settings": "ALLOW_ALL"}]}, "reached as ALLOW_ALL"),
        ("google_compute_region_backend_service", {"name": "x", "security_policy": None}, "no Cloud Armor policy"),
        ("google_compute_firewall", {"direction": "INGRESS", "allow": [{"protocol": "all"}]}, "lets something in"),
        ("google_compute_firewall", {"direction": "EGRESS", "allow": [{"protocol": "all"}]}, "more than TLS"),
        ("google_pubsub_subscription", {"push_config": [{"push_endpoint": "https://evil.example"}]}, "no function of"),
        (
            "google_pubsub_subscription",
            {"push_config": [{"push_endpoint": "https://api-123.us-central1.run.app.evil.example"}]},
            "no function of ours",
        ),
        (
            "google_cloud_scheduler_job",
            {"http_target": [{"uri": "https://other-123.us-central1.run.app/"}]},
            "no function of ours",
        ),
        ("google_logging_project_sink", {"destination": "pubsub.googleapis.com/projects/x/topics/y"}, "no bucket of"),
        ("google_logging_project_sink", {"destination": "storage.googleapis.com/theirs"}, "no bucket of ours"),
    ],
)
def test_what_opens_more_than_it_must_is_refused(tmp_path: Path, kind: str, values: dict[str, Any], said: str) -> None:
    assert any(said in one for one in findings(tmp_path, kind, values))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (MEMBER, grant(PUBLISHER)),
        (MEMBER, {"role": PUBLISHER}),
        ("google_storage_bucket_iam_member", grant("roles/storage.objectUser", "group:lists@example.com")),
        (SERVICE, grant(RUN, "allUsers", name="rail-callback")),
        ("google_bigquery_dataset", {"access": [{"group_by_email": "a@example.com"}, {"iam_member": OURS}]}),
        ("google_project_iam_audit_config", {"service": "allServices"}),
        ("google_secret_manager_secret_version", {"secret_data": None}),
        ("google_pubsub_subscription", {"push_config": [{"push_endpoint": "https://api-12.us-central1.run.app"}]}),
        ("google_cloud_scheduler_job", {"http_target": [{"uri": "https://timer-12.us-central1.run.app/sweep"}]}),
        ("google_logging_project_sink", {"destination": "storage.googleapis.com/ours"}),
    ],
)
def test_what_is_as_narrow_as_it_can_be_passes(tmp_path: Path, kind: str, values: dict[str, Any]) -> None:
    assert findings(tmp_path, kind, values) == []


def test_the_deployer_may_grant_on_the_project_what_was_agreed_to_and_nothing_else() -> None:
    reviewed = yaml.safe_load(REVIEWED.read_text(encoding="utf-8"))
    agreed = {one["role"] for one in reviewed if ".google_project_" in f".{one['grant']}"}
    variables = (ROOT / "infra" / "bootstrap" / "variables.tf").read_text(encoding="utf-8")
    listed = variables.partition('variable "grantable_roles"')[2].partition("default = [")[2].partition("]")[0]
    assert set(re.findall(r'"(roles/[A-Za-z.]+)"', listed)) == agreed


@pytest.mark.parametrize(("iap", "said"), [([], ["lets in whoever has not signed in"]), ([{"enabled": True}], [])])
def test_a_function_that_is_not_public_is_reached_by_those_alone_who_signed_in(
    iap: list[dict[str, bool]], said: list[str]
) -> None:
    system = load_system(ROOT / "infra" / "tests" / "edge_functions")
    values = {"name": "clearway-console", "load_balancing_scheme": "EXTERNAL_MANAGED", "iap": iap}
    plan = Plan((Resource("here", "google_compute_backend_service", values),))
    assert [one.removeprefix("here: ") for one in exposure_findings(plan, system)] == said
