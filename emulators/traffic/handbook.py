"""The Fraud Detection Handbook's simulated card transactions as payments from wallets to merchants' wallets.

Its parquet files are read by DuckDB, which Clearway does not depend on but the BigQuery emulator's environment has:

    .venv-bigquery/bin/python -m emulators.traffic.handbook TRANSACTIONS.parquet PAYMENTS.csv --limit 1000

Columns used: TRANSACTION_ID, TX_DATETIME, CUSTOMER_ID, TERMINAL_ID, TX_AMOUNT (dollars), TX_FRAUD (0 or 1),
TX_FRAUD_SCENARIO (1: an amount above 220; 2: a terminal compromised for 28 days; 3: a customer's card misused for 14).
Source: Le Borgne, Siblini, Lebichot, Bontempi, "Reproducible Machine Learning for Credit Card Fraud Detection", ch. 3.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from emulators.traffic.errors import TrafficError
from shared.kernel.errors import ClearwayError

BATCH_ROWS = 10_000
# A row of zero dollars is no payment; the raw files hold a few.
_QUERY = """
    SELECT TRANSACTION_ID AS id, CUSTOMER_ID AS customer, TERMINAL_ID AS terminal,
           CAST(round(TX_AMOUNT * 100) AS BIGINT) AS amount_minor,
           CAST(TX_FRAUD AS INTEGER) AS fraud, CAST(TX_FRAUD_SCENARIO AS INTEGER) AS scenario,
           CAST(epoch(CAST(TX_DATETIME AS TIMESTAMP)) AS BIGINT) AS at_s
    FROM read_parquet(?)
    WHERE round(TX_AMOUNT * 100) > 0
    ORDER BY TX_DATETIME, TRANSACTION_ID
    LIMIT ?
"""


def handbook_rows(path: Path, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """The first `limit` transactions by time, with the columns of `files.py`.

    Raises FILE_UNREADABLE for a file that is not the Handbook's, PACKAGE_MISSING where DuckDB is not installed.
    """
    try:
        duckdb = importlib.import_module("duckdb")
    except ImportError as error:
        detail = (
            "parquet needs the package duckdb, which the BigQuery emulator's environment has: convert the file with"
            f" .venv-bigquery/bin/python -m emulators.traffic.handbook {path.name} payments.csv"
        )
        raise ClearwayError(TrafficError.PACKAGE_MISSING, detail) from error
    connection = duckdb.connect(":memory:")
    try:
        cursor = connection.execute(_QUERY, [str(path), limit if limit is not None else sys.maxsize])
        names = [column[0] for column in cursor.description]
        start_s: int | None = None
        while batch := cursor.fetchmany(BATCH_ROWS):
            for record in batch:
                transaction = dict(zip(names, record, strict=True))
                start_s = transaction["at_s"] if start_s is None else start_s
                yield payment_row(transaction, start_s)
    except duckdb.Error as error:
        detail = f"{path.name} is not one of the Handbook's parquet files"
        raise ClearwayError(TrafficError.FILE_UNREADABLE, detail) from error
    finally:
        connection.close()


def payment_row(transaction: Mapping[str, Any], start_s: int) -> dict[str, Any]:
    """One transaction as a row of `files.py`: the customer's wallet pays the wallet of the terminal's merchant."""
    return {
        "key": f"handbook-{transaction['id']}",
        "source_reference": f"handbook-customer-{transaction['customer']}",
        "source_instrument": "wallet-usd",
        "destination_reference": f"handbook-merchant-{transaction['terminal']}",
        "destination_instrument": "wallet-usd",
        "amount_minor": transaction["amount_minor"],
        "currency": "USD",
        "description": "Card purchase",
        "label": f"fraud:handbook_{transaction['scenario']}" if transaction["fraud"] else "ordinary",
        "at_s": transaction["at_s"] - start_s,
    }


def main(arguments: list[str] | None = None) -> int:
    """Convert a parquet file to CSV; prints how many rows and frauds were written. Leaves no half of a file behind."""
    parser = argparse.ArgumentParser(prog="python -m emulators.traffic.handbook", description=__doc__.split("\n")[0])
    parser.add_argument("parquet", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--limit", type=int, default=None, help="at most so many transactions, from the first on")
    given = parser.parse_args(arguments)
    rows = frauds = 0
    try:
        with given.out.open("w", encoding="utf-8", newline="") as file:
            writer: csv.DictWriter[str] | None = None
            for row in handbook_rows(given.parquet, given.limit):
                if writer is None:
                    writer = csv.DictWriter(file, fieldnames=list(row))
                    writer.writeheader()
                writer.writerow(row)
                rows += 1
                frauds += row["label"] != "ordinary"
    except ClearwayError as error:
        given.out.unlink(missing_ok=True)
        print(error.detail, file=sys.stderr)
        return 1
    print(f"{rows} payments, {frauds} of them fraud, in {given.out.name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
