"""From bytes to elements: XML that cannot do harm, in one namespace, element by element against its schema's shape.

What is read is checked in full: names, order, how often, attributes, text. What the schema allows at a place and
Clearway's messages do not carry (the postal address of an agent, tax details) is passed over, with all that is in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import TypeVar
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from shared.formats.iso20022.errors import Iso20022Error, refusal
from shared.formats.iso20022.kinds import DATE, XML_SPACE, Kind, Misfit, read_moment, read_money
from shared.formats.iso20022.shapes import shape
from shared.kernel.money import Money

T = TypeVar("T")

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
SCHEMA_LOCATIONS = {f"{INSTANCE}schemaLocation", f"{INSTANCE}noNamespaceSchemaLocation"}
SIZE_MAX_BYTES = 2**20  # a message on one payment has a few kB
ELEMENTS_MAX = 600_000  # what 10 MiB of a statement hold; a million empty elements would take ten times the memory
DEPTH_MAX = 64  # the schemas go about twenty deep
ENCODING = re.compile(rb"<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"']*)[\"']")


@dataclass(frozen=True, slots=True)
class Reading:
    """What holds for a whole document: its message and version, and the zone of times that name none."""

    message: str
    local: tzinfo

    @property
    def prefix(self) -> str:
        """What ElementTree puts before each name."""
        return f"{{{NAMESPACE}{self.message}}}"


class BoundedBuilder(TreeBuilder):
    """Builds the tree while it stays within bounds, so that few bytes cannot take much memory. Raises TOO_LARGE."""

    def __init__(self) -> None:
        """Begins an empty tree."""
        super().__init__()
        self._elements = self._depth = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        """An element begins."""
        self._elements += 1
        self._depth += 1
        if self._elements > ELEMENTS_MAX:
            raise refusal(Iso20022Error.TOO_LARGE, "/", f"more than {ELEMENTS_MAX} elements")
        if self._depth > DEPTH_MAX:
            raise refusal(Iso20022Error.TOO_LARGE, "/", f"elements more than {DEPTH_MAX} deep")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        """An element ends."""
        self._depth -= 1
        return super().end(tag)


def parse(data: bytes, *, size_max_bytes: int = SIZE_MAX_BYTES) -> Element:
    """The root of well-formed UTF-8 XML without DTD and entities. Raises TOO_LARGE, NOT_XML or FORBIDDEN_XML."""
    if len(data) > size_max_bytes:
        raise refusal(Iso20022Error.TOO_LARGE, "/", f"more than {size_max_bytes} bytes")
    declared = ENCODING.match(data.removeprefix(b"\xef\xbb\xbf"))
    if declared and declared.group(1).lower() not in {b"utf-8", b"us-ascii"}:
        raise refusal(Iso20022Error.NOT_XML, "/", "an encoding that is not UTF-8")
    if b"\x00" in data:  # what a parser would take as UTF-16
        raise refusal(Iso20022Error.NOT_XML, "/", "not UTF-8")
    try:
        data.decode("utf-8")
        parser = DefusedXMLParser(target=BoundedBuilder(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
        parser.feed(data)
        root: Element = parser.close()
    except UnicodeDecodeError:
        raise refusal(Iso20022Error.NOT_XML, "/", "not UTF-8") from None
    except DefusedXmlException:
        raise refusal(Iso20022Error.FORBIDDEN_XML, "/", "a document type, an entity or an external reference") from None
    except ParseError as error:
        line, column = error.position
        raise refusal(Iso20022Error.NOT_XML, "/", f"not well-formed at line {line}, column {column}") from None
    return root


def read_document(
    data: bytes, accepted: Collection[str], local: tzinfo, *, size_max_bytes: int = SIZE_MAX_BYTES
) -> tuple[str, Node]:
    """The message's name and version, and its `Document`; raises UNKNOWN_MESSAGE for one that is not `accepted`."""
    root = parse(data, size_max_bytes=size_max_bytes)
    message = root.tag.removeprefix(f"{{{NAMESPACE}").removesuffix("}Document")
    if root.tag != f"{{{NAMESPACE}{message}}}Document" or message not in accepted:
        raise refusal(Iso20022Error.UNKNOWN_MESSAGE, "/", f"not a Document of {' or '.join(sorted(accepted))}")
    root.attrib = {key: value for key, value in root.attrib.items() if key not in SCHEMA_LOCATIONS}
    return message, Node(root, "/Document", Reading(message, local))


