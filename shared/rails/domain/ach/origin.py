"""Who we are on the ACH network: what our originating bank (ODFI) and we agreed to write into file and batch headers.

Fields and their lengths: Nacha Operating Rules, Appendix Three (file header and company/batch header records).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from datetime import timedelta
from enum import StrEnum

from shared.formats.nacha.codes import is_routing_number
from shared.kernel.errors import ClearwayError
from shared.rails.domain.ach.errors import AchError
from shared.rails.domain.ach.schedule import Schedule


class Authorisation(StrEnum):
    """How natural persons authorise the debits that we collect."""

    INTERNET = "internet"
    STANDING = "standing"  # in writing, or similarly authenticated, for entries at regular intervals


# Same-day windows are two hours apart, and the standard one closes 14 hours after a day's business began.
_LEADS_MAX = {"same_day_lead_minutes": 120, "standard_lead_minutes": 840}
_PRINTABLE = r"[ -~]"
# Descriptions that the rules give a meaning of their own, which no payment of ours has (Nacha Operating Rules, Appendix
# Three, company entry description): as the house's own, each would be said of every payment.
_TAKEN = "REVERSAL|RECLAIM|NONSETTLED|AUTOENROLL|REDEPCHECK|RETRY PYMT|RETURN FEE|ACCTVERIFY"
_FORMS = {
    "immediate_destination_name": re.compile(rf"{_PRINTABLE}{{0,23}}"),
    "immediate_origin": re.compile(r"(?=.*[A-Za-z1-9])[A-Za-z0-9 ]{9,10}"),
    "immediate_origin_name": re.compile(rf"{_PRINTABLE}{{0,23}}"),
    "company_name": re.compile(rf"(?! ){_PRINTABLE}{{1,16}}"),
    "company_identification": re.compile(r"[A-Z0-9]{10}"),
    "odfi_identification": re.compile(r"[0-9]{8}"),
    "entry_description": re.compile(rf"(?!({_TAKEN}) *$)[A-Z0-9][A-Z0-9 .-]{{0,9}}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AchOrigin:
    """Our identity. Raises INVALID_ORIGIN, naming the field, for what its record could not hold.

    `immediate_destination` is the nine digits of the receiving point's routing number, `immediate_origin` what the
    bank calls us (nine or ten characters), `company_identification` ten characters (often `1` and a tax number), and
    `odfi_identification` the first eight digits of our bank's routing number, with which our trace numbers begin.
    `entry_description` is the company entry description of a payment that says nothing of its own. Files are cut
    `same_day_lead_minutes` before a same-day window of the operator closes, and `standard_lead_minutes` before the
    standard one does (2:15 in the night, so by default at eight in the evening): our bank needs them before its own.
    """

    immediate_destination: str
    immediate_origin: str
    company_name: str
    company_identification: str
    odfi_identification: str
    immediate_destination_name: str = ""
    immediate_origin_name: str = ""
    entry_description: str = "PAYMENT"
    consumer_debits: Authorisation = Authorisation.INTERNET
    same_day_lead_minutes: int = 15
    standard_lead_minutes: int = 375

    def __post_init__(self) -> None:
        for each in fields(self):
            form = _FORMS.get(each.name)
            if form is not None and not form.fullmatch(getattr(self, each.name)):
                raise _invalid(each.name)
        if not is_routing_number(self.immediate_destination):
            raise _invalid("immediate_destination")
        for name, most in _LEADS_MAX.items():
            if not 0 <= getattr(self, name) <= most:
                raise _invalid(name)

    @property
    def schedule(self) -> Schedule:
        """Our cut-offs."""
        return Schedule(timedelta(minutes=self.same_day_lead_minutes), timedelta(minutes=self.standard_lead_minutes))

    @staticmethod
    def parse(text: str) -> AchOrigin:
        """From a JSON object of these fields; raises INVALID_ORIGIN for anything else."""
        try:
            given = json.loads(text)
        except ValueError:
            raise ClearwayError(AchError.INVALID_ORIGIN, "the ACH origin is not JSON") from None
        known = {each.name for each in fields(AchOrigin)}
        needed = {"immediate_destination", "immediate_origin", "company_name", "company_identification"}
        needed |= {"odfi_identification"}
        if not isinstance(given, dict) or not needed <= set(given) <= known:
            detail = f"the ACH origin is a JSON object that has {', '.join(sorted(needed))}"
            raise ClearwayError(AchError.INVALID_ORIGIN, detail)
        for name, value in given.items():
            if type(value) is not (int if name in _LEADS_MAX else str):
                raise _invalid(name)
        if "consumer_debits" in given:
            if given["consumer_debits"] not in list(Authorisation):
                raise _invalid("consumer_debits")
            given["consumer_debits"] = Authorisation(given["consumer_debits"])
        return AchOrigin(**given)


def _invalid(name: str) -> ClearwayError:
    return ClearwayError(
        AchError.INVALID_ORIGIN, f"{name} of the ACH origin is not what its record holds", field=f"/{name}"
    )
