"""The function `rail_callback`: what a rail says on its own, believed by its signature and taken by the payment.

Nothing that a rail signed is lost: what cannot be understood, or names no payment, is kept in quarantine with its
cause. The payment is its own inbox, so the same callback again finds its work done.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass

from shared.contracts.problems import problem_of
from shared.formats.signing import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER
from shared.kernel import ids
from shared.kernel.errors import ClearwayError, Disposition
from shared.kernel.usage import measured
from shared.payments.commands.settlement import Settlement
from shared.ports.callbacks import News, RailInbox
from shared.runtime.backbone import Backbone
from shared.runtime.envelopes import Push
from shared.runtime.logs import log
from shared.runtime.news import NewsDesk
from shared.runtime.quarantine import quarantine
from shared.runtime.replay import CALLBACKS
from shared.runtime.web import Endpoint, HttpRequest, Reply, json_reply

# A pacs.002 is some 2 kB, a JSON callback less than one.
BODY_BYTES_MAX = 65_536

_PATH = re.compile(r"/v1/rails/([a-z][a-z0-9_-]{0,31})/callbacks")
_KEPT_HEADERS = (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER)


@dataclass(frozen=True, slots=True)
class CallbackStep:
    """Reads callbacks, and hands their news on."""

    inbox: RailInbox
    desk: NewsDesk

    def take_kept(self, rail: str, body: bytes) -> None:
        """Take a callback that was believed when it came, and kept in quarantine since."""
        self.desk.take(self.inbox.read_kept(rail, body))


def rail_callback_endpoint(backbone: Backbone, inbox: RailInbox, settlement: Settlement) -> Endpoint:
    """`POST /v1/rails/{rail}/callbacks` over these ports.

    Answers 204 (taken, or known already), 202 (kept, though it tells nothing of a payment of ours), 401 (not believed),
    413 (too large), or 503: the rail is to send it again.
    """
    desk = NewsDesk(backbone, settlement)

    def endpoint(request: HttpRequest) -> Reply:
        found = _PATH.fullmatch(request.path)
        if request.method != "POST" or found is None:
            return json_reply(404, {"detail": "callbacks are posted to /v1/rails/{rail}/callbacks"})
        if len(request.body) > BODY_BYTES_MAX:
            return json_reply(413, {"detail": f"a callback has at most {BODY_BYTES_MAX} bytes"})
        rail = found.group(1)
        try:
            news = inbox.read(rail, request.headers, request.body, backbone.clock.now())
        except ClearwayError as error:
            return _unread(request, rail, error)
        return _taken(request, rail, news)

    def _taken(request: HttpRequest, rail: str, news: News) -> Reply:
        started = time.monotonic()
        with measured() as counts:
            try:
                payment = desk.take(news)
            except ClearwayError as error:
                if error.retryable:
                    return _again(rail, error.code.code)
                return _keep(request, rail, error.code.code, error.detail)
            except Exception as error:  # noqa: BLE001 - its text may hold data of the payment; its type may not
                # Kept as well as asked for again: a rail gives up some day, and a bug may outlast its patience.
                _keep(request, rail, "unexpected_error", type(error).__name__)
                return _again(rail, type(error).__name__)
            log(
                "INFO",
                f"{CALLBACKS}: {news.answer.status.value}, {payment.state.value}",
                step=CALLBACKS,
                rail=rail,
                payment_id=payment.id,
                duration_ms=round((time.monotonic() - started) * 1000, 1),
                usage=counts.as_dict(),
            )
        return Reply(204)

    def _unread(request: HttpRequest, rail: str, error: ClearwayError) -> Reply:
        if error.disposition is Disposition.MALFORMED:
            return _keep(request, rail, error.code.code, error.detail)
        if error.disposition is Disposition.UNAUTHENTICATED:
            log("WARNING", f"{CALLBACKS}: not believed", rail=rail, code=error.code.code)
            headers = {"Content-Type": "application/problem+json", "WWW-Authenticate": "Webhook-Signature"}
            return json_reply(401, problem_of(error), headers)
        return _again(rail, error.code.code)

    def _keep(request: HttpRequest, rail: str, code: str, detail: str) -> Reply:
        """Set aside what the rail signed. Only an equal body under the same message id is the same callback."""
        headers = {name: request.header(name) or "" for name in _KEPT_HEADERS}
        name = ids.derive("cb", rail, headers[ID_HEADER], hashlib.sha256(request.body).hexdigest())
        push = Push(CALLBACKS, name, request.body, {"rail": rail, **headers}, 1)
        try:
            now = backbone.clock.now()
            quarantine(push, topic="", code=code, detail=detail, now=now, transactor=backbone.documents)
        except ClearwayError as error:
            return _again(rail, error.code.code)
        log("ERROR", f"{CALLBACKS}: quarantined", rail=rail, code=code, detail=detail, message_id=name)
        return json_reply(202, {"status": "kept", "code": code})

    return endpoint


def _again(rail: str, code: str) -> Reply:
    log("WARNING", f"{CALLBACKS}: send again", rail=rail, code=code)
    return Reply(503, headers={"Retry-After": "5"})
