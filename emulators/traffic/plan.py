"""What the generator hands over: customers and submissions in the API's own words, each with what was planted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

from shared.kernel.ids import customer_id, payment_id

HTTP_ACCEPTED = frozenset({200, 201, 202})
HTTP_CONFLICT = frozenset({409})


class Phase(IntEnum):
    """The order of sending: a phase starts when the one before it has come to rest."""

    CUSTOMERS = 1
    FUNDING = 2
    TRAFFIC = 3


class Kind(StrEnum):
    """What a submission is: ordinary, or the sort of trouble that was planted with it."""

    ORDINARY = "ordinary"
    FRAUD = "fraud"
    SANCTIONED = "sanctioned"
    RAIL_FAILURE = "rail_failure"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    LIMIT_EXCEEDED = "limit_exceeded"


@dataclass(frozen=True, slots=True)
class Label:
    """What was planted: the kind, its variety (`card_testing`), and a note for people on how it was done."""

    kind: Kind
    variety: str = ""
    note: str = ""

    def __str__(self) -> str:
        """`kind` or `kind:variety`, the name under which the report counts it."""
        return f"{self.kind}:{self.variety}" if self.variety else str(self.kind)


ORDINARY = Label(Kind.ORDINARY)


@dataclass(frozen=True, slots=True)
class Expected:
    """What may become of a submission.

    `states` are the acceptable final states of its payment; those of `caught` mean that the system saw what was
    planted (empty where there is nothing to catch). `http` are the acceptable statuses of the answer.
    """

    states: frozenset[str]
    caught: frozenset[str] = frozenset()
    http: frozenset[int] = HTTP_ACCEPTED


@dataclass(frozen=True, slots=True)
class CustomerPlan:
    """A customer to create: the body of `POST /v1/customers`, and what was planted with this customer."""

    body: Mapping[str, Any]
    label: Label = ORDINARY
    phase: Phase = Phase.CUSTOMERS

    @property
    def reference(self) -> str:
        """The tenant's own id of the customer."""
        return str(self.body["reference"])


@dataclass(frozen=True, slots=True)
class PaymentPlan:
    """A submission: the body of `POST /v1/payments` and its `Idempotency-Key`.

    `at_s` is when it is sent, in seconds of the world's day from the start of its phase; a driver may press the day
    together, but keeps the order. Neighbours with the same key and the same `at_s` are to be sent at once.
    `case` names the planted case that the submission is part of: a burst is one case of many payments.
    """

    idempotency_key: str
    body: Mapping[str, Any]
    label: Label
    phase: Phase
    at_s: int
    expected: Expected
    case: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A day of a world. `payments` is in sending order: by phase, then by `at_s`."""

    seed: int
    tenant: str
    customers: tuple[CustomerPlan, ...]
    payments: tuple[PaymentPlan, ...]

    def payment_id(self, submission: PaymentPlan) -> str:
        """The id under which the system knows the submission's payment."""
        return payment_id(self.tenant, submission.idempotency_key)

    def customer_id(self, customer: CustomerPlan) -> str:
        """The id under which the system knows the customer."""
        return customer_id(self.tenant, customer.reference)

    def distinct_payments(self) -> int:
        """How many payments there are once repetitions are counted as one."""
        return len({submission.idempotency_key for submission in self.payments})

    def lines(self) -> Iterator[str]:
        """The plan as JSON, one object a line: customers, then submissions; the same plan gives the same bytes."""
        for customer in self.customers:
            yield _line({"phase": int(customer.phase), "label": _label(customer.label), "customer": customer.body})
        for submission in self.payments:
            yield _line(
                {
                    "phase": int(submission.phase),
                    "at_s": submission.at_s,
                    "label": _label(submission.label),
                    "case": submission.case,
                    "payment_id": self.payment_id(submission),
                    "idempotency_key": submission.idempotency_key,
                    "payment": submission.body,
                    "expected": {
                        "states": sorted(submission.expected.states),
                        "caught": sorted(submission.expected.caught),
                        "http": sorted(submission.expected.http),
                    },
                }
            )


def _label(label: Label) -> dict[str, str]:
    return {"name": str(label), "note": label.note}


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
