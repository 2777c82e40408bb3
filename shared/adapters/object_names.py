"""What a file may be called: Cloud Storage's rules and our own, one check for every store. Pure.

https://cloud.google.com/storage/docs/objects#naming; our own keep a name a path that every file system can hold too.
"""

from __future__ import annotations

from shared.kernel.errors import ClearwayError, KernelError

NAME_BYTES_MAX = 1_024


def check_name(name: str) -> None:
    """Raises MISUSE, without repeating the name, for one that no file may have."""
    if not _fits(name):
        raise ClearwayError(KernelError.MISUSE, f"a file's name is printable and has at most {NAME_BYTES_MAX} bytes")
    if any(part in {"", ".", ".."} for part in name.split("/")):
        raise ClearwayError(KernelError.MISUSE, "a file's name has no empty part, and none of . or ..")


def check_listing(prefix: str, after: str, limit: int) -> None:
    """Raises MISUSE for a listing that cannot be asked for."""
    if not _fits(prefix) or not _fits(after):
        raise ClearwayError(KernelError.MISUSE, f"a prefix is printable and has at most {NAME_BYTES_MAX} bytes")
    if limit < 1:
        raise ClearwayError(KernelError.MISUSE, "a listing has at least one name")


def _fits(text: str) -> bool:
    # Whatever is printable can be encoded: a lone surrogate is not.
    return text.isprintable() and len(text.encode()) <= NAME_BYTES_MAX
