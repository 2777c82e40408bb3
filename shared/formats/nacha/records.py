"""Headers, entries and controls: each record's table, after the Nacha Operating Rules, Appendix Three.

A date is text as the record holds it: `YYMMDD`, `MMDD`, or for the settlement date, which the ACH operator fills in,
the day of the year from 001 to 366. Amounts are whole cents. A routing number of eight digits lacks its check digit.
"""

from __future__ import annotations

from shared.formats.nacha.fields import blank, constant, digits, number, optional_digits, record, text, upper


@record("1")
class FileHeader:
    """Where a file comes from and where it goes.

    `immediate_destination` is a blank and the nine digits of the receiving point's routing number; an
    `immediate_origin` of ten characters is agreed with the bank, often its routing number or a tax number.
    """

    priority_code: str = constant(2, 2, default="01")
    immediate_destination: str = text(4, 10, required=True)
    immediate_origin: str = text(14, 10, required=True)
    creation_date: str = digits(24, 6)
    creation_time: str = optional_digits(30, 4, default="")
    id_modifier: str = upper(34, 1)
    record_size: str = constant(35, 3, default="094")
    blocking_factor: str = constant(38, 2, default="10")
    format_code: str = constant(40, 1, default="1")
    immediate_destination_name: str = text(41, 23, default="")
    immediate_origin_name: str = text(64, 23, default="")
    reference_code: str = text(87, 8, default="")


@record("5")
class BatchHeader:
    """Company and purpose of a batch. `descriptive_date` is free text, and `SDHHMM` where same-day is wanted."""

    service_class_code: str = digits(2, 3)
    company_name: str = text(5, 16, required=True)
    discretionary_data: str = text(21, 20, default="")
    company_identification: str = text(41, 10, required=True)
    standard_entry_class_code: str = text(51, 3, required=True)
    entry_description: str = text(54, 10, required=True)
    descriptive_date: str = text(64, 6, default="")
    effective_entry_date: str = optional_digits(70, 6, default="")
    settlement_date: str = optional_digits(76, 3, default="")
    originator_status_code: str = text(79, 1, required=True)
    odfi_identification: str = digits(80, 8)
    batch_number: int = number(88, 7)


@record("5")
class IatBatchHeader:
    """Header of a batch of international entries (IAT), and of changes notified about them (IATCOR)."""

    service_class_code: str = digits(2, 3)
    iat_indicator: str = text(5, 16, default="")
    foreign_exchange_indicator: str = text(21, 2, required=True)
    foreign_exchange_reference_indicator: str = optional_digits(23, 1, default="")
    foreign_exchange_reference: str = text(24, 15, default="")
    destination_country_code: str = text(39, 2, required=True)
    originator_identification: str = text(41, 10, required=True, sensitive=True)
    standard_entry_class_code: str = text(51, 3, required=True)
    entry_description: str = text(54, 10, required=True)
    originating_currency_code: str = text(64, 3, required=True)
    destination_currency_code: str = text(67, 3, required=True)
    effective_entry_date: str = optional_digits(70, 6, default="")
    settlement_date: str = optional_digits(76, 3, default="")
    originator_status_code: str = text(79, 1, required=True)
    odfi_identification: str = digits(80, 8)
    batch_number: int = number(88, 7)

    @property
    def company_identification(self) -> str:
        """What stands where other headers have the company's identification, and is repeated in the control."""
        return self.originator_identification


@record("6")
class EntryDetail:
    """One payment, in the form that most classes of entries share.

    Where a class gives positions 40 to 78 another meaning, the properties below say so: corporate entries with many
    addenda (CTX, ATX, TRX, ENR), shared network cards (SHR) and checks (TRC, XCK).
    """

    transaction_code: str = digits(2, 2)
    rdfi_identification: str = digits(4, 8)
    check_digit: str = digits(12, 1)
    account_number: str = text(13, 17, required=True, sensitive=True)
    amount_cents: int = number(30, 10)
    identification_number: str = text(40, 15, default="", sensitive=True)
    individual_name: str = text(55, 22, default="", sensitive=True)
    discretionary_data: str = text(77, 2, default="")
    addenda_indicator: str = digits(79, 1)
    trace_number: str = digits(80, 15)

    @property
    def addenda_records(self) -> str:
        """CTX, ATX, TRX, ENR: positions 55 to 58, the number of addenda records, as written."""
        return self.individual_name[:4]

    @property
    def receiving_company_name(self) -> str:
        """CTX, ATX, TRX, ENR: positions 59 to 74."""
        return self.individual_name[4:20].strip()

    @property
    def card_expiry(self) -> str:
        """SHR: positions 40 to 43, month and year (MMYY) in which the card expires."""
        return self.identification_number[:4]

    @property
    def process_control(self) -> str:
        """TRC, XCK: positions 55 to 60, the process control field."""
        return self.individual_name[:6].strip()

    @property
    def item_research_number(self) -> str:
        """TRC, XCK: positions 61 to 76, the item research number."""
        return self.individual_name[6:].strip()


