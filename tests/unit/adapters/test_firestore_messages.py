"""What is sent to Firestore: the masks and preconditions of writes, the filters and cursors of queries."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from google.cloud.firestore_v1 import types

from shared.adapters.firestore.queries import raw_query
from shared.adapters.firestore.writes import raw_write
from shared.adapters.selection import Selection
from shared.adapters.staging import Add, Create, Replace
from shared.ports.documents import Document, Key

KEY = Key("things", "one")
NAME = "projects/p/databases/(default)/documents/things/one"
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
NOON_RAW = {"timestamp_value": {"seconds": 1_793_620_800}}


def write(**content: Any) -> Any:
    return types.Write.pb(types.Write(**content))


def test_a_create_has_all_fields_and_must_find_nothing() -> None:
    assert raw_write(NAME, Create(KEY, {"n": 1, "empty": {}})) == write(
        update={"name": NAME, "fields": {"n": {"integer_value": 1}, "empty": {"map_value": {}}}},
        current_document={"exists": False},
    )


def test_a_replacement_sends_changed_fields_names_removed_ones_and_has_the_version_as_precondition() -> None:
    read = Document(KEY, {"keep": [1], "change": 1, "drop": 1}, 1_700_000_000_123_456_789)
    raw = raw_write(NAME, Replace(KEY, {"keep": [1], "change": 2, "new": "x"}, read))
    assert raw == write(
        update={"name": NAME, "fields": {"change": {"integer_value": 2}, "new": {"string_value": "x"}}},
        update_mask={"field_paths": ["change", "new", "drop"]},
        current_document={"update_time": {"seconds": 1_700_000_000, "nanos": 123_456_789}},
    )


def test_a_replacement_by_nothing_names_every_field_and_holds_none() -> None:
    raw = raw_write(NAME, Replace(KEY, {}, Document(KEY, {"a": 1, "b": 1}, 1)))
    assert (list(raw.update_mask.field_paths), len(raw.update.fields)) == (["a", "b"], 0)


def test_an_addition_masks_what_it_sets_and_increments_the_rest_whatever_is_there() -> None:
    raw = raw_write(NAME, Add(KEY, {"credits": 5, "debits": -2}, {"currency": "USD"}))
    assert raw == write(
        update={"name": NAME, "fields": {"currency": {"string_value": "USD"}}},
        update_mask={"field_paths": ["currency"]},
        update_transforms=[
            {"field_path": "credits", "increment": {"integer_value": 5}},
            {"field_path": "debits", "increment": {"integer_value": -2}},
        ],
    )
    assert not raw.HasField("current_document")


def test_an_addition_that_sets_nothing_still_has_a_mask_since_without_one_the_document_would_be_emptied() -> None:
    raw = raw_write(NAME, Add(KEY, {"n": 1}, {}))
    assert raw.HasField("update_mask")
    assert list(raw.update_mask.field_paths) == []


def test_a_name_that_is_no_identifier_is_quoted_so_that_its_dot_is_no_path() -> None:
    raw = raw_write(NAME, Add(KEY, {"a.b": 1}, {}))
    assert raw.update_transforms[0].field_path == "`a.b`"


def query(**content: Any) -> Any:
    return types.StructuredQuery.pb(types.StructuredQuery(from_=[{"collection_id": "work"}], **content))


def order(*paths: str, direction: str = "ASCENDING") -> list[dict[str, Any]]:
    return [{"field": {"field_path": path}, "direction": direction} for path in paths]


def test_a_query_without_conditions_orders_by_id() -> None:
    raw = raw_query("work", Selection(), limit=3, after=None, after_name="")
    assert raw == query(order_by=order("__name__"), limit=3)


def test_a_query_joins_its_conditions_and_starts_behind_the_last_page() -> None:
    after = Document(Key("work", "w9"), {"at": NOON}, 1)
    selection = Selection({"shard": 1, "who": None}, at_most=("at", NOON))
    raw = raw_query("work", selection, limit=9, after=after, after_name=NAME)
    conditions = [
        {"field_filter": {"field": {"field_path": "shard"}, "op": "EQUAL", "value": {"integer_value": 1}}},
        {"unary_filter": {"field": {"field_path": "who"}, "op": "IS_NULL"}},
        {"field_filter": {"field": {"field_path": "at"}, "op": "LESS_THAN_OR_EQUAL", "value": NOON_RAW}},
    ]
    assert raw == query(
        where={"composite_filter": {"op": "AND", "filters": conditions}},
        order_by=order("at", "__name__"),
        start_at={"values": [NOON_RAW, {"reference_value": NAME}], "before": False},
        limit=9,
    )


def test_a_next_page_without_a_bound_starts_behind_the_last_id() -> None:
    raw = raw_query("work", Selection(), limit=9, after=Document(KEY, {}, 1), after_name=NAME)
    assert raw.start_at == query(start_at={"values": [{"reference_value": NAME}], "before": False}).start_at


def test_a_range_from_both_sides_and_an_element_are_conditions_and_the_whole_order_descends() -> None:
    after = Document(Key("work", "w9"), {"at": NOON}, 1)
    selection = Selection({}, ("keys", "k"), at_least=("at", NOON), at_most=("at", NOON), descending=True)
    raw = raw_query("work", selection, limit=9, after=after, after_name=NAME)
    conditions = [
        {"field_filter": {"field": {"field_path": "keys"}, "op": "ARRAY_CONTAINS", "value": {"string_value": "k"}}},
        {"field_filter": {"field": {"field_path": "at"}, "op": "GREATER_THAN_OR_EQUAL", "value": NOON_RAW}},
        {"field_filter": {"field": {"field_path": "at"}, "op": "LESS_THAN_OR_EQUAL", "value": NOON_RAW}},
    ]
    assert raw == query(
        where={"composite_filter": {"op": "AND", "filters": conditions}},
        order_by=order("at", "__name__", direction="DESCENDING"),
        start_at={"values": [NOON_RAW, {"reference_value": NAME}], "before": False},
        limit=9,
    )
