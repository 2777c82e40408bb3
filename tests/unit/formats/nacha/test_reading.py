"""What the reader refuses, where, and which tolerance lets it pass. One line is one case."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from shared.formats.nacha.errors import NachaError, NachaErrorCode
from shared.formats.nacha.file import Category
from shared.formats.nacha.options import DEFAULT, STRICT, Options
from shared.formats.nacha.reading import parse, read
from shared.formats.nacha.writing import write

FILES = Path(__file__).parent / "files"
NAMES = sorted(path.stem for path in FILES.glob("*.ach"))


def sample(name: str) -> bytes:
    return (FILES / f"{name}.ach").read_bytes()


def changed(name: str, line: int, start: int, text: str) -> bytes:
    """A sample with other text from a position of a line on."""
    lines = sample(name).decode().split("\n")
    held = lines[line - 1]
    lines[line - 1] = held[: start - 1] + text + held[start - 1 + len(text) :]
    return "\n".join(lines).encode()


def without(name: str, line: int) -> bytes:
    lines = sample(name).split(b"\n")
    return b"\n".join(lines[: line - 1] + lines[line:])


def refused(data: bytes, options: Options = DEFAULT) -> NachaError:
    with pytest.raises(NachaError) as caught:
        read(data, options=options)
    return caught.value


@pytest.mark.parametrize("name", NAMES)
def test_our_own_samples_are_read_to_the_letter_and_written_with_the_same_bytes(name: str) -> None:
    file = read(sample(name), options=STRICT)
    assert write(file) == sample(name)


@pytest.mark.parametrize("newline", ["\n", "\r\n", ""])
@pytest.mark.parametrize("tail", ["", "\n", "\r\n"])
@pytest.mark.parametrize("name", NAMES)
def test_lines_keep_their_ends_their_filler_and_their_cut_off_blanks(name: str, newline: str, tail: str) -> None:
    lines = sample(name).decode().splitlines()
    whole = (newline.join(lines) + tail).encode()
    bare = (newline.join(line for line in lines if line != "9" * 94) + tail).encode()
    cut = (newline.join(line.rstrip() if newline else line for line in lines) + tail).encode()
    long = (newline.join(line + "  " if newline else line for line in lines) + tail).encode()
    for data in (whole, bare, cut, long):
        file = read(data)
        assert file == read(sample(name))
        assert write(file) == data


# The sample, the line and the position from which on other text stands; then the line and the field of the refusal.
REFUSALS = [
    # lines
    ("payments", 1, 1, "5", 1, "record"),
    ("payments", 1, 1, "X", 1, "record"),
    ("payments", 3, 1, "7", 3, "record"),
    ("payments", 3, 1, "8", 3, "total_debit_cents"),
    ("payments", 5, 1, "6", 5, "addenda_indicator"),
    ("payments", 19, 1, "7", 19, "record"),
    ("payments", 20, 94, "8", 20, "record"),
    ("payments", 8, 2, "06", 8, "type_code"),
    # file header
    ("payments", 1, 2, "02", 1, "priority_code"),
    ("payments", 1, 13, "7", 1, "immediate_destination"),
    ("payments", 1, 14, " 000000000", 1, "immediate_origin"),
    ("payments", 1, 14, "          ", 1, "immediate_origin"),
    ("payments", 1, 24, "261301", 1, "creation_date"),
    ("payments", 1, 24, "      ", 1, "creation_date"),
    ("payments", 1, 30, "2400", 1, "creation_time"),
    ("payments", 1, 34, "a", 1, "id_modifier"),
    ("payments", 1, 35, "093", 1, "record_size"),
    ("payments", 1, 38, "11", 1, "blocking_factor"),
    ("payments", 1, 40, "2", 1, "format_code"),
    ("payments", 1, 41, "\x1a", 1, "immediate_destination_name"),
    # batch header
    ("payments", 2, 2, "221", 2, "service_class_code"),
    ("payments", 2, 2, "280", 2, "service_class_code"),
    ("payments", 2, 2, "225", 3, "transaction_code"),
    ("payments", 2, 5, " " * 16, 2, "company_name"),
    ("payments", 2, 51, "PPX", 2, "standard_entry_class_code"),
    ("payments", 2, 51, "ENR", 2, "entry_description"),
    ("payments", 2, 70, "260230", 2, "effective_entry_date"),
    ("payments", 2, 76, "367", 2, "settlement_date"),
    ("payments", 2, 79, "0", 2, "originator_status_code"),
    ("payments", 2, 80, "99000002", 3, "trace_number"),
    ("payments", 6, 88, "0000001", 6, "batch_number"),
    ("classes", 37, 2, "220", 37, "service_class_code"),
    ("classes", 59, 79, "1", 59, "originator_status_code"),
    ("advices", 2, 2, "200", 2, "service_class_code"),
    ("advices", 2, 79, "1", 2, "originator_status_code"),
    # entries
    ("payments", 3, 2, "25", 3, "transaction_code"),
    ("payments", 3, 2, "81", 3, "transaction_code"),
    ("payments", 3, 2, "21", 3, "transaction_code"),
    ("payments", 3, 2, "24", 3, "transaction_code"),
    ("payments", 3, 2, "23", 3, "amount_cents"),
    ("payments", 7, 2, "55", 7, "transaction_code"),
    ("payments", 9, 2, "29", 9, "addenda_indicator"),
    ("payments", 3, 4, "9900000A", 3, "rdfi_identification"),
    ("payments", 3, 12, "7", 3, "check_digit"),
    ("payments", 3, 13, " " * 17, 3, "account_number"),
    ("payments", 3, 30, "     12345", 3, "amount_cents"),
    ("payments", 3, 30, "0000000000", 3, "amount_cents"),
    ("payments", 3, 55, " " * 22, 3, "individual_name"),
    ("payments", 3, 55, "0" * 22, 3, "individual_name"),
    ("payments", 3, 79, "1", 3, "addenda_indicator"),
    ("payments", 7, 79, "0", 7, "addenda_indicator"),
    ("payments", 3, 79, "2", 3, "addenda_indicator"),
    ("payments", 3, 80, "99000002", 3, "trace_number"),
    ("payments", 4, 94, "1", 4, "trace_number"),
    ("classes", 16, 30, "0002500001", 16, "amount_cents"),
    ("classes", 16, 2, "22", 16, "transaction_code"),
    ("classes", 16, 40, " " * 15, 16, "identification_number"),
    ("classes", 25, 30, "0000250001", 25, "amount_cents"),
    ("classes", 28, 55, " " * 6, 28, "individual_name"),
    ("classes", 41, 2, "27", 41, "transaction_code"),
    ("classes", 44, 77, "04", 44, "discretionary_data"),
    ("classes", 48, 40, "1329", 48, "identification_number"),
    ("classes", 60, 2, "22", 60, "transaction_code"),
    ("classes", 60, 2, "53", 60, "transaction_code"),
    ("classes", 8, 2, "44", 8, "transaction_code"),
    ("classes", 63, 54, "PAYMENT   ", 63, "service_class_code"),
    ("advices", 3, 2, "22", 3, "transaction_code"),
    # addenda
    ("payments", 8, 84, "0000", 8, "sequence_number"),
    ("payments", 8, 88, "0000004", 8, "entry_sequence_number"),
    ("classes", 3, 55, "0003", 3, "individual_name"),
    ("classes", 3, 55, "no  ", 3, "individual_name"),
    ("classes", 5, 84, "0000", 5, "sequence_number"),
    ("classes", 45, 20, " " * 6, 45, "transaction_serial_number"),
    ("classes", 45, 26, "0230", 45, "transaction_date"),
    ("classes", 45, 78, "XX", 45, "terminal_state"),
    ("returns", 4, 4, "R96", 4, "return_code"),
    ("returns", 4, 4, "   ", 4, "return_code"),
    ("dishonored", 4, 57, "96", 4, "return_reason"),
    ("contested", 4, 57, "96", 4, "return_reason"),
    ("contested", 4, 77, "71", 4, "dishonored_reason"),
    ("changes", 4, 4, "C92", 4, "change_code"),
    ("changes", 4, 36, " " * 29, 4, "corrected_data"),
    ("changes", 3, 30, "0000000001", 3, "amount_cents"),
    ("changes", 3, 2, "22", 3, "transaction_code"),
    ("refused_changes", 4, 65, "C92", 4, "change_code"),
    ("returns", 2, 51, "COR", 4, "type_code"),
    ("changes", 2, 51, "PPD", 4, "type_code"),
    # international
    ("international", 2, 21, "XX", 2, "foreign_exchange_indicator"),
    ("international", 2, 21, "FV9", 2, "foreign_exchange_reference_indicator"),
    ("international", 2, 39, "XQ", 2, "destination_country_code"),
    ("international", 2, 64, "USX", 2, "originating_currency_code"),
    ("international", 2, 67, "EUX", 2, "destination_currency_code"),
    ("international", 26, 51, "IAT", 26, "iat_indicator"),
    ("international", 3, 13, "0000", 3, "addenda_records"),
    ("international", 4, 4, "BIL", 4, "transaction_type_code"),
    ("international", 5, 2, "12", 5, "type_code"),
    ("international", 7, 39, "04", 7, "odfi_number_qualifier"),
    ("international", 8, 75, "XQ", 8, "rdfi_country_code"),
    ("international", 9, 88, "0000009", 9, "entry_sequence_number"),
    ("international", 12, 87, "3", 12, "sequence_number"),
    ("international", 13, 2, "17", 11, "record"),
    ("international", 24, 4, "R96", 24, "return_code"),
    # controls
    ("payments", 5, 2, "200", 5, "service_class_code"),
    ("payments", 5, 10, "3", 5, "entry_addenda_count"),
    ("payments", 5, 20, "3", 5, "entry_hash"),
    ("payments", 5, 32, "1", 5, "total_debit_cents"),
    ("payments", 5, 44, "7", 5, "total_credit_cents"),
    ("payments", 5, 45, "2", 5, "company_identification"),
    ("payments", 5, 74, "x", 5, "reserved"),
    ("payments", 5, 87, "2", 5, "odfi_identification"),
    ("payments", 5, 94, "2", 5, "batch_number"),
    ("payments", 19, 7, "5", 19, "batch_count"),
    ("payments", 19, 13, "3", 19, "block_count"),
    ("payments", 19, 21, "8", 19, "entry_addenda_count"),
    ("payments", 19, 31, "3", 19, "entry_hash"),
    ("payments", 19, 43, "8", 19, "total_debit_cents"),
    ("payments", 19, 55, "7", 19, "total_credit_cents"),
    ("payments", 19, 56, "x", 19, "reserved"),
]


@pytest.mark.parametrize(("name", "at", "start", "text", "line", "field"), REFUSALS)
def test_a_wrong_file_is_refused_with_its_line_and_field(
    name: str, at: int, start: int, text: str, line: int, field: str
) -> None:
    error = refused(changed(name, at, start, text))
    assert (error.line, error.field_name) == (line, field)
    assert error.field == f"/lines/{line}/{field}"
    assert f"line {line}, {field}: {error.reason}" in str(error)
    for secret in ("Ada", "1234567890", "9876543210", "DE00000000000000000000"):
        assert secret not in str(error)


@pytest.mark.parametrize(
    ("name", "line", "refused_at"),
    [
        ("payments", 1, 1),  # no file header
        ("payments", 2, 2),  # entries outside of a batch
        ("payments", 3, 4),  # an entry less than the control counts
        ("payments", 5, 5),  # no batch control
        ("payments", 19, 19),  # no file control
        ("payments", 20, 19),  # a filler of fewer lines than the block lacks
        ("advices", 6, 6),
        ("returns", 4, 3),  # addenda that the entry announces
        ("international", 4, 4),
    ],
)
def test_a_missing_line_is_missed(name: str, line: int, refused_at: int) -> None:
    more = without(name, line) + b"9" * 94 + b"\n" if (name, line) == ("international", 4) else without(name, line)
    options = STRICT if (name, line) == ("payments", 20) else DEFAULT
    assert refused(more, options).line == refused_at


def test_an_empty_batch_has_nothing_to_say() -> None:
    lines = sample("payments").decode().split("\n")
    assert refused("\n".join([lines[0], lines[1], lines[4], *lines[18:]]).encode()).line == 3


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", 1),
        (b"\n\n", 1),
        (sample("payments").replace(b"\n", b"")[:-1], 20),
        (sample("payments").replace(b"\n", b"\n\n", 1), 2),
        (sample("payments").replace(b"  \n", b" x x\n", 1), 1),
        (sample("payments").replace(b"Ada", b"\xc3\x84d", 1), 3),
        (sample("payments") + b"9" * 94 + b"\n", 21),
        (sample("payments").rstrip(b"\n") + b"\n" + (b"9" * 94 + b"\n") * 10, 30),
    ],
    ids=[
        "empty",
        "blank",
        "odd length",
        "empty line",
        "long line",
        "not ASCII",
        "a filler too many",
        "a block too many",
    ],
)
def test_bytes_that_are_no_lines_of_94_are_refused(data: bytes, line: int) -> None:
    error = refused(data)
    assert (error.code, error.line, error.field_name) == (NachaErrorCode.MALFORMED_LINES, line, "record")


# What each tolerance lets pass: it is refused without it, and read and written with the same bytes with it.
TOLERATED = [
    ("short_lines", sample("payments").replace(b" \n", b"\n")),
    ("long_lines", sample("payments").replace(b"\n", b" \n", 1)),
    ("missing_filler", sample("payments").replace(b"9" * 94 + b"\n", b"")),
    ("filled_reserved_fields", changed("payments", 19, 60, "made by us")),
    ("unchecked_destination", changed("payments", 1, 4, " CUSTOMER1")),
    ("unchecked_block_count", changed("payments", 19, 8, "000009")),
    ("foreign_trace_numbers", changed("payments", 3, 80, "12345678")),
    ("unordered_trace_numbers", changed("payments", 3, 88, "0000009")),
    ("loose_addenda_references", changed("returns", 4, 80, "1" * 15)),
    ("loose_addenda_sequence", changed("classes", 5, 84, "0007")),
    ("miscounted_iat_addenda", changed("international", 3, 13, "0007")),
    ("forward_codes_in_returns", changed("returns", 3, 2, "22")),
    ("unknown_return_codes", changed("returns", 4, 4, "R96")),
    ("undated_deaths", changed("returns", 4, 4, "R14")),
    ("unnamed_iat_controls", changed("international", 14, 45, " " * 10)),
]


@pytest.mark.parametrize(("option", "data"), TOLERATED, ids=[option for option, _ in TOLERATED])
def test_each_tolerance_lets_one_thing_pass(option: str, data: bytes) -> None:
    tolerance: dict[str, Any] = {option: True}
    assert refused(data, STRICT).line > 0
    assert write(read(data, options=dataclasses.replace(STRICT, **tolerance))) == data


def test_no_tolerance_lacks_a_case() -> None:
    elsewhere = {"unordered_batches", "zero_amounts", "full_iat_changes", "encoding", "lines_max"}
    assert {option for option, _ in TOLERATED} | elsewhere == {field.name for field in dataclasses.fields(Options)}


def test_batches_out_of_order_pass_when_asked_for() -> None:
    data = changed("payments", 2, 88, "0000009")
    lines = data.decode().split("\n")
    lines[4] = lines[4][:87] + "0000009"
    data = "\n".join(lines).encode()
    assert refused(data).field_name == "batch_number"
    assert write(read(data, options=Options(unordered_batches=True))) == data


def test_payments_of_nothing_pass_when_asked_for() -> None:
    lines = changed("payments", 4, 30, "0000000000").decode().split("\n")
    lines[4] = lines[4].replace("000000012346", "000000012345")
    lines[18] = lines[18].replace("000017346", "000017345")
    data = "\n".join(lines).encode()
    assert refused(data).field_name == "amount_cents"
    assert write(read(data, options=Options(zero_amounts=True))) == data


def test_a_whole_international_notification_passes_by_default() -> None:
    lines = sample("international").decode().split("\n")
    lines[26] = lines[26][:29] + "0000002000" + lines[26][39:]
    lines[28] = lines[28][:32] + "000000002000" + lines[28][44:]
    lines[29] = lines[29].replace("0000003500", "0000005500")
    data = "\n".join(lines).encode()
    assert read(data).batches[2].entries[0].category is Category.CHANGE
    assert refused(data, STRICT).field_name == "amount_cents"


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_letters_beyond_ascii_pass_in_an_encoding_that_is_named(encoding: str) -> None:
    data = sample("payments").replace(b"Ada", "Äda".encode(encoding))
    assert refused(data).reason == "holds a character that is not ascii"
    assert write(read(data, options=Options(encoding=encoding))) == data


def test_a_file_of_too_many_lines_is_refused_unread() -> None:
    assert refused(sample("payments"), Options(lines_max=19)).line == 20
    assert read(sample("payments"), options=Options(lines_max=20)).control.batch_count == 4


def test_a_file_against_the_rules_can_still_be_looked_at() -> None:
    data = changed("payments", 5, 10, "3")
    assert refused(data).code is NachaErrorCode.OUT_OF_BALANCE
    assert len(parse(data).batches) == 4


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["8", "9"])
def test_any_changed_digit_of_a_control_is_refused(name: str, kind: str) -> None:
    lines = sample(name).decode().split("\n")
    for at, line in enumerate(lines, 1):
        if line[:1] != kind or line == "9" * 94:
            continue
        for position, held in enumerate(line, 1):
            for digit in "0123456789":
                if held.isdigit() and digit != held:
                    refused(changed(name, at, position, digit))


def test_values_say_what_they_are() -> None:
    payments = read(sample("payments"))
    assert [entry.is_credit for entry in payments.entries] == [True, True, False, False, True, False, True]
    assert [batch.sec_code for batch in payments.batches] == ["PPD", "CCD", "WEB", "PPD"]
    assert {entry.category for entry in read(sample("returns")).entries} == {Category.RETURN}
    assert {entry.category for entry in read(sample("dishonored")).entries} == {Category.DISHONORED_RETURN}
    assert {entry.category for entry in read(sample("contested")).entries} == {Category.CONTESTED_RETURN}
    assert {entry.category for entry in read(sample("changes")).entries} == {Category.CHANGE}
    assert {entry.category for entry in read(sample("refused_changes")).entries} == {Category.REFUSED_CHANGE}
    assert read(sample("advices")).is_adv
    assert [entry.is_credit for entry in read(sample("advices")).entries] == [True, False]
