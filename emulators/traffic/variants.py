"""How a listed name is written by somebody else: the usual ways, each of which a screening must see through."""

from __future__ import annotations

from random import Random

# A slip in a short word makes another word of it, so slips go into long ones.
TYPO_WORD_MIN = 5


def natural_order(listed: str) -> str:
    """`FAMILY, Given Middle` as people write it, `Given Middle Family` in title case; other names in title case."""
    given, family = _parts(listed)
    return " ".join((*given, *family))


def family_first(listed: str) -> str:
    """The family name before the given ones and no comma, as many cultures and forms have it."""
    given, family = _parts(listed)
    return " ".join((*family, *given))


def without_middle(listed: str) -> str:
    """The first given name and the whole family name."""
    given, family = _parts(listed)
    return " ".join((*given[:1], *family))


def with_typo(name: str, random: Random) -> str:
    """One slip of the keyboard inside one long word: two letters swapped, one left out, or one doubled."""
    words = name.split()
    places = [place for place, word in enumerate(words) if len(word) >= TYPO_WORD_MIN and word.isalpha()]
    if not places:
        return name
    place = random.choice(places)
    word = words[place]
    # Never the first letter: people get that one right. Equal neighbours would swap into the same word.
    spots = [spot for spot in range(1, len(word) - 1) if word[spot] != word[spot + 1]]
    if not spots:
        return name
    spot = random.choice(spots)
    words[place] = random.choice(
        (
            word[:spot] + word[spot + 1] + word[spot] + word[spot + 2 :],
            word[:spot] + word[spot + 1 :],
            word[:spot] + word[spot] + word[spot:],
        )
    )
    return " ".join(words)


def spellings(listed: str, random: Random) -> dict[str, str]:
    """All spellings of a listed person's name by the way they were made; only those that differ from each other."""
    made = {
        "as listed": natural_order(listed),
        "family name first": family_first(listed),
        "one typo": with_typo(natural_order(listed), random),
        "no middle name": without_middle(listed),
    }
    different: dict[str, str] = {}
    for way, name in made.items():
        if name not in different.values():
            different[way] = name
    return different


def _parts(listed: str) -> tuple[list[str], list[str]]:
    """Given and family names of `FAMILY, Given Middle`; a name without a comma counts as family name."""
    family, _, given = listed.title().partition(",")
    return given.split(), family.split()
