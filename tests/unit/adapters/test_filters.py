"""The filter language: the examples of its published page, its edges, and random filters against a plain reading."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.pubsub.filters import compile_filter
from shared.kernel.errors import ClearwayError, KernelError

ATTRIBUTES = {"name": "com", "iana.org/language_tag": "en", "empty": ""}


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("", True),
        (" \n\t", True),
        ("attributes:name", True),
        ("attributes:absent", False),
        ("attributes:empty", True),
        ("NOT attributes:name", False),
        ("NOT attributes:absent", True),
        ("-attributes:absent", True),
        ("- attributes:name", False),
        ('attributes.name = "com"', True),
        ('attributes.name="com"', True),
        ('attributes.name = "COM"', False),
        ('attributes.Name = "com"', False),
        ('attributes.empty = ""', True),
        ('attributes.absent = ""', False),
        ('attributes.name != "com"', False),
        ('attributes.name != "org"', True),
        ('attributes.absent != "com"', True),
        ('NOT attributes.absent != "com"', False),
        ('hasPrefix(attributes.name, "co")', True),
        ('hasPrefix( attributes.name ,"com" )', True),
        ('hasPrefix(attributes.name, "com.")', False),
        ('hasPrefix(attributes.absent, "")', False),
        ('NOT hasPrefix(attributes.absent, "co")', True),
        ('attributes:"iana.org/language_tag"', True),
        ('attributes."iana.org/language_tag" = "en"', True),
        ('hasPrefix(attributes."iana.org/language_tag", "e")', True),
        ('attributes:"iana.org/language_tag" AND NOT attributes.name = "com"', False),
        ('attributes.name = "com" AND -attributes:"iana.org/language_tag"', False),
        ('attributes:"iana.org/language_tag" AND (attributes.name = "net" OR attributes.name = "org")', False),
        ('attributes:"iana.org/language_tag" AND (attributes.name = "com" OR attributes.name = "org")', True),
        ("attributes:absent OR attributes:nothing OR attributes:name", True),
        ("attributes:name AND attributes:empty AND attributes:absent", False),
        ("(attributes:absent AND attributes:name) OR (attributes:empty)", True),
        ("NOT (attributes:absent OR attributes:name)", False),
        ("NOT(attributes:absent)AND(attributes:name)", True),
        ("((attributes:name))", True),
    ],
)
def test_a_filter_lets_through_what_its_page_says(text: str, passes: bool) -> None:
    assert compile_filter(text)(ATTRIBUTES) is passes


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        (r'"\u307F\u3093\u306A"', "みんな"),
        ('"みんな"', "みんな"),
        (r'"a\"b\\c"', 'a"b\\c'),
        (r'"\n\t\r"', "\n\t\r"),
        (r'"\x41\101\U0001F600"', "AA😀"),
        ('"it\'s"', "it's"),
        ('"a AND (b"', "a AND (b"),
    ],
)
def test_a_string_may_hold_anything_by_its_escapes(literal: str, value: str) -> None:
    assert compile_filter(f"attributes.k = {literal}")({"k": value})
    assert compile_filter(f"attributes:{literal}")({value: ""})


@pytest.mark.parametrize(
    ("text", "character"),
    [
        ('"com" = attributes.name', 1),
        ("attributes.name = attributes.website", 19),
        ('attributes.name = "com" AND ("net" OR "org")', 30),
        ('attributes:a AND attributes.b = "net" OR attributes.c = "org"', 39),
        ("attributes:a OR attributes:b AND attributes:c", 30),
        ("attributes:\\u307F", 12),
        ("attributes.iana.org = 'x'", 16),
        ("attributes:a and attributes:b", 14),
        ("not attributes:a", 1),
        ("NOT NOT attributes:a", 5),
        ("NOTattributes:a", 1),
        ("attributes", 11),
        ("attributes:", 12),
        ("attributes :", 13),
        ("attributes.a", 13),
        ("attributes.a =", 15),
        ("attributes.a = 5", 16),
        ("attributes.a = 'x'", 16),
        ('attributes.a == "x"', 15),
        ('attributes.a < "x"', 14),
        ('attributes.a = "x', 16),
        ('attributes.a = "x\ny"', 16),
        (r'attributes.a = "\q"', 16),
        (r'attributes.a = "\uD800"', 16),
        (r'attributes.a = "\777"', 16),
        (r'attributes.a = "\UFFFFFFFF"', 16),
        ('message.a = "x"', 1),
        ('hasSuffix(attributes.a, "x")', 1),
        ('hasPrefix attributes.a, "x")', 11),
        ('hasPrefix(attributes:a, "x")', 21),
        ('hasPrefix("a", "x")', 11),
        ('hasPrefix(attributes.a "x")', 24),
        ('hasPrefix(attributes.a, "x"', 28),
        ("(attributes:a", 14),
        ("attributes:a)", 13),
        ("()", 2),
        ("attributes:a attributes:b", 14),
        ("attributes:a AND", 17),
        ("AND attributes:a", 1),
    ],
)
def test_what_is_no_filter_is_refused_with_its_place(text: str, character: int) -> None:
    with pytest.raises(ClearwayError) as caught:
        compile_filter(text)
    assert caught.value.code is KernelError.MISUSE
    assert caught.value.detail.startswith(f"filter, character {character}: "), caught.value.detail


def test_a_filter_has_at_most_256_bytes() -> None:
    longest = 'attributes.k = "' + "é" * 119 + 'x"'
    assert len(longest.encode()) == 256
    assert compile_filter(longest)({"k": "é" * 119 + "x"})
    with pytest.raises(ClearwayError) as caught:
        compile_filter(longest + " ")
    assert caught.value.code is KernelError.MISUSE


# A tree of the language, as a nested tuple; its text and its meaning are written down here a second time.
KEYS = st.sampled_from(["a", "b-c", "iana.org/x", "_"])
VALUES = st.sampled_from(["", "x", "xy", 'q"uote', "back\\slash"])
LEAVES = st.one_of(
    st.tuples(st.just("has"), KEYS),
    st.tuples(st.sampled_from(["=", "!=", "hasPrefix"]), KEYS, VALUES),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=5,
)


def text_of(tree: Any) -> str:
    key = json.dumps(tree[1]) if "/" in tree[1] else tree[1]
    match tree[0]:
        case "has":
            return f"attributes:{key}"
        case "=" | "!=":
            return f"attributes.{key} {tree[0]} {json.dumps(tree[2])}"
        case "hasPrefix":
            return f"hasPrefix(attributes.{key}, {json.dumps(tree[2])})"
        case "not":
            return f"NOT ({text_of(tree[1])})"
        case joiner:
            return f" {joiner} ".join(f"({text_of(inner)})" for inner in tree[1])


def meaning(tree: Any, attributes: Mapping[str, str]) -> bool:
    match tree[0]:
        case "has":
            return tree[1] in attributes
        case "=":
            return tree[1] in attributes and attributes[tree[1]] == tree[2]
        case "!=":
            return not (tree[1] in attributes and attributes[tree[1]] == tree[2])
        case "hasPrefix":
            return tree[1] in attributes and attributes[tree[1]].startswith(tree[2])
        case "not":
            return not meaning(tree[1], attributes)
        case "AND":
            return all(meaning(inner, attributes) for inner in tree[1])
        case _:
            return any(meaning(inner, attributes) for inner in tree[1])


@given(tree=TREES, attributes=st.dictionaries(KEYS, VALUES, max_size=4))
def test_any_filter_means_what_its_tree_means(tree: Any, attributes: dict[str, str]) -> None:
    text = text_of(tree)
    if len(text.encode()) <= 256:
        assert compile_filter(text)(attributes) is meaning(tree, attributes)


@given(st.text(alphabet='attributes:.="()-ANDORT \\x', max_size=40))
def test_any_text_is_a_filter_or_is_refused(text: str) -> None:
    # Anything but a ClearwayError ends the test by itself.
    with contextlib.suppress(ClearwayError):
        assert compile_filter(text)({}) in {True, False}
