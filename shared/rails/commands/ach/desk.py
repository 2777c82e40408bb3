"""What every job of the ACH rail needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from shared.ports.clock import Clock
from shared.ports.documents import DocumentReader, Transactor
from shared.ports.objects import ObjectStore
from shared.rails.domain.ach.origin import AchOrigin

RAIL = "ach"


class Documents(Transactor, DocumentReader, Protocol):
    """Both halves of the document store."""


@dataclass(frozen=True, slots=True)
class AchDesk:
    """The store, the files exchanged with the bank, the time, and who we are.

    `claim_max` is how many entries one transaction takes into a file. Each is a write of its own in the commit, which
    stays far below what Firestore takes in one (10 MiB and 500 field transforms).
    """

    documents: Documents
    objects: ObjectStore
    clock: Clock
    origin: AchOrigin
    claim_max: int = 100
