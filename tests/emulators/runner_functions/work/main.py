"""Keeps a note as a file and as a Firestore document."""

from __future__ import annotations

import os

import functions_framework
from flask import Request
from google.cloud import firestore

from shared.cloud.files import cloud_files
from shared.runtime.settings import Settings

# The library follows FIRESTORE_EMULATOR_HOST by itself.
documents = firestore.Client(project=os.environ["GOOGLE_CLOUD_PROJECT"])
files = cloud_files(Settings.from_environment())


@functions_framework.http
def handle(request: Request) -> tuple[str, int]:
    """Take one task."""
    if request.path == "/healthz":
        return "", 200
    note = request.get_data(as_text=True)
    files.put_new(f"notes/{note}", b"kept")
    documents.document(f"notes/{note}").set({"from": request.headers["X-CloudTasks-QueueName"]})
    return "", 204
