"""Who may do what: least roles on the narrowest thing, and nothing open that need not be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from emulators.description import HttpTrigger, System
from scripts.infra.planned import Plan, Resource

_EVERYBODY = ("allUsers", "allAuthenticatedUsers")
# They hold thousands of permissions each: https://cloud.google.com/iam/docs/roles-overview#basic
_PRIMITIVE = ("roles/owner", "roles/editor", "roles/viewer", "roles/reader", "roles/writer", "roles/admin")
_INVOKER = "roles/run.invoker"


def access_findings(plan: Plan, system: System, reviewed: Path) -> Iterator[str]:
    """What is wrong with the plan's grants; `reviewed` lists the roles on the whole project that people agreed to."""
    grants = [one for one in plan.resources if "_iam_" in one.type and one.values.get("role")]
    yield from _primitive(grants)
    agreed = {(one["grant"], one["role"]) for one in yaml.safe_load(reviewed.read_text(encoding="utf-8"))}
    yield from _project_wide(grants, agreed)
    yield from _public(grants, system)
    yield from (
        f"{one.address}: a key of a service account can be stolen" for one in plan.of("google_service_account_key")
    )
    # Both replace what others have granted, at the next apply.
    yield from (
        f"{one.address}: takes every other grant away" for one in plan.resources if one.type.endswith("_iam_policy")
    )


def _primitive(grants: list[Resource]) -> Iterator[str]:
    for grant in grants:
        if grant.values["role"] in _PRIMITIVE:
            yield f"{grant.address}: {grant.values['role']} is a primitive role"


def _project_wide(grants: list[Resource], agreed: set[tuple[str, str]]) -> Iterator[str]:
    found = set()
    for grant in grants:
        if not grant.type.startswith("google_project_iam_"):
            continue
        one = (grant.address.partition("[")[0], grant.values["role"])
        found.add(one)
        if one not in agreed:
            yield f"{grant.address}: {grant.values['role']} on the whole project is not on the reviewed list"
    for address, role in sorted(agreed - found):
        yield f"reviewed list: {address} does not grant {role} any more"


def _public(grants: list[Resource], system: System) -> Iterator[str]:
    public = {
        one.name.replace("_", "-")
        for one in system.functions
        if isinstance(one.trigger, HttpTrigger) and one.trigger.public
    }
    opened = set()
    for grant in grants:
        if not _everybody(grant.values):
            continue
        service = str(grant.values.get("name") or grant.values.get("service") or "")
        if grant.values["role"] == _INVOKER and service in public:
            opened.add(service)
        else:
            yield f"{grant.address}: is open to everybody"
    yield from (f"function {name}: is to be public, and nobody may call it" for name in sorted(public - opened))


def _everybody(values: Any) -> bool:
    members = [values.get("member"), *(values.get("members") or [])]
    return any(member in _EVERYBODY for member in members)
