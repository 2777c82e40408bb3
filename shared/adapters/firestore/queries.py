"""A port's query as Firestore's structured query. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.cloud.firestore_v1.field_path import render_field_path

from shared.adapters.firestore.codec import put
from shared.adapters.firestore.messages import StructuredQuery
from shared.ports.documents import Document

_NAME = "__name__"


def raw_query(
    collection: str,
    *,
    equal: Mapping[str, Any],
    at_most: tuple[str, Any] | None,
    limit: int,
    after: Document | None,
    after_name: str,
) -> Any:
    """The raw `StructuredQuery` of a `DocumentReader.find`; `after_name` is the resource name of `after`."""
    query = StructuredQuery()
    query.from_.add(collection_id=collection)
    query.limit.value = limit
    _filter(query, equal, at_most)
    for path in [at_most[0], _NAME] if at_most else [_NAME]:
        query.order_by.add(field={"field_path": path}, direction=StructuredQuery.ASCENDING)
    if after:
        if at_most:
            put(query.start_at.values.add(), after.fields[at_most[0]])
        query.start_at.values.add(reference_value=after_name)
        query.start_at.before = False  # behind the document, not at it
    return query


def _filter(query: Any, equal: Mapping[str, Any], at_most: tuple[str, Any] | None) -> None:
    operators = StructuredQuery.FieldFilter
    conditions = [(name, operators.EQUAL, value) for name, value in equal.items()]
    if at_most:
        conditions.append((at_most[0], operators.LESS_THAN_OR_EQUAL, at_most[1]))
    if conditions:
        query.where.composite_filter.op = StructuredQuery.CompositeFilter.AND
    for name, operator, value in conditions:
        _condition(query.where.composite_filter.filters.add(), name, operator, value)


def _condition(filter_: Any, name: str, operator: Any, value: Any) -> None:
    path = render_field_path((name,))
    if value is None:  # null is asked for by an operator of its own
        filter_.unary_filter.field.field_path = path
        filter_.unary_filter.op = StructuredQuery.UnaryFilter.IS_NULL
        return
    filter_.field_filter.field.field_path = path
    filter_.field_filter.op = operator
    put(filter_.field_filter.value, value)
