"""A client of the running system."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import urllib3

from emulators.local import LocalCloud
from shared.adapters.firestore.client import make_client
from shared.adapters.firestore.documents import FirestoreDocuments
from shared.adapters.system_clock import SystemClock
from tests.support.waiting import eventually


class Client:
    """HTTP to the API with the local key, and a look into the store."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        self.http = urllib3.PoolManager(maxsize=32, retries=False, timeout=30.0)
        self.firestore = make_client(cloud.project, cloud.hosts.firestore)
        self.documents = FirestoreDocuments(self.firestore, SystemClock())

    def close(self) -> None:
        """Close all connections."""
        self.http.clear()
        self.firestore.close()

    def post(self, path: str, body: Mapping[str, Any], key: str | None = None) -> urllib3.BaseHTTPResponse:
        """POST JSON."""
        headers = {"Authorization": f"Bearer {self.cloud.api_key}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        return self.http.request("POST", self.cloud.api_url + path, body=json.dumps(body).encode(), headers=headers)

    def get(self, path: str) -> Any:
        """GET JSON."""
        headers = {"Authorization": f"Bearer {self.cloud.api_key}"}
        return self.http.request("GET", self.cloud.api_url + path, headers=headers).json()

    def sweep(self) -> None:
        """Call the timer, as the scheduler does every minute."""
        with contextlib.suppress(urllib3.exceptions.HTTPError):  # the timer may be down; the next call finds it up
            self.http.request("POST", f"{self.cloud.timer_url}/sweep")

    def payment(self, payment_id: str, *, until: Callable[[Any], bool], within_s: float = 60.0) -> Any:
        """The payment as soon as it satisfies `until`."""
        return eventually(lambda: self.get(f"/v1/payments/{payment_id}"), until, within_s=within_s)
