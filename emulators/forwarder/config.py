"""What the forwarder is told, in JSON: the project, and each push subscription as Terraform describes it to Google.

    {"project": "demo", "subscriptions": [{"subscription": "fraud-payment-events", "endpoint": "http://127.0.0.1:8083/",
      "filter": "...", "in_flight_max": 8, "audience": "http://127.0.0.1:8083", "service_account": "x@y.z",
      "max_delivery_attempts": 5, "ack_deadline_s": 60}, ...]}

A subscription's name may be short or full. Without a service account no token is sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from emulators.errors import LocalError
from shared.adapters.pubsub.filters import compile_filter
from shared.kernel.errors import ClearwayError

# The service's own bounds of an acknowledgement deadline.
_ACK_DEADLINE_S = range(10, 601)


@dataclass(frozen=True, slots=True)
class Target:
    """One push subscription: where its messages go, under which terms."""

    subscription: str
    endpoint: str
    filter: str = ""
    in_flight_max: int = 8
    audience: str = ""
    service_account: str = ""
    max_delivery_attempts: int = 5
    ack_deadline_s: int = 60


def load(path: Path) -> tuple[Target, ...]:
    """The targets in the file. Raises BAD_DESCRIPTION, naming the subscription, for anything that cannot be meant."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return targets(content["project"], content["subscriptions"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ClearwayError(
            LocalError.BAD_DESCRIPTION, f"{path.name} is no forwarder configuration: {error!r}"
        ) from error


def targets(project: str, subscriptions: Sequence[Mapping[str, Any]]) -> tuple[Target, ...]:
    """The same from the parsed content."""
    return tuple(_target(project, told) for told in subscriptions)


def _target(project: str, told: Mapping[str, Any]) -> Target:
    unknown = set(told) - {one.name for one in fields(Target)}
    if unknown:
        raise ClearwayError(LocalError.BAD_DESCRIPTION, f"unknown words for a subscription: {sorted(unknown)}")
    name = str(told["subscription"])
    full = name if name.startswith("projects/") else f"projects/{project}/subscriptions/{name}"
    target = Target(**{**told, "subscription": full})
    problem = _problem(target)
    if problem:
        raise ClearwayError(LocalError.BAD_DESCRIPTION, f"{name}: {problem}")
    compile_filter(target.filter)
    return target


def _problem(target: Target) -> str | None:
    parts = urlsplit(target.endpoint)
    if parts.scheme != "http" or not parts.hostname:
        return f"the endpoint {target.endpoint!r} is no http URL"
    if target.in_flight_max < 1:
        return "in_flight_max is at least 1"
    if target.ack_deadline_s not in _ACK_DEADLINE_S:
        return f"ack_deadline_s is {_ACK_DEADLINE_S.start} to {_ACK_DEADLINE_S.stop - 1}"
    if bool(target.service_account) != bool(target.audience):
        return "a token has a service account and an audience"
    return None
