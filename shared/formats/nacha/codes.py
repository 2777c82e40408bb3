"""Codes of the Nacha Operating Rules: transactions, service classes, returns, changes, states.

Sources: Appendix Three (ACH Record Format Specifications, glossary of data elements), Appendix Four (Return Entries)
and Appendix Five (Notification of Change). What each return code means and when it is due is not the format's to know.
"""

from __future__ import annotations

from shared.kernel.routing_numbers import has_right_check_digit

SERVICE_MIXED = "200"
SERVICE_CREDITS = "220"
SERVICE_DEBITS = "225"
SERVICE_ADVICES = "280"
SERVICE_CLASSES = frozenset({SERVICE_MIXED, SERVICE_CREDITS, SERVICE_DEBITS, SERVICE_ADVICES})

# The first digit is the kind of account: checking, savings, general ledger, loan. The second says what is done to it.
_ACCOUNTS = "2345"
_LOAN_DEBITS = frozenset({"55", "56"})  # a loan is debited to reverse a credit only, and not with a prenote
_RETURNED, _PAID, _PRENOTED, _ZERO_DOLLAR = "16", "27", "38", "49"

# The class of entries of notifications of change.
CHANGES = "COR"

ADVICE_CODES = frozenset({"81", "82", "83", "84", "85", "86", "87", "88"})
TRANSACTION_CODES = (
    frozenset(kind + what for kind in "234" for what in "12346789") | {"51", "52", "53", "54"} | _LOAN_DEBITS
)


def is_credit(transaction_code: str) -> bool:
    """Whether a code credits the receiver's account, or is about an entry that did. Advices: the odd ones."""
    if transaction_code in ADVICE_CODES:
        return transaction_code[1] in "1357"
    return transaction_code[1] in "1234"


def is_returned(transaction_code: str) -> bool:
    """Whether a code is for a return or a notification of change."""
    return transaction_code[1] in _RETURNED and transaction_code[0] in _ACCOUNTS


def is_prenote(transaction_code: str) -> bool:
    """Whether a code is for a prenotification: a test of the account, without money."""
    return transaction_code[1] in _PRENOTED and transaction_code[0] in _ACCOUNTS


def is_zero_dollar(transaction_code: str) -> bool:
    """Whether a code is for an entry without money that carries remittance data or an acknowledgement."""
    return transaction_code[1] in _ZERO_DOLLAR and transaction_code[0] in _ACCOUNTS


def returned_code(transaction_code: str) -> str:
    """The code with which an entry is returned or corrected: `22` becomes `21`, `37` becomes `36`."""
    return transaction_code[0] + ("1" if is_credit(transaction_code) else "6")


def forward_code(account: str, *, credit: bool, prenote: bool = False) -> str:
    """The code of a payment to a kind of account, given by its first digit."""
    return account + (("3" if credit else "8") if prenote else ("2" if credit else ("5" if account == "5" else "7")))


def is_routing_number(nine: str) -> bool:
    """Whether a text is a routing number with its right check digit, and not all zeros."""
    return nine != "000000000" and has_right_check_digit(nine)


def _codes(letter: str, *numbers: int) -> frozenset[str]:
    return frozenset(f"{letter}{number:02d}" for number in numbers)


DISHONORED_CODES = _codes("R", 61, 62, 67, 68, 69, 70)
CONTESTED_CODES = _codes("R", *range(71, 78))
# Returns proper; 40 to 47 are for enrolments (ENR), 50 to 53 for re-presented checks (RCK), 80 to 85 for IAT;
# 90 is in use from March 2028 on.
RETURN_CODES = _codes("R", *range(1, 40), *range(40, 48), *range(50, 54), *range(80, 86), 90)
DEATH_CODES = _codes("R", 14, 15)
CHANGE_CODES = _codes("C", *range(1, 10), 13, 14)
REFUSED_CHANGE_CODES = _codes("C", *range(61, 70))

_IAT_TRANSACTION_TYPES = "ANN ARC BOC BUS DEP IAT LOA MIS MOR MTE PEN POP POS RCK REM RLS SAL SHR TAX TEL WEB"
IAT_TRANSACTION_TYPES = frozenset(_IAT_TRANSACTION_TYPES.split())
CARD_TRANSACTION_TYPES = frozenset({"01", "02", "03", "11", "12", "13", "21", "99"})
BANK_NUMBER_QUALIFIERS = frozenset({"01", "02", "03"})
_STATES = (
    "AK AL AR AS AZ CA CO CT DC DE FL FM GA GU HI IA ID IL IN KS KY LA MA MD ME MH MI MN MO MP MS MT NC ND NE NH NJ NM "
    "NV NY OH OK OR PA PR PW RI SC SD TN TX UM UT VA VI VT WA WI WV WY"
)
STATES = frozenset(_STATES.split())
