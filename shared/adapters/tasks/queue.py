"""The task queue on Cloud Tasks: a task is a POST to a function's URL with a token in a service account's name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from google.api_core import exceptions as api
from google.api_core.retry import Retry, if_exception_type
from google.api_core.timeout import ConstantTimeout
from google.cloud import tasks_v2

from shared.adapters.google_errors import translated
from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.usage import usage
from shared.ports.tasks import Task

CALL_TIMEOUT_S = 10.0
_TRY_TIMEOUT = ConstantTimeout(4.0)  # type: ignore[no-untyped-call]
# The library never repeats a create by itself. A task with a name may be created twice without harm, and all have one.
_RETRY = Retry(
    predicate=if_exception_type(api.ServiceUnavailable, api.DeadlineExceeded, api.InternalServerError),
    initial=0.05,
    maximum=1.0,
    timeout=CALL_TIMEOUT_S,
)


class CloudTasksQueue:
    """TaskQueue over `targets`, the URL that each queue calls.

    `service_account` is the e-mail in whose name the calls' OIDC tokens are made; their audience is the target's origin
    (`https://host`), which is what Cloud Run checks. A call that takes longer than `dispatch_deadline_s` (15 to 1800)
    has failed. Raises MISUSE for a target that is no HTTP URL.
    """

    def __init__(
        self,
        client: tasks_v2.CloudTasksClient,
        *,
        project: str,
        location: str,
        targets: Mapping[str, str],
        service_account: str,
        dispatch_deadline_s: int = 60,
    ) -> None:
        self._client = client
        self._parent = f"projects/{project}/locations/{location}/queues"
        self._targets = {queue: (url, _origin(url)) for queue, url in targets.items()}
        self._service_account = service_account
        self._dispatch_deadline = timedelta(seconds=dispatch_deadline_s)

    def enqueue(self, task: Task) -> bool:
        """See `TaskQueue.enqueue`.

        After a lost answer the call is repeated for up to ten seconds. The repetition meets the task that the first
        call made, so False may also mean that this very call created it: either way the task is there, once.
        """
        request = tasks_v2.CreateTaskRequest(parent=f"{self._parent}/{task.queue}", task=self._message(task))
        try:
            with translated("Cloud Tasks", "create a task"):
                self._client.create_task(request=request, retry=_RETRY, timeout=_TRY_TIMEOUT)
        except api.AlreadyExists:
            return False
        usage().tasks += 1
        return True

    def _message(self, task: Task) -> tasks_v2.Task:
        if task.queue not in self._targets:
            raise ClearwayError(KernelError.MISUSE, f"no target is known for the queue {task.queue}")
        if task.schedule_at is not None and task.schedule_at.tzinfo is None:
            raise ClearwayError(KernelError.MISUSE, "a task is scheduled for an aware moment")
        url, audience = self._targets[task.queue]
        return tasks_v2.Task(
            name=f"{self._parent}/{task.queue}/tasks/{task.name}",
            schedule_time=task.schedule_at,
            dispatch_deadline=self._dispatch_deadline,
            http_request={
                "http_method": tasks_v2.HttpMethod.POST,
                "url": url,
                "headers": {"Content-Type": "application/json"},
                "body": task.body,
                "oidc_token": {"service_account_email": self._service_account, "audience": audience},
            },
        )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ClearwayError(KernelError.MISUSE, f"a queue's target is an HTTP URL, and {url!r} is none")
    return f"{parts.scheme}://{parts.netloc}"
