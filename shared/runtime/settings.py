"""A function's settings, from its environment, checked when it starts and frozen from then on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from shared.kernel.errors import ClearwayError, KernelError


@dataclass(frozen=True, slots=True)
class Settings:
    """Where everything is. The emulator hosts are None in the cloud."""

    project: str
    region: str
    firestore_emulator: str | None
    pubsub_emulator: str | None
    tasks_emulator: str | None
    storage_emulator: str | None
    files_bucket: str
    settlement_url: str
    invoker_service_account: str
    rail: str
    rail_url: str
    watchlist_dir: str
    api_keys: str
    rail_secrets: str
    originator: str
    delivery_attempts_max: int
    drive_after_s: float

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

        return Settings(
            project=text("GOOGLE_CLOUD_PROJECT"),
            region=text("CLEARWAY_REGION", "us-central1"),
            firestore_emulator=environment.get("FIRESTORE_EMULATOR_HOST"),
            pubsub_emulator=environment.get("PUBSUB_EMULATOR_HOST"),
            tasks_emulator=environment.get("CLOUD_TASKS_EMULATOR_HOST"),
            storage_emulator=environment.get("STORAGE_EMULATOR_HOST"),
            files_bucket=text("CLEARWAY_FILES_BUCKET", ""),
            settlement_url=text("CLEARWAY_SETTLEMENT_URL", ""),
            invoker_service_account=text("CLEARWAY_INVOKER_SERVICE_ACCOUNT", ""),
            rail=text("CLEARWAY_RAIL", "bank"),
            rail_url=text("CLEARWAY_RAIL_URL", ""),
            watchlist_dir=text("CLEARWAY_WATCHLIST_DIR", ""),
            api_keys=text("CLEARWAY_API_KEYS", "{}"),
            rail_secrets=text("CLEARWAY_RAIL_SECRETS", "{}"),
            originator=text("CLEARWAY_ORIGINATOR", ""),
            delivery_attempts_max=int(number("CLEARWAY_DELIVERY_ATTEMPTS_MAX", "5")),
            drive_after_s=number("CLEARWAY_DRIVE_AFTER_S", "120"),
        )
