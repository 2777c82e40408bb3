"""Keeps a note as a Firestore document."""

from __future__ import annotations

import os

import functions_framework
from flask import Request
from google.cloud import firestore

# The library follows FIRESTORE_EMULATOR_HOST by itself.
documents = firestore.Client(project=os.environ["GOOGLE_CLOUD_PROJECT"])


@functions_framework.http
def handle(request: Request) -> tuple[str, int]:
    """Take one task."""
    if request.path == "/healthz":
        return "", 200
    documents.document(f"notes/{request.get_data(as_text=True)}").set(
        {"from": request.headers["X-CloudTasks-QueueName"]}
    )
    return "", 204
