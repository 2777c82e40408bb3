"""Breaks as cases: opened once for each break, closed by themselves when the break is gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.kernel.assessment import Reason
from shared.ports.documents import Document, Key, Transaction
from shared.reconciliation.documents import GATE, OPEN, RESOLVED


@dataclass(frozen=True, slots=True)
class Case:
    """A break as people read of it. `reason` holds amounts, days and references, and nothing of a person.

    `about` stands for what both sides said when the break was found.
    """

    key: Key
    rail: str
    currency: str
    reason: Reason
    payment_id: str = ""
    tenant: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """How many cases a unit of work opened and closed."""

    opened: int = 0
    closed: int = 0


def stage_cases(
    tx: Transaction,
    found: Mapping[Key, Document | None],
    wanted: Sequence[Case],
    gone: Sequence[Key],
    now: datetime,
) -> Changes:
    """Open what is wanted and not there, and resolve what is gone; `found` are the documents of both, as read.

    What people resolved stays resolved, until one of the sides says something else of it; an open case then says it
    too. What reconciliation had resolved itself is opened again: the break is back.
    """
    opened = closed = 0
    for case in wanted:
        document = found[case.key]
        before = document.fields if document else {}
        told = before.get("about") == case.about
        if document is None:
            opened += 1
            tx.create(case.key, _fields(case, now))
        elif before["status"] == RESOLVED and (before.get("resolved_by") == GATE or not told):
            opened += 1
            tx.replace(case.key, _fields(case, now))
        elif before["status"] == OPEN and not told:
            tx.replace(case.key, _fields(case, before["opened_at"]))
    for key in gone:
        document = found[key]
        if document is not None and document.fields["status"] == OPEN:
            closed += 1
            tx.replace(key, {**document.fields, "status": RESOLVED, "resolved_at": now, "resolved_by": GATE})
    return Changes(opened, closed)


def _fields(case: Case, opened_at: datetime) -> dict[str, Any]:
    return {
        "payment_id": case.payment_id,
        "tenant": case.tenant,
        "gate": GATE,
        "status": OPEN,
        "opened_at": opened_at,
        "reasons": [{"code": case.reason.code, "text": case.reason.text}],
        "rail": case.rail,
        "currency": case.currency,
        "about": case.about,
    }
