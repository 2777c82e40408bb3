"""The demo tells a sound end from one that is not."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from rich.console import Console

from emulators.embedded import SAMPLE_WATCHLIST
from emulators.traffic.generate import generate
from emulators.traffic.plan import Plan
from scripts.demo.__main__ import main
from scripts.demo.drive import Drive, drive
from scripts.demo.findings import find, percentile
from scripts.demo.show import show
from scripts.demo.stage import EmbeddedStage
from shared.ledger.documents import ACCOUNTS
from shared.ledger.domain.account import COUNTERS
from shared.ports.documents import Transaction

PAYMENTS = 200


@pytest.fixture(scope="module")
def played() -> Iterator[tuple[EmbeddedStage, Plan, Drive]]:
    plan = generate(3, PAYMENTS)
    stage = EmbeddedStage(SAMPLE_WATCHLIST)
    with contextlib.redirect_stdout(stage.log):
        yield stage, plan, drive(stage, plan, lambda *_: None, patience_s=1)


def test_a_seeded_day_ends_sound_and_as_planted(played: tuple[EmbeddedStage, Plan, Drive]) -> None:
    found = find(*played)
    assert found.sound
    assert sum(found.outcomes.values()) == PAYMENTS
    assert found.planted.unexpected == ()
    assert found.usage["settlement"]["writes"] > found.usage["settlement"]["handled"]
    out = io.StringIO()
    show(found, Console(file=out, width=110), timed=False)
    assert "balanced" in out.getvalue()


def test_a_payment_that_was_accepted_and_is_not_there_is_lost(played: tuple[EmbeddedStage, Plan, Drive]) -> None:
    stage, plan, done = played
    stranger = replace(plan.payments[0], idempotency_key="nobody-took-this-one")
    found = find(stage, replace(plan, payments=(*plan.payments, stranger)), replace_answers(done, 202))
    assert len(found.lost) == 1
    assert not found.sound


def replace_answers(done: Drive, answer: int) -> Drive:
    return replace(done, answers=[*done.answers, answer])


def test_a_cent_that_is_missing_is_found(played: tuple[EmbeddedStage, Plan, Drive]) -> None:
    stage, plan, done = played
    account = stage.documents.find(ACCOUNTS, limit=1)[0]

    def steal(tx: Transaction) -> None:
        tx.get(account.key)
        tx.replace(account.key, {**account.fields, COUNTERS[1]: account.fields[COUNTERS[1]] + 1})

    stage.documents.run(steal)
    found = find(stage, plan, done)
    assert not found.books.balanced
    assert not found.sound


def test_the_command_says_so_by_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["demo", "--embedded", "--payments", str(PAYMENTS)])
    assert main() == 0
    assert "all is well" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["demo", "--embedded", "--payments", "5"])
    assert main() == 1


def test_a_percentile_is_taken_of_few_values_too() -> None:
    assert percentile([], 99) == 0.0
    assert percentile([7.0], 50) == 7.0
    assert percentile(range(1, 102), 50) == 51
