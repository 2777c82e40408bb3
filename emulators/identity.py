"""Who Clearway is on this machine: an invented company at an invented bank, as rails and files name it."""

from __future__ import annotations

from shared.formats.originator import Originator
from shared.rails.domain.ach.origin import AchOrigin

_BANK = "121042882"

ORIGINATOR = Originator(
    name="Clearway Local Inc", routing_number=_BANK, account_number="9876543210", clearing_system="FDN"
)
ACH_ORIGIN = AchOrigin(
    immediate_destination=_BANK,
    immediate_destination_name="LOCAL BANK",
    immediate_origin=_BANK,
    immediate_origin_name="CLEARWAY LOCAL",
    company_name="CLEARWAY LOCAL",
    company_identification="1234567890",
    odfi_identification=_BANK[:8],
)
