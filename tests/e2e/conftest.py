"""One running system for the end-to-end tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from emulators.local import ALL_RAILS, LocalCloud
from tests.support.stand_ins import require_installed


@pytest.fixture(scope="session")
def cloud() -> Iterator[LocalCloud]:
    """Every emulator and every function, each in its own process, on free ports."""
    require_installed()
    # Sweeps take up after seconds here what they would take up after minutes, so that a killed API is healed in time.
    with LocalCloud(fixed_ports=False, environment={"CLEARWAY_DRIVE_AFTER_S": "10"}) as running:
        yield running


@pytest.fixture(scope="session")
def all_rails() -> Iterator[LocalCloud]:
    """The same with all rails, as `make up` has them, and with a clock that can be put forward."""
    require_installed()
    environment = {"CLEARWAY_DRIVE_AFTER_S": "10"}
    with LocalCloud(fixed_ports=False, environment=environment, rails=ALL_RAILS, warehouse=False) as running:
        yield running
