"""The lists of the project that a function runs in: of sanctioned parties, and of the banks that services reach."""

from __future__ import annotations

from shared.adapters.storage.client import make_client
from shared.adapters.storage.objects import CloudStorageObjects
from shared.kernel.errors import ClearwayError, KernelError
from shared.runtime.settings import Settings

# A check stands in the way of the payment that makes it, whose request ends after 60 s.
CALL_TIMEOUT_S = 10.0


def cloud_lists(settings: Settings) -> CloudStorageObjects:
    """The bucket that the function was told of; for a main.py whose function.yaml has roles/storage.objectViewer on
    `bucket/lists`.

    The client is built here and first called in a request. Raises MISUSE where the environment names no bucket.
    """
    if not settings.lists_bucket:
        raise ClearwayError(KernelError.MISUSE, "the environment lacks CLEARWAY_LISTS_BUCKET")
    client = make_client(settings.project, settings.storage_emulator)
    return CloudStorageObjects(client, settings.lists_bucket, timeout_s=CALL_TIMEOUT_S)
