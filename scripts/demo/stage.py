"""Where the demo plays: on the emulators with every function in its own process, or embedded in this one."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

import urllib3

from emulators.embedded import EmbeddedCloud, make_twins
from emulators.function_process import LOCAL_API_KEY, api_keys
from emulators.local import LocalCloud
from shared.adapters.bigquery.client import make_client as bigquery_client
from shared.adapters.bigquery.warehouse import BigQueryWarehouse
from shared.adapters.firestore.client import make_client as firestore_client
from shared.adapters.firestore.documents import FirestoreDocuments
from shared.adapters.memory.clock import ManualClock
from shared.adapters.system_clock import SystemClock
from shared.ports.documents import DocumentReader
from shared.ports.warehouse import Warehouse

AUTHORIZATION = {"Authorization": f"Bearer {LOCAL_API_KEY}"}


class Stage(Protocol):
    """What the demo needs of a place to play."""

    @property
    def name(self) -> str:
        """What it is, for people."""
        ...

    @property
    def timed(self) -> bool:
        """Whether time is real here."""
        ...

    @property
    def documents(self) -> DocumentReader:
        """The store, to look into."""
        ...

    @property
    def warehouse(self) -> Warehouse:
        """The warehouse, to look into."""
        ...

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> int:
        """POST to the API; returns the HTTP status, 0 when nobody answered."""
        ...

    def pump(self) -> None:
        """Let things happen for a moment."""
        ...

    def repeated_legs(self) -> tuple[list[str], list[str]]:
        """Legs that the bank was asked to move more than once, and legs whose money moved more than once."""
        ...

    def log_lines(self) -> Iterator[str]:
        """Everything that the functions have logged."""
        ...


class EmulatedStage:
    """Google's emulators and real processes."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.name = "Google's emulators, one process for each function"
        self.timed = True
        self._cloud = cloud
        self._http = urllib3.PoolManager(maxsize=32, retries=False, timeout=30.0)
        self._firestore = firestore_client(cloud.project, cloud.hosts.firestore)
        self.documents = FirestoreDocuments(self._firestore, SystemClock())
        self._bigquery = bigquery_client(cloud.project, cloud.hosts.bigquery_url)
        self.warehouse = BigQueryWarehouse(self._bigquery, "clearway", timeout_s=30.0)

    def close(self) -> None:
        """Close the clients."""
        self._http.clear()
        self._firestore.close()
        self._bigquery.close()  # type: ignore[no-untyped-call]

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> int:
        """See `Stage.send`."""
        sent = {"Content-Type": "application/json", **AUTHORIZATION, **headers}
        try:
            return self._http.request("POST", self._cloud.api_url + path, body=body, headers=sent).status
        except urllib3.exceptions.HTTPError:
            return 0

    def pump(self) -> None:
        """See `Stage.pump`."""
        time.sleep(0.5)

    def repeated_legs(self) -> tuple[list[str], list[str]]:
        """See `Stage.repeated_legs`."""
        summary = self._http.request("GET", f"{self._cloud.bank_url}/v1/admin/summary").json()
        return summary["instructions"]["more_than_once"], summary["moved"]["more_than_once"]

    def log_lines(self) -> Iterator[str]:
        """See `Stage.log_lines`."""
        for log in sorted(self._cloud.log_dir.glob("*.log")):
            with log.open(encoding="utf-8", errors="replace") as lines:
                yield from lines


class EmbeddedStage:
    """The in-memory twins, in this process; the functions' log lines are to be redirected to `log`."""

    def __init__(self, watchlist_dir: Path) -> None:
        self.name = "in-memory adapters in one process (Google's emulators are not used)"
        self.timed = False
        self._twins = make_twins(ManualClock(SystemClock().now()))
        self._cloud = EmbeddedCloud(self._twins, api_keys=api_keys(), watchlist_dir=watchlist_dir)
        self.log = io.StringIO()
        self.documents = self._twins.documents
        self.warehouse = self._twins.warehouse

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> int:
        """See `Stage.send`."""
        named = {name.replace("-", "_"): value for name, value in {**AUTHORIZATION, **headers}.items()}
        return self._cloud.call("POST", path, body, **named).status

    def pump(self) -> None:
        """See `Stage.pump`."""
        self._cloud.settle_down()

    def repeated_legs(self) -> tuple[list[str], list[str]]:
        """See `Stage.repeated_legs`."""
        rail = self._twins.rail
        return (
            [key for key, count in rail.instructions.items() if count > 1],
            [key for key, count in rail.moved.items() if count > 1],
        )

    def log_lines(self) -> Iterator[str]:
        """See `Stage.log_lines`."""
        yield from self.log.getvalue().splitlines()


def used(stage: Stage) -> dict[str, dict[str, int]]:
    """What the functions' log lines say they used, summed by step."""
    sums: dict[str, dict[str, int]] = {}
    for line in stage.log_lines():
        if '"usage"' not in line:
            continue
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # a line that was cut when its process was stopped
        if not isinstance(entry, dict) or "step" not in entry:
            continue
        step = sums.setdefault(str(entry["step"]), {"handled": 0})
        step["handled"] += 1
        for name, count in entry["usage"].items():
            step[name] = step.get(name, 0) + count
    return sums
