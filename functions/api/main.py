"""The public API."""

from __future__ import annotations

import functions_framework
from flask import Request
from flask.typing import ResponseReturnValue

from shared.cloud.backbone import cloud_backbone
from shared.runtime.api_keys import ApiKeys
from shared.runtime.settings import Settings
from shared.runtime.steps.api import BODY_BYTES_MAX, api_endpoint
from shared.runtime.web import serve

settings = Settings.from_environment()
endpoint = api_endpoint(cloud_backbone(settings), ApiKeys.parse(settings.api_keys))


@functions_framework.http
def handle(request: Request) -> ResponseReturnValue:
    """Answer one HTTP request."""
    return serve(endpoint, request, body_bytes_max=BODY_BYTES_MAX)
