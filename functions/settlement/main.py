"""Moves legs over their rail."""

from __future__ import annotations

import functions_framework
from flask import Request
from flask.typing import ResponseReturnValue

from shared.adapters.rails.bank import BankRail
from shared.cloud.backbone import cloud_backbone
from shared.rails.terms import terms_at
from shared.runtime.carriers import settlement_over
from shared.runtime.settings import Settings
from shared.runtime.steps.settlement import settlement_endpoint
from shared.runtime.web import serve

settings = Settings.from_environment()
backbone = cloud_backbone(settings)
terms = terms_at(backbone.clock.now().date())[settings.rail]
rail = BankRail(settings.rail_url, name=terms.name, timeout_s=terms.timeout_s)
endpoint = settlement_endpoint(backbone, settlement_over(backbone, [rail]))


@functions_framework.http
def handle(request: Request) -> ResponseReturnValue:
    """Take one task of the queue `settlement`."""
    return serve(endpoint, request)
