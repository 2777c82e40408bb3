"""The Cloud Storage stand-in on the wire: what Google's client does not show, and its own client beside it."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3
from google.api_core import exceptions as api
from google.cloud.storage import Client

from emulators.storage.server import StorageServer
from shared.adapters.storage.client import make_client

ROOT = Path(__file__).resolve().parents[2]
BUCKETS = "/storage/v1/b"
OBJECTS = f"{BUCKETS}/files/o"
UPLOAD = f"/upload{OBJECTS}"


@pytest.fixture
def server() -> Iterator[StorageServer]:
    with StorageServer() as one:
        yield one


@pytest.fixture
def client(server: StorageServer) -> Iterator[Client]:
    with closing(make_client("test", server.url)) as one:
        one.create_bucket("files", location="us-central1")
        yield one


@dataclass
class Answer:
    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def reason(self) -> Any:
        error = self.json["error"]
        assert error["code"] == self.status
        assert error["errors"][0]["message"] == error["message"]
        return error["errors"][0]["reason"]


class Caller:
    def __init__(self, url: str) -> None:
        self.url = url
        self.pool = urllib3.PoolManager()

    def __call__(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.pool.request(method, self.url + path, body=body or None, headers=named, retries=False)
        return Answer(answer.status, answer.headers, answer.data)


@pytest.fixture
def call(server: StorageServer, client: Client) -> Iterator[Caller]:
    caller = Caller(server.url)
    yield caller
    caller.pool.clear()


def test_a_bucket_is_made_once_and_described(client: Client) -> None:
    bucket = client.get_bucket("files")
    assert (bucket.name, bucket.location) == ("files", "US-CENTRAL1")
    with pytest.raises(api.Conflict):
        client.create_bucket("files")
    with pytest.raises(api.NotFound):
        client.get_bucket("others")


def test_an_object_has_the_generation_that_a_precondition_asks_for(client: Client) -> None:
    bucket = client.bucket("files")
    first = bucket.blob("a")
    first.upload_from_string(b"1", if_generation_match=0)
    with pytest.raises(api.PreconditionFailed):
        bucket.blob("a").upload_from_string(b"2", if_generation_match=0)
    second = bucket.blob("a")
    second.upload_from_string(b"2", if_generation_match=first.generation)
    assert second.generation > first.generation
    with pytest.raises(api.PreconditionFailed):
        bucket.blob("a").download_as_bytes(if_generation_match=first.generation)
    assert bucket.blob("a").download_as_bytes(if_generation_match=second.generation) == b"2"
    with pytest.raises(api.PreconditionFailed):
        bucket.blob("a").delete(if_generation_match=first.generation)
    bucket.blob("a").delete(if_generation_match=second.generation)
    with pytest.raises(api.NotFound):
        bucket.blob("a").delete()
    bucket.blob("a").upload_from_string(b"3", if_generation_match=0)
    assert bucket.get_blob("a").generation > second.generation, "a name that was free again has a new generation"


def test_an_object_is_described_as_it_was_sent(client: Client) -> None:
    blob = client.bucket("files").blob("statements/Zoë 1.xml")
    blob.metadata = {"rail": "ach"}
    blob.upload_from_string(b"<Document/>", content_type="application/xml")
    found = client.bucket("files").get_blob("statements/Zoë 1.xml")
    assert (found.size, found.content_type, found.metadata) == (11, "application/xml", {"rail": "ach"})
    assert found.md5_hash == "O+aSbflZ7KUnhsSpAtYblA=="
    assert found.time_created.tzinfo is not None


def test_an_upload_moves_generation_and_times_and_a_listing_says_the_same(client: Client, call: Caller) -> None:
    bucket = client.bucket("files")
    shown = []
    for content in (b"1", b"2"):
        bucket.blob("a").upload_from_string(content)
        found = bucket.get_blob("a")
        assert found.updated == found.time_created
        shown.append((found.generation, found.updated))
        (listed,) = call("GET", f"{OBJECTS}?prefix=a").json["items"]
        assert listed == call("GET", f"{OBJECTS}/a").json
        assert int(listed["generation"]) == found.generation
    assert shown == sorted(shown)
    assert shown[0][0] < shown[1][0]


def test_a_listing_is_read_page_by_page(client: Client, call: Caller) -> None:
    for name in ("a/1", "a/2", "a/3", "b"):
        client.bucket("files").blob(name).upload_from_string(b"")
    page = call("GET", f"{OBJECTS}?prefix=a/&maxResults=2").json
    assert [one["name"] for one in page["items"]] == ["a/1", "a/2"]
    page = call("GET", f"{OBJECTS}?prefix=a/&maxResults=2&pageToken={page['nextPageToken']}").json
    assert [one["name"] for one in page["items"]] == ["a/3"]
    assert "nextPageToken" not in page
    assert [one["name"] for one in call("GET", f"{OBJECTS}?startOffset=a/3").json["items"]] == ["a/3", "b"]
    assert call("GET", f"{OBJECTS}?prefix=c").json == {"kind": "storage#objects"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "reason"),
    [
        ("POST", BUCKETS, b'{"name": "Files!"}', 400, "invalid"),
        ("POST", BUCKETS, b"{", 400, "invalid"),
        ("POST", BUCKETS, b"[]", 400, "invalid"),
        ("GET", f"{BUCKETS}/others/o", b"", 404, "notFound"),
        ("GET", f"{OBJECTS}/missing", b"", 404, "notFound"),
        ("GET", f"{OBJECTS}?maxResults=0", b"", 400, "invalid"),
        ("GET", f"{OBJECTS}?maxResults=some", b"", 400, "invalid"),
        ("GET", f"{OBJECTS}?pageToken=%25", b"", 400, "invalid"),
        ("GET", f"{OBJECTS}?delimiter=/", b"", 501, "notImplemented"),
        ("GET", f"{OBJECTS}/a?ifMetagenerationMatch=1", b"", 501, "notImplemented"),
        ("GET", f"{OBJECTS}/a?ifGenerationMatch=-1", b"", 400, "invalid"),
        ("PATCH", f"{OBJECTS}/a", b"{}", 501, "notImplemented"),
        ("GET", "/files/a", b"", 501, "notImplemented"),
        ("POST", f"{UPLOAD}?uploadType=media", b"x", 400, "invalid"),
        ("POST", f"{UPLOAD}?uploadType=media&name=..", b"x", 400, "invalid"),
        ("POST", f"{UPLOAD}?uploadType=media&name=a%0Ab", b"x", 400, "invalid"),
        ("POST", f"{UPLOAD}?uploadType=media&name={'x' * 1_025}", b"x", 400, "invalid"),
        ("POST", f"{UPLOAD}?uploadType=other&name=a", b"x", 400, "invalid"),
        ("POST", f"{UPLOAD}?uploadType=multipart&name=a", b"x", 400, "invalid"),
        ("POST", f"{UPLOAD}?uploadType=resumable", b"{}", 400, "invalid"),
        ("POST", f"{UPLOAD}?uploadType=resumable", b'{"name": 1}', 400, "invalid"),
        ("PUT", f"{UPLOAD}?uploadType=resumable&upload_id=unknown", b"x", 404, "notFound"),
    ],
)
def test_refusals_have_googles_shape(
    call: Caller, method: str, path: str, body: bytes, status: int, reason: str
) -> None:
    answer = call(method, path, body)
    assert (answer.status, answer.reason) == (status, reason)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--mark--",
        b"--mark\r\n\r\n{}",
        b'--mark\r\n\r\n{"name": "a"}\r\n--mark\r\n\r\nhalf of the con',
        b"--mark\r\n\r\n{\r\n--mark\r\n\r\nx\r\n--mark--",
        b'--mark\r\n\r\n{"name": "a"}\r\n--mark\r\nno end of the head\r\n--mark--',
    ],
)
def test_a_multipart_body_that_is_cut_or_malformed_stores_nothing(call: Caller, body: bytes) -> None:
    answer = call("POST", f"{UPLOAD}?uploadType=multipart", body, Content_Type="multipart/related; boundary=mark")
    assert (answer.status, answer.reason) == (400, "invalid")
    assert "items" not in call("GET", OBJECTS).json


def test_content_that_does_not_fit_its_checksum_is_not_stored(call: Caller) -> None:
    wrong = base64.b64encode(bytes(4)).decode()
    description = json.dumps({"name": "a", "crc32c": wrong}).encode()
    body = b"--mark\r\n\r\n" + description + b"\r\n--mark\r\n\r\nx\r\n--mark--"
    answer = call("POST", f"{UPLOAD}?uploadType=multipart", body, Content_Type="multipart/related; boundary=mark")
    assert (answer.status, answer.reason) == (400, "invalid")
    answer = call("POST", f"{UPLOAD}?uploadType=media&name=a", b"x", x_goog_hash=f"crc32c={wrong}")
    assert (answer.status, answer.reason) == (400, "invalid")
    assert "items" not in call("GET", OBJECTS).json


def opened(call: Caller, name: str, query: str = "") -> str:
    answer = call("POST", f"{UPLOAD}?uploadType=resumable{query}", json.dumps({"name": name}).encode())
    assert answer.status == 200
    return str(answer.headers["Location"]).removeprefix(call.url)


def test_a_session_takes_pieces_again_tells_where_it_is_and_repeats_its_last_answer(call: Caller) -> None:
    session = opened(call, "a")
    assert call("PUT", session, Content_Range="bytes */6").status == 308
    for _ in range(2):
        answer = call("PUT", session, b"abcd", Content_Range="bytes 0-3/6")
        assert (answer.status, answer.headers["Range"]) == (308, "bytes=0-3")
    assert call("PUT", session, b"f", Content_Range="bytes 5-5/6").status == 503, "a piece is missing before it"
    assert call("PUT", session, b"toolong", Content_Range="bytes 4-5/6").status == 400
    assert "items" not in call("GET", OBJECTS).json
    stored = call("PUT", session, b"ef", Content_Range="bytes 4-5/6")
    assert (stored.status, stored.json["size"]) == (200, "6")
    again = call("PUT", session, b"ef", Content_Range="bytes 4-5/6")
    assert (again.status, again.json["generation"]) == (200, stored.json["generation"])
    assert call("GET", f"{OBJECTS}/a?alt=media").body == b"abcdef"


def test_a_sessions_precondition_holds_at_its_end_too(call: Caller) -> None:
    session = opened(call, "a", "&ifGenerationMatch=0")
    assert call("POST", f"{UPLOAD}?uploadType=media&name=a", b"first").status == 200
    answer = call("PUT", session, b"second")
    assert (answer.status, answer.reason) == (412, "conditionNotMet")
    assert call("GET", f"/download{OBJECTS}/a?alt=media").body == b"first"
    refused = call("POST", f"{UPLOAD}?uploadType=resumable&ifGenerationMatch=0", b'{"name": "a"}')
    assert (refused.status, refused.reason) == (412, "conditionNotMet")


@pytest.mark.parametrize(
    ("range_", "status", "body"),
    [
        ("bytes=1-2", 206, b"bc"),
        ("bytes=2-", 206, b"cdef"),
        ("bytes=5-99", 206, b"f"),
        ("bytes=6-", 416, b""),
        ("bytes=1-2,4-5", 200, b"abcdef"),
    ],
)
def test_one_range_of_an_object_can_be_read(call: Caller, range_: str, status: int, body: bytes) -> None:
    call("POST", f"{UPLOAD}?uploadType=media&name=a", b"abcdef")
    answer = call("GET", f"{OBJECTS}/a?alt=media", Range=range_)
    assert (answer.status, answer.body) == (status, body)


def test_a_body_of_unknown_length_is_refused(call: Caller) -> None:
    answer = call.pool.request("POST", f"{call.url}{UPLOAD}?uploadType=media&name=a", body=iter([b"x"]), chunked=True)
    assert answer.status == 413
    assert "items" not in call("GET", OBJECTS).json


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_the_process_says_where_it_is_and_ends_when_told(told: signal.Signals) -> None:
    arguments = [sys.executable, "-m", "emulators.storage", "--port", "0"]
    with subprocess.Popen(arguments, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            with closing(make_client("test", process.stdout.readline().strip())) as client:
                client.create_bucket("files").blob("a").upload_from_string(b"x")
                process.send_signal(told)
                assert process.wait(30) == 0
        finally:
            process.kill()


def test_a_taken_port_is_a_word_and_no_traceback(server: StorageServer) -> None:
    arguments = [sys.executable, "-m", "emulators.storage", "--port", str(server.server_port)]
    ended = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert str(server.server_port) in ended.stderr
