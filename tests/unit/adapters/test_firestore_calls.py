"""The three calls against a scripted gRPC server: metadata, repetition, deadline, and the translation of statuses."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest

from shared.adapters.firestore import messages
from shared.adapters.firestore.calls import Calls
from shared.adapters.firestore.client import FirestoreClient, make_client
from shared.adapters.firestore.documents import FirestoreDocuments
from shared.adapters.memory.clock import ManualClock
from shared.adapters.optimism import StaleError
from shared.adapters.system_clock import SystemClock
from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.usage import measured
from shared.ports.documents import Key

DATABASE = "projects/a project/databases/(default)"
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
Turn = Callable[[Any, grpc.ServicerContext], list[Any]]


class Service:
    """Answers each call with the next turn of the script, and keeps the requests and the metadata."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.requests: list[Any] = []
        self.metadata: list[dict[str, Any]] = []
        self.ended = threading.Event()
        self._lock = threading.Lock()

    def stream(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        """One answer after the other; a turn may end the call behind them by an exception in the list."""
        with self._lock:
            self.requests.append(request)
            self.metadata.append(dict(context.invocation_metadata()))
            turn = self.turns.pop(0)
        for answer in turn(request, context):
            if isinstance(answer, grpc.StatusCode):
                context.abort(answer, "as scripted")
            yield answer

    def single(self, request: Any, context: grpc.ServicerContext) -> Any:
        """The one answer of a call that is not streamed."""
        return next(self.stream(request, context))


def fails(status: grpc.StatusCode, *before: Any) -> Turn:
    return lambda request, context: [*before, status]


def answers(*sent: Any) -> Turn:
    return lambda request, context: list(sent)


def found(name: str) -> Any:
    answer = messages.BatchGetDocumentsResponse()
    answer.found.name = name
    answer.found.fields["n"].integer_value = 1
    answer.found.update_time.seconds = 1
    return answer


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def client(service: Service) -> Iterator[FirestoreClient]:
    def handler(kind: Any, behaviour: Any, name: str) -> Any:
        request, response = getattr(messages, f"{name}Request"), getattr(messages, f"{name}Response")
        return kind(behaviour, request.FromString, response.SerializeToString)

    stream, single = grpc.unary_stream_rpc_method_handler, grpc.unary_unary_rpc_method_handler
    handlers = {
        "BatchGetDocuments": handler(stream, service.stream, "BatchGetDocuments"),
        "RunQuery": handler(stream, service.stream, "RunQuery"),
        "Commit": handler(single, service.single, "Commit"),
    }
    with ThreadPoolExecutor(4) as pool:
        server = grpc.server(pool)
        server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler("google.firestore.v1.Firestore", handlers),)
        )
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        made = make_client("a project", f"127.0.0.1:{port}")
        yield made
        service.ended.set()
        made.close()
        server.stop(None).wait()


@pytest.fixture
def calls(client: FirestoreClient) -> Calls:
    return Calls(client, ManualClock(NOON))


def test_every_call_names_its_database_as_googles_own_client_does(service: Service, calls: Calls) -> None:
    service.turns = [answers(), answers(messages.CommitResponse()), answers()]
    calls.batch_get([f"{DATABASE}/documents/a/b"])
    calls.commit([])
    calls.run_query(messages.StructuredQuery())
    routes = [one["x-goog-request-params"] for one in service.metadata]
    name = "projects/a+project/databases/%28default%29"
    assert routes == [f"database={name}", f"database={name}", f"parent={name}/documents"]
    assert [one["google-cloud-resource-prefix"] for one in service.metadata] == [DATABASE] * 3
    assert [one["authorization"] for one in service.metadata] == ["Bearer owner"] * 3
    assert [service.requests[0].database, service.requests[1].database] == [DATABASE] * 2
    assert service.requests[2].parent == f"{DATABASE}/documents"


