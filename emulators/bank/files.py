"""The object store over HTTP, as a bank's file gateway would be: files to the bank are put, files from it are got."""

from __future__ import annotations

from http import HTTPStatus

from emulators.bank.exchange import Request, Response, problem
from emulators.bank.routes import Route
from shared.kernel.errors import ClearwayError
from shared.ports.objects import ObjectStore

LISTED_MAX = 1_000


class FileCalls:
    """Routes to the files that are exchanged with the bank."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects
        self.routes = (
            Route("GET", "/v1/files", self._list),
            Route("GET", "/v1/files/{name}", self._get),
            Route("POST", "/v1/files/{name}", self._put),
        )

    def _list(self, request: Request, _: str) -> Response:
        prefix, after = (request.query.get(name, [""])[0] for name in ("prefix", "after"))
        try:
            names = list(self._objects.list(prefix, after=after, limit=LISTED_MAX))
        except ClearwayError as error:
            return _refused(error)
        return Response(HTTPStatus.OK, {"names": names, "next_after": names[-1] if len(names) == LISTED_MAX else None})

    def _get(self, _: Request, name: str) -> Response:
        try:
            content = self._objects.get(name)
        except ClearwayError as error:
            return _refused(error)
        if content is None:
            return problem(HTTPStatus.NOT_FOUND, "file_not_found", "there is no file of this name")
        kind = "application/xml" if name.endswith(".xml") else "application/octet-stream"
        return Response(HTTPStatus.OK, {}, headers={"Content-Type": kind}, document=content)

    def _put(self, request: Request, name: str) -> Response:
        try:
            new = self._objects.put_new(name, request.body)
        except ClearwayError as error:
            return _refused(error)
        if not new:
            return problem(HTTPStatus.CONFLICT, "file_exists", "a file of this name is there, and stays as it is")
        return Response(HTTPStatus.CREATED, {"name": name})


def _refused(error: ClearwayError) -> Response:
    return problem(HTTPStatus.BAD_REQUEST, "invalid_name", error.detail)
