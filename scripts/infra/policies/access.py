"""Who may do what: least roles on the narrowest thing, and nothing open that need not be.

What is not listed here is refused, since a provider has more ways to give access than anybody remembers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from emulators.description import HttpTrigger, System
from scripts.infra.planned import Plan, Resource

_EVERYBODY = ("allUsers", "allAuthenticatedUsers")
# They hold thousands of permissions each: https://cloud.google.com/iam/docs/roles-overview#basic
_PRIMITIVE = ("roles/owner", "roles/editor", "roles/viewer", "roles/reader", "roles/writer", "roles/admin")
_INVOKER = "roles/run.invoker"
# One account, person or group. Neither a whole domain, nor a pool of foreign identities, nor "every editor".
_MEMBER = re.compile(r"(serviceAccount|user|group):[^@ ]+@[^@ ]+")

# The roles that may be given on a thing, by the kind of thing. None of them can give further roles.
_ON_THINGS: Mapping[str, tuple[str, ...]] = {
    "google_artifact_registry_repository": ("roles/artifactregistry.writer",),
    "google_bigquery_datapolicy_data_policy": ("roles/bigquerydatapolicy.maskedReader",),
    "google_bigquery_table": (
        *("roles/bigquery.dataEditor", "roles/bigquery.dataViewer", "roles/bigquery.metadataViewer"),
    ),
    "google_cloud_run_v2_service": (_INVOKER,),
    "google_cloud_tasks_queue": ("roles/cloudtasks.enqueuer",),
    "google_data_catalog_policy_tag": ("roles/datacatalog.categoryFineGrainedReader",),
    "google_iap_web_backend_service": ("roles/iap.httpsResourceAccessor",),
    "google_kms_crypto_key": ("roles/cloudkms.cryptoKeyEncrypterDecrypter",),
    "google_pubsub_subscription": ("roles/pubsub.subscriber",),
    "google_pubsub_topic": ("roles/pubsub.publisher",),
    "google_secret_manager_secret": ("roles/secretmanager.secretAccessor",),
    "google_storage_bucket": (
        *("roles/storage.objectCreator", "roles/storage.objectUser", "roles/storage.objectViewer"),
    ),
}
# On the project a role opens everything of its kind; on an account it lets one account act as another. Each such grant
# is agreed to by itself, by its address.
_REVIEWED = ("google_project", "google_service_account")
# Records of who did what: no grant, whatever its name says.
_NO_GRANT = ("google_project_iam_audit_config",)
_KEYS = ("google_service_account_key", "google_storage_hmac_key", "google_apikeys_key")
# Access that is given in other ways than by a role on a thing, or by roles that Google does not know.
_OTHER_WAYS = re.compile(
    r"google_(\w+_(acl|access_control|custom_role|iam_member_remove)|bigquery_dataset_access|iam_\w+|org_policy_\w+"
    r"|privileged_access_manager_\w+|\w*organization_policy|(folder|organization|billing)_\w+_iam_\w+)"
)


def access_findings(plan: Plan, system: System, reviewed: Path) -> Iterator[str]:
    """What is wrong with the plan's grants; `reviewed` lists those that people agreed to one by one."""
    agreed = {(one["grant"], one["role"]) for one in yaml.safe_load(reviewed.read_text(encoding="utf-8"))}
    grants = [one for one in plan.resources if _thing_of(one)]
    yield from _roles(grants)
    yield from _one_by_one(grants, agreed)
    yield from _members(grants, system)
    yield from _past_grants(plan)


def _thing_of(one: Resource) -> str:
    """The type of what a grant is on; empty for what is no grant."""
    thing, _, kind = one.type.rpartition("_iam_")
    return thing if kind in ("member", "binding", "policy") and one.type not in _NO_GRANT else ""


def _roles(grants: list[Resource]) -> Iterator[str]:
    for grant in grants:
        role, thing = grant.values.get("role"), _thing_of(grant)
        if not grant.type.endswith("_iam_member"):
            # At the next apply they replace what others have granted.
            yield f"{grant.address}: takes every other grant away"
        elif role is None:
            yield f"{grant.address}: nobody knows before it is made which role it gives"
        elif role in _PRIMITIVE:
            yield f"{grant.address}: {role} is a primitive role"
        elif thing not in _REVIEWED and role not in _ON_THINGS.get(thing, ()):
            yield f"{grant.address}: {role} is no role that is given on a {thing.removeprefix('google_')}"


def _one_by_one(grants: list[Resource], agreed: set[tuple[str, str]]) -> Iterator[str]:
    found = set()
    for grant in grants:
        if _thing_of(grant) not in _REVIEWED or not grant.values.get("role"):
            continue
        one = (re.sub(r"\[[^]]*\]", "", grant.address), grant.values["role"])
        found.add(one)
        if one not in agreed:
            where = "on the whole project" if _thing_of(grant) == "google_project" else "on an account"
            yield f"{grant.address}: {grant.values['role']} {where} is not on the reviewed list"
    for address, role in sorted(agreed - found):
        yield f"reviewed list: {address} does not grant {role} any more"


def _members(grants: list[Resource], system: System) -> Iterator[str]:
    public = {one.service for one in system.functions if isinstance(one.trigger, HttpTrigger) and one.trigger.public}
    opened = set()
    for grant in grants:
        for member in _members_of(grant.values):
            service = str(grant.values.get("name") or grant.values.get("service") or "")
            if member == "allUsers" and grant.values.get("role") == _INVOKER and service in public:
                opened.add(service)
            elif member in _EVERYBODY:
                yield f"{grant.address}: is open to everybody"
            elif not _MEMBER.fullmatch(member):
                yield f"{grant.address}: is given to {member}, which is more than one account, person or group"
    yield from (f"function {name}: is to be public, and nobody may call it" for name in sorted(public - opened))


def _members_of(values: Mapping[str, Any]) -> list[str]:
    """Those that are known before anything is made: accounts of Google's own are not."""
    return [str(member) for member in (values.get("member"), *(values.get("members") or [])) if member]


def _past_grants(plan: Plan) -> Iterator[str]:
    for one in plan.resources:
        if one.type in _KEYS:
            yield f"{one.address}: a key of a service account can be stolen"
        elif not _thing_of(one) and one.type not in _NO_GRANT and _OTHER_WAYS.fullmatch(one.type):
            yield f"{one.address}: gives or takes access in another way than by a role on a thing"
