"""What stands in the way of a bundle."""

from __future__ import annotations

from shared.kernel.errors import ClearwayError, Disposition, ErrorCode


class BundleError(ErrorCode):
    """Codes of the bundle command; each detail is a sentence that names the file and what is wrong with it."""

    REFUSED = ("bundle_refused", Disposition.REFUSED)


def refused(sentence: str) -> ClearwayError:
    """The error for a sentence, to be raised: then no bundle is written."""
    return ClearwayError(BundleError.REFUSED, sentence)
