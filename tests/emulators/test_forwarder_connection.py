"""The forwarder's HTTP client, against servers that answer as a test tells them, byte by byte."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import pytest

from emulators.forwarder.connection import HungUpError
from emulators.forwarder.endpoint import Endpoint, RefusedError
from emulators.ports import free_port

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
UNTIL_CLOSED = b"(until the other side has closed)"


@dataclass
class Server:
    """Answers each connection by the next of `scripts`: the pieces to send for each request, then it closes."""

    scripts: Sequence[Sequence[Sequence[bytes]]]
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    ended: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        script = self.scripts[min(self.connections, len(self.scripts) - 1)]
        self.connections += 1
        for pieces in script:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            self.requests.append(head + await reader.readexactly(length))
            for piece in pieces:
                if piece is UNTIL_CLOSED:
                    self.requests += [more] if (more := await reader.read()) else []
                    continue
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()
        await writer.wait_closed()
        self.ended += 1


def play(server: Server, act: Callable[[Endpoint], Awaitable[None]], path: str = "/") -> None:
    async def case() -> None:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        endpoint = Endpoint(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}{path}")
        async with listening:
            await act(endpoint)
            endpoint.close()
            while server.ended < server.connections:
                await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(case(), 20))


def test_a_request_is_a_whole_post() -> None:
    server = Server([[[OK]]])

    async def act(endpoint: Endpoint) -> None:
        assert await endpoint.post(b'{"a": 1}', "abc.def") == 200

    play(server, act, "/topics/t?x=1")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    line, *headers = head.decode().split("\r\n")
    assert (line, body) == ("POST /topics/t?x=1 HTTP/1.1", b'{"a": 1}')
    named = dict(header.split(": ", 1) for header in headers)
    assert named["Authorization"] == "Bearer abc.def"
    assert (named["Content-Type"], named["Content-Length"]) == ("application/json", "8")
    assert named["User-Agent"].startswith("APIs-Google")
    assert named["Host"].startswith("127.0.0.1:")


def test_without_a_token_there_is_no_authorization() -> None:
    server = Server([[[OK], [OK], [OK]]])

    async def act(endpoint: Endpoint) -> None:
        for token in ("", "one", "two"):
            await endpoint.post(b"{}", token)

    play(server, act)
    assert [b"Authorization: Bearer " in one for one in server.requests] == [False, True, True]
    assert b"Bearer two\r\n" in server.requests[2]


CHUNKED = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5;x=1\r\nhello\r\n0\r\nTrailer: 1\r\n\r\n"


KEPT = [
    (OK, 200),
    (b"HTTP/1.1 200\r\ncontent-length:0\r\n\r\n", 200),
    (b"HTTP/1.1 204 No Content\r\n\r\n", 204),
    (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", 304),
    (CHUNKED, 201),
    (b"HTTP/1.1 500 Oh no\r\nContent-Length: 3\r\n\r\nno!", 500),
    (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK, 200),
]
NOT_KEPT = [
    (b"HTTP/1.1 102 Processing\r\n\r\n", 102),
    (b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 2\r\n\r\nhi", 200),
    (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200),
    (OK + b"and more", 200),
]


@pytest.mark.parametrize(("answer", "status"), KEPT)
@pytest.mark.parametrize("trickled", [False, True])
def test_an_answer_ends_where_it_says_and_another_may_follow(answer: bytes, status: int, trickled: bool) -> None:
    server = Server([[[answer[at : at + 1] for at in range(len(answer))] if trickled else [answer], [OK]]])

    async def act(endpoint: Endpoint) -> None:
        assert await endpoint.post(b"{}", "") == status
        assert await endpoint.post(b"{}", "") == 200

    play(server, act)
    assert (server.connections, len(server.requests)) == (1, 2)


@pytest.mark.parametrize(("answer", "status"), NOT_KEPT)
def test_after_some_answers_the_connection_is_closed_by_us(answer: bytes, status: int) -> None:
    server = Server([[[answer, UNTIL_CLOSED]], [[OK]]])

    async def act(endpoint: Endpoint) -> None:
        assert await endpoint.post(b"{}", "") == status
        assert await endpoint.post(b"{}", "") == 200

    play(server, act)
    assert (server.connections, len(server.requests)) == (2, 2)


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    server = Server([[[b"HTTP/1.1 202 Accepted\r\n\r\n", b"until the end"]], [[OK]]])

    async def act(endpoint: Endpoint) -> None:
        assert await endpoint.post(b"{}", "") == 202
        assert await endpoint.post(b"{}", "") == 200

    play(server, act)
    assert server.connections == 2


@pytest.mark.parametrize(
    ("pieces", "begun"),
    [
        ([], False),
        ([b"HTTP/1.1 200 OK\r\nContent-"], True),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"], True),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"], True),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"], True),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-3\r\n"], True),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"], True),
        ([b"HTTP/1.1 abc\r\n\r\n"], True),
        ([b"SSH-2.0-OpenSSH\r\n"], True),
        ([b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000], True),
    ],
)
def test_half_an_answer_and_none_are_a_hang_up(pieces: list[bytes], begun: bool) -> None:
    async def act(endpoint: Endpoint) -> None:
        with pytest.raises(HungUpError) as caught:
            await endpoint.post(b"{}", "")
        assert caught.value.begun is begun

    play(Server([[pieces]]), act)


def test_a_kept_connection_that_the_server_has_closed_is_replaced() -> None:
    server = Server([[[OK]]])

    async def act(endpoint: Endpoint) -> None:
        assert await endpoint.post(b"{}", "") == 200
        while server.ended < 1:
            await asyncio.sleep(0.01)
        assert await endpoint.post(b"{}", "") == 200

    play(server, act)
    assert server.connections == 2


def test_a_kept_connection_that_is_closed_under_the_request_is_replaced_once() -> None:
    server = Server([[[OK], []], [[OK]]])

    async def act(endpoint: Endpoint) -> None:
        assert await endpoint.post(b"1", "") == 200
        assert await endpoint.post(b"2", "") == 200

    play(server, act)
    assert [request[-1:] for request in server.requests] == [b"1", b"2", b"2"]


def test_requests_at_the_same_time_have_a_connection_each_and_keep_them() -> None:
    server = Server([[[OK], [OK]]])

    async def act(endpoint: Endpoint) -> None:
        for _ in range(2):
            assert await asyncio.gather(*(endpoint.post(b"{}", "") for _ in range(4))) == [200] * 4

    play(server, act)
    assert server.connections == 4


def test_where_nobody_listens_the_request_is_refused() -> None:
    async def case() -> None:
        with pytest.raises(RefusedError):
            await Endpoint(f"http://127.0.0.1:{free_port()}/").post(b"{}", "")

    asyncio.run(case())


def test_a_request_that_is_given_up_closes_its_connection() -> None:
    closed = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        closed.set()

    async def case() -> None:
        async with await asyncio.start_server(silent, "127.0.0.1", 0) as listening:
            endpoint = Endpoint(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await endpoint.post(b"{}", "")
            await asyncio.wait_for(closed.wait(), 10)

    asyncio.run(case())
