"""Files of payments: good rows, bad rows with their lines, and the plan that is made of them."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from emulators.traffic.__main__ import main
from emulators.traffic.errors import TrafficError
from emulators.traffic.files import COLUMNS, COLUMNS_OPTIONAL, BadRow, read_payments
from emulators.traffic.plan import ORDINARY, Kind, Label, Phase
from emulators.traffic.replay import plan_of
from emulators.traffic.world import Endpoint
from shared.contracts.base import parse
from shared.contracts.customers import CustomerRegistration
from shared.contracts.payments import PaymentRequestV1, PaymentSubmission
from shared.kernel.errors import ClearwayError
from shared.kernel.ids import customer_id
from shared.kernel.money import Money
from shared.kernel.routing_numbers import has_right_check_digit

GOOD: dict[str, str] = {
    "key": "k-1",
    "source_reference": "ann",
    "source_instrument": "wallet-usd",
    "destination_reference": "shop",
    "destination_instrument": "wallet-usd",
    "amount_minor": "1250",
    "currency": "USD",
    "description": "tea, and a bun",
    "label": "",
    "at_s": "",
}


def _csv(path: Path, *rows: dict[str, str], columns: tuple[str, ...] = (*COLUMNS, *COLUMNS_OPTIONAL)) -> Path:
    text_open = gzip.open if path.suffix == ".gz" else open
    with text_open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def _jsonl(path: Path, *lines: str) -> Path:
    text_open = gzip.open if path.suffix == ".gz" else open
    with text_open(path, "wt", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    return path


@pytest.mark.parametrize("name", ["p.csv", "p.csv.gz"])
def test_a_good_csv_row_is_a_payment(tmp_path: Path, name: str) -> None:
    second = {**GOOD, "key": "k-2", "label": "fraud:card_testing", "at_s": "90"}
    read = read_payments(_csv(tmp_path / name, GOOD, second))
    assert read.bad == ()
    first, other = read.rows
    assert (first.line, first.key, first.source, first.destination) == (
        2,
        "k-1",
        Endpoint("ann", "wallet-usd"),
        Endpoint("shop", "wallet-usd"),
    )
    assert (first.money, first.description, first.label) == (Money(1250, "USD"), "tea, and a bun", ORDINARY)
    assert (other.label, other.at_s) == (Label(Kind.FRAUD, "card_testing"), 90)


@pytest.mark.parametrize("name", ["p.jsonl", "p.jsonl.gz"])
def test_a_good_json_line_is_a_payment(tmp_path: Path, name: str) -> None:
    values: dict[str, Any] = {**GOOD, "amount_minor": 1250, "at_s": 5}
    del values["label"]
    read = read_payments(_jsonl(tmp_path / name, json.dumps(values), "", json.dumps({**values, "key": "k-2"})))
    assert read.bad == ()
    assert [(row.line, row.key, row.money.amount_minor, row.at_s) for row in read.rows] == [
        (1, "k-1", 1250, 5),
        (3, "k-2", 1250, 5),
    ]


def test_optional_columns_may_be_left_out_and_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    path = _csv(tmp_path / "p.csv", GOOD, {**GOOD, "key": "k-2"}, columns=COLUMNS)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert [row.at_s for row in read_payments(path).rows] == [0, 1]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("key", "", "missing"),
        ("key", "k" * 256, "too long, or with characters that the API refuses"),
        ("key", "two words", "too long, or with characters that the API refuses"),
        ("source_reference", "a/b", "too long, or with characters that the API refuses"),
        ("destination_instrument", "i" * 65, "too long, or with characters that the API refuses"),
        ("description", "d" * 141, "too long, or with characters that the API refuses"),
        ("description", "bell\a", "too long, or with characters that the API refuses"),
        ("description", "paid with 4111 1111 1111 1111", "holds what looks like a card number"),
        ("source_reference", "", "missing"),
        ("destination_instrument", "", "missing"),
        ("amount_minor", "12.50", "not a whole number"),
        ("amount_minor", "1_000", "not a whole number"),
        ("amount_minor", "-5", "not a whole number"),
        ("amount_minor", "٣", "not a whole number"),
        ("amount_minor", "0", "not above zero, or too large"),
        ("amount_minor", "1" + 18 * "0", "not above zero, or too large"),
        ("currency", "usd", "not an ISO 4217 currency that is booked here"),
        ("label", "frod", "no such kind of label"),
        ("at_s", "noon", "not a whole number"),
    ],
)
def test_a_bad_value_is_named_with_its_line(tmp_path: Path, column: str, value: str, reason: str) -> None:
    read = read_payments(_csv(tmp_path / "p.csv", GOOD, {**GOOD, column: value}, {**GOOD, "key": "k-3"}))
    assert read.bad == (BadRow(3, column, reason),)
    assert [row.line for row in read.rows] == [2, 4]


def test_what_is_read_is_what_the_api_takes(tmp_path: Path) -> None:
    edge = {
        **GOOD,
        "key": "!" + "~" * 254,
        "source_reference": "a.B_9:-" + "r" * 121,
        "source_instrument": "wallet_" + "w" * 57,
        "description": "é" * 140,
    }
    (row,) = read_payments(_csv(tmp_path / "p.csv", edge)).rows
    plan = plan_of([row])
    for customer in plan.customers:
        parse(CustomerRegistration, json.dumps(customer.body))
    for payment in plan.payments:
        submission = parse(PaymentSubmission, json.dumps(payment.body))
        PaymentRequestV1(tenant="demo", idempotency_key=payment.idempotency_key, payment=submission)


def test_money_does_not_go_where_it_comes_from(tmp_path: Path) -> None:
    read = read_payments(_csv(tmp_path / "p.csv", {**GOOD, "destination_reference": "ann"}))
    assert [(bad.line, bad.column) for bad in read.bad] == [(2, "destination_instrument")]


def test_lines_are_counted_through_quoted_line_breaks_and_long_rows(tmp_path: Path) -> None:
    path = _csv(tmp_path / "p.csv", {**GOOD, "description": "two\nlines"}, {**GOOD, "amount_minor": "x"})
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(",".join([*GOOD.values(), "one more"]).replace("tea, and", "tea and") + "\r\n")
    read = read_payments(path)
    assert [(bad.line, bad.column) for bad in read.bad] == [(2, "description"), (4, "amount_minor"), (5, "")]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("{", ""),
        ("[1]", ""),
        (json.dumps({**GOOD, "amount_minor": 12.0}), "amount_minor"),
        (json.dumps({**GOOD, "amount_minor": True}), "amount_minor"),
        (json.dumps({**GOOD, "source_reference": {"id": 1}}), "source_reference"),
    ],
)
def test_a_bad_json_line_is_named_with_its_line(tmp_path: Path, line: str, column: str) -> None:
    read = read_payments(_jsonl(tmp_path / "p.jsonl", json.dumps(GOOD), line))
    assert len(read.rows) == 1
    assert [(bad.line, bad.column) for bad in read.bad] == [(2, column)]


def test_a_limit_counts_rows(tmp_path: Path) -> None:
    path = _csv(tmp_path / "p.csv", *({**GOOD, "key": f"k-{number}"} for number in range(5)))
    assert len(read_payments(path, limit=3).rows) == 3


def _missing_columns(folder: Path) -> Path:
    return _csv(folder / "p.csv", GOOD, columns=("key", "amount_minor"))


def _not_text(folder: Path) -> Path:
    (folder / "p.csv").write_bytes(b"key\xff\xfe\n")
    return folder / "p.csv"


def _not_gzip(folder: Path) -> Path:
    (folder / "p.csv.gz").write_bytes(b"key,amount\n")
    return folder / "p.csv.gz"


def _cut_off(folder: Path) -> Path:
    whole = _csv(folder / "whole.csv.gz", *({**GOOD, "key": f"k-{number}"} for number in range(500))).read_bytes()
    (folder / "p.csv.gz").write_bytes(whole[: len(whole) // 2])
    return folder / "p.csv.gz"


@pytest.mark.parametrize(
    "make",
    [
        _missing_columns,
        _not_text,
        _not_gzip,
        _cut_off,
        lambda folder: folder / "absent.csv",
        lambda folder: folder / "payments.xlsx",
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(tmp_path: Path, make: Any) -> None:
    with pytest.raises(ClearwayError) as caught:
        read_payments(make(tmp_path))
    assert caught.value.code is TrafficError.FILE_UNREADABLE


def test_a_plan_of_rows_creates_the_customers_and_funds_the_wallets(tmp_path: Path) -> None:
    rows = read_payments(
        _csv(
            tmp_path / "p.csv",
            {**GOOD, "at_s": "30"},
            {**GOOD, "key": "k-2", "amount_minor": "50", "at_s": "10", "label": "fraud:x"},
            {**GOOD, "key": "k-3", "destination_reference": "ann", "destination_instrument": "bank-home"},
        )
    ).rows
    plan = plan_of(rows, tenant="acme")
    ann, shop = plan.customers
    assert [each.reference for each in (ann, shop)] == ["ann", "shop"]
    assert [each["id"] for each in ann.body["instruments"]] == ["wallet-usd", "bank-usd", "bank-home"]
    assert all(
        has_right_check_digit(each["routing_number"])
        for each in ann.body["instruments"]
        if each["kind"] == "bank_account"
    )
    assert (ann.body["type"], shop.body["type"]) == ("individual", "organisation")
    funding, *traffic = plan.payments
    assert (funding.phase, funding.body["amount_minor"]) == (Phase.FUNDING, 1250 + 50 + 1250)
    assert funding.body["destination"] == {"customer_id": customer_id("acme", "ann"), "instrument_id": "wallet-usd"}
    assert [each.idempotency_key for each in traffic] == ["k-3", "k-2", "k-1"]
    assert traffic[1].expected.caught == {"held", "rejected"}
    assert list(plan.lines()) == list(plan_of(rows, tenant="acme").lines())


def test_the_command_line_prints_the_plan_of_a_file_and_complains_about_bad_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _csv(tmp_path / "p.csv", GOOD, {**GOOD, "currency": "XXX"})
    assert main(["--file", str(path)]) == 1
    printed = capsys.readouterr()
    assert Counter(json.loads(line)["phase"] for line in printed.out.splitlines()) == {1: 2, 2: 1, 3: 1}
    assert printed.err == "p.csv, line 3: currency: not an ISO 4217 currency that is booked here\n"
