"""Codes of the ACH rail."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class AchError(ErrorCode):
    """What can be wrong with our identity, with a file of ours, or with a prenote that is asked for."""

    INVALID_ORIGIN = ("invalid_ach_origin", Disposition.BROKEN)
    FILE_DIFFERS = ("ach_file_differs", Disposition.BROKEN)  # what lies under a file's name is not that file
    OUT_OF_NUMBERS = ("ach_out_of_numbers", Disposition.BROKEN)  # more files in a day than there are modifiers
    NOT_REFUSED = ("ach_file_not_refused", Disposition.REFUSED)  # its entries may not go into another file
    INVALID_PRENOTE = ("invalid_prenote", Disposition.REFUSED)  # the instrument cannot be prenoted
    PRENOTE_NOT_FOUND = ("prenote_not_found", Disposition.NOT_FOUND)
