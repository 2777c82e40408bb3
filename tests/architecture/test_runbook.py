"""Each alert has its entry in the runbook, and each line that is counted is one that is logged."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from scripts.closure import ROOT
from shared.payments.domain.states import ENDED

INFRA = ROOT / "infra"
MONITORING = INFRA / "monitoring"
SEVERITIES = {"CRITICAL", "ERROR", "WARNING"}
PARTS = ("Means", "Users notice", "Look first", "Do", "Escalate", "Over when")


def described(pattern: str) -> dict[str, Mapping[str, Any]]:
    """What the files of a pattern below infra/monitoring describe, by key; a key that two of them have is a mistake."""
    found: dict[str, Mapping[str, Any]] = {}
    for path in sorted(MONITORING.glob(pattern)):
        one = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert not found.keys() & one.keys(), path
        found |= one
    assert found
    return found


def alerts() -> dict[str, Mapping[str, Any]]:
    """Every alert by its key, those that there are several of under the key that they share."""
    return described("alerts/*.yaml") | described("each/*.yaml")


def entries() -> dict[str, str]:
    """The runbook's entries by heading, as Terraform reads them."""
    _, *parts = (INFRA / "RUNBOOK.md").read_text(encoding="utf-8").split("\n## ")
    return {part.split("\n", 1)[0].strip(): part.split("\n", 1)[1].strip() for part in parts}


def test_every_alert_has_its_entry_and_every_entry_its_alert() -> None:
    keys = [*alerts(), *described("slos.yaml")]
    assert sorted(keys) == sorted(entries())
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("key", sorted(entries()))
def test_an_entry_says_all_that_people_on_call_ask(key: str) -> None:
    told = re.findall(r"^- \*\*(.+?)\*\*: \S", entries()[key], re.MULTILINE)
    assert tuple(told) == PARTS


def test_every_alert_has_a_severity_an_owner_and_one_condition() -> None:
    wrong = [
        key
        for key, alert in alerts().items()
        if alert["severity"] not in SEVERITIES
        or not alert["title"]
        or not re.fullmatch(r"[a-z]+|\$\{owner\}", alert["owner"])
        or ("query" in alert) == ("log" in alert)
    ]
    assert wrong == []


def test_every_metric_is_looked_at() -> None:
    """What is counted costs; what nobody looks at is not worth it."""
    readers = "\n".join(
        path.read_text(encoding="utf-8")
        for pattern in ("alerts/*.yaml", "each/*.yaml", "slos.yaml", "../monitoring-*.tf")
        for path in MONITORING.glob(pattern)
    )
    unread = [name for name in described("metrics.yaml") if not re.search(rf"(\.|clearway_){name}\b", readers)]
    assert unread == []


def logged() -> set[str]:
    """Every message that the code logs, with `x` for what it inserts; the timer also says the name of each job."""
    messages = set()
    for path in sorted((ROOT / "shared").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "log" and len(node.args) == 2:
                parts = node.args[1].values if isinstance(node.args[1], ast.JoinedStr) else [node.args[1]]
                words = [str(part.value) if isinstance(part, ast.Constant) else "x" for part in parts]
                messages.add("".join(words))
    timer = yaml.safe_load((ROOT / "functions" / "timer" / "function.yaml").read_text(encoding="utf-8"))
    return messages | {f"timer: {job['path'].removeprefix('/')}" for job in timer["trigger"]["jobs"]}


def test_a_line_that_is_counted_is_one_that_is_logged() -> None:
    """By its words: a message that is changed in the code would silence an alert."""
    messages = logged()
    filters = [metric["filter"] for metric in described("metrics.yaml").values()]
    conditions = [found for one in filters for found in re.findall(r'jsonPayload\.message(=~?)"([^"]+)"', one)]
    assert len(conditions) > 20
    unheard = [
        words
        for how, words in conditions
        if not any(re.search(words, message) if how == "=~" else words == message for message in messages)
    ]
    # The state that a step's message ends with is inserted.
    assert unheard == ["[:,] (completed|rejected|cancelled|failed)$"]
    assert {state.value for state in ENDED} - {"returned"} == {"completed", "rejected", "cancelled", "failed"}


def test_commands_of_the_runbook_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z]+)", (INFRA / "RUNBOOK.md").read_text(encoding="utf-8")))
    assert {"replay", "verify", "reconcile", "ach"} <= named
    assert [target for target in sorted(named) if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []
