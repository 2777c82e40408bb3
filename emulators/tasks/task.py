"""A task as the emulator keeps it: the call to make, when, and what became of its attempts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from grpc import StatusCode

from shared.adapters.tasks.rules import RetryPolicy


@dataclass(frozen=True, slots=True)
class HttpCall:
    """The HTTP request that a task stands for; `email` asks for a token in that account's name for `audience`."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    email: str = ""
    audience: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """How an attempt ended; `http_status` is 0 when no response came, `code` and `message` are what the API tells."""

    http_status: int
    code: StatusCode
    message: str
    retry_after: timedelta = timedelta()

    @property
    def succeeded(self) -> bool:
        """Whether the task is done."""
        return 200 <= self.http_status < 300


@dataclass(slots=True)
class Attempt:
    """One dispatch of a task; `number` counts from 1."""

    number: int
    scheduled_at: datetime
    dispatched_at: datetime
    responded_at: datetime | None = None
    result: Result | None = None


@dataclass(slots=True, eq=False)
class StoredTask:
    """A task between its creation and its end. `ticket` names its one valid entry in the schedule, if it waits."""

    id: str
    call: HttpCall
    created_at: datetime
    scheduled_at: datetime
    deadline_s: float
    retry: RetryPolicy | None = None
    ticket: int = 0
    in_flight: int = 0
    dispatch_count: int = 0
    response_count: int = 0
    execution_count: int = 0  # responses other than 5xx, which is what the header of that name tells
    first_dispatched_at: datetime | None = None
    last: Attempt | None = None
