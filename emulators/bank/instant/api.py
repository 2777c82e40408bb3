"""The one call of the instant rail: a message in XML, a pacs.008 or a pacs.028, answered with a pacs.002 or pacs.004.

A payment is known by its EndToEndId, which must be its own, and so must be its message id and its UETR. 24 hours a day.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus

from emulators.bank.api import page_of
from emulators.bank.callbacks.news import News
from emulators.bank.desk.desk import Desk
from emulators.bank.desk.leg import Leg, Order, Reaction
from emulators.bank.desk.words import news_of
from emulators.bank.exchange import XML, Request, Response, problem, refusal
from emulators.bank.instant import messages
from emulators.bank.magic import Reply
from emulators.bank.routes import Route
from emulators.bank.table.outcomes import RailName, Script, Word
from emulators.bank.table.reasons import INSTANT
from emulators.bank.table.table import row_for
from shared.formats.iso20022 import pacs008, pacs028
from shared.formats.iso20022.original import Original
from shared.formats.iso20022.pacs008 import CreditTransfer
from shared.formats.iso20022.pacs028 import StatusRequest
from shared.formats.iso20022.reading import read_document
from shared.kernel.errors import ClearwayError

CURRENCY = "USD"
_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


class InstantCalls:
    """Routes to the instant rail's desk; keeps each payment's message, which answers and callbacks refer to."""

    def __init__(self, present: Callable[[], datetime]) -> None:
        self._present = present
        self._lock = threading.Lock()
        self._desk: Desk | None = None
        self.reset()
        self.routes = (
            Route("POST", "/v1/instant/messages", self._message),
            Route("GET", "/v1/admin/instant/transactions", self._list, guarded=False),
        )

    def over(self, desk: Desk) -> None:
        """Answer from this desk, whose callbacks `callback` puts into words."""
        self._desk = desk

    def reset(self) -> None:
        """Forget the messages."""
        with self._lock:
            self._payments: dict[str, CreditTransfer] = {}
            self._owners: dict[tuple[str, str], str] = {}
            self._answers = 0

    def callback(self, news: News) -> tuple[bytes, str]:
        """The body of a callback and its content type."""
        payment = self._payments[news.key]
        if news.status is Word.RETURNED:
            return messages.returned(payment, news), XML
        return messages.report(payment, news), XML

    @property
    def desk(self) -> Desk:
        """The desk that was given."""
        assert self._desk is not None  # noqa: S101 - given before the first call
        return self._desk

    def _message(self, request: Request, _: str) -> Response:
        try:
            name, _document = read_document(request.body, {pacs008.MESSAGE, pacs028.MESSAGE}, UTC)
            if name == pacs008.MESSAGE:
                return self._pay(pacs008.from_xml(request.body))
            return self._tell(pacs028.from_xml(request.body))
        except ClearwayError as error:
            return problem(HTTPStatus.BAD_REQUEST, "invalid_message", error.detail, pointer=error.field or "")

    def _pay(self, payment: CreditTransfer) -> Response:
        if not self._owns(payment):
            return self._document(messages.refused(payment, messages.DUPLICATE, self._id(), self._present()))
        order = Order(
            direction="credit",
            amount_minor=payment.amount.amount_minor,
            currency=payment.amount.currency,
            instrument=payment.creditor.account,
            content=(("/Document", replace(payment, created_at=_NO_TIME)),),
            message_id=payment.message_id,
            instruction_id=payment.instruction_id,
            uetr=payment.uetr,
        )
        script = row_for(RailName.INSTANT, order.instrument, order.direction).script
        assert isinstance(script, Script)  # noqa: S101 - only the ACH has scripts of another kind
        if order.currency != CURRENCY:
            script = Script(reason_code=messages.OTHER_CURRENCY)
        reaction = self.desk.submit(payment.end_to_end_id, order, script)
        if reaction.reply is Reply.CONFLICT:
            return self._document(messages.refused(payment, messages.DUPLICATE, self._id(), self._present()))
        return self._answer(reaction, payment, instructed=True)

    def _tell(self, request: StatusRequest) -> Response:
        key = self._asked_for(request.original)
        reaction = self.desk.inquire(key)
        payment = self._payments.get(key)
        if reaction.reply is Reply.NOT_FOUND or payment is None:
            return self._document(messages.never_received(request, self._id(), self._present()))
        return self._answer(reaction, payment)

    def _owns(self, payment: CreditTransfer) -> bool:
        """Whether the ids of a message are this payment's own; they are from now on where they were nobody's."""
        key = payment.end_to_end_id
        ids = [("MsgId", payment.message_id), ("UETR", payment.uetr), ("TxId", payment.transaction_id)]
        with self._lock:
            if any(self._owners.get(one, key) != key for one in ids if one[1]):
                return False
            self._owners.update({one: key for one in ids if one[1]})
            self._payments.setdefault(key, payment)
            return True

    def _asked_for(self, original: Original) -> str:
        """The payment that an inquiry names by one of its ids; empty unless it came in the message that is named."""
        with self._lock:
            ids = (("UETR", original.uetr), ("TxId", original.transaction_id), ("MsgId", original.message_id))
            key = original.end_to_end_id or next((self._owners[one] for one in ids if one in self._owners), "")
            named = self._owners.get(("MsgId", original.message_id), key)
            return key if named == key else ""

    def _answer(self, reaction: Reaction, payment: CreditTransfer, *, instructed: bool = False) -> Response:
        refused, leg = refusal(reaction.reply), reaction.leg
        if refused is not None or leg is None:
            return refused or Response(HTTPStatus.OK, {}, reaction.reply)
        news = replace(news_of(leg, INSTANT, leg.changed_at or leg.received_at), id=self._id())
        if leg.status is Word.RETURNED:
            return self._document(messages.returned(payment, news), reaction.reply)
        about = None
        if leg.script.stranger and instructed and leg.instructions == 1:
            about = Original(f"{payment.message_id[:29]}-other", pacs008.MESSAGE, end_to_end_id=_other(leg))
        document = messages.report(payment, news, pending=leg.script.pending_word, about=about)
        return self._document(document, reaction.reply)

    def _document(self, document: bytes, reply: Reply = Reply.ANSWER) -> Response:
        return Response(HTTPStatus.OK, {}, reply, {"Content-Type": XML}, document)

    def _id(self) -> str:
        """The id of an answer: each is a message of its own."""
        with self._lock:
            self._answers += 1
            return f"ans_{self._answers:010d}"

    def _list(self, request: Request, _: str) -> Response:
        return Response(HTTPStatus.OK, self.desk.listing(*page_of(request)))


def _other(leg: Leg) -> str:
    """The EndToEndId of a payment that nobody has made."""
    return f"other-{hashlib.sha256(leg.key.encode()).hexdigest()[:20]}"
