"""functions/*/function.yaml as typed values: the dataclasses below are the schema, to the last key.

Terraform reads the same files. An unknown key, a missing one or a value out of the service's limits is refused with the
file and the key, since a misspelt key would otherwise be one thing here and another in the cloud.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from emulators.scheduler import cron
from emulators.strict import between, load, matching, refuse
from shared.kernel.errors import ClearwayError

FUNCTIONS_DIR = Path(__file__).resolve().parent.parent / "functions"

# Pub/Sub allows longer names with more characters; these fit Cloud Tasks, Cloud Scheduler and Cloud Run as well.
_NAME = r"[a-z][a-z0-9_-]{2,62}"
# What is exchanged with banks, and the lists of sanctioned parties and of the banks that services reach.
BUCKETS = ("files", "lists")
_BUCKET = "bucket/"


@dataclass(frozen=True, slots=True)
class HttpTrigger:
    """Called over HTTPS, at `paths` of a `host` of the load balancer (the longest path that fits decides).

    `public` lets anybody reach it, so it authenticates callers itself; otherwise people sign in at the load balancer.
    """

    KIND: ClassVar[str] = "http"
    public: bool
    host: str = matching("api|console")
    paths: tuple[str, ...] = matching(r"/([a-z0-9_-]+/)*(\*|[a-z0-9_-]+)")


@dataclass(frozen=True, slots=True)
class Retry:
    """Exponential back-off of a push subscription (Pub/Sub's limits: 0 to 600 s)."""

    minimum_backoff_s: float = between(0, 600)
    maximum_backoff_s: float = between(0, 600)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Where a message goes that failed too often (Pub/Sub's limits: 5 to 100 attempts)."""

    topic: str = matching(_NAME)
    max_delivery_attempts: int = between(5, 100)


@dataclass(frozen=True, slots=True)
class PubsubTrigger:
    """A push subscription of our own on `topic`; an empty `filter` takes every message (Pub/Sub's limit: 256)."""

    KIND: ClassVar[str] = "pubsub"
    retry: Retry
    dead_letter: DeadLetter
    topic: str = matching(_NAME)
    filter: str = matching(r"[^\n]{0,256}")
    ack_deadline_s: int = between(10, 600)
    in_flight_max: int = between(1, 1000)


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast a queue may call (Cloud Tasks' limits per queue: 500 a second, 5,000 at once)."""

    max_dispatches_per_second: float = between(0.001, 500)
    max_concurrent_dispatches: int = between(1, 5000)


@dataclass(frozen=True, slots=True)
class TaskRetry:
    """A queue's back-off; `max_attempts` -1 is without limit."""

    max_attempts: int = between(-1, 1000)
    minimum_backoff_s: float = between(0, 3600)
    maximum_backoff_s: float = between(0, 3600)
    max_doublings: int = between(0, 16)


@dataclass(frozen=True, slots=True)
class TasksTrigger:
    """Called by the Cloud Tasks queue `queue` (limits of the deadline: 15 s to 30 minutes)."""

    KIND: ClassVar[str] = "tasks"
    rate: Rate
    retry: TaskRetry
    queue: str = matching(_NAME)
    dispatch_deadline_s: int = between(15, 1800)


@dataclass(frozen=True, slots=True)
class Job:
    """A Cloud Scheduler job: a five-field cron `schedule` in UTC, and the `path` that it posts to."""

    name: str = matching(_NAME)
    schedule: str = matching(r"\S+( \S+){4}")
    path: str = matching(r"/[a-z0-9/_-]*")


@dataclass(frozen=True, slots=True)
class SchedulerTrigger:
    """Called by Cloud Scheduler."""

    KIND: ClassVar[str] = "scheduler"
    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class Size:
    """An instance of the function and how many of them there may be (Cloud Run's limits)."""

    cpu: float = between(0.08, 8)
    memory_mib: int = between(128, 32768)
    concurrency: int = between(1, 1000)
    instances_min: int = between(0, 1000)
    instances_max: int = between(1, 1000)
    timeout_s: int = between(1, 3600)


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the function's own service account, on the project, a topic, a queue or another named resource.

    The buckets are `bucket/files`, of what is exchanged with banks, and `bucket/lists`.
    """

    role: str = matching(r"roles/[A-Za-z.]+")
    resource: str = matching(r"project|bucket/(files|lists)|(?!bucket/)[a-z]+/[a-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Function:
    """One function. `environment` names the variables that it needs beyond what every function is given, `secrets`
    those of them that come from Secret Manager.

    `owner` is the team that is told when something is wrong with it. `egress` is whom it may call: Google's services
    alone, or banks too, from the one address that they know.
    """

    trigger: HttpTrigger | PubsubTrigger | TasksTrigger | SchedulerTrigger
    size: Size
    roles: tuple[Role, ...]
    name: str = matching(r"[a-z][a-z0-9_]{1,40}")
    owner: str = matching(r"[a-z][a-z-]{1,30}")
    egress: str = matching("google|banks")
    publishes: tuple[str, ...] = matching(_NAME)
    enqueues: tuple[str, ...] = matching(_NAME)
    environment: tuple[str, ...] = matching(r"[A-Z][A-Z0-9_]*")
    secrets: tuple[str, ...] = matching(r"[A-Z][A-Z0-9_]*")

    @property
    def service(self) -> str:
        """The name of its Cloud Run service, which takes no underscore."""
        return self.name.replace("_", "-")

    @property
    def buckets(self) -> tuple[str, ...]:
        """The buckets that it may reach, and so is told of, as CLEARWAY_FILES_BUCKET for `files`; sorted."""
        named = {role.resource for role in self.roles if role.resource.startswith(_BUCKET)}
        return tuple(sorted(resource.removeprefix(_BUCKET) for resource in named))


@dataclass(frozen=True, slots=True)
class System:
    """All functions of a folder, and what follows from them; `folder` holds one folder for each."""

    folder: Path
    functions: tuple[Function, ...]

    @property
    def dead_letter_topics(self) -> tuple[str, ...]:
        """Topics that take what failed too often, sorted."""
        triggers = (function.trigger for function in self.functions)
        return tuple(sorted({t.dead_letter.topic for t in triggers if isinstance(t, PubsubTrigger)}))

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic that a function subscribes to, publishes to or dead-letters to, sorted."""
        named = {topic for function in self.functions for topic in function.publishes}
        named |= {trigger.topic for _, trigger in self.subscribers()}
        return tuple(sorted(named | set(self.dead_letter_topics)))

    def subscribers(self) -> tuple[tuple[Function, PubsubTrigger], ...]:
        """The functions behind push subscriptions."""
        return tuple((one, one.trigger) for one in self.functions if isinstance(one.trigger, PubsubTrigger))

    def workers(self) -> tuple[tuple[Function, TasksTrigger], ...]:
        """The functions behind queues."""
        return tuple((one, one.trigger) for one in self.functions if isinstance(one.trigger, TasksTrigger))

    def scheduled(self) -> tuple[tuple[Function, SchedulerTrigger], ...]:
        """The functions that run by the clock."""
        return tuple((one, one.trigger) for one in self.functions if isinstance(one.trigger, SchedulerTrigger))


def load_system(folder: Path = FUNCTIONS_DIR) -> System:
    """Read every function.yaml below `folder`, in the order of names. Raises BAD_DESCRIPTION."""
    functions = []
    for path in sorted(folder.glob("*/function.yaml")):
        shown_as = f"{folder.name}/{path.parent.name}/{path.name}"
        function = load(Function, path, shown_as)
        if function.name != path.parent.name:
            refuse(shown_as, "name", f"must be the folder's, {path.parent.name}")
        functions.append((shown_as, function))
    if not functions:
        refuse(folder.name, "", "holds no function.yaml")
    system = System(folder, tuple(function for _, function in functions))
    queues = {trigger.queue for _, trigger in system.workers()}
    for shown_as, function in functions:
        for queue in function.enqueues:
            if queue not in queues:
                refuse(shown_as, "enqueues", f"names the queue {queue}, which no function serves")
        _check_roles(function, shown_as)
        if isinstance(function.trigger, SchedulerTrigger):
            _check_schedules(function.trigger, shown_as)
    return system


def _check_roles(function: Function, shown_as: str) -> None:
    """Roles of Cloud Storage are on one bucket, since on the project they open every bucket; no other role is."""
    for index, role in enumerate(function.roles):
        on_bucket = role.resource.startswith(_BUCKET)
        if on_bucket and not role.role.startswith("roles/storage.object"):
            said = f"must be one of roles/storage.object*, since it is on {role.resource}"
            refuse(shown_as, f"roles[{index}].role", said)
        if not on_bucket and role.role.startswith("roles/storage."):
            said = f"must be one of {_BUCKET}{{{','.join(BUCKETS)}}} for Cloud Storage"
            refuse(shown_as, f"roles[{index}].resource", said)


def _check_schedules(trigger: SchedulerTrigger, shown_as: str) -> None:
    for index, job in enumerate(trigger.jobs):
        try:
            cron.parse(job.schedule)
        except ClearwayError as error:
            refuse(shown_as, f"trigger.jobs[{index}].schedule", error.detail)


def subscription_name(function: Function, trigger: PubsubTrigger) -> str:
    """The name of a function's push subscription, such as `fraud-payment-events`; Terraform uses the same."""
    return f"{function.name}-{trigger.topic}"
