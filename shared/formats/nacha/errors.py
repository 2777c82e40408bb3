"""What is wrong with a Nacha file, and where."""

from __future__ import annotations

from shared.kernel.errors import ClearwayError, Disposition, ErrorCode


class NachaErrorCode(ErrorCode):
    """Codes of the Nacha format."""

    MALFORMED_LINES = ("nacha_malformed_lines", Disposition.MALFORMED)  # the bytes are no lines of 94 characters
    MISPLACED_RECORD = ("nacha_misplaced_record", Disposition.MALFORMED)  # a record where another one belongs
    INVALID_FIELD = ("nacha_invalid_field", Disposition.MALFORMED)  # a field that its record's table refuses
    RULE_BROKEN = ("nacha_rule_broken", Disposition.MALFORMED)  # fields that are well formed and not allowed together
    OUT_OF_BALANCE = ("nacha_out_of_balance", Disposition.MALFORMED)  # a control record does not agree with its file
    UNFIT_VALUE = ("nacha_unfit_value", Disposition.MALFORMED)  # a value to be written does not fit its field


class NachaError(ClearwayError):
    """A file, or a value for one, that the rules refuse.

    `line` is the record's number in the file, from 1; it is 0 for a value that is in no file yet. `field_name` is the
    field's name in its record's table, or `record` where the whole line is meant. `reason` never repeats what a field
    holds, except for codes, counts and totals: accounts and names stay out of logs.
    """

    def __init__(self, code: NachaErrorCode, line: int, field_name: str, reason: str) -> None:
        where = f"line {line}, {field_name}" if line else field_name
        super().__init__(code, f"{where}: {reason}", field=f"/lines/{line}/{field_name}")
        self.line = line
        self.field_name = field_name
        self.reason = reason


def broken(line: int, field_name: str, reason: str) -> NachaError:
    """The error for fields that are well formed and not allowed together."""
    return NachaError(NachaErrorCode.RULE_BROKEN, line, field_name, reason)


def misplaced(line: int, reason: str) -> NachaError:
    """The error for a record where another one belongs."""
    return NachaError(NachaErrorCode.MISPLACED_RECORD, line, "record", reason)
