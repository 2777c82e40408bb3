"""What every model of the wire is: strict, closed and frozen, with errors that name the field and never its value."""

from __future__ import annotations

import re
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from shared.contracts.card_numbers import holds_card_number
from shared.contracts.errors import ContractError
from shared.kernel.currency import MINOR_UNIT_DIGITS
from shared.kernel.errors import ClearwayError


class WireModel(BaseModel):
    """Base of all models: no coercion, no unknown field."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


def _text(value: str) -> str:
    if any(not character.isprintable() for character in value):
        raise ValueError("holds a control character")
    if holds_card_number(value):
        raise ValueError("holds what looks like a card number; send a token of your card processor")
    return value


def _currency(value: str) -> str:
    if value not in MINOR_UNIT_DIGITS:
        raise ValueError("is not an ISO 4217 currency that is booked here")
    return value


Text = Annotated[str, AfterValidator(_text)]
Currency = Annotated[str, AfterValidator(_currency)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
CustomerId = Annotated[str, StringConstraints(pattern=r"^cus_[a-z2-7]{26}$")]
PaymentId = Annotated[str, StringConstraints(pattern=r"^pay_[a-z2-7]{26}$")]
ScheduleId = Annotated[str, StringConstraints(pattern=r"^sch_[a-z2-7]{26}$")]
InstrumentId = Annotated[Text, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Tenant = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
IdempotencyKey = Annotated[Text, StringConstraints(pattern=r"^[\x21-\x7e]{1,255}$")]

Model = TypeVar("Model", bound=BaseModel)

_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")


class FieldError(WireModel):
    """One thing that is wrong with an input: where (a JSON pointer, RFC 6901) and what."""

    pointer: str
    detail: str


class MalformedError(ClearwayError):
    """An input that does not fit its model; `errors` has every field that is wrong."""

    def __init__(self, errors: list[FieldError]) -> None:
        first = errors[0]
        super().__init__(ContractError.MALFORMED, f"{first.pointer or '/'}: {first.detail}", field=first.pointer)
        self.errors = errors


def parse(model: type[Model], raw: bytes | str) -> Model:
    """The model from its JSON; raises MalformedError, which never repeats what was sent."""
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise MalformedError(
            [
                FieldError(pointer="".join(map(_step, one["loc"])), detail=_detail(one["type"], one["msg"]))
                for one in found
            ]
        ) from None


def _step(part: str | int) -> str:
    """One step of a pointer. An unknown field's name is the sender's own, and may be anything."""
    name = str(part)
    return f"/{name}" if _NAME.fullmatch(name) and not holds_card_number(name) else "/?"


def _detail(kind: str, message: str) -> str:
    """What is wrong; of the kinds of error, this is the one whose message repeats what was sent."""
    return "is none of the kinds that are known here" if kind == "union_tag_invalid" else message
