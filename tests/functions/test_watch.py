"""What monitoring reads in the timer's lines: the gauges of `watch` and the balance of `books`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.documents import InMemoryDocuments
from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.usage import measured
from shared.ledger.documents import shard_key
from shared.ports.documents import Document, DocumentReader, Key, Transaction
from shared.ports.objects import ObjectInfo
from shared.rails.ach_documents import day_key
from shared.rails.domain.ach.schedule import return_rate_days
from shared.runtime.backbone import Backbone
from shared.runtime.list_names import PARTICIPANTS, SDN
from shared.runtime.steps import timer_books, timer_watch
from shared.runtime.steps.timer import timer_endpoint
from shared.runtime.steps.timer_books import READING_MAX, books
from shared.runtime.steps.timer_watch import watch
from shared.runtime.web import HttpRequest
from tests.support.builders import ADA
from tests.support.world import LISTED, World


def line_of(world: World, job: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    """The status of a call of the job, and its one line."""
    capsys.readouterr()
    status = world.cloud.endpoints["timer"](HttpRequest("POST", f"/{job}")).status
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (line,) = [one for one in found if one["message"] == f"timer: {job}"]
    return status, line


def backbone(world: World) -> Backbone:
    twins = world.twins
    return Backbone(twins.documents, twins.broker, twins.clock, twins.tasks)


def test_a_world_in_which_all_is_well_has_gauges_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    world = World()
    world.pay()
    assert world.cloud.settle_down()
    world.twins.clock.advance(2 * 3600)
    status, line = line_of(world, "watch", capsys)
    assert (status, line["severity"], line["failed"]) == (200, "INFO", 0)
    assert (line["quarantine_open"], line["overdue"], line["overdue_oldest_h"], line["cases_open"]) == (0, 0, 0.0, 0)
    assert line["return_rates"] == {"unauthorized": 0.0, "administrative": 0.0, "overall": 0.0}
    assert line["return_rate_of_limit"] == 0.0
    assert 2.0 <= line["lists_age_h"] < 3.0


def test_each_gauge_shows_what_it_is_named_after(capsys: pytest.CaptureFixture[str]) -> None:
    world = World(account_number="100000304")  # pending for ever
    world.publish_unreadable()
    world.pay("held", destination=(ADA, LISTED))
    world.pay("pending")
    world.cloud.settle_down(timedelta(minutes=1))
    due = world.payment("pending").drive_at
    assert due is not None
    world.twins.clock.advance_to(due + timedelta(minutes=15) - timedelta(seconds=1))
    assert line_of(world, "watch", capsys)[1]["overdue"] == 0, "a sweep may still be on its way"
    world.twins.clock.advance_to(due + timedelta(hours=3))
    today = world.twins.clock.now().date()
    world.twins.documents.run(lambda tx: tx.create(day_key(today), {"debits": 400, "returned": 30, "returned_R10": 1}))
    world.twins.lists.upload(PARTICIPANTS["rtp"], b"021000021")
    status, line = line_of(world, "watch", capsys)
    assert (status, line["quarantine_open"], line["cases_open"]) == (200, 1, 1)
    assert (line["overdue"], line["overdue_oldest_h"]) == (1, 3.0)
    assert line["return_rates"] == {"unauthorized": 0.0025, "administrative": 0.0, "overall": 0.075}
    assert line["return_rate_of_limit"] == 0.5, "both are at half of their limits, 0.5 % and 15 %"
    assert line["list_ages_h"] == {
        SDN: line["lists_age_h"],
        "watchlist/alt.csv": line["lists_age_h"],
        PARTICIPANTS["rtp"]: 0.0,
        PARTICIPANTS["fednow"]: -1,
    }
    world.twins.lists.delete(SDN)
    assert line_of(world, "watch", capsys)[1]["lists_age_h"] == -1


def test_a_gauge_that_cannot_be_read_hides_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    world = World()

    class Away:
        def describe(self, name: str) -> ObjectInfo | None:
            raise ClearwayError(KernelError.UNAVAILABLE, "the store cannot be reached")

    found = watch(backbone(world), Away())  # type: ignore[arg-type]
    assert found["failed"] == 1
    assert "lists_age_h" not in found
    assert {"quarantine_open", "overdue", "cases_open", "return_rates"} <= set(found)
    (told,) = [json.loads(one) for one in capsys.readouterr().out.splitlines() if "gauge not read" in one]
    assert (told["severity"], told["gauge"], told["code"]) == ("ERROR", "lists", "unavailable")


def test_what_watching_reads_is_bounded_and_a_gauge_says_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    for name, value in (("QUARANTINE_MAX", 3), ("CASES_MAX", 4), ("OVERDUE_PER_SHARD_MAX", 2)):
        monkeypatch.setattr(timer_watch, name, value)
    now = world.twins.clock.now()

    def fill(tx: Transaction) -> None:
        for number in range(80):
            tx.create(Key("quarantine", f"q{number}"), {"status": "open"})
            tx.create(Key("cases", f"c{number}"), {"status": "open"})
            stuck = {"drive_shard": number % 8, "drive_at": now - timedelta(hours=number)}
            tx.create(Key("payments", f"p{number}"), stuck)

    world.twins.documents.run(fill)
    with measured() as counts:
        found = watch(backbone(world), world.twins.lists)
    assert (found["quarantine_open"], found["cases_open"], found["overdue"]) == (3, 4, 16)
    assert found["overdue_oldest_h"] == 79.0, "the longest due are seen first"
    assert counts.reads == 3 + 4 + 16 + return_rate_days(date(2026, 11, 2))
    assert (counts.writes, counts.messages, counts.tasks) == (0, 0, 0)


def test_quarantined_messages_are_counted_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each may have 900 kB, and the timer has 512 MiB and a request of Firestore 10 s: all at once is too much."""
    world = World()
    documents = world.twins.documents

    def fill(tx: Transaction) -> None:
        for number in range(25):
            tx.create(Key("quarantine", f"q{number:02}"), {"status": "open"})
        tx.create(Key("quarantine", "r"), {"status": "replayed"})

    documents.run(fill)
    pages: list[int] = []
    find = documents.find

    def noted(collection: str, **how: Any) -> Sequence[Document]:
        found = find(collection, **how)
        if collection == "quarantine":
            pages.append(len(found))
        return found

    monkeypatch.setattr(documents, "find", noted)
    assert watch(backbone(world), world.twins.lists)["quarantine_open"] == 25
    assert pages == [10, 10, 5]
    monkeypatch.setattr(timer_watch, "QUARANTINE_MAX", 20)
    assert watch(backbone(world), world.twins.lists)["quarantine_open"] == 20
    assert pages[3:] == [10, 10]


