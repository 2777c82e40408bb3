"""The Fraud Handbook's transactions as payments, and what happens where its parquet cannot be read."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from emulators.traffic.errors import TrafficError
from emulators.traffic.files import read_payments
from emulators.traffic.handbook import main as convert
from emulators.traffic.handbook import payment_row
from emulators.traffic.plan import ORDINARY, Kind, Label
from emulators.traffic.replay import plan_of
from emulators.traffic.world import Endpoint
from shared.kernel.errors import ClearwayError
from shared.kernel.money import Money

ROOT = Path(__file__).parents[2]


def test_a_transaction_of_the_handbook_is_a_purchase_between_wallets(tmp_path: Path) -> None:
    transaction = {
        "id": 9,
        "customer": 4,
        "terminal": 7,
        "amount_minor": 5716,
        "fraud": 1,
        "scenario": 2,
        "at_s": 1_000,
    }
    honest = {**transaction, "id": 10, "fraud": 0, "scenario": 0, "at_s": 1_060}
    lines = [json.dumps(payment_row(each, start_s=1_000)) for each in (transaction, honest)]
    path = tmp_path / "payments.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    first, second = read_payments(path).rows
    assert first.source == Endpoint("handbook-customer-4", "wallet-usd")
    assert first.destination == Endpoint("handbook-merchant-7", "wallet-usd")
    assert (first.money, first.label, first.at_s) == (Money(5716, "USD"), Label(Kind.FRAUD, "handbook_2"), 0)
    assert (second.label, second.at_s) == (ORDINARY, 60)


@pytest.mark.skipif(importlib.util.find_spec("duckdb") is not None, reason="DuckDB is installed in this environment")
def test_parquet_without_duckdb_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ClearwayError) as caught:
        read_payments(tmp_path / "transactions.parquet")
    assert caught.value.code is TrafficError.PACKAGE_MISSING
    assert ".venv-bigquery/bin/python -m emulators.traffic.handbook transactions.parquet" in caught.value.detail
    assert convert([str(tmp_path / "transactions.parquet"), str(tmp_path / "out.csv")]) == 1
    assert "duckdb" in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()


def test_the_handbooks_own_file_reads_by_the_converter(tmp_path: Path) -> None:
    data = os.environ.get("CLEARWAY_TEST_DATA")
    if not data:
        pytest.skip("CLEARWAY_TEST_DATA does not name the folder with the Handbook's data")
    python = ROOT / ".venv-bigquery" / "bin" / "python"
    if not python.exists():
        pytest.skip("the BigQuery emulator's environment, which has DuckDB, is not installed")
    (parquet,) = (Path(data) / "fraud").glob("handbook_raw_*.parquet")
    out = tmp_path / "payments.csv"
    command = [str(python), "-m", "emulators.traffic.handbook", str(parquet), str(out), "--limit", "2000"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    read = read_payments(out)
    assert (len(read.rows), read.bad) == (2_000, ())
    assert all(row.at_s <= later.at_s for row, later in pairwise(read.rows))
    # 0.88 % of the shared file is fraud; a mapping that lost the label, or reversed it, is far off.
    assert 0 < sum(row.label.kind is Kind.FRAUD for row in read.rows) < 100
    plan = plan_of(read.rows)
    assert plan.distinct_payments() == 2_000 + len({row.source for row in read.rows})
