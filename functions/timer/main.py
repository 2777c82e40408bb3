"""Drives on what lies still."""

from __future__ import annotations

import functions_framework
from flask import Request
from flask.typing import ResponseReturnValue

from shared.cloud.backbone import cloud_backbone
from shared.cloud.settlement_queue import settlement_queue
from shared.runtime.settings import Settings
from shared.runtime.steps.timer import timer_endpoint
from shared.runtime.web import serve

settings = Settings.from_environment()
endpoint = timer_endpoint(cloud_backbone(settings, settlement_queue(settings)))


@functions_framework.http
def handle(request: Request) -> ResponseReturnValue:
    """Take one call of the scheduler."""
    return serve(endpoint, request)
