"""The sweep goes on past what it cannot take on."""

from __future__ import annotations

from datetime import timedelta

from shared.kernel import ids
from shared.payments.documents import payment_key
from shared.payments.domain.payment import DRIVE_SHARDS
from shared.runtime.backbone import Backbone
from shared.runtime.steps.timer_sweep import sweep
from tests.support.builders import NOON, TENANT
from tests.support.world import World


def put_unreadable(world: World, shard: int) -> None:
    """A payment of a later release, overdue for longer than any other."""
    key = payment_key(ids.payment_id(TENANT, f"of-a-later-release-{shard}"))
    fields = {"drive_shard": shard, "drive_at": NOON - timedelta(days=1), "state": "of_a_later_release"}
    world.twins.documents.run(lambda tx: tx.create(key, fields))


def test_a_payment_that_cannot_be_read_stops_no_other() -> None:
    world = World(account_number="100000304")  # pending for ever
    world.pay()
    world.cloud.settle_down(timedelta(minutes=1))
    before = world.payment()
    for shard in range(DRIVE_SHARDS):
        put_unreadable(world, shard)
    twins = world.twins
    twins.clock.advance(3600)
    done = sweep(Backbone(twins.documents, twins.broker, twins.clock, twins.tasks))
    assert done == {"driven": 1, "failed": DRIVE_SHARDS}
    document = twins.documents.get(payment_key(before.id))
    assert document is not None
    assert document.fields["drives"] == before.drives + 1
