"""Tests that read the source: what the plan of the house asks and no tool checks."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.closure import ROOT, closure_of
from shared.kernel.errors import Disposition, ErrorCode

PRODUCT = ("shared", "functions", "emulators", "scripts")
MODULE_LINES_MAX = 300
FUNCTION_LINES_MAX = 70
MAIN_LINES_MAX = 45
PORT_METHODS_MAX = 5


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_rooms_are_small() -> None:
    mains = ROOT.glob("functions/*/main.py")
    assert [name_of(path) for path in sources(*PRODUCT) if lines_of(path) > MODULE_LINES_MAX] == []
    assert [name_of(path) for path in mains if lines_of(path) > MAIN_LINES_MAX] == []


def test_functions_are_short() -> None:
    long = [
        f"{name_of(path)}:{one.name}"
        for path in sources(*PRODUCT)
        for one in functions_of(path)
        if (one.end_lineno or 0) - one.lineno + 1 > FUNCTION_LINES_MAX
    ]
    assert long == []


def test_packages_are_empty() -> None:
    packages = [path for path in sources(*PRODUCT, "tests") if path.name == "__init__.py"]
    assert [name_of(path) for path in packages if path.read_text(encoding="utf-8")] == []


def test_ports_are_narrow() -> None:
    wide = []
    for path in sources("shared/ports"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base).startswith("Protocol") for base in node.bases):
                methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
                if len(methods) > PORT_METHODS_MAX:
                    wide.append(node.name)
    assert wide == []


# The call, and what to use instead.
BANNED = {
    "datetime.now": "the Clock port",
    "datetime.utcnow": "the Clock port",
    "time.time": "the Clock port",
    "uuid.uuid4": "shared.kernel.ids",
    "random.random": "a derived value",
    "time.sleep": "Clock.sleep",
}
MAY_CALL = {
    "shared/adapters/firestore/calls.py",  # the jitter of a pause
    "shared/adapters/optimism.py",  # the same
    "shared/adapters/system_clock.py",
}


def test_the_product_takes_time_and_chance_through_ports() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}: {ast.unparse(node.func)}; use {BANNED[ast.unparse(node.func)]}"
        for path in sources("shared")
        if name_of(path) not in MAY_CALL
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in BANNED
    ]
    assert found == []


def test_no_error_is_swallowed() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources(*PRODUCT)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler) and len(node.body) == 1 and isinstance(node.body[0], ast.Pass)
    ]
    assert found == []


def error_codes() -> list[type[ErrorCode]]:
    for path in sources("shared", "emulators"):
        if path.name == "errors.py" and "google" not in path.read_text():
            __import__(name_of(path).removesuffix(".py").replace("/", "."))
    __import__("shared.ports.rail")
    return ErrorCode.__subclasses__()


def test_every_error_code_is_its_own_and_says_what_may_be_done() -> None:
    members = [member for codes in error_codes() for member in codes]
    assert len(members) > 20
    assert all(isinstance(member.disposition, Disposition) for member in members)
    wire = [member.code for member in members]
    assert sorted(wire) == sorted(set(wire))


@pytest.mark.parametrize("main", sorted(ROOT.glob("functions/*/main.py")), ids=lambda path: path.parent.name)
def test_a_function_imports_only_the_google_packages_that_it_declares(main: Path) -> None:
    """In a fresh process, so that what a module drags in is seen too."""
    pinned = (main.parent / "requirements.txt").read_text(encoding="utf-8").split()
    declared = {one.split("==")[0] for one in pinned if one.startswith("google-cloud-")} - {"google-cloud-core"}
    environment = {"GOOGLE_CLOUD_PROJECT": "test", "FIRESTORE_EMULATOR_HOST": "127.0.0.1:1"}
    environment |= {"PUBSUB_EMULATOR_HOST": "127.0.0.1:1", "CLOUD_TASKS_EMULATOR_HOST": "127.0.0.1:1"}
    environment |= {
        "CLEARWAY_RAILS": '{"bank": "http://127.0.0.1:1"}',
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
    }
    environment |= {"CLEARWAY_SETTLEMENT_URL": "http://127.0.0.1:1"}
    environment |= {"STORAGE_EMULATOR_HOST": "http://127.0.0.1:1", "CLEARWAY_FILES_BUCKET": "test-files"}
    environment |= {"CLEARWAY_LISTS_BUCKET": "test-lists"}
    code = "import runpy, sys; runpy.run_path(sys.argv[1]); print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(main)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    loaded = done.stdout.split()
    packages = {
        "google-cloud-firestore": "google.cloud.firestore",
        "google-cloud-pubsub": "google.pubsub",
        "google-cloud-storage": "google.cloud.storage",
        "google-cloud-tasks": "google.cloud.tasks",
        "google-cloud-bigquery": "google.cloud.bigquery",
    }
    used = {package for package, prefix in packages.items() if any(one.startswith(prefix) for one in loaded)}
    assert used == declared
    assert not [one for one in loaded if one.startswith("emulators")]


def test_a_function_reaches_no_other_functions_gate() -> None:
    reached = {main.parent.name: closure_of(main).modules for main in ROOT.glob("functions/*/main.py")}
    strangers = {"fraud": ("compliance", "rails"), "settlement": ("fraud", "compliance", "customers")}
    for function, contexts in strangers.items():
        for context in contexts:
            inside = [path for path in reached[function] if (ROOT / "shared" / context) in path.parents]
            assert [path for path in inside if path.name != "__init__.py"] == []
