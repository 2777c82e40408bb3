"""Nothing that is published is lost: every subscription retries, sets aside, proves who calls, and has an owner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from emulators.bigquery.schema import load_subscription
from emulators.description import System, subscription_name
from scripts.infra.planned import Plan, Resource

# Pub/Sub's own limits: https://cloud.google.com/pubsub/docs/dead-letter-topics
_ATTEMPTS = range(5, 101)
_WEEK = "604800s"


def event_findings(plan: Plan, system: System) -> Iterator[str]:
    """What is wrong with the plan's subscriptions."""
    subscriptions = plan.of("google_pubsub_subscription")
    owners = _owners(system)
    kept = {f"{topic}-kept" for topic in system.dead_letter_topics}
    for one in subscriptions:
        yield from _kept_for_ever(one)
        if one.values["name"] not in kept:
            yield from _delivers(one)
    found = {one.values["name"] for one in subscriptions}
    yield from (f"subscription {name}: is not planned" for name in sorted((kept | set(owners)) - found))
    yield from _untold(plan, owners)


def _owners(system: System) -> dict[str, str]:
    """The team that each event subscription belongs to, by the subscription's name."""
    feed = load_subscription()
    pushed = {subscription_name(function, trigger): function.owner for function, trigger in system.subscribers()}
    return {**pushed, feed.name: feed.owner}


def _untold(plan: Plan, owners: Mapping[str, str]) -> Iterator[str]:
    """Whose team is not told when messages wait; that the alert calls the team's channel, infra/tests asks."""
    alerts = {
        query["query"].partition('subscription_id="')[2].partition('"')[0]: alert
        for alert in plan.of("google_monitoring_alert_policy")
        for condition in alert.values["conditions"]
        for query in condition.get("condition_prometheus_query_language") or []
        if "oldest_unacked_message_age" in query["query"]
    }
    for name, owner in sorted(owners.items()):
        if name not in alerts or (alerts[name].values.get("user_labels") or {}).get("owner") != owner:
            yield f"subscription {name}: {owner} is not told when its messages wait"


def _kept_for_ever(one: Resource) -> Iterator[str]:
    if one.block("expiration_policy").get("ttl") != "":
        yield f"{one.address}: is deleted when it lies still for a month"
    if one.values.get("message_retention_duration") != _WEEK:
        yield f"{one.address}: does not keep messages for a week"


def _delivers(one: Resource) -> Iterator[str]:
    attempts = one.block("dead_letter_policy").get("max_delivery_attempts")
    if attempts not in _ATTEMPTS:
        yield f"{one.address}: has no dead letter"
    if not one.block("retry_policy").get("maximum_backoff"):
        yield f"{one.address}: has no back-off between retries"
    if one.values.get("push_config"):
        token = (one.block("push_config").get("oidc_token") or [{}])[0]
        if token.get("audience") != one.block("push_config").get("push_endpoint"):
            yield f"{one.address}: does not prove who calls (OIDC, for the endpoint as audience)"
    elif not one.values.get("bigquery_config"):
        yield f"{one.address}: delivers to nobody"
