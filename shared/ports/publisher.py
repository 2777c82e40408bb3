"""Messages out: one message a call, and the call returns when the message is safe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """A message for a topic, named without its project (`payment-events`); attributes are what filters see."""

    topic: str
    data: bytes
    attributes: Mapping[str, str] = field(default_factory=dict)


class Publisher(Protocol):
    """Publishes messages, at least once."""

    def publish(self, message: Message) -> str:
        """Publish and wait; returns the message id.

        Raises UNAVAILABLE when the broker cannot be reached in time, MISUSE for a topic that does not exist or whose
        schema the message does not fit. A call that raised UNAVAILABLE may still have published: consumers accept any
        repetition.
        """
        ...
