"""Every error of Clearway is a code of one context, and every code says what may be done about it."""

from __future__ import annotations

from enum import Enum


class Disposition(Enum):
    """What a caller may do with an error: only RETRY means that the same call may succeed later."""

    MALFORMED = "malformed"  # cannot be understood, at whatever time it is read
    REFUSED = "refused"  # understood, and the answer is no
    CONFLICT = "conflict"  # the same id was used before with other content
    NOT_FOUND = "not_found"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    RETRY = "retry"
    BROKEN = "broken"  # an invariant does not hold: a bug, never the caller's fault

    @property
    def retryable(self) -> bool:
        """Whether the very same call may succeed later."""
        return self is Disposition.RETRY


class ErrorCode(Enum):
    """Base of each context's codes: `NAME = ("wire_code", Disposition.X)`, so none can lack a disposition."""

    def __init__(self, code: str, disposition: Disposition) -> None:
        self.code = code
        self.disposition = disposition


class KernelError(ErrorCode):
    """Codes of the kernel's own value objects and of the technical ports."""

    INVALID_AMOUNT = ("invalid_amount", Disposition.MALFORMED)
    CURRENCY_MISMATCH = ("currency_mismatch", Disposition.BROKEN)
    UNKNOWN_CURRENCY = ("unknown_currency", Disposition.MALFORMED)
    UNAVAILABLE = ("unavailable", Disposition.RETRY)
    CONTENDED = ("contended", Disposition.RETRY)
    ALREADY_EXISTS = ("already_exists", Disposition.CONFLICT)
    MISUSE = ("misuse", Disposition.BROKEN)


class ClearwayError(Exception):
    """The one exception family that leaves a port, a domain or a command.

    `detail` is safe to show and to log: it never holds personal data, secrets or account numbers.
    `field` names the offending input as a JSON pointer (`/amount_minor`), where there is one.
    """

    def __init__(self, code: ErrorCode, detail: str, *, field: str | None = None) -> None:
        super().__init__(f"{code.code}: {detail}")
        self.code = code
        self.detail = detail
        self.field = field

    @property
    def disposition(self) -> Disposition:
        """What the caller may do about it."""
        return self.code.disposition

    @property
    def retryable(self) -> bool:
        """Whether the very same call may succeed later."""
        return self.disposition.retryable
