"""ABA routing numbers: nine digits, of which the last checks the others (American Bankers Association)."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=4096)  # a file names few banks, each of them often
def check_digit(routing_eight: str) -> str:
    """The ninth digit of a routing number, by its first eight: weights 3, 7 and 1 in turn, up to the next ten."""
    a, b, c, d, e, f, g, h = (ord(one) - 48 for one in routing_eight)
    return str(-(3 * (a + d + g) + 7 * (b + e + h) + c + f) % 10)


def has_right_check_digit(nine: str) -> bool:
    """Whether a text is nine ASCII digits, the last of which is the check digit of the others."""
    return len(nine) == 9 and nine.isascii() and nine.isdigit() and check_digit(nine[:8]) == nine[8]
