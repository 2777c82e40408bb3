"""The files of the project that a function runs in: what it exchanges with banks."""

from __future__ import annotations

from shared.adapters.storage.client import make_client
from shared.adapters.storage.objects import CloudStorageObjects
from shared.kernel.errors import ClearwayError, KernelError
from shared.runtime.settings import Settings


def cloud_files(settings: Settings) -> CloudStorageObjects:
    """The bucket that the function was told of; for a main.py whose function.yaml has roles on `bucket/files`.

    `get` and `list` need roles/storage.objectViewer, `put_new` needs roles/storage.objectCreator beside it. Neither has
    the right to delete, so the platform too keeps a stored file from being changed.
    The client is built here and first called in a request. Raises MISUSE where the environment names no bucket.
    """
    if not settings.files_bucket:
        raise ClearwayError(KernelError.MISUSE, "the environment lacks CLEARWAY_FILES_BUCKET")
    return CloudStorageObjects(make_client(settings.project, settings.storage_emulator), settings.files_bucket)
