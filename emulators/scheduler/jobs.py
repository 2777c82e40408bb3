"""Cloud Scheduler's half of a job: at its times, one POST with the headers and the token of the real service."""

from __future__ import annotations

import http.client
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from emulators.scheduler.cron import Cron
from shared.ports.clock import Clock

_log = logging.getLogger(__name__)
_NAP_MAX_S = 30.0


class Signer(Protocol):
    """Makes OIDC tokens."""

    def token(self, audience: str, email: str) -> str:
        """A signed token of the service account `email` for `audience`."""
        ...


@dataclass(frozen=True, slots=True)
class Target:
    """What a job calls: POST to `url` with a token for `audience`, given `deadline_s` seconds to answer."""

    name: str
    url: str
    audience: str
    service_account: str
    deadline_s: float


def fire(target: Target, due: datetime, signer: Signer) -> int:
    """Make the call that was due at `due`; returns the HTTP status, or 504 or 503 where none came.

    Like a job without a retry policy, it is not repeated: what is due again is due at the next time.
    """
    where = urlsplit(target.url)
    headers = {
        "User-Agent": "Google-Cloud-Scheduler",
        "X-CloudScheduler": "true",
        "X-CloudScheduler-JobName": target.name,
        "X-CloudScheduler-ScheduleTime": due.isoformat().replace("+00:00", "Z"),
        "Authorization": f"Bearer {signer.token(target.audience, target.service_account)}",
        "Content-Length": "0",
    }
    connection = http.client.HTTPConnection(where.netloc, timeout=target.deadline_s)
    try:
        connection.request("POST", where.path or "/", headers=headers)
        status = connection.getresponse().status
    except TimeoutError:
        status = 504
    except (OSError, http.client.HTTPException):
        status = 503
    finally:
        connection.close()
    _log.info("job %s of %s: HTTP %d", target.name, due.isoformat(), status)
    return status


def times(cron: Cron, clock: Clock) -> Iterator[datetime]:
    """Each of the job's times, when it has come. Ends only for a job that has no further time.

    A job runs one at a time: what falls due while the caller is still busy with the last one is left out.
    """
    due = cron.next_after(clock.now())
    while due is not None:
        remaining_s = (due - clock.now()).total_seconds()
        if remaining_s > 0:
            # In short naps: a laptop that was suspended wakes up with another time of day than its sleep counted.
            clock.sleep(min(remaining_s, _NAP_MAX_S))
            continue
        yield due
        due = cron.next_after(clock.now())
