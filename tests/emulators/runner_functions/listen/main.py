"""Creates a task for each note; a note whose id is `poison` is refused."""

from __future__ import annotations

import os

import functions_framework
import grpc
from flask import Request
from google.cloud import tasks_v2
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport

channel = grpc.insecure_channel(os.environ["CLOUD_TASKS_EMULATOR_HOST"])
client = tasks_v2.CloudTasksClient(transport=CloudTasksGrpcTransport(channel=channel))
QUEUE = f"projects/{os.environ['GOOGLE_CLOUD_PROJECT']}/locations/{os.environ['CLEARWAY_REGION']}/queues/work"


@functions_framework.http
def handle(request: Request) -> tuple[str, int]:
    """Take one push."""
    if request.path == "/healthz":
        return "", 200
    note = request.get_json()["message"]["attributes"]["id"]
    if note == "poison":
        return "refused", 500
    token = tasks_v2.OidcToken(service_account_email=os.environ["CLEARWAY_INVOKER_SERVICE_ACCOUNT"])
    call = tasks_v2.HttpRequest(url=os.environ["CLEARWAY_WORK_URL"], body=note.encode(), oidc_token=token)
    client.create_task(parent=QUEUE, task=tasks_v2.Task(http_request=call))
    return "", 204
