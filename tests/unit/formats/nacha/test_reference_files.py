"""Against 82 files and what another implementation says of them (moov-io/ach, in Go).

Its verdict and ours differ for the files in STRICTER: there the rules are broken, and the other reader does not look.
It counts returns and notifications of change outside of international batches only. For accounting advices it names the
totals of the usual file control, which such files do not have: ADVICES holds those of theirs, debits and credits in
cents.
"""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from shared.formats.nacha.errors import NachaError
from shared.formats.nacha.file import Category
from shared.formats.nacha.reading import read
from shared.formats.nacha.records import BatchHeader
from shared.formats.nacha.writing import write

pytestmark = pytest.mark.skipif(
    "CLEARWAY_TEST_DATA" not in os.environ, reason="CLEARWAY_TEST_DATA names no folder with data"
)

STRICTER = {
    "20180713-IAT.ach": (13, "transaction_code", "a debit in a batch of credits (220), where IAT is not looked at"),
    "20180716-IAT-A17.ach": (15, "transaction_code", "the same"),
    "flattenIATBatchesMultipleBatchHeaders.ach": (2, "originator_status_code", "0 is for accounting advices only"),
    "txp-credit.ach": (2, "effective_entry_date", "every field of the line stands one position too far left"),
    "txp-debit.ach": (4, "entry_sequence_number", "the numbers of the addenda stand two positions too far left"),
}
ADVICES = {
    "adv-read.ach": (250_000, 50_000),
    "adv.ach": (250_000, 50_000),
    "flattenADVBatchesOneBatchHeader.ach": (0, 600_000),
}
LARGE = "PPD-200-batches-100000-entries.ach.gz"


def folder() -> Path:
    return Path(os.environ["CLEARWAY_TEST_DATA"]) / "ach"


def content(name: str) -> bytes:
    return (folder() / "files" / name).read_bytes()


def expected() -> list[dict[str, Any]]:
    if "CLEARWAY_TEST_DATA" not in os.environ:
        return []
    found = [json.loads(line) for line in (folder() / "expected.jsonl").read_text(encoding="utf-8").splitlines()]
    # One name stands there twice, for two files of different sizes, of which the folder holds one.
    return [one for one in found if (folder() / "files" / one["file"]).stat().st_size == one["bytes"]]


VALID = [one for one in expected() if one["valid"] and one["file"] not in STRICTER]
INVALID = [one for one in expected() if not one["valid"]]


def test_every_file_has_a_verdict() -> None:
    assert len(VALID) + len(STRICTER) + len(INVALID) == 81
    assert {one["file"] for one in expected()} | {LARGE} == {path.name for path in (folder() / "files").iterdir()}


def test_a_large_file_is_read_and_written_with_the_same_bytes() -> None:
    data = gzip.decompress((folder() / "files" / LARGE).read_bytes())
    file = read(data)
    assert write(file) == data
    assert (len(file.batches), sum(1 for _ in file.entries)) == (200, 100_199)


@pytest.mark.parametrize("one", VALID, ids=lambda one: one["file"])
def test_a_valid_file_is_read_counted_and_written_with_the_same_bytes(one: dict[str, Any]) -> None:
    data = content(one["file"])
    file = read(data)
    assert write(file) == data
    domestic = [batch for batch in file.batches if isinstance(batch.header, BatchHeader)]
    sent_back = Counter(entry.category for batch in domestic for entry in batch.entries)
    forward = sent_back.pop(Category.FORWARD, 0)
    changes = sent_back.pop(Category.CHANGE, 0) + sent_back.pop(Category.REFUSED_CHANGE, 0)
    assert len(file.batches) == one["batches"]
    assert sum(1 for _ in file.entries) == one["entries"]
    assert {"IAT" if batch not in domestic else batch.sec_code for batch in file.batches} == set(one["sec_codes"])
    assert (changes, sent_back.total()) == (one["change_notices"], one["return_entries"])
    assert forward + changes + sent_back.total() == sum(len(batch.entries) for batch in domestic)
    totals = (file.control.total_debit_cents, file.control.total_credit_cents)
    assert totals == ADVICES.get(one["file"], (one["control_debit_cents"], one["control_credit_cents"]))


@pytest.mark.parametrize("one", INVALID, ids=lambda one: one["file"])
def test_an_invalid_file_is_refused_with_a_line_and_a_field(one: dict[str, Any]) -> None:
    data = content(one["file"])
    with pytest.raises(NachaError) as caught:
        read(data)
    assert 1 <= caught.value.line <= len(data) // 50 + 1
    assert caught.value.field_name
    assert caught.value.reason


@pytest.mark.parametrize(("name", "where"), STRICTER.items())
def test_where_we_are_stricter_we_say_where(name: str, where: tuple[int, str, str]) -> None:
    with pytest.raises(NachaError) as caught:
        read(content(name))
    assert (caught.value.line, caught.value.field_name) == where[:2]
