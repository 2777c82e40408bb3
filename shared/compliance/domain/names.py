"""What two spellings of one name have in common: the forms of a name that screening compares."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.compliance.domain.latin import to_latin

# Words before a name that are no part of it.
TITLES = frozenset(
    {
        *("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "madam"),
        *("hajj", "hajji", "haji", "sheikh", "sheik", "shaykh", "mullah", "maulawi"),
        *("general", "gen", "colonel", "col", "captain", "capt", "major", "maj", "lieutenant", "lt"),
    }
)
# One spelling for each legal form, so that `Limited` and `Ltd.` are the same word.
_LEGAL_FORMS = {"limited": "ltd", "company": "co", "corporation": "corp", "incorporated": "inc"}
_APOSTROPHES = re.compile("['\"`\u00b4\u2018\u2019\u201c\u201d\u02bb\u02bc\u02be\u02bf]")
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class NameForms:
    """A name made comparable: its words in the order of speech."""

    words: tuple[str, ...]

    @property
    def key(self) -> str:
        """The words sorted, with a blank between: the same for every order in which they may be written."""
        return " ".join(sorted(self.words))

    @property
    def joined(self) -> str:
        """All words as one: the same wherever the blanks were put."""
        return "".join(self.words)


def natural_order(name: str) -> str:
    """`FAMILY, Given Middle` turned round to `Given Middle FAMILY`; a name without a comma as it is."""
    family, comma, given = name.partition(",")
    return f"{given.strip()} {family.strip()}" if comma else name


def person_forms(name: str) -> NameForms:
    """A person's name: turned round, without titles and initials (unless nothing else is there)."""
    words = _words(natural_order(name))
    return NameForms(tuple(word for word in words if word not in TITLES and len(word) > 1) or words)


def short_person_forms(listed: str) -> NameForms | None:
    """First given name and family name of `FAMILY, Given Middle`; None where there is no middle name to leave out."""
    family, comma, given = listed.partition(",")
    if not comma:
        return None
    family_words, given_words = person_forms(family).words, person_forms(given).words
    return NameForms((given_words[0], *family_words)) if len(given_words) > 1 and family_words else None


def organisation_forms(name: str) -> NameForms:
    """An organisation's, a ship's or an aircraft's name, with its legal form in one spelling."""
    return NameForms(tuple(_LEGAL_FORMS.get(word, word) for word in _words(name)))


def numbers_in(key: str) -> frozenset[str]:
    """The words that hold a digit: names that differ in one of these are two ships, however alike they look."""
    return frozenset(word for word in key.split() if any(letter.isdecimal() for letter in word))


def _words(name: str) -> tuple[str, ...]:
    """Words in Latin letters; apostrophes join (O'Neil is one word), hyphens and other signs part."""
    return tuple(_WORDS.findall(to_latin(_APOSTROPHES.sub("", name))))
