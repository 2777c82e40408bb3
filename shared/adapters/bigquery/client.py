"""One BigQuery client a process. Building it makes no call."""

from __future__ import annotations

from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery


def make_client(project: str, emulator_url: str | None) -> bigquery.Client:
    """A client for the project; with `emulator_url` (`http://host:port`) one that asks the emulator there."""
    if emulator_url:
        nobody = AnonymousCredentials()  # type: ignore[no-untyped-call]
        return bigquery.Client(project=project, credentials=nobody, client_options={"api_endpoint": emulator_url})
    return bigquery.Client(project=project)
