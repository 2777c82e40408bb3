"""What the Cloud Tasks emulator may refuse, with the words of the real service where a caller may look at them."""

from __future__ import annotations

from shared.kernel.errors import ClearwayError, Disposition, ErrorCode


class TasksError(ErrorCode):
    """Codes of the emulator; the servicer turns each into its gRPC status."""

    INVALID = ("tasks_invalid", Disposition.MALFORMED)
    NOT_EMULATED = ("tasks_not_emulated", Disposition.REFUSED)
    MISSING = ("tasks_missing", Disposition.NOT_FOUND)
    EXISTS = ("tasks_exists", Disposition.CONFLICT)
    NAME_KEPT = ("tasks_name_kept", Disposition.REFUSED)
    UNSETTLED = ("tasks_unsettled", Disposition.REFUSED)


def invalid(detail: str) -> ClearwayError:
    """An argument that the service would refuse."""
    return ClearwayError(TasksError.INVALID, detail)


def missing_queue() -> ClearwayError:
    """A queue that nobody has created, or somebody has deleted."""
    return ClearwayError(
        TasksError.MISSING,
        "Queue does not exist. If you just created the queue, wait at least a minute for the queue to initialize.",
    )


def missing_task() -> ClearwayError:
    """A task that does not exist, or has ended."""
    return ClearwayError(TasksError.MISSING, "Requested entity was not found.")


def task_exists() -> ClearwayError:
    """A name that a living task has."""
    return ClearwayError(TasksError.EXISTS, "Requested entity already exists")


def task_existed() -> ClearwayError:
    """A name that an ended task had too short a time ago."""
    return ClearwayError(
        TasksError.EXISTS, "The task cannot be created because a task with this name existed too recently."
    )
