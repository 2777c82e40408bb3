"""Moves legs over their rails."""

from __future__ import annotations

import functions_framework
from flask import Request
from flask.typing import ResponseReturnValue

from shared.cloud.backbone import cloud_backbone
from shared.cloud.lists import cloud_lists
from shared.cloud.rails import connected_rails
from shared.runtime.carriers import settlement_over
from shared.runtime.participants import listed_participants
from shared.runtime.settings import Settings
from shared.runtime.steps.settlement import settlement_endpoint
from shared.runtime.web import serve

settings = Settings.from_environment()
backbone = cloud_backbone(settings)
participants = listed_participants(cloud_lists(settings), backbone.clock)
settlement = settlement_over(backbone, connected_rails(settings, backbone), participants=participants)
endpoint = settlement_endpoint(backbone, settlement)


@functions_framework.http
def handle(request: Request) -> ResponseReturnValue:
    """Take one task of the queue `settlement`."""
    return serve(endpoint, request)
