"""Addenda records of international entries (IAT): who pays whom, through which banks.

Seven are mandatory (10 to 16), of remittance (17) there may be two and of correspondent banks (18) five. Cities and
countries are written as `CITY*STATE\\` and `CC*POSTAL CODE\\`, and are kept as they are. The tables are those of the
Nacha Operating Rules, Appendix Three.
"""

from __future__ import annotations

from shared.formats.nacha.fields import blank, digits, number, optional_digits, record, text


@record("7", "10")
class IatTransactionAddenda:
    """First: the kind of transaction, the receiver's name, and amount and trace number abroad."""

    transaction_type_code: str = text(4, 3, required=True)
    foreign_payment_amount: str = optional_digits(7, 18, default="")
    foreign_trace_number: str = text(25, 22, default="")
    receiver_name: str = text(47, 35, required=True, sensitive=True)
    reserved: str = blank(82, 6, default="")
    entry_sequence_number: str = digits(88, 7)


@record("7", "11")
class IatOriginatorAddenda:
    """Second: the originator's name and street."""

    originator_name: str = text(4, 35, required=True, sensitive=True)
    originator_street: str = text(39, 35, required=True, sensitive=True)
    reserved: str = blank(74, 14, default="")
    entry_sequence_number: str = digits(88, 7)


@record("7", "12")
class IatOriginatorPlaceAddenda:
    """Third: the originator's city and country; `date_of_birth` (YYYY-MM-DD) is optional."""

    originator_city: str = text(4, 35, required=True, sensitive=True)
    originator_country: str = text(39, 35, required=True, sensitive=True)
    date_of_birth: str = text(74, 10, default="", sensitive=True)
    reserved: str = blank(84, 4, default="")
    entry_sequence_number: str = digits(88, 7)


@record("7", "13")
class IatOdfiAddenda:
    """Fourth: the originating bank. The qualifier: its number is a national one (01), a BIC (02) or an IBAN (03)."""

    odfi_name: str = text(4, 35, required=True)
    odfi_number_qualifier: str = digits(39, 2)
    odfi_identification: str = text(41, 34, required=True, sensitive=True)
    odfi_country_code: str = text(75, 3, required=True)
    reserved: str = blank(78, 10, default="")
    entry_sequence_number: str = digits(88, 7)


@record("7", "14")
class IatRdfiAddenda:
    """Fifth: the receiving bank, as the fourth is for the originating one."""

    rdfi_name: str = text(4, 35, required=True)
    rdfi_number_qualifier: str = digits(39, 2)
    rdfi_identification: str = text(41, 34, required=True, sensitive=True)
    rdfi_country_code: str = text(75, 3, required=True)
    reserved: str = blank(78, 10, default="")
    entry_sequence_number: str = digits(88, 7)


@record("7", "15")
class IatReceiverAddenda:
    """Sixth: the receiver's identification and street."""

    receiver_identification: str = text(4, 15, default="", sensitive=True)
    receiver_street: str = text(19, 35, required=True, sensitive=True)
    reserved: str = blank(54, 34, default="")
    entry_sequence_number: str = digits(88, 7)


@record("7", "16")
class IatReceiverPlaceAddenda:
    """Seventh: the receiver's city and country; `date_of_birth` (YYYY-MM-DD) is optional."""

    receiver_city: str = text(4, 35, required=True, sensitive=True)
    receiver_country: str = text(39, 35, required=True, sensitive=True)
    date_of_birth: str = text(74, 10, default="", sensitive=True)
    reserved: str = blank(84, 4, default="")
    entry_sequence_number: str = digits(88, 7)


@record("7", "17")
class IatRemittanceAddenda:
    """Payment related information, at most twice."""

    payment_information: str = text(4, 80, default="", sensitive=True)
    sequence_number: int = number(84, 4)
    entry_sequence_number: str = digits(88, 7)


@record("7", "18")
class IatCorrespondentAddenda:
    """A foreign correspondent bank, at most five of them."""

    bank_name: str = text(4, 35, required=True)
    bank_number_qualifier: str = digits(39, 2)
    bank_identification: str = text(41, 34, required=True, sensitive=True)
    bank_country_code: str = text(75, 3, required=True)
    reserved: str = blank(78, 6, default="")
    sequence_number: int = number(84, 4)
    entry_sequence_number: str = digits(88, 7)


@record("7", "98")
class IatChangeAddenda:
    """Notification of change about an international entry: six more characters of corrected data."""

    change_code: str = text(4, 3, required=True)
    original_trace_number: str = digits(7, 15)
    reserved: str = blank(22, 6, default="")
    original_rdfi_identification: str = digits(28, 8)
    corrected_data: str = text(36, 35, required=True, sensitive=True)
    reserved_2: str = blank(71, 9, default="")
    trace_number: str = digits(80, 15)


@record("7", "99")
class IatReturnAddenda:
    """Return of an international entry: the amount of the original entry stands before the information."""

    return_code: str = text(4, 3, required=True)
    original_trace_number: str = digits(7, 15)
    date_of_death: str = optional_digits(22, 6, default="")
    original_rdfi_identification: str = digits(28, 8)
    original_amount: str = optional_digits(36, 10, default="")
    addenda_information: str = text(46, 34, default="", sensitive=True)
    trace_number: str = digits(80, 15)
