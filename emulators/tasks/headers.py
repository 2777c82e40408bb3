"""The headers of a dispatch: https://cloud.google.com/tasks/docs/creating-http-target-tasks#handler."""

from __future__ import annotations

from emulators.oidc import TokenSigner
from emulators.tasks.task import Attempt, StoredTask

USER_AGENT = "Google-Cloud-Tasks"

# What a task may not bring along: the service sets or drops these.
_RESERVED = frozenset({"host", "content-length", "user-agent"})
_RESERVED_PREFIXES = ("x-google-", "x-appengine-", "x-cloudtasks-")


def dispatch_headers(queue_id: str, task: StoredTask, attempt: Attempt, signer: TokenSigner) -> dict[str, str]:
    """The task's own headers, less those that are reserved, and those of the service; short ids, as it sends them."""
    headers = {
        name: value
        for name, value in task.call.headers.items()
        if name.lower() not in _RESERVED and not name.lower().startswith(_RESERVED_PREFIXES)
    }
    headers |= {
        "User-Agent": USER_AGENT,
        "X-CloudTasks-QueueName": queue_id,
        "X-CloudTasks-TaskName": task.id,
        "X-CloudTasks-TaskRetryCount": str(attempt.number - 1),
        "X-CloudTasks-TaskExecutionCount": str(task.execution_count),
        "X-CloudTasks-TaskETA": f"{attempt.scheduled_at.timestamp():.6f}",
    }
    if task.last is not None and task.last.result is not None:
        headers["X-CloudTasks-TaskPreviousResponse"] = str(task.last.result.http_status)
        headers["X-CloudTasks-TaskRetryReason"] = task.last.result.message
    if task.call.email:
        headers["Authorization"] = f"Bearer {signer.token(task.call.audience or task.call.url, task.call.email)}"
    return headers
