"""The files that tell the forwarder, the bridge and the scheduler what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from emulators.bigquery.schema import load_description, load_subscription
from emulators.description import System, subscription_name
from emulators.identity import ACH_ORIGIN
from emulators.wiring import Place
from shared.rails.domain.ach.eastern import EASTERN

# Returns and notifications of change are there from 8:30 on.
_BANKS_ARE_OPEN = time(9)
_ANY_LONG_WEEKEND = timedelta(days=5)


def forwarder_config(system: System, place: Place, urls: Mapping[str, str], service_account: str) -> dict[str, Any]:
    """What the push half of each subscription is told: the same facts as Terraform's push configuration."""
    subscriptions = [
        {
            "subscription": subscription_name(function, trigger),
            "endpoint": urls[function.name],
            "filter": trigger.filter,
            "in_flight_max": trigger.in_flight_max,
            "audience": urls[function.name],
            "service_account": service_account,
            "max_delivery_attempts": trigger.dead_letter.max_delivery_attempts,
            "ack_deadline_s": trigger.ack_deadline_s,
        }
        for function, trigger in system.subscribers()
    ]
    return {"project": place.project, "subscriptions": subscriptions}


def bridge_config(place: Place, bigquery_url: str) -> dict[str, Any]:
    """Which subscription feeds which table, from infra/bigquery."""
    fed_by = load_subscription()
    return {
        "project": place.project,
        "subscription": fed_by.name,
        "bigquery_url": bigquery_url,
        "dataset": load_description().dataset,
        "table": fed_by.bigquery.table,
    }


def scheduler_config(system: System, urls: Mapping[str, str], service_account: str) -> dict[str, Any]:
    """The jobs of every function that runs by the clock."""
    jobs = [
        {
            "name": job.name,
            "schedule": job.schedule,
            "url": urls[function.name] + job.path,
            "audience": urls[function.name],
            "service_account": service_account,
            "deadline_s": function.size.timeout_s,
        }
        for function, trigger in system.scheduled()
        for job in trigger.jobs
    ]
    return {"jobs": jobs}


def follower_arguments(system: System, urls: Mapping[str, str], now: datetime) -> list[str]:
    """How the bank is told who lives by its clock: every function that runs by the clock, at our own cut-offs as of
    `now`, and when the banks have opened."""
    called = [urls[function.name] + job.path for function, trigger in system.scheduled() for job in trigger.jobs]
    return [
        *(word for url in called for word in ("--follower-url", url)),
        *(word for stop in _daily_stops(now) for word in ("--follower-stop", f"{stop:%H:%M}")),
    ]


def _daily_stops(now: datetime) -> list[time]:
    schedule = ACH_ORIGIN.schedule
    reached = (schedule.reached_at(cutoff) for cutoff in schedule.due(now - _ANY_LONG_WEEKEND, now))
    return sorted({moment.astimezone(EASTERN).time() for moment in reached} | {_BANKS_ARE_OPEN})


def write(folder: Path, name: str, content: Mapping[str, Any]) -> Path:
    """Write a configuration as JSON into the run's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(content, indent=2) + "\n")
    return path
