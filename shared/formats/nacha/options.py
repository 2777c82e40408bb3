"""What a reader accepts beyond the letter of the rules: each tolerance has a name, and can be withdrawn."""

from __future__ import annotations

from dataclasses import dataclass

from shared.formats.nacha.fields import Dialect

# Text of the rules is ASCII from blank to tilde; a file in another encoding may hold letters beyond.
_TEXT = {"ascii": " -~", "latin-1": " -~\xa0-\xff", "utf-8": " -~\xa0-\U0010ffff"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The tolerances of a reader.

    By default it accepts what banks send each other in practice and what other readers accept. `STRICT` accepts the
    letter of the Nacha Operating Rules only, and is what our own files are held to.

    Lines:
    - `encoding`: `ascii`, `latin-1` or `utf-8`; the rules allow ASCII only.
    - `short_lines`: lines whose blanks at the right end were cut off by an editor or a transfer.
    - `long_lines`: lines with more blanks than belong to them.
    - `missing_filler`: the last block of ten lines is not filled with lines of nines.
    - `lines_max`: a longer file is refused before it is parsed, so that a mistaken one does not fill the memory.

    File and batches:
    - `filled_reserved_fields`: reserved fields hold something; it is kept.
    - `unchecked_destination`: the immediate destination is no routing number.
    - `unordered_batches`: batch numbers do not ascend.
    - `unchecked_block_count`: the file control's number of blocks is not that of the file.

    Entries:
    - `foreign_trace_numbers`: trace numbers do not begin with the batch's originating bank.
    - `unordered_trace_numbers`: trace numbers do not ascend within a batch.
    - `loose_addenda_references`: addenda of returns, changes and terminals carry another trace number than their entry.
    - `loose_addenda_sequence`: addenda are numbered in ascending order, and not from one without gaps.
    - `miscounted_iat_addenda`: an IAT entry states another number of addenda than follow it.
    - `unnamed_iat_controls`: the control of an IAT batch does not repeat who originates it.
    - `full_iat_changes`: a notification of change about an IAT entry repeats its amount and addenda.
    - `forward_codes_in_returns`: a returned entry keeps the transaction code of a forward one.
    - `unknown_return_codes`: return and change codes that the rules do not know.
    - `undated_deaths`: a return for a death (R14, R15) does not say when.
    - `zero_amounts`: forward entries over nothing, with the code of a payment.
    """

    encoding: str = "ascii"
    short_lines: bool = True
    long_lines: bool = True
    missing_filler: bool = True
    lines_max: int = 2_000_000
    filled_reserved_fields: bool = False
    unchecked_destination: bool = False
    unordered_batches: bool = False
    unchecked_block_count: bool = False
    foreign_trace_numbers: bool = False
    unordered_trace_numbers: bool = False
    loose_addenda_references: bool = True
    loose_addenda_sequence: bool = True
    miscounted_iat_addenda: bool = True
    unnamed_iat_controls: bool = True
    full_iat_changes: bool = True
    forward_codes_in_returns: bool = True
    unknown_return_codes: bool = False
    undated_deaths: bool = True
    zero_amounts: bool = False

    @property
    def dialect(self) -> Dialect:
        """What of this the records' tables need to know."""
        return Dialect(_TEXT[self.encoding], self.filled_reserved_fields)


STRICT = Options(
    short_lines=False,
    long_lines=False,
    missing_filler=False,
    loose_addenda_references=False,
    loose_addenda_sequence=False,
    miscounted_iat_addenda=False,
    unnamed_iat_controls=False,
    full_iat_changes=False,
    forward_codes_in_returns=False,
    undated_deaths=False,
)
DEFAULT = Options()
