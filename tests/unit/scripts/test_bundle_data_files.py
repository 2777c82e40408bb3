"""Which data files a bundle holds follows from the sources; what does not follow is refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.bundle.data_files import check_all_are_read, data_files_of
from shared.kernel.errors import ClearwayError

TABLES = """
from pathlib import Path
def table(name):
    path = Path(__file__).parent.parent / f"{name}.toml"
    return path.read_text()
"""


def a_project(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def data_of(root: Path, *modules: str) -> set[str]:
    found = data_files_of([root / name for name in modules], root)
    return {path.relative_to(root).as_posix() for path in found}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('Path(__file__).with_name("a.toml").read_text()', {"shared/x/a.toml"}),
        ('Path(__file__).parent / "a.toml"', {"shared/x/a.toml"}),
        ('Path(__file__).resolve().parent.joinpath("rules", "1.toml")', {"shared/x/rules/1.toml"}),
        ('pathlib.Path(__file__).parent.parent / "x" / "a.toml"', {"shared/x/a.toml"}),
        ('Path(__file__).with_name("rules")', {"shared/x/rules/1.toml", "shared/x/rules/old/0.toml"}),
        (
            '(Path(__file__).with_name("a.toml"), Path(__file__).with_name("b.csv"))',
            {"shared/x/a.toml", "shared/x/b.csv"},
        ),
        ('"a.toml"', set()),
    ],
)
def test_a_module_holds_what_it_reads_beside_itself(expression: str, expected: set[str], tmp_path: Path) -> None:
    there = ("a.toml", "b.csv", "rules/1.toml", "rules/old/0.toml", "rules/.hidden", "rules/__pycache__/c.pyc")
    root = a_project(
        tmp_path, {"shared/x/reads.py": f"READ = {expression}"} | dict.fromkeys((f"shared/x/{n}" for n in there), "")
    )
    assert data_of(root, "shared/x/reads.py") == expected


@pytest.mark.parametrize(
    "caller",
    [
        'from shared.x.domain.tables import table\ndef f(): return table("a")',
        'from shared.x.domain.tables import table as rows\nROWS = rows(name="a")',
        'def g():\n    from shared.x.domain.tables import table\n    return [table("a")["b"]]',
    ],
)
def test_a_file_that_callers_name_belongs_to_the_callers(caller: str, tmp_path: Path) -> None:
    files = {"shared/x/domain/tables.py": TABLES, "shared/x/a.toml": "", "shared/x/b.toml": "", "shared/x/c.py": caller}
    other = {"shared/x/other.py": 'from shared.x.domain.tables import table\nB = table("b")'}
    root = a_project(tmp_path, files | other)
    assert data_of(root, "shared/x/domain/tables.py", "shared/x/c.py") == {"shared/x/a.toml"}
    assert data_of(root, "shared/x/domain/tables.py", "shared/x/c.py", "shared/x/other.py") == {
        "shared/x/a.toml",
        "shared/x/b.toml",
    }
    assert data_of(root, "shared/x/domain/tables.py") == set()
    check_all_are_read(root)


@pytest.mark.parametrize(
    ("caller", "complaint"),
    [
        ("from shared.x.domain.tables import table\nA = table(NAME)", "c.py:2: must call table with the name itself"),
        (
            "from shared.x.domain.tables import table\nA = map(table, 'a')",
            "c.py:2: must call table with the name itself",
        ),
        (
            "from shared.x.domain import tables\nA = tables.table('a')",
            "c.py: must import table from shared.x.domain.tables",
        ),
        ("import shared.x.domain.tables as t\nA = t.table('a')", "c.py: must import table from shared.x.domain.tables"),
        ("from shared.x.domain.tables import table\nA = table('z')", "c.py: reads shared/x/z.toml, which is not there"),
        ("from shared.x.domain.tables import table\nA = table('../z')", "c.py: reads shared/x/../z.toml, and bundles"),
    ],
)
def test_a_caller_that_does_not_show_its_file_is_refused(caller: str, complaint: str, tmp_path: Path) -> None:
    root = a_project(tmp_path, {"shared/x/domain/tables.py": TABLES, "shared/z.toml": "", "shared/x/c.py": caller})
    with pytest.raises(ClearwayError) as caught:
        data_of(root, "shared/x/domain/tables.py", "shared/x/c.py")
    assert complaint in caught.value.detail


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ('P = Path(__file__).with_name("gone.toml")', "reads shared/x/gone.toml, which is not there"),
        ('P = Path(__file__).with_name("empty")', "reads shared/x/empty, which is not there"),
        ("P = Path(__file__).parent", "reads the whole folder shared/x, which holds modules"),
        ('P = Path(__file__).parents[2] / "a.toml"', "not clear"),
        ("P = Path(__file__)", "not clear"),
        ("P = os.path.dirname(__file__)", "not clear"),
        ("P = Path(__file__).with_name(NAME)", "not clear"),
        ('P = Path(__file__).with_name(NAME + ".toml")', "not clear"),
        ('def f(a, b): return Path(__file__).with_name(f"{a}{b}.toml")', "not clear"),
        ('def f(a): return Path(__file__).with_name(f"{a!r}.toml")', "not clear"),
        ('def f(a="b"): return Path(__file__).with_name(f"{a}.toml")', "not clear"),
        ('def f(a): return Path(__file__).parent / a / "b.toml"', "not clear"),
        ('class C:\n    def f(self, a): return Path(__file__).with_name(f"{a}.toml")', "not clear"),
        ('P = Path(__file__).parent / ".." / "a.toml"', "not clear"),
        ('P = Path(__file__).parent.parent.parent / "a.toml"', "reads a.toml, and bundles hold data files of shared/"),
        ('P = Path(__file__).parent / "/etc/hosts"', "reads /etc/hosts, and bundles hold data files of shared/"),
        ("import importlib.resources", "finds modules or files by name"),
        ("from importlib import import_module", "finds modules or files by name"),
        ("import pkgutil", "finds modules or files by name"),
        ("M = __import__(NAME)", "finds modules or files by name"),
        ("from .terms import rails", "a relative import"),
    ],
)
def test_what_cannot_be_known_from_a_source_is_refused(source: str, complaint: str, tmp_path: Path) -> None:
    root = a_project(tmp_path, {"shared/x/reads.py": source, "shared/x/other.py": "", "a.toml": ""})
    with pytest.raises(ClearwayError) as caught:
        data_of(root, "shared/x/reads.py")
    assert caught.value.detail.startswith("shared/x/reads.py")
    assert complaint in caught.value.detail


def test_a_data_file_that_no_module_reads_is_refused(tmp_path: Path) -> None:
    read = {"shared/x/reads.py": 'P = Path(__file__).with_name("a.toml")', "shared/x/a.toml": ""}
    root = a_project(tmp_path, read | {"shared/.hidden/z.toml": ""})
    check_all_are_read(root)
    a_project(root, {"shared/x/b.toml": "", "shared/y/c.csv": ""})
    with pytest.raises(ClearwayError, match=r"no module reads shared/x/b\.toml, shared/y/c\.csv beside itself"):
        check_all_are_read(root)
