"""`make bench`: payments a second end to end on the emulators, where the CPU time goes, and the hottest wallet.

Figures are those of one machine at one time; quote medians of several runs. Nothing here is asserted.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median

import psutil

from emulators.local import LocalCloud
from emulators.sdk import missing
from scripts.demo.findings import percentile
from scripts.demo.stage import EmulatedStage
from scripts.hot_wallet import hot_wallet
from shared.adapters.firestore.client import make_client
from shared.adapters.firestore.documents import FirestoreDocuments
from shared.adapters.memory.documents import InMemoryDocuments
from shared.adapters.system_clock import SystemClock
from shared.kernel import ids
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import State
from shared.payments.queries.all_payments import all_payments

TENANT = "demo"
SENDERS = 8
HOT_CLIENTS = 16


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--payments", type=int, default=600, help="wallet payouts in a run")
    parser.add_argument("--customers", type=int, default=200, help="wallets that they are spread over")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    lacking = missing()
    if lacking:
        print("\n".join(lacking), file=sys.stderr)
        return 1
    with LocalCloud(fixed_ports=False) as cloud:
        _hot_wallets(cloud)
        stage = EmulatedStage(cloud)
        try:
            customers = [f"bench-{number}" for number in range(arguments.customers)]
            _all(stage, [("/v1/customers", _customer(reference), "") for reference in customers])
            _all(stage, [_payment(one, f"fund-{one}", 1_000_00, "bank", "wallet") for one in customers])
            _rest(stage)
            rates = [_run(stage, cloud, customers, arguments.payments, run) for run in range(1, arguments.runs + 1)]
        finally:
            stage.close()
    print(f"median: {median(rates):.0f} payments a second")
    return 0


def _hot_wallets(cloud: LocalCloud) -> None:
    """Sixteen clients on one wallet and one house account, in memory and on the Firestore emulator."""
    clock = SystemClock()
    print(f"in memory: {hot_wallet([InMemoryDocuments(clock)] * HOT_CLIENTS, 200, clock=clock)}")
    clients = [make_client("hot-wallet", cloud.hosts.firestore) for _ in range(HOT_CLIENTS)]
    stores = [FirestoreDocuments(client, clock) for client in clients]
    print(f"on Firestore's emulator: {hot_wallet(stores, 60, clock=clock)}")
    for client in clients:
        client.close()


def _run(stage: EmulatedStage, cloud: LocalCloud, customers: list[str], payments: int, run: int) -> float:
    """One run: a burst of payouts, two minor units apart so that none looks like a habit."""
    sent = [
        _payment(customers[number % len(customers)], f"run-{run}-{number}", 20_00 + number, "wallet", "payee")
        for number in range(payments)
    ]
    began = datetime.now(UTC)
    with _cpu(cloud) as spent:
        _all(stage, sent)
        accepted_s = (datetime.now(UTC) - began).total_seconds()
        _rest(stage)
    wanted = {ids.payment_id(TENANT, key) for _, _, key in sent}
    done = [payment for payment in all_payments(stage.documents) if payment.id in wanted]
    ended = max(payment.history[-1].at for payment in done)
    rate = payments / (ended - began).total_seconds()
    completed = sum(payment.state is State.COMPLETED for payment in done)
    print(
        f"run {run}: {completed} of {payments} completed; "
        f"accepted {payments / accepted_s:.0f}/s, completed {rate:.0f}/s"
    )
    elapsed = [_elapsed_ms(payment) for payment in done]
    print(f"  submit to completion p50 {percentile(elapsed, 50):.0f} ms, p95 {percentile(elapsed, 95):.0f} ms")
    total = sum(spent.values())
    shown = ", ".join(
        f"{name} {1000 * cpu / payments:.1f}" for name, cpu in sorted(spent.items(), key=lambda one: -one[1])
    )
    print(f"  CPU-ms a payment: {1000 * total / payments:.1f} ({shown})")
    return rate


def _elapsed_ms(payment: Payment) -> float:
    return (payment.history[-1].at - payment.submitted_at).total_seconds() * 1000


@contextmanager
def _cpu(cloud: LocalCloud) -> Iterator[Mapping[str, float]]:
    """CPU seconds that each process of the local system spends while the block runs."""
    spent: dict[str, float] = {}
    services = {**cloud.functions, **cloud.stand_ins}
    before = {name: _cpu_s(service.pid) for name, service in services.items()}
    own = time.process_time()
    yield spent
    spent |= {name: _cpu_s(service.pid) - before[name] for name, service in services.items()}
    spent["this client"] = time.process_time() - own


def _cpu_s(pid: int | None) -> float:
    if pid is None:
        return 0.0
    process = psutil.Process(pid)
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def _all(stage: EmulatedStage, requests: list[tuple[str, dict[str, object], str]]) -> None:
    def send(request: tuple[str, dict[str, object], str]) -> int:
        path, body, key = request
        return stage.send(path, json.dumps(body).encode(), {"Idempotency-Key": key} if key else {})

    with ThreadPoolExecutor(SENDERS) as pool:
        refused = [status for status in pool.map(send, requests) if status not in {201, 202}]
    if refused:
        raise SystemExit(f"{len(refused)} requests were refused, the first with {refused[0]}")


def _rest(stage: EmulatedStage) -> None:
    later = datetime.now(UTC) + timedelta(days=3650)
    deadline = time.monotonic() + 120
    while stage.documents.find("payments", at_most=("drive_at", later), limit=1):
        if time.monotonic() > deadline:
            raise SystemExit("payments are stuck")
        time.sleep(0.25)


def _customer(reference: str) -> dict[str, object]:
    bank = {"kind": "bank_account", "currency": "USD", "routing_number": "021000021", "account_number": "100000000"}
    return {
        "reference": reference,
        "type": "organisation",
        "name": f"Workshop {reference}",
        "country": "US",
        "tier": "business",
        "instruments": [
            {"id": "wallet", "kind": "wallet", "currency": "USD"},
            {"id": "bank", **bank},
            {"id": "payee", **bank, "holder_name": "Grace Meadow", "holder_country": "US"},
        ],
    }


def _payment(
    reference: str, key: str, amount_minor: int, source: str, destination: str
) -> tuple[str, dict[str, object], str]:
    customer = ids.customer_id(TENANT, reference)
    body = {
        "amount_minor": amount_minor,
        "currency": "USD",
        "source": {"customer_id": customer, "instrument_id": source},
        "destination": {"customer_id": customer, "instrument_id": destination},
    }
    return "/v1/payments", body, key


if __name__ == "__main__":
    sys.exit(main())
