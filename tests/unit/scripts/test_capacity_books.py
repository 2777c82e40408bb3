"""The dated books and the operations: which one counts, what is refused, and that the shipped ones are whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from emulators.description import load_system
from scripts.capacity.books import Kind, limits_at, prices_at
from scripts.capacity.errors import CapacityError
from scripts.capacity.operations import OPERATIONS, Counts, load_operations
from scripts.capacity.question import REGION
from shared.kernel.errors import ClearwayError

DAY = date(2026, 11, 24)
PRICE = '{amount: 0.10, per: 3, unit: thing, source: "a page"}'
LIMIT = '{amount: 5, unit: things, kind: hard, raise: "ask", source: "a page"}'


def a_book(of: str, entry: str, *, day: str = "2026-11-24", region: str = REGION, more: str = "") -> str:
    currency = ", currency: USD" if of == "prices" else ""
    return f"  - {{from: {day}, region: {region}{currency}, {of}: {{a: {entry}}}{more}}}\n"


def written(folder: Path, *books: str) -> Path:
    path = folder / "books.yaml"
    path.write_text("books:\n" + "".join(books), encoding="utf-8")
    return path


def detail_of(call: Callable[[], object], code: CapacityError) -> str:
    with pytest.raises(ClearwayError) as caught:
        call()
    assert caught.value.code is code
    return caught.value.detail


def test_the_last_book_that_has_begun_counts(tmp_path: Path) -> None:
    later = PRICE.replace("0.10", "0.20")
    path = written(tmp_path, a_book("prices", later, day="2027-01-01"), a_book("prices", PRICE))
    on = {
        day: prices_at(date.fromisoformat(day), REGION, path).price("a").amount for day in ("2026-12-31", "2027-01-01")
    }
    assert on == {"2026-12-31": Decimal("0.10"), "2027-01-01": Decimal("0.20")}


def test_a_price_is_exact_and_for_as_many_units_as_it_says(tmp_path: Path) -> None:
    price = prices_at(DAY, REGION, written(tmp_path, a_book("prices", PRICE))).price("a")
    assert (price.amount, price.of(Decimal(9))) == (Decimal("0.1"), Decimal("0.3"))


def test_a_day_before_the_first_book_and_a_region_without_one_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, a_book("prices", PRICE))
    early = detail_of(lambda: prices_at(date(2026, 11, 23), REGION, path), CapacityError.NO_BOOK)
    assert early == "books.yaml has no price book for 2026-11-23; the first begins on 2026-11-24"
    where = detail_of(lambda: prices_at(DAY, "mars-east1", path), CapacityError.NO_BOOK)
    assert where == "books.yaml has no price book for the region mars-east1; regions with one: us-central1"


def test_a_price_and_a_limit_that_a_book_lacks_are_named() -> None:
    assert "has no price b" in detail_of(lambda: prices_at(DAY, REGION).price("b"), CapacityError.BAD_FIGURES)
    assert "have no b" in detail_of(lambda: limits_at(DAY, REGION).limit("b"), CapacityError.BAD_FIGURES)


BROKEN = [
    (PRICE.replace("0.10", "-1"), "", "books.yaml: cannot be read: a figure must not be negative in"),
    (PRICE.replace("0.10", ".inf"), "", "books.yaml: cannot be read: a figure must be finite in"),
    (PRICE.replace("0.10", "cheap"), "", "books.yaml: books[0].prices.a.amount must be Decimal, not str"),
    (PRICE.replace("unit: thing, ", ""), "", "books.yaml: books[0].prices.a.unit is missing"),
    (PRICE.replace("unit:", "units:"), "", "books.yaml: books[0].prices.a.units is not a known key"),
    (PRICE.replace("per: 3", "per: 0"), "", "books.yaml: a price's `per` must be above 0"),
    (PRICE, ", free: {a: {amount: 1, every: week, source: b}}", "books.yaml: free.a.every must be day or month"),
    (
        PRICE,
        ", free: {c: {amount: 1, every: day, source: b}}",
        "the price book of 2026-11-24 for us-central1 has no price c",
    ),
    ("[1]", "", "books.yaml: books[0].prices.a must be a mapping"),
]


@pytest.mark.parametrize(("entry", "more", "sentence"), BROKEN, ids=[case[2][-40:] for case in BROKEN])
def test_a_broken_price_is_refused_with_its_place(entry: str, more: str, sentence: str, tmp_path: Path) -> None:
    path = written(tmp_path, a_book("prices", entry, more=more))
    detail = detail_of(lambda: prices_at(DAY, REGION, path), CapacityError.BAD_FIGURES)
    # Behind what YAML cannot read stand the line and the column.
    assert detail.startswith(sentence) if "cannot be read" in sentence else detail == sentence


@pytest.mark.parametrize("change", [("hard", "firm"), ("amount: 5", "amount: 0")])
def test_a_limit_of_an_unknown_kind_or_of_nothing_is_refused(change: tuple[str, str], tmp_path: Path) -> None:
    path = written(tmp_path, a_book("limits", LIMIT.replace(*change)))
    sentence = detail_of(lambda: limits_at(DAY, REGION, path), CapacityError.BAD_FIGURES)
    assert sentence == "books.yaml: a must be hard, soft or ramp, and above 0"


def test_a_file_that_is_missing_or_no_yaml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("books: [", encoding="utf-8")
    for name in ("broken.yaml", "missing.yaml"):
        found = detail_of(lambda name=name: prices_at(DAY, REGION, tmp_path / name), CapacityError.BAD_FIGURES)  # type: ignore[misc]
        assert found.startswith(f"{name}: cannot be read: ")


def test_every_shipped_price_and_limit_has_a_source_on_a_page_of_googles() -> None:
    prices, limits = prices_at(DAY, REGION), limits_at(DAY, REGION)
    sources = [one.source for book in (prices.prices, prices.free, limits.limits) for one in book.values()]
    assert [one for one in sources if not one.startswith("https://cloud.google.com/")] == []
    assert [name for name, one in limits.limits.items() if not one.raise_] == []
    assert {one.kind for one in limits.limits.values()} == {kind.value for kind in Kind}


def test_every_counted_operation_has_a_price() -> None:
    priced = {
        "reads": "firestore_read",
        "writes": "firestore_write",
        "messages": "pubsub_delivery",
        "tasks": "tasks_operation",
        "rail_calls": "nat_data",
    }
    assert set(priced) == {one.name for one in fields(Counts)}
    assert set(priced.values()) <= set(prices_at(DAY, REGION).prices)


def test_every_function_on_a_payments_way_has_its_times() -> None:
    operations = load_operations()
    called = {step.split(".")[0] for route in operations.routes.values() for step in route.steps}
    assert called <= {function.name for function in load_system().functions}
    assert called == set(operations.assumed.wall_ms.value) == set(operations.measured.cpu_ms)


OPERATIONS_BROKEN = [
    ("accounts: 2,", "accounts: 1,", "a route's documents must sum up to its writes"),
    ("payment-events: 5}", "payment-events: 6}", "a route's topics must sum up to its messages"),
    ("stored: {payout:", "stored: {payin:", "bytes.stored must name the routes, no more and no less"),
    ("other: 10", "others: 10", "timer_reads must have `other`"),
    ("target_share: {value: 0.6", "target_share: {value: 0", "assumed.target_share must be above 0 and at most 1"),
    (
        "forwarding_rules: 4",
        "forwarding_rules: 6",
        "at most 5 forwarding rules have one price together; more need a price of their own",
    ),
    ("nat_addresses: 2", "nat_addresses: 0", "planned.nat_addresses must be at least 1"),
    ("fraud: 250", "frauds: 250", "bytes.log_lines must name every step of a route"),
    ("payment-requests: 520", "requests: 520", "bytes.messages must name every topic of a route"),
]


@pytest.mark.parametrize(("good", "bad", "sentence"), OPERATIONS_BROKEN, ids=[case[2] for case in OPERATIONS_BROKEN])
def test_operations_that_contradict_themselves_are_refused(good: str, bad: str, sentence: str, tmp_path: Path) -> None:
    text = OPERATIONS.read_text(encoding="utf-8")
    assert good in text
    path = tmp_path / "operations.yaml"
    path.write_text(text.replace(good, bad), encoding="utf-8")
    assert detail_of(lambda: load_operations(path), CapacityError.BAD_FIGURES) == f"operations.yaml: {sentence}"


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ("kms_key: 6", "planned.kms_key is not a known key"),
        ("kms_keys: 6.5", "planned.kms_keys must be int, not Decimal"),
        ("kms_keys: -1", 'cannot be read: a figure must not be negative in "<unicode string>"'),
    ],
)
def test_a_planned_figure_is_one_of_those_that_are_known_and_whole(bad: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "operations.yaml"
    path.write_text(OPERATIONS.read_text(encoding="utf-8").replace("kms_keys: 6", bad), encoding="utf-8")
    assert detail_of(lambda: load_operations(path), CapacityError.BAD_FIGURES).startswith(
        f"operations.yaml: {sentence}"
    )


def test_a_book_takes_an_earlier_ones_prices_over_and_names_what_changed(tmp_path: Path) -> None:
    path = tmp_path / "books.yaml"
    head = f"  - {{region: {REGION}, currency: USD, "
    early_book = f"{head}from: 2026-11-24, prices: &early {{a: {PRICE}, b: {PRICE}}}}}\n"
    late_book = f"{head}from: 2027-01-01, prices: {{b: {PRICE.replace('0.10', '7')}, <<: *early}}}}\n"
    path.write_text(f"books:\n{early_book}{late_book}", encoding="utf-8")
    early, late = (prices_at(date.fromisoformat(day), REGION, path).prices for day in ("2026-12-31", "2027-01-01"))
    assert [one.amount for one in (early["a"], early["b"])] == [Decimal("0.1"), Decimal("0.1")]
    assert [one.amount for one in (late["a"], late["b"])] == [Decimal("0.1"), Decimal(7)]


def test_alerts_are_free_until_the_day_from_which_google_will_charge_for_them() -> None:
    before, after = (prices_at(date.fromisoformat(day), REGION) for day in ("2027-08-31", "2027-09-01"))
    changed = {name: one.amount for name, one in after.prices.items() if one != before.price(name)}
    assert changed == {"alert_metric": Decimal("0.35"), "alert_point": Decimal("0.50")}
    assert {before.price(name).amount for name in changed} == {Decimal(0)}
    assert set(after.prices) == set(before.prices)
    assert after.free == before.free
