"""Running rules: CEL expressions, type-checked when they are loaded and evaluated against a payment's features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cel_expr_python import cel

from shared.fraud.domain.features import FEATURES, Feature
from shared.fraud.domain.rules import Edition, Rule, malformed, parse_edition
from shared.kernel.assessment import Verdict

RULES_DIR = Path(__file__).with_name("rules")
_CEL_TYPES = {int: cel.Type.INT, bool: cel.Type.BOOL, float: cel.Type.DOUBLE, str: cel.Type.STRING}


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that fired, or that could not be evaluated: then `code` is `rule_error:<id>` and people decide."""

    code: str
    verdict: Verdict
    reason: str


class CompiledEdition:
    """An edition whose expressions are ready to run."""

    def __init__(self, edition: Edition) -> None:
        """Compile and type-check. Raises RULES_MALFORMED, naming the rule and what is wrong with it."""
        self.edition = edition
        clash = set(edition.amounts) & set(FEATURES)
        if clash:
            raise malformed(f"amount {min(clash)}: a feature has this name")
        variables = {name: _CEL_TYPES[kind] for name, (kind, _) in FEATURES.items()}
        self._environment = cel.NewEnv(variables=variables | dict.fromkeys(edition.amounts, cel.Type.INT))
        self._expressions = [(rule, self._compiled(rule)) for rule in edition.rules]

    def evaluate(self, features: Mapping[str, Feature]) -> tuple[Fired, ...]:
        """Every rule that fires, in the order of the file; all are evaluated, and a failing one lets nothing pass."""
        currency = features["currency"]
        amounts = {name: by_currency[str(currency)] for name, by_currency in self.edition.amounts.items()}
        seen = self._environment.Activation({**features, **amounts})
        fired = (_outcome(rule, expression.eval(seen).value()) for rule, expression in self._expressions)
        return tuple(each for each in fired if each is not None)

    def _compiled(self, rule: Rule) -> cel.Expression:
        try:
            expression = self._environment.compile(rule.expression)
        except RuntimeError as error:  # the library has no type of its own for a refused expression
            raise malformed(f"rule {rule.id}: {error}") from error
        if expression.return_type() != cel.Type.BOOL:
            raise malformed(f"rule {rule.id}: it gives {expression.return_type().name()}, not BOOL")
        return expression


class RuleSet:
    """All editions of the rules; each is in force from its day (UTC) until the next one's."""

    def __init__(self, editions: tuple[Edition, ...]) -> None:
        """Compile them all. Raises RULES_MALFORMED for a bad rule, two editions of one day, or none at all."""
        starts = [edition.effective_from for edition in editions]
        if not starts or len(set(starts)) != len(starts):
            raise malformed("at least one edition is needed, and no two may start on one day")
        self._editions = [CompiledEdition(each) for each in sorted(editions, key=lambda each: each.effective_from)]

    @staticmethod
    def load(folder: Path = RULES_DIR) -> RuleSet:
        """The rules of a folder's `*.toml`, by default the ones that travel with the code."""
        files = sorted(folder.glob("*.toml"))
        return RuleSet(tuple(parse_edition(file.read_text(encoding="utf-8")) for file in files))

    def in_force(self, at: datetime) -> CompiledEdition | None:
        """The edition that holds for a payment submitted at this moment; None before the first."""
        day = at.astimezone(UTC).date()
        return next((each for each in reversed(self._editions) if each.edition.effective_from <= day), None)


def _outcome(rule: Rule, value: object) -> Fired | None:
    if value is False:
        return None
    if value is True:
        return Fired(rule.id, rule.verdict, rule.reason)
    # Division by zero, overflow: the library returns the error in place of a value.
    return Fired(f"rule_error:{rule.id}", Verdict.REVIEW, "a rule could not be evaluated on this payment")
