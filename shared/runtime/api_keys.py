"""API keys: random secrets of which we keep the SHA-256, each bound to one tenant."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass

from shared.contracts.errors import ContractError
from shared.kernel.errors import ClearwayError, KernelError


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """Known keys as pairs of tenant and lower-case hexadecimal SHA-256."""

    keys: tuple[tuple[str, str], ...]

    @staticmethod
    def parse(text: str) -> ApiKeys:
        """From JSON, `{"<name of the key>": {"tenant": "...", "sha256": "..."}}`; raises MISUSE for anything else."""
        try:
            entries = json.loads(text).values()
            return ApiKeys(tuple((str(entry["tenant"]), str(entry["sha256"])) for entry in entries))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ClearwayError(KernelError.MISUSE, "CLEARWAY_API_KEYS is not a JSON object of keys") from None

    def tenant_of(self, authorization: str | None) -> str:
        """The tenant whose key is in an `Authorization: Bearer` header; raises UNAUTHENTICATED.

        Every known key is compared, each in constant time, so that the time tells nothing about any of them.
        """
        scheme, _, secret = (authorization or "").partition(" ")
        digest = hashlib.sha256(secret.strip().encode()).hexdigest()
        found = [tenant for tenant, known in self.keys if hmac.compare_digest(known, digest)]
        if scheme.lower() != "bearer" or not secret or not found:
            raise ClearwayError(ContractError.UNAUTHENTICATED, "an API key is needed: Authorization: Bearer <key>")
        return found[0]
