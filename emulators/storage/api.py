"""The JSON API between parsed requests and responses: https://cloud.google.com/storage/docs/json_api/v1. No sockets.

    POST   /storage/v1/b                              create a bucket
    GET    /storage/v1/b/BUCKET                       describe it
    GET    /storage/v1/b/BUCKET/o                     list objects: prefix, startOffset, maxResults, pageToken
    GET    /storage/v1/b/BUCKET/o/OBJECT              describe one; with alt=media its content, as below /download
    DELETE /storage/v1/b/BUCKET/o/OBJECT              delete one
    POST   /upload/storage/v1/b/BUCKET/o?uploadType=  media, multipart or resumable; then PUT to the session's URL

Every method on an object takes ifGenerationMatch. Other parameters and methods are refused with 501.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from emulators.storage.errors import StorageError, invalid, no_bucket, not_emulated
from emulators.storage.exchange import Request, Response, as_json, number
from emulators.storage.objects import PAGE_MAX, Content, Objects, StoredObject, check_name
from emulators.storage.resources import (
    bucket_resource,
    check_hashes,
    hashes_of_header,
    media_headers,
    name_from_token,
    object_resource,
    page_resource,
)
from emulators.storage.uploads import Described, Session, Sessions, described, split_multipart

_IF = "ifGenerationMatch"
_OCTETS = "application/octet-stream"
_DEFAULT_LOCATION = "US"

Route = Callable[..., Response]


class Api:
    """Answers requests from the buckets' state."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._sessions = Sessions()
        one = r"/storage/v1/b/([^/]+)/o/([^/]+)"
        self._routes: list[tuple[str, re.Pattern[str], Route]] = [
            ("POST", re.compile(r"/storage/v1/b"), self._create_bucket),
            ("GET", re.compile(r"/storage/v1/b/([^/]+)"), self._describe_bucket),
            ("GET", re.compile(r"/storage/v1/b/([^/]+)/o"), self._list),
            ("GET", re.compile(one), self._describe),
            ("GET", re.compile(f"/download{one}"), self._download),
            ("DELETE", re.compile(one), self._delete),
            ("POST", re.compile(r"/(?:resumable/)?upload/storage/v1/b/([^/]+)/o"), self._upload),
            ("PUT", re.compile(r"/(?:resumable/)?upload/storage/v1/b/([^/]+)/o"), self._continue),
        ]

    def handle(self, request: Request) -> Response:
        """Answer one request; every refusal is in Google's shape."""
        try:
            for method, pattern, route in self._routes:
                found = pattern.fullmatch(request.path)
                if found and method == request.method:
                    return route(request, *map(unquote, found.groups()))
            raise not_emulated(f"{request.method} on this path")
        except StorageError as error:
            return Response(error.status, error.body(), {"Content-Type": "application/json; charset=UTF-8"})

    def _create_bucket(self, request: Request) -> Response:
        request.parameters("enableObjectRetention")
        try:
            wanted: Any = json.loads(request.body)
        except ValueError:
            raise invalid("Parse Error") from None
        if not isinstance(wanted, dict) or not isinstance(wanted.get("name"), str):
            raise invalid("Required parameter: name")
        location = wanted.get("location", _DEFAULT_LOCATION)
        if not isinstance(location, str):
            raise invalid("Invalid value for the location.")
        bucket = self._objects.create_bucket(wanted["name"], location)
        return as_json(bucket_resource(bucket, request.base_url))

    def _describe_bucket(self, request: Request, bucket: str) -> Response:
        request.parameters()
        return as_json(bucket_resource(self._objects.bucket(bucket), request.base_url))

    def _list(self, request: Request, bucket: str) -> Response:
        asked = request.parameters("prefix", "startOffset", "maxResults", "pageToken")
        page = self._objects.page(
            bucket,
            prefix=asked.get("prefix", ""),
            start=asked.get("startOffset", ""),
            after=name_from_token(asked["pageToken"]) if asked.get("pageToken") else "",
            limit=number(asked, "maxResults", least=1) or PAGE_MAX,
        )
        return as_json(page_resource(page, request.base_url))

    def _describe(self, request: Request, bucket: str, name: str) -> Response:
        if request.query.get("alt") == "media":
            return self._download(request, bucket, name)
        asked = request.parameters(_IF)
        return as_json(object_resource(self._objects.get(bucket, name, number(asked, _IF)), request.base_url))

    def _download(self, request: Request, bucket: str, name: str) -> Response:
        asked = request.parameters(_IF)
        try:
            one = self._objects.get(bucket, name, number(asked, _IF))
        except StorageError as error:  # for a program that wants content the service says it in plain text
            return Response(error.status, error.message.encode(), {"Content-Type": "text/html; charset=UTF-8"})
        return _media(one, request.headers.get("range", ""))

    def _delete(self, request: Request, bucket: str, name: str) -> Response:
        self._objects.delete(bucket, name, number(request.parameters(_IF), _IF))
        return Response(HTTPStatus.NO_CONTENT)

    def _upload(self, request: Request, bucket: str) -> Response:
        asked = request.parameters("uploadType", "name", _IF)
        condition = number(asked, _IF)
        own_type = request.headers.get("content-type", "")
        match asked.get("uploadType"):
            case "media":
                told, data = Described(), request.body
            case "multipart":
                told, data, own_type = split_multipart(own_type, request.body)
            case "resumable":
                return self._open(request, bucket, _named(described(request.body), asked), condition)
            case _:
                raise invalid("Invalid value for the parameter uploadType.")
        check_hashes(data, hashes_of_header(request.headers.get("x-goog-hash", "")))
        stored = self._insert(bucket, _named(told, asked), data, own_type, condition)
        return as_json(object_resource(stored, request.base_url))

    def _open(self, request: Request, bucket: str, told: Described, condition: int | None) -> Response:
        self._objects.check(bucket, told.name, condition)
        upload_id = self._sessions.open(
            Session(bucket, told, request.headers.get("x-upload-content-type", ""), condition)
        )
        url = f"{request.base_url}/upload/storage/v1/b/{bucket}/o?uploadType=resumable&upload_id={upload_id}"
        return Response(HTTPStatus.OK, headers={"Location": url, "X-GUploader-UploadID": upload_id})

    def _continue(self, request: Request, bucket: str) -> Response:
        asked = request.parameters("uploadType", "upload_id", "name", _IF)
        upload_id = asked.get("upload_id", "")
        session = self._sessions.get(upload_id)
        if session.bucket != bucket:
            raise no_bucket()
        with session.lock:
            if session.stored is not None:  # the answer to the last piece was lost: it is given again
                return as_json(object_resource(session.stored, request.base_url))
            if not session.take(request.headers.get("content-range", ""), request.body):
                arrived = {"Range": f"bytes=0-{len(session.received) - 1}"} if session.received else {}
                return Response(HTTPStatus.PERMANENT_REDIRECT, headers=arrived)
            data, told = bytes(session.received), session.described
            try:
                check_hashes(data, hashes_of_header(request.headers.get("x-goog-hash", "")))
                stored = self._insert(bucket, told, data, session.content_type, session.if_generation)
            except StorageError:
                self._sessions.close(upload_id)
                raise
            session.stored = stored
            session.received.clear()
        return as_json(object_resource(stored, request.base_url))

    def _insert(self, bucket: str, told: Described, data: bytes, own_type: str, condition: int | None) -> StoredObject:
        check_hashes(data, told.hashes)
        content = Content(data, told.content_type or own_type or _OCTETS, told.metadata)
        return self._objects.insert(bucket, told.name, content, condition)


def _named(told: Described, asked: dict[str, str]) -> Described:
    """A description with the name that it has, or that the query has."""
    name = told.name or asked.get("name", "")
    check_name(name)
    return Described(name, told.content_type, told.metadata, told.hashes)


def _media(one: StoredObject, range_: str) -> Response:
    """The content, or the one range of it that is asked for; RFC 9110, 14.2: a server may ignore other forms."""
    data, headers = one.content.data, media_headers(one)
    found = re.fullmatch(r"bytes=(\d{1,15})-(\d{1,15})?", range_)
    if not found:
        return Response(HTTPStatus.OK, data, headers)
    first, last = int(found[1]), min(int(found[2] or len(data)), len(data) - 1)
    if first > last:
        return Response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers={"Content-Range": f"bytes */{len(data)}"})
    return Response(
        HTTPStatus.PARTIAL_CONTENT,
        data[first : last + 1],
        headers | {"Content-Range": f"bytes {first}-{last}/{len(data)}"},
    )
