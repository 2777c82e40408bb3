"""Firestore's status codes, translated in one table: callers of a port see Clearway's family only."""

from __future__ import annotations

from grpc import RpcError, StatusCode

from shared.adapters.optimism import StaleError
from shared.kernel.errors import ClearwayError, ErrorCode, KernelError

# What a commit answers when a document is not as it was read, or when another commit was in the way.
_REFUSED = frozenset(
    {StatusCode.ALREADY_EXISTS, StatusCode.ABORTED, StatusCode.FAILED_PRECONDITION, StatusCode.NOT_FOUND}
)
# What is not listed is a bug and passes through as it is.
_TABLE: dict[StatusCode, ErrorCode] = {
    StatusCode.INVALID_ARGUMENT: KernelError.MISUSE,
    StatusCode.PERMISSION_DENIED: KernelError.MISUSE,
    StatusCode.UNAUTHENTICATED: KernelError.MISUSE,
    StatusCode.FAILED_PRECONDITION: KernelError.MISUSE,  # of a read: a query without its index
    StatusCode.NOT_FOUND: KernelError.MISUSE,  # of a read: no such database
    StatusCode.ABORTED: KernelError.UNAVAILABLE,
    StatusCode.CANCELLED: KernelError.UNAVAILABLE,
    StatusCode.DATA_LOSS: KernelError.UNAVAILABLE,
    StatusCode.DEADLINE_EXCEEDED: KernelError.UNAVAILABLE,
    StatusCode.INTERNAL: KernelError.UNAVAILABLE,
    StatusCode.RESOURCE_EXHAUSTED: KernelError.UNAVAILABLE,
    StatusCode.UNAVAILABLE: KernelError.UNAVAILABLE,
    StatusCode.UNIMPLEMENTED: KernelError.UNAVAILABLE,
    StatusCode.UNKNOWN: KernelError.UNAVAILABLE,
}


def translated(error: RpcError, doing: str) -> Exception:
    """What to raise for a failed call; refused preconditions of a `commit` become StaleError."""
    status = error.code()
    if doing == "commit" and status in _REFUSED:
        return StaleError(exists=status is StatusCode.ALREADY_EXISTS)
    if status not in _TABLE:
        return error
    return ClearwayError(_TABLE[status], f"Firestore could not {doing} ({status.name})")
