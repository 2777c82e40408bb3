"""What Pub/Sub would refuse is refused before it is sent."""

from __future__ import annotations

import pytest

from shared.adapters.pubsub.limits import check_message
from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.publisher import Message


@pytest.mark.parametrize(
    ("data", "attributes"),
    [
        (b"", {}),
        (b"x", {"": "v"}),
        (b"x", {"k" * 257: "v"}),
        (b"x", {"é" * 129: "v"}),
        (b"x", {"k": "v" * 1025}),
        (b"x", {"googclient": "v"}),
        (b"x", {f"k{number}": "v" for number in range(101)}),
        (b"x" * 10_000_001, {}),
        (b"x" * 9_999_999, {"k": "v"}),
    ],
)
def test_a_message_beyond_a_limit_is_misuse(data: bytes, attributes: dict[str, str]) -> None:
    with pytest.raises(ClearwayError) as caught:
        check_message(Message("events", data, attributes))
    assert caught.value.code is KernelError.MISUSE


@pytest.mark.parametrize(
    ("data", "attributes"),
    [
        (b"x", {}),
        (b"", {"k": ""}),
        (b"x", {"k" * 256: "v" * 1024}),
        (b"x", {f"k{number}": "v" for number in range(100)}),
        (b"x" * 9_999_998, {"k": "v"}),
    ],
)
def test_a_message_at_a_limit_is_good(data: bytes, attributes: dict[str, str]) -> None:
    check_message(Message("events", data, attributes))
