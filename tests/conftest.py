"""Google's emulators and the BigQuery stand-in, started on first use and stopped at the end of the run."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulators.google import firestore_service, pubsub_service
from emulators.stand_ins import bigquery_service
from tests.support.stand_ins import running


@pytest.fixture
def project() -> str:
    """A project id that no other test uses: the emulators keep projects apart, so this is isolation for free."""
    return f"test-{uuid.uuid4().hex[:16]}"


@pytest.fixture(scope="session")
def pubsub_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`127.0.0.1:port` of Google's Pub/Sub emulator."""
    with running(pubsub_service, tmp_path_factory.mktemp("pubsub") / "log") as service:
        yield service.address


@pytest.fixture(scope="session")
def firestore_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`127.0.0.1:port` of Google's Firestore emulator."""
    with running(firestore_service, tmp_path_factory.mktemp("firestore") / "log") as service:
        yield service.address


@pytest.fixture(scope="session")
def bigquery_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`http://127.0.0.1:port` of the BigQuery emulator."""
    log: Path = tmp_path_factory.mktemp("bigquery") / "log"
    with running(bigquery_service, log) as service:
        yield service.url
