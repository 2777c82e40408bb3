"""What can be reached from outside: the load balancer's two ports, and through them the functions that say so.

And what leaves: calls and records go to what is ours, on the one port.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from emulators.description import HttpTrigger, System
from scripts.infra.planned import Plan, Resource

_PORTS = ("80", "443")
_BACKENDS = ("google_compute_backend_service", "google_compute_region_backend_service")
# What runs code or serves data beside the functions that function.yaml describes, or listens past the load balancer.
_BESIDE = re.compile(
    r"google_(api_gateway|app_engine|cloud_run|container|dataflow|dataproc|firebase|notebooks|redis|sql|workbench)_\w+"
    r"|google_(cloudfunctions_function|compute_backend_bucket|compute_instance\w*|compute_region_instance\w*"
    r"|compute_target_(grpc|instance|pool|ssl|tcp)\w*|compute_vpn\w*|compute_(ha_)?external_vpn\w*"
    r"|compute_network_peering\w*|compute_service_attachment|compute_(network_|region_network_)?firewall_policy\w*)"
)


def exposure_findings(plan: Plan, system: System) -> Iterator[str]:
    """What is more open than it must be."""
    services = {one.service: one.trigger for one in system.functions}
    http = {name: trigger for name, trigger in services.items() if isinstance(trigger, HttpTrigger)}
    yield from _functions(plan, set(services), set(http))
    yield from _load_balancer(plan, {name for name, trigger in http.items() if not trigger.public})
    yield from _walls(plan)
    yield from _stores(plan)
    yield from _calls(plan, set(services))


def _functions(plan: Plan, services: set[str], http: set[str]) -> Iterator[str]:
    for function in plan.of("google_cloudfunctions2_function"):
        ingress = function.block("service_config").get("ingress_settings")
        name = function.values["name"]
        if name not in services:
            yield f"{function.address}: is described by no function.yaml"
        if ingress != ("ALLOW_INTERNAL_AND_GCLB" if name in http else "ALLOW_INTERNAL_ONLY"):
            yield f"{function.address}: can be reached as {ingress}"
    for one in plan.resources:
        if "_iam_" not in one.type and _BESIDE.fullmatch(one.type):
            yield f"{one.address}: runs, serves or lets in something beside the functions that are described"


def _load_balancer(plan: Plan, signed_in: set[str]) -> Iterator[str]:
    for rule in plan.of("google_compute_global_forwarding_rule", "google_compute_forwarding_rule"):
        if rule.values.get("port_range") not in _PORTS:
            yield f"{rule.address}: listens on {rule.values.get('port_range')}"
    for service in plan.of(*_BACKENDS):
        outside = str(service.values.get("load_balancing_scheme") or "EXTERNAL").startswith("EXTERNAL")
        # The policy's name is known only once it is made; a service without one says null.
        if outside and "security_policy" in service.values and service.values["security_policy"] is None:
            yield f"{service.address}: has no Cloud Armor policy"
        name = str(service.values.get("name")).removeprefix("clearway-")
        if name in signed_in and not service.block("iap").get("enabled"):
            yield f"{service.address}: lets in whoever has not signed in"
        if service.values.get("enable_cdn"):
            yield f"{service.address}: keeps answers for others to read"


def _walls(plan: Plan) -> Iterator[str]:
    for wall in plan.of("google_compute_firewall"):
        if wall.values.get("direction") != "EGRESS" and wall.values.get("allow"):
            yield f"{wall.address}: lets something in"
        for allowed in wall.values.get("allow") or []:
            if (allowed.get("protocol"), allowed.get("ports")) != ("tcp", ["443"]):
                yield f"{wall.address}: lets out more than TLS"


def _stores(plan: Plan) -> Iterator[str]:
    for bucket in plan.of("google_storage_bucket"):
        enforced = bucket.values.get("public_access_prevention") == "enforced"
        if not (enforced and bucket.values.get("uniform_bucket_level_access")):
            yield f"{bucket.address}: could be opened to everybody"
    for dataset in plan.of("google_bigquery_dataset"):
        if not dataset.values.get("access"):
            yield f"{dataset.address}: is open to every viewer of the project, since it does not say to whom it is"
        yield from (f"{dataset.address}: is open to {who}" for who in map(_many, dataset.values["access"] or []) if who)
    for version in plan.of("google_secret_manager_secret_version"):
        if version.values.get("secret_data") is not None:
            yield f"{version.address}: the secret stands in Terraform's state"


def _many(entry: Mapping[str, Any]) -> str:
    """Whom an entry of a dataset's access list lets in, when that is more than one account, person or group."""
    member = entry.get("iam_member") or ""
    if entry.get("special_group") not in (None, "", "projectOwners"):
        return str(entry["special_group"])
    return str(entry.get("domain") or (member if not member.startswith(("user:", "group:", "serviceAccount:")) else ""))


def _calls(plan: Plan, services: set[str]) -> Iterator[str]:
    """Messages, jobs and records hold payments, and go to nobody else's address."""
    for one, target in _targets(plan):
        where = urlsplit(target)
        name = re.fullmatch(r"([a-z0-9-]+)-[0-9]+\.[a-z0-9-]+\.run\.app", where.netloc)
        if where.scheme != "https" or name is None or name[1] not in services:
            yield f"{one.address}: calls {target}, which is no function of ours"
    buckets = {bucket.values["name"] for bucket in plan.of("google_storage_bucket")}
    for sink in plan.of("google_logging_project_sink"):
        kind, _, bucket = str(sink.values.get("destination", "")).partition("/")
        if kind != "storage.googleapis.com" or bucket not in buckets:
            yield f"{sink.address}: sends records to {kind}/{bucket}, which is no bucket of ours"


def _targets(plan: Plan) -> Iterator[tuple[Resource, str]]:
    for one in plan.of("google_pubsub_subscription"):
        if one.values.get("push_config"):
            yield one, str(one.block("push_config").get("push_endpoint", ""))
    for one in plan.of("google_cloud_scheduler_job"):
        yield one, str(one.block("http_target").get("uri", ""))
