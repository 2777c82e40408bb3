"""A leg's key in 35 characters, so that it fits where banks carry a reference of ours, and can be read back there.

The key of a leg is `pay_<26>.<leg>`, up to 39 characters; EndToEndId and its like in ISO 20022 are Max35Text. Every key
begins with the same four characters, so the reference leaves them out: `<26>.credit` (33), `<26>.put-back` (35). It is
what pacs.008 carries, what pacs.002, pacs.004 and camt.053 repeat, and what the original key is read from.
"""

from __future__ import annotations

import re

from shared.kernel.errors import ClearwayError, KernelError

REFERENCE_CHARS_MAX = 35  # ISO 20022, Max35Text

_PREFIX = "pay_"
_REFERENCE = re.compile(r"[a-z2-7]{26}\.[a-z][a-z-]{0,7}")


def reference_of(key: str) -> str:
    """The reference under which banks know the leg with this key; raises MISUSE for what is no key of a leg."""
    reference = key.removeprefix(_PREFIX)
    if reference == key or not _REFERENCE.fullmatch(reference):
        raise ClearwayError(KernelError.MISUSE, "not the key of a leg: pay_<26>.<leg>", field="/key")
    return reference


def key_of(reference: str) -> str | None:
    """The key of the leg that a bank refers to; None for a reference that is none of ours."""
    return f"{_PREFIX}{reference}" if _REFERENCE.fullmatch(reference) else None
