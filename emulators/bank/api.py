"""The calls of the rail `bank`: transfers as JSON, each under its caller's key."""

from __future__ import annotations

from http import HTTPStatus

from emulators.bank.bank import Bank, Reaction
from emulators.bank.exchange import Request, Response, json_object, query_number, refusal
from emulators.bank.fields import KEY, FieldError, parse_order
from emulators.bank.routes import Route

LISTING_LIMIT_MAX = 1_000


class Transfers:
    """Routes to the bank's transfers."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self.routes = (
            Route("POST", "/v1/transfers", self._submit),
            Route("GET", "/v1/transfers/{key}", self._inquire),
            Route("GET", "/v1/admin/summary", self._summary, guarded=False),
            Route("GET", "/v1/admin/transfers", self._list, guarded=False),
        )

    def _submit(self, request: Request, _: str) -> Response:
        return _response(self._bank.submit(idempotency_key(request), parse_order(json_object(request.body))))

    def _inquire(self, _: Request, key: str) -> Response:
        return _response(self._bank.inquire(key))

    def _summary(self, _: Request, __: str) -> Response:
        return Response(HTTPStatus.OK, self._bank.summary())

    def _list(self, request: Request, _: str) -> Response:
        return Response(HTTPStatus.OK, self._bank.listing(*page_of(request)))


def idempotency_key(request: Request) -> str:
    """The key that a caller has given its instruction. Raises FieldError."""
    key = request.headers.get("idempotency-key", "")
    if not KEY.fullmatch(key):
        raise FieldError("", "the header Idempotency-Key must hold 1 to 255 letters, digits or ._~:-")
    return key


def page_of(request: Request) -> tuple[int, int]:
    """Behind which number a list begins, and how much of it is wanted. Raises FieldError."""
    after = query_number(request.query, "after", 0, 10**9, default=0)
    return after, query_number(request.query, "limit", 1, LISTING_LIMIT_MAX, default=100)


def _response(reaction: Reaction) -> Response:
    refused = refusal(reaction.reply, pointer=reaction.pointer)
    return refused or Response(HTTPStatus.OK, reaction.answer or {}, reaction.reply)
