"""The warehouse on BigQuery: rows go into the events table, reads come from the view that removes repetitions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from google.api_core.retry import Retry
from google.cloud import bigquery

from shared.adapters.bigquery.columns import Column, check_row, columns_from_schema
from shared.adapters.bigquery.errors import translated
from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.warehouse import EventTotals, Row

_ONCE: Retry = None  # type: ignore[assignment]  # the library takes None for no retry, and its types do not say so
# What tabledata.insertAll says of a row that will never fit; its other reasons pass.
_UNFIT_REASONS = frozenset({"invalid"})


class BigQueryWarehouse:
    """Warehouse over a dataset of the client's project; no call takes much longer than `timeout_s` seconds.

    Raises MISUSE for a name that is not one of BigQuery's.
    """

    def __init__(
        self,
        client: bigquery.Client,
        dataset: str,
        timeout_s: float,
        *,
        table: str = "events",
        view: str = "events_deduplicated",
    ) -> None:
        if not all(re.fullmatch(r"[A-Za-z0-9_]{1,1024}", name) for name in (dataset, table, view)):
            raise ClearwayError(KernelError.MISUSE, "a dataset, table or view has letters, digits and underscores")
        self._client = client
        self._timeout_s = timeout_s
        self._table = f"{client.project}.{dataset}.{table}"
        self._view = f"{client.project}.{dataset}.{view}"
        self._columns: tuple[Column, ...] | None = None
        self._retry = bigquery.DEFAULT_RETRY.with_timeout(timeout_s)

    def append_events(self, rows: Sequence[Row]) -> None:
        """See `Warehouse.append_events`. Nothing is tried twice: the caller knows best whether to."""
        if not rows:
            return
        columns = self._table_columns()
        for row in rows:
            check_row(row, columns)
        with translated("append rows"):
            # Without row ids: they make BigQuery drop some repetitions, at a lower quota, and the view drops all.
            failures = self._client.insert_rows_json(
                self._table,
                rows,
                row_ids=bigquery.AutoRowIDs.DISABLED,
                retry=_ONCE,
                timeout=self._timeout_s,
            )
        if failures:
            raise _refused(failures)

    def events_of(self, payment_id: str) -> Sequence[Row]:
        """See `Warehouse.events_of`."""
        return self._query(
            f"SELECT * FROM `{self._view}` WHERE payment_id = @payment_id"  # noqa: S608 - names checked when made
            " ORDER BY payment_version, event_id",
            bigquery.ScalarQueryParameter("payment_id", "STRING", payment_id),
        )

    def totals(self) -> EventTotals:
        """See `Warehouse.totals`."""
        counted = self._query(
            f"SELECT type, COUNT(*) AS events, (SELECT COUNT(*) FROM `{self._table}`) AS landed"  # noqa: S608
            f" FROM `{self._view}` GROUP BY type"
        )
        by_type = {row["type"]: int(row["events"]) for row in counted}
        landed = int(counted[0]["landed"]) if counted else 0
        return EventTotals(rows=landed, events=sum(by_type.values()), by_type=by_type)

    def _query(self, sql: str, *parameters: bigquery.ScalarQueryParameter) -> list[dict[str, Any]]:
        config = bigquery.QueryJobConfig(query_parameters=list(parameters))
        with translated("answer a query"):
            # Not query_and_wait: of a failed query the emulator tells that call nothing, and it returns no rows.
            job = self._client.query(sql, job_config=config, retry=self._retry, job_retry=None, timeout=self._timeout_s)
            found = job.result(retry=self._retry, job_retry=None, timeout=self._timeout_s)
            return [dict(row.items()) for row in found]

    def _table_columns(self) -> tuple[Column, ...]:
        """The table's own columns, read once: what fits is what the table says."""
        if self._columns is None:
            with translated("describe the events table"):
                table = self._client.get_table(self._table, retry=_ONCE, timeout=self._timeout_s)
            self._columns = columns_from_schema(field.to_api_repr() for field in table.schema)
        return self._columns


def _refused(failures: Sequence[Mapping[str, Any]]) -> ClearwayError:
    """What insertAll said of rows it did not take, by reason and column; its messages repeat values, so they stay."""
    errors = [error for failure in failures for error in failure.get("errors", ())]
    unfit = next((error for error in errors if error.get("reason") in _UNFIT_REASONS), None)
    if unfit is None:
        return ClearwayError(KernelError.UNAVAILABLE, f"BigQuery did not take {len(failures)} rows")
    column = re.sub(r"[^A-Za-z0-9_.]", "", str(unfit.get("location", "")))[:64]
    return ClearwayError(KernelError.MISUSE, f"BigQuery refused column {column}", field=f"/{column}")
