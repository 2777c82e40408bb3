"""What a notification of change asks to be corrected: the layouts of Appendix Five of the Nacha Operating Rules."""

from __future__ import annotations

from shared.formats.nacha.records import EntryDetail

# Another receiving bank, whose routing number has a right check digit.
ROUTING_NUMBER = "026009593"
_CHECKING, _SAVINGS = "2", "3"


def corrected_data(code: str, detail: EntryDetail) -> str:
    """The corrected data for a change code: accounts that are ordinary ones from then on, savings for checking."""
    account = f"{detail.account_number.strip()[:-4]}0000"
    other = _SAVINGS if detail.transaction_code[0] == _CHECKING else _CHECKING
    transaction = other + detail.transaction_code[1]
    layouts = {
        "C01": account,
        "C02": ROUTING_NUMBER,
        "C03": f"{ROUTING_NUMBER}   {account}",
        "C04": f"{detail.individual_name.strip()} Jr"[:22],
        "C05": transaction,
        "C06": f"{account:<17}   {transaction}",
        "C07": f"{ROUTING_NUMBER}{account:<17}{transaction}",
        "C09": f"{detail.identification_number.strip()[:14]}1",
    }
    return layouts[code]
