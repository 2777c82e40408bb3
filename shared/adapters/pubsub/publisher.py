"""The publisher on Pub/Sub: one message a call, and the call returns when Pub/Sub has stored it."""

from __future__ import annotations

from google.api_core import exceptions as api
from google.api_core.retry import Retry, if_exception_type
from google.pubsub_v1 import types
from google.pubsub_v1.services.publisher import PublisherClient

from shared.adapters.google_errors import translated
from shared.adapters.pubsub.limits import check_message, misfit
from shared.kernel.usage import usage
from shared.ports.publisher import Message

# What Google's publishers repeat (google/pubsub_v1, publisher base transport). Their own deadline is ten minutes, far
# beyond the life of a request; ours is the caller's.
_PASSING = if_exception_type(
    api.Aborted,
    api.Cancelled,
    api.DeadlineExceeded,
    api.InternalServerError,
    api.ResourceExhausted,
    api.ServiceUnavailable,
    api.Unknown,
)


class PubsubPublisher:
    """Publisher for the topics of `project`; repeats a publish on passing errors until `timeout_s` seconds are over."""

    def __init__(self, client: PublisherClient, project: str, timeout_s: float = 10.0) -> None:
        self._client = client
        self._topics = f"projects/{project}/topics/"
        self._timeout_s = timeout_s
        self._retry = Retry(predicate=_PASSING, initial=0.05, maximum=1.0, timeout=timeout_s)

    def publish(self, message: Message) -> str:
        """See `Publisher.publish`."""
        check_message(message)
        request = types.PublishRequest(
            topic=self._topics + message.topic,
            messages=[types.PubsubMessage(data=message.data, attributes=message.attributes)],
        )
        with translated("Pub/Sub", "publish"):
            try:
                answer = self._client.publish(request=request, retry=self._retry, timeout=self._timeout_s)
            except api.InvalidArgument as error:
                # The limits were checked above. What Pub/Sub says is left out: it may repeat the data.
                raise misfit(message.topic) from error
        usage().messages += 1
        return str(answer.message_ids[0])
