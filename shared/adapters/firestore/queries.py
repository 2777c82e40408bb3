"""A port's query as Firestore's structured query. Pure."""

from __future__ import annotations

from typing import Any

from google.cloud.firestore_v1.field_path import render_field_path

from shared.adapters.firestore.codec import put
from shared.adapters.firestore.messages import StructuredQuery
from shared.adapters.selection import Selection
from shared.ports.documents import Document

_NAME = "__name__"


def raw_query(collection: str, selection: Selection, *, limit: int, after: Document | None, after_name: str) -> Any:
    """The raw `StructuredQuery` of a `DocumentReader.find`; `after_name` is the resource name of `after`."""
    query = StructuredQuery()
    query.from_.add(collection_id=collection)
    query.limit.value = limit
    _filter(query, selection)
    direction = StructuredQuery.DESCENDING if selection.descending else StructuredQuery.ASCENDING
    order = selection.ordered_by
    for path in [render_field_path((order,)), _NAME] if order else [_NAME]:
        query.order_by.add(field={"field_path": path}, direction=direction)
    if after:
        if order:
            put(query.start_at.values.add(), after.fields[order])
        query.start_at.values.add(reference_value=after_name)
        query.start_at.before = False  # behind the document, not at it
    return query


def _filter(query: Any, selection: Selection) -> None:
    operators = StructuredQuery.FieldFilter
    conditions = [(name, operators.EQUAL, value) for name, value in selection.equal.items()]
    for condition, operator in (
        (selection.contains, operators.ARRAY_CONTAINS),
        (selection.at_least, operators.GREATER_THAN_OR_EQUAL),
        (selection.at_most, operators.LESS_THAN_OR_EQUAL),
    ):
        if condition:
            conditions.append((condition[0], operator, condition[1]))
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
