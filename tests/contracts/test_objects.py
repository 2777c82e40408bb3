"""The object store's contract: the same cases on the in-memory twin and on Google's client over the stand-in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest

from emulators.ports import free_port
from emulators.storage.exchange import Request, Response
from emulators.storage.server import StorageServer
from shared.adapters.memory.objects import InMemoryObjects
from shared.adapters.storage.client import make_client
from shared.adapters.storage.objects import CloudStorageObjects
from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.objects import ObjectStore

BUCKET = "test-files"
NAME = "ach/outbound/ACH-1.ach"
# Above this size Google's client sends a file in a session of its own.
MULTIPART_BYTES_MAX = 8 * 1024 * 1024


@contextmanager
def cloud(url: str, *, bucket: str = BUCKET, timeout_s: float = 30.0) -> Iterator[CloudStorageObjects]:
    with closing(make_client("test", url)) as client:
        yield CloudStorageObjects(client, bucket, timeout_s=timeout_s)


@pytest.fixture
def server() -> Iterator[StorageServer]:
    with StorageServer() as one:
        with closing(make_client("test", one.url)) as client:
            client.create_bucket(BUCKET)
        yield one


# What people do to a store besides: upload a file over one (None deletes it).
Outside = Callable[[str, bytes | None], None]


@pytest.fixture
def outside(store: ObjectStore, request: pytest.FixtureRequest) -> Outside:
    def upload(name: str, data: bytes | None) -> None:
        if isinstance(store, InMemoryObjects):
            store.delete(name) if data is None else store.upload(name, data)
            return
        with closing(make_client("test", request.getfixturevalue("server").url)) as client:
            blob = client.bucket(BUCKET).blob(name)
            blob.delete() if data is None else blob.upload_from_string(data)

    return upload


@pytest.fixture(params=["memory", "storage"])
def store(request: pytest.FixtureRequest) -> Iterator[ObjectStore]:
    if request.param == "memory":
        yield InMemoryObjects()
        return
    with cloud(request.getfixturevalue("server").url) as one:
        yield one


def raises(code: KernelError, call: Callable[[], object]) -> ClearwayError:
    with pytest.raises(ClearwayError) as caught:
        call()
    assert caught.value.code is code
    return caught.value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"101 line\n",
        bytes(range(256)),
        b"\r\n--==mark==\r\n\r\n--==mark==--",
        b"\x1f\x8b not gzip",
        b"x" * 100_000,
    ],
    ids=["empty", "text", "bytes", "boundary-like", "gzip-like", "long"],
)
def test_a_file_comes_back_as_it_was_stored(store: ObjectStore, data: bytes) -> None:
    assert store.put_new(NAME, data) is True
    assert store.get(NAME) == data


def test_a_file_larger_than_one_upload_comes_back_as_it_was_stored(store: ObjectStore) -> None:
    data = bytes(range(256)) * (MULTIPART_BYTES_MAX // 256) + b"end"
    assert store.put_new(NAME, data) is True
    assert store.put_new(NAME, data) is False
    assert store.get(NAME) == data


def test_a_name_that_is_taken_keeps_its_file(store: ObjectStore) -> None:
    assert store.put_new(NAME, b"first") is True
    assert store.put_new(NAME, b"second") is False
    assert store.put_new(NAME, b"first") is False, "the same bytes are a second file too"
    assert store.get(NAME) == b"first"


def test_a_file_that_is_not_there_is_none(store: ObjectStore) -> None:
    assert store.get(NAME) is None
    assert store.list("") == []


def test_a_file_is_described_by_a_generation_that_grows_with_each_upload(store: ObjectStore, outside: Outside) -> None:
    assert store.describe(NAME) is None
    began = datetime.now(UTC) - timedelta(seconds=1)
    store.put_new(NAME, b"first")
    store.put_new("other", b"first")
    seen = [store.describe(NAME)]
    assert store.put_new(NAME, b"refused") is False
    assert store.describe(NAME) == seen[0]
    for data in (b"the second", b"the second"):
        outside(NAME, data)
        seen.append(store.describe(NAME))
    outside(NAME, None)
    assert store.describe(NAME) is None
    assert store.put_new(NAME, b"first") is True
    seen.append(store.describe(NAME))
    found = [info for info in seen if info is not None]
    assert len(found) == len({info.generation for info in found}) == 4
    assert found == sorted(found, key=lambda info: info.generation)
    assert [info.size_bytes for info in found] == [5, 10, 10, 5]
    assert [info.stored_at for info in found] == sorted(info.stored_at for info in found)
    assert began <= found[0].stored_at <= datetime.now(UTC)
    # As the service: microseconds since 1970.
    assert began.timestamp() * 1_000_000 <= found[0].generation


def test_of_sixteen_threads_that_store_one_name_one_hears_true_and_its_bytes_stay(store: ObjectStore) -> None:
    for turn in range(5):
        gate = threading.Barrier(16)

        def put(number: int, name: str = f"race/{turn}", gate: threading.Barrier = gate) -> bool:
            gate.wait()
            return store.put_new(name, bytes([number]) * 1_000)

        with ThreadPoolExecutor(16) as pool:
            heard = list(pool.map(put, range(16)))
        assert sum(heard) == 1
        assert store.get(f"race/{turn}") == bytes([heard.index(True)]) * 1_000


def test_of_sixteen_threads_that_store_the_same_bytes_one_hears_true(store: ObjectStore) -> None:
    gate = threading.Barrier(16)

    def put(_: int) -> bool:
        gate.wait()
        return store.put_new(NAME, b"the same")

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(put, range(16))) == 1


def test_a_listing_has_its_prefix_begins_behind_a_name_and_ends_at_its_limit(store: ObjectStore) -> None:
    names = ["a/1", "a/2", "a/3", "a/30", "ab", "b/1", "Zoë/1"]
    for name in reversed(names):
        store.put_new(name, b"")
    assert store.list("") == sorted(names)
    assert store.list("a/") == ["a/1", "a/2", "a/3", "a/30"]
    assert store.list("a") == ["a/1", "a/2", "a/3", "a/30", "ab"]
    assert store.list("a/3") == ["a/3", "a/30"]
    assert store.list("a/", after="a/2") == ["a/3", "a/30"]
    assert store.list("a/", after="a/2", limit=1) == ["a/3"]
    assert store.list("a/", limit=2) == ["a/1", "a/2"]
    assert store.list("a/", after="a/25") == ["a/3", "a/30"], "the name to go on after need not be there"
    assert store.list("a/", after="zz") == []
    assert store.list("", after="a/30") == ["ab", "b/1"]
    assert store.list("c") == []


def test_a_listing_of_more_than_one_page_is_whole_and_in_order(store: ObjectStore) -> None:
    names = [f"many/{number:04}" for number in range(1_050)]
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda name: store.put_new(name, b""), names))
    assert store.list("many/") == names[:1_000]
    assert store.list("many/", after=names[10]) == names[11:1_011]
    assert store.list("many/", limit=2_000) == names


GOOD_NAMES = ["a", "a b", "ach/outbound/ACH-1.ach", "..a/b..", "...", "x" * 1_024, "é" * 512, "a#[1]*?", "a%2Fb", "a+b"]
BAD_NAMES = {
    "empty": "",
    "leading-slash": "/a",
    "trailing-slash": "a/",
    "double-slash": "a//b",
    "dot": ".",
    "dots": "..",
    "dots-inside": "a/../b",
    "dot-inside": "a/./b",
    "line-feed": "a\nb",
    "carriage-return": "a\rb",
    "nul": "a\0b",
    "delete": "a\x7f",
    "line-separator": "a\u2028b",
    "surrogate": "a\ud800",
    "long": "x" * 1_025,
    "long-in-bytes": "é" * 513,
}


@pytest.mark.parametrize("name", GOOD_NAMES, ids=lambda name: name[:20])
def test_a_name_that_is_allowed_is_kept_to_the_letter(store: ObjectStore, name: str) -> None:
    assert store.put_new(name, b"x") is True
    assert store.get(name) == b"x"
    assert store.list("") == [name]


@pytest.mark.parametrize("name", BAD_NAMES.values(), ids=BAD_NAMES.keys())
def test_any_other_name_is_refused_and_not_repeated(store: ObjectStore, name: str) -> None:
    calls: list[Callable[[], object]]
    calls = [lambda: store.put_new(name, b"x"), lambda: store.get(name), lambda: store.describe(name)]
    for call in calls:
        error = raises(KernelError.MISUSE, call)
        assert len(error.detail) < 100
    assert store.list("") == []


@pytest.mark.parametrize(
    ("prefix", "after", "limit"),
    [("a\n", "", 1), ("", "a\0", 1), ("x" * 1_025, "", 1), ("", "x" * 1_025, 1), ("", "", 0), ("", "", -1)],
)
def test_a_listing_that_cannot_be_asked_for_is_refused(store: ObjectStore, prefix: str, after: str, limit: int) -> None:
    raises(KernelError.MISUSE, lambda: store.list(prefix, after=after, limit=limit))


class Faulty:
    """Stands before the stand-in's API: a fault may take the place of an answer, after the call has had its effect."""

    def __init__(self, server: StorageServer) -> None:
        self.inner = server.api.handle
        self.seen: list[Request] = []
        self.faults: list[Callable[[Request, Response], Response]] = []
        server.api.handle = self.handle  # type: ignore[method-assign]

    def handle(self, request: Request) -> Response:
        self.seen.append(request)
        response = self.inner(request)
        return self.faults.pop(0)(request, response) if self.faults else response


