"""The filter language of Pub/Sub subscriptions: https://cloud.google.com/pubsub/docs/subscription-message-filter.

    filter    = [NOT | -] term {AND [NOT | -] term}  |  [NOT | -] term {OR [NOT | -] term}
    term      = "attributes:" key  |  attribute ("=" | "!=") string  |  "hasPrefix(" attribute "," string ")"
              | "(" filter ")"
    attribute = "attributes." key
    key       = letters, digits, hyphens and underscores  |  string

Where the published page leaves room, this reads the narrower: what is taken here is taken by the service.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NoReturn

from shared.kernel.errors import ClearwayError, KernelError

LENGTH_MAX = 256

Attributes = Mapping[str, str]
Predicate = Callable[[Attributes], bool]

_WORD = re.compile(r"[A-Za-z]+")
_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(r'"((?:[^"\\\x00-\x1f]|\\.)*)"')
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-7]{1,3})|(.))", re.DOTALL)
_CONTROLS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_THEMSELVES = "\\\"'?`"


def compile_filter(text: str) -> Predicate:
    """A function that says of a message's attributes whether the subscription with this filter gets the message.

    Empty text lets everything through. Raises MISUSE, naming the character (from 1), for text that is no filter and for
    more than 256 bytes.
    """
    if len(text.encode()) > LENGTH_MAX:
        raise ClearwayError(KernelError.MISUSE, f"a filter has at most {LENGTH_MAX} bytes")
    if not text.strip():
        return lambda _: True
    parser = _Parser(text)
    predicate = parser.filter()
    parser.end()
    return predicate


class _Parser:
    """Recursive descent over the text; every method reads one rule of the grammar and leaves the position behind it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def filter(self) -> Predicate:
        """Terms joined by one kind of operator: the language has no precedence between AND and OR."""
        terms = [self._negated()]
        joiner = self._word()
        if joiner not in {"AND", "OR"}:
            return terms[0]
        while (word := self._word()) == joiner:
            self._pass(word)
            terms.append(self._negated())
        if word in {"AND", "OR"}:
            self._fail("AND and OR are combined with parentheses only")
        return _all_of(terms) if joiner == "AND" else _any_of(terms)

    def end(self) -> None:
        """Nothing may follow."""
        self._skip()
        if self._at < len(self._text):
            self._fail("expected AND, OR or the end")

    def _negated(self) -> Predicate:
        if self._word() == "NOT":
            self._pass("NOT")
        elif not self._take("-"):
            return self._term()
        return _not(self._term())

    def _term(self) -> Predicate:
        if self._take("("):
            inside = self.filter()
            self._expect(")")
            return inside
        if self._word() == "hasPrefix":
            self._pass("hasPrefix")
            return self._prefix()
        if self._word() != "attributes":
            self._fail("expected attributes, hasPrefix, NOT or a parenthesis")
        self._pass("attributes")
        if self._take(":"):
            return _has(self._key())
        key = self._member()
        if self._take("!="):
            # "Messages without the attribute and the value": a message that lacks the attribute passes.
            return _not(_equal(key, self._string()))
        self._expect("=")
        return _equal(key, self._string())

    def _prefix(self) -> Predicate:
        self._expect("(")
        if self._word() != "attributes":
            self._fail("expected attributes")
        self._pass("attributes")
        key = self._member()
        self._expect(",")
        prefix = self._string()
        self._expect(")")
        return _starts(key, prefix)

    def _member(self) -> str:
        if not self._text.startswith(".", self._at):
            self._fail("expected a dot or a colon and a key")
        self._at += 1
        return self._key()

    def _key(self) -> str:
        if self._text.startswith('"', self._at):
            return self._string()
        found = _KEY.match(self._text, self._at)
        if found is None:
            self._fail("expected a key: letters, digits, hyphens, underscores, or a string")
        self._at = found.end()
        return found[0]

    def _string(self) -> str:
        self._skip()
        found = _STRING.match(self._text, self._at)
        if found is None:
            self._fail("expected a string in double quotes")
        value = _ESCAPE.sub(self._unescaped, found[1])
        self._at = found.end()
        return value

    def _unescaped(self, escape: re.Match[str]) -> str:
        byte, short, long, octal, letter = escape.groups()
        if letter is None:
            number = int(octal, 8) if octal else int(byte or short or long, 16)
            if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF or (octal and number > 0xFF):
                self._fail("an escape names no character")
            return chr(number)
        if letter not in _CONTROLS and letter not in _THEMSELVES:
            self._fail(f"unknown escape \\{letter} in a string")
        return _CONTROLS.get(letter, letter)

    def _word(self) -> str:
        """The letters that come next, left where they are; empty when something else comes."""
        self._skip()
        found = _WORD.match(self._text, self._at)
        return found[0] if found else ""

    def _take(self, mark: str) -> bool:
        self._skip()
        if not self._text.startswith(mark, self._at):
            return False
        self._pass(mark)
        return True

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            self._fail(f"expected {mark}")

    def _pass(self, mark: str) -> None:
        self._at += len(mark)

    def _skip(self) -> None:
        """Pass white space."""
        while self._at < len(self._text) and self._text[self._at] in " \t\r\n":
            self._at += 1

    def _fail(self, problem: str) -> NoReturn:
        raise ClearwayError(KernelError.MISUSE, f"filter, character {self._at + 1}: {problem}")


def _has(key: str) -> Predicate:
    return lambda attributes: key in attributes


def _equal(key: str, value: str) -> Predicate:
    return lambda attributes: attributes.get(key) == value


def _starts(key: str, prefix: str) -> Predicate:
    return lambda attributes: key in attributes and attributes[key].startswith(prefix)


def _not(inside: Predicate) -> Predicate:
    return lambda attributes: not inside(attributes)


def _all_of(terms: list[Predicate]) -> Predicate:
    return lambda attributes: all(term(attributes) for term in terms)


def _any_of(terms: list[Predicate]) -> Predicate:
    return lambda attributes: any(term(attributes) for term in terms)
