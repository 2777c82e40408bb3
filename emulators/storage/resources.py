"""Buckets and objects as the JSON API shows them, and the checksums that go with them. Pure."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import google_crc32c

from emulators.storage.errors import invalid
from emulators.storage.objects import Bucket, Page, StoredObject


def bucket_resource(bucket: Bucket, base_url: str) -> dict[str, Any]:
    """A bucket, https://cloud.google.com/storage/docs/json_api/v1/buckets#resource."""
    return {
        "kind": "storage#bucket",
        "id": bucket.name,
        "name": bucket.name,
        "selfLink": f"{base_url}/storage/v1/b/{bucket.name}",
        "location": bucket.location,
        "locationType": "region",
        "storageClass": "STANDARD",
        "timeCreated": _moment(bucket.created_at),
        "updated": _moment(bucket.created_at),
        "metageneration": "1",
        "etag": "CAE=",
    }


def object_resource(one: StoredObject, base_url: str) -> dict[str, Any]:
    """An object, https://cloud.google.com/storage/docs/json_api/v1/objects#resource; 64-bit numbers are text."""
    path = f"b/{one.bucket}/o/{quote(one.name, safe='')}"
    described = {
        "kind": "storage#object",
        "id": f"{one.bucket}/{one.name}/{one.generation}",
        "name": one.name,
        "bucket": one.bucket,
        "selfLink": f"{base_url}/storage/v1/{path}",
        "mediaLink": f"{base_url}/download/storage/v1/{path}?generation={one.generation}&alt=media",
        "generation": str(one.generation),
        "metageneration": "1",
        "contentType": one.content.content_type,
        "storageClass": "STANDARD",
        "size": str(len(one.content.data)),
        "md5Hash": md5(one.content.data),
        "crc32c": crc32c(one.content.data),
        "etag": etag(one),
        "timeCreated": _moment(one.created_at),
        "updated": _moment(one.created_at),
        "timeStorageClassUpdated": _moment(one.created_at),
    }
    return described | ({"metadata": dict(one.content.metadata)} if one.content.metadata else {})


def page_resource(page: Page, base_url: str) -> dict[str, Any]:
    """A page of a listing; without objects it has no `items`, as in the service."""
    listed: dict[str, Any] = {"kind": "storage#objects"}
    if page.objects:
        listed["items"] = [object_resource(one, base_url) for one in page.objects]
    if page.more_after is not None:
        listed["nextPageToken"] = base64.urlsafe_b64encode(page.more_after.encode()).decode()
    return listed


def name_from_token(token: str) -> str:
    """The name after which the page of this token begins. Raises StorageError for no token of ours."""
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except ValueError:
        raise invalid("Invalid page token.") from None


def media_headers(one: StoredObject) -> dict[str, str]:
    """The headers that a download has besides its length."""
    return {
        "Content-Type": one.content.content_type,
        "ETag": etag(one),
        "x-goog-generation": str(one.generation),
        "x-goog-metageneration": "1",
        "x-goog-stored-content-length": str(len(one.content.data)),
        "x-goog-hash": f"crc32c={crc32c(one.content.data)},md5={md5(one.content.data)}",
        "Accept-Ranges": "bytes",
    }


def check_hashes(data: bytes, told: Mapping[str, str]) -> None:
    """Refuse content whose checksum is not what its sender said, under the resource's names for checksums."""
    for name, found in (("crc32c", crc32c(data)), ("md5Hash", md5(data))):
        if told.get(name, found) != found:
            kind = "CRC32C" if name == "crc32c" else "MD5 hash"
            raise invalid(f'Provided {kind} "{told[name]}" doesn\'t match calculated {kind} "{found}".')


def hashes_of_header(header: str) -> dict[str, str]:
    """The checksums of an `x-goog-hash` header, `crc32c=...,md5=...`, under the resource's names."""
    names = {"crc32c": "crc32c", "md5": "md5Hash"}
    return {names[kind]: value for kind, value in re.findall(r"(crc32c|md5)=([A-Za-z0-9+/=]+)", header)}


def crc32c(data: bytes) -> str:
    """The CRC-32C of RFC 4960, big-endian, in base 64."""
    return base64.b64encode(google_crc32c.value(data).to_bytes(4, "big")).decode()


def md5(data: bytes) -> str:
    """The MD5 digest in base 64."""
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


def etag(one: StoredObject) -> str:
    """A token of the object's version."""
    return base64.b64encode(one.generation.to_bytes(8, "big")).decode()


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
