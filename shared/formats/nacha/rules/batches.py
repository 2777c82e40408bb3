"""Rules of a batch: its header, its entries one by one, and a control that agrees with both."""

from __future__ import annotations

from shared.formats.nacha import codes
from shared.formats.nacha.dates import date_of, is_day_of_year
from shared.formats.nacha.errors import NachaError, NachaErrorCode, broken, misplaced
from shared.formats.nacha.file import Batch
from shared.formats.nacha.options import Options
from shared.formats.nacha.records import BatchControl, BatchHeader, IatBatchHeader
from shared.formats.nacha.rules.classes import EntryClass, entry_classes
from shared.formats.nacha.rules.entries import InBatch, check_entry
from shared.formats.nacha.rules.iat import check_iat_header
from shared.formats.nacha.totals import Totals, totals_of

GOVERNMENT = "2"


def check_batch(batch: Batch, line: int, options: Options) -> Totals:
    """Raise for the first rule that a batch, whose header is on a line, breaks; return what it adds to the file."""
    header = batch.header
    rules = _check_header(header, line)
    if not batch.entries:
        raise misplaced(line + 1, "a batch has at least one entry")
    category = batch.entries[0].category
    context = InBatch(header, rules, category, options)
    at, last = line + 1, ""
    for entry in batch.entries:
        if entry.category is not category:
            raise broken(
                at, "record", f"a {entry.category} does not belong in a batch that begins with a {category} entry"
            )
        check_entry(entry, at, context)
        trace_number = entry.detail.trace_number
        if trace_number <= last and not options.unordered_trace_numbers:
            raise broken(at, "trace_number", "does not follow that of the entry before it")
        last = trace_number
        at += 1 + len(entry.addenda)
    totals = totals_of(batch.entries)
    _check_control(batch, totals, at, options)
    return totals


def _check_header(header: BatchHeader | IatBatchHeader, line: int) -> EntryClass:
    if header.service_class_code not in codes.SERVICE_CLASSES:
        raise broken(line, "service_class_code", f"{header.service_class_code} is no service class code")
    rules = entry_classes().get(header.standard_entry_class_code)
    if rules is None:
        raise broken(line, "standard_entry_class_code", "is no standard entry class code")
    advices = rules.code == "ADV"
    if (header.service_class_code == codes.SERVICE_ADVICES) != advices:
        raise broken(line, "service_class_code", f"{header.service_class_code} is not that of {rules.code} entries")
    if header.service_class_code == _one_way(rules) and header.entry_description.upper() != "REVERSAL":
        raise broken(line, "service_class_code", f"{header.service_class_code} excludes all {rules.code} entries")
    if header.originator_status_code not in (("0",) if advices else ("1", "2")):
        raise broken(line, "originator_status_code", "must be 0 for advices, 1 or 2 for others")
    if rules.code == "DNE" and header.originator_status_code != GOVERNMENT:
        raise broken(line, "originator_status_code", "must be 2: only the government notifies of deaths")
    if rules.description and header.entry_description != rules.description:
        raise broken(line, "entry_description", f"must be {rules.description} for {rules.code} entries")
    effective = header.effective_entry_date
    if effective.strip("0") and date_of(effective) is None:
        raise broken(line, "effective_entry_date", "is no day (YYMMDD)")
    if header.settlement_date.strip("0") and not is_day_of_year(header.settlement_date):
        raise broken(line, "settlement_date", "is no day of the year (001 to 366)")
    if isinstance(header, IatBatchHeader):
        check_iat_header(header, line)
    return rules


def _one_way(rules: EntryClass) -> str:
    """The service class that a class of one direction never has."""
    return {"debit": codes.SERVICE_CREDITS, "credit": codes.SERVICE_DEBITS}.get(rules.direction, "")


def _check_control(batch: Batch, totals: Totals, line: int, options: Options) -> None:
    header, control = batch.header, batch.control
    for name in ("service_class_code", "odfi_identification", "batch_number"):
        if getattr(header, name) != getattr(control, name):
            raise _off(line, name, "is not that of the batch header")
    if isinstance(control, BatchControl):
        stated, company = control.company_identification.strip(), header.company_identification.strip()
        unnamed = not stated and isinstance(header, IatBatchHeader) and options.unnamed_iat_controls
        if stated != company and not unnamed:
            raise _off(line, "company_identification", "is not that of the batch header")
    check_totals(control.entry_addenda_count, totals.entry_addenda_count, line, "entry_addenda_count")
    check_totals(control.entry_hash, totals.entry_hash, line, "entry_hash")
    check_totals(control.total_debit_cents, totals.debit_cents, line, "total_debit_cents")
    check_totals(control.total_credit_cents, totals.credit_cents, line, "total_credit_cents")


def check_totals(stated: int, counted: int, line: int, field_name: str) -> None:
    """Raise OUT_OF_BALANCE where a control states another number than was counted."""
    if stated != counted:
        raise _off(line, field_name, f"states {stated}, and {counted} was counted")


def _off(line: int, field_name: str, reason: str) -> NachaError:
    return NachaError(NachaErrorCode.OUT_OF_BALANCE, line, field_name, reason)
