"""The magic account numbers: the last four digits of an account choose what the bank does with an instruction.

One table, as data: the bank looks up in it, the traffic generator draws from it, and README.md shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.rails.domain.reasons import REASONS

# How often an undecided transfer must be asked for until it is decided, where the table says "on inquiry".
PENDING_INQUIRIES = 2
# How long one takes by the bank's clock, where the table says so.
PENDING_S = 3_600.0
EVERY_TIME = 10**9


class Reply(StrEnum):
    """What a caller gets to see of a call, on the wire."""

    ANSWER = "answer"  # 200 with the transfer
    SLOW = "slow"  # the same, after a pause
    SILENT = "silent"  # nothing: the connection is held, then closed
    RESET = "reset"  # the connection is reset
    ERROR = "error"  # 500
    MALFORMED = "malformed"  # 200 with half of a JSON text
    UNAVAILABLE = "unavailable"  # 503
    THROTTLED = "throttled"  # 429 with Retry-After
    NOT_FOUND = "not_found"  # 404
    CONFLICT = "conflict"  # 409


class Settles(StrEnum):
    """When a transfer that the bank has taken is decided."""

    AT_ONCE = "at_once"
    ON_INQUIRY = "on_inquiry"
    BY_CLOCK = "by_clock"
    NEVER = "never"
    UNSEEN = "unseen"  # it lies in a queue of the bank, which denies to know it, and is decided a little later


@dataclass(frozen=True, slots=True)
class Magic:
    """One row: what happens to an instruction for an account that ends in `last4`, in three stages.

    At the door, the first `door_times` instructions with a key are turned away with `door` and the bank has not acted.
    What passes is taken, and decided when `settles` says so: rejected with `reason_code`, or accepted without one. Then
    `reply` is what becomes of the answer to the instruction; inquiries are always answered. For a direction that is not
    listed, the account is an ordinary one.
    """

    last4: str
    does: str
    directions: tuple[str, ...] = ("credit", "debit")
    door: Reply | None = None
    door_times: int = 0
    settles: Settles = Settles.AT_ONCE
    reason_code: str = ""
    reply: Reply = Reply.ANSWER


def _rejects(code: str, *directions: str) -> Magic:
    """Rejections are mnemonic: R16 is 0116."""
    return Magic(
        last4=f"01{code[1:]}",
        does=f"rejects: {code}, {REASONS[code].text}",
        directions=directions or ("credit", "debit"),
        reason_code=code,
    )


_ROWS = (
    Magic("0000", "accepts, as for every account that is not in this table"),
    _rejects("R01", "debit"),
    _rejects("R02"),
    _rejects("R03"),
    _rejects("R04"),
    _rejects("R07", "debit"),
    _rejects("R08", "debit"),
    _rejects("R09", "debit"),
    _rejects("R10", "debit"),
    _rejects("R13"),
    _rejects("R16"),
    _rejects("R20"),
    _rejects("R23", "credit"),
    _rejects("R29", "debit"),
    Magic("0201", "accepts and moves the money; the answer is lost", reply=Reply.SILENT),
    Magic("0202", "the first instruction is lost before it is read; then accepts", door=Reply.SILENT, door_times=1),
    Magic("0203", "every instruction is lost before it is read", door=Reply.SILENT, door_times=EVERY_TIME),
    Magic(
        "0204",
        "no answer, and inquiries are told 404; accepts and moves the money later, when the hold is over",
        settles=Settles.UNSEEN,
        reply=Reply.SILENT,
    ),
    Magic("0205", "rejects: R02, account closed; the answer is lost", reason_code="R02", reply=Reply.SILENT),
    Magic("0301", f"pending; accepts at inquiry number {PENDING_INQUIRIES}", settles=Settles.ON_INQUIRY),
    Magic(
        "0302",
        f"pending; rejects with R03 at inquiry number {PENDING_INQUIRIES}",
        settles=Settles.ON_INQUIRY,
        reason_code="R03",
    ),
    Magic("0303", f"pending; accepts after {PENDING_S:g} s by the bank's clock", settles=Settles.BY_CLOCK),
    Magic("0304", "pending for ever", settles=Settles.NEVER),
    Magic("0429", "429 with Retry-After once, not acted; then accepts", door=Reply.THROTTLED, door_times=1),
    Magic("0500", "accepts and moves the money, and answers 500", reply=Reply.ERROR),
    Magic("0503", "503 once, not acted; then accepts", door=Reply.UNAVAILABLE, door_times=1),
    Magic("0601", "accepts and moves the money, and resets the connection", reply=Reply.RESET),
    Magic("0602", "accepts and moves the money, and answers with half of a JSON text", reply=Reply.MALFORMED),
    Magic("0603", "accepts, and answers after a pause", reply=Reply.SLOW),
)

MAGIC: dict[str, Magic] = {row.last4: row for row in _ROWS}
_ORDINARY = MAGIC["0000"]


def magic_for(account_number: str, direction: str) -> Magic:
    """The row for an account and a direction; the one of 0000 where no other applies."""
    row = MAGIC.get(account_number[-4:], _ORDINARY)
    return row if direction in row.directions else _ORDINARY


def is_magic(account_number: str) -> bool:
    """Whether the account's ending is in the table, so that anything but a plain accept may happen."""
    return account_number[-4:] in MAGIC and account_number[-4:] != _ORDINARY.last4


def markdown() -> str:
    """The table as README.md shows it."""
    head = ["| ends in | direction | the bank |", "|---|---|---|"]
    return "\n".join(head + [f"| {row.last4} | {' and '.join(row.directions)} | {row.does} |" for row in _ROWS])
