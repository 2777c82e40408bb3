"""The indexes that queries need are those described: the emulator asks for none, but Firestore does.

infra/firestore/indexes.json has the composite ones, infra/firestore/fields.json the single fields; Terraform takes all
other single-field indexes away. Both lists are derived here from the queries themselves, and every call in the product
that asks a query must have been run for that.
"""

from __future__ import annotations

import ast
import importlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from types import FrameType
from typing import Any

import pytest

from emulators.embedded import Wrapping
from scripts.closure import ROOT
from scripts.verify_all import verify
from shared.adapters.memory.objects import InMemoryObjects
from shared.formats.iso20022.statements import Page
from shared.formats.nacha.sent_back import Change
from shared.kernel import ids
from shared.kernel.party import Direction
from shared.ledger.queries.trial_balance import trial_balance
from shared.ledger.queries.verify_books import verify_books
from shared.payments.queries.all_payments import all_payments, held_by_account
from shared.ports.documents import Document, DocumentReader
from shared.rails.commands.ach.acknowledgements import requeue, take_acknowledgements
from shared.runtime.backbone import Backbone, Documents
from shared.runtime.replay import quarantined, replay
from shared.runtime.steps.timer_ach import cut as ach_cut
from shared.runtime.steps.timer_ach import inbound as ach_inbound
from shared.runtime.steps.timer_ach import without_origin
from shared.runtime.steps.timer_schedules import run_due_schedules
from shared.runtime.web import HttpRequest
from tests.support.ach import ORIGIN, AchWorld, an_instruction
from tests.support.bank_statements import Line, leg_line, statement_of
from tests.support.booked_world import MONDAY, BookedWorld, noon
from tests.support.builders import ADA, WALLET
from tests.support.world import AUTHORIZATION, World

INFRA = ROOT / "infra" / "firestore"
Index = tuple[tuple[str, str], ...]
Place = tuple[str, int]


def index_of(how: Mapping[str, Any]) -> Index:
    """The conditions of a query as Firestore indexes them: equalities, then the array, then the range as ordered."""
    equal = [(name, "ASCENDING") for name in sorted(how.get("equal") or {})]
    array = [(how["contains"][0], "CONTAINS")] if how.get("contains") else []
    bound = how.get("at_least") or how.get("at_most")
    ordered = [(bound[0], "DESCENDING" if how.get("descending") else "ASCENDING")] if bound else []
    return (*equal, *array, *ordered)


def needs_of(how: Mapping[str, Any]) -> tuple[Index | None, Index]:
    """The composite index that a query needs, or else the single fields.

    A single-field index serves an array alone, and a range alone in its direction. Equalities alone need one each,
    which Firestore merges. It documents no merging of an array's index with those of equalities, so that pair has its
    own index, and so has anything beside a range. A scan by id needs none.
    https://cloud.google.com/firestore/docs/concepts/index-overview
    """
    index = index_of(how)
    kinds = [how.get("equal"), how.get("contains"), how.get("at_least") or how.get("at_most")]
    return (index, ()) if sum(map(bool, kinds)) > 1 else (None, index)


class Noted:
    """What all recording stores have noted."""

    def __init__(self) -> None:
        self.composite: set[tuple[str, Index]] = set()
        self.single: set[tuple[str, str, str]] = set()

    def note(self, collection: str, how: Mapping[str, Any]) -> None:
        composite, single = needs_of(how)
        if composite is not None:
            self.composite.add((collection, composite))
        self.single |= {(collection, *one) for one in single}


class Reading:
    """A reader of documents that notes the indexes of each query."""

    def __init__(self, reader: DocumentReader, noted: Noted) -> None:
        self.reader, self.noted, self.get = reader, noted, reader.get

    def find(self, collection: str, **how: Any) -> Sequence[Document]:
        """Note, and pass on."""
        self.noted.note(collection, how)
        return self.reader.find(collection, **how)


class Recording(Reading):
    """A document store that does so, also in its snapshots."""

    def __init__(self, inner: Documents, noted: Noted) -> None:
        super().__init__(inner, noted)
        self.inner, self.run = inner, inner.run

    def snapshot(self) -> DocumentReader:
        """A snapshot that notes too."""
        return Reading(self.inner.snapshot(), self.noted)


