"""Why a rail refuses or returns an instruction, in words for people, and whether trying again later can help.

Codes R01 to R85 are those of the Nacha Operating Rules, appendix four (return entries); the list holds those that a
rail of ours may answer at once. Which of them may be tried again: the same rules, subsection 2.12.4 (reinitiation), by
which an entry returned for insufficient or uncollected funds may be presented again at most twice within 180 days.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RejectReason:
    """One reason; `final` means that the same instruction can never succeed, whenever it is given again."""

    code: str
    text: str
    final: bool = True


_ALL = (
    RejectReason("R01", "insufficient funds", final=False),
    RejectReason("R02", "account closed"),
    RejectReason("R03", "no account, or account cannot be located"),
    RejectReason("R04", "invalid account number structure"),
    RejectReason("R07", "authorization revoked by the customer"),
    RejectReason("R08", "payment stopped by the account holder"),
    RejectReason("R09", "uncollected funds", final=False),
    RejectReason("R10", "originator not known or not authorized to debit the account"),
    RejectReason("R13", "invalid routing number"),
    RejectReason("R16", "account frozen"),
    RejectReason("R20", "not a transaction account"),
    RejectReason("R23", "credit refused by the receiver"),
    RejectReason("R29", "corporate customer advises not authorized"),
    # Not Nacha's: the rail refused to take the instruction at all, because a field of it is wrong.
    RejectReason("invalid_instruction", "the rail refused the instruction as invalid"),
)

REASONS: dict[str, RejectReason] = {reason.code: reason for reason in _ALL}


def reject_reason(code: str) -> RejectReason:
    """The reason behind a rail's code. One that is not listed counts as final: money is not sent again on a guess."""
    return REASONS.get(code) or RejectReason(code, "refused by the rail")
