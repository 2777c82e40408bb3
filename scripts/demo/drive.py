"""Send a plan, phase by phase, and wait until everything has come to rest."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from emulators.traffic.plan import CustomerPlan, PaymentPlan, Phase, Plan
from scripts.demo.stage import Stage

SENDERS = 8
ATTEMPTS = 8
# A client takes these as "not now"; every other answer is the answer.
PASSING = frozenset({0, 429, 500, 502, 503, 504})

Show = Callable[[str, int, int], None]
One = TypeVar("One")


@dataclass(slots=True)
class Drive:
    """What was sent: the answer to each submission, and when each phase began and came to rest (wall clock)."""

    answers: list[int] = field(default_factory=list)
    began: dict[Phase, float] = field(default_factory=dict)
    rested: dict[Phase, float] = field(default_factory=dict)
    stuck: int = 0


def drive(stage: Stage, plan: Plan, show: Show, *, patience_s: float) -> Drive:
    """Send everything. `show` is told of progress: what is going on, how far, of how much."""
    done = Drive()
    _send_all(done, Phase.CUSTOMERS, plan.customers, lambda one: _customer(stage, one), show)
    for phase in (Phase.FUNDING, Phase.TRAFFIC):
        payments = [one for one in plan.payments if one.phase is phase]
        done.answers += _send_all(done, phase, _turns(payments), lambda turn: turn.take(stage), show)
        done.stuck = _rest(stage, len(payments), f"{phase.name.lower()}: under way", show, patience_s)
        done.rested[phase] = time.monotonic()
    return done


def _send_all(done: Drive, phase: Phase, ones: Sequence[One], send: Callable[[One], int], show: Show) -> list[int]:
    done.began[phase] = time.monotonic()
    answers = []
    with ThreadPoolExecutor(SENDERS) as pool:
        for number, answer in enumerate(pool.map(send, ones), start=1):
            answers.append(answer)
            show(f"{phase.name.lower()}: sent", number, len(ones))
    return answers


def _customer(stage: Stage, planned: CustomerPlan) -> int:
    return _send(stage, "/v1/customers", json.dumps(planned.body).encode(), {})


@dataclass(slots=True)
class _Turn:
    """A submission, and the answer to the earlier one of the same key that it has to wait for."""

    planned: PaymentPlan
    after: threading.Event | None
    answered: threading.Event = field(default_factory=threading.Event)

    def take(self, stage: Stage) -> int:
        """Send it when its turn has come. Senders take turns in order, so what it waits for is under way."""
        if self.after is not None:
            self.after.wait()
        try:
            body = json.dumps(self.planned.body).encode()
            return _send(stage, "/v1/payments", body, {"Idempotency-Key": self.planned.idempotency_key})
        finally:
            self.answered.set()


def _turns(payments: Sequence[PaymentPlan]) -> list[_Turn]:
    """Submissions of one key follow each other, except those that are planned for the same moment."""
    turns: list[_Turn] = []
    last: dict[str, _Turn] = {}
    for planned in payments:
        before = last.get(planned.idempotency_key)
        after = None
        if before is not None:
            after = before.after if before.planned.at_s == planned.at_s else before.answered
        turn = _Turn(planned, after)
        turns.append(turn)
        last[planned.idempotency_key] = turn
    return turns


def _send(stage: Stage, path: str, body: bytes, headers: dict[str, str]) -> int:
    """Send as a careful client does: the same request again while the answer is "not now"."""
    status = 0
    for attempt in range(ATTEMPTS):
        status = stage.send(path, body, headers)
        if status not in PASSING:
            break
        time.sleep(min(5.0, 0.1 * 2**attempt))
    return status


def _rest(stage: Stage, total: int, what: str, show: Show, patience_s: float) -> int:
    """Wait until no payment is live, or patience ends; returns how many still are."""
    deadline = time.monotonic() + patience_s
    ever_after = datetime.now(UTC) + timedelta(days=3650)
    while True:
        stage.pump()
        live = len(stage.documents.find("payments", at_most=("drive_at", ever_after), limit=10_000))
        show(what, max(0, total - live), total)
        if not live or time.monotonic() > deadline:
            return live
