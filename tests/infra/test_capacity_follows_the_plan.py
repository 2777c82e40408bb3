"""What `make capacity` takes the deployment to be is what Terraform makes in prod."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from emulators.description import System
from scripts.capacity.operations import Planned, load_operations
from scripts.infra.planned import Plan

pytestmark = pytest.mark.parametrize("plan", ["prod"], indirect=True, scope="session")

PLANNED = load_operations().planned
# A metric in PromQL: its name before a selector. Every query of ours has one, since it names its resource's type.
METRIC = re.compile(r"[A-Za-z_:][\w:]*\{")
DAY_S = 24 * 3600


def many(plan: Plan, *types: str) -> int:
    return len(plan.of(*types))


def metrics_of_alerts(plan: Plan) -> Iterator[int]:
    """How many metrics each condition names; none, where it looks at log lines, is left out."""
    for policy in plan.of("google_monitoring_alert_policy"):
        for condition in policy.values["conditions"]:
            named = metrics_of(condition)
            if named:
                yield named


def metrics_of(condition: dict[str, Any]) -> int:
    asked = condition["condition_prometheus_query_language"]
    if asked:
        return len(METRIC.findall(asked[0]["query"]))
    compared = condition["condition_threshold"] or condition["condition_absent"]
    return 1 + bool(compared[0].get("denominator_filter")) if compared else 0


def backup_copies(plan: Plan) -> Decimal:
    """Backups that are kept at one time, once the oldest have begun to go."""
    kept = Decimal(0)
    for schedule in plan.of("google_firestore_backup_schedule"):
        every_days = 1 if schedule.values["daily_recurrence"] else 7
        kept += Decimal(str(schedule.values["retention"]).removesuffix("s")) / DAY_S / every_days
    return kept


FIGURES: dict[str, Callable[[Plan], Decimal | int]] = {
    "alert_conditions": lambda plan: sum(1 for _ in metrics_of_alerts(plan)),
    "alert_metrics": lambda plan: sum(metrics_of_alerts(plan)),
    "armor_policies": lambda plan: many(plan, "google_compute_security_policy"),
    "armor_rules": lambda plan: (
        sum(len(one.values["rule"]) for one in plan.of("google_compute_security_policy"))
        + many(plan, "google_compute_security_policy_rule")
    ),
    "backup_copies": backup_copies,
    "forwarding_rules": lambda plan: many(
        plan, "google_compute_forwarding_rule", "google_compute_global_forwarding_rule"
    ),
    "kms_keys": lambda plan: many(plan, "google_kms_crypto_key"),
    # Those of the load balancer are global, and another resource.
    "nat_addresses": lambda plan: many(plan, "google_compute_address"),
}


@pytest.mark.parametrize("name", Planned.__dataclass_fields__)
def test_a_planned_figure_is_the_plans(name: str, plan: Plan) -> None:
    assert getattr(PLANNED, name) == FIGURES[name](plan)


def test_what_is_reckoned_from_the_descriptions_is_the_plans(plan: Plan, system: System) -> None:
    secrets = {name for function in system.functions for name in function.secrets}
    assert many(plan, "google_secret_manager_secret") == len(secrets)
    jobs = [job.name for _, trigger in system.scheduled() for job in trigger.jobs]
    assert sorted(one.values["name"] for one in plan.of("google_cloud_scheduler_job")) == sorted(jobs)


def test_the_nat_has_no_other_addresses_than_those_that_are_counted(plan: Plan) -> None:
    (nat,) = plan.of("google_compute_router_nat")
    assert nat.values["nat_ip_allocate_option"] == "MANUAL_ONLY"
