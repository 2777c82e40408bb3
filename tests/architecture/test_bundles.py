"""Bundles of the real functions: each boots alone, changes with its own code and data, and is the same anywhere."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from scripts.bundle.bundles import Bundle, build_bundles
from scripts.closure import ROOT

NAMES = sorted(main.parent.name for main in ROOT.glob("functions/*/main.py"))
ALL = " ".join(NAMES)

# Data files by function, as each function reads them.
ACH = {"rails/ach_originator.toml", "rails/ach_returns.toml", "rails/ach_windows.toml", "rails/banking_holidays.toml"}
DATA = {
    "api": {*ACH, "formats/nacha/sec_codes.toml"},
    "compliance": {"compliance/limits.toml"},
    "fraud": {"fraud/rules/2026-01-01.toml"},
    "intake": {"pricing/tariff.toml"},
    "rail_callback": {"rails/banking_holidays.toml", "rails/holds.toml", "rails/rails.toml"},
    "settlement": {*ACH, "formats/nacha/sec_codes.toml", "rails/holds.toml", "rails/rails.toml"},
    "timer": {
        *ACH,
        "formats/nacha/sec_codes.toml",
        "rails/holds.toml",
        "rails/rails.toml",
        "reconciliation/tolerances.toml",
    },
}

# A file, and the functions that run what is in it.
CHANGES = [
    ("shared/adapters/storage/objects.py", "compliance settlement timer"),
    ("shared/adapters/tasks/queue.py", "compliance rail_callback timer"),
    ("shared/adapters/system_clock.py", ALL),
    ("shared/adapters/memory/documents.py", ""),
    ("shared/adapters/bigquery/warehouse.py", ""),
    ("shared/compliance/limits.toml", "compliance"),
    ("shared/fraud/rules/2026-01-01.toml", "fraud"),
    ("shared/pricing/tariff.toml", "intake"),
    ("shared/rails/ach_windows.toml", "api settlement timer"),
    ("shared/rails/holds.toml", "rail_callback settlement timer"),
    ("shared/reconciliation/tolerances.toml", "timer"),
    ("functions/fraud/requirements.txt", "fraud"),
    ("functions/fraud/main.py", "fraud"),
    ("functions/fraud/function.yaml", ""),
    ("emulators/local.py", ""),
]

ENVIRONMENT = {
    "GOOGLE_CLOUD_PROJECT": "test",
    "FIRESTORE_EMULATOR_HOST": "127.0.0.1:1",
    "PUBSUB_EMULATOR_HOST": "127.0.0.1:1",
    "CLOUD_TASKS_EMULATOR_HOST": "127.0.0.1:1",
    "STORAGE_EMULATOR_HOST": "http://127.0.0.1:1",
    "CLEARWAY_FILES_BUCKET": "test-files",
    "CLEARWAY_RAILS": '{"bank": "http://127.0.0.1:1"}',
    "CLEARWAY_SETTLEMENT_URL": "http://127.0.0.1:1",
    "CLEARWAY_LISTS_BUCKET": "test-lists",
}

STANDARD_LIBRARY = sysconfig.get_path("stdlib")

# Run without `site`, and so without the development environment: argv holds the packages and the bundle.
BOOT = """
import json, sys
packages, bundle = sys.argv[1:]
sys.path.append(packages)
from functions_framework import create_app
app = create_app(target="handle", source=bundle + "/main.py", signature_type="http")
status = app.test_client().get("/healthz").status_code
files = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items())}
print(json.dumps({"status": status, "files": files}))
"""


def files_of(bundle: Bundle) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(bundle.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def bundles() -> dict[str, Bundle]:
    return {bundle.function: bundle for bundle in build_bundles(ROOT / "functions")}


def copy_of_the_project(folder: Path) -> Path:
    for name in ("shared", "functions", "scripts", "emulators"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_the_project(tmp_path_factory.mktemp("copied"))


def install(requirements: str, folder: Path) -> None:
    """Link the files of the pinned distributions, and of no others, from the environment of the tests."""
    pins = re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z,]+\])?==([^ ;\\]+) *(;)?", requirements, re.MULTILINE)
    assert len(pins) > 10
    for name, version, marker in pins:
        try:
            found = distribution(name)
        except PackageNotFoundError:
            assert marker, f"{name} is pinned, and not installed"
            continue
        assert found.version == version
        for file in found.files or []:
            if ".." not in file.parts:  # a command of the distribution
                target = folder / file
                target.parent.mkdir(parents=True, exist_ok=True)
                target.symlink_to(Path(str(found.locate_file(file))))


def boot(bundle: Bundle, folder: Path) -> subprocess.CompletedProcess[str]:
    """Unpack, load the function, and ask whether it is well."""
    packages, unpacked = folder / "packages", folder / "bundle"
    install(files_of(bundle)["requirements.txt"].decode(), packages)
    for name, content in files_of(bundle).items():
        path = unpacked / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    command = [sys.executable, "-I", "-S", "-B", "-W", "ignore", "-c", BOOT, str(packages), str(unpacked)]
    return subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("function", NAMES)
def test_a_bundle_boots_alone_on_its_own_requirements(
    function: str, bundles: dict[str, Bundle], tmp_path: Path
) -> None:
    done = boot(bundles[function], tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["status"] == 200
    names = {name for name in said["files"] if name.split(".")[0] in ("shared", "main")}
    inside = str(tmp_path / "bundle")
    assert {"main", "shared.runtime.web"} <= names
    assert [name for name in names if not str(said["files"][name]).startswith(inside)] == []
    elsewhere = [file for file in said["files"].values() if file and not file.startswith(str(tmp_path))]
    assert [file for file in elsewhere if not file.startswith(STANDARD_LIBRARY) or "site-packages" in file] == []


def test_a_bundle_does_not_boot_without_one_of_its_packages_or_modules(
    bundles: dict[str, Bundle], tmp_path: Path
) -> None:
    """What the test above finds when a closure or a lock lacks something."""
    files = files_of(bundles["compliance"])
    lock = files["requirements.txt"].decode()
    lacking = {
        "rapidfuzz": {**files, "requirements.txt": re.sub(r"(?m)^rapidfuzz==.*\n(?: .*\n)*", "", lock).encode()},
        "shared.compliance.policy": {
            name: content for name, content in files.items() if "shared/compliance" not in name or "policy" not in name
        },
    }
    for module, left in lacking.items():
        assert left != files
        folder = tmp_path / module
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as written:
            for name, content in left.items():
                written.writestr(name, content)
        done = boot(Bundle("compliance", 0, archive.getvalue()), folder)
        assert done.returncode == 1
        assert f"No module named '{module}'" in done.stderr


@pytest.mark.parametrize("function", NAMES)
def test_a_bundle_holds_the_data_that_its_function_reads(function: str, bundles: dict[str, Bundle]) -> None:
    held = {name for name in files_of(bundles[function]) if not name.endswith((".py", ".txt"))}
    assert held == {f"shared/{name}" for name in DATA[function]}


@pytest.mark.parametrize("function", NAMES)
def test_a_bundle_holds_its_packages_and_nothing_of_development(function: str, bundles: dict[str, Bundle]) -> None:
    files = files_of(bundles[function])
    sources = {name for name in files if name.endswith(".py")}
    packages = {str(parent) for name in sources for parent in Path(name).parents if str(parent) != "."}
    assert {f"{package}/__init__.py" for package in packages} <= sources
    assert "main.py" in sources
    assert not [name for name in files if name.startswith(("tests", "emulators", "scripts", "functions"))]


@pytest.mark.parametrize(("changed", "expected"), CHANGES)
def test_a_change_reaches_the_functions_that_run_it_and_no_others(
    changed: str, expected: str, bundles: dict[str, Bundle], copied: Path
) -> None:
    path = copied / changed
    before = path.read_bytes()
    # A comment and its end of line are a change of every kind of file here.
    path.write_bytes(before + b"# changed\n")
    try:
        after = build_bundles(copied / "functions", copied)
    finally:
        path.write_bytes(before)
    assert [bundle.function for bundle in after if bundle.file != bundles[bundle.function].file] == expected.split()


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def run(project: Path, output: Path, seed: str, umask: int) -> dict[str, str]:
    environment = {**os.environ, "PYTHONPATH": str(project), "PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "scripts.bundle", "--output", str(output)]
    subprocess.run(
        command, cwd=output.parent, env=environment, umask=umask, check=True, capture_output=True, timeout=60
    )
    return hashes(output)


def test_two_builds_give_the_same_bytes_wherever_and_however_they_run(
    bundles: dict[str, Bundle], tmp_path: Path
) -> None:
    elsewhere = copy_of_the_project(tmp_path / "another" / "place")
    for path in elsewhere.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o700)
    (tmp_path / "cwd").mkdir()
    here = run(ROOT, tmp_path / "here", "1", 0o022)
    there = run(elsewhere, tmp_path / "cwd" / "there", "2", 0o077)
    assert here == there
    assert set(here) == {bundle.file for bundle in bundles.values()} | {"bundles.json"}
    # This process has loaded the whole test suite; the two above have not.
    assert {bundle.file: bundle.sha256 for bundle in bundles.values()}.items() <= here.items()


def machine_paths(tmp_path: Path) -> Iterator[str]:
    yield from (str(ROOT), str(Path.home()), str(tmp_path.parent), sys.prefix, sys.base_prefix, "site-packages")


def test_no_path_of_this_machine_is_in_a_bundle(bundles: dict[str, Bundle], copied: Path) -> None:
    for bundle in [*bundles.values(), *build_bundles(copied / "functions", copied)]:
        found = [path for path in machine_paths(copied) if path != "/" and path.encode() in bundle.content]
        assert found == []
