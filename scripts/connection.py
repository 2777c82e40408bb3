"""What the operators' commands work on: the project of the environment, or the system that `make up` runs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

from google.auth.exceptions import DefaultCredentialsError

from emulators.addresses import Hosts, fixed_ports
from emulators.description import load_system
from emulators.local import LOCAL_PROJECT, LOCAL_REGION
from emulators.wiring import Place
from shared.adapters.clock_ahead import ClockAhead
from shared.adapters.firestore.client import make_client
from shared.adapters.firestore.documents import FirestoreDocuments
from shared.adapters.storage.client import make_client as make_storage_client
from shared.adapters.storage.objects import CloudStorageObjects
from shared.adapters.system_clock import SystemClock
from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.clock import Clock


@dataclass(frozen=True, slots=True)
class Connection:
    """Documents, files and time; `local` says that they are those of `make up`."""

    documents: FirestoreDocuments
    objects: CloudStorageObjects
    clock: Clock
    local: bool


@contextlib.contextmanager
def connected() -> Iterator[Connection]:
    """Without GOOGLE_CLOUD_PROJECT it is the local system, and its clock is the bank simulator's.

    Raises MISUSE when the environment names a project and no CLEARWAY_FILES_BUCKET, or has no credentials for it.
    """
    local = "GOOGLE_CLOUD_PROJECT" not in os.environ
    clock: Clock = SystemClock()
    if local:
        hosts, place = Hosts.on(fixed_ports(load_system())), Place(LOCAL_PROJECT, LOCAL_REGION)
        project, bucket = LOCAL_PROJECT, place.files_bucket
        firestore: str | None = hosts.firestore
        storage: str | None = hosts.storage_url
        clock = ClockAhead(hosts.clock_url, patience_s=2.0)
    else:
        project, bucket = os.environ["GOOGLE_CLOUD_PROJECT"], os.environ.get("CLEARWAY_FILES_BUCKET", "")
        firestore, storage = os.environ.get("FIRESTORE_EMULATOR_HOST"), os.environ.get("STORAGE_EMULATOR_HOST")
    if not bucket:
        raise ClearwayError(KernelError.MISUSE, "the environment lacks CLEARWAY_FILES_BUCKET")
    try:
        client, files = make_client(project, firestore), make_storage_client(project, storage)
    except DefaultCredentialsError:
        hint = "there are no credentials for Google Cloud: gcloud auth application-default login"
        raise ClearwayError(KernelError.MISUSE, hint) from None
    with contextlib.closing(client), contextlib.closing(files):
        yield Connection(FirestoreDocuments(client, clock), CloudStorageObjects(files, bucket), clock, local)
