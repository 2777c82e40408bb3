"""`make replay` on a project of one's own: what it needs of the environment, it names."""

from __future__ import annotations

import sys

import pytest

from scripts.replay import main

NEEDED = ["CLEARWAY_SETTLEMENT_URL", "CLEARWAY_INVOKER_SERVICE_ACCOUNT"]


@pytest.mark.parametrize("number", range(len(NEEDED)), ids=NEEDED)
def test_what_the_environment_lacks_is_named(
    number: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in (*NEEDED, "CLOUD_TASKS_EMULATOR_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "theirs")
    for name in NEEDED[:number]:
        monkeypatch.setenv(name, "https://settlement.example")
    monkeypatch.setattr(sys, "argv", ["replay", "--list"])
    assert main() == 1
    assert capsys.readouterr().err == f"the environment lacks {NEEDED[number]}\n"
