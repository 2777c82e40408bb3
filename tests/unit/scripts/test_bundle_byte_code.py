"""Byte code of bundles: it runs, and its bytes do not depend on what else the process holds."""

from __future__ import annotations

import marshal
import sys
from importlib.util import MAGIC_NUMBER, source_hash
from pathlib import Path
from types import CodeType

import pytest

from scripts.bundle.byte_code import byte_code, cached_as, runtime_version, without_references
from scripts.bundle.errors import BundleError

SOURCE = '''
"""Every kind of constant that code may hold."""
NUMBERS = (0, -1, 2**31, 2**200, -(2**70), 1.5, -0.0, 2j, True, None, ...)
TEXTS = ("name", "two words", "Zürich", "\\ud800", b"bytes", "x" * 300, "name", ",")
SETS = [one in {"bank", "instant", "ach", ("a", 1)} for one in ("bank", "wire")]
MIDDLE = "abcdef"[1:3]

def outer(first, /, second=1, *more, third=(1, "name"), **rest):
    inside = first
    def inner(): return inside, "name", 2**200
    return inner
'''


def everything_in(code: CodeType) -> list[object]:
    """Every constant and name of some code: held in a list, each has another user."""
    found: list[object] = [*code.co_names, *code.co_varnames, code.co_filename, code.co_name, *code.co_consts]
    for one in code.co_consts:
        found += everything_in(one) if isinstance(one, CodeType) else []
    return found


def test_the_bytes_do_not_depend_on_who_else_uses_a_value() -> None:
    code = compile(SOURCE, "some.py", "exec", dont_inherit=True)
    alone = marshal.dumps(code)
    held = [*everything_in(code), sys.intern("two words")]
    among_others = marshal.dumps(code)
    assert alone != among_others, "the reason for writing anew is gone"
    assert len(held) > 20
    assert without_references(alone) == without_references(among_others) == byte_code(SOURCE.encode(), "some.py")[16:]


def test_what_is_written_is_the_same_code() -> None:
    code = marshal.loads(byte_code(SOURCE.encode(), "some.py")[16:])
    space: dict[str, object] = {}
    exec(code, space)
    numbers, texts = space["NUMBERS"], space["TEXTS"]
    assert isinstance(numbers, tuple)
    assert isinstance(texts, tuple)
    assert list(map(repr, numbers)) == list(map(repr, (0, -1, 2**31, 2**200, -(2**70), 1.5, -0.0, 2j, True, None, ...)))
    assert texts == ("name", "two words", "Zürich", "\ud800", b"bytes", "x" * 300, "name", ",")
    assert (space["SETS"], space["MIDDLE"]) == ([True, False], "bc")


def test_a_pyc_is_taken_without_a_look_at_its_source_and_names_no_other_place() -> None:
    source = b"VALUE = 1\n"
    pyc = byte_code(source, "shared/kernel/money.py")
    assert pyc[:4] == MAGIC_NUMBER
    assert pyc[4:8] == b"\x01\x00\x00\x00"
    assert pyc[8:16] == source_hash(source)
    assert marshal.loads(pyc[16:]).co_filename == "shared/kernel/money.py"


def test_future_statements_of_the_builder_are_not_those_of_the_code() -> None:
    space: dict[str, object] = {}
    exec(marshal.loads(byte_code(b"def f(x: int): ...\nSEEN = f.__annotations__", "some.py")[16:]), space)
    assert space["SEEN"] == {"x": int}


def test_a_slice_of_a_later_python_is_known() -> None:
    """Python 3.14 writes slices: here one of two numbers that may be referred to, and a reference to the first."""
    one, two = b"i\x01\0\0\0", b"i\x02\0\0\0"
    flagged = bytes([one[0] | 0x80]) + one[1:]
    assert without_references(b":" + flagged + two + b"r\0\0\0\0") == b":" + one + two + one


def test_the_order_of_a_set_does_not_follow_from_the_marks_on_its_values() -> None:
    a, b, marked_a = b"z\x01a", b"z\x01b", bytes([ord("z") | 0x80]) + b"\x01a"
    count = b"\x02\0\0\0"
    # `marshal` sorts by the bytes that it writes, and the mark is in the first of them.
    assert without_references(b">" + count + b + marked_a) == without_references(b">" + count + a + b)


@pytest.mark.parametrize("dumped", [b"?", b"N" + b"N", b"{0"], ids=["unknown", "too long", "a dictionary"])
def test_a_form_that_is_not_known_is_refused(dumped: bytes) -> None:
    with pytest.raises(BundleError, match="not known here"):
        without_references(dumped)


@pytest.mark.parametrize("path", sorted(Path(__file__).parent.glob("*.py")), ids=lambda path: path.name)
def test_code_of_the_project_stays_the_same_code(path: Path) -> None:
    source = path.read_bytes()
    assert marshal.loads(byte_code(source, path.name)[16:]) == compile(source, path.name, "exec", dont_inherit=True)


def test_byte_code_lies_where_python_looks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", "/elsewhere")
    assert cached_as("shared/kernel/money.py") == f"shared/kernel/__pycache__/money.{sys.implementation.cache_tag}.pyc"
    assert cached_as("main.py") == f"__pycache__/main.{sys.implementation.cache_tag}.pyc"


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13), (3, 14)])
def test_a_python_that_functions_have_is_named(version: tuple[int, int]) -> None:
    assert runtime_version(version, "cpython") == f"3.{version[1]}"


@pytest.mark.parametrize(
    ("version", "name"), [((3, 10), "cpython"), ((3, 15), "cpython"), ((4, 11), "cpython"), ((3, 11), "pypy")]
)
def test_a_python_that_functions_do_not_have_is_refused(version: tuple[int, int], name: str) -> None:
    with pytest.raises(BundleError, match=rf"for {name} {version[0]}\.{version[1]}, .* 3\.11, 3\.12, 3\.13, 3\.14"):
        runtime_version(version, name)
