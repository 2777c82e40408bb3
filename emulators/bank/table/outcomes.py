"""What a row of the table of magic endings holds: what the bank does, and what a client must come to know of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from emulators.bank.magic import PENDING_S, Reply, Settles

BOTH = ("credit", "debit")
# How long an instruction takes to be decided whose callback is the point of its row.
CALLED_BACK_S = 60.0


class RailName(StrEnum):
    """The rails that the bank offers."""

    BANK = "bank"
    ACH = "ach"
    INSTANT = "instant"
    CARD = "card"


class Word(StrEnum):
    """The bank's word on an instruction, as its callbacks and its JSON answers spell it."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PENDING = "pending"
    RETURNED = "returned"  # the money had moved, and has come back
    UNKNOWN = "unknown"  # the bank never heard of it, or denies to

    @property
    def decided(self) -> bool:
        """Whether the bank has made up its mind; a return may still follow an acceptance."""
        return self in (Word.ACCEPTED, Word.REJECTED, Word.RETURNED)


class Voice(StrEnum):
    """How the bank calls back about an instruction whose outcome its answer did not tell."""

    PLAIN = "plain"  # once, when it is decided
    EARLY = "early"  # before the answer to the instruction itself has left
    TWICE = "twice"  # the same message, with the same id, again
    HOURS_LATE = "hours_late"
    DAYS_LATE = "days_late"
    CONTRADICTORY = "contradictory"  # accepted, and a little later a message that says rejected
    FORGED = "forged"  # a message that says rejected, signed with another secret; no other ever comes
    REPLAYED = "replayed"  # a message that says rejected, rightly signed a day ago; no other ever comes
    DISORDERED = "disordered"  # what was said first arrives last
    MUTE = "mute"  # no callback: only an inquiry tells


@dataclass(frozen=True, slots=True)
class Later:
    """The money comes back `after` it has moved, for the reason `code`."""

    code: str
    after: timedelta


@dataclass(frozen=True, slots=True)
class Script:
    """What happens to an instruction over the instant or the card rail, in stages.

    At the door, the first `door_times` instructions with a key are turned away with `door`, and the bank has not acted.
    What passes is taken, and decided when `settles` says so (BY_CLOCK: after `pending_s`): rejected with `reason_code`,
    or accepted without one. `pending_word` is what the instant rail calls it
    until then; `unposted` moves the money at once although the receiver's account is credited only then.
    `reply` is what becomes of the answer to the instruction. `voice` is how the bank calls back. `comes_back` undoes it
    later. `reversal` is what a reversal of it meets, `reversal_reply` what becomes of the answer to that.
    """

    door: Reply | None = None
    door_times: int = 0
    settles: Settles = Settles.AT_ONCE
    pending_s: float = PENDING_S
    reason_code: str = ""
    pending_word: str = "PDNG"
    unposted: bool = False
    reply: Reply = Reply.ANSWER
    stranger: bool = False  # the answer is about another instruction
    voice: Voice = Voice.PLAIN
    comes_back: Later | None = None
    reversal: Word = Word.ACCEPTED
    reversal_reply: Reply = Reply.ANSWER


@dataclass(frozen=True, slots=True)
class AchScript:
    """What the receiving bank does with an ACH entry once it has settled.

    It returns it with `return_code`, `banking_days` after its settlement day, or on the banking day next to `days`
    calendar days after it (`late`: not before, otherwise not after). `change_code` notifies of a change instead, two
    banking days after. `contests_with` answers our dishonour of the return, which is otherwise accepted.
    """

    return_code: str = ""
    banking_days: int = 2
    days: int = 0
    late: bool = False
    change_code: str = ""
    contests_with: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a client that does everything right has come to know `within` so long after its instruction (ACH: after the
    settlement of its file), and whether money moved and has come back by then.

    `reason_code` explains a rejection or a return. `told_by` is how the final word reaches the client: `answer` to the
    instruction, `inquiry`, `callback`, or `file`; an inquiry tells the same where the rail has them. `dishonour` is the
    code with which the client must send a return back (R68), and `change_code` what it must correct before it uses the
    account again. `reversal` is the word on a reversal of the instruction (card).
    """

    word: Word = Word.ACCEPTED
    reason_code: str = ""
    moved: bool = True
    came_back: bool = False
    within: timedelta = field(default=timedelta())
    told_by: str = "answer"
    dishonour: str = ""
    change_code: str = ""
    reversal: Word = Word.ACCEPTED


@dataclass(frozen=True, slots=True)
class Row:
    """One row: on `rail`, an account or a card token that ends in `ending`, for these directions.

    `script` is None for the rail `bank`, whose behaviour is in `emulators.bank.magic`.
    """

    rail: RailName
    ending: str
    does: str
    expected: Expected = field(default=Expected())
    directions: tuple[str, ...] = BOTH
    script: Script | AchScript | None = None
