"""A file's values to bytes."""

from __future__ import annotations

from shared.formats.nacha.fields import form_of
from shared.formats.nacha.file import NachaFile
from shared.formats.nacha.lines import join
from shared.formats.nacha.options import Options


def write(file: NachaFile) -> bytes:
    """The bytes of a file in its own layout, with the filler that it had, or that it needs where it was built.

    Nothing is computed here: controls are those of the values, see `building.build_file`. The same values give the same
    bytes, and a file that was read gives the bytes that were read. Raises UNFIT_VALUE, with the line and the field, for
    a value that its field cannot hold.
    """
    records: list[object] = [file.header]
    for batch in file.batches:
        records.append(batch.header)
        for entry in batch.entries:
            records.append(entry.detail)
            records.extend(entry.addenda)
        records.append(batch.control)
    records.append(file.control)
    dialect = Options(encoding=file.layout.encoding, filled_reserved_fields=True).dialect
    lines = [form_of(type(one), dialect).format(one, number) for number, one in enumerate(records, 1)]
    return join(lines, file.layout)
