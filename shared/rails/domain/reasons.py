"""Why a rail refuses or returns an instruction, in words for people, and whether trying again later can help.

Codes R01 to R90 are those of the Nacha Operating Rules, Appendix Four (Return Entries): returns, and from R61 to R77
the dishonoured and contested ones. When each is due and who uses it is in `ach_returns.toml`. Which may be tried again:
the same rules, Subsection 2.12.4 (Reinitiation), by which an entry returned for insufficient or uncollected funds may
be presented again at most twice within 180 days.
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
    RejectReason("R05", "debit to a consumer account with a corporate class, not authorized"),
    RejectReason("R06", "returned at the originating bank's request"),
    RejectReason("R07", "authorization revoked by the customer"),
    RejectReason("R08", "payment stopped by the account holder"),
    RejectReason("R09", "uncollected funds", final=False),
    RejectReason("R10", "originator not known or not authorized to debit the account"),
    RejectReason("R11", "entry not in accordance with the terms of the authorization"),
    RejectReason("R12", "branch sold to another bank"),
    RejectReason("R13", "invalid routing number"),
    RejectReason("R14", "representative payee deceased or unable to continue"),
    RejectReason("R15", "beneficiary or account holder deceased"),
    RejectReason("R16", "account frozen"),
    RejectReason("R17", "entry cannot be processed, or was initiated under questionable circumstances"),
    RejectReason("R18", "improper effective entry date"),
    RejectReason("R19", "amount field error"),
    RejectReason("R20", "not a transaction account"),
    RejectReason("R21", "invalid company identification"),
    RejectReason("R22", "invalid individual identification number"),
    RejectReason("R23", "credit refused by the receiver"),
    RejectReason("R24", "duplicate entry"),
    RejectReason("R25", "addenda error"),
    RejectReason("R26", "mandatory field error"),
    RejectReason("R27", "trace number error"),
    RejectReason("R28", "routing number check digit error"),
    RejectReason("R29", "corporate customer advises not authorized"),
    RejectReason("R30", "bank does not take part in check truncation"),
    RejectReason("R31", "permissible return, accepted by the originating bank"),
    RejectReason("R32", "receiving bank cannot settle"),
    RejectReason("R33", "return of a destroyed check entry"),
    RejectReason("R34", "receiving bank's participation is limited by a supervisor"),
    RejectReason("R35", "return of an improper debit"),
    RejectReason("R36", "return of an improper credit"),
    RejectReason("R37", "source document presented for payment"),
    RejectReason("R38", "payment stopped on the source document"),
    RejectReason("R39", "improper source document, or it was presented for payment"),
    RejectReason("R40", "enrolment returned by the federal agency"),
    RejectReason("R41", "enrolment with an invalid transaction code"),
    RejectReason("R42", "enrolment with a wrong routing number or check digit"),
    RejectReason("R43", "enrolment with an invalid account number"),
    RejectReason("R44", "enrolment with an invalid individual identification number"),
    RejectReason("R45", "enrolment with an invalid name"),
    RejectReason("R46", "enrolment with an invalid representative payee indicator"),
    RejectReason("R47", "duplicate enrolment"),
    RejectReason("R50", "state law affects re-presented checks"),
    RejectReason("R51", "item of a re-presented check is ineligible, or the entry is improper"),
    RejectReason("R52", "payment stopped on the item of a re-presented check"),
    RejectReason("R53", "item and re-presented check both presented for payment"),
    RejectReason("R61", "misrouted return"),
    RejectReason("R62", "return of an erroneous or reversing debit"),
    RejectReason("R67", "duplicate return"),
    RejectReason("R68", "untimely return"),
    RejectReason("R69", "field errors in the return"),
    RejectReason("R70", "permissible return not accepted, or return not requested"),
    RejectReason("R71", "misrouted dishonoured return"),
    RejectReason("R72", "untimely dishonoured return"),
    RejectReason("R73", "timely original return"),
    RejectReason("R74", "corrected return"),
    RejectReason("R75", "return not a duplicate"),
    RejectReason("R76", "no errors found in the return"),
    RejectReason("R77", "dishonoured return of a reversed debit not accepted"),
    RejectReason("R80", "international entry coded wrongly"),
    RejectReason("R81", "bank does not take part in international entries"),
    RejectReason("R82", "invalid foreign receiving bank"),
    RejectReason("R83", "foreign receiving bank cannot settle"),
    RejectReason("R84", "entry not processed by the gateway"),
    RejectReason("R85", "outbound international payment coded wrongly"),
    RejectReason("R90", "returned to comply with sanctions"),
    # Not Nacha's: the rail refused to take the instruction at all, because a field of it is wrong.
    RejectReason("invalid_instruction", "the rail refused the instruction as invalid"),
)

REASONS: dict[str, RejectReason] = {reason.code: reason for reason in _ALL}


def reject_reason(code: str) -> RejectReason:
    """The reason behind a rail's code. One that is not listed counts as final: money is not sent again on a guess."""
    return REASONS.get(code) or RejectReason(code, "refused by the rail")