def lost(_: Request, __: Response) -> Response:
    """The connection ends without an answer."""
    raise ConnectionResetError


def status(code: int) -> Callable[[Request, Response], Response]:
    return lambda _request, _response: Response(HTTPStatus(code), b"{}", {"Content-Type": "application/json"})


LOST_ANSWERS = {"lost": lost, **{str(code): status(code) for code in (408, 429, 500, 502, 503, 504)}}


@pytest.mark.parametrize("fault", LOST_ANSWERS.values(), ids=LOST_ANSWERS.keys())
def test_an_upload_that_finds_itself_after_a_lost_answer_is_true(
    server: StorageServer, fault: Callable[[Request, Response], Response]
) -> None:
    with cloud(server.url) as store:
        faulty = Faulty(server)
        faulty.faults = [fault]
        assert store.put_new(NAME, b"mine") is True
        assert [request.method for request in faulty.seen] == ["POST", "POST", "GET"]
        assert store.get(NAME) == b"mine"


def test_an_upload_that_finds_anothers_file_after_a_lost_answer_is_false(server: StorageServer) -> None:
    with cloud(server.url) as store, cloud(server.url) as other:
        assert other.put_new(NAME, b"theirs")
        Faulty(server).faults = [lost]
        assert store.put_new(NAME, b"mine") is False
        assert store.get(NAME) == b"theirs"