def test_balanced_books_are_told_with_their_size(capsys: pytest.CaptureFixture[str]) -> None:
    world = World()
    world.pay()
    assert world.cloud.settle_down()
    status, line = line_of(world, "books", capsys)
    assert (status, line["severity"], line["unbalanced"]) == (200, "INFO", 0)
    documents = world.twins.documents
    assert line["accounts"] == len(documents.find("accounts")) + len(documents.find("house_shards"))
    assert line["seconds"] >= 0
    assert line["usage"]["writes"] == 0


def spoil(documents: InMemoryDocuments, key: Key, **fields: Any) -> None:
    def work(tx: Transaction) -> None:
        (found,) = tx.get(key)
        tx.replace(key, {**(found.fields if found else {}), **fields})

    documents.run(work)


def test_an_unbalanced_currency_and_an_account_that_cannot_be_read_are_errors(
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = World()
    documents = world.twins.documents
    account, other = documents.find("accounts")
    shard = shard_key("house.fees.EUR", 0)
    documents.run(lambda tx: tx.create(shard, {"account": "house.fees.EUR", "currency": "EUR"}))
    spoil(documents, account.key, credits_posted_minor=account.fields["credits_posted_minor"] + 1)
    spoil(documents, shard, debits_posted_minor=7)
    status, line = line_of(world, "books", capsys)
    assert (status, line["severity"], line["unbalanced"]) == (200, "ERROR", 2)
    spoil(documents, other.key, currency=None)
    world.cloud.endpoints["timer"](HttpRequest("POST", "/books"))
    told = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
    assert {one["currency"]: one["debits_less_credits_minor"] for one in told if "currency" in one} == {
        "EUR": 7,
        "USD": -1,
    }
    assert told[-1]["unbalanced"] == 3
    assert [one["documents"] for one in told if "documents" in one] == [[str(other.key)]]


class Slow(InMemoryDocuments):
    """A store that takes a minute for each page."""

    minute: ManualClock

    def snapshot(self) -> DocumentReader:
        """A snapshot as slow."""
        there, clock = super().snapshot(), self.minute

        class Reader:
            get = there.get

            def find(self, *asked: Any, **how: Any) -> Sequence[Document]:
                clock.advance(60)
                return there.find(*asked, **how)

        return Reader()


def test_books_that_are_too_large_for_one_request_are_told_as_unfinished(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World()
    documents = Slow(world.twins.clock)
    documents.minute = world.twins.clock

    def fill(tx: Transaction) -> None:
        for number in range(5_000):
            tx.create(Key("accounts", f"{number:05}"), {"currency": "USD", "debits_posted_minor": 1})

    documents.run(fill)
    timer = timer_endpoint({"books": lambda: books(replace(backbone(world), documents=documents))})
    assert timer(HttpRequest("POST", "/books")).status == 200, "to call again would end in the same way"
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["message"], line["severity"], line["unfinished"]) == ("timer: books", "ERROR", 1)
    assert "unbalanced" not in line, "half of the accounts say nothing"
    assert 0 < line["accounts"] < 5_000
    assert READING_MAX.total_seconds() <= line["seconds"] < READING_MAX.total_seconds() + 61
    assert timedelta(seconds=300) > READING_MAX
    monkeypatch.setattr(timer_books, "READING_MAX", timedelta(hours=1))
    assert books(replace(backbone(world), documents=documents))["unbalanced"] == 1
