"""The raw protobuf classes behind the library's proto-plus types: same wire, a tenth of the CPU."""

from __future__ import annotations

from typing import Any

from google.cloud.firestore_v1 import types

BatchGetDocumentsRequest: Any = types.BatchGetDocumentsRequest.pb()
BatchGetDocumentsResponse: Any = types.BatchGetDocumentsResponse.pb()
CommitRequest: Any = types.CommitRequest.pb()
CommitResponse: Any = types.CommitResponse.pb()
RunQueryRequest: Any = types.RunQueryRequest.pb()
RunQueryResponse: Any = types.RunQueryResponse.pb()
StructuredQuery: Any = types.StructuredQuery.pb()
Value: Any = types.Value.pb()
Write: Any = types.Write.pb()