def test_documents_are_asked_for_in_one_call_and_given_in_the_order_of_the_keys(
    service: Service, client: FirestoreClient
) -> None:
    root = f"{DATABASE}/documents"
    missing = messages.BatchGetDocumentsResponse(missing=f"{root}/a/2")
    service.turns = [answers(found(f"{root}/a/3"), missing, found(f"{root}/a/1"))]
    documents = FirestoreDocuments(client, SystemClock())
    keys = [Key("a", "1"), Key("a", "2"), Key("a", "3")]
    got = documents.run(lambda tx: tx.get(*keys)).value
    assert [document and document.key for document in got] == [keys[0], None, keys[2]]
    assert [list(request.documents) for request in service.requests] == [[f"{root}/a/{n}" for n in (1, 2, 3)]]


def test_a_missing_document_is_not_among_those_found(service: Service, calls: Calls) -> None:
    service.turns = [answers(messages.BatchGetDocumentsResponse(missing="a"), found("b"))]
    assert [raw.name for raw in calls.batch_get(["a", "b"])] == ["b"]


def test_answers_of_a_query_without_a_document_are_passed_over(service: Service, client: FirestoreClient) -> None:
    progress = messages.RunQueryResponse(skipped_results=1)
    service.turns = [answers(progress)]
    with measured() as counts:
        assert FirestoreDocuments(client, SystemClock()).find("a") == []
    assert counts.reads == 1


def read_at(answer: Any, seconds: int) -> Any:
    answer.read_time.seconds = seconds
    return answer


def queried(name: str) -> Any:
    return messages.RunQueryResponse(document=found(name).found)


def nothing_at(seconds: int) -> Any:
    return read_at(messages.BatchGetDocumentsResponse(missing=f"{DATABASE}/documents/moments/now"), seconds)


def test_a_snapshot_asks_for_its_moment_once_and_is_told_everything_as_of_then(
    service: Service, client: FirestoreClient
) -> None:
    """Within a stream the moment may move on. What came before has not changed until then, what comes after might
    have: https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1#runqueryresponse."""
    first, second = queried(f"{DATABASE}/documents/a/1"), queried(f"{DATABASE}/documents/a/2")
    service.turns = [
        answers(nothing_at(5), nothing_at(7)),
        answers(read_at(first, 7), read_at(second, 7)),
        answers(read_at(messages.RunQueryResponse(), 7)),
        answers(read_at(found(f"{DATABASE}/documents/a/1"), 7)),
    ]
    with measured() as counts:
        snapshot = FirestoreDocuments(client, SystemClock()).snapshot()
        page = snapshot.find("a")
        snapshot.find("a", after=page[-1])
        snapshot.get(Key("a", "1"))
    assert not service.requests[0].HasField("read_time")
    assert [request.read_time.seconds for request in service.requests[1:]] == [7, 7, 7]
    assert counts.reads == 1 + 2 + 1 + 1


def test_a_snapshot_whose_moment_is_not_said_shows_nothing(service: Service, client: FirestoreClient) -> None:
    service.turns = [answers(messages.BatchGetDocumentsResponse(missing=f"{DATABASE}/documents/moments/now"))]
    with pytest.raises(ClearwayError, match="of which moment") as caught:
        FirestoreDocuments(client, SystemClock()).snapshot().find("a")
    assert caught.value.code is KernelError.UNAVAILABLE


def test_an_unavailable_service_is_asked_again(service: Service, calls: Calls) -> None:
    broken = fails(grpc.StatusCode.UNAVAILABLE)
    service.turns = [broken, broken, answers(messages.CommitResponse(write_results=[{}]))]
    assert len(calls.commit([messages.Write()])) == 1
    assert service.requests[0] == service.requests[2]


def test_a_stream_that_breaks_off_is_read_again_from_its_beginning(service: Service, calls: Calls) -> None:
    service.turns = [fails(grpc.StatusCode.UNAVAILABLE, found("a"), found("b")), answers(found("b"), found("a"))]
    assert [raw.name for raw in calls.batch_get(["a", "b"])] == ["b", "a"]


