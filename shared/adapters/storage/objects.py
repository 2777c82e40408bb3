"""The object store on Cloud Storage: an upload has the precondition that there is no file of its name yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from google.api_core import exceptions as api
from google.cloud.storage import Client
from google.cloud.storage.retry import DEFAULT_RETRY

from shared.adapters.object_names import check_listing, check_name
from shared.adapters.storage.errors import translated
from shared.ports.objects import ObjectInfo

T = TypeVar("T")

CALL_TIMEOUT_S = 30.0
_TRY_TIMEOUT_S = (4.0, 10.0)  # to connect, and of silence on the connection
_CONTENT_TYPE = "application/octet-stream"


class CloudStorageObjects:
    """ObjectStore over one bucket. Safe for threads; a call takes at most about `timeout_s` seconds and one try more.

    Every call may be repeated without harm: an upload is refused where a file is, and the others change nothing. What
    is repeated is what Google's library calls passing: no connection, a lost answer, 408, 429, 500, 502, 503, 504.
    """

    def __init__(self, client: Client, bucket: str, *, timeout_s: float = CALL_TIMEOUT_S) -> None:
        self._client = client
        self._bucket = client.bucket(bucket)
        self._retry = DEFAULT_RETRY.with_delay(initial=0.1, maximum=4.0).with_timeout(timeout_s)
        self._bucket_seen = False

    def put_new(self, name: str, data: bytes) -> bool:
        """See `ObjectStore.put_new`."""
        check_name(name)
        tries = 0

        def upload() -> None:
            nonlocal tries
            tries += 1
            blob = self._bucket.blob(name)
            blob.upload_from_string(
                data, content_type=_CONTENT_TYPE, if_generation_match=0, retry=None, timeout=_TRY_TIMEOUT_S
            )

        with translated("store a file"):
            try:
                self._repeatedly(upload)
            except api.PreconditionFailed:
                # A first try is refused for another's file; a repetition may meet what the try before it has stored.
                return tries > 1 and self.get(name) == data
        return True

    def get(self, name: str) -> bytes | None:
        """See `ObjectStore.get`. Its content has passed the store's checksum."""
        return self._found(name, lambda: self._download(name))

    def describe(self, name: str) -> ObjectInfo | None:
        """See `ObjectStore.describe`."""
        return self._found(name, lambda: self._described(name))

    def list(self, prefix: str, *, after: str = "", limit: int = 1_000) -> Sequence[str]:
        """See `ObjectStore.list`. A page of 1,000 names is one call."""
        check_listing(prefix, after, limit)
        with translated("list files"):
            found = self._client.list_blobs(
                self._bucket,
                prefix=prefix,
                start_offset=after or None,  # itself included
                max_results=limit + bool(after),
                fields="items(name),nextPageToken",
                retry=self._retry,
                timeout=_TRY_TIMEOUT_S,
            )
            names = [str(blob.name) for blob in found]
        self._bucket_seen = True
        return [name for name in names if name != after][:limit]

    def _found(self, name: str, call: Callable[[], T]) -> T | None:
        """What `call` answers about a file; None where there is no file of this name."""
        check_name(name)
        with translated("read a file"):
            try:
                return self._repeatedly(call)
            except api.NotFound:
                if not self._bucket_seen:  # the same status says that there is no bucket, which a listing tells apart
                    self.list(name, limit=1)
                return None

    def _described(self, name: str) -> ObjectInfo:
        blob = self._bucket.blob(name)
        blob.reload(projection="noAcl", retry=None, timeout=_TRY_TIMEOUT_S)
        return ObjectInfo(int(blob.generation), blob.time_created, int(blob.size))

    def _download(self, name: str) -> bytes:
        return bytes(self._bucket.blob(name).download_as_bytes(retry=None, timeout=_TRY_TIMEOUT_S))

    def _repeatedly(self, call: Callable[[], T]) -> T:
        answer: T = self._retry(call)()
        self._bucket_seen = True
        return answer