@dataclass(frozen=True, slots=True)
class Node:
    """One element and its place."""

    element: Element
    place: str
    reading: Reading

    def open(self, line: str) -> Fields:
        """The children, held to the shape that `line` describes. Raises MISSING, UNEXPECTED."""
        wanted, prefix = shape(line), self.reading.prefix
        self._carries_only()
        self._blank(self.element.text)
        found: dict[str, list[Element]] = {}
        reached, filled = 0, [False] * len(wanted.slots)
        for child in self.element:
            self._blank(child.tail)
            name = child.tag.removeprefix(prefix) if isinstance(child.tag, str) else ""
            at = wanted.position_of.get(name)
            if at is None or child.tag != prefix + name:
                raise refusal(Iso20022Error.UNEXPECTED, self.place, "an element that this place does not have")
            if at < reached:
                raise refusal(Iso20022Error.UNEXPECTED, f"{self.place}/{name}", "out of order")
            if filled[at] and not wanted.slots[at].many:
                raise refusal(Iso20022Error.UNEXPECTED, f"{self.place}/{name}", "more than once")
            reached, filled[at] = at, True
            found.setdefault(name, []).append(child)
        for slot, present in zip(wanted.slots, filled, strict=True):
            if slot.required and not present:
                raise refusal(Iso20022Error.MISSING, f"{self.place}/{'|'.join(slot.names)}", "missing")
        return Fields(self, found)

    def value(self, kind: Kind[T]) -> T:
        """What the element holds. Raises UNEXPECTED for children or attributes, INVALID_VALUE."""
        self._carries_only()
        return self._fit(kind.read)

    def money(self) -> Money:
        """An amount with its currency in the attribute `Ccy`."""
        self._carries_only("Ccy")
        currency = self.element.attrib.get("Ccy")
        if currency is None:
            raise refusal(Iso20022Error.MISSING, f"{self.place}/@Ccy", "missing")
        return self._fit(lambda text: read_money(text, currency))

    def moment(self) -> datetime:
        """A date and time, always aware."""
        self._carries_only()
        return self._fit(lambda text: read_moment(text, self.reading.local))

    def day(self) -> date:
        """The date in a choice of `Dt` and `DtTm`."""
        choice = self.open("(Dt|DtTm)")
        moment = choice.moment("DtTm")
        return choice.value("Dt", DATE) if moment is None else moment.date()

    def _fit(self, read: Callable[[str], T]) -> T:
        if len(self.element):
            raise refusal(Iso20022Error.UNEXPECTED, self.place, "an element that this place does not have")
        try:
            return read(self.element.text or "")
        except Misfit as misfit:
            raise refusal(Iso20022Error.INVALID_VALUE, self.place, str(misfit)) from None

    def _carries_only(self, *attributes: str) -> None:
        if not self.element.attrib.keys() <= set(attributes):
            raise refusal(Iso20022Error.UNEXPECTED, f"{self.place}/@*", "an attribute that this place does not have")

    def _blank(self, text: str | None) -> None:
        if text and text.strip(XML_SPACE):
            raise refusal(Iso20022Error.UNEXPECTED, self.place, "text between elements")


@dataclass(frozen=True, slots=True)
class Fields:
    """The children of one element after their shape was checked, by name."""

    node: Node
    found: dict[str, list[Element]]

    @property
    def place(self) -> str:
        """Where the parent is."""
        return self.node.place

    def maybe(self, name: str) -> Node | None:
        """The child of that name, if there is one."""
        elements = self.found.get(name)
        return Node(elements[0], f"{self.place}/{name}", self.node.reading) if elements else None

    def one(self, name: str) -> Node:
        """The child of that name; raises MISSING."""
        node = self.maybe(name)
        if node is None:
            raise refusal(Iso20022Error.MISSING, f"{self.place}/{name}", "missing")
        return node

    def single(self, name: str) -> Node:
        """The one child of a name that the schema would allow to repeat; raises MISSING, UNEXPECTED for a second."""
        if len(self.found.get(name, ())) > 1:
            raise refusal(Iso20022Error.UNEXPECTED, f"{self.place}/{name}", "more than one is not read here")
        return self.one(name)

    def every(self, name: str) -> Iterator[Node]:
        """All children of that name, counted from 1 in their places."""
        for number, element in enumerate(self.found.get(name, ()), 1):
            yield Node(element, f"{self.place}/{name}[{number}]", self.node.reading)

    def value(self, name: str, kind: Kind[T]) -> T:
        """What the child holds; raises MISSING, INVALID_VALUE."""
        return self.one(name).value(kind)

    def maybe_value(self, name: str, kind: Kind[T]) -> T | None:
        """What the child holds, None without one."""
        node = self.maybe(name)
        return None if node is None else node.value(kind)

    def text(self, name: str, kind: Kind[str]) -> str:
        """What the child holds, empty without one."""
        return self.maybe_value(name, kind) or ""

    def texts(self, name: str, kind: Kind[str]) -> tuple[str, ...]:
        """What each child of that name holds."""
        return tuple(node.value(kind) for node in self.every(name))

    def money(self, name: str) -> Money | None:
        """The amount, None without one."""
        node = self.maybe(name)
        return None if node is None else node.money()

    def moment(self, name: str) -> datetime | None:
        """The date and time, None without one."""
        node = self.maybe(name)
        return None if node is None else node.moment()

    def day(self, name: str) -> date | None:
        """The date in a choice of `Dt` and `DtTm`, None without the choice."""
        node = self.maybe(name)
        return None if node is None else node.day()
