"""A function's settings, from its environment, checked when it starts and frozen from then on."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.kernel.errors import ClearwayError, KernelError


@dataclass(frozen=True, slots=True)
class Settings:
    """Where everything is. The emulator hosts are None in the cloud.

    `rails` are base URLs by the rail's name (empty for `ach`), `rail_tokens` the bearer tokens of those that want one.
    `partners` are the tenants of those that publish payment requests themselves, by the partner's name.
    `clock_url` is for the emulators alone, see `cloud_clock`.
    """

    project: str
    region: str
    firestore_emulator: str | None
    pubsub_emulator: str | None
    tasks_emulator: str | None
    storage_emulator: str | None
    files_bucket: str
    lists_bucket: str
    watchlist_names_min: int
    settlement_url: str
    invoker_service_account: str
    rails: Mapping[str, str]
    rail_tokens: Mapping[str, str] = field(repr=False)
    ach_origin: str
    api_keys: str
    rail_secrets: str
    originator: str
    partners: Mapping[str, str]
    delivery_attempts_max: int
    drive_after_s: float
    clock_url: str

    @staticmethod
    def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the environment; raises MISUSE, naming the variable, for one that is missing or no number."""

        def text(name: str, default: str | None = None) -> str:
            value = environment.get(name, default)
            if value is None:
                raise ClearwayError(KernelError.MISUSE, f"the environment lacks {name}")
            return value

        def number(name: str, default: str) -> float:
            try:
                return float(text(name, default))
            except ValueError:
                raise ClearwayError(KernelError.MISUSE, f"{name} in the environment is no number") from None

        def texts(name: str) -> Mapping[str, str]:
            try:
                found = json.loads(text(name, "{}"))
            except ValueError:
                found = None
            if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
                raise ClearwayError(KernelError.MISUSE, f"{name} in the environment is no JSON object of texts")
            return found

        return Settings(
            project=text("GOOGLE_CLOUD_PROJECT"),
            region=text("CLEARWAY_REGION", "us-central1"),
            firestore_emulator=environment.get("FIRESTORE_EMULATOR_HOST"),
            pubsub_emulator=environment.get("PUBSUB_EMULATOR_HOST"),
            tasks_emulator=environment.get("CLOUD_TASKS_EMULATOR_HOST"),
            storage_emulator=environment.get("STORAGE_EMULATOR_HOST"),
            files_bucket=text("CLEARWAY_FILES_BUCKET", ""),
            lists_bucket=text("CLEARWAY_LISTS_BUCKET", ""),
            watchlist_names_min=int(number("CLEARWAY_WATCHLIST_NAMES_MIN", "1")),
            settlement_url=text("CLEARWAY_SETTLEMENT_URL", ""),
            invoker_service_account=text("CLEARWAY_INVOKER_SERVICE_ACCOUNT", ""),
            rails=texts("CLEARWAY_RAILS"),
            rail_tokens=texts("CLEARWAY_RAIL_TOKENS"),
            ach_origin=text("CLEARWAY_ACH_ORIGIN", ""),
            api_keys=text("CLEARWAY_API_KEYS", "{}"),
            rail_secrets=text("CLEARWAY_RAIL_SECRETS", "{}"),
            originator=text("CLEARWAY_ORIGINATOR", ""),
            partners=texts("CLEARWAY_PARTNERS"),
            delivery_attempts_max=int(number("CLEARWAY_DELIVERY_ATTEMPTS_MAX", "5")),
            drive_after_s=number("CLEARWAY_DRIVE_AFTER_S", "120"),
            clock_url=text("CLEARWAY_CLOCK_URL", ""),
        )
