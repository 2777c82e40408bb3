"""Names and descriptions as a file can hold them."""

from __future__ import annotations

import unicodedata


def fit_text(text: str, length: int) -> str:
    """A name in the characters that the rules allow, cut to a field's length.

    Marks are taken off letters (`Zoë` becomes `Zoe`), what has no ASCII form becomes a blank, and runs of blanks become
    one. The receiving bank posts by account number, so that a shortened name does not change where money goes.
    """
    plain = (one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    ascii_only = "".join(one if " " <= one <= "~" else " " for one in plain)
    return " ".join(ascii_only.split())[:length].rstrip()