def test_a_large_upload_that_finds_itself_after_a_lost_answer_is_true(server: StorageServer) -> None:
    data = b"x" * (MULTIPART_BYTES_MAX + 1)
    with cloud(server.url) as store:
        faulty = Faulty(server)
        faulty.faults = [lambda _, response: response, lost]  # the session opens; the answer to its content is lost
        assert store.put_new(NAME, data) is True
        assert [request.method for request in faulty.seen][:3] == ["POST", "PUT", "POST"]
        assert store.get(NAME) == data


def test_reads_and_listings_are_repeated(server: StorageServer) -> None:
    with cloud(server.url) as store:
        store.put_new(NAME, b"x")
        faulty = Faulty(server)
        info = store.describe(NAME)
        questions: list[tuple[Callable[[], object], object]]
        questions = [(lambda: store.get(NAME), b"x"), (lambda: store.list(""), [NAME])]
        for call, found in [*questions, (lambda: store.describe(NAME), info)]:
            faulty.faults = [lost, status(503)]
            assert call() == found


def test_what_was_damaged_on_the_way_is_not_handed_out(server: StorageServer) -> None:
    with cloud(server.url) as store:
        store.put_new(NAME, b"right")
        Faulty(server).faults = [lambda _, there: Response(there.status, b"wrong", there.headers)]
        raises(KernelError.UNAVAILABLE, lambda: store.get(NAME))
        assert store.get(NAME) == b"right"


CALLS: list[Callable[[ObjectStore], object]] = [
    lambda store: store.put_new(NAME, b"x"),
    lambda store: store.get(NAME),
    lambda store: store.describe(NAME),
    lambda store: store.list(""),
]


@pytest.mark.parametrize("call", CALLS, ids=["put_new", "get", "describe", "list"])
def test_a_store_that_cannot_be_reached_is_unavailable_and_the_error_names_no_file(
    call: Callable[[ObjectStore], object],
) -> None:
    with cloud(f"http://127.0.0.1:{free_port()}", timeout_s=0.2) as store:
        error = raises(KernelError.UNAVAILABLE, lambda: call(store))
    assert NAME not in str(error)


@pytest.mark.parametrize("call", CALLS, ids=["put_new", "get", "describe", "list"])
@pytest.mark.parametrize("code", [400, 403])
def test_a_refusal_is_misuse_and_is_not_repeated(
    server: StorageServer, call: Callable[[ObjectStore], object], code: int
) -> None:
    with cloud(server.url) as store:
        faulty = Faulty(server)
        faulty.faults = [status(code)]
        raises(KernelError.MISUSE, lambda: call(store))
        assert len(faulty.seen) == 1


@pytest.mark.parametrize("call", CALLS, ids=["put_new", "get", "describe", "list"])
def test_a_bucket_that_is_not_there_is_misuse(server: StorageServer, call: Callable[[ObjectStore], object]) -> None:
    with cloud(server.url, bucket="no-such-files") as store:
        raises(KernelError.MISUSE, lambda: call(store))


def test_nothing_is_called_but_what_was_asked_for(server: StorageServer) -> None:
    """Google's client would ask for the bucket by itself, from a thread of its own; the bucket is looked for once."""
    with cloud(server.url.removeprefix("http://")) as store:
        faulty = Faulty(server)
        assert store.get(NAME) is None
        assert store.get(NAME) is None
        assert store.put_new(NAME, b"x")
        assert store.get(NAME) == b"x"
        assert store.list("") == [NAME]
    uploads, downloads, listings = "/upload/storage/v1/b/", "/download/storage/v1/b/", "/storage/v1/b/test-files/o"
    beginnings = [downloads, listings, downloads, uploads, downloads, listings]
    assert [request.path.startswith(start) for request, start in zip(faulty.seen, beginnings, strict=True)] == [
        True
    ] * 6
