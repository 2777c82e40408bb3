"""Does what the clock asks for."""

from __future__ import annotations

import functions_framework
from flask import Request
from flask.typing import ResponseReturnValue

from shared.cloud.backbone import cloud_backbone
from shared.cloud.files import cloud_files
from shared.cloud.lists import cloud_lists
from shared.cloud.settlement_queue import settlement_queue
from shared.rails.domain.ach.origin import AchOrigin
from shared.runtime.carriers import settlement_over
from shared.runtime.news import NewsDesk
from shared.runtime.settings import Settings
from shared.runtime.steps.timer import timer_endpoint
from shared.runtime.steps.timer_jobs import timer_jobs
from shared.runtime.web import serve

settings = Settings.from_environment()
backbone = cloud_backbone(settings, settlement_queue(settings))
desk = NewsDesk(backbone, settlement_over(backbone, []))
ach = AchOrigin.parse(settings.ach_origin) if settings.ach_origin else None
endpoint = timer_endpoint(timer_jobs(backbone, cloud_files(settings), cloud_lists(settings), desk, ach))


@functions_framework.http
def handle(request: Request) -> ResponseReturnValue:
    """Take one call of the scheduler."""
    return serve(endpoint, request)
