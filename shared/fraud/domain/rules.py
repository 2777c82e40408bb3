"""Rules as they are written: an edition is a whole set that is in force from a day on; see `rules/` for the form."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.fraud.domain.errors import FraudError
from shared.kernel.assessment import Verdict
from shared.kernel.currency import MINOR_UNIT_DIGITS
from shared.kernel.errors import ClearwayError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_VERDICTS = {verdict.value: verdict for verdict in (Verdict.REVIEW, Verdict.BLOCK)}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: when its CEL expression is true, its verdict and its reason hold."""

    id: str
    expression: str
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Edition:
    """A whole set of rules. `version` is a digest of its content; `amounts` are minor units by name and currency."""

    version: str
    effective_from: date
    amounts: Mapping[str, Mapping[str, int]]
    rules: tuple[Rule, ...]


def parse_edition(text: str) -> Edition:
    """The edition in a TOML text. Raises RULES_MALFORMED, naming the rule or the amount at fault."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise malformed(f"no TOML: {error}") from error
    start, amounts, tables = content.get("effective_from"), content.get("amounts", {}), content.get("rules")
    # A moment is a date too, to Python; an edition starts with a day.
    if not isinstance(start, date) or isinstance(start, datetime):
        raise malformed("effective_from is no date")
    if not isinstance(amounts, dict) or not isinstance(tables, list) or not tables:
        raise malformed("an edition has amounts and at least one rule")
    for name, by_currency in amounts.items():
        _check_amount(name, by_currency)
    rules = tuple(_rules(tables))
    if len({rule.id for rule in rules}) != len(rules):
        raise malformed("an id stands on two rules")
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    version = f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"
    return Edition(version, start, amounts, rules)


def malformed(detail: str) -> ClearwayError:
    """The error for rules that cannot be used."""
    return ClearwayError(FraudError.RULES_MALFORMED, detail)


def _check_amount(name: str, by_currency: Any) -> None:
    if not _NAME.fullmatch(name) or not isinstance(by_currency, dict) or set(by_currency) != set(MINOR_UNIT_DIGITS):
        # Without an amount for a currency its rules could not judge a payment in it.
        raise malformed(f"amount {name}: it needs every currency that is booked, and no other")
    if not all(type(each) is int and each > 0 for each in by_currency.values()):
        raise malformed(f"amount {name}: whole minor units above zero are needed")


def _rules(tables: list[Any]) -> Iterator[Rule]:
    for number, table in enumerate(tables, start=1):
        match table:
            case {"id": str(id_), "expression": str(expression), "verdict": verdict, "reason": str(reason), **other}:
                if other or verdict not in _VERDICTS or not reason or not _NAME.fullmatch(id_):
                    raise malformed(f"rule {id_}: verdict is review or block, and nothing but the four fields is known")
                yield Rule(id_, expression.strip(), _VERDICTS[verdict], reason)
            case _:
                raise malformed(f"rule number {number}: id, expression, verdict and reason are needed")
