"""What every rail says in the same words: keys that it takes, and refusals that are no outcome."""

from __future__ import annotations

import re

from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.rail import Answer, RailStatus

INVALID_INSTRUCTION = "invalid_instruction"

_KEY = re.compile(r"[A-Za-z0-9._~:-]{1,255}")


def check_key(key: str) -> None:
    """Raises MISUSE for a key that does not travel unchanged in a header and in a URL."""
    if not _KEY.fullmatch(key):
        raise ClearwayError(KernelError.MISUSE, "a rail's key is 1 to 255 letters, digits or ._~:-", field="/key")


def invalid_instruction(pointer: str = "") -> Answer:
    """The answer to an instruction that the rail refused to take: it has not acted, and never will on this one."""
    text = f"the rail refused the instruction as invalid: {pointer}" if pointer else "the rail refused the instruction"
    return Answer(RailStatus.REJECTED, "", INVALID_INSTRUCTION, text)


def key_reused() -> ClearwayError:
    """The key is known to the rail with other content: the leg that it stands for was changed after it was sent."""
    return ClearwayError(KernelError.MISUSE, "the rail knows this key with other content", field="/key")
