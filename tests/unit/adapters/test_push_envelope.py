"""The push request's body, beside the example of Pub/Sub's own page."""

from __future__ import annotations

import json
from functools import partial

from shared.adapters.pubsub.envelope import push_body
from shared.runtime.envelopes import push_from

pushed = partial(
    push_body,
    subscription="projects/myproject/subscriptions/mysubscription",
    message_id="2070443601311540",
    publish_time="2021-02-26T19:13:55.749Z",
)


def test_a_push_is_the_one_of_the_published_example() -> None:
    body = pushed(data=b"Hello Cloud Pub/Sub! Here is my message!", attributes={"key": "value"})
    assert json.loads(body) == {
        "message": {
            "attributes": {"key": "value"},
            "data": "SGVsbG8gQ2xvdWQgUHViL1N1YiEgSGVyZSBpcyBteSBtZXNzYWdlIQ==",
            "messageId": "2070443601311540",
            "message_id": "2070443601311540",
            "publishTime": "2021-02-26T19:13:55.749Z",
            "publish_time": "2021-02-26T19:13:55.749Z",
        },
        "subscription": "projects/myproject/subscriptions/mysubscription",
    }


def test_an_ordering_key_and_an_attempt_are_sent_where_there_are_any() -> None:
    envelope = json.loads(pushed(data=b"x", attributes={}, ordering_key="acc-1", attempt=3))
    assert (envelope["message"]["orderingKey"], envelope["deliveryAttempt"]) == ("acc-1", 3)
    assert "attributes" not in envelope["message"]


def test_what_is_pushed_is_what_a_function_reads() -> None:
    push = push_from(pushed(data=b"\x00\xff", attributes={"k": "é"}, attempt=2))
    assert (push.subscription, push.message_id, push.data) == ("mysubscription", "2070443601311540", b"\x00\xff")
    assert (push.attributes, push.attempt) == ({"k": "é"}, 2)
    assert push_from(pushed(data=b"", attributes={"k": "v"})).data == b""
