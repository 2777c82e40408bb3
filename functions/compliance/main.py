"""Checks scored payments."""

from __future__ import annotations

import functions_framework
from flask import Request
from flask.typing import ResponseReturnValue

from shared.cloud.backbone import cloud_backbone
from shared.cloud.lists import cloud_lists
from shared.cloud.settlement_queue import settlement_queue
from shared.runtime.settings import Settings
from shared.runtime.steps.compliance import listed_gate
from shared.runtime.steps.gate import gate_endpoint
from shared.runtime.web import serve

settings = Settings.from_environment()
backbone = cloud_backbone(settings, settlement_queue(settings))
endpoint = gate_endpoint(
    backbone,
    listed_gate(cloud_lists(settings), backbone.clock, names_min=settings.watchlist_names_min),
    delivery_attempts_max=settings.delivery_attempts_max,
)


@functions_framework.http
def handle(request: Request) -> ResponseReturnValue:
    """Take one push of `payment.scored`."""
    return serve(endpoint, request)
