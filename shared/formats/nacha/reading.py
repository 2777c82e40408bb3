"""Bytes to a file's values: which record may follow which, and which form each one has."""

from __future__ import annotations

from typing import TypeVar

from shared.formats.nacha.addenda import (
    ChangeAddenda,
    ContestedReturnAddenda,
    DishonoredReturnAddenda,
    PaymentAddenda,
    RefusedChangeAddenda,
    ReturnAddenda,
    TerminalAddenda,
)
from shared.formats.nacha.codes import CONTESTED_CODES, DISHONORED_CODES, REFUSED_CHANGE_CODES
from shared.formats.nacha.errors import NachaError, NachaErrorCode, misplaced
from shared.formats.nacha.fields import form_of
from shared.formats.nacha.file import AnyAddenda, AnyDetail, Batch, Entry, NachaFile
from shared.formats.nacha.iat import (
    IatChangeAddenda,
    IatCorrespondentAddenda,
    IatOdfiAddenda,
    IatOriginatorAddenda,
    IatOriginatorPlaceAddenda,
    IatRdfiAddenda,
    IatReceiverAddenda,
    IatReceiverPlaceAddenda,
    IatRemittanceAddenda,
    IatReturnAddenda,
    IatTransactionAddenda,
)
from shared.formats.nacha.lines import FILLER, split
from shared.formats.nacha.options import DEFAULT, Options
from shared.formats.nacha.records import (
    AdvBatchControl,
    AdvEntryDetail,
    AdvFileControl,
    BatchControl,
    BatchHeader,
    EntryDetail,
    FileControl,
    FileHeader,
    IatBatchHeader,
    IatEntryDetail,
)
from shared.formats.nacha.rules.files import check_file

R = TypeVar("R")

IAT, IAT_CHANGE, ADV = "IAT", "IATCOR", "ADV"

_DOMESTIC: dict[str, type[AnyAddenda]] = {
    "02": TerminalAddenda,
    "05": PaymentAddenda,
    "98": ChangeAddenda,
    "99": ReturnAddenda,
}
_INTERNATIONAL: dict[str, type[AnyAddenda]] = {
    "10": IatTransactionAddenda,
    "11": IatOriginatorAddenda,
    "12": IatOriginatorPlaceAddenda,
    "13": IatOdfiAddenda,
    "14": IatRdfiAddenda,
    "15": IatReceiverAddenda,
    "16": IatReceiverPlaceAddenda,
    "17": IatRemittanceAddenda,
    "18": IatCorrespondentAddenda,
    "98": IatChangeAddenda,
    "99": IatReturnAddenda,
}
_NAMES = {
    "1": "file header",
    "5": "batch header",
    "6": "entry",
    "7": "addenda",
    "8": "batch control",
    "9": "file control",
}


def read(data: bytes, *, options: Options = DEFAULT) -> NachaFile:
    """Parse and validate a file. It is written again with the same bytes, see `writing.write`.

    Raises `NachaError` for the first thing that is wrong, from the top: with its line, field and reason, and a code of
    `NachaErrorCode`.
    """
    file = parse(data, options=options)
    check_file(file, options)
    return file


def parse(data: bytes, *, options: Options = DEFAULT) -> NachaFile:
    """Only the records and their fields, without the rules that hold between them; for a tool that shows a bad file."""
    lines, layout = split(data, options)
    header, batches, control = _Parser(lines, options).file()
    return NachaFile(header, batches, control, layout)


class _Parser:
    """Walks the lines once; `self._at` counts those that are read, so it is the number of the line read last."""

    def __init__(self, lines: list[str], options: Options) -> None:
        self._lines = lines
        self._at = 0
        self._dialect = options.dialect

    def file(self) -> tuple[FileHeader, tuple[Batch, ...], FileControl | AdvFileControl]:
        self._expect("1")
        header = self._take(FileHeader)
        batches = []
        while self._next() == "5":
            batches.append(self._batch())
        self._expect("9")
        adv = bool(batches) and batches[0].sec_code == ADV
        control: FileControl | AdvFileControl = self._take(AdvFileControl) if adv else self._take(FileControl)
        for line in self._lines[self._at :]:
            self._at += 1
            if line != FILLER:
                raise misplaced(self._at, "only lines of nines may follow the file control")
        return header, tuple(batches), control

    def _batch(self) -> Batch:
        line = self._lines[self._at]
        international = line[50:53] == IAT or line[4:20].rstrip() == IAT_CHANGE
        header: BatchHeader | IatBatchHeader = self._take(IatBatchHeader) if international else self._take(BatchHeader)
        adv = header.standard_entry_class_code == ADV
        form: type[AnyDetail] = IatEntryDetail if international else AdvEntryDetail if adv else EntryDetail
        entries = []
        while self._next() == "6":
            detail = self._take(form)
            entries.append(Entry(detail, self._addenda(_INTERNATIONAL if international else _DOMESTIC)))
        self._expect("8")
        control: BatchControl | AdvBatchControl = self._take(AdvBatchControl) if adv else self._take(BatchControl)
        return Batch(header, tuple(entries), control)

    def _addenda(self, forms: dict[str, type[AnyAddenda]]) -> tuple[AnyAddenda, ...]:
        if self._next() != "7":
            return ()
        found: list[AnyAddenda] = []
        while self._next() == "7":
            line = self._lines[self._at]
            form = forms.get(line[1:3])
            if form is None:
                reason = "is no type of addenda records for this class of entries"
                raise NachaError(NachaErrorCode.INVALID_FIELD, self._at + 1, "type_code", reason)
            code = line[3:6]
            if form is ReturnAddenda and code in DISHONORED_CODES:
                form = DishonoredReturnAddenda
            elif form is ReturnAddenda and code in CONTESTED_CODES:
                form = ContestedReturnAddenda
            elif form in (ChangeAddenda, IatChangeAddenda) and code in REFUSED_CHANGE_CODES:
                form = RefusedChangeAddenda
            found.append(self._take(form))
        return tuple(found)

    def _next(self) -> str:
        return self._lines[self._at][0] if self._at < len(self._lines) else ""

    def _expect(self, record_type: str) -> None:
        found = self._next()
        if found == record_type and self._lines[self._at] != FILLER:
            return
        wanted = _NAMES[record_type]
        if not found:
            raise misplaced(self._at + 1, f"the file ends where a {wanted} belongs")
        raise misplaced(self._at + 1, f"a {wanted} belongs here, not {_said(self._lines[self._at])}")

    def _take(self, cls: type[R]) -> R:
        line = self._lines[self._at]
        self._at += 1
        return form_of(cls, self._dialect).parse(line, self._at)


def _said(line: str) -> str:
    if line == FILLER:
        return "a line of nines"
    name = _NAMES.get(line[0])
    return f"a record of type {line[0]} ({name})" if name else "a record of an unknown type"
