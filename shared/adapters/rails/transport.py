"""How a rail's adapter reaches the other side, and what it means when no answer came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from shared.adapters.rails.deadline import UnansweredError
from shared.kernel.errors import ClearwayError
from shared.kernel.usage import usage
from shared.ports.rail import RailError

# Statuses with which a bank says that it took nothing in: not authenticated, not allowed, too fast.
NOT_TAKEN = frozenset({401, 403, 429})


class Transport(Protocol):
    """One HTTP exchange that ends by a deadline of its own; `DeadlineClient` is the one over sockets."""

    def call(
        self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None = None
    ) -> tuple[int, bytes]:
        """Status and body. Raises UnansweredError, which says whether the other side can have seen the call."""
        ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """The calls of the rail `name` over a transport; each is counted and sent once."""

    name: str
    transport: Transport

    def instruct(self, path: str, *, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Post an instruction. Raises NOT_SENT for what the rail certainly did not take, else OUTCOME_UNKNOWN."""
        usage().rail_calls += 1
        try:
            status, raw = self.transport.call("POST", path, headers=headers, body=body)
        except UnansweredError as error:
            code = RailError.OUTCOME_UNKNOWN if error.sent else RailError.NOT_SENT
            raise ClearwayError(code, f"{self.name} gave no answer ({error})") from error
        if status in NOT_TAKEN:
            raise ClearwayError(RailError.NOT_SENT, f"{self.name} took nothing in (status {status})")
        return status, raw

    def ask(
        self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None = None
    ) -> tuple[int, bytes]:
        """Ask what became of an instruction. Raises NOT_SENT: a question changes nothing, so it may be repeated."""
        usage().rail_calls += 1
        try:
            return self.transport.call(method, path, headers=headers, body=body)
        except UnansweredError as error:
            raise ClearwayError(RailError.NOT_SENT, f"{self.name} cannot be asked now ({error})") from error

    def unusable(self, status: int) -> ClearwayError:
        """The error for an answer to an instruction that says nothing: the rail may have acted."""
        return ClearwayError(RailError.OUTCOME_UNKNOWN, f"{self.name} gave no usable answer (status {status})")

    def unasked(self, status: int) -> ClearwayError:
        """The error for an answer to a question that says nothing."""
        return ClearwayError(RailError.NOT_SENT, f"{self.name} cannot be asked now (status {status})")
