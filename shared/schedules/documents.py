"""How schedules lie in documents: collection `schedules`, one document with everything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from shared.kernel.assessment import Reason
from shared.kernel.money import Money
from shared.kernel.party import Speed
from shared.ports.documents import Document, Key
from shared.schedules.domain.calendar_rule import Adjustment, CalendarRule, Frequency, NthWeekday
from shared.schedules.domain.occurrences import Occurrence
from shared.schedules.domain.schedule import Outcome, Past, Plan, Schedule, Side, Status, Template

SCHEDULES = "schedules"


def schedule_key(schedule_id: str) -> Key:
    """Where a schedule stands."""
    return Key(SCHEDULES, schedule_id)


def schedule_to_fields(schedule: Schedule) -> dict[str, Any]:
    """A schedule as a document. `due_at` is absent while nothing is to be made, which takes it out of the index."""
    plan, template = schedule.plan, schedule.plan.template
    stored: dict[str, Any] = {
        "tenant": plan.tenant,
        "idempotency_key": plan.idempotency_key,
        "amount_minor": template.money.amount_minor,
        "currency": template.money.currency,
        "source": _side_to_fields(template.source),
        "destination": _side_to_fields(template.destination),
        "description": template.description,
        "speed": template.speed.value,
        "rule": _rule_to_fields(plan.rule),
        "skip_missed": plan.skip_missed,
        "status": schedule.status.value,
        "created_at": schedule.created_at,
        "first_due_at": schedule.first_due_at,
        "due_shard": schedule.due_shard,
        "past": [_past_to_fields(past) for past in schedule.past],
        "made_count": schedule.made_count,
    }
    if schedule.next is not None:
        stored["next"] = {"nominal": schedule.next.nominal.isoformat(), "due_at": schedule.next.due_at}
    if schedule.due_at is not None:
        stored["due_at"] = schedule.due_at
    return stored


def schedule_from(document: Document) -> Schedule:
    """A schedule from its document."""
    stored = document.fields
    upcoming = stored.get("next")
    return Schedule(
        plan=Plan(
            tenant=stored["tenant"],
            idempotency_key=stored["idempotency_key"],
            template=Template(
                money=Money(stored["amount_minor"], stored["currency"]),
                source=Side(**stored["source"]),
                destination=Side(**stored["destination"]),
                description=stored["description"],
                speed=Speed(stored["speed"]),
            ),
            rule=_rule_from(stored["rule"]),
            skip_missed=stored["skip_missed"],
        ),
        status=Status(stored["status"]),
        created_at=stored["created_at"],
        first_due_at=stored["first_due_at"],
        next=Occurrence(date.fromisoformat(upcoming["nominal"]), upcoming["due_at"]) if upcoming else None,
        past=tuple(_past_from(past) for past in stored["past"]),
        made_count=stored["made_count"],
    )


def _side_to_fields(side: Side) -> dict[str, str]:
    return {"customer_id": side.customer_id, "instrument_id": side.instrument_id}


def _rule_to_fields(rule: CalendarRule) -> dict[str, Any]:
    return {
        "frequency": rule.frequency.value,
        "start": rule.start.isoformat(),
        "zone": rule.zone,
        "at": rule.at.isoformat(timespec="minutes"),
        "interval": rule.interval,
        "weekdays": list(rule.weekdays),
        "day": rule.day,
        "weekday": {"nth": rule.weekday.nth, "weekday": rule.weekday.weekday} if rule.weekday else None,
        "month": rule.month,
        "end": rule.end.isoformat() if rule.end else None,
        "count": rule.count,
        "adjustment": rule.adjustment.value,
    }


def _rule_from(stored: Mapping[str, Any]) -> CalendarRule:
    return CalendarRule(
        frequency=Frequency(stored["frequency"]),
        start=date.fromisoformat(stored["start"]),
        zone=stored["zone"],
        at=time.fromisoformat(stored["at"]),
        interval=stored["interval"],
        weekdays=tuple(stored["weekdays"]),
        day=stored["day"],
        weekday=NthWeekday(**stored["weekday"]) if stored["weekday"] else None,
        month=stored["month"],
        end=date.fromisoformat(stored["end"]) if stored["end"] else None,
        count=stored["count"],
        adjustment=Adjustment(stored["adjustment"]),
    )


def _past_to_fields(past: Past) -> dict[str, Any]:
    return {
        "nominal": past.nominal.isoformat(),
        "due_at": past.due_at,
        "at": past.at,
        "outcome": past.outcome.value,
        "payment_id": past.payment_id,
        "reason": {"code": past.reason.code, "text": past.reason.text} if past.reason else None,
    }


def _past_from(stored: Mapping[str, Any]) -> Past:
    reason = stored["reason"]
    return Past(
        nominal=date.fromisoformat(stored["nominal"]),
        due_at=stored["due_at"],
        at=stored["at"],
        outcome=Outcome(stored["outcome"]),
        payment_id=stored["payment_id"],
        reason=Reason(reason["code"], reason["text"]) if reason else None,
    )
