"""The three calls that Clearway makes to Firestore, each with a deadline and a bounded retry, on raw messages."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import grpc

from shared.adapters.firestore import messages
from shared.adapters.firestore.client import FirestoreClient
from shared.adapters.firestore.errors import translated
from shared.ports.clock import Clock

R = TypeVar("R")

CALL_TIMEOUT_S = 10.0
PAUSE_BASE_S = 0.05
PAUSE_MAX_S = 1.0
_SERVICE = "/google.firestore.v1.Firestore/"
# A document that is never there.
_NOWHERE = "moments/now"


class Calls:
    """BatchGetDocuments, Commit and RunQuery on one database. Safe for threads; nothing is sent when it is made.

    A call fails after `timeout_s` seconds, its repetitions included. UNAVAILABLE alone is repeated: Firestore says it
    of a broken connection, and a new one is made meanwhile. A commit may safely be sent twice: whatever it adds stands
    beside a precondition that a second one fails.
    """

    def __init__(self, client: FirestoreClient, clock: Clock, *, timeout_s: float = CALL_TIMEOUT_S) -> None:
        self.database = client.database
        self.root = f"{client.database}/documents"
        self._clock = clock
        self._timeout_s = timeout_s
        self._by_database = client.metadata_for("database", self.database)
        self._by_parent = client.metadata_for("parent", self.root)
        self._batch_get = client.channel.unary_stream(
            f"{_SERVICE}BatchGetDocuments",
            request_serializer=messages.BatchGetDocumentsRequest.SerializeToString,
            response_deserializer=messages.BatchGetDocumentsResponse.FromString,
        )
        self._commit = client.channel.unary_unary(
            f"{_SERVICE}Commit",
            request_serializer=messages.CommitRequest.SerializeToString,
            response_deserializer=messages.CommitResponse.FromString,
        )
        self._run_query = client.channel.unary_stream(
            f"{_SERVICE}RunQuery",
            request_serializer=messages.RunQueryRequest.SerializeToString,
            response_deserializer=messages.RunQueryResponse.FromString,
        )

    def batch_get(self, names: Sequence[str], moment: Any = None) -> list[Any]:
        """The raw documents of those resource names that exist, in any order; with a raw `moment`, as of then."""
        request = messages.BatchGetDocumentsRequest(database=self.database, documents=names, read_time=moment)
        answers = self._sent("read", lambda left_s: list(self._batch_get(request, left_s, self._by_database)))
        return [answer.found for answer in answers if answer.WhichOneof("result") == "found"]

    def moment(self) -> Any:
        """The service's own raw time, which a read of nothing names; None where it does not. It is billed as one read.

        The last that is named: within a stream it may move on.
        https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1#batchgetdocumentsresponse
        """
        request = messages.BatchGetDocumentsRequest(database=self.database, documents=[f"{self.root}/{_NOWHERE}"])
        answers = self._sent("read", lambda left_s: list(self._batch_get(request, left_s, self._by_database)))
        return next((one.read_time for one in reversed(answers) if one.HasField("read_time")), None)

    def commit(self, writes: Sequence[Any]) -> list[Any]:
        """Apply all raw writes or none; returns their update times, in order. Raises StaleError when refused."""
        request = messages.CommitRequest(database=self.database, writes=writes)
        answer = self._sent("commit", lambda left_s: self._commit(request, left_s, self._by_database))
        return [result.update_time for result in answer.write_results]

    def run_query(self, query: Any, moment: Any = None) -> list[Any]:
        """The raw documents that a raw query finds, in its order; with a raw `moment`, as of then."""
        request = messages.RunQueryRequest(parent=self.root, structured_query=query, read_time=moment)
        answers = self._sent("read", lambda left_s: list(self._run_query(request, left_s, self._by_parent)))
        return [answer.document for answer in answers if answer.HasField("document")]

    def _sent(self, doing: str, call: Callable[[float], R]) -> R:
        """The answer of `call`, which is given the seconds that are left; a stream is read to its end in there."""
        deadline = self._clock.now() + timedelta(seconds=self._timeout_s)
        pause_max_s = PAUSE_BASE_S
        left_s = self._timeout_s
        while True:
            try:
                return call(left_s)
            except grpc.RpcError as error:
                pause_s = random.random() * pause_max_s  # noqa: S311 - no secret in it
                left_s = (deadline - self._clock.now()).total_seconds() - pause_s
                if error.code() is not grpc.StatusCode.UNAVAILABLE or left_s <= 0:
                    raise translated(error, doing) from error
            self._clock.sleep(pause_s)
            pause_max_s = min(PAUSE_MAX_S, 2 * pause_max_s)
