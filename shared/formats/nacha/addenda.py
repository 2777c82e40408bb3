"""Addenda records (7): remittance, card terminals, returns and notifications of change. IAT's own are in `iat`.

Each table is that of the Nacha Operating Rules, Appendix Three; the addenda of returns and of changes are described in
Appendices Four and Five too. The trace number of an addenda record repeats that of its entry; the ones called original,
return or dishonoured point at earlier entries.
"""

from __future__ import annotations

from shared.formats.nacha.fields import blank, digits, number, optional_digits, record, text


@record("7", "02")
class TerminalAddenda:
    """Where a card was used: POS, MTE and SHR entries. `transaction_date` is MMDD."""

    reference_information_1: str = text(4, 7, default="")
    reference_information_2: str = text(11, 3, default="")
    terminal_identification: str = text(14, 6, default="")
    transaction_serial_number: str = text(20, 6, required=True)
    transaction_date: str = digits(26, 4)
    authorization_code: str = text(30, 6, default="")
    terminal_location: str = text(36, 27, required=True)
    terminal_city: str = text(63, 15, required=True)
    terminal_state: str = text(78, 2, required=True)
    trace_number: str = digits(80, 15)


@record("7", "05")
class PaymentAddenda:
    """Payment related information: free text, or an ANSI ASC X12 segment, which is kept as it is."""

    payment_information: str = text(4, 80, default="", sensitive=True)
    sequence_number: int = number(84, 4)
    entry_sequence_number: str = digits(88, 7)


@record("7", "98")
class ChangeAddenda:
    """Notification of change: what the receiving bank asks the originator to correct."""

    change_code: str = text(4, 3, required=True)
    original_trace_number: str = digits(7, 15)
    reserved: str = blank(22, 6, default="")
    original_rdfi_identification: str = digits(28, 8)
    corrected_data: str = text(36, 29, required=True, sensitive=True)
    reserved_2: str = blank(65, 15, default="")
    trace_number: str = digits(80, 15)


@record("7", "98")
class RefusedChangeAddenda:
    """Refused notification of change: the originating bank sends one back and says why.

    `refused_code` (C61 to C69) is the reason, `change_code` the code of the notification that is refused, and
    `trace_sequence_number` the last seven digits of that notification's trace number.
    """

    refused_code: str = text(4, 3, required=True)
    original_trace_number: str = digits(7, 15)
    reserved: str = blank(22, 6, default="")
    original_rdfi_identification: str = digits(28, 8)
    corrected_data: str = text(36, 29, required=True, sensitive=True)
    change_code: str = text(65, 3, required=True)
    trace_sequence_number: str = digits(68, 7)
    reserved_2: str = blank(75, 5, default="")
    trace_number: str = digits(80, 15)


@record("7", "99")
class ReturnAddenda:
    """Return: why the receiving bank sends an entry back. `date_of_death` (YYMMDD) belongs to R14 and R15."""

    return_code: str = text(4, 3, required=True)
    original_trace_number: str = digits(7, 15)
    date_of_death: str = optional_digits(22, 6, default="")
    original_rdfi_identification: str = digits(28, 8)
    addenda_information: str = text(36, 44, default="", sensitive=True)
    trace_number: str = digits(80, 15)


@record("7", "99")
class DishonoredReturnAddenda:
    """Dishonoured return: the originating bank does not accept a return.

    `return_trace_number`, `return_settlement_date` (day of the year) and `return_reason` (its two digits) are those of
    the return.
    """

    dishonored_code: str = text(4, 3, required=True)
    original_trace_number: str = digits(7, 15)
    reserved: str = blank(22, 6, default="")
    original_rdfi_identification: str = digits(28, 8)
    reserved_2: str = blank(36, 3, default="")
    return_trace_number: str = digits(39, 15)
    return_settlement_date: str = digits(54, 3)
    return_reason: str = digits(57, 2)
    addenda_information: str = text(59, 21, default="", sensitive=True)
    trace_number: str = digits(80, 15)


@record("7", "99")
class ContestedReturnAddenda:
    """Contested dishonoured return: the receiving bank stands by its return, or corrects it."""

    contested_code: str = text(4, 3, required=True)
    original_trace_number: str = digits(7, 15)
    date_original_returned: str = optional_digits(22, 6, default="")
    original_rdfi_identification: str = digits(28, 8)
    original_settlement_date: str = optional_digits(36, 3, default="")
    return_trace_number: str = digits(39, 15)
    return_settlement_date: str = digits(54, 3)
    return_reason: str = digits(57, 2)
    dishonored_trace_number: str = digits(59, 15)
    dishonored_settlement_date: str = digits(74, 3)
    dishonored_reason: str = digits(77, 2)
    reserved: str = blank(79, 1, default="")
    trace_number: str = digits(80, 15)
