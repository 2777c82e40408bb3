"""A file from the bank: read, and held until its statement is whole; or refused, with the place and the reason.

What cannot be read stays where it is, and people are asked. When a readable statement of that day comes, the case is
closed by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.formats.iso20022.camt import from_xml
from shared.formats.iso20022.statements import AccountMessage, MessageKind, Page, Statement
from shared.kernel import ids
from shared.kernel.assessment import Reason
from shared.kernel.errors import ClearwayError
from shared.ports.documents import Transaction, keep
from shared.reconciliation.commands.cases import Case, stage_cases
from shared.reconciliation.commands.desk import Desk
from shared.reconciliation.documents import FileStatus, account_from, account_key, case_key, file_key
from shared.reconciliation.domain.breaks import BreakKind
from shared.reconciliation.domain.errors import ReconciliationError
from shared.reconciliation.domain.file_names import FileName, parse_name


@dataclass(frozen=True, slots=True)
class Received:
    """A page of a statement. `statement_id` stands for the bank's name of the statement on this account."""

    name: str
    rail: str
    currency: str
    statement_id: str
    page: Page
    message: AccountMessage

    @property
    def statement(self) -> Statement:
        """The page's part of the statement."""
        return self.message.statements[0]


def receive_file(name: str, desk: Desk) -> Received | None:
    """The file of this name, held; None when it is refused. Raises FILE_GONE, and what the stores raise."""
    data = _content(name, desk)
    try:
        received = _read(name, data)
        _hold(received, data, desk)
    except ClearwayError as error:
        if error.retryable:
            raise
        refuse_files([name], error, desk)
        return None
    return received


def read_again(name: str, desk: Desk) -> Received:
    """A file that was held before. Raises FILE_GONE, and what reading it raises."""
    return _read(name, _content(name, desk))


def _content(name: str, desk: Desk) -> bytes:
    data = desk.objects.get(name)
    if data is None:
        raise ClearwayError(ReconciliationError.FILE_GONE, "a statement's file is gone")
    return data


def _read(name: str, data: bytes) -> Received:
    said = parse_name(name)
    message = from_xml(data)
    if message.kind is not MessageKind.STATEMENT or len(message.statements) != 1:
        raise ClearwayError(ReconciliationError.NOT_A_STATEMENT, "a file holds a camt.053 with one statement of a day")
    statement = message.statements[0]
    currencies = {one.amount.currency for one in statement.balances} | {statement.currency} - {""}
    currencies |= {one.amount.currency for one in statement.entries}
    if len(currencies) != 1 or (said.currency and said.currency not in currencies):
        raise ClearwayError(ReconciliationError.OTHER_CURRENCY, "a statement is in the one currency of its folder")
    currency = currencies.pop()
    page = statement.page or message.page or Page(number=1, last=True)
    statement_id = ids.derive("stm", said.rail, currency, statement.id)
    return Received(name, said.rail, currency, statement_id, page, message)


def pin_of(statement: Statement) -> str:
    """A digest that stands for the account's identification, which is not kept itself."""
    return ids.derive("pin", statement.account)


def _hold(received: Received, data: bytes, desk: Desk) -> None:
    """Record the page. The first statement of an account says what the account's identification is."""
    key, account = file_key(received.name), account_key(received.rail, received.currency)

    def work(tx: Transaction) -> None:
        document, state = tx.get(key, account)
        pin = account_from(state, received.rail, received.currency).pin
        if pin not in {"", pin_of(received.statement)}:
            raise ClearwayError(ReconciliationError.OTHER_ACCOUNT, "a statement is of the account of its folder")
        if document is None:
            fields = {
                "name": received.name,
                "status": FileStatus.HELD.value,
                "received_at": desk.clock.now(),
                "rail": received.rail,
                "currency": received.currency,
                "statement_id": received.statement_id,
                "page": received.page.number,
                "last": received.page.last,
                "bytes": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
            }
            tx.create(key, fields)

    desk.documents.run(work)


def refuse_files(names: Sequence[str], error: ClearwayError, desk: Desk) -> None:
    """Record why files, the pages of one statement, are no statement of ours: all at once, with one case."""
    said = _said(names[0])
    case = refusal_case(names[0], said, error)

    def work(tx: Transaction) -> None:
        known, *documents = tx.get(case.key, *map(file_key, names))
        for name, document in zip(names, documents, strict=True):
            if document is None or document.fields["status"] == FileStatus.HELD:
                keep(tx, file_key(name), document, _refused_fields(name, said, error, desk.clock.now()))
        stage_cases(tx, {case.key: known}, [case], [], desk.clock.now())

    desk.documents.run(work)


def _refused_fields(name: str, said: FileName | None, error: ClearwayError, now: datetime) -> dict[str, Any]:
    return {
        "name": name,
        "status": FileStatus.REFUSED.value,
        "received_at": now,
        "rail": said.rail if said else "",
        "currency": said.currency if said else "",
        "day": said.day.isoformat() if said else "",
        "code": error.code.code,
        "place": error.field or "",
        "reason": error.detail,
    }


def refusal_case(name: str, said: FileName | None, error: ClearwayError) -> Case:
    """The case about a file that is refused."""
    text = f"the statement file {name} is refused: {error.code.code}: {error.detail}"
    reason = Reason(BreakKind.STATEMENT_REFUSED.value, text)
    rail, currency = (said.rail, said.currency) if said else ("", "")
    return Case(case_key(file_key(name).id), rail, currency, reason)


def _said(name: str) -> FileName | None:
    try:
        return parse_name(name)
    except ClearwayError:
        return None
