"""One Cloud Storage client a process. Building it makes no call."""

from __future__ import annotations

import os

from google.auth.credentials import AnonymousCredentials
from google.cloud.storage import Client

# Else the library asks for the bucket's metadata in a thread of its own, for traces that nobody records: a call that
# nobody made, by a right that functions do not have. The variable is the library's switch, read at each call.
_NO_METADATA = "DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA"


def make_client(project: str, emulator_host: str | None) -> Client:
    """A client of the stand-in at `emulator_host` (`http://127.0.0.1:port`, or without the scheme), or of Google."""
    os.environ.setdefault(_NO_METADATA, "true")
    if emulator_host:
        url = emulator_host if "://" in emulator_host else f"http://{emulator_host}"
        nobody = AnonymousCredentials()  # type: ignore[no-untyped-call]
        return Client(project=project, credentials=nobody, client_options={"api_endpoint": url})
    return Client(project=project)
