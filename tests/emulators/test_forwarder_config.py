"""What the forwarder reads, and that the local runner writes just that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from emulators import configs
from emulators.description import load_system
from emulators.errors import LocalError
from emulators.forwarder.config import Target, load
from emulators.wiring import Place
from shared.kernel.errors import ClearwayError, KernelError

FRAUD = {"subscription": "fraud-events", "endpoint": "http://127.0.0.1:8083/in"}


def written(folder: Path, *subscriptions: dict[str, Any]) -> Path:
    path = folder / "forwarder.json"
    path.write_text(json.dumps({"project": "demo", "subscriptions": subscriptions}))
    return path


def test_a_name_may_be_short_or_full_and_the_rest_has_defaults(tmp_path: Path) -> None:
    full = "projects/other/subscriptions/fraud-events"
    assert load(written(tmp_path, FRAUD, {**FRAUD, "subscription": full, "in_flight_max": 2})) == (
        Target("projects/demo/subscriptions/fraud-events", "http://127.0.0.1:8083/in"),
        Target(full, "http://127.0.0.1:8083/in", in_flight_max=2),
    )


def test_the_local_runners_configuration_is_understood(tmp_path: Path) -> None:
    system = load_system()
    urls = {function.name: "http://127.0.0.1:9000" for function in system.functions}
    told = configs.forwarder_config(system, Place("demo", "here"), urls, "push@demo.iam")
    targets = load(configs.write(tmp_path, "forwarder", told))
    assert len(targets) == len(list(system.subscribers())) > 0
    assert {target.service_account for target in targets} == {"push@demo.iam"}


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "https://fraud.run.app"},
        {"endpoint": "fraud"},
        {"in_flight_max": 0},
        {"ack_deadline_s": 9},
        {"ack_deadline_s": 601},
        {"audience": "http://fraud"},
        {"service_account": "x@y.z"},
        {"filters": ""},
        {"in_flight_max": "8"},
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(ClearwayError) as caught:
        load(written(tmp_path, {**FRAUD, **change}))
    assert caught.value.code is LocalError.BAD_DESCRIPTION


def test_a_bad_filter_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClearwayError) as caught:
        load(written(tmp_path, {**FRAUD, "filter": "type = x"}))
    assert caught.value.code is KernelError.MISUSE


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"project": "demo"}', '{"project": "d", "subscriptions": [{}]}'])
def test_what_is_no_configuration_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "forwarder.json"
    path.write_text(content)
    with pytest.raises(ClearwayError) as caught:
        load(path)
    assert caught.value.code is LocalError.BAD_DESCRIPTION
