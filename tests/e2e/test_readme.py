"""The tour in README.md runs as it is written."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any

import pytest

from emulators.local import LocalCloud
from scripts.closure import ROOT

pytestmark = [pytest.mark.emulators, pytest.mark.e2e]


def test_the_tour_runs_as_it_is_written(all_rails: LocalCloud) -> None:
    if not shutil.which("curl"):
        pytest.skip("the tour needs curl")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"```sh tour\n(.*?)```", readme, re.DOTALL)
    assert found
    # Only the addresses differ: tests run on free ports.
    tour = found.group(1)
    for fixed, url in (("http://127.0.0.1:8080", all_rails.api_url), ("http://127.0.0.1:8090", all_rails.bank_url)):
        assert fixed in tour
        tour = tour.replace(fixed, url)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", tour], capture_output=True, text=True, check=False, timeout=180
    )
    assert done.returncode == 0, done.stderr
    top_up, salary, rent, conflict, paid, cancelled, refund, waiting, clock, returned, weekly, wallet, files = (
        answers_in(done.stdout)
    )
    assert [one["status"] for one in (top_up, salary, rent, paid)] == [
        "submitted",
        "completed",
        "submitted",
        "completed",
    ]
    assert (conflict["status"], conflict["errors"][0]["pointer"]) == (409, "/amount_minor")
    assert rails_of(paid) == ["instant"]
    assert (cancelled["status"], cancelled["timeline"][-2]["status"]) == ("cancelled", "held")
    assert (refund["status"], refund["refund_of"]) == ("submitted", salary["id"])
    assert (waiting["status"], rails_of(waiting)) == ("collecting", ["ach"])
    assert clock["ahead_s"] > 690_000
    assert [entry["status"] for entry in returned["timeline"]][-2:] == ["completed", "returned"]
    assert returned["timeline"][-1]["reasons"][0]["code"] == "rail_R01"
    # Eight days have one Friday, or two.
    assert weekly["made_count"] in {1, 2}
    assert wallet["posted_minor"] == 500_00 + 200_00 - 125_00 - 50_00 - weekly["made_count"] * 10_00
    assert wallet["held_minor"] == 10_00
    assert {name.rpartition("/")[0] for name in files["names"]} >= {"ach/outbound", "ach/inbound"}


def rails_of(payment: Any) -> list[str]:
    return [leg["rail"] for leg in payment["legs"]]


def answers_in(text: str) -> list[dict[str, Any]]:
    """The JSON objects in a text, one after another."""
    decoder, found, position = json.JSONDecoder(), [], 0
    while position < len(text):
        if text[position] != "{":
            position += 1
            continue
        answer, position = decoder.raw_decode(text, position)
        found.append(answer)
    return found
