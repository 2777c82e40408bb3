"""Rules of a whole file: its header, its batches in order, its control and its blocks."""

from __future__ import annotations

from shared.formats.nacha.codes import is_routing_number
from shared.formats.nacha.dates import date_of, is_time
from shared.formats.nacha.errors import NachaError, NachaErrorCode, broken
from shared.formats.nacha.file import NachaFile
from shared.formats.nacha.lines import BLOCK_LINES
from shared.formats.nacha.options import DEFAULT, Options
from shared.formats.nacha.records import FileHeader
from shared.formats.nacha.rules.batches import check_batch, check_totals
from shared.formats.nacha.totals import NOTHING, blocks_of, lines_of


def check_file(file: NachaFile, options: Options = DEFAULT) -> None:
    """Raise `NachaError` for the first rule that a file breaks, from the top."""
    _check_header(file.header, options)
    line, totals, last = 2, NOTHING, 0
    for batch in file.batches:
        if (batch.sec_code == "ADV") != file.is_adv:
            raise broken(line, "standard_entry_class_code", "advices and payments do not share a file")
        if batch.header.batch_number <= last and not options.unordered_batches:
            raise broken(line, "batch_number", "does not follow that of the batch before it")
        last = batch.header.batch_number
        found = check_batch(batch, line, options)
        totals += found
        line += 2 + found.entry_addenda_count
    control = file.control
    check_totals(control.batch_count, len(file.batches), line, "batch_count")
    check_totals(control.entry_addenda_count, totals.entry_addenda_count, line, "entry_addenda_count")
    check_totals(control.entry_hash, totals.entry_hash, line, "entry_hash")
    check_totals(control.total_debit_cents, totals.debit_cents, line, "total_debit_cents")
    check_totals(control.total_credit_cents, totals.credit_cents, line, "total_credit_cents")
    lines = lines_of(totals.entry_addenda_count, len(file.batches))
    if not options.unchecked_block_count:
        check_totals(control.block_count, blocks_of(lines), line, "block_count")
    filler = -lines % BLOCK_LINES if file.layout.filler is None else file.layout.filler
    if filler >= BLOCK_LINES or ((lines + filler) % BLOCK_LINES and (filler or not options.missing_filler)):
        reason = "the last block of ten lines is not filled with lines of nines"
        raise NachaError(NachaErrorCode.MALFORMED_LINES, line + filler, "record", reason)


def _check_header(header: FileHeader, options: Options) -> None:
    destination = header.immediate_destination.strip()
    if not options.unchecked_destination and not is_routing_number(destination):
        raise broken(1, "immediate_destination", "is no routing number, or its check digit is wrong")
    if not header.immediate_origin.strip(" 0"):
        raise broken(1, "immediate_origin", "names nobody")
    if date_of(header.creation_date) is None:
        raise broken(1, "creation_date", "is no day (YYMMDD)")
    if header.creation_time and not is_time(header.creation_time):
        raise broken(1, "creation_time", "is no time (HHMM)")
