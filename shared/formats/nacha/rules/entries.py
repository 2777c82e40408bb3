"""Rules of one entry: its codes, its amount, its trace number, and what its class asks for."""

from __future__ import annotations

from dataclasses import dataclass

from shared.formats.nacha import codes
from shared.formats.nacha.codes import is_credit
from shared.formats.nacha.errors import broken
from shared.formats.nacha.file import Category, Entry
from shared.formats.nacha.options import Options
from shared.formats.nacha.records import AdvEntryDetail, BatchHeader, EntryDetail, IatBatchHeader
from shared.formats.nacha.rules.addenda import check_addenda
from shared.formats.nacha.rules.classes import EntryClass
from shared.kernel.routing_numbers import check_digit

REVERSAL = "REVERSAL"


@dataclass(frozen=True, slots=True)
class InBatch:
    """What an entry's rules need to know of its batch."""

    header: BatchHeader | IatBatchHeader
    rules: EntryClass
    category: Category
    options: Options

    @property
    def reverses(self) -> bool:
        """Whether the batch takes back earlier entries, so that credits and debits change places."""
        return self.header.entry_description.upper() == REVERSAL


def check_entry(entry: Entry, line: int, batch: InBatch) -> None:
    """Raise RULE_BROKEN for the first rule that an entry on a line breaks. `batch` is of the entry's own category."""
    detail = entry.detail
    known = codes.ADVICE_CODES if isinstance(detail, AdvEntryDetail) else codes.TRANSACTION_CODES
    if detail.transaction_code not in known:
        raise broken(line, "transaction_code", f"{detail.transaction_code} is no transaction code of this class")
    if check_digit(detail.rdfi_identification) != detail.check_digit:
        raise broken(line, "check_digit", "is not that of the routing number before it")
    _check_direction(detail.transaction_code, line, batch)
    if detail.addenda_indicator != ("1" if entry.addenda else "0"):
        raise broken(
            line, "addenda_indicator", f"must be 1 with addenda records and 0 without; {len(entry.addenda)} follow"
        )
    check_addenda(entry, line, batch.rules, batch.options)
    if batch.category is Category.FORWARD:
        _check_forward(entry, line, batch)
    else:
        _check_sent_back(entry, line, batch)
    if isinstance(detail, EntryDetail):
        _check_class(detail, line, batch)
    traced = not isinstance(detail, AdvEntryDetail) and not batch.options.foreign_trace_numbers
    if traced and not detail.trace_number.startswith(batch.header.odfi_identification):
        raise broken(line, "trace_number", "does not begin with the originating bank of its batch")


def _check_direction(transaction_code: str, line: int, batch: InBatch) -> None:
    credit = is_credit(transaction_code)
    service_class = batch.header.service_class_code
    if service_class == (codes.SERVICE_DEBITS if credit else codes.SERVICE_CREDITS):
        raise broken(
            line, "transaction_code", f"{transaction_code} does not belong in a batch of class {service_class}"
        )
    wanted = batch.rules.direction
    if wanted != "both" and (wanted == "credit") != (credit != batch.reverses):
        raise broken(line, "transaction_code", f"{transaction_code} goes the wrong way for {batch.rules.code} entries")


def _check_forward(entry: Entry, line: int, batch: InBatch) -> None:
    """What a payment may say about money, and with which codes."""
    detail, rules = entry.detail, batch.rules
    code, amount = detail.transaction_code, detail.amount_cents
    if codes.is_returned(code):
        raise broken(line, "transaction_code", f"{code} is of a return or a change, and no such addenda record follows")
    if code == "55" and not batch.reverses:
        raise broken(line, "transaction_code", "a loan is debited in reversals only")
    kind = "prenote" if codes.is_prenote(code) else "zero_dollar" if codes.is_zero_dollar(code) else "paid"
    if kind not in rules.kinds or not (code[0] in rules.accounts or code in codes.ADVICE_CODES):
        raise broken(line, "transaction_code", f"{code} is not allowed for {rules.code} entries")
    if kind != "paid" and amount:
        raise broken(line, "amount_cents", f"must be zero with transaction code {code}")
    if kind == "paid" and not amount and not batch.options.zero_amounts:
        raise broken(line, "amount_cents", f"must not be zero with transaction code {code}")
    if kind == "zero_dollar" and rules.code in ("CCD", "CTX") and not entry.addenda:
        raise broken(line, "addenda_indicator", "an entry without money needs remittance data")
    if rules.amount_max_cents is not None and amount > rules.amount_max_cents:
        raise broken(
            line, "amount_cents", f"is above {rules.amount_max_cents} cents, the most for {rules.code} entries"
        )


def _check_sent_back(entry: Entry, line: int, batch: InBatch) -> None:
    """What returns and notifications of change may say about money, and with which codes."""
    detail, change = entry.detail, batch.category in (Category.CHANGE, Category.REFUSED_CHANGE)
    loose = not change and batch.options.forward_codes_in_returns
    if not codes.is_returned(detail.transaction_code) and not loose and not isinstance(detail, AdvEntryDetail):
        raise broken(line, "transaction_code", f"{detail.transaction_code} is not that of a {batch.category}")
    international = isinstance(batch.header, IatBatchHeader)
    if change and detail.amount_cents and not (international and batch.options.full_iat_changes):
        raise broken(line, "amount_cents", f"must be zero in a {batch.category}")


def _check_class(detail: EntryDetail, line: int, batch: InBatch) -> None:
    """Fields that a class of entries makes mandatory or gives a form."""
    rules = batch.rules
    if rules.named and not _means_something(detail.individual_name):
        raise broken(line, "individual_name", f"is required for {rules.code} entries")
    if rules.identified and not _means_something(detail.identification_number):
        raise broken(line, "identification_number", f"is required for {rules.code} entries")
    if rules.item and not (detail.process_control and detail.item_research_number):
        raise broken(line, "individual_name", "must hold a process control field and an item research number")
    if rules.card and detail.discretionary_data not in codes.CARD_TRANSACTION_TYPES:
        raise broken(line, "discretionary_data", "is no card transaction type")
    if rules.expiry and not _is_expiry(detail.card_expiry):
        raise broken(line, "identification_number", "must begin with a card's expiry date, as MMYY")


def _means_something(text: str) -> bool:
    return bool(text.strip(" 0"))


def _is_expiry(mmyy: str) -> bool:
    return len(mmyy) == 4 and mmyy.isdigit() and 1 <= int(mmyy[:2]) <= 12
