"""Partners that publish themselves: what they may ask for follows from the topic, not from what a message says."""

from __future__ import annotations

import pytest

from shared.adapters.pubsub.envelope import push_body
from shared.contracts.catalogue import request_message
from shared.contracts.payments import request_from_domain
from shared.payments.domain.states import State
from shared.runtime.backbone import Backbone
from shared.runtime.partners import Partners, partner_topic
from shared.runtime.replay import quarantined
from shared.runtime.steps.intake import intake_endpoint
from shared.runtime.web import HttpRequest, Reply
from tests.support.builders import TENANT, a_request
from tests.support.choices import FlatTariff
from tests.support.world import World

REQUEST = request_message(request_from_domain(a_request("from-partner")))
PARTNERS = Partners({"acme": TENANT, "beta": "beta-pay", "acme-2": "beta-pay"})


def deliver(world: World, subscription: str, partners: Partners | None = PARTNERS) -> Reply:
    twins = world.twins
    intake = intake_endpoint(
        Backbone(twins.documents, twins.broker, twins.clock, twins.tasks), FlatTariff(), partners=partners
    )
    body = push_body(
        subscription=f"projects/clearway-test/subscriptions/{subscription}",
        message_id="1",
        publish_time="2026-11-02T12:00:00Z",
        data=REQUEST.data,
        attributes=REQUEST.attributes,
    )
    return intake(HttpRequest("POST", "/", body=body))


@pytest.mark.parametrize("topic", ["payment-requests", "payment-requests-acme"])
def test_a_request_on_our_own_topic_or_on_that_of_its_tenants_partner_is_taken(topic: str) -> None:
    world = World()
    assert deliver(world, f"intake-{topic}").status == 204
    assert world.payment("from-partner").state is State.RECEIVED
    assert list(quarantined(world.twins.documents)) == []


@pytest.mark.parametrize(
    ("topic", "partners"),
    [
        ("payment-requests-beta", PARTNERS),
        ("payment-requests-acme-2", PARTNERS),
        ("payment-requests-nobody", PARTNERS),
        ("payment-requests-", PARTNERS),
        ("payment-requests-acme", Partners()),
        ("payment-requests-acme", None),
    ],
)
def test_a_partner_that_asks_for_another_tenants_payment_is_refused_and_what_it_sent_is_kept(
    topic: str, partners: Partners | None
) -> None:
    world = World()
    assert deliver(world, f"intake-{topic}", partners).status == 204
    (kept,) = quarantined(world.twins.documents)
    assert (kept.code, kept.data) == ("foreign_tenant", REQUEST.data)
    # Replayed, it must be held against its partner again: on our own topic every tenant counts.
    assert kept.topic == topic
    assert world.twins.broker.messages("payment-events") == []


@pytest.mark.parametrize(
    ("subscription", "topic"),
    [
        ("intake-payment-requests-acme", "payment-requests-acme"),
        ("intake-payment-requests", ""),
        ("payment-requests-acme", ""),
        ("fraud-payment-requests-acme", ""),
        ("intake-payment-events", ""),
    ],
)
def test_a_dead_letter_of_a_partner_goes_back_to_the_partners_topic(subscription: str, topic: str) -> None:
    assert partner_topic(subscription) == topic
