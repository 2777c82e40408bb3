"""What Terraform plans follows from function.yaml and infra/firestore to the last value, in dev and in prod."""

from __future__ import annotations

import json
import re
from collections import Counter

from emulators import configs
from emulators.description import HttpTrigger, System
from scripts.closure import ROOT
from scripts.infra.planned import Plan
from scripts.infra.steps import PROJECT_NUMBER

REGION = "us-central1"
GRANTS = {
    "google_project_iam_member": ("project", "project"),
    "google_pubsub_topic_iam_member": ("topic", "topic"),
    "google_cloud_tasks_queue_iam_member": ("queue", "name"),
    "google_storage_bucket_iam_member": ("bucket", "bucket"),
}


def url_of(function: str) -> str:
    return f"https://{function.replace('_', '-')}-{PROJECT_NUMBER}.{REGION}.run.app"


def instances_max_of(plan: Plan) -> float:
    """What the environment's file allows any function; no bound where it does not say."""
    environment = plan.of("google_pubsub_topic")[0].values["project"].removeprefix("clearway-")
    said = (ROOT / "infra" / "environments" / f"{environment}.tfvars").read_text(encoding="utf-8")
    return min(map(int, re.findall(r"^instances_max\s*=\s*(\d+)$", said, re.MULTILINE)), default=float("inf"))


def test_every_function_has_exactly_the_roles_that_it_describes(plan: Plan, system: System) -> None:
    project = plan.of("google_pubsub_topic")[0].values["project"]
    accounts = {
        f"serviceAccount:clearway-{one.service}@{project}.iam.gserviceaccount.com": one.name for one in system.functions
    }
    planned: Counter[tuple[str, str, str]] = Counter()
    for grant in plan.of(*GRANTS):
        kind, key = GRANTS[grant.type]
        if function := accounts.get(grant.values.get("member", "")):
            on = grant.values[key].rpartition("/")[2].removeprefix(f"{project}-")
            planned[function, grant.values["role"], kind if kind == "project" else f"{kind}/{on}"] += 1
    described = Counter((one.name, role.role, role.resource) for one in system.functions for role in one.roles)
    assert planned == described
    assert max(planned.values()) == 1


def test_every_function_has_its_size_its_account_and_its_way_in(plan: Plan, system: System) -> None:
    planned = {one.values["name"]: one for one in plan.of("google_cloudfunctions2_function")}
    assert set(planned) == {one.service for one in system.functions}
    for function in system.functions:
        service = planned[function.service].block("service_config")
        public = isinstance(function.trigger, HttpTrigger)
        assert float(service["available_cpu"]) == function.size.cpu
        assert service["available_memory"] == f"{function.size.memory_mib}Mi"
        assert service["max_instance_request_concurrency"] == function.size.concurrency
        assert (service["min_instance_count"], service["max_instance_count"]) == (
            function.size.instances_min,
            min(function.size.instances_max, instances_max_of(plan)),
        )
        assert service["timeout_seconds"] == function.size.timeout_s
        assert service["ingress_settings"] == ("ALLOW_INTERNAL_AND_GCLB" if public else "ALLOW_INTERNAL_ONLY")
        assert service["service_account_email"].startswith(f"clearway-{function.service}@")


def test_the_scheduler_calls_what_the_local_one_calls(plan: Plan, system: System) -> None:
    urls = {one.name: url_of(one.name) for one in system.functions}
    (account,) = [one for one in plan.of("google_service_account") if one.values["account_id"] == "clearway-invoker"]
    local = configs.scheduler_config(system, urls, account.values["email"])
    planned = [
        {
            "name": job.values["name"],
            "schedule": job.values["schedule"],
            "url": job.block("http_target")["uri"],
            "audience": job.block("http_target")["oidc_token"][0]["audience"],
            "service_account": job.block("http_target")["oidc_token"][0]["service_account_email"],
            "deadline_s": int(job.values["attempt_deadline"].removesuffix("s")),
        }
        for job in plan.of("google_cloud_scheduler_job")
    ]
    assert sorted(planned, key=str) == sorted(local["jobs"], key=str)
    assert {job.values["time_zone"] for job in plan.of("google_cloud_scheduler_job")} == {"Etc/UTC"}


def test_composite_indexes_are_those_described(plan: Plan) -> None:
    described = json.loads((ROOT / "infra" / "firestore" / "indexes.json").read_text(encoding="utf-8"))
    wanted = {
        (one["collection"], *((field["path"], field.get("order") or field["array"]) for field in one["fields"]))
        for one in described
    }
    planned = {
        (
            one.values["collection"],
            *(
                (field["field_path"], field.get("order") or field.get("array_config"))
                for field in one.values["fields"]
                if field["field_path"] != "__name__"
            ),
        )
        for one in plan.of("google_firestore_index")
    }
    assert planned == wanted
