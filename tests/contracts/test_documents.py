"""The document store's contract: the same cases on the in-memory twin and on Google's Firestore emulator."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest

from shared.adapters.firestore.client import make_client
from shared.adapters.firestore.documents import FirestoreDocuments
from shared.adapters.memory.documents import InMemoryDocuments
from shared.adapters.system_clock import SystemClock
from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.usage import measured
from shared.ports.documents import DocumentReader, Key, Snapshots, Transaction, Transactor

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
KEY = Key("things", "one")
GUARD = Key("guards", "one")


class Store(Transactor, DocumentReader, Snapshots, Protocol):
    """All of the port."""


@pytest.fixture(params=["memory", pytest.param("firestore", marks=pytest.mark.emulators)])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "memory":
        yield InMemoryDocuments(SystemClock())
        return
    client = make_client(request.getfixturevalue("project"), request.getfixturevalue("firestore_host"))
    yield FirestoreDocuments(client, SystemClock())
    client.close()


def created(store: Store, key: Key = KEY, **fields: Any) -> None:
    store.run(lambda tx: tx.create(key, fields))


def fields_of(store: Store, key: Key = KEY) -> dict[str, Any]:
    document = store.get(key)
    assert document is not None
    return dict(document.fields)


def raises(code: KernelError, call: Callable[[], object]) -> None:
    with pytest.raises(ClearwayError) as caught:
        call()
    assert caught.value.code is code


def test_a_document_comes_back_as_it_was_written(store: Store) -> None:
    fields: dict[str, Any] = {
        "nothing": None,
        "flag": True,
        "count": 2**62,
        "ratio": 0.25,
        "text": "Zoë",
        "raw": b"\x00\xff",
        "at": NOON + timedelta(microseconds=7),
        "list": [1, "two", {"three": 3}],
        "map": {"dotted.name": [1], "empty": {}},
    }
    created(store, **fields)
    assert fields_of(store) == fields


def test_a_missing_document_is_none_and_the_order_is_that_of_the_keys(store: Store) -> None:
    created(store, Key("things", "a"), n=1)
    created(store, Key("things", "b"), n=2)
    keys = [Key("things", "b"), Key("things", "missing"), Key("things", "a")]
    found = store.run(lambda tx: tx.get(*keys)).value
    assert [document and document.fields["n"] for document in found] == [2, None, 1]


def test_a_read_after_a_write_is_refused_even_when_it_could_be_answered_from_memory(store: Store) -> None:
    def work(tx: Transaction) -> None:
        tx.get(KEY)
        tx.create(KEY, {"n": 1})
        tx.get(KEY)

    raises(KernelError.MISUSE, lambda: store.run(work))
    assert store.get(KEY) is None


def test_a_second_read_of_a_key_costs_nothing(store: Store) -> None:
    created(store, n=1)
    with measured() as counts:
        store.run(lambda tx: (tx.get(KEY), tx.get(KEY, GUARD)))
    assert counts.reads == 2


def test_reads_and_writes_are_counted_by_document(store: Store) -> None:
    created(store, n=1)

    def work(tx: Transaction) -> None:
        tx.get(KEY, GUARD)
        tx.replace(KEY, {"n": 2})
        tx.create(GUARD, {})
        tx.add(Key("sums", "one"), {"n": 1})

    with measured() as counts:
        store.run(work)
    assert (counts.reads, counts.writes, counts.conflicts) == (2, 3, 0)


def test_a_replacement_removes_the_fields_that_it_does_not_name(store: Store) -> None:
    created(store, keep=1, change=1, drop=1)

    def work(tx: Transaction) -> None:
        tx.get(KEY)
        tx.replace(KEY, {"keep": 1, "change": 2, "new": 3})

    store.run(work)
    assert fields_of(store) == {"keep": 1, "change": 2, "new": 3}


def test_a_replacement_needs_a_read(store: Store) -> None:
    created(store, n=1)
    raises(KernelError.MISUSE, lambda: store.run(lambda tx: tx.replace(KEY, {"n": 2})))


def test_a_replacement_by_equal_content_is_refused_since_it_would_guard_nothing(store: Store) -> None:
    created(store, n=1, map={"m": [1]})

    def work(tx: Transaction) -> None:
        tx.get(KEY)
        tx.replace(KEY, {"map": {"m": [1]}, "n": 1})

    raises(KernelError.MISUSE, lambda: store.run(work))


def test_every_write_moves_the_version(store: Store) -> None:
    created(store, n=1)
    versions = [store.get(KEY)]
    bump(store)
    versions.append(store.get(KEY))

    def add(tx: Transaction) -> None:
        tx.create(GUARD, {})
        tx.add(KEY, {"n": 1})

    store.run(add)
    versions.append(store.get(KEY))
    assert len({document.version for document in versions if document}) == 3


def test_a_conflict_runs_the_work_again_on_fresh_reads(store: Store) -> None:
    created(store, n=1)
    seen: list[int] = []

    def work(tx: Transaction) -> None:
        (document,) = tx.get(KEY)
        assert document is not None
        seen.append(document.fields["n"])
        if len(seen) == 1:  # somebody else writes between our read and our commit
            bump(store)
        tx.replace(KEY, {"n": document.fields["n"] + 10})

    with measured() as counts:
        store.run(work)
    assert seen == [1, 2]
    assert fields_of(store) == {"n": 12}
    assert counts.conflicts == 1


def bump(store: Store) -> None:
    def work(tx: Transaction) -> None:
        (document,) = tx.get(KEY)
        assert document is not None
        tx.replace(KEY, {"n": document.fields["n"] + 1})

    store.run(work)


def test_a_conflict_writes_nothing_of_the_refused_run(store: Store) -> None:
    created(store, n=1)
    attempts: list[int] = []

    def work(tx: Transaction) -> None:
        tx.get(KEY)
        attempts.append(1)
        if len(attempts) == 1:
            bump(store)
        tx.create(Key("traces", str(len(attempts))), {})
        tx.replace(KEY, {"n": 100})

    store.run(work)
    assert store.get(Key("traces", "1")) is None
    assert store.get(Key("traces", "2")) is not None


def test_a_document_deleted_or_never_there_cannot_be_replaced_from_a_stale_copy(store: Store) -> None:
    created(store, n=1)
    stale = store.get(KEY)
    assert stale is not None
    bump(store)

    def work(tx: Transaction) -> int:
        (document,) = tx.get(KEY)
        assert document is not None
        tx.replace(KEY, {"n": document.fields["n"] * 10})
        return int(document.fields["n"])

    assert store.run(work, known=[stale]).value == 2, "the stale copy was refused and read again"
    assert fields_of(store) == {"n": 20}


def test_what_a_commit_returned_saves_the_next_read(store: Store) -> None:
    committed = store.run(lambda tx: tx.create(KEY, {"n": 1})).documents[KEY]

    def work(tx: Transaction) -> None:
        (document,) = tx.get(KEY)
        assert document is not None
        tx.replace(KEY, {"n": document.fields["n"] + 1})

    with measured() as counts:
        store.run(work, known=[committed])
    assert (counts.reads, counts.writes) == (0, 1)
    assert fields_of(store) == {"n": 2}


def test_a_blind_create_of_what_exists_is_told_at_once(store: Store) -> None:
    created(store, n=1)
    runs: list[int] = []

    def work(tx: Transaction) -> None:
        runs.append(1)
        tx.create(KEY, {"n": 2})

    raises(KernelError.ALREADY_EXISTS, lambda: store.run(work))
    assert len(runs) == 1
    assert fields_of(store) == {"n": 1}


def test_a_create_that_lost_a_race_runs_again_and_may_find_that_it_is_taken(store: Store) -> None:
    def work(tx: Transaction) -> str:
        if tx.get(KEY)[0]:
            return "taken"
        if not store.get(GUARD):
            created(store, GUARD)
            created(store, n=1)
        tx.create(KEY, {"n": 2})
        return "won"

    assert store.run(work).value == "taken"
    assert fields_of(store) == {"n": 1}


def test_an_addition_makes_the_document_adds_and_sets(store: Store) -> None:
    for turn in ("first", "second"):

        def work(tx: Transaction, turn: str = turn) -> None:
            tx.create(Key("guards", turn), {})
            tx.add(KEY, {"credits": 5, "debits": -2}, {"currency": "USD"})

        store.run(work)
    assert fields_of(store) == {"credits": 10, "debits": -4, "currency": "USD"}


def test_an_addition_that_nothing_guards_is_refused(store: Store) -> None:
    raises(KernelError.MISUSE, lambda: store.run(lambda tx: tx.add(KEY, {"n": 1})))
    assert store.get(KEY) is None


def test_an_amount_that_firestore_cannot_hold_is_refused(store: Store) -> None:
    for amounts in ({"n": 2**63}, {"a.b": 1}, {"n": 1.5}):

        def work(tx: Transaction, amounts: Any = amounts) -> None:
            tx.create(GUARD, {})
            tx.add(KEY, amounts)

        raises(KernelError.MISUSE, lambda work=work: store.run(work))  # type: ignore[misc]
    assert store.get(GUARD) is None


def test_a_failed_guard_fails_the_addition_with_it(store: Store) -> None:
    created(store, GUARD)

    def work(tx: Transaction) -> None:
        tx.create(GUARD, {})
        tx.add(KEY, {"n": 1})

    raises(KernelError.ALREADY_EXISTS, lambda: store.run(work))
    assert store.get(KEY) is None


def test_two_writes_of_one_document_are_refused(store: Store) -> None:
    def work(tx: Transaction) -> None:
        tx.create(KEY, {"n": 1})
        tx.add(KEY, {"n": 1})

    raises(KernelError.MISUSE, lambda: store.run(work))


@pytest.mark.parametrize(
    "value",
    [{1: "number as a name"}, [[1]], 2**63, datetime(2026, 1, 1), {"a", "b"}, 1j, "x" * 1_048_577],  # noqa: DTZ001
    ids=["int-key", "list-in-list", "65-bit", "naive-time", "set", "complex", "too-big"],
)
def test_what_firestore_cannot_hold_is_refused(store: Store, value: object) -> None:
    raises(KernelError.MISUSE, lambda: created(store, value=value))
    assert store.get(KEY) is None


def test_a_field_name_with_a_dot_is_refused(store: Store) -> None:
    raises(KernelError.MISUSE, lambda: store.run(lambda tx: tx.create(KEY, {"a.b": 1})))


def test_an_exception_of_the_work_passes_through_and_nothing_is_written(store: Store) -> None:
    def work(tx: Transaction) -> None:
        tx.create(KEY, {})
        raise LookupError

    with pytest.raises(LookupError):
        store.run(work)
    assert store.get(KEY) is None


def test_a_work_that_always_loses_is_given_up_at_the_deadline(store: Store) -> None:
    created(store, n=1)

    def work(tx: Transaction) -> None:
        tx.get(KEY)
        bump(store)
        tx.replace(KEY, {"n": 0})

    raises(KernelError.CONTENDED, lambda: store.run(work, deadline_s=0.3))


def test_writers_of_one_hot_document_lose_no_update(store: Store) -> None:
    created(store, n=0)
    gate = threading.Barrier(8)

    def writer(_: int) -> None:
        gate.wait()
        for _turn in range(5):
            bump(store)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(writer, range(8)))
    assert fields_of(store) == {"n": 40}


def test_guarded_additions_from_many_writers_lose_nothing(store: Store) -> None:
    def writer(number: int) -> None:
        def work(tx: Transaction) -> None:
            tx.create(Key("guards", str(number)), {})
            tx.add(KEY, {"n": number})

        store.run(work)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(writer, range(40)))
    assert fields_of(store) == {"n": sum(range(40))}


def test_a_changed_copy_does_not_change_the_store(store: Store) -> None:
    created(store, map={"n": 1})
    document = store.get(KEY)
    assert document is not None
    document.fields["map"]["n"] = 2
    assert fields_of(store) == {"map": {"n": 1}}


def test_find_filters_orders_limits_and_pages(store: Store) -> None:
    for number in range(6):
        at = NOON + timedelta(minutes=number // 2)
        created(store, Key("work", f"w{number}"), shard=number % 2, drive_at=at)
    created(store, Key("work", "ended"), shard=0, drive_at=None)
    created(store, Key("work", "bare"), shard=0)
    due = store.find("work", equal={"shard": 0}, at_most=("drive_at", NOON + timedelta(minutes=1)))
    assert [document.key.id for document in due] == ["w0", "w2"]
    first = store.find("work", at_most=("drive_at", NOON + timedelta(hours=1)), limit=4)
    rest = store.find("work", at_most=("drive_at", NOON + timedelta(hours=1)), limit=4, after=first[-1])
    assert [document.key.id for document in [*first, *rest]] == ["w0", "w1", "w2", "w3", "w4", "w5"]
    assert [document.key.id for document in store.find("work", limit=3)] == ["bare", "ended", "w0"]
    assert store.find("elsewhere") == []


def listed(store: Store) -> None:
    """Six entries a minute apart in pairs, tags by number, and two that have no time."""
    for number in range(6):
        at = NOON + timedelta(minutes=number // 2)
        tags = [f"n{number}", "even" if number % 2 == 0 else "odd", number]
        created(store, Key("list", f"e{number}"), at=at, tags=tags, shard=number % 2)
    created(store, Key("list", "none"), at=None, tags=[], shard=0)
    created(store, Key("list", "text"), at="2026-11-02", tags="even", shard=True)


MINUTE = NOON + timedelta(minutes=1)
QUERIES: list[tuple[dict[str, Any], str]] = [
    ({"at_least": ("at", MINUTE)}, "e2 e3 e4 e5"),
    ({"at_least": ("at", MINUTE), "at_most": ("at", MINUTE)}, "e2 e3"),
    ({"at_least": ("at", MINUTE), "at_most": ("at", NOON)}, ""),
    ({"at_least": ("at", MINUTE), "descending": True}, "e5 e4 e3 e2"),
    ({"at_most": ("at", MINUTE), "descending": True, "limit": 3}, "e3 e2 e1"),
    ({"at_least": ("at", "2026")}, "text"),
    ({"at_least": ("shard", 0), "equal": {"at": None}}, "none"),
    ({"contains": ("tags", "even")}, "e0 e2 e4"),
    ({"contains": ("tags", 1)}, "e1"),
    ({"contains": ("tags", True)}, ""),
    ({"contains": ("missing", "even")}, ""),
    ({"contains": ("tags", "even"), "equal": {"shard": 0}}, "e0 e2 e4"),
    ({"contains": ("tags", "even"), "equal": {"shard": 1}}, ""),
    ({"contains": ("tags", "odd"), "at_least": ("at", MINUTE)}, "e3 e5"),
    ({"contains": ("tags", "odd"), "at_least": ("at", MINUTE), "descending": True}, "e5 e3"),
    ({"equal": {"shard": 1}}, "e1 e3 e5"),
    ({"equal": {"shard": True}}, "text"),
    ({"equal": {"shard": 0}, "at_least": ("at", MINUTE), "at_most": ("at", MINUTE)}, "e2"),
]


def test_find_has_ranges_from_both_sides_elements_of_arrays_and_either_order(store: Store) -> None:
    listed(store)
    found = [" ".join(document.key.id for document in store.find("list", **how)) for how, _ids in QUERIES]
    assert list(zip(QUERIES, found, strict=True)) == [((how, ids), ids) for how, ids in QUERIES]


@pytest.mark.parametrize("descending", [False, True])
def test_pages_of_equal_values_go_on_by_id_in_either_order(store: Store, descending: bool) -> None:
    listed(store)
    read: list[str] = []
    page = store.find("list", at_least=("at", NOON), descending=descending, limit=1)
    while page:
        read.append(page[0].key.id)
        page = store.find("list", at_least=("at", NOON), descending=descending, limit=1, after=page[0])
    assert read == sorted((f"e{number}" for number in range(6)), reverse=descending)


@pytest.mark.parametrize(
    "how",
    [
        {"at_least": ("at", NOON), "at_most": ("shard", 1)},
        {"descending": True},
        {"equal": {"shard": 1}, "descending": True},
        {"contains": ("tags", None)},
        {"contains": ("tags", ["even"])},
        {"at_least": ("at", None)},
        {"at_most": ("tags", [1])},
    ],
    ids=str,
)
def test_a_query_that_could_not_be_answered_is_refused(store: Store, how: dict[str, Any]) -> None:
    raises(KernelError.MISUSE, lambda: store.find("list", **how))


def changed(store: Store, key: Key, **fields: Any) -> None:
    def work(tx: Transaction) -> None:
        tx.get(key)
        tx.replace(key, fields)

    store.run(work)


def test_a_snapshot_shows_one_moment_whatever_is_written_meanwhile(store: Store) -> None:
    for number in range(4):
        created(store, Key("things", f"t{number}"), count=0)
    snapshot = store.snapshot()
    first = snapshot.find("things", limit=2)
    changed(store, Key("things", "t0"), count=1)
    changed(store, Key("things", "t3"), count=1)
    created(store, Key("things", "t4"), count=1)
    created(store, Key("others", "o"), count=1)
    rest = snapshot.find("things", limit=10, after=first[-1])
    assert [(one.key.id, one.fields["count"]) for one in (*first, *rest)] == [(f"t{number}", 0) for number in range(4)]
    assert snapshot.find("others") == []
    assert snapshot.get(Key("things", "t4")) is None
    seen = snapshot.get(Key("things", "t3"))
    assert seen is not None
    assert seen.fields == {"count": 0}
    later = store.snapshot()
    assert [one.fields["count"] for one in later.find("things")] == [1, 0, 0, 1, 1]


def test_a_snapshot_is_of_the_moment_of_its_first_answer_not_of_its_making(store: Store) -> None:
    snapshot, other = store.snapshot(), store.snapshot()
    created(store, Key("things", "before"), count=0)
    assert [one.key.id for one in snapshot.find("things")] == ["before"]
    created(store, Key("things", "after"), count=0)
    assert [one.key.id for one in snapshot.find("things")] == ["before"]
    assert other.get(Key("things", "after")) is not None


def test_a_snapshot_sees_a_commit_whole_or_not_at_all(store: Store) -> None:
    """Money goes round among accounts, by several threads, while snapshots are read a page of one at a time."""
    names = [f"a{number}" for number in range(6)]
    for name in names:
        created(store, Key("balances", name), minor=100)
    stop = threading.Event()

    def move(source: int) -> int:
        count = 0
        while not stop.is_set():
            pair = Key("balances", names[source]), Key("balances", names[(source + 1 + count % 5) % 6])
            minor = count % 7 + 1

            def work(tx: Transaction, pair: tuple[Key, Key] = pair, minor: int = minor) -> None:
                for document, change in zip(tx.get(*pair), (-minor, minor), strict=True):
                    assert document is not None
                    tx.replace(document.key, {"minor": document.fields["minor"] + change})

            store.run(work)
            count += 1
        return count

    torn = 0
    with ThreadPoolExecutor(3) as pool:
        moving = [pool.submit(move, number) for number in range(3)]
        try:
            for turn in range(1_000):
                assert paged_sum(store.snapshot()) == 600
                torn += paged_sum(store) != 600
                if torn and turn >= 30:
                    break
        finally:
            stop.set()
    assert all(one.result() for one in moving)
    assert torn, "without a snapshot the pages are of several moments, or else this test proves nothing"


def paged_sum(reader: DocumentReader) -> int:
    total = 0
    page = reader.find("balances", limit=1)
    while page:
        total += page[0].fields["minor"]
        page = reader.find("balances", limit=1, after=page[0])
    return total
