"""What every step of the pipeline needs: the store, the time, and how long a payment may lie still."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.payments.domain.payment import DrivePolicy
from shared.ports.clock import Clock
from shared.ports.documents import Transactor


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Given to every command by the function that runs it."""

    transactor: Transactor
    clock: Clock
    drive: DrivePolicy = field(default_factory=DrivePolicy)
