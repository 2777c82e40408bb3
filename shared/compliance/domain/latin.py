"""Names in Latin letters without marks, so that a name and its list entry meet whatever keyboard wrote them."""

# ruff: noqa: RUF003
# This page is about letters that look like others.

from __future__ import annotations

import unicodedata

# Letters that Unicode does not decompose. Cyrillic follows the BGN/PCGN romanisations that OFAC uses (Russian 1947,
# Ukrainian 2019), without their position rules; Greek follows ISO 843 type 2.
_LATIN = dict(zip("øłđðħıə", "olddhia", strict=True)) | {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
_CYRILLIC = dict(zip("абвгдезийклмнопрстуфыэіґјћў", "abvgdeziyklmnoprstufyeigjcu", strict=True)) | {"ъ": "", "ь": ""}
_CYRILLIC_PAIRS = zip(
    "жхцчшщюяёєїђљњџ",
    ("zh", "kh", "ts", "ch", "sh", "shch", "yu", "ya", "yo", "ye", "yi", "dj", "lj", "nj", "dz"),
    strict=True,
)
_GREEK = dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True)) | {"θ": "th", "χ": "ch", "ψ": "ps"}
_TABLE = str.maketrans(_LATIN | _CYRILLIC | dict(_CYRILLIC_PAIRS) | _GREEK)


def to_latin(text: str) -> str:
    """Folded case, Latin letters, no diacritics; scripts without a table here (Arabic, Han) stay as they are."""
    # Composed first: й and ё are letters of their own, which decomposition would turn into и and е with a mark.
    composed = unicodedata.normalize("NFKC", text).casefold().translate(_TABLE)
    decomposed = unicodedata.normalize("NFKD", composed)
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return bare.translate(_TABLE)
