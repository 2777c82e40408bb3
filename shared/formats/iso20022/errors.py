"""Codes of the ISO 20022 messages: why bytes are not a message, or values cannot be written as one."""

from __future__ import annotations

from shared.kernel.errors import ClearwayError, Disposition, ErrorCode


class Iso20022Error(ErrorCode):
    """Every refusal names its place in the manner of XPath, such as `/Document/FIToFIPmtStsRpt/GrpHdr/MsgId`."""

    TOO_LARGE = ("iso20022_too_large", Disposition.MALFORMED)
    NOT_XML = ("iso20022_not_xml", Disposition.MALFORMED)  # not well-formed, or not UTF-8
    FORBIDDEN_XML = ("iso20022_forbidden_xml", Disposition.MALFORMED)  # a DTD, an entity, an external reference
    UNKNOWN_MESSAGE = ("iso20022_unknown_message", Disposition.MALFORMED)  # another message, or another version of it
    MISSING = ("iso20022_missing", Disposition.MALFORMED)
    UNEXPECTED = ("iso20022_unexpected", Disposition.MALFORMED)  # not of this place, out of order, or too often
    INVALID_VALUE = ("iso20022_invalid_value", Disposition.MALFORMED)
    INCONSISTENT = ("iso20022_inconsistent", Disposition.MALFORMED)  # each value is fine, together they are not


def refusal(code: Iso20022Error, place: str, reason: str) -> ClearwayError:
    """The error for a place and a reason. The reason never holds a value: it may be a name or an account number."""
    return ClearwayError(code, f"{place}: {reason}", field=place)