@record("6")
class IatEntryDetail:
    """One international payment; its parties and banks stand in seven addenda records or more."""

    transaction_code: str = digits(2, 2)
    rdfi_identification: str = digits(4, 8)
    check_digit: str = digits(12, 1)
    addenda_records: int = number(13, 4)
    reserved: str = blank(17, 13, default="")
    amount_cents: int = number(30, 10)
    account_number: str = text(40, 35, required=True, sensitive=True)
    reserved_2: str = blank(75, 2, default="")
    ofac_screening_indicator: str = text(77, 1, default="")
    secondary_ofac_screening_indicator: str = text(78, 1, default="")
    addenda_indicator: str = digits(79, 1)
    trace_number: str = digits(80, 15)


@record("6")
class AdvEntryDetail:
    """One line of an automated accounting advice (ADV), which an ACH operator prepares for a bank."""

    transaction_code: str = digits(2, 2)
    rdfi_identification: str = digits(4, 8)
    check_digit: str = digits(12, 1)
    account_number: str = text(13, 15, required=True, sensitive=True)
    amount_cents: int = number(28, 12)
    advice_routing_number: str = digits(40, 9)
    file_identification: str = text(49, 5, default="")
    operator_data: str = text(54, 1, default="")
    individual_name: str = text(55, 22, required=True, sensitive=True)
    discretionary_data: str = text(77, 2, default="")
    addenda_indicator: str = digits(79, 1)
    operator_routing_number: str = digits(80, 8)
    julian_day: str = digits(88, 3)
    sequence_number: str = digits(91, 4)

    @property
    def trace_number(self) -> str:
        """Positions 80 to 94, which together identify the advice."""
        return self.operator_routing_number + self.julian_day + self.sequence_number


@record("8")
class BatchControl:
    """Totals of a batch. The hash is the sum of the receiving banks' eight digits, of which the last ten count."""

    service_class_code: str = digits(2, 3)
    entry_addenda_count: int = number(5, 6)
    entry_hash: int = number(11, 10)
    total_debit_cents: int = number(21, 12)
    total_credit_cents: int = number(33, 12)
    company_identification: str = text(45, 10, default="")
    message_authentication_code: str = text(55, 19, default="")
    reserved: str = blank(74, 6, default="")
    odfi_identification: str = digits(80, 8)
    batch_number: int = number(88, 7)


@record("8")
class AdvBatchControl:
    """Totals of a batch of accounting advices."""

    service_class_code: str = digits(2, 3)
    entry_addenda_count: int = number(5, 6)
    entry_hash: int = number(11, 10)
    total_debit_cents: int = number(21, 20)
    total_credit_cents: int = number(41, 20)
    operator_data: str = text(61, 19, default="")
    odfi_identification: str = digits(80, 8)
    batch_number: int = number(88, 7)


@record("9")
class FileControl:
    """Totals of a file; `block_count` is the number of blocks of ten lines."""

    batch_count: int = number(2, 6)
    block_count: int = number(8, 6)
    entry_addenda_count: int = number(14, 8)
    entry_hash: int = number(22, 10)
    total_debit_cents: int = number(32, 12)
    total_credit_cents: int = number(44, 12)
    reserved: str = blank(56, 39, default="")


@record("9")
class AdvFileControl:
    """Totals of a file of accounting advices."""

    batch_count: int = number(2, 6)
    block_count: int = number(8, 6)
    entry_addenda_count: int = number(14, 8)
    entry_hash: int = number(22, 10)
    total_debit_cents: int = number(32, 20)
    total_credit_cents: int = number(52, 20)
    reserved: str = blank(72, 23, default="")
