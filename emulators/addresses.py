"""Which port everything local listens on: well-known ones for people, free ones for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count

from emulators import ports
from emulators.description import System

_FIXED = {
    "pubsub": 8085,
    "firestore": 8086,
    "bank": 8090,
    "storage": 9023,
    "tasks": 8123,
    "tasks_admin": 8124,
    "bigquery": 9050,
    "bigquery_grpc": 9060,
}
_API = 8080


@dataclass(frozen=True, slots=True)
class Ports:
    """A port for each stand-in and for each function by name."""

    pubsub: int
    firestore: int
    bank: int
    storage: int
    tasks: int
    tasks_admin: int
    bigquery: int
    bigquery_grpc: int
    functions: Mapping[str, int]

    def all(self) -> list[tuple[str, int]]:
        """Every port with the name of what listens there."""
        return [*((name, getattr(self, name)) for name in _FIXED), *self.functions.items()]


def fixed_ports(system: System) -> Ports:
    """The ports of `up`: `api` on 8080, the other functions from 8081 in the order of their names."""
    taken = set(_FIXED.values())
    following = (port for port in count(_API + 1) if port not in taken)
    functions = {one.name: _API if one.name == "api" else next(following) for one in system.functions}
    return Ports(**_FIXED, functions=functions)


def free_ports(system: System, allocate: Callable[[], int] = ports.free_port) -> Ports:
    """Ports that nobody else on this machine uses."""
    return Ports(**{name: allocate() for name in _FIXED}, functions={one.name: allocate() for one in system.functions})


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where the stand-ins are, in the form that their clients want: `127.0.0.1:port`, or a URL."""

    pubsub: str
    firestore: str
    tasks: str
    tasks_admin_url: str
    storage_url: str
    bigquery_url: str
    bank_url: str

    @property
    def clock_url(self) -> str:
        """Where the bank tells its time, by which the local system lives."""
        return f"{self.bank_url}/v1/admin/clock"

    @classmethod
    def on(cls, at: Ports) -> Hosts:
        """The hosts on these ports."""
        return cls(
            pubsub=f"{ports.HOST}:{at.pubsub}",
            firestore=f"{ports.HOST}:{at.firestore}",
            tasks=f"{ports.HOST}:{at.tasks}",
            tasks_admin_url=f"http://{ports.HOST}:{at.tasks_admin}",
            storage_url=f"http://{ports.HOST}:{at.storage}",
            bigquery_url=f"http://{ports.HOST}:{at.bigquery}",
            bank_url=f"http://{ports.HOST}:{at.bank}",
        )
