"""Moves legs over their rails."""

from __future__ import annotations

from pathlib import Path

import functions_framework
from flask import Request
from flask.typing import ResponseReturnValue

from shared.cloud.backbone import cloud_backbone
from shared.cloud.rails import connected_rails
from shared.rails.participants import participants_in
from shared.runtime.carriers import settlement_over
from shared.runtime.settings import Settings
from shared.runtime.steps.settlement import settlement_endpoint
from shared.runtime.web import serve

settings = Settings.from_environment()
backbone = cloud_backbone(settings)
participants = participants_in(Path(settings.participants_dir) if settings.participants_dir else None)
settlement = settlement_over(backbone, connected_rails(settings, backbone), participants=participants)
endpoint = settlement_endpoint(backbone, settlement)


@functions_framework.http
def handle(request: Request) -> ResponseReturnValue:
    """Take one task of the queue `settlement`."""
    return serve(endpoint, request)
