"""The API's routes on accounts: balances, entries, and the balance as of a moment."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Protocol

from shared.contracts.accounts import (
    BalanceQuery,
    EntriesQuery,
    account_answer,
    balance_answer,
    entries_answer,
)
from shared.contracts.base import parse
from shared.ledger.queries.account_entries import account_entries
from shared.ledger.queries.balance_at import balance_at
from shared.ledger.queries.get_account import get_account as account_of
from shared.runtime.backbone import Backbone
from shared.runtime.web import HttpRequest, Reply, json_reply


class OverBackbone(Protocol):
    """What these routes need of the API."""

    @property
    def backbone(self) -> Backbone:
        """The technical ports."""
        ...


def get_account(api: OverBackbone, _: HttpRequest, tenant: str, account_id: str) -> Reply:
    """`GET /v1/accounts/{id}`: a wallet with its balances and counters."""
    return json_reply(200, account_answer(account_of(account_id, tenant=tenant, reader=api.backbone.documents)))


def get_entries(api: OverBackbone, request: HttpRequest, tenant: str, account_id: str) -> Reply:
    """`GET /v1/accounts/{id}/entries?limit=&order=newest|oldest&cursor=`: what was booked on it, a page at a time."""
    query = parse(EntriesQuery, json.dumps(dict(request.query)))
    page = account_entries(
        account_id,
        tenant=tenant,
        reader=api.backbone.documents,
        limit=query.limit,
        newest_first=query.order == "newest",
        cursor=query.cursor,
    )
    return json_reply(200, entries_answer(account_id, page))


def get_balance(api: OverBackbone, request: HttpRequest, tenant: str, account_id: str) -> Reply:
    """`GET /v1/accounts/{id}/balance?at=`: what was in it at an RFC 3339 time."""
    query = parse(BalanceQuery, json.dumps(dict(request.query)))
    backbone = api.backbone
    balance = balance_at(account_id, query.at, tenant=tenant, now=backbone.clock.now(), reader=backbone.documents)
    return json_reply(200, balance_answer(balance))


Route = Callable[[OverBackbone, HttpRequest, str, str], Reply]

ACCOUNT_ROUTES: tuple[tuple[str, re.Pattern[str], Route], ...] = (
    ("GET", re.compile(r"/v1/accounts/(acc_[a-z2-7]{26})"), get_account),
    ("GET", re.compile(r"/v1/accounts/(acc_[a-z2-7]{26})/entries"), get_entries),
    ("GET", re.compile(r"/v1/accounts/(acc_[a-z2-7]{26})/balance"), get_balance),
)
