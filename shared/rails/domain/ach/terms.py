"""What an entry is called on the ACH network: its class, its reference, its purpose, the account that it is for.

Sources: Nacha Operating Rules, Article Eight (definitions of CCD, PPD and WEB entries), Section 2.5 (provisions for
specific types of entries) and Appendix Three (company entry description, individual name and identification number).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from shared.formats.nacha.building import AccountType
from shared.formats.nacha.codes import is_routing_number
from shared.formats.nacha.text import fit_text
from shared.kernel.ids import derive
from shared.kernel.party import Direction, PartyType
from shared.rails.domain.ach.origin import Authorisation

NAME_CHARS_MAX = 22
DESCRIPTION_CHARS_MAX = 10
REFERENCE_CHARS_MAX = 15
# Ten digits of cents.
AMOUNT_CENTS_MAX = 9_999_999_999

ACCOUNT_TYPES: Mapping[str, AccountType] = {
    "": AccountType.CHECKING,  # an instrument that does not say is taken as the more common kind
    "checking": AccountType.CHECKING,
    "savings": AccountType.SAVINGS,
}

# Words that the rules reserve for a purpose, with the class and direction that they may stand in. Since 20 March 2026
# wages (PPD credits) must be called PAYROLL, and purchases of goods online (WEB debits) PURCHASE.
_RESERVED = {"PAYROLL": ("PPD", Direction.CREDIT), "PURCHASE": ("WEB", Direction.DEBIT)}
_ACCOUNT_NUMBER = re.compile(r"(?=.*[A-Za-z0-9])[A-Za-z0-9 -]{1,17}")


def sec_code(holder: PartyType, direction: Direction, authorisation: Authorisation) -> str:
    """The standard entry class code of an entry to an account of this holder.

    CCD for an organisation, whichever way money goes. For a natural person: PPD for a credit, PPD for a debit under a
    standing authorisation in writing, WEB for a debit that was authorised over the internet.
    """
    if holder is PartyType.ORGANISATION:
        return "CCD"
    if direction is Direction.DEBIT and authorisation is Authorisation.INTERNET:
        return "WEB"
    return "PPD"


def entry_description(text: str, sec: str, direction: Direction, otherwise: str) -> str:
    """The company entry description: a reserved word that the payment's description begins with, else the house's.

    Free text of a client does not go into a batch header: it could name what only we may say, such as REVERSAL.
    """
    first = fit_text(text, DESCRIPTION_CHARS_MAX).upper().partition(" ")[0]
    return first if _RESERVED.get(first) == (sec, direction) else otherwise


def short_reference(key: str) -> str:
    """Fifteen characters that stand for an entry's key, as the receiver sees them and quotes them to us."""
    return derive("ach", key).partition("_")[2][:REFERENCE_CHARS_MAX].upper()


def account_ref(routing_number: str, account_number: str) -> str:
    """The id under which we keep what banks told us of an account: it does not show the account's number."""
    return derive("dfi", routing_number, account_number)


def fault_of_account(routing_number: str, account_number: str, account_type: str) -> str:
    """A JSON pointer to what of an account cannot be right, without a value; empty when it may exist."""
    if not is_routing_number(routing_number):
        return "/routing_number"
    if not _ACCOUNT_NUMBER.fullmatch(account_number):
        return "/account_number"
    return "" if account_type in ACCOUNT_TYPES else "/account_type"


def receiver_name(name: str) -> str:
    """The name of the receiver as an entry holds it; empty when nothing of it has an ASCII form."""
    return fit_text(name, NAME_CHARS_MAX)
