"""The function `timer`: called by the clock, it does what no message and no task asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shared.kernel.errors import ClearwayError
from shared.kernel.usage import measured
from shared.runtime.logs import log
from shared.runtime.web import Endpoint, HttpRequest, Reply, json_reply

# What a job did or found, by name; `failed` is what the next call has to come back to.
Job = Callable[[], Mapping[str, Any]]
# What people have to look at when it is not 0, while another call would find the same.
_ALARMING = ("unbalanced", "unfinished")


def timer_endpoint(jobs: Mapping[str, Job]) -> Endpoint:
    """`POST /<job>` runs a job and answers what it says: 503 when something failed, so that the scheduler calls again.

    Every job may be called at any time, by several processes at once, and may die anywhere.
    """

    def endpoint(request: HttpRequest) -> Reply:
        name = request.path.removeprefix("/")
        job = jobs.get(name)
        if request.method != "POST" or job is None:
            return json_reply(404, {"detail": "no such job"})
        with measured() as counts:
            try:
                done = job()
            except ClearwayError as error:
                log("ERROR", f"timer: {name} cut short", step="timer", code=error.code.code)
                return json_reply(503, {"failed": 1})
            severity = "ERROR" if any(done.get(name) for name in _ALARMING) else "INFO"
            log(severity, f"timer: {name}", step="timer", **done, usage=counts.as_dict())
        return json_reply(503 if done.get("failed") else 200, done)

    return endpoint
