"""Scores received payments."""

from __future__ import annotations

import functions_framework
from flask import Request
from flask.typing import ResponseReturnValue

from shared.cloud.backbone import cloud_backbone
from shared.fraud.commands.score_payment import FraudGate
from shared.fraud.engine import RuleSet
from shared.runtime.settings import Settings
from shared.runtime.steps.gate import gate_endpoint
from shared.runtime.web import serve

settings = Settings.from_environment()
endpoint = gate_endpoint(
    cloud_backbone(settings), FraudGate(RuleSet.load()), delivery_attempts_max=settings.delivery_attempts_max
)


@functions_framework.http
def handle(request: Request) -> ResponseReturnValue:
    """Take one push of `payment.received`."""
    return serve(endpoint, request)
