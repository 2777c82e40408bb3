"""Tasks between Google's messages and the emulator's own."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from google.cloud import tasks_v2

from emulators.tasks.errors import TasksError, invalid
from emulators.tasks.names import split_task
from emulators.tasks.task import Attempt, HttpCall, StoredTask
from emulators.tasks.wire_queues import retry_message, retry_policy
from shared.adapters.tasks.rules import SCHEDULE_AHEAD_MAX, TASK_SIZE_MAX
from shared.kernel.errors import ClearwayError

_URL_MAX = 2083
_HEADERS_MAX = 80 * 1024
_DEADLINE_S = 600.0
_DEADLINE_MIN_S, _DEADLINE_MAX_S = 15.0, 1800.0
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")
_METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


def stored_task(message: tasks_v2.Task, queue_name: str, now: datetime) -> StoredTask:
    """A new task from the message of a CreateTask call. Raises INVALID, or NOT_EMULATED for App Engine and OAuth."""
    task_id = str(secrets.randbits(63))
    if message.name:
        parent, task_id = split_task(message.name)
        if parent != queue_name:
            raise invalid("The task name must begin with the name of its queue.")
    raw = tasks_v2.Task.pb(message)
    if raw.ByteSize() > TASK_SIZE_MAX:
        raise invalid(f"Task size too large: at most {TASK_SIZE_MAX} bytes.")
    has_deadline = raw.HasField("dispatch_deadline")
    deadline_s = raw.dispatch_deadline.ToTimedelta().total_seconds() if has_deadline else _DEADLINE_S
    if not _DEADLINE_MIN_S <= deadline_s <= _DEADLINE_MAX_S:
        raise invalid("Task.dispatch_deadline must be between 15 seconds and 30 minutes.")
    scheduled_at = max(now, raw.schedule_time.ToDatetime(UTC)) if raw.HasField("schedule_time") else now
    if scheduled_at - now > SCHEDULE_AHEAD_MAX:
        raise invalid("Task.schedule_time must be at most 30 days ahead.")
    retry = retry_policy(message.retry_config) if "retry_config" in message else None
    return StoredTask(task_id, _http_call(message), now, scheduled_at, deadline_s, retry)


def task_message(queue_name: str, task: StoredTask, *, full: bool) -> tasks_v2.Task:
    """The task as the API shows it; its body only in the full view."""
    call = task.call
    request: dict[str, Any] = {
        "url": call.url,
        "http_method": getattr(tasks_v2.HttpMethod, call.method),
        "headers": dict(call.headers),
    }
    if full:
        request["body"] = call.body
    if call.email:
        request["oidc_token"] = {"service_account_email": call.email, "audience": call.audience}
    return tasks_v2.Task(
        name=f"{queue_name}/tasks/{task.id}",
        http_request=request,
        create_time=task.created_at.replace(microsecond=0),
        schedule_time=task.scheduled_at,
        dispatch_deadline=timedelta(seconds=task.deadline_s),
        dispatch_count=task.dispatch_count,
        response_count=task.response_count,
        first_attempt={"dispatch_time": task.first_dispatched_at} if task.first_dispatched_at else None,
        last_attempt=_attempt_message(task.last) if task.last else None,
        view=tasks_v2.Task.View.FULL if full else tasks_v2.Task.View.BASIC,
        retry_config=retry_message(task.retry) if task.retry else None,
    )


def _attempt_message(attempt: Attempt) -> dict[str, Any]:
    result = attempt.result
    return {
        "schedule_time": attempt.scheduled_at,
        "dispatch_time": attempt.dispatched_at,
        "response_time": attempt.responded_at,
        "response_status": {"code": result.code.value[0], "message": result.message} if result else None,
    }


def _http_call(message: tasks_v2.Task) -> HttpCall:
    request = message.http_request
    if "app_engine_http_request" in message or "oauth_token" in request:
        raise ClearwayError(TasksError.NOT_EMULATED, "The emulator makes HTTP calls only, with an OIDC token or none.")
    method = tasks_v2.HttpMethod(request.http_method or tasks_v2.HttpMethod.POST).name
    if request.body and method not in _METHODS_WITH_BODY:
        raise invalid("HttpRequest.body is allowed for POST, PUT and PATCH only.")
    headers = dict(request.headers)
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise invalid("HttpRequest.headers must be names and values of printable ASCII characters.")
    if sum(len(name) + len(value) for name, value in headers.items()) > _HEADERS_MAX:
        raise invalid("HttpRequest.headers must be less than 80 KB.")
    token = request.oidc_token
    return HttpCall(
        method, _checked_url(request.url), headers, request.body, token.service_account_email, token.audience
    )


def _checked_url(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise invalid("HttpRequest.url is required and must begin with http:// or https://.")
    encoded = quote(url, safe=":/?#[]@!$&'()*+,;=%~-._")
    try:
        parts = urlsplit(encoded)
        reachable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        reachable = False
    if not reachable or len(encoded) > _URL_MAX:
        raise invalid(f"HttpRequest.url must name a host and have at most {_URL_MAX} characters.")
    return encoded
