"""The short form of a leg's key, there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.formats.leg_reference import REFERENCE_CHARS_MAX, key_of, reference_of
from shared.kernel import ids
from shared.kernel.errors import ClearwayError, KernelError

PAYMENT = "pay_" + "a2" * 13
LEGS = ("credit", "debit", "put-back")


@pytest.mark.parametrize("leg", LEGS)
def test_a_key_fits_and_is_read_back(leg: str) -> None:
    key = ids.leg_key(PAYMENT, leg)
    assert len(reference_of(key)) <= REFERENCE_CHARS_MAX
    assert key_of(reference_of(key)) == key


@given(st.text(), st.text(), st.sampled_from(LEGS))
def test_no_two_payments_share_a_reference(tenant: str, idempotency_key: str, leg: str) -> None:
    key = ids.leg_key(ids.payment_id(tenant, idempotency_key), leg)
    assert key_of(reference_of(key)) == key


@pytest.mark.parametrize(
    "key",
    [
        "",
        PAYMENT,
        PAYMENT.removeprefix("pay_") + ".credit",
        f"{PAYMENT}.",
        f"{PAYMENT}.repayment",
        f"{PAYMENT}.Credit",
        f"{PAYMENT}.credit\n",
        f"{PAYMENT[:-1]}.credit",
        f"{PAYMENT[:-1]}1.credit",
        f"acc_{PAYMENT[4:]}.credit",
        f"pay_{PAYMENT}.credit",
    ],
)
def test_what_is_no_key_of_a_leg_has_no_reference(key: str) -> None:
    with pytest.raises(ClearwayError) as caught:
        reference_of(key)
    assert caught.value.code is KernelError.MISUSE


@pytest.mark.parametrize(
    "reference", ["", "NOTPROVIDED", PAYMENT, f"{PAYMENT}.credit", f"{'A' * 26}.credit", f"{'a' * 26}.put-back2"]
)
def test_a_reference_that_is_none_of_ours_has_no_key(reference: str) -> None:
    assert key_of(reference) is None
