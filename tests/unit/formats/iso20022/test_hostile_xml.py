"""XML that is made to do harm, or is none, is refused before anything is read from it."""

from __future__ import annotations

import pytest

from shared.formats.iso20022 import pacs008
from shared.formats.iso20022.errors import Iso20022Error
from shared.formats.iso20022.reading import ELEMENTS_MAX, SIZE_MAX_BYTES, parse
from shared.kernel.errors import ClearwayError
from tests.unit.formats.iso20022.messages import TRANSFER

GOOD = pacs008.to_xml(TRANSFER)
BODY = GOOD.partition(b"?>")[2]
FORBIDDEN, NOT_XML = Iso20022Error.FORBIDDEN_XML, Iso20022Error.NOT_XML
LAUGHS = b"<!DOCTYPE x [<!ENTITY a0 'ha'>%s]>" % b"".join(
    b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)
)
WITH_ENTITY = BODY.replace(b"Ada Payer", b"&a9;")

HOSTILE = [
    ("billion laughs", LAUGHS + WITH_ENTITY, FORBIDDEN),
    ("quadratic", b"<!DOCTYPE x [<!ENTITY a9 '%s'>]>" % (b"x" * 10_000) + WITH_ENTITY, FORBIDDEN),
    ("external entity", b"<!DOCTYPE x [<!ENTITY a9 SYSTEM 'file:///etc/passwd'>]>" + WITH_ENTITY, FORBIDDEN),
    ("parameter entity", b"<!DOCTYPE x [<!ENTITY % p SYSTEM 'http://127.0.0.1:1/p'> %p;]>" + BODY, FORBIDDEN),
    ("external DTD", b"<!DOCTYPE Document SYSTEM 'http://127.0.0.1:1/d'>" + BODY, FORBIDDEN),
    ("empty DTD", b"<!DOCTYPE Document>" + BODY, FORBIDDEN),
    ("undeclared entity", WITH_ENTITY, NOT_XML),
    ("nothing", b"", NOT_XML),
    ("blanks", b"  \n", NOT_XML),
    ("JSON", b'{"amount": 1}', NOT_XML),
    ("cut off", GOOD[:-1], NOT_XML),
    ("two roots", GOOD + BODY, NOT_XML),
    ("a control character", BODY.replace(b"M1", b"M\x011"), NOT_XML),
    ("bytes that are not UTF-8", BODY.replace(b"Ada", b"\xe4da"), NOT_XML),
    ("Latin-1 by declaration", b'<?xml version="1.0" encoding="ISO-8859-1"?>' + BODY, NOT_XML),
    ("UTF-7 by declaration", b"<?xml version='1.0' encoding='UTF-7'?>" + BODY, NOT_XML),
    ("UTF-16", GOOD.decode().replace("UTF-8", "UTF-16").encode("utf-16"), NOT_XML),
    ("UTF-16 without a mark", BODY.decode().encode("utf-16-le"), NOT_XML),
    ("the same attribute twice", BODY.replace(b'Ccy="USD"', b'Ccy="USD" Ccy="EUR"'), NOT_XML),
    ("too many bytes", GOOD + b" " * SIZE_MAX_BYTES, Iso20022Error.TOO_LARGE),
]


@pytest.mark.parametrize(("data", "code"), [one[1:] for one in HOSTILE], ids=[one[0] for one in HOSTILE])
def test_hostile_bytes_are_refused(data: bytes, code: Iso20022Error) -> None:
    with pytest.raises(ClearwayError) as refusal:
        pacs008.from_xml(data)
    assert refusal.value.code is code
    assert "passwd" not in str(refusal.value)


GREEDY = [
    ("deep", b"<a>" * 65 + b"</a>" * 65),
    ("deep without end", b"<a>" * 300_000),
    ("wide", b"<a>" + b"<b/>" * ELEMENTS_MAX + b"</a>"),
]


@pytest.mark.parametrize("data", [one[1] for one in GREEDY], ids=[one[0] for one in GREEDY])
def test_a_few_bytes_that_would_take_much_memory_are_refused(data: bytes) -> None:
    with pytest.raises(ClearwayError) as refusal:
        parse(data, size_max_bytes=len(data))
    assert refusal.value.code is Iso20022Error.TOO_LARGE


def test_elements_may_lie_as_deep_as_any_schema_has_them() -> None:
    assert parse(b"<a>" * 64 + b"</a>" * 64).tag == "a"


def test_an_inclusion_is_an_element_like_any_other() -> None:
    include = b'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'
    with pytest.raises(ClearwayError) as refusal:
        pacs008.from_xml(BODY.replace(b"<Nm>Ada Payer</Nm>", b"<Nm>%s</Nm>" % include))
    assert refusal.value.code is Iso20022Error.UNEXPECTED


HARMLESS = [
    ("no declaration", BODY),
    ("a byte order mark", b"\xef\xbb\xbf" + GOOD),
    ("another spelling of UTF-8", b"<?xml version='1.0' encoding='utf-8' standalone='yes'?>" + BODY),
    ("plain characters only", b'<?xml version="1.0" encoding="US-ASCII"?>' + BODY),
    ("where the schema is said to be", BODY.replace(
        b"<Document ",
        b'<Document xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x file:///x.xsd" ')),
]  # fmt: skip


@pytest.mark.parametrize("data", [one[1] for one in HARMLESS], ids=[one[0] for one in HARMLESS])
def test_what_is_harmless_is_read(data: bytes) -> None:
    assert pacs008.from_xml(data) == TRANSFER


def test_the_size_limit_is_the_callers_to_set() -> None:
    with pytest.raises(ClearwayError) as refusal:
        parse(GOOD, size_max_bytes=len(GOOD) - 1)
    assert refusal.value.code is Iso20022Error.TOO_LARGE
    assert parse(GOOD, size_max_bytes=len(GOOD)).tag.endswith("}Document")
