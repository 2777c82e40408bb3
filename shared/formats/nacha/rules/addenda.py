"""Rules of an entry's addenda records: which ones, how many, how numbered, and what they say."""

from __future__ import annotations

from collections.abc import Sequence

from shared.formats.nacha import codes
from shared.formats.nacha.addenda import (
    ChangeAddenda,
    ContestedReturnAddenda,
    DishonoredReturnAddenda,
    PaymentAddenda,
    RefusedChangeAddenda,
    ReturnAddenda,
    TerminalAddenda,
)
from shared.formats.nacha.dates import is_month_and_day
from shared.formats.nacha.errors import NachaError, broken
from shared.formats.nacha.file import AnyAddenda, Category, Entry
from shared.formats.nacha.iat import IatChangeAddenda, IatRemittanceAddenda, IatReturnAddenda
from shared.formats.nacha.options import Options
from shared.formats.nacha.records import EntryDetail, IatEntryDetail
from shared.formats.nacha.rules.classes import EntryClass
from shared.formats.nacha.rules.iat import check_iat_addenda

_FORWARD: dict[str, type[AnyAddenda]] = {"02": TerminalAddenda, "05": PaymentAddenda}


def check_addenda(entry: Entry, line: int, rules: EntryClass, options: Options) -> None:
    """Raise RULE_BROKEN for the first rule that the addenda of an entry on a line break."""
    addenda = entry.addenda
    category = entry.category
    if (category in (Category.CHANGE, Category.REFUSED_CHANGE)) != (rules.code == codes.CHANGES):
        raise broken(
            line + len(addenda), "type_code", f"a {category} does not belong in a batch of {rules.code} entries"
        )
    if category is not Category.FORWARD:
        _check_sent_back(entry, line, options)
        addenda = addenda[:-1]
    if isinstance(entry.detail, IatEntryDetail):
        check_iat_addenda(entry, entry.detail, line, options)
    elif category is not Category.FORWARD:
        if addenda:
            raise broken(line + 1, "record", f"a {category} has one addenda record")
    else:
        _check_forward(addenda, line, rules)
    if isinstance(entry.detail, EntryDetail):
        if rules.counted:
            _check_count(entry.detail, len(entry.addenda), line)
        check_numbers(addenda, line, entry.detail.trace_number, options)
    if not options.loose_addenda_references:
        _check_references(entry, line)


def _check_forward(addenda: Sequence[AnyAddenda], line: int, rules: EntryClass) -> None:
    wanted = _FORWARD.get(rules.addenda)
    for number, one in enumerate(addenda, line + 1):
        if wanted is None or type(one) is not wanted:
            raise broken(number, "type_code", f"is no addenda record that {rules.code} entries have")
        if isinstance(one, TerminalAddenda):
            if not is_month_and_day(one.transaction_date):
                raise broken(number, "transaction_date", "is no day (MMDD)")
            if one.terminal_state not in codes.STATES:
                raise broken(number, "terminal_state", "is no state of the United States")
    if not rules.addenda_min <= len(addenda) <= rules.addenda_max:
        few_or_many = f"{rules.addenda_min} to {rules.addenda_max}"
        raise broken(
            line, "addenda_indicator", f"{rules.code} entries have {few_or_many} addenda records; {len(addenda)} follow"
        )


def _check_count(detail: EntryDetail, followed: int, line: int) -> None:
    """Corporate entries state how many addenda records follow."""
    stated = detail.addenda_records
    if not stated.strip().isdigit() or int(stated) != followed:
        raise broken(
            line, "individual_name", f"begins with another number of addenda records than follow, which is {followed}"
        )


def check_numbers(addenda: Sequence[AnyAddenda], line: int, trace_number: str, options: Options) -> None:
    """Numbered addenda ascend, from one and without gaps where not loose, and name their entry by its last digits."""
    last = 0
    for number, one in enumerate(addenda, line + 1):
        if not isinstance(one, PaymentAddenda | IatRemittanceAddenda):
            continue
        expected = last + 1
        if one.sequence_number < max(1, last) or (
            one.sequence_number != expected and not options.loose_addenda_sequence
        ):
            raise broken(number, "sequence_number", f"is {one.sequence_number} where {expected} belongs")
        last = one.sequence_number
        if one.entry_sequence_number != trace_number[-7:]:
            raise broken(number, "entry_sequence_number", "is not the end of the entry's trace number")


def _check_sent_back(entry: Entry, line: int, options: Options) -> None:
    at, last = line + len(entry.addenda), entry.addenda[-1]
    unknown = _unknown_code(at, last)
    if unknown is not None and not options.unknown_return_codes:
        raise unknown
    if isinstance(last, ReturnAddenda | IatReturnAddenda):
        dead = last.return_code in codes.DEATH_CODES
        if dead and not last.date_of_death and not options.undated_deaths:
            raise broken(at, "date_of_death", f"is required with {last.return_code}")


def _check_references(entry: Entry, line: int) -> None:
    """Addenda that carry a whole trace number carry that of their entry."""
    trace_number = entry.detail.trace_number
    for number, one in enumerate(entry.addenda, line + 1):
        if getattr(one, "trace_number", trace_number) != trace_number:
            raise broken(number, "trace_number", "is not that of the entry")


def _unknown_code(at: int, last: AnyAddenda) -> NachaError | None:
    match last:
        case ReturnAddenda() | IatReturnAddenda() if last.return_code not in codes.RETURN_CODES:
            return broken(at, "return_code", "is no return reason code")
        case ChangeAddenda() | IatChangeAddenda() if last.change_code not in codes.CHANGE_CODES:
            return broken(at, "change_code", "is no change code")
        case RefusedChangeAddenda() if last.change_code not in codes.CHANGE_CODES:
            return broken(at, "change_code", "is no change code")
        case DishonoredReturnAddenda() | ContestedReturnAddenda() if f"R{last.return_reason}" not in codes.RETURN_CODES:
            return broken(at, "return_reason", "is no return reason")
        case ContestedReturnAddenda() if f"R{last.dishonored_reason}" not in codes.DISHONORED_CODES:
            return broken(at, "dishonored_reason", "is no reason to dishonour a return")
    return None
