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


def test_the_tour_runs_as_it_is_written(cloud: LocalCloud) -> None:
    if not shutil.which("curl"):
        pytest.skip("the tour needs curl")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"```sh tour\n(.*?)```", readme, re.DOTALL)
    assert found
    # Only the address differs: tests run on free ports.
    tour = found.group(1).replace("http://127.0.0.1:8080", cloud.api_url)
    assert tour != found.group(1)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", tour], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    answers = answers_in(done.stdout)
    statuses = [answer.get("status") for answer in answers]
    assert statuses == ["completed", "submitted", 409, "completed", None]
    assert answers[2]["errors"][0]["pointer"] == "/amount_minor"
    assert answers[4]["available_minor"] == 375_00


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
