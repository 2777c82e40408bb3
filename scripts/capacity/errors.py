"""What can be wrong with a question about capacity, or with the figures that answer it."""

from __future__ import annotations

from typing import NoReturn

from shared.kernel.errors import ClearwayError, Disposition, ErrorCode


class CapacityError(ErrorCode):
    """Codes of the capacity command; each detail is a sentence for the person at the terminal."""

    BAD_QUESTION = ("capacity_bad_question", Disposition.MALFORMED)
    BAD_FIGURES = ("capacity_bad_figures", Disposition.BROKEN)
    NO_BOOK = ("capacity_no_book", Disposition.NOT_FOUND)


def refuse(code: CapacityError, sentence: str) -> NoReturn:
    """Raise it."""
    raise ClearwayError(code, sentence)