@pytest.mark.parametrize(
    ("how", "composite", "single"),
    [
        ({}, None, ()),
        ({"equal": {"b": 1, "a": 2}}, None, (("a", "ASCENDING"), ("b", "ASCENDING"))),
        ({"contains": ("c", 1)}, None, (("c", "CONTAINS"),)),
        ({"at_least": ("r", 1), "at_most": ("r", 2), "descending": True}, None, (("r", "DESCENDING"),)),
        ({"at_most": ("r", 2)}, None, (("r", "ASCENDING"),)),
        (
            {"equal": {"b": 1, "a": 2}, "at_most": ("r", 1)},
            (("a", "ASCENDING"), ("b", "ASCENDING"), ("r", "ASCENDING")),
            (),
        ),
        ({"equal": {"a": 1}, "at_least": ("r", 1), "descending": True}, (("a", "ASCENDING"), ("r", "DESCENDING")), ()),
        ({"contains": ("c", 1), "at_least": ("r", 1)}, (("c", "CONTAINS"), ("r", "ASCENDING")), ()),
        ({"equal": {"a": 1}, "contains": ("c", 1)}, (("a", "ASCENDING"), ("c", "CONTAINS")), ()),
    ],
    ids=str,
)
def test_the_indexes_of_a_query_follow_from_its_conditions(
    how: dict[str, Any], composite: Index | None, single: Index
) -> None:
    assert needs_of(how) == (composite, single)


def pay_and_look(noted: Noted) -> None:
    """Payments, a poison message, gauges, schedules, accounts, ACH cut-offs and the proofs of the books."""
    stores: list[Documents] = []

    def record(inner: Documents) -> Documents:
        stores.append(Recording(inner, noted))
        return stores[-1]

    world = World(Wrapping(documents=record))
    world.pay()
    world.publish_unreadable()
    assert world.cloud.settle_down()
    for job in ("sweep", "watch", "books"):
        assert world.cloud.endpoints["timer"](HttpRequest("POST", f"/{job}")).status == 200
    backbone = Backbone(stores[0], world.twins.broker, world.twins.clock)
    run_due_schedules(backbone)
    assert len(list(quarantined(stores[0]))) == 1
    account = f"accounts/{ids.wallet_account_id(ADA, WALLET)}"
    asked = [f"{account}/{path}" for path in ("entries", "entries?order=oldest", "balance?at=2026-11-02T00:00:00Z")]
    for path in (*asked, "schedules", "schedules?status=active"):
        assert world.cloud.call("GET", f"/v1/{path}", authorization=AUTHORIZATION).status == 200
    assert verify(stores[0]).balanced
    assert verify_books(stores[0], held_by_account(all_payments(stores[0]))).balanced
    assert trial_balance(stores[0])
    assert without_origin(backbone) == {}
    for _ in range(2):  # over a same-day cut-off and a standard one, on a banking day
        world.twins.clock.advance(12 * 3600)
        ach_cut(backbone, InMemoryObjects(), ORIGIN)
        ach_inbound(backbone, InMemoryObjects(), ORIGIN, lambda _: None)


def send_back_entries(noted: Noted) -> None:
    """A sent entry is corrected while another to the same account waits, and a file is refused and sent again."""
    world = AchWorld()
    world.desk = world.seen = replace(world.desk, documents=Recording(world.documents, noted))
    world.rail.submit(an_instruction("pay_a.debit", direction=Direction.DEBIT))
    (file,) = world.at("2026-11-03T20:01").cut()
    world.rail.submit(an_instruction("pay_b.credit"))
    header, entry = world.batch_of("pay_a.debit")
    world.bank_sends(
        "c.ach", (header, Change(entry=entry, code="C05", corrected_data="32")), settled_on=date(2026, 11, 5)
    )
    assert world.inbound() == {"files": 1, "changed": 1}
    world.objects.put_new(f"ach/acknowledgements/{file.id}.json", b'{"status": "refused", "reason": "limits"}')
    assert take_acknowledgements(world.clock.now(), world.desk) == {"refused": 1}
    assert requeue(file.id, world.desk) == 1


