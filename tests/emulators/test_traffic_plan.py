"""A generated plan: the same from the same seed, every body as the API takes it, and every wallet able to pay."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from random import Random

import pytest

from emulators.bank.magic import MAGIC, is_magic
from emulators.traffic.accounts import make_routing_number
from emulators.traffic.day import Day
from emulators.traffic.errors import TrafficError
from emulators.traffic.generate import PAYMENTS_MIN, SEED_MAX, Quota, generate
from emulators.traffic.ordinary import PAYMENTS_EACH_MAX
from emulators.traffic.plan import HTTP_CONFLICT, Kind, PaymentPlan, Phase, Plan
from emulators.traffic.rail_cases import RAIL_CASES, RailCase
from emulators.traffic.world import WALLET, Endpoint
from shared.contracts.base import parse
from shared.contracts.customers import CustomerRegistration
from shared.contracts.payments import PaymentRequestV1, PaymentSubmission
from shared.customers.domain.customer import Tier
from shared.kernel.errors import ClearwayError
from shared.kernel.ids import customer_id
from shared.kernel.party import PartyType
from shared.kernel.routing_numbers import has_right_check_digit
from shared.payments.domain.states import AT_REST

ROOT = Path(__file__).parents[2]
SEEDS = (1, 2, 3)


@pytest.fixture(scope="module", params=SEEDS)
def plan(request: pytest.FixtureRequest) -> Plan:
    return generate(request.param)


def _first_submissions(plan: Plan) -> list[PaymentPlan]:
    return list({each.idempotency_key: each for each in reversed(plan.payments)}.values())


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    command = [sys.executable, "-m", "emulators.traffic", "--seed", "7", "--payments", "300"]
    # Another hash seed would show an order taken from a set.
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONIOENCODING": "utf-8"}
    printed = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True, timeout=60)
    assert printed.stdout.decode() == "".join(f"{line}\n" for line in generate(7, 300).lines())


def test_another_seed_gives_another_day() -> None:
    one, other = generate(1), generate(2)
    assert {each.idempotency_key for each in one.payments}.isdisjoint(each.idempotency_key for each in other.payments)
    assert {each.reference for each in one.customers}.isdisjoint(each.reference for each in other.customers)
    assert [each.body["amount_minor"] for each in one.payments] != [
        each.body["amount_minor"] for each in other.payments
    ]


@pytest.mark.parametrize("payments", [PAYMENTS_MIN, 500, 777, 3_000])
def test_there_are_exactly_as_many_payments_as_asked_for(payments: int) -> None:
    plan = generate(5, payments)
    assert plan.distinct_payments() == payments
    assert len(plan.payments) > payments  # repetitions come on top


def test_too_few_payments_are_refused() -> None:
    with pytest.raises(ClearwayError) as caught:
        generate(1, PAYMENTS_MIN - 1)
    assert caught.value.code is TrafficError.TOO_FEW_PAYMENTS


@pytest.mark.parametrize("seed", [-1, SEED_MAX + 1])
def test_a_seed_that_could_make_a_card_number_of_a_key_is_refused(seed: int) -> None:
    with pytest.raises(ClearwayError) as caught:
        generate(seed)
    assert caught.value.code is TrafficError.BAD_SEED


def test_the_largest_seed_makes_a_day() -> None:
    plan = generate(SEED_MAX, PAYMENTS_MIN)
    for payment in plan.payments:
        PaymentRequestV1.model_validate_json(
            json.dumps({"tenant": "demo", "idempotency_key": payment.idempotency_key, "payment": payment.body})
        )
    for customer in plan.customers:
        parse(CustomerRegistration, json.dumps(customer.body))


def test_a_quota_that_leaves_no_room_for_ordinary_payments_is_refused() -> None:
    with pytest.raises(ClearwayError) as caught:
        generate(1, 500, quota=Quota(card_testing=20))
    assert caught.value.code is TrafficError.TOO_FEW_PAYMENTS


def test_every_customer_is_as_the_api_takes_it(plan: Plan) -> None:
    references = [each.reference for each in plan.customers]
    assert len(set(references)) == len(references)
    for customer in plan.customers:
        registered = parse(CustomerRegistration, json.dumps(customer.body)).to_domain(plan.tenant)
        assert registered.id == plan.customer_id(customer)
        assert (registered.type == PartyType.ORGANISATION) == (registered.tier == Tier.BUSINESS)
        for instrument in registered.instruments.values():
            assert instrument.currency == "USD"
            assert bool(instrument.holder_name) == instrument.id.startswith("payee-")


def test_every_routing_number_has_its_check_digit() -> None:
    numbers = [make_routing_number(Random(seed)) for seed in range(300)]
    assert all(has_right_check_digit(number) for number in numbers)
    # One wrong digit changes the sum by 1, 3 or 7 times 1 to 9, which is never a multiple of ten.
    assert not any(has_right_check_digit(number[:-1] + str((int(number[-1]) + 1) % 10)) for number in numbers)
    assert not has_right_check_digit("12345678")
    assert not has_right_check_digit("02100002x")


def test_every_payment_is_as_the_api_takes_it_and_names_instruments_that_exist(plan: Plan) -> None:
    kinds = {
        (plan.customer_id(customer), instrument["id"]): instrument["kind"]
        for customer in plan.customers
        for instrument in customer.body["instruments"]
    }
    for payment in plan.payments:
        submission = parse(PaymentSubmission, json.dumps(payment.body))
        request = PaymentRequestV1(
            tenant=plan.tenant, idempotency_key=payment.idempotency_key, payment=submission
        ).to_domain()
        assert request.payment_id == plan.payment_id(payment)
        source = (request.source.customer_id, request.source.instrument_id)
        destination = (request.destination.customer_id, request.destination.instrument_id)
        route = (kinds[source], kinds[destination])
        assert route in {("wallet", "bank_account"), ("bank_account", "wallet"), ("wallet", "wallet")}
        # A bank account is reached only by its own customer; wallets pay the wallets of others.
        assert (source[0] == destination[0]) == (route != ("wallet", "wallet"))


def test_customers_are_named_by_the_tenants_own_ids() -> None:
    plan = generate(1, tenant="acme")
    ids = {customer_id("acme", each.reference) for each in plan.customers}
    assert {each.body["source"]["customer_id"] for each in plan.payments} <= ids


def test_submissions_are_in_sending_order(plan: Plan) -> None:
    order = [(each.phase, each.at_s) for each in plan.payments]
    assert order == sorted(order)
    assert {each.phase for each in plan.payments} == {Phase.FUNDING, Phase.TRAFFIC}


def test_funding_covers_all_that_leaves_a_wallet(plan: Plan) -> None:
    balance: Counter[str] = Counter()
    for payment in _first_submissions(plan):
        body = payment.body
        if payment.phase is Phase.FUNDING:
            assert body["source"] == {**body["destination"], "instrument_id": "bank-main"}
            balance[body["destination"]["customer_id"]] += body["amount_minor"]
    for payment in _first_submissions(plan):
        if payment.phase is Phase.TRAFFIC and payment.body["source"]["instrument_id"] == "wallet-usd":
            payer, amount_minor = payment.body["source"]["customer_id"], payment.body["amount_minor"]
            if payment.label.kind is Kind.INSUFFICIENT_FUNDS:
                assert balance[payer] < amount_minor
            else:
                balance[payer] -= amount_minor
    # Nothing that comes in during the day is counted, so no order of payments can overdraw a wallet.
    assert min(balance.values()) >= 0


def test_cases_are_planted_in_the_numbers_asked_for(plan: Plan) -> None:
    cases: dict[str, set[str]] = defaultdict(set)
    for payment in plan.payments:
        cases[str(payment.label)].add(payment.case)
    quota = Quota()
    assert len(cases["fraud:card_testing"]) == quota.card_testing
    assert len(cases["fraud:account_takeover"]) == quota.account_takeover
    assert len(cases["fraud:fan_out"]) == quota.fan_out
    assert len(cases["fraud:rapid_drain"]) == quota.rapid_drain
    assert sum(len(of) for label, of in cases.items() if label.startswith("sanctioned:")) == quota.sanctioned
    assert sum(len(of) for label, of in cases.items() if label.startswith("rail_failure:")) == quota.rail_failures
    assert len(cases["insufficient_funds"]) == quota.insufficient_funds
    assert len(cases["limit_exceeded"]) == quota.limit_exceeded
    assert len(cases["duplicate:at_once"] | cases["duplicate:later"]) == quota.duplicates
    assert len(cases["conflict"]) == quota.conflicts
    assert cases["ordinary"] == {""}


def test_larger_plans_plant_more() -> None:
    small, large = generate(1, 500), generate(1, 2_000)
    of_small = {each.case for each in small.payments if each.label.kind is Kind.FRAUD}
    of_large = {each.case for each in large.payments if each.label.kind is Kind.FRAUD}
    assert len(of_large) == 4 * len(of_small)


def test_expectations_are_states_in_which_a_payment_comes_to_rest(plan: Plan) -> None:
    for payment in plan.payments:
        assert payment.expected.states <= AT_REST
        assert payment.expected.caught <= payment.expected.states


def test_ordinary_customers_pay_seldom_and_bursts_are_bursts(plan: Plan) -> None:
    ordinary = {plan.customer_id(each) for each in plan.customers if each.label.kind is Kind.ORDINARY}
    sent = Counter(
        each.body["source"]["customer_id"] for each in _first_submissions(plan) if each.phase is Phase.TRAFFIC
    )
    # One who also takes part in a planted case makes one payment more.
    assert max(sent[customer] for customer in ordinary) <= PAYMENTS_EACH_MAX + 1
    bursts = Counter(each.case for each in plan.payments if str(each.label) == "fraud:card_testing")
    assert min(bursts.values()) >= 15


def test_a_takeover_pays_a_new_payee_far_above_habit_after_the_habits(plan: Plan) -> None:
    takeovers = [each for each in plan.payments if str(each.label) == "fraud:account_takeover"]
    for attack in takeovers:
        victim = attack.body["source"]["customer_id"]
        habits = [
            each
            for each in plan.payments
            if each.body["source"] == attack.body["source"] and each.label.kind is Kind.ORDINARY
        ]
        assert len(habits) >= 3
        assert max(each.at_s for each in habits) < attack.at_s
        assert max(each.body["amount_minor"] for each in habits) * 10 < attack.body["amount_minor"]
        assert all(each.body["destination"] != attack.body["destination"] for each in habits)
        assert attack.body["destination"]["customer_id"] == victim


def test_a_fan_out_pays_each_payee_once(plan: Plan) -> None:
    by_case: dict[str, list[str]] = defaultdict(list)
    for each in plan.payments:
        if str(each.label) == "fraud:fan_out":
            by_case[each.case].append(each.body["destination"]["instrument_id"])
    for payees in by_case.values():
        assert len(set(payees)) == len(payees) >= 8


def test_only_rail_failures_touch_magic_accounts(plan: Plan) -> None:
    numbers = {
        (plan.customer_id(customer), instrument["id"]): instrument["account_number"]
        for customer in plan.customers
        for instrument in customer.body["instruments"]
        if instrument["kind"] == "bank_account"
    }
    for payment in plan.payments:
        sides = [(side["customer_id"], side["instrument_id"]) for side in _sides(payment)]
        touched = [numbers[side] for side in sides if side in numbers]
        assert any(is_magic(number) for number in touched) == (payment.label.kind is Kind.RAIL_FAILURE)


def _sides(payment: PaymentPlan) -> list[dict[str, str]]:
    return [payment.body["source"], payment.body["destination"]]


@pytest.mark.parametrize("case", RAIL_CASES, ids=lambda case: f"{case.last4}-{case.direction}")
def test_rail_cases_are_in_the_banks_table(case: RailCase) -> None:
    row = MAGIC[case.last4]
    assert case.direction in row.directions
    rejected = "rejected" in case.variety
    assert bool(row.reason_code) == rejected
    assert case.expected.states == ({"failed"} if rejected else {"completed"})


def test_duplicates_repeat_the_body_and_conflicts_change_the_amount(plan: Plan) -> None:
    by_key: dict[str, list[PaymentPlan]] = defaultdict(list)
    for payment in plan.payments:
        by_key[payment.idempotency_key].append(payment)
    for submissions in by_key.values():
        first, *repeats = submissions
        if first.label.kind is Kind.DUPLICATE:
            assert repeats
            assert all(each.body == first.body and each.expected == first.expected for each in repeats)
            assert (repeats[0].at_s == first.at_s) == (first.label.variety == "at_once")
        elif first.label.kind is Kind.CONFLICT:
            (repeat,) = repeats
            assert repeat.at_s > first.at_s
            assert repeat.body["amount_minor"] != first.body["amount_minor"]
            assert {**repeat.body, "amount_minor": 0} == {**first.body, "amount_minor": 0}
            assert repeat.expected.http == HTTP_CONFLICT
            assert first.expected.http.isdisjoint(HTTP_CONFLICT)
        else:
            assert not repeats


def test_copies_that_are_sent_at_once_are_neighbours() -> None:
    day = Day(1, "demo")
    for amount_minor in (100, 200, 300):
        day.pay(Endpoint("a", WALLET), Endpoint("b", WALLET), amount_minor, at_s=50, description="")
    middle = day.ordinary_traffic()[1]
    day.repeat(middle)
    day.repeat(middle)
    assert [each.body["amount_minor"] for each in day.in_order()] == [100, 200, 200, 200, 300]
