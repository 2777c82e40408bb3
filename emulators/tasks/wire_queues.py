"""Queues between Google's messages and the emulator's own."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from google.cloud import tasks_v2

from emulators.tasks.errors import TasksError, invalid
from emulators.tasks.queue import TaskQueue
from emulators.tasks.rates import RatePolicy
from shared.adapters.tasks.rules import RetryPolicy
from shared.kernel.errors import ClearwayError

# Fields of an update mask, to the fields of our policies.
_RATE_FIELDS = {f"rate_limits.{field.name}": field.name for field in fields(RatePolicy)}
_RETRY_FIELDS = {f"retry_config.{field.name.removesuffix('_s')}": field.name for field in fields(RetryPolicy)}


def retry_policy(config: tasks_v2.RetryConfig) -> RetryPolicy:
    """The policy; what is not set is as Cloud Tasks picks it. Raises INVALID."""
    default = RetryPolicy()
    message = tasks_v2.RetryConfig.pb(config)
    policy = RetryPolicy(
        max_attempts=config.max_attempts or default.max_attempts,
        min_backoff_s=_seconds(message, "min_backoff", default.min_backoff_s),
        max_backoff_s=_seconds(message, "max_backoff", default.max_backoff_s),
        max_doublings=config.max_doublings or default.max_doublings,
        max_retry_duration_s=_seconds(message, "max_retry_duration", default.max_retry_duration_s),
    )
    if policy.max_attempts < -1:
        raise invalid("RetryConfig.max_attempts must be -1 or greater.")
    if policy.max_doublings < 0 or policy.max_retry_duration_s < 0:
        raise invalid("RetryConfig.max_doublings and max_retry_duration must not be negative.")
    if not 0 <= policy.min_backoff_s <= policy.max_backoff_s:
        raise invalid("RetryConfig.min_backoff must lie between 0 and max_backoff.")
    return policy


def rate_policy(limits: tasks_v2.RateLimits) -> RatePolicy:
    """The policy; what is not set is as Cloud Tasks picks it. Raises INVALID."""
    default = RatePolicy()
    policy = RatePolicy(
        limits.max_dispatches_per_second or default.max_dispatches_per_second,
        limits.max_concurrent_dispatches or default.max_concurrent_dispatches,
    )
    if not 0 < policy.max_dispatches_per_second <= 500:
        raise invalid("RateLimits.max_dispatches_per_second must be above 0 and at most 500.")
    if not 0 < policy.max_concurrent_dispatches <= 5000:
        raise invalid("RateLimits.max_concurrent_dispatches must be above 0 and at most 5000.")
    return policy


def check_emulated(queue: tasks_v2.Queue) -> None:
    """Raises NOT_EMULATED for settings that would have no effect here."""
    if "http_target" in queue or "app_engine_routing_override" in queue:
        raise ClearwayError(
            TasksError.NOT_EMULATED, "The emulator knows neither Queue.http_target nor App Engine routing."
        )


def updated(queue: TaskQueue, wanted: tasks_v2.Queue, paths: list[str]) -> tuple[RetryPolicy, RatePolicy]:
    """The queue's policies with the fields of the update mask changed, all of them for an empty mask."""
    retry, rate = retry_policy(wanted.retry_config), rate_policy(wanted.rate_limits)
    if not paths:
        return retry, rate
    new_retry, new_rate = queue.retry, queue.rate
    for path in paths:
        if path == "retry_config":
            new_retry = retry
        elif path == "rate_limits":
            new_rate = rate
        elif name := _RETRY_FIELDS.get(path):
            new_retry = replace(new_retry, **{name: getattr(retry, name)})
        elif name := _RATE_FIELDS.get(path):
            new_rate = replace(new_rate, **{name: getattr(rate, name)})
        else:
            raise invalid(f"The field {path} cannot be updated.")
    return new_retry, new_rate


def queue_message(queue: TaskQueue) -> tasks_v2.Queue:
    """The queue as the API shows it, with every limit that is in force."""
    retry, rate = queue.retry, queue.rate
    return tasks_v2.Queue(
        name=queue.name,
        state=tasks_v2.Queue.State.PAUSED if queue.paused else tasks_v2.Queue.State.RUNNING,
        purge_time=queue.purged_at,
        rate_limits=tasks_v2.RateLimits(
            max_dispatches_per_second=rate.max_dispatches_per_second,
            max_burst_size=rate.burst,
            max_concurrent_dispatches=rate.max_concurrent_dispatches,
        ),
        retry_config=retry_message(retry),
    )


def retry_message(policy: RetryPolicy) -> tasks_v2.RetryConfig:
    """A retry policy as the API shows it; an unlimited duration is left out."""
    return tasks_v2.RetryConfig(
        max_attempts=policy.max_attempts,
        min_backoff=timedelta(seconds=policy.min_backoff_s),
        max_backoff=timedelta(seconds=policy.max_backoff_s),
        max_doublings=policy.max_doublings,
        max_retry_duration=timedelta(seconds=policy.max_retry_duration_s) if policy.max_retry_duration_s else None,
    )


def _seconds(message: Any, field: str, default: float) -> float:
    if not message.HasField(field):
        return default
    duration: timedelta = getattr(message, field).ToTimedelta()
    return duration.total_seconds()
