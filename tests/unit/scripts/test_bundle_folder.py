"""The folder of bundles: what is written, what is kept, what is removed, and what is said about it."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from scripts.bundle.archive import zipped
from scripts.bundle.bundles import Bundle, build_bundles, contents_of, write_bundles
from scripts.closure import ROOT, closure_of
from shared.kernel.errors import ClearwayError

API, FRAUD = Bundle("api", 1, b"one"), Bundle("fraud", 1, b"two")


def listed(folder: Path) -> dict[str, dict[str, str]]:
    functions: dict[str, dict[str, str]] = json.loads((folder / "bundles.json").read_text())["functions"]
    return functions


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_list_names_each_file_by_its_hash(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    assert write_bundles([API, FRAUD], folder) == {"api": "new", "fraud": "new"}
    digest = hashlib.sha256(b"one").hexdigest()
    assert listed(folder)["api"] == {"file": f"api-{digest[:16]}.zip", "sha256": digest}
    assert (folder / f"api-{digest[:16]}.zip").read_bytes() == b"one"


def test_what_the_list_no_longer_names_is_removed_and_nothing_else(tmp_path: Path) -> None:
    write_bundles([API, FRAUD], tmp_path)
    for name in ("notes.txt", "api.zip", "api-of-a-friend.zip"):
        (tmp_path / name).write_text("kept")
    changed = Bundle("api", 1, b"another")
    assert write_bundles([changed], tmp_path) == {"api": "changed"}
    assert names(tmp_path) == {"bundles.json", changed.file, "notes.txt", "api.zip", "api-of-a-friend.zip"}
    assert write_bundles([changed], tmp_path) == {"api": "same"}


def test_a_file_that_was_cut_short_is_written_anew(tmp_path: Path) -> None:
    write_bundles([API], tmp_path)
    (tmp_path / API.file).write_bytes(b"on")
    assert write_bundles([API], tmp_path) == {"api": "same"}
    assert (tmp_path / API.file).read_bytes() == b"one"


@pytest.mark.parametrize(
    "broken", ["", "[]", '{"functions": 3}', '{"functions": {"api": {}}}', '{"functions": {"api": 1}}']
)
def test_a_list_that_cannot_be_read_is_replaced(broken: str, tmp_path: Path) -> None:
    (tmp_path / "bundles.json").write_text(broken)
    assert write_bundles([API], tmp_path) == {"api": "new"}
    assert list(listed(tmp_path)) == ["api"]


def test_a_list_that_cannot_be_written_leaves_the_old_one_with_its_files(tmp_path: Path) -> None:
    write_bundles([API], tmp_path)
    (tmp_path / FRAUD.file).mkdir()  # no file can take this name
    with pytest.raises(OSError, match="directory"):
        write_bundles([Bundle("api", 1, b"another"), FRAUD], tmp_path)
    assert listed(tmp_path)["api"]["file"] == API.file
    assert (tmp_path / API.file).read_bytes() == b"one"
    assert not [name for name in names(tmp_path) if name.endswith(".partial")]


def test_an_archive_follows_from_names_and_contents_alone() -> None:
    archive = zipped({"b/c.py": b"1", "a.py": b"2"})
    assert archive == zipped({"a.py": b"2", "b/c.py": b"1"})
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        entries = opened.infolist()
    assert [one.filename for one in entries] == ["a.py", "b/c.py"]
    assert {one.date_time for one in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {stat.filemode(one.external_attr >> 16) for one in entries} == {"-rw-r--r--"}
    assert {(one.create_system, one.compress_type, one.extra, one.comment) for one in entries} == {
        (3, zipfile.ZIP_STORED, b"", b"")
    }


def a_project(folder: Path) -> Path:
    """One function that imports one module, which reads one file; beside them, one module that nobody imports."""
    files = {
        "functions/pay/main.py": "import flask\nfrom shared.a.b import c\n",
        "functions/pay/requirements.txt": "flask==3\n",
        "functions/pay/function.yaml": "name: pay\n",
        "functions/pay/__pycache__/main.cpython-311.pyc": "old",
        "shared/__init__.py": "",
        "shared/a/__init__.py": "",
        "shared/a/b.py": 'from pathlib import Path\nc = Path(__file__).with_name("d.toml")\n',
        "shared/a/d.toml": "",
        "shared/a/unused.py": "",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_a_bundle_holds_the_closure_with_its_packages_and_nothing_beside_it(tmp_path: Path) -> None:
    root = a_project(tmp_path)
    files = contents_of(root / "functions/pay/main.py", root)
    sources = {"main.py", "shared/__init__.py", "shared/a/__init__.py", "shared/a/b.py"}
    assert set(files) == sources | {"shared/a/d.toml", "requirements.txt"}
    assert files["requirements.txt"] == b"flask==3\n"
    assert closure_of(root / "functions/pay/main.py", root).packages == {"flask", "pathlib", "pathlib.Path"}
    assert [bundle.modules for bundle in build_bundles(root / "functions", root)] == [4]


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda root: (root / "functions/pay/requirements.txt").unlink(), "pay has no requirements.txt"),
        (lambda root: (root / "functions/pay/main.py").unlink(), "holds no folder with a main.py"),
        (lambda root: (root / "shared/a/d.toml").unlink(), "shared/a/b.py: reads shared/a/d.toml, which is not there"),
        (lambda root: (root / "shared/a/e.toml").touch(), "no module reads shared/a/e.toml beside itself"),
        (
            lambda root: (root / "functions/pay/main.py").write_text('Path(__file__).with_name("x.toml")'),
            "functions/pay/main.py: reads functions/pay/x.toml, and bundles hold data files of shared/ alone",
        ),
        (lambda root: (root / "shared/a/b.py").write_text("def"), "shared/a/b.py:1: invalid syntax"),
        (lambda root: (root / "functions/pay/main.py").write_text("def"), "functions/pay/main.py:1: invalid syntax"),
    ],
)
def test_a_project_that_would_not_run_in_the_cloud_gives_no_bundle(
    spoil: object, complaint: str, tmp_path: Path
) -> None:
    root = a_project(tmp_path)
    assert callable(spoil)
    spoil(root)
    with pytest.raises(ClearwayError) as caught:
        build_bundles(root / "functions", root)
    assert complaint in caught.value.detail


def test_the_command_shows_each_function_and_says_why_there_is_no_bundle(tmp_path: Path) -> None:
    def command(functions: Path) -> subprocess.CompletedProcess[str]:
        arguments = ["--output", str(tmp_path / "out"), "--functions", str(functions)]
        argv = [sys.executable, "-m", "scripts.bundle", *arguments]
        return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    (tmp_path / "pay").mkdir()
    (tmp_path / "pay/main.py").write_text("from shared.kernel.money import Money\n")
    (tmp_path / "pay/requirements.txt").write_text("flask==3\n")
    done = command(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    file = listed(tmp_path / "out")["pay"]["file"]
    assert done.stdout.splitlines()[1].split()[-2:] == [file, "new"]
    (tmp_path / "pay/requirements.txt").unlink()
    done = command(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "pay has no requirements.txt; run `make lock`\n"
    assert listed(tmp_path / "out")["pay"]["file"] == file