def reconcile_a_day(noted: Noted) -> None:
    """A statement in pages, with a leg of ours, a leg that was in an ACH file, and a stranger's entry."""
    world = BookedWorld()
    store = Recording(world.documents, noted)
    world = BookedWorld(store, world.objects, world.clock)
    key = world.move("in", "card", 10_00, noon(MONDAY))
    for number, line in enumerate([leg_line(10_00, "B1", key), Line(7_00, "B2", "X")], 1):
        page = Page(number, number == 2)
        data = statement_of(MONDAY, [line], page=page, closing_minor=17_00)
        world.put(f"card/USD/{MONDAY}-00{number}.xml", data)
    sent = world.move("out", "ach", -5_00, noon(MONDAY))
    world.file("file-1", {sent: -5_00})
    data = statement_of(MONDAY, [Line(-5_00, "B3", file_id="file-1", count=1)])
    world.put(f"ach/USD/{MONDAY}.xml", data)
    world.run(datetime(2026, 3, 3, 12, tzinfo=UTC))
    assert world.positions()


def sites() -> dict[Place, range]:
    """The lines of every call in the product that asks a query, by the file and the line where it begins."""
    found = {}
    for path in sorted((ROOT / "shared").rglob("*.py")):
        if path.relative_to(ROOT / "shared").parts[0] in {"adapters", "ports"}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
                ("s.find", "reader.find", "every_document")
            ):
                found[str(path), node.lineno] = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return found


@contextmanager
def lines_run(files: set[str]) -> Iterator[set[Place]]:
    """The lines of these files that are run meanwhile."""
    run: set[Place] = set()

    def line(frame: FrameType, event: str, _: object) -> Any:
        if event == "line":
            run.add((frame.f_code.co_filename, frame.f_lineno))
        return line

    before = sys.gettrace()
    sys.settrace(lambda frame, *_: line if frame.f_code.co_filename in files else None)
    try:
        yield run
    finally:
        sys.settrace(before)


@pytest.fixture(scope="module")
def noted() -> Noted:
    """The indexes of every query in the product."""
    asked, noted = sites(), Noted()
    with lines_run({file for file, _ in asked}) as run:
        for story in (pay_and_look, send_back_entries, reconcile_a_day):
            story(noted)
    never = [
        f"{file.removeprefix(f'{ROOT}/')}:{begin}"
        for (file, begin), lines in asked.items()
        if not any((file, line) in run for line in lines)
    ]
    assert never == [], "these queries were not run, so nobody knows their indexes"
    return noted


def test_every_query_has_its_composite_index_and_every_index_its_query(noted: Noted) -> None:
    described = {
        (index["collection"], tuple((field["path"], field.get("order") or field["array"]) for field in index["fields"]))
        for index in json.loads((INFRA / "indexes.json").read_text(encoding="utf-8"))
    }
    assert noted.composite == described


def test_every_query_has_its_single_fields_and_no_other_field_is_indexed(noted: Noted) -> None:
    described = {
        (one["collection"], field["path"], field.get("order") or field["array"])
        for one in json.loads((INFRA / "fields.json").read_text(encoding="utf-8"))
        for field in one["fields"]
    }
    assert noted.single == described


def test_every_collection_that_is_written_is_described() -> None:
    written = set()
    for path in sorted((ROOT / "shared").rglob("*.py")):
        place = path.relative_to(ROOT)
        if place.parts[1] in {"adapters", "ports"}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Key":
                module = importlib.import_module(".".join(place.with_suffix("").parts))
                written.add(getattr(module, ast.unparse(node.args[0])))
    described = [one["collection"] for one in json.loads((INFRA / "fields.json").read_text(encoding="utf-8"))]
    assert sorted(written) == described


def test_only_what_is_over_expires() -> None:
    described = json.loads((INFRA / "fields.json").read_text(encoding="utf-8"))
    expiring = {one["collection"]: one["ttl"]["path"] for one in described if "ttl" in one}
    assert expiring == {"quarantine": "replayed_at"}, "payments, journal, cases and their like are kept"
    world = World()
    world.publish_unreadable()
    assert world.cloud.settle_down()
    store = world.twins.documents
    (before,) = store.find("quarantine")
    assert "replayed_at" not in before.fields
    replay(next(quarantined(store)), Backbone(store, world.twins.broker, world.twins.clock))
    (after,) = store.find("quarantine")
    assert isinstance(after.fields["replayed_at"], datetime)
