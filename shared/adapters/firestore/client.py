"""One Firestore client a process, built when a function's main.py loads and first used after the server has forked."""

from __future__ import annotations

from google.auth.credentials import AnonymousCredentials
from google.cloud import firestore


def make_client(project: str, emulator_host: str | None) -> firestore.Client:
    """A client for the project's default database; the library itself follows FIRESTORE_EMULATOR_HOST."""
    if emulator_host:
        return firestore.Client(project=project, credentials=AnonymousCredentials())  # type: ignore[no-untyped-call]
    return firestore.Client(project=project)
