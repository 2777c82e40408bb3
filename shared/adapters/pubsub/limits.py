"""What Pub/Sub refuses to publish: https://cloud.google.com/pubsub/quotas#resource_limits.

Of these limits Google's emulator knows only that a message is not empty, so both adapters check here: what works on a
laptop works in the cloud. Schemas it enforces.
"""

from __future__ import annotations

from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.publisher import Message

ATTRIBUTES_MAX = 100
KEY_BYTES_MAX = 256
VALUE_BYTES_MAX = 1024
SIZE_BYTES_MAX = 10_000_000
RESERVED_PREFIX = "goog"


def check_message(message: Message) -> None:
    """Raises MISUSE for a message that Pub/Sub would refuse."""
    problem = _problem(message)
    if problem:
        raise ClearwayError(KernelError.MISUSE, f"a message for {message.topic} {problem}")


def misfit(topic: str) -> ClearwayError:
    """The error for a message whose data does not fit the schema of its topic; no repetition can help it."""
    return ClearwayError(
        KernelError.MISUSE, f"the topic {topic} refuses this message: its data does not fit the topic's schema"
    )


def _problem(message: Message) -> str | None:
    attributes = message.attributes
    if not message.data and not attributes:
        return "has neither data nor an attribute"
    if len(attributes) > ATTRIBUTES_MAX:
        return f"has more than {ATTRIBUTES_MAX} attributes"
    size = len(message.data)
    for key, value in attributes.items():
        key_bytes, value_bytes = len(key.encode()), len(value.encode())
        if not 0 < key_bytes <= KEY_BYTES_MAX or key.startswith(RESERVED_PREFIX):
            return f"has a key that is empty, above {KEY_BYTES_MAX} bytes or begins with {RESERVED_PREFIX}"
        if value_bytes > VALUE_BYTES_MAX:
            return f"has a value above {VALUE_BYTES_MAX} bytes"
        size += key_bytes + value_bytes
    return f"has more than {SIZE_BYTES_MAX} bytes" if size > SIZE_BYTES_MAX else None