def test_a_service_that_stays_away_is_given_up_before_the_deadline(service: Service, client: FirestoreClient) -> None:
    service.turns = [fails(grpc.StatusCode.UNAVAILABLE)] * 1_000
    clock = ManualClock(NOON)
    with pytest.raises(ClearwayError, match=r"could not read \(UNAVAILABLE\)") as caught:
        Calls(client, clock, timeout_s=60.0).run_query(messages.StructuredQuery())
    assert caught.value.code is KernelError.UNAVAILABLE
    assert NOON + timedelta(seconds=30) < clock.now() < NOON + timedelta(seconds=60), "its pauses fill the time given"
    assert 60 < len(service.requests) < 1_000


def test_a_service_that_says_nothing_is_given_up_at_the_deadline(service: Service, client: FirestoreClient) -> None:
    def silent(request: Any, context: grpc.ServicerContext) -> list[Any]:
        service.ended.wait(30)
        return []

    service.turns = [silent, silent]
    calls = Calls(client, SystemClock(), timeout_s=0.2)
    questions: list[tuple[Callable[[list[Any]], object], Any]]
    questions = [(calls.commit, messages.Write()), (calls.batch_get, "a")]
    for call, argument in questions:
        with pytest.raises(ClearwayError, match="DEADLINE_EXCEEDED") as caught:
            call([argument])
        assert caught.value.code is KernelError.UNAVAILABLE
    assert len(service.requests) == 2


STALE = {"ALREADY_EXISTS", "ABORTED", "FAILED_PRECONDITION", "NOT_FOUND"}
MISUSE = {"INVALID_ARGUMENT", "PERMISSION_DENIED", "UNAUTHENTICATED"}
AS_IT_IS = {"OUT_OF_RANGE"}
OTHERS = sorted(status.name for status in grpc.StatusCode if status.name not in {"OK", "UNAVAILABLE"})


@pytest.mark.parametrize("status", OTHERS)
def test_a_failed_commit_is_translated_and_not_repeated(service: Service, calls: Calls, status: str) -> None:
    service.turns = [fails(grpc.StatusCode[status])]
    with pytest.raises((ClearwayError, StaleError, grpc.RpcError)) as caught:
        calls.commit([messages.Write()])
    match caught.value:
        case StaleError(exists=exists):
            assert status in STALE
            assert exists == (status == "ALREADY_EXISTS")
        case ClearwayError(code=code):
            assert code is (KernelError.MISUSE if status in MISUSE else KernelError.UNAVAILABLE)
            assert status not in STALE | AS_IT_IS
            assert "as scripted" not in caught.value.detail
        case _:
            assert status in AS_IT_IS


@pytest.mark.parametrize("status", OTHERS)
def test_a_failed_read_is_translated_and_is_never_a_conflict(service: Service, calls: Calls, status: str) -> None:
    service.turns = [fails(grpc.StatusCode[status])]
    with pytest.raises((ClearwayError, grpc.RpcError)) as caught:
        calls.batch_get(["a"])
    if isinstance(caught.value, ClearwayError):
        wrong = MISUSE | {"FAILED_PRECONDITION", "NOT_FOUND"}  # no index for the query; no such database
        assert caught.value.code is (KernelError.MISUSE if status in wrong else KernelError.UNAVAILABLE)
    else:
        assert status in AS_IT_IS | {"ALREADY_EXISTS"}


def test_many_threads_share_one_client(service: Service, client: FirestoreClient) -> None:
    service.turns = [lambda request, context: [found(request.documents[0])]] * 200
    documents = FirestoreDocuments(client, SystemClock())

    def reader(number: int) -> bool:
        key = Key("a", str(number))
        got = documents.get(key)
        return got is not None and got.key == key

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(reader, range(200)))
