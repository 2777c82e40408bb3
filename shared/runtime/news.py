"""News of rails, taken by the payment, and all that it then owes published: one way for callbacks and for files."""

from __future__ import annotations

from dataclasses import dataclass

from shared.payments.commands.settlement import STEP, Settlement
from shared.payments.commands.take_news import take_news
from shared.payments.domain.events import owed_after_news
from shared.payments.domain.payment import Payment
from shared.ports.rail import News
from shared.runtime.backbone import Backbone
from shared.runtime.dispatch import dispatch


@dataclass(frozen=True, slots=True)
class NewsDesk:
    """Takes news over these ports; `settlement` needs no rails for it, since none is called."""

    backbone: Backbone
    settlement: Settlement

    def take(self, news: News) -> Payment:
        """The payment after the news. See `take_news` and `dispatch` for what it raises."""
        payment = take_news(news, self.settlement)
        dispatch(payment, owed_after_news(payment, STEP, self.backbone.clock.now()), self.backbone)
        return payment
