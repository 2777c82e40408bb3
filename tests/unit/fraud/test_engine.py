"""Loading and running rules: what is wrong is refused with its name, what fails at run time lets nothing pass."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Thread

import pytest

from shared.fraud.domain.errors import FraudError
from shared.fraud.domain.features import Feature, features_of
from shared.fraud.domain.profile import Profile
from shared.fraud.domain.rules import parse_edition
from shared.fraud.engine import CompiledEdition, RuleSet
from shared.kernel.assessment import Verdict
from shared.kernel.currency import MINOR_UNIT_DIGITS
from shared.kernel.errors import ClearwayError
from tests.unit.fraud.payments import Pay

AMOUNT = "[amounts.high_minor]\n" + "\n".join(f"{currency} = 1_000" for currency in sorted(MINOR_UNIT_DIGITS))
START = "effective_from = 2026-01-01"


def rule(expression: str, id_: str = "some_rule", verdict: str = "review") -> str:
    return f'[[rules]]\nid = "{id_}"\nverdict = "{verdict}"\nreason = "because"\nexpression = """{expression}"""'


def compiled(*rules: str) -> CompiledEdition:
    return CompiledEdition(parse_edition("\n".join([START, AMOUNT, *rules])))


def features(amount_minor: int = 5_00) -> Mapping[str, Feature]:
    return features_of(Pay(0, amount_minor).facts(), Profile())


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (rule("amount_minor >"), "some_rule"),
        (rule("amuont_minor > 1"), "amuont_minor"),
        (rule('amount_minor > "1"'), "some_rule"),
        (rule("amount_over_mean > 1"), "some_rule"),
        (rule("amount_minor + 1"), "some_rule: it gives INT, not BOOL"),
        (rule("dyn(amount_minor)"), "not BOOL"),
        (rule("night", verdict="allow"), "some_rule"),
        (rule("night", verdict="deny"), "some_rule"),
        (rule("night", id_="Some Rule"), "Some Rule"),
        (rule("night") + '\npriority = "high"', "some_rule"),
        (rule("night") + "\n" + rule("own_transfer"), "an id stands on two rules"),
        ('[[rules]]\nid = "half"', "rule number 1"),
        ("rules = []", "at least one rule"),
        (AMOUNT.replace("high_minor", "night") + "\n" + rule("night"), "amount night: a feature has this name"),
        (AMOUNT.replace("USD = 1_000", "USD = 0").replace("high", "low") + "\n" + rule("night"), "amount low_minor"),
        (AMOUNT.replace("JPY = 1_000", "").replace("high", "low") + "\n" + rule("night"), "amount low_minor"),
        (AMOUNT.replace("JPY", "XXX").replace("high", "low") + "\n" + rule("night"), "amount low_minor"),
        ("[[rules]", "no TOML"),
    ],
)
def test_a_bad_edition_is_refused_and_the_place_is_named(text: str, named: str) -> None:
    with pytest.raises(ClearwayError) as caught:
        CompiledEdition(parse_edition(f"{START}\n{text}"))
    assert caught.value.code is FraudError.RULES_MALFORMED
    assert named in caught.value.detail


@pytest.mark.parametrize("start", ["", 'effective_from = "soon"', "effective_from = 2026-01-01T00:00:00Z"])
def test_an_edition_starts_with_a_day(start: str) -> None:
    with pytest.raises(ClearwayError, match="effective_from"):
        parse_edition(f"{start}\n{rule('night')}")


def test_all_rules_are_evaluated_and_those_that_fire_come_in_the_files_order() -> None:
    edition = compiled(
        rule("amount_minor > 1", "first"),
        rule("amount_minor < 1", "never"),
        rule('currency == "USD"', "last", "block"),
    )
    fired = edition.evaluate(features())
    assert [(each.code, each.verdict, each.reason) for each in fired] == [
        ("first", Verdict.REVIEW, "because"),
        ("last", Verdict.BLOCK, "because"),
    ]


@pytest.mark.parametrize(
    "expression",
    ["amount_minor / count_24h > 1", "amount_minor * 9223372036854775807 > 1", "night || 1 / own_transfers_1h > 0"],
)
def test_a_rule_that_cannot_be_evaluated_sends_the_payment_to_people(expression: str) -> None:
    edition = compiled(rule(expression, "broken", "block"), rule("amount_minor > 1", "sound"))
    fired = edition.evaluate(features())
    assert [(each.code, each.verdict) for each in fired] == [
        ("rule_error:broken", Verdict.REVIEW),
        ("sound", Verdict.REVIEW),
    ]


def test_a_missing_feature_lets_nothing_pass() -> None:
    seen = {name: value for name, value in features().items() if name != "amount_minor"}
    (fired,) = compiled(rule("amount_minor > 1")).evaluate(seen)
    assert fired.code == "rule_error:some_rule"


def test_an_amount_is_that_of_the_payments_currency() -> None:
    text = "\n".join([START, AMOUNT.replace("JPY = 1_000", "JPY = 9"), rule("amount_minor > high_minor")])
    edition = CompiledEdition(parse_edition(text))
    dollars, yen = ({**features(amount_minor=10), "currency": currency} for currency in ("USD", "JPY"))
    assert not edition.evaluate(dollars)
    assert edition.evaluate(yen)


def test_the_version_is_of_the_content_and_not_of_its_layout() -> None:
    edition = parse_edition(f"{START}\n{AMOUNT}\n{rule('night')}")
    assert parse_edition(f"# A remark.\n{START}\n\n{AMOUNT}\n{rule('night')}").version == edition.version
    changed = [f"{START}\n{AMOUNT}\n{rule('!night')}", f"{START}\n{AMOUNT.replace('USD = 1_000', 'USD = 1_001')}\n"]
    changed[1] += rule("night")
    assert edition.version not in {parse_edition(text).version for text in changed}


def test_an_edition_holds_from_its_day_until_the_next_one(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text(f"effective_from = 2026-01-01\n{rule('night', 'old')}")
    (tmp_path / "a.toml").write_text(f"effective_from = 2026-07-01\n{rule('night', 'new')}")
    rules = RuleSet.load(tmp_path)

    def start(*moment: int) -> date | None:
        edition = rules.in_force(datetime(*moment, tzinfo=UTC))  # type: ignore[misc, arg-type]
        return edition.edition.effective_from if edition else None

    assert start(2025, 12, 31, 23, 59, 59) is None
    assert start(2026, 1, 1) == date(2026, 1, 1)
    assert start(2026, 6, 30, 23, 59, 59) == date(2026, 1, 1)
    assert start(2026, 7, 1) == date(2026, 7, 1)


def test_two_editions_of_one_day_or_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ClearwayError, match="at least one edition"):
        RuleSet.load(tmp_path)
    edition = parse_edition(f"{START}\n{rule('night')}")
    with pytest.raises(ClearwayError, match="one day"):
        RuleSet((edition, edition))


def test_threads_share_a_compiled_edition() -> None:
    edition = compiled(rule("amount_minor % 2 == 1", "odd"))
    wrong: list[int] = []

    def work(first: int) -> None:
        base = dict(features())
        wrong.extend(
            amount_minor
            for amount_minor in range(first, first + 400)
            if bool(edition.evaluate({**base, "amount_minor": amount_minor})) != (amount_minor % 2 == 1)
        )

    threads = [Thread(target=work, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
