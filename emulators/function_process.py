"""A function as a local process: functions-framework on loopback, with the environment that the cloud gives it."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from emulators import ports
from emulators.addresses import Hosts
from emulators.bank.callbacks.outbox import DEFAULT_SECRET
from emulators.description import Function, PubsubTrigger, System
from emulators.errors import LocalError
from emulators.identity import ACH_ORIGIN, ORIGINATOR
from emulators.processes import Service
from emulators.stand_ins import ROOT
from emulators.wiring import Place
from shared.kernel.errors import ClearwayError

# The one key of the local API. It opens nothing but the stand-ins on this machine's loopback.
LOCAL_API_KEY = "cw_local_demo_key"
LOCAL_TENANT = "demo"
_THREADS_MAX = 16

# Of the developer's own shell: they would lead a function to real services, or away from its settings.
_TAKEN_AWAY = (
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GRPC_ENABLE_FORK_SUPPORT",
    "PYTHONDONTWRITEBYTECODE",
    "FUNCTION_SOURCE",
    "FUNCTION_TARGET",
    "FUNCTION_SIGNATURE_TYPE",
    "DEBUG",
    "HOST",
    "PORT",
)


def invoker(place: Place) -> str:
    """The service account in whose name Pub/Sub, Cloud Tasks and Cloud Scheduler call functions."""
    return f"invoker@{place.project}.iam.gserviceaccount.com"


def api_keys() -> str:
    """What CLEARWAY_API_KEYS holds locally: the digest of the one local key."""
    digest = hashlib.sha256(LOCAL_API_KEY.encode()).hexdigest()
    return json.dumps({"local": {"tenant": LOCAL_TENANT, "sha256": digest}})


def rail_secrets() -> str:
    """What CLEARWAY_RAIL_SECRETS holds locally: the simulator signs for every rail with the one secret."""
    return json.dumps({rail: [DEFAULT_SECRET] for rail in ("bank", "simulator", "instant", "card")})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What functions run in: `urls` by function, `values` of the variables that they may name under `environment`,
    `extra` variables that every function is given on top, for tests, and the names of the `rails` that are used.
    With `moved_clock`, every function lives by the bank's clock."""

    system: System
    place: Place
    hosts: Hosts
    urls: Mapping[str, str]
    values: Mapping[str, str]
    extra: Mapping[str, str]
    rails: Sequence[str]
    moved_clock: bool = False

    def variables(self, function: Function) -> dict[str, str]:
        """A function's variables: what every function is given, what its description implies, and what it names.

        As in the cloud, it does not see what it did not ask for. Raises BAD_DESCRIPTION for a name without a value.
        """
        found = {
            "GOOGLE_CLOUD_PROJECT": self.place.project,
            "CLEARWAY_REGION": self.place.region,
            "PUBSUB_EMULATOR_HOST": self.hosts.pubsub,
            "FIRESTORE_EMULATOR_HOST": self.hosts.firestore,
            "CLOUD_TASKS_EMULATOR_HOST": self.hosts.tasks,
            "BIGQUERY_EMULATOR_HOST": self.hosts.bigquery_url,
            "STORAGE_EMULATOR_HOST": self.hosts.storage_url,
        }
        if self.moved_clock:
            found["CLEARWAY_CLOCK_URL"] = self.hosts.clock_url
        for bucket in function.buckets:
            found[f"CLEARWAY_{bucket.upper()}_BUCKET"] = self.place.bucket(bucket)
        if isinstance(function.trigger, PubsubTrigger):
            found["CLEARWAY_DELIVERY_ATTEMPTS_MAX"] = str(function.trigger.dead_letter.max_delivery_attempts)
        for worker, trigger in self.system.workers():
            if trigger.queue in function.enqueues:
                found[f"CLEARWAY_{worker.name.upper()}_URL"] = self.urls[worker.name]
                found["CLEARWAY_INVOKER_SERVICE_ACCOUNT"] = invoker(self.place)
        known = {
            "CLEARWAY_API_KEYS": api_keys(),
            "CLEARWAY_RAILS": json.dumps(dict.fromkeys(self.rails, self.hosts.bank_url)),
            "CLEARWAY_RAIL_TOKENS": "{}",
            "CLEARWAY_ORIGINATOR": json.dumps(asdict(ORIGINATOR)),
            "CLEARWAY_ACH_ORIGIN": json.dumps(asdict(ACH_ORIGIN)),
            "CLEARWAY_RAIL_SECRETS": rail_secrets(),
            "CLEARWAY_WATCHLIST_NAMES_MIN": "1",
            **self.values,
        }
        for name in (*function.environment, *function.secrets):
            if name not in known:
                detail = f"functions/{function.name}/function.yaml: names {name}, which has no local value"
                raise ClearwayError(LocalError.BAD_DESCRIPTION, detail)
            found[name] = known[name]
        return {**found, **self.extra}


def threads_of(function: Function) -> int:
    """Requests that its one process on this machine serves at a time."""
    return min(function.size.concurrency, _THREADS_MAX)


def tasks_in_flight_max(system: System) -> int:
    """Calls that Cloud Tasks may make at one time here, over all queues.

    In the cloud more instances answer more calls. Here a call beyond the threads of the process would only wait for one
    of them, and when a rail is slow so long that its deadline cuts it and it is made again.
    """
    return max(1, sum(threads_of(function) for function, _ in system.workers()))


def function_service(function: Function, folder: Path, port: int, env: Mapping[str, str], log: Path) -> Service:
    """The function under functions-framework, one process with as many threads as it may serve requests at a time.

    It is replaced when it dies, as the platform does. `GET /healthz` answers once its worker has loaded the function.
    """
    argv: list[str | Path] = [sys.executable, "-m", "functions_framework"]
    argv += ["--source", folder / function.name / "main.py", "--target", "handle", "--signature-type", "http"]
    argv += ["--host", ports.HOST, "--port", str(port)]
    settings: dict[str, str | None] = dict.fromkeys(_TAKEN_AWAY)
    settings |= env
    settings |= {
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "THREADS": str(threads_of(function)),
        "WORKERS": "1",
    }
    return Service(function.name, argv, log=log, port=port, ready_path="/healthz", env=settings, cwd=ROOT, watch=True)
