"""Ids follow from what the caller owns."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from shared.kernel import ids


def test_the_same_key_is_the_same_payment_and_another_tenants_is_not() -> None:
    assert ids.payment_id("demo", "k") == ids.payment_id("demo", "k")
    assert ids.payment_id("demo", "k") != ids.payment_id("other", "k")
    assert re.fullmatch(r"pay_[a-z2-7]{26}", ids.payment_id("demo", "k"))


@given(st.lists(st.text(max_size=8), min_size=1, max_size=4), st.lists(st.text(max_size=8), min_size=1, max_size=4))
def test_parts_do_not_run_into_each_other(one: list[str], other: list[str]) -> None:
    assert (ids.derive("x", *one) == ids.derive("x", *other)) == (one == other)
