"""One Cloud Tasks client a process, built when a function's main.py loads, first used after the server has forked."""

from __future__ import annotations

import grpc
from google.cloud.tasks_v2 import CloudTasksClient
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport


def make_client(emulator_host: str | None) -> CloudTasksClient:
    """A client of the emulator at `emulator_host` (`127.0.0.1:port`), or of Google with the default credentials.

    Google's library follows no environment variable of its own for this service. Close by `client.transport.close()`.
    """
    if emulator_host:
        return CloudTasksClient(transport=CloudTasksGrpcTransport(channel=grpc.insecure_channel(emulator_host)))
    return CloudTasksClient()
