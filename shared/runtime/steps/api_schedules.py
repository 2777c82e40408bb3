"""The API's routes for schedules: payments that are made on a date, or by a calendar rule."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Protocol

from shared.contracts.base import parse
from shared.contracts.schedules import ScheduleListQuery, parse_schedule, planned_answer, schedule_answer
from shared.rails.domain.banking_days import is_banking_day
from shared.runtime.backbone import Backbone
from shared.runtime.idempotency import idempotency_key
from shared.runtime.web import HttpRequest, Reply, json_reply
from shared.schedules.commands.change_schedule import cancel_schedule, pause_schedule, resume_schedule
from shared.schedules.commands.plan_payments import plan_payments
from shared.schedules.domain.schedule import Status
from shared.schedules.queries.get_schedule import get_schedule, list_schedules


class HasBackbone(Protocol):
    """What of the API these routes use."""

    backbone: Backbone


Route = Callable[[HasBackbone, HttpRequest, str, str], Reply]


def make_schedule(api: HasBackbone, request: HttpRequest, tenant: str, _: str) -> Reply:
    """`POST /v1/schedules`: 201 and the same bytes for the same key; 409 naming the field for other content."""
    key = idempotency_key(request)
    plan = parse_schedule(request.body).to_domain(tenant, key)
    backbone = api.backbone
    made = plan_payments(plan, transactor=backbone.documents, clock=backbone.clock, is_banking_day=is_banking_day)
    headers = {"Location": f"/v1/schedules/{made.schedule.id}"}
    if made.replayed:
        headers["Idempotency-Replayed"] = "true"
    return json_reply(201, planned_answer(made.schedule), headers)


def show_schedule(api: HasBackbone, _: HttpRequest, tenant: str, schedule_id: str) -> Reply:
    """`GET /v1/schedules/{id}`: the schedule with its next and latest occurrences."""
    return json_reply(200, schedule_answer(get_schedule(schedule_id, tenant=tenant, reader=api.backbone.documents)))


def show_schedules(api: HasBackbone, request: HttpRequest, tenant: str, _: str) -> Reply:
    """`GET /v1/schedules?limit=20&cursor=sch_...&status=active`: a page; `next_cursor` is there while there is more."""
    asked = parse(ScheduleListQuery, json.dumps(dict(request.query)))
    limit = int(asked.limit)
    found = list_schedules(
        tenant=tenant,
        reader=api.backbone.documents,
        limit=limit + 1,
        after=asked.cursor,
        status=Status(asked.status) if asked.status else None,
    )
    page = found[:limit]
    more = {"next_cursor": page[-1].id} if len(found) > limit else {}
    return json_reply(200, {"schedules": [schedule_answer(schedule) for schedule in page], **more})


def pause(api: HasBackbone, _: HttpRequest, tenant: str, schedule_id: str) -> Reply:
    """`POST /v1/schedules/{id}/pause`: 200; 409 for one that has ended."""
    paused = pause_schedule(schedule_id, tenant=tenant, transactor=api.backbone.documents)
    return json_reply(200, schedule_answer(paused))


def resume(api: HasBackbone, _: HttpRequest, tenant: str, schedule_id: str) -> Reply:
    """`POST /v1/schedules/{id}/resume`: 200; what was due during the pause is not made. 409 for one that has ended."""
    backbone = api.backbone
    resumed = resume_schedule(
        schedule_id,
        tenant=tenant,
        transactor=backbone.documents,
        clock=backbone.clock,
        is_banking_day=is_banking_day,
    )
    return json_reply(200, schedule_answer(resumed))


def cancel(api: HasBackbone, _: HttpRequest, tenant: str, schedule_id: str) -> Reply:
    """`POST /v1/schedules/{id}/cancel`: 200, and no payment is made from then on; 409 for one that is finished."""
    cancelled = cancel_schedule(schedule_id, tenant=tenant, transactor=api.backbone.documents)
    return json_reply(200, schedule_answer(cancelled))


_ONE = r"/v1/schedules/(sch_[a-z2-7]{26})"

SCHEDULE_ROUTES: tuple[tuple[str, re.Pattern[str], Route], ...] = (
    ("POST", re.compile(r"/v1/schedules"), make_schedule),
    ("GET", re.compile(r"/v1/schedules"), show_schedules),
    ("GET", re.compile(_ONE), show_schedule),
    ("POST", re.compile(rf"{_ONE}/pause"), pause),
    ("POST", re.compile(rf"{_ONE}/resume"), resume),
    ("POST", re.compile(rf"{_ONE}/cancel"), cancel),
)
