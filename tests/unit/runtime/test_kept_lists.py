"""Lists that a process keeps: made once, by one thread, again when they change, and never from a failure."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.objects import InMemoryObjects
from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.objects import ObjectInfo
from shared.runtime import kept_lists
from shared.runtime.kept_lists import CHECKED_EVERY, Files, KeptLists
from tests.support.builders import NOON
from tests.support.waiting import until

A, B = "lists/a", "lists/b"
BROKEN = b"broken"


class Counted(InMemoryObjects):
    """A store that counts its calls, can be away, and lets a test do something in the middle of a reading."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.calls: list[str] = []
        self.away: Exception | None = None
        self.meanwhile: Callable[[str], None] = lambda _: None

    def get(self, name: str) -> bytes | None:
        self._called("get")
        self.meanwhile(name)
        return super().get(name)

    def describe(self, name: str) -> ObjectInfo | None:
        self._called("describe")
        return super().describe(name)

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if self.away:
            raise self.away


class Bench:
    """Two files, and the texts that are made of them."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOON)
        self.objects = Counted(self.clock)
        self.made = 0
        self.lists = KeptLists(self.objects, (A, B), self._make, clock=self.clock, what="test: lists")

    def _make(self, files: Files) -> str:
        self.made += 1
        if files[A] is None:
            raise ClearwayError(KernelError.MISUSE, "there is no a")
        if BROKEN in files.values():
            raise ValueError("the text of this error holds what the file holds")
        return "+".join((content or b"-").decode() for content in files.values())

    def later(self) -> str:
        self.clock.advance(CHECKED_EVERY.total_seconds())
        return self.lists.current()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def errors(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if line["severity"] == "ERROR"]


def test_nothing_is_read_before_it_is_asked_for_and_then_once(bench: Bench) -> None:
    bench.objects.upload(A, b"1")
    assert bench.objects.calls == []
    assert [bench.lists.current() for _ in range(3)] == ["1+-"] * 3
    assert bench.objects.calls == ["describe", "describe", "get", "get"]
    assert bench.made == 1


def test_it_is_looked_at_again_no_sooner_than_after_a_while_and_read_only_when_it_changed(bench: Bench) -> None:
    bench.objects.upload(A, b"1")
    assert bench.lists.current() == "1+-"
    bench.objects.upload(A, b"2")
    bench.objects.upload(B, b"3")
    bench.objects.calls.clear()
    bench.clock.advance((CHECKED_EVERY - timedelta(seconds=1)).total_seconds())
    assert bench.lists.current() == "1+-"
    assert bench.objects.calls == []
    bench.clock.advance(1)
    assert bench.lists.current() == "2+3"
    assert bench.later() == "2+3"
    assert bench.made == 2
    assert bench.objects.calls[-2:] == ["describe", "describe"], "unchanged, it is not read"
    bench.objects.delete(B)
    assert bench.later() == "2+-", "what went away is a change"


def test_a_file_that_changes_while_it_is_read_is_read_again_at_the_next_check(bench: Bench) -> None:
    bench.objects.upload(A, b"old")
    bench.objects.upload(B, b"old")

    def replaced(name: str) -> None:
        if name == B:  # after A was read
            bench.objects.meanwhile = lambda _: None
            bench.objects.upload(A, b"new")
            bench.objects.upload(B, b"new")

    bench.objects.meanwhile = replaced
    assert bench.lists.current() == "old+new"
    assert bench.later() == "new+new"


@pytest.mark.parametrize(
    ("content", "cause", "detail"),
    [(None, "misuse", "there is no a"), (BROKEN, "ValueError", None)],
    ids=["missing", "broken"],
)
def test_without_a_good_list_each_request_is_to_come_again_and_tries_anew(
    bench: Bench, content: bytes | None, cause: str, detail: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if content:
        bench.objects.upload(A, content)
    for _ in range(2):
        with pytest.raises(ClearwayError) as caught:
            bench.lists.current()
        assert caught.value.code is KernelError.UNAVAILABLE
        assert caught.value.retryable
        (line,) = errors(capsys)
        assert (line["message"], line["code"], line.get("detail")) == ("test: lists: not loaded", cause, detail)
    bench.objects.upload(A, b"good")
    assert bench.lists.current() == "good+-"


@pytest.mark.parametrize("spoil", ["away", "unexpected", "broken", "gone"])
def test_what_cannot_be_renewed_stays_in_use_and_is_told_at_each_check(
    bench: Bench, spoil: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.objects.upload(A, b"good")
    assert bench.lists.current() == "good+-"
    match spoil:
        case "away":
            bench.objects.away = ClearwayError(KernelError.UNAVAILABLE, "the store cannot be reached")
        case "unexpected":
            bench.objects.away = RuntimeError("what may hold anything")
        case "broken":
            bench.objects.upload(A, BROKEN)
        case "gone":
            bench.objects.delete(A)
    for _ in range(2):
        assert bench.later() == "good+-"
        calls = len(bench.objects.calls)
        assert bench.lists.current() == "good+-"
        assert len(bench.objects.calls) == calls, "a check that failed is not repeated at once"
        (line,) = errors(capsys)
        assert line["message"] == "test: lists: the older list stays in use"
        assert "holds" not in json.dumps(line)
        assert "anything" not in json.dumps(line)
    bench.objects.away = None
    bench.objects.upload(A, b"better")
    assert bench.later() == "better+-"


def test_of_many_threads_one_loads_and_the_others_wait_for_it(bench: Bench) -> None:
    bench.objects.upload(A, b"1")
    all_asked = threading.Barrier(8)
    entered, go_on = threading.Event(), threading.Event()

    def held_up(_: str) -> None:
        entered.set()
        assert go_on.wait(30)

    bench.objects.meanwhile = held_up

    def ask(_: int) -> str:
        all_asked.wait()
        return bench.lists.current()

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask, number) for number in range(8)]
        assert entered.wait(30)
        assert not any(one.done() for one in asked)
        go_on.set()
        assert [one.result(30) for one in asked] == ["1+-"] * 8
    assert bench.made == 1


def test_those_who_waited_for_a_load_that_failed_do_not_try_one_after_the_other(bench: Bench) -> None:
    entered, go_on = threading.Event(), threading.Event()
    bench.objects.upload(A, BROKEN)

    def held_up(_: str) -> None:
        entered.set()
        assert go_on.wait(30)

    bench.objects.meanwhile = held_up
    waiting: list[Any] = []
    with ThreadPoolExecutor(8) as pool:
        waiting.append(pool.submit(bench.lists.current))
        assert entered.wait(30)
        loading = bench.lists._loading
        assert loading is not None
        waiting += [pool.submit(bench.lists.current) for _ in range(7)]
        until(lambda: len(loading._condition._waiters) == 7)  # type: ignore[attr-defined]
        go_on.set()
        assert {type(one.exception(30)) for one in waiting} == {ClearwayError}
    assert bench.made == 1


def test_while_one_thread_checks_the_others_go_on_with_what_there_is(bench: Bench) -> None:
    bench.objects.upload(A, b"1")
    assert bench.lists.current() == "1+-"
    bench.objects.upload(A, b"2")
    bench.clock.advance(CHECKED_EVERY.total_seconds())
    seen: list[str] = []
    bench.objects.meanwhile = lambda _: seen.append(ThreadPoolExecutor(1).submit(bench.lists.current).result(30))
    assert bench.lists.current() == "2+-"
    assert seen == ["1+-", "1+-"]


@pytest.mark.parametrize("first", [True, False], ids=["at first", "later"])
def test_a_file_too_large_for_a_function_is_refused_before_it_is_read(
    bench: Bench, first: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(kept_lists, "FILE_BYTES_MAX", 3)
    bench.objects.upload(A, b"old")
    if not first:
        assert bench.lists.current() == "old+-"
    bench.objects.upload(B, b"four")
    bench.objects.calls.clear()
    if first:
        with pytest.raises(ClearwayError):
            bench.lists.current()
    else:
        assert bench.later() == "old+-"
    (line,) = errors(capsys)
    assert line["detail"] == "lists/b has 4 bytes, above 3"
    assert "get" not in bench.objects.calls


class Asked(ManualClock):
    """A clock that lets a test do something when it is asked."""

    meanwhile: Callable[[], object] | None = None

    def now(self) -> datetime:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return super().now()


def test_a_thread_that_comes_to_check_after_another_has_does_not_bring_the_older_list_back() -> None:
    """It was overtaken between its look at what is kept and its turn, and then cannot reach the store."""
    clock = Asked(NOON)
    objects = Counted(clock)
    lists = KeptLists(objects, (A,), lambda files: files[A], clock=clock, what="test: lists")
    objects.upload(A, b"old")
    assert lists.current() == b"old"
    objects.upload(A, b"new")
    clock.advance(CHECKED_EVERY.total_seconds())

    def overtaken() -> None:
        assert lists.current() == b"new"
        objects.away = ClearwayError(KernelError.UNAVAILABLE, "the store cannot be reached")

    clock.meanwhile = overtaken
    calls = len(objects.calls)
    assert lists.current() == b"new"
    assert objects.calls[calls:] == ["describe", "describe", "get"], "the other's check serves both"
    assert lists.current() == b"new"
