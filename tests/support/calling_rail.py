"""A rail that calls back: before its answer, more than once, and again until it was heard."""

from __future__ import annotations

from collections.abc import Callable

from shared.ports.rail import Answer, Instruction, News, Rail, RailStatus

Hear = Callable[[News], object]


class CallingRail:
    """Tells what it decided while the call is still on its way, and twice.

    What it says is `unheard` until somebody came back from hearing it; `said` is everything that it ever had to say.
    """

    def __init__(self) -> None:
        self.said: list[News] = []
        self.unheard: list[News] = []
        self._hear: Hear | None = None
        self._inner: Rail | None = None

    def over(self, inner: Rail) -> Rail:
        """The rail that this one is put in front of."""
        self._inner, self.name, self.timeout_s = inner, inner.name, inner.timeout_s
        return self

    def calls(self, hear: Hear) -> None:
        """Who hears it."""
        self._hear = hear

    def submit(self, instruction: Instruction) -> Answer:
        """See `Rail.submit`; the outcome is told even where the answer is lost."""
        try:
            return self.inner.submit(instruction)
        finally:
            answer = self.inner.inquire(instruction.key)
            if answer is not None and answer.status is not RailStatus.PENDING:
                self.say(News(self.name, instruction.key, answer))
                self.say(self.said[-1])

    def inquire(self, key: str) -> Answer | None:
        """See `Rail.inquire`."""
        return self.inner.inquire(key)

    @property
    def inner(self) -> Rail:
        """The rail behind it."""
        assert self._inner is not None
        return self._inner

    def say(self, news: News) -> None:
        """Say something, now; it is said again later unless it was heard."""
        self.said.append(news)
        self.unheard.append(news)
        self.say_again()

    def say_again(self) -> None:
        """Say all that was not heard."""
        assert self._hear is not None
        while self.unheard:
            self._hear(self.unheard[0])
            self.unheard.pop(0)
