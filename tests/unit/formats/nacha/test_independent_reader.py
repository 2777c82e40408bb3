"""Our files, read by a reader that shares no code with us (achkit).

It knows forward entries only: it counts neither returned credits nor returned debits, and so says nothing about files
of returns. Those, the classes and the international entries were read once with moov-io/ach.
"""

from __future__ import annotations

import achkit

from shared.formats.nacha.writing import write
from tests.unit.formats.nacha.samples import batch, entry, file_of, payments


def test_our_payments_pass_its_checks_and_it_reads_the_same_values() -> None:
    file = payments()
    text = write(file).decode()
    assert achkit.validate(text) == {"ok": True, "errors": []}
    found = achkit.parse(text)
    assert found["control"]["total_debit"] == file.control.total_debit_cents
    assert found["control"]["total_credit"] == file.control.total_credit_cents
    theirs = [one for found_batch in found["batches"] for one in found_batch["entries"]]
    assert [(one["account"], one["amount_cents"], one["trace_number"], len(one["addenda"])) for one in theirs] == [
        (one.detail.account_number, one.amount_cents, one.detail.trace_number, len(one.addenda)) for one in file.entries
    ]


def test_our_filler_and_block_count_pass_at_every_length() -> None:
    for entries in range(1, 22):
        assert achkit.validate(write(file_of(batch("PPD", *[entry()] * entries))).decode())["ok"]


def test_it_sees_what_is_wrong() -> None:
    assert not achkit.validate(write(payments()).decode().replace("0000012345", "0000012346"))["ok"]
