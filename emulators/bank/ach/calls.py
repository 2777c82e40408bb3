"""The side door's views of the ACH desk; its files come and go through the object store, or over `/v1/files`."""

from __future__ import annotations

from http import HTTPStatus

from emulators.bank.ach.desk import AchDesk
from emulators.bank.api import page_of
from emulators.bank.exchange import Request, Response
from emulators.bank.routes import Route


class AchCalls:
    """Routes to what the ACH desk knows."""

    def __init__(self, desk: AchDesk) -> None:
        self._desk = desk
        self.routes = (
            Route("GET", "/v1/admin/ach/entries", self._entries, guarded=False),
            Route("GET", "/v1/admin/ach/files", self._files, guarded=False),
        )

    def _entries(self, request: Request, _: str) -> Response:
        return Response(HTTPStatus.OK, self._desk.listing(*page_of(request)))

    def _files(self, _: Request, __: str) -> Response:
        return Response(HTTPStatus.OK, self._desk.files())
