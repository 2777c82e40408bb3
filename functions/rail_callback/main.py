"""Takes what rails say on their own."""

from __future__ import annotations

import functions_framework
from flask import Request
from flask.typing import ResponseReturnValue

from shared.adapters.rails.inbox import SignedInbox, parse_secrets
from shared.cloud.backbone import cloud_backbone
from shared.cloud.settlement_queue import settlement_queue
from shared.runtime.carriers import settlement_over
from shared.runtime.settings import Settings
from shared.runtime.steps.rail_callback import BODY_BYTES_MAX, rail_callback_endpoint
from shared.runtime.web import serve

settings = Settings.from_environment()
backbone = cloud_backbone(settings, settlement_queue(settings))
# No rails: taking news calls none, and what is to be done next is settlement's.
settlement = settlement_over(backbone, [])
endpoint = rail_callback_endpoint(backbone, SignedInbox(parse_secrets(settings.rail_secrets)), settlement)


@functions_framework.http
def handle(request: Request) -> ResponseReturnValue:
    """Take one callback."""
    return serve(endpoint, request, body_bytes_max=BODY_BYTES_MAX)
