"""What can be reached from outside: the load balancer's two ports, and through them the functions that say so."""

from __future__ import annotations

from collections.abc import Iterator

from emulators.description import HttpTrigger, System
from scripts.infra.planned import Plan

_PORTS = ("80", "443")
_EVERYBODY = ("allUsers", "allAuthenticatedUsers")


def exposure_findings(plan: Plan, system: System) -> Iterator[str]:
    """What is more open than it must be."""
    yield from _functions(plan, system)
    for rule in plan.of("google_compute_global_forwarding_rule", "google_compute_forwarding_rule"):
        if rule.values.get("port_range") not in _PORTS:
            yield f"{rule.address}: listens on {rule.values.get('port_range')}"
    for service in plan.of("google_compute_backend_service"):
        if not service.values.get("load_balancing_scheme", "").startswith("EXTERNAL"):
            continue
        # The policy's name is known only once it is made; a service without one says null.
        if "security_policy" in service.values and service.values["security_policy"] is None:
            yield f"{service.address}: has no Cloud Armor policy"
    for wall in plan.of("google_compute_firewall"):
        if wall.values.get("direction") != "EGRESS" and wall.values.get("allow"):
            yield f"{wall.address}: lets something in"
    for bucket in plan.of("google_storage_bucket"):
        enforced = bucket.values.get("public_access_prevention") == "enforced"
        if not (enforced and bucket.values.get("uniform_bucket_level_access")):
            yield f"{bucket.address}: could be opened to everybody"
    for dataset in plan.of("google_bigquery_dataset"):
        for entry in dataset.values.get("access") or []:
            if entry.get("special_group") == "allAuthenticatedUsers" or entry.get("iam_member") in _EVERYBODY:
                yield f"{dataset.address}: is open to everybody"


def _functions(plan: Plan, system: System) -> Iterator[str]:
    http = {one.name.replace("_", "-") for one in system.functions if isinstance(one.trigger, HttpTrigger)}
    for function in plan.of("google_cloudfunctions2_function"):
        ingress = function.block("service_config").get("ingress_settings")
        name = function.values["name"]
        if ingress != ("ALLOW_INTERNAL_AND_GCLB" if name in http else "ALLOW_INTERNAL_ONLY"):
            yield f"{function.address}: can be reached as {ingress}"
