"""What a gate (fraud, compliance) says of a payment, in the words that every context shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """A gate's answer, in rising severity: the most severe reason decides."""

    ALLOW = "allow"
    REVIEW = "review"
    BLOCK = "block"


_SEVERITY = {Verdict.ALLOW: 0, Verdict.REVIEW: 1, Verdict.BLOCK: 2}


def most_severe(verdicts: list[Verdict]) -> Verdict:
    """The most severe of the verdicts; ALLOW when there is none."""
    return max(verdicts, key=_SEVERITY.__getitem__, default=Verdict.ALLOW)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a verdict: a stable code, and a sentence for people that holds no personal data."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """A gate's verdict with everything needed to explain it and to compute it again.

    `evidence` holds plain values only (str, int, float, bool, lists and maps of them): the features that were seen and
    the versions of rules, limits and lists that were in force.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
