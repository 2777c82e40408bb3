"""The one table of magic endings over all rails: what the bank looks up, what tests iterate over, what README shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from emulators.bank.magic import MAGIC, PENDING_S, Magic, Reply, Settles
from emulators.bank.table.ach_rows import ach_rows
from emulators.bank.table.card_rows import card_rows
from emulators.bank.table.instant_rows import instant_rows
from emulators.bank.table.outcomes import BOTH, Expected, RailName, Row, Word

_LOST = (Reply.SILENT, Reply.RESET, Reply.ERROR, Reply.MALFORMED)


def _bank_rows() -> Iterator[Row]:
    for magic in MAGIC.values():
        yield Row(RailName.BANK, magic.last4, magic.does, _bank_expected(magic), magic.directions)


def _bank_expected(magic: Magic) -> Expected:
    if magic.settles is Settles.NEVER:
        return Expected(Word.PENDING, moved=False)
    if magic.door is not None and magic.door_times > 1:
        return Expected(Word.UNKNOWN, moved=False, told_by="inquiry")
    word = Word.REJECTED if magic.reason_code else Word.ACCEPTED
    by_answer = magic.settles is Settles.AT_ONCE and magic.reply not in _LOST
    within = timedelta(seconds=PENDING_S if magic.settles in (Settles.BY_CLOCK, Settles.UNSEEN) else 0)
    told_by = "answer" if by_answer else "inquiry"
    return Expected(word, magic.reason_code, moved=not magic.reason_code, within=within, told_by=told_by)


ROWS: tuple[Row, ...] = (*_bank_rows(), *ach_rows(), *instant_rows(), *card_rows())
_BY_ENDING = {(row.rail, row.ending): row for row in ROWS}
assert len(_BY_ENDING) == len(ROWS)  # noqa: S101 - two rows of one ending would hide one of them


def row_for(rail: RailName, account_or_token: str, direction: str) -> Row:
    """The row for an account number or card token and a direction; the one of 0000 where no other applies."""
    ordinary = _BY_ENDING[rail, "0000"]
    row = _BY_ENDING.get((rail, account_or_token[-4:]), ordinary)
    return row if direction in row.directions else ordinary


def markdown() -> str:
    """The rows of the rails beside `bank`, as README.md shows them."""
    head = [
        "| rail | ends in | direction | the bank | final word | reason | money | told by, within |",
        "|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join(head + [_line(row) for row in ROWS if row.rail is not RailName.BANK])


def _line(row: Row) -> str:
    expected = row.expected
    money = ("moved and came back" if expected.came_back else "moved") if expected.moved else "not moved"
    notes = [expected.reason_code, expected.change_code, expected.dishonour and f"dishonour {expected.dishonour}"]
    reason = ", ".join(note for note in notes if note) or "-"
    told = f"{expected.told_by}, {_duration(expected.within)}" if expected.within else expected.told_by
    direction = "both" if row.directions == BOTH else row.directions[0]
    cells = (row.rail, row.ending, direction, row.does, expected.word, reason, money, told)
    return f"| {' | '.join(cells)} |"


def _duration(duration: timedelta) -> str:
    return f"{duration.days} d" if duration >= timedelta(days=1) else f"{duration.seconds} s"
