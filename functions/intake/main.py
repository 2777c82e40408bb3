"""Takes payments in."""

from __future__ import annotations

import functions_framework
from flask import Request
from flask.typing import ResponseReturnValue

from shared.cloud.backbone import cloud_backbone
from shared.pricing.tariff import house_tariff
from shared.runtime.partners import Partners
from shared.runtime.settings import Settings
from shared.runtime.steps.intake import intake_endpoint
from shared.runtime.web import serve

settings = Settings.from_environment()
endpoint = intake_endpoint(
    cloud_backbone(settings),
    house_tariff(),
    partners=Partners(settings.partners),
    delivery_attempts_max=settings.delivery_attempts_max,
)


@functions_framework.http
def handle(request: Request) -> ResponseReturnValue:
    """Take one push of `payment-requests`."""
    return serve(endpoint, request)
