"""The composite indexes that queries need are those described: the emulator asks for none, but Firestore does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from emulators.embedded import Wrapping
from scripts.closure import ROOT
from shared.contracts.catalogue import REQUESTS_TOPIC
from shared.ports.documents import Document
from shared.ports.publisher import Message
from shared.runtime.backbone import Documents
from shared.runtime.replay import quarantined
from shared.runtime.web import HttpRequest
from tests.support.world import World


class Recording:
    """A document store that notes the composite index of each query: equalities first, then the range."""

    def __init__(self, inner: Documents) -> None:
        self.inner = inner
        self.needed: set[tuple[str, tuple[str, ...]]] = set()
        self.run, self.get = inner.run, inner.get

    def find(self, collection: str, **how: Any) -> Sequence[Document]:
        """Note, and pass on. Equalities alone, or a range alone, are served by Firestore's automatic indexes."""
        if how.get("equal") and how.get("at_most"):
            self.needed.add((collection, (*sorted(how["equal"]), how["at_most"][0])))
        return self.inner.find(collection, **how)


def test_every_query_has_its_index_and_every_index_its_query() -> None:
    stores: list[Recording] = []

    def record(inner: Documents) -> Documents:
        stores.append(Recording(inner))
        return stores[-1]

    world = World(Wrapping(documents=record))
    world.pay()
    world.twins.broker.publish(Message(REQUESTS_TOPIC, b"not json", {"type": "payment.request", "version": "1"}))
    assert world.cloud.settle_down()
    world.cloud.endpoints["timer"](HttpRequest("POST", "/sweep"))
    assert len(list(quarantined(stores[0]))) == 1
    described = json.loads((ROOT / "infra" / "firestore" / "indexes.json").read_text(encoding="utf-8"))
    indexes = {(index["collection"], tuple(field["path"] for field in index["fields"])) for index in described}
    assert stores[0].needed == indexes
