"""Bytes to lines of 94 characters, and back to the same bytes."""

from __future__ import annotations

from dataclasses import dataclass

from shared.formats.nacha.errors import NachaError, NachaErrorCode
from shared.formats.nacha.fields import RECORD_LENGTH
from shared.formats.nacha.options import Options

FILLER = "9" * RECORD_LENGTH
BLOCK_LINES = 10


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file's lines stand in its bytes: what is needed to write it as it was read.

    `newline` stands between lines and is empty where records follow each other without one; `tail` follows the last.
    `filler` is the number of lines of nines at the end; None fills the last block of ten. `lengths` names the lines
    that had another length than 94, from 1.
    """

    newline: str = "\n"
    tail: str = "\n"
    filler: int | None = None
    encoding: str = "ascii"
    lengths: tuple[tuple[int, int], ...] = ()


def split(data: bytes, options: Options) -> tuple[list[str], Layout]:
    """The lines of a file, each of 94 characters, and its layout. Raises MALFORMED_LINES."""
    text = _decode(data, options.encoding)
    body = text.rstrip("\r\n")
    tail = text[len(body) :]
    newline = "\r\n" if "\r\n" in body else "\n" if "\n" in body else ""
    parts = body.split(newline) if newline else _blocks(body)
    if len(parts) > options.lines_max:
        raise _malformed(options.lines_max + 1, f"the file has more than {options.lines_max} lines")
    lengths = tuple((number, len(part)) for number, part in enumerate(parts, 1) if len(part) != RECORD_LENGTH)
    for number, length in lengths:
        parts[number - 1] = _fitted(parts[number - 1], number, length, options)
    filler = len(parts)
    while filler and parts[filler - 1] == FILLER:
        filler -= 1
    return parts, Layout(newline, tail, len(parts) - filler, options.encoding, lengths)


def join(lines: list[str], layout: Layout) -> bytes:
    """The bytes of lines of 94 characters in a layout. `lines` are those before the filler."""
    missing = -len(lines) % BLOCK_LINES if layout.filler is None else layout.filler
    parts = [*lines, *[FILLER] * missing]
    for number, length in layout.lengths:
        if number <= len(parts):
            # Only blanks were ever cut off, so a line that has grown since is written whole.
            parts[number - 1] = f"{parts[number - 1].rstrip(' '):{length}}"
    return (layout.newline.join(parts) + layout.tail).encode(layout.encoding)


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _malformed(line, f"holds a character that is not {encoding}") from None


def _blocks(body: str) -> list[str]:
    """Records of 94 characters that follow each other without a line break."""
    extra = len(body) % RECORD_LENGTH
    if extra or not body:
        line = len(body) // RECORD_LENGTH + 1
        raise _malformed(line, f"has {extra} characters, and records of a file without line breaks have 94")
    return [body[at : at + RECORD_LENGTH] for at in range(0, len(body), RECORD_LENGTH)]


def _fitted(part: str, number: int, length: int, options: Options) -> str:
    content = part.rstrip(" ")
    if not content:
        raise _malformed(number, "is empty")
    if length < RECORD_LENGTH and not options.short_lines:
        raise _malformed(number, f"has {length} characters, and a record has 94")
    if length > RECORD_LENGTH and (not options.long_lines or len(content) > RECORD_LENGTH):
        raise _malformed(number, f"has {length} characters, and a record has 94")
    return f"{content:{RECORD_LENGTH}}"


def _malformed(line: int, reason: str) -> NachaError:
    return NachaError(NachaErrorCode.MALFORMED_LINES, line, "record", reason)
