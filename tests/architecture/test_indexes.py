"""The composite indexes that queries need are those described: the emulator asks for none, but Firestore does."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from emulators.embedded import Wrapping
from scripts.closure import ROOT
from scripts.verify_all import verify
from shared.adapters.memory.objects import InMemoryObjects
from shared.contracts.catalogue import request_message
from shared.contracts.payments import request_from_domain
from shared.kernel import ids
from shared.ports.documents import Document
from shared.runtime.backbone import Backbone, Documents
from shared.runtime.replay import quarantined
from shared.runtime.steps.timer_ach import cut as ach_cut
from shared.runtime.steps.timer_ach import inbound as ach_inbound
from shared.runtime.steps.timer_reconcile import run_reconciliation
from shared.runtime.steps.timer_schedules import run_due_schedules
from shared.runtime.web import HttpRequest
from tests.support.ach import ORIGIN
from tests.support.builders import ADA, WALLET, a_request
from tests.support.world import AUTHORIZATION, World

Index = tuple[tuple[str, str], ...]


def index_of(how: Mapping[str, Any]) -> Index | None:
    """The composite index that a query needs: equalities, then the array, then the range in the order asked for.

    None where Firestore's automatic indexes serve: equalities alone (it merges them), an array alone, a range alone in
    either direction. It documents no merging of an array's index with those of equalities, so that pair has its own.
    https://cloud.google.com/firestore/docs/concepts/index-overview
    """
    equal = [(name, "ASCENDING") for name in sorted(how.get("equal") or {})]
    array = [(how["contains"][0], "CONTAINS")] if how.get("contains") else []
    bound = how.get("at_least") or how.get("at_most")
    ordered = [(bound[0], "DESCENDING" if how.get("descending") else "ASCENDING")] if bound else []
    return (*equal, *array, *ordered) if sum(map(bool, (equal, array, ordered))) > 1 else None


class Recording:
    """A document store that notes the composite index of each query."""

    def __init__(self, inner: Documents) -> None:
        self.inner = inner
        self.needed: set[tuple[str, Index]] = set()
        self.run, self.get = inner.run, inner.get

    def find(self, collection: str, **how: Any) -> Sequence[Document]:
        """Note, and pass on."""
        index = index_of(how)
        if index is not None:
            self.needed.add((collection, index))
        return self.inner.find(collection, **how)


@pytest.mark.parametrize(
    ("how", "index"),
    [
        ({}, None),
        ({"equal": {"a": 1, "b": 2}}, None),
        ({"contains": ("c", 1)}, None),
        ({"at_least": ("r", 1), "at_most": ("r", 2), "descending": True}, None),
        (
            {"equal": {"b": 1, "a": 2}, "at_most": ("r", 1)},
            (("a", "ASCENDING"), ("b", "ASCENDING"), ("r", "ASCENDING")),
        ),
        ({"equal": {"a": 1}, "at_least": ("r", 1), "descending": True}, (("a", "ASCENDING"), ("r", "DESCENDING"))),
        ({"contains": ("c", 1), "at_least": ("r", 1)}, (("c", "CONTAINS"), ("r", "ASCENDING"))),
        ({"equal": {"a": 1}, "contains": ("c", 1)}, (("a", "ASCENDING"), ("c", "CONTAINS"))),
    ],
    ids=str,
)
def test_the_composite_index_of_a_query_follows_from_its_conditions(how: dict[str, Any], index: Index | None) -> None:
    assert index_of(how) == index


def test_every_query_has_its_index_and_every_index_its_query() -> None:
    stores: list[Recording] = []

    def record(inner: Documents) -> Documents:
        stores.append(Recording(inner))
        return stores[-1]

    world = World(Wrapping(documents=record))
    world.pay()
    unheard = {"type": "payment.request", "version": "9"}
    world.twins.broker.publish(replace(request_message(request_from_domain(a_request())), attributes=unheard))
    assert world.cloud.settle_down()
    world.cloud.endpoints["timer"](HttpRequest("POST", "/sweep"))
    run_due_schedules(Backbone(stores[0], world.twins.broker, world.twins.clock))
    assert len(list(quarantined(stores[0]))) == 1
    account = ids.wallet_account_id(ADA, WALLET)
    for asked in ("entries", "entries?order=oldest", "balance?at=2026-11-02T00:00:00Z"):
        reply = world.cloud.call("GET", f"/v1/accounts/{account}/{asked}", authorization=AUTHORIZATION)
        assert reply.status == 200
    assert verify(stores[0]).balanced
    backbone = Backbone(stores[0], world.twins.broker, world.twins.clock)
    for _ in range(2):  # over a same-day cut-off and a standard one, on a banking day
        world.twins.clock.advance(12 * 3600)
        ach_cut(backbone, InMemoryObjects(), ORIGIN)
        ach_inbound(backbone, InMemoryObjects(), ORIGIN, lambda _: None)
    run_reconciliation(backbone, InMemoryObjects())
    described = json.loads((ROOT / "infra" / "firestore" / "indexes.json").read_text(encoding="utf-8"))
    indexes = {
        (index["collection"], tuple((field["path"], field.get("order") or field["array"]) for field in index["fields"]))
        for index in described
    }
    assert stores[0].needed == indexes
