"""Rules of international entries: the header's currencies and countries, and seven addenda records and more."""

from __future__ import annotations

from shared.formats.nacha import codes
from shared.formats.nacha.errors import broken
from shared.formats.nacha.file import AnyAddenda, Category, Entry
from shared.formats.nacha.iat import (
    IatCorrespondentAddenda,
    IatOdfiAddenda,
    IatOriginatorAddenda,
    IatOriginatorPlaceAddenda,
    IatRdfiAddenda,
    IatReceiverAddenda,
    IatReceiverPlaceAddenda,
    IatRemittanceAddenda,
    IatTransactionAddenda,
)
from shared.formats.nacha.iso_codes import COUNTRIES, CURRENCIES
from shared.formats.nacha.options import Options
from shared.formats.nacha.records import IatBatchHeader, IatEntryDetail

_MANDATORY: tuple[type[AnyAddenda], ...] = (
    IatTransactionAddenda,
    IatOriginatorAddenda,
    IatOriginatorPlaceAddenda,
    IatOdfiAddenda,
    IatRdfiAddenda,
    IatReceiverAddenda,
    IatReceiverPlaceAddenda,
)
_REMITTANCES_MAX = 2
_CORRESPONDENTS_MAX = 5


def check_iat_header(header: IatBatchHeader, line: int) -> None:
    """Raise RULE_BROKEN for a code of a header that is none."""
    change = header.standard_entry_class_code == "COR"
    if header.standard_entry_class_code not in ("IAT", "COR") or header.iat_indicator != ("IATCOR" if change else ""):
        raise broken(
            line, "iat_indicator", "must be IATCOR for changes (COR) about international entries, blank otherwise"
        )
    if header.foreign_exchange_indicator not in ("FV", "VF", "FF"):
        raise broken(line, "foreign_exchange_indicator", "must be FV, VF or FF")
    reference = header.foreign_exchange_reference_indicator
    if reference not in ("1", "2", "3") and not (reference in ("", "0") and header.foreign_exchange_indicator == "FF"):
        raise broken(line, "foreign_exchange_reference_indicator", "must be 1, 2 or 3")
    if header.destination_country_code not in COUNTRIES:
        raise broken(line, "destination_country_code", "is no country code (ISO 3166)")
    if header.originating_currency_code not in CURRENCIES:
        raise broken(line, "originating_currency_code", "is no currency code (ISO 4217)")
    if header.destination_currency_code not in CURRENCIES:
        raise broken(line, "destination_currency_code", "is no currency code (ISO 4217)")


def check_iat_addenda(entry: Entry, detail: IatEntryDetail, line: int, options: Options) -> None:
    """Raise RULE_BROKEN for addenda records that an international entry lacks, or has too many of."""
    change = entry.category in (Category.CHANGE, Category.REFUSED_CHANGE)
    addenda = entry.addenda if entry.category is Category.FORWARD else entry.addenda[:-1]
    if change and addenda and not options.full_iat_changes:
        raise broken(line + 1, "record", "a notification of change has one addenda record")
    miscounted = detail.addenda_records != len(entry.addenda)
    if miscounted and not (detail.addenda_records and options.miscounted_iat_addenda):
        raise broken(line, "addenda_records", f"is {detail.addenda_records}, and {len(entry.addenda)} follow")
    if not change or addenda:
        _check_sequence(addenda, line)
    for number, one in enumerate(addenda, line + 1):
        if getattr(one, "entry_sequence_number", detail.trace_number[-7:]) != detail.trace_number[-7:]:
            raise broken(number, "entry_sequence_number", "is not the end of the entry's trace number")
        _check_codes(one, number)


def _check_sequence(addenda: tuple[AnyAddenda, ...], line: int) -> None:
    """The mandatory ones in their order, then remittances, then correspondent banks, each numbered from one."""
    for at, wanted in enumerate(_MANDATORY):
        if at >= len(addenda) or type(addenda[at]) is not wanted:
            raise broken(line + 1 + at, "type_code", f"addenda record {10 + at} belongs here")
    rest = addenda[len(_MANDATORY) :]
    remittances = [one for one in rest if isinstance(one, IatRemittanceAddenda)]
    correspondents = [one for one in rest if isinstance(one, IatCorrespondentAddenda)]
    numbered: list[IatRemittanceAddenda | IatCorrespondentAddenda] = [*remittances, *correspondents]
    if list(rest) != numbered:
        raise broken(
            line + 1 + len(_MANDATORY), "type_code", "remittance (17), then correspondent banks (18) belong here"
        )
    if len(remittances) > _REMITTANCES_MAX:
        raise broken(line + 1 + len(_MANDATORY), "record", f"more than {_REMITTANCES_MAX} records of remittance")
    if len(correspondents) > _CORRESPONDENTS_MAX:
        raise broken(line + 1 + len(_MANDATORY), "record", f"more than {_CORRESPONDENTS_MAX} correspondent banks")
    expected = [*range(1, len(remittances) + 1), *range(1, len(correspondents) + 1)]
    for at, (one, number) in enumerate(zip(numbered, expected, strict=True), line + 1 + len(_MANDATORY)):
        if one.sequence_number != number:
            raise broken(at, "sequence_number", f"is {one.sequence_number} where {number} belongs")


def _check_codes(one: AnyAddenda, line: int) -> None:
    if isinstance(one, IatTransactionAddenda) and one.transaction_type_code not in codes.IAT_TRANSACTION_TYPES:
        raise broken(line, "transaction_type_code", "is no type of international transactions")
    for bank in ("odfi", "rdfi", "bank"):
        qualifier = getattr(one, f"{bank}_number_qualifier", None)
        if qualifier is not None and qualifier not in codes.BANK_NUMBER_QUALIFIERS:
            raise broken(line, f"{bank}_number_qualifier", "must be 01, 02 or 03")
        country = getattr(one, f"{bank}_country_code", None)
        if country is not None and country not in COUNTRIES:
            raise broken(line, f"{bank}_country_code", "is no country code (ISO 3166)")
